/* Values drawn by a seed, put into texts, and what verbs say of them. */
#include "course/draw.h"

#include "base/rng.h"
#include "os/process.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 1000000, VERB_TIMEOUT_S = 280, MOST_JSON = 16 << 20 };

const char *const th_verbs_pure[] = {"calc", "model", "inspect", NULL};

/* ---- drawing ---- */

/* FNV-1a, 64 bits.  Source: Fowler, Noll, Vo, IETF draft-eastlake-fnv. */
static uint64_t text_hash(uint64_t h, const char *text)
{
    for (; *text; text++) h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return (h ^ 0xffu) * 0x100000001b3u;
}

size_t th_draw_place(size_t n, uint64_t seed, const char *place, const char *name)
{
    th_rng r = th_rng_make(seed, text_hash(text_hash(0xcbf29ce484222325u, place), name));
    return th_rng_below(&r, (uint32_t)n);
}

/* Digits behind the point that x needs, at most 9. */
static int digits_of(double x)
{
    for (int d = 0; d < 9; d++) {
        if (fabs(x - nearbyint(x)) < 1e-9 * (fabs(x) + 1)) return d;
        x *= 10;
    }
    return 9;
}

th_err th_draw_grid(double lo, double hi, double step, uint64_t seed, const char *place, const char *name,
                    char text[TH_DRAWN_BYTES], th_why *why)
{
    const double n = step > 0 ? floor((hi - lo) / step + 1e-9) + 1 : 0;
    if (!(n >= 1) || n > MOST_VALUES || !(fabs(lo) < 1e15 && fabs(hi) < 1e15))
        return th_why_set(why, TH_EUSAGE, "%s: its values must go up from the first to the last, in at most %d steps",
                          name, MOST_VALUES);
    const int lo_digits = digits_of(lo), step_digits = digits_of(step);
    double x = lo + step * (double)th_draw_place((size_t)n, seed, place, name);
    if (fabs(x) < 1e-12) x = 0; /* no "-0.0" */
    snprintf(text, TH_DRAWN_BYTES, "%.*f", lo_digits > step_digits ? lo_digits : step_digits, x);
    return TH_OK;
}

/* ---- names and texts ---- */

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

th_err th_values_set(th_values *v, const char *name, const char *text, th_why *why)
{
    char *copy = strdup(text);
    if (!copy) return no_memory(why);
    for (size_t i = 0; i < v->n; i++) {
        if (strcmp(v->value[i].name, name) != 0) continue;
        free(v->value[i].text);
        v->value[i].text = copy;
        return TH_OK;
    }
    struct th_value *more = realloc(v->value, (v->n + 1) * sizeof *more);
    if (more) v->value = more;
    char *own = more ? strdup(name) : NULL;
    if (!own) {
        free(copy);
        return no_memory(why);
    }
    v->value[v->n++] = (struct th_value){own, copy};
    return TH_OK;
}

static const char *get(const th_values *v, const char *name, size_t n)
{
    for (size_t i = 0; i < v->n; i++)
        if (strncmp(v->value[i].name, name, n) == 0 && !v->value[i].name[n]) return v->value[i].text;
    return NULL;
}

void th_values_free(th_values *v)
{
    for (size_t i = 0; i < v->n; i++) {
        free(v->value[i].name);
        free(v->value[i].text);
    }
    free(v->value);
    *v = (th_values){0};
}

/* The next "[[name]]" at or behind `at`: its start, and its name's; NULL: none. */
static const char *next_name(const char *at, const char **name, size_t *n)
{
    for (; (at = strstr(at, "[[")); at++) {
        *name = at + 2;
        *n = strspn(*name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
        if (*n && strncmp(*name + *n, "]]", 2) == 0) return at;
    }
    return NULL;
}

th_err th_values_fill(const th_values *v, const char *text, bool strict, char **filled, th_why *why)
{
    size_t n, used = 0;
    const char *name;
    FILE *out = open_memstream(filled, &used);
    if (!out) return no_memory(why);
    for (const char *at; (at = next_name(text, &name, &n)); text = name + n + 2) {
        const char *value = get(v, name, n);
        if (!value && strict) {
            (void)fclose(out);
            free(*filled);
            *filled = NULL;
            return th_why_set(why, TH_EFORMAT, "there is no variable [[%.*s]]", (int)(n > 60 ? 60 : n), name);
        }
        (void)fwrite(text, 1, (size_t)(at - text), out);
        if (value)
            (void)fputs(value, out);
        else
            (void)fwrite(at, 1, n + 4, out);
    }
    (void)fputs(text, out);
    return fclose(out) == 0 && *filled ? TH_OK : no_memory(why);
}

/* ---- words of a line ---- */

/* One word from *at into out (which has room for all of the rest). false: a quote does not end. */
static bool take_word(const char **at, char *out)
{
    char quote = 0;
    const char *c = *at;
    for (; *c && (quote || !strchr(" \t\r\n", *c)); c++) {
        if (quote ? *c == quote : *c == '\'' || *c == '"')
            quote = quote ? 0 : *c;
        else if (*c == '\\' && quote != '\'' && c[1])
            *out++ = *++c;
        else
            *out++ = *c;
    }
    *out = 0;
    *at = c;
    return !quote;
}

th_err th_words_split(const char *line, th_words *words, th_why *why)
{
    const size_t len = strlen(line);
    *words = (th_words){.word = calloc(len / 2 + 2, sizeof *words->word)};
    if (!words->word) return no_memory(why);
    for (line += strspn(line, " \t\r\n"); *line; line += strspn(line, " \t\r\n")) {
        char *word = words->word[words->n] = malloc(strlen(line) + 1);
        if (!word) return no_memory(why);
        words->n++;
        if (!take_word(&line, word)) return th_why_set(why, TH_EFORMAT, "a quote does not end: %.100s", word);
    }
    return TH_OK;
}

void th_words_free(th_words *words)
{
    for (size_t i = 0; i < words->n; i++) free(words->word[i]);
    free(words->word);
    *words = (th_words){0};
}

bool th_words_are(const th_words *words, const char *const *verbs)
{
    for (; *verbs; verbs++) {
        const char *space = strchr(*verbs, ' ');
        const size_t n = space ? (size_t)(space - *verbs) : strlen(*verbs);
        if (words->n < (space ? 2u : 1u) || strlen(words->word[0]) != n || strncmp(words->word[0], *verbs, n) != 0)
            continue;
        if (!space || strcmp(words->word[1], space + 1) == 0) return true;
    }
    return false;
}

/* ---- verbs ---- */

static void keep_last(void *ctx, const char *line)
{
    char **last = ctx;
    const size_t n = strlen(line);
    if (n == 0 || n > MOST_JSON) return;
    free(*last);
    *last = strdup(line);
}

static th_err no_json(const th_words *w, int status, char *tail, th_why *why)
{
    size_t n = strlen(tail);
    while (n && strchr(" \n", tail[n - 1])) tail[--n] = 0;
    const char *line = strrchr(tail, '\n') ? strrchr(tail, '\n') + 1 : tail;
    if (*line) return th_why_set(why, TH_EFORMAT, "%s", line);
    return th_why_set(why, TH_EFORMAT, "thimble %s ended with code %d and printed no JSON", w->word[0], status);
}

static th_err run_words(const char *program, const char *cwd, const th_words *w, json_t **json, th_why *why)
{
    char tail[1024] = "", *last = NULL;
    int status = 0;
    const char **argv = calloc(w->n + 3, sizeof *argv);
    if (!argv) return no_memory(why);
    argv[0] = program;
    for (size_t i = 0; i < w->n; i++) argv[i + 1] = w->word[i];
    argv[w->n + 1] = "--json";
    const th_process p = {.argv = argv, .cwd = cwd, .on_line = keep_last, .ctx = &last, .timeout_s = VERB_TIMEOUT_S};
    th_err err = th_process_run(&p, &status, tail, sizeof tail, why);
    if (!err) {
        *json = last ? json_loads(last, 0, NULL) : NULL;
        if (!*json) err = no_json(w, status, tail, why);
    }
    free(last);
    free(argv);
    return err;
}

th_err th_verb_json(const char *program, const char *cwd, const char *line, const char *const *verbs, json_t **json,
                    th_why *why)
{
    th_words w;
    *json = NULL;
    th_err err = th_words_split(line, &w, why);
    if (!err && !th_words_are(&w, verbs))
        err = th_why_set(why, TH_EUSAGE, "\"%.100s\" may not stand here: it begins with none of the verbs that may",
                         line);
    if (!err) err = run_words(program, cwd, &w, json, why);
    th_words_free(&w);
    return err;
}

/* ---- numbers out of JSON ---- */

/* One step of a pointer, of n bytes, with ~1 for '/' and ~0 for '~'. */
static const json_t *step_into(const json_t *json, const char *part, size_t n)
{
    char name[256];
    size_t k = 0;
    if (n >= sizeof name) return NULL;
    for (size_t i = 0; i < n; i++) {
        const bool escaped = part[i] == '~' && i + 1 < n && (part[i + 1] == '0' || part[i + 1] == '1');
        name[k++] = (char)(escaped ? (part[i + 1] == '1' ? '/' : '~') : part[i]);
        i += escaped;
    }
    name[k] = 0;
    if (!json_is_array(json)) return json_object_get(json, name);
    if (k == 0 || k > 9 || strspn(name, "0123456789") != k) return NULL;
    return json_array_get(json, (size_t)strtoul(name, NULL, 10));
}

const json_t *th_json_pointer(const json_t *json, const char *pointer)
{
    if (*pointer && *pointer != '/') return NULL;
    while (json && *pointer == '/') {
        const size_t n = strcspn(++pointer, "/");
        json = step_into(json, pointer, n);
        pointer += n;
    }
    return json;
}

/* The pointer or number that stands at *text; *text goes behind it. */
static bool take_value(const json_t *json, const char **text, double *value)
{
    char pointer[256];
    if (**text != '/') {
        char *end;
        *value = strtod(*text, &end);
        const bool good = end != *text && isfinite(*value);
        *text = end;
        return good;
    }
    const size_t n = strcspn(*text, " \t");
    if (n >= sizeof pointer) return false;
    memcpy(pointer, *text, n);
    pointer[n] = 0;
    *text += n;
    const json_t *at = json ? th_json_pointer(json, pointer) : NULL;
    *value = json_is_boolean(at) ? json_is_true(at) : json_number_value(at);
    return json_is_number(at) || json_is_boolean(at);
}

th_err th_value_of(const json_t *json, const char *text, double *value, th_why *why)
{
    const char *at = text + strspn(text, " \t");
    bool good = take_value(json, &at, value);
    for (at += strspn(at, " \t"); good && *at; at += strspn(at, " \t")) {
        const char sign = *at++;
        char *end;
        const double by = strtod(at, &end);
        good = end != at && strchr("*+-", sign);
        at = end;
        *value = sign == '*' ? *value * by : sign == '+' ? *value + by : *value - by;
    }
    if (good) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "there is no number \"%.100s\"", text);
}
