#include "course/front.h"

#include "base/hash.h"
#include "base/text.h"
#include "course/shelf_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

th_span th_text_trim(th_span t)
{
    while (t.n && is_blank(t.p[t.n - 1])) t.n--;
    for (; t.n && is_blank(t.p[0]); t.n--) t.p++;
    return t;
}

bool th_text_line(th_span text, size_t *at, th_span *line)
{
    if (*at >= text.n) return false;
    const uint8_t *from = text.p + *at, *end = memchr(from, '\n', text.n - *at);
    const size_t n = end ? (size_t)(end - from) : text.n - *at;
    *line = (th_span){from, n && from[n - 1] == '\r' ? n - 1 : n};
    *at += n + (end != NULL);
    return true;
}

bool th_text_begins(th_span text, const char *with)
{
    const size_t n = strlen(with);
    return text.n >= n && memcmp(text.p, with, n) == 0;
}

void th_text_key(th_span text, char key[TH_COURSE_KEY_BYTES])
{
    uint64_t h = TH_FNV1A_START;
    while (text.n && is_blank(text.p[text.n - 1])) text.n--;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r') h = th_fnv1a(h, (th_span){text.p + i, 1});
    th_course_key(h, key);
}

bool th_is_key(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && text[i] && strchr("0123456789abcdef", text[i])) i++;
    return i == n && n == TH_COURSE_KEY_BYTES - 1;
}

/* ---- front matter ------------------------------------------------------------------------------------------------ */

static bool is_bar(th_span line)
{
    line = th_text_trim(line);
    return line.n == 3 && memcmp(line.p, "---", 3) == 0;
}

void th_front_split(th_span file, th_span *front, th_span *body, int *body_line)
{
    size_t at = th_text_begins(file, "\xef\xbb\xbf") ? 3 : 0; /* the mark that some editors put */
    th_span line;
    *front = (th_span){file.p, 0};
    *body = (th_span){file.p + at, file.n - at};
    *body_line = 1;
    if (!th_text_line(file, &at, &line) || !is_bar(line)) return;
    const size_t from = at;
    for (int n = 2; th_text_line(file, &at, &line); n++) {
        if (!is_bar(line)) continue;
        *front = (th_span){file.p + from, (size_t)(line.p - file.p) - from};
        *body = (th_span){file.p + at, file.n - at};
        *body_line = n + 1;
        return;
    }
}

/* Cuts "# of KEY" from the end of a value. */
static void take_key(th_span *value, char of[TH_COURSE_KEY_BYTES])
{
    const size_t mark = 5, whole = mark + TH_COURSE_KEY_BYTES - 1; /* "# of 5f3a91c2" */
    of[0] = 0;
    if (value->n < whole) return;
    const char *at = (const char *)value->p + value->n - whole;
    if (memcmp(at, "# of ", mark) != 0 || !th_is_key(at + mark, TH_COURSE_KEY_BYTES - 1)) return;
    memcpy(of, at + mark, TH_COURSE_KEY_BYTES - 1);
    of[TH_COURSE_KEY_BYTES - 1] = 0;
    value->n -= whole;
    *value = th_text_trim(*value);
}

bool th_front_next(th_span front, size_t *at, th_front_line *out)
{
    th_span line;
    int n = 1; /* the "---" */
    for (size_t i = 0; i < *at; i++) n += front.p[i] == '\n';
    while (th_text_line(front, at, &line)) {
        n++;
        line = th_text_trim(line);
        if (!line.n || line.p[0] == '#') continue;
        const uint8_t *colon = memchr(line.p, ':', line.n);
        const size_t name = colon ? (size_t)(colon - line.p) : 0;
        *out = (th_front_line){.name = {line.p, name}, .line = n};
        out->value = colon ? th_text_trim((th_span){colon + 1, line.n - name - 1}) : line;
        take_key(&out->value, out->of);
        return true;
    }
    return false;
}

bool th_front_is_text(th_span name)
{
    static const char *const texts[] = {"title", "summary", "question", "goals"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strlen(texts[i]) == name.n && memcmp(texts[i], name.p, name.n) == 0) return true;
    return false;
}

/* ---- of a page --------------------------------------------------------------------------------------------------- */

static char *copy(th_span text)
{
    char *s = malloc(text.n + 1);
    if (!s) return NULL;
    if (text.n) memcpy(s, text.p, text.n);
    s[text.n] = 0;
    return s;
}

static th_err keep(struct th_front *f, const char *lang, const th_front_line *line, th_why *why)
{
    th_front_value *more = realloc(f->value, (f->n + 1) * sizeof *more);
    if (more) f->value = more;
    th_front_value v = {.name = more ? copy(line->name) : NULL, .value = more ? copy(line->value) : NULL};
    snprintf(v.lang, sizeof v.lang, "%s", lang);
    if (!v.name || !v.value) {
        free(v.name);
        free(v.value);
        return th_why_set(why, TH_ENOMEM, "out of memory for front matter");
    }
    f->value[f->n++] = v;
    return TH_OK;
}

/* A translated value holds while its English is the one that it was made from. */
static bool holds(const struct th_front *f, const th_front_line *line)
{
    char key[TH_COURSE_KEY_BYTES];
    for (size_t i = 0; i < f->n; i++) {
        const th_front_value *v = &f->value[i];
        if (strcmp(v->lang, "en") != 0 || strlen(v->name) != line->name.n ||
            memcmp(v->name, line->name.p, line->name.n) != 0)
            continue;
        th_text_key((th_span){(const uint8_t *)v->value, strlen(v->value)}, key);
        return strcmp(key, line->of) == 0;
    }
    return false;
}

static th_err load_language(th_span file, const char *lang, struct th_front *f, th_why *why)
{
    th_span front, body;
    th_front_line line;
    int at_line;
    th_front_split(file, &front, &body, &at_line);
    for (size_t at = 0; th_front_next(front, &at, &line);)
        if (line.name.n && (strcmp(lang, "en") == 0 || holds(f, &line))) TH_TRY(keep(f, lang, &line, why));
    return TH_OK;
}

/* The language of a translation of `file`, "es" of "a.es.md" beside "a.md"; false: it is none. */
static bool language_of(const char *file, const char *path, char lang[TH_LANG_BYTES])
{
    char made[TH_COURSE_PATH];
    const size_t stem = strlen(file) - 3; /* without ".md" */
    if (strncmp(path, file, stem) != 0 || path[stem] != '.') return false;
    const size_t n = strcspn(path + stem + 1, ".");
    if (n >= TH_LANG_BYTES) return false;
    snprintf(lang, TH_LANG_BYTES, "%.*s", (int)n, path + stem + 1);
    return th_course_path(file, lang, made, NULL) == TH_OK && strcmp(made, path) == 0 && strcmp(lang, "en") != 0;
}

th_err th_front_load(const th_shelf *s, const th_page *page, struct th_front *f, th_why *why)
{
    char lang[TH_LANG_BYTES];
    th_span bytes;
    if (!th_text_ends(page->file, ".md")) return TH_OK;
    TH_TRY(th_shelf_file(s, page->file, &bytes, why));
    TH_TRY(load_language(bytes, "en", f, why));
    for (size_t i = 0; i < s->n_files; i++)
        if (language_of(page->file, s->file[i].path, lang)) TH_TRY(load_language(s->file[i].bytes, lang, f, why));
    return TH_OK;
}
