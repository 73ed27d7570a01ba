/* What a function of the API answers, and how errors are said. */
#include "data/project.h"
#include "serve/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Statuses and their words in {"error": {"code": ..}}. */
static const struct {
    int status;
    const char *word;
} words[] = {
    {400, "wrong-request"}, {401, "log-in"},   {403, "may-not"},      {404, "not-found"},
    {405, "wrong-method"},  {409, "conflict"}, {413, "too-long"},     {415, "type"},
    {429, "too-many"},      {500, "failed"},   {501, "missing-tool"}, {503, "out-of-memory"},
};

const char *th_status_word(int status)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].status == status) return words[i].word;
    return "failed";
}

int th_status_of(th_err err)
{
    switch (err) {
    case TH_OK: return 200;
    case TH_ENOMEM: return 503;
    case TH_ETRUNC:
    case TH_EFORMAT:
    case TH_EUNSUP:
    case TH_ERANGE:
    case TH_ESHAPE:
    case TH_EUSAGE: return 400;
    case TH_ENOENT: return 404;
    case TH_EEXIST: return 409;
    case TH_ETOOL: return 501;
    case TH_EIO:
    case TH_EINTR:
    case TH_EENDLESS: return 500;
    }
    return 500;
}

/* The length of a character of UTF-8 at s, 0: there is none. */
static size_t character(const char *s, size_t n)
{
    char one[5] = {0};
    const unsigned char c = (unsigned char)s[0];
    const size_t len = c < 0x80                ? 1
                       : c >= 0xC2 && c < 0xE0 ? 2
                       : c >= 0xE0 && c < 0xF0 ? 3
                       : c >= 0xF0 && c < 0xF5 ? 4
                                               : 0;
    if (len == 0 || len > n || (len == 1 && c < 0x20 && c != '\t' && c != '\n') || c == 0x7f) return 0;
    memcpy(one, s, len);
    return th_text_is_utf8(one) ? len : 0;
}

void th_text_mend(char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        const size_t len = character(text + i, n - i);
        if (len == 0) text[i] = '?';
        i += len ? len : 1;
    }
}

json_t *th_text_json(const char *text)
{
    char copy[sizeof(((th_why *)0)->text)];
    snprintf(copy, sizeof copy, "%s", text);
    th_text_mend(copy, strlen(copy));
    return json_string(copy);
}

th_err th_reply_bytes(th_reply *out, const char *type, const void *bytes, size_t n, th_why *why)
{
    out->bytes = malloc(n ? n : 1);
    if (!out->bytes) return th_why_set(why, TH_ENOMEM, "out of memory for a reply of %zu bytes", n);
    if (n) memcpy(out->bytes, bytes, n);
    out->n = n;
    out->type = type;
    return TH_OK;
}

th_err th_reply_json(th_reply *out, int status, json_t *root, th_why *why)
{
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory for a reply");
    out->status = status;
    out->type = "application/json";
    out->bytes = (uint8_t *)text;
    out->n = strlen(text);
    return TH_OK;
}

void th_reply_free(th_reply *out)
{
    free(out->bytes);
    if (out->end) out->end(out->ctx);
    *out = (th_reply){0};
}

void th_reply_error(th_reply *out, int status, const char *text)
{
    static const char none[] = "{\"error\":{\"code\":\"out-of-memory\",\"text\":\"out of memory\"}}";
    th_reply_free(out);
    json_t *root = json_pack("{s:{s:s, s:o}}", "error", "code", th_status_word(status), "text", th_text_json(text));
    if (!root || th_reply_json(out, status, root, NULL))
        *out = (th_reply){.status = 503, .type = "application/json", .fixed = none, .n = sizeof none - 1};
}
