#include "data/project_edit.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

bool th_ini_find(const char *text, size_t n, const char *section, const char *key, size_t *from, size_t *to)
{
    const size_t len = strlen(key), name = strlen(section);
    bool inside = false;
    for (size_t at = 0, stop; at < n; at = stop + 1) {
        for (stop = at; stop < n && text[stop] != '\n'; stop++) {
        }
        size_t c = at;
        while (c < stop && (text[c] == ' ' || text[c] == '\t')) c++;
        if (c < stop && text[c] == '[')
            inside = stop - c >= name + 2 && memcmp(text + c + 1, section, name) == 0 && text[c + 1 + name] == ']';
        if (!inside || stop - c <= len || memcmp(text + c, key, len) != 0) continue;
        for (c += len; c < stop && (text[c] == ' ' || text[c] == '\t'); c++) {
        }
        if (c == stop || (text[c] != '=' && text[c] != ':')) continue;
        *from = at;
        *to = stop;
        return true;
    }
    return false;
}

void th_ini_labels(const th_project *p, char *buf, size_t cap)
{
    const int own = th_project_task(p)->input == TH_IN_SOUND ? p->n_labels - 2 : p->n_labels;
    size_t n = 0;
    buf[0] = 0;
    for (int i = 0; i < own && n < cap; i++) n += th_text_fmt(buf + n, cap - n, "%s%s", i ? ", " : "", p->labels[i]);
}

/* The end of [section]'s first line, to put a new line behind; false when there is no such section. */
static bool find_section(const char *text, size_t n, const char *section, size_t *at)
{
    char head[64];
    const size_t len = th_text_fmt(head, sizeof head, "[%s]", section);
    for (size_t i = 0; i + len <= n; i++) {
        if ((i > 0 && text[i - 1] != '\n') || memcmp(text + i, head, len) != 0) continue;
        for (*at = i; *at < n && text[*at] != '\n'; ++*at) {
        }
        return true;
    }
    return false;
}

typedef struct edited {
    char *text;
    size_t n;
} edited;

/* Bytes from .. to - 1 become `line`. */
static th_err replace(edited *e, size_t from, size_t to, const char *line, th_why *why)
{
    const size_t len = strlen(line);
    char *out = malloc(e->n - (to - from) + len + 1);
    if (!out) return th_why_set(why, TH_ENOMEM, "out of memory");
    memcpy(out, e->text, from);
    memcpy(out + from, line, len);
    memcpy(out + from + len, e->text + to, e->n - to);
    e->n = e->n - (to - from) + len;
    free(e->text);
    e->text = out;
    return TH_OK;
}

/* [section] key = value, in place of the line that is there, or as a new one. */
static th_err set_line(edited *e, const char *section, const char *key, const char *value, th_why *why)
{
    char line[TH_LABEL_LINE_BYTES + 64];
    size_t from, to;
    th_text_fmt(line, sizeof line, "%s = %s", key, value);
    if (th_ini_find(e->text, e->n, section, key, &from, &to)) return replace(e, from, to, line, why);
    if (find_section(e->text, e->n, section, &from))
        th_text_fmt(line, sizeof line, "\n%s = %s", key, value);
    else {
        from = e->n;
        th_text_fmt(line, sizeof line, "\n[%s]\n%s = %s\n", section, key, value);
    }
    return replace(e, from, from, line, why);
}

static th_err open_ini(const th_project *p, edited *e, char path[TH_PATH_BYTES], th_why *why)
{
    uint8_t *text;
    TH_TRY(th_project_path(p, TH_FILE_INI, path, why));
    TH_TRY(th_file_read(path, TH_INI_BYTES, &text, &e->n, why));
    e->text = (char *)text;
    return TH_OK;
}

static th_err close_ini(edited *e, const char *path, th_err err, th_why *why)
{
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)e->text, e->n}, why);
    free(e->text);
    return err;
}

th_err th_project_save_labels(const th_project *p, th_why *why)
{
    char path[TH_PATH_BYTES], labels[TH_LABEL_LINE_BYTES];
    edited e;
    size_t from, to;
    TH_TRY(open_ini(p, &e, path, why));
    th_ini_labels(p, labels, sizeof labels);
    th_err err = TH_OK;
    if (!th_ini_find(e.text, e.n, "project", "labels", &from, &to) && th_project_task(p)->input == TH_IN_SOUND)
        err = th_why_set(why, TH_EFORMAT, "%s: [project] has no labels line", path);
    if (!err) err = set_line(&e, "project", "labels", labels, why);
    return close_ini(&e, path, err, why);
}

th_err th_project_add_label(th_project *p, const char *label, bool *added, th_why *why)
{
    char copy[TH_MAX_LABELS][TH_LABEL_BYTES];
    const char *list[TH_MAX_LABELS];
    const int32_t n = p->n_labels;
    *added = false;
    if (th_project_task(p)->output != TH_OUT_LABELS || th_project_label(p, label) >= 0) return TH_OK;
    if (n == TH_MAX_LABELS) return th_why_set(why, TH_EUSAGE, "a project has at most %d labels", TH_MAX_LABELS);
    memcpy(copy, p->labels, sizeof copy);
    for (int32_t i = 0; i < n; i++) list[i] = copy[i];
    list[n] = label;
    TH_TRY(th_project_set_labels(p, list, n + 1, why));
    TH_TRY(th_project_save_labels(p, why));
    *added = true;
    return TH_OK;
}

th_err th_project_apply(th_project *p, const char *lines, th_why *why)
{
    char path[TH_PATH_BYTES], dir[TH_PATH_BYTES], section[32] = "", key[32], value[TH_BLOCKS_BYTES];
    edited e;
    th_err err = TH_OK;
    TH_TRY(open_ini(p, &e, path, why));
    for (const char *at = lines; *at && !err;) {
        const size_t n = strcspn(at, "\n"), equals = strcspn(at, "=");
        if (*at == '[') {
            th_text_fmt(section, sizeof section, "%.*s", (int)(n - 2), at + 1);
        } else if (equals < n) {
            th_text_fmt(key, sizeof key, "%.*s", (int)equals - 1, at);
            th_text_fmt(value, sizeof value, "%.*s", (int)(n - equals) - 2, at + equals + 2);
            err = set_line(&e, section, key, value, why);
        }
        at += n + (at[n] == '\n');
    }
    TH_TRY(close_ini(&e, path, err, why));
    memcpy(dir, p->dir, sizeof dir);
    return th_project_load(dir, p, why);
}

/* ---- [model] ---- */

/* [*from, *to): from the line after [model] to the next section; false when there is none. */
static bool model_section(const char *text, size_t n, size_t *from, size_t *to)
{
    if (!find_section(text, n, "model", from)) return false;
    *from += *from < n;
    for (*to = *from; *to < n; ++*to)
        if (text[*to] == '[' && text[*to - 1] == '\n') break;
    return true;
}

/* Behind the remarks that stand directly below [model]. */
static size_t behind_remarks(const char *text, size_t from, size_t to)
{
    while (from < to && text[from] == '#') {
        while (from < to && text[from] != '\n') from++;
        from += from < to;
    }
    return from;
}

static bool is_space(char c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

bool th_ini_model(const char *text, size_t n, size_t *from, size_t *to)
{
    if (!model_section(text, n, from, to)) return false;
    *from = behind_remarks(text, *from, *to);
    while (*from < *to && is_space(text[*from])) ++*from;
    while (*from < *to && is_space(text[*to - 1])) --*to;
    return *from < *to;
}

/* The lines between two empty ones; no [model] and no lines: nothing. */
static th_err put_model(edited *e, const char *lines, th_why *why)
{
    size_t from, to;
    char block[TH_MODEL_BYTES + 32];
    while (is_space(*lines)) lines++;
    if (!model_section(e->text, e->n, &from, &to)) {
        if (!*lines) return TH_OK;
        th_text_fmt(block, sizeof block, "\n[model]\n%s\n", lines);
        return replace(e, e->n, e->n, block, why);
    }
    from = behind_remarks(e->text, from, to);
    th_text_fmt(block, sizeof block, *lines ? "\n%s\n\n" : "\n", lines);
    return replace(e, from, to, block, why);
}

th_err th_project_save_model(const th_project *p, const char *preset, const char *lines, th_why *why)
{
    char path[TH_PATH_BYTES];
    edited e;
    if (lines && strlen(lines) >= TH_MODEL_BYTES)
        return th_why_set(why, TH_ERANGE, "a network's lines are at most %d bytes", TH_MODEL_BYTES - 1);
    TH_TRY(open_ini(p, &e, path, why));
    th_err err = preset ? set_line(&e, "train", "preset", preset, why) : TH_OK;
    if (!err && lines) err = put_model(&e, lines, why);
    return close_ini(&e, path, err, why);
}
