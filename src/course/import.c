#include "course/import.h"

#include "base/text.h"
#include "course/import_priv.h"
#include "course/map.h"
#include "data/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory while questions are read");
}

th_err th_left_out_add(th_left_out *left, const char *text, th_why *why)
{
    char **more = realloc(left->text, (left->n + 1) * sizeof *more);
    if (!more) return no_memory(why);
    left->text = more;
    more[left->n] = malloc(strlen(text) + 1);
    if (!more[left->n]) return no_memory(why);
    memcpy(more[left->n++], text, strlen(text) + 1);
    return TH_OK;
}

void th_left_out_free(th_left_out *left)
{
    for (size_t i = 0; i < left->n; i++) free(left->text[i]);
    free(left->text);
    *left = (th_left_out){0};
}

th_err th_quiz_take(th_quiz *quiz, const th_item *item, char *fault, size_t cap, th_why *why)
{
    char *text;
    th_quiz one;
    th_why own = {0};
    th_item copy = *item; /* written only */
    th_err err = th_gift_write(&(th_quiz){&copy, 1}, false, &text, &own);
    if (!err) {
        err = th_gift_read((th_span){(const uint8_t *)text, strlen(text)}, &one, &own);
        free(text);
        th_item *more = err || one.n != 1 ? NULL : realloc(quiz->items, (quiz->n + 1) * sizeof *more);
        if (more) {
            quiz->items = more;
            more[quiz->n++] = one.items[0];
            free(one.items);
            return TH_OK;
        }
        if (!err && one.n == 1) err = TH_ENOMEM;
        if (!err) th_text_fmt(own.text, sizeof own.text, "it cannot be said in GIFT");
        th_quiz_free(&one);
    }
    if (err == TH_ENOMEM) return no_memory(why);
    const char *colon = strncmp(own.text, "line ", 5) == 0 ? strstr(own.text, ": ") : NULL; /* of what we wrote */
    th_text_fmt(fault, cap, "%s", colon ? colon + 2 : own.text);
    return TH_EFORMAT;
}

/* ---- names ---------------------------------------------------------------------------------------------------------
 */

static bool is_taken(const th_quiz *quiz, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(quiz->items[i].name, name) == 0) return true;
    return false;
}

/* Every item has one, from its first words if need be, and no other item has it. */
static th_err give_names(th_quiz *quiz, th_why *why)
{
    for (size_t i = 0; i < quiz->n; i++) {
        th_item *item = &quiz->items[i];
        char slug[TH_SLUG_BYTES], name[TH_SLUG_BYTES + 24];
        if (item->name && !is_taken(quiz, i, item->name)) continue;
        const char *from = item->name ? item->name : item->stem;
        const size_t n = strlen(from);
        th_slug((th_span){(const uint8_t *)from, n < 40 ? n : 40}, slug);
        th_text_fmt(name, sizeof name, "%s", slug[0] ? slug : "question");
        for (unsigned k = 2; is_taken(quiz, i, name); k++)
            th_text_fmt(name, sizeof name, "%s-%u", slug[0] ? slug : "question", k);
        char *copy = malloc(strlen(name) + 1);
        if (!copy) return no_memory(why);
        memcpy(copy, name, strlen(name) + 1);
        free(item->name);
        item->name = copy;
    }
    return TH_OK;
}

/* ---- archives ------------------------------------------------------------------------------------------------------
 */

typedef struct unpacking {
    th_quiz *quiz;
    th_left_out *left;
} unpacking;

static th_err take_file(void *ctx, const char *path, th_span bytes, th_why *why)
{
    const unpacking *u = ctx;
    th_why own = {0};
    if (!th_text_ends(path, ".xml")) return TH_OK;
    const th_err err = th_import_olx_xml(bytes, path, u->quiz, u->left, &own);
    if (err != TH_EFORMAT && err != TH_ERANGE) return err ? th_why_set(why, err, "%s", own.text) : TH_OK;
    return th_left_out_add(u->left, own.text, why); /* one file that is broken does not spoil the others */
}

static bool begins_with(th_span s, const char *bytes, size_t n)
{
    return s.n >= n && memcmp(s.p, bytes, n) == 0;
}

static th_err read_olx(th_span bytes, const char *name, th_quiz *quiz, th_left_out *left, th_why *why)
{
    unpacking u = {quiz, left};
    if (begins_with(bytes, "\x1f\x8b", 2) || (bytes.n > 262 && memcmp(bytes.p + 257, "ustar", 5) == 0))
        return th_tar_read(bytes, name, take_file, &u, why);
    if (begins_with(bytes, "PK", 2)) return th_zip_read(bytes, name, take_file, &u, why);
    return th_import_olx_xml(bytes, name, quiz, left, why);
}

/* As the first bytes look: an archive, or a file of XML. */
static bool looks_like_olx(th_span bytes)
{
    size_t i = begins_with(bytes, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < bytes.n && strchr(" \t\r\n", bytes.p[i]) && bytes.p[i]) i++;
    return begins_with(bytes, "\x1f\x8b", 2) || begins_with(bytes, "PK\3\4", 4) || (i < bytes.n && bytes.p[i] == '<') ||
           (bytes.n > 262 && memcmp(bytes.p + 257, "ustar", 5) == 0);
}

th_err th_course_import(th_span bytes, const char *name, const char *format, th_quiz *quiz, th_left_out *left,
                        th_why *why)
{
    th_why own = {0};
    *quiz = (th_quiz){0};
    *left = (th_left_out){0};
    if (format && strcmp(format, "gift") != 0 && strcmp(format, "olx") != 0)
        return th_why_set(why, TH_EUSAGE, "there is no format \"%.40s\" that is read: gift or olx", format);
    if (format ? strcmp(format, "olx") == 0 : looks_like_olx(bytes)) {
        TH_TRY(read_olx(bytes, name, quiz, left, why));
    } else {
        const th_err err = th_gift_read(bytes, quiz, &own);
        if (err) return th_why_set(why, err, "%s, %s", name, own.text);
    }
    if (quiz->n == 0)
        return th_why_set(why, TH_EFORMAT, "%s has no question that can be taken%s%.400s", name, left->n ? ": " : "",
                          left->n ? left->text[0] : "");
    return give_names(quiz, why);
}
