#include "data/old_index.h"

#include <stdlib.h>
#include <string.h>

#define OLD_INDEX   "data/index.tsv"
#define OLD_CLIPS   "data/clips"
#define DONE_INDEX  "data/index.tsv.old"
#define FIRST_LINE  "# thimble index 1"
#define NAME_LINE   "file\tlabel\tsplit\tspeaker\tword\tsource\thash\tsamples"
#define LAST_LINE   "# end"
#define COLUMNS     "\"file label split speaker word source hash samples\""
#define INDEX_BYTES ((size_t)256 << 20)
enum { FILE_, LABEL, SPLIT, SPEAKER, WORD, SOURCE, HASH, SAMPLES, N_COLUMNS };

/* ---- lines -------------------------------------------------------------------------------- */

/* In place; false for a backslash that is not followed by t, n, r or a backslash. */
static bool unescape(char *field)
{
    char *out = field;
    for (const char *c = field; *c; c++) {
        if (*c != '\\') {
            *out++ = *c;
            continue;
        }
        c++;
        if (*c != 't' && *c != 'n' && *c != 'r' && *c != '\\') return false;
        *out++ = *c == 't' ? '\t' : *c == 'n' ? '\n' : *c == 'r' ? '\r' : '\\';
    }
    *out = 0;
    return true;
}

static bool is_hex(const char *text)
{
    return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16;
}

static bool parse_count(const char *text, int32_t *v)
{
    int64_t x = 0;
    const char *c = text;
    for (; *c >= '0' && *c <= '9' && x <= INT32_MAX; c++) x = x * 10 + (*c - '0');
    *v = (int32_t)x;
    return c != text && !*c && x > 0 && x <= INT32_MAX;
}

static bool parse_split(const char *text, th_split *v)
{
    for (int i = 0; i < TH_N_SPLITS; i++)
        if (strcmp(text, th_split_name((th_split)i)) == 0) {
            *v = (th_split)i;
            return true;
        }
    return false;
}

/* A path that stays below data/clips. */
static bool is_inside(const char *file)
{
    if (!*file || *file == '/') return false;
    for (const char *c = file; *c; c += *c == '/') {
        const size_t n = strcspn(c, "/");
        if (n == 0 || (n == 1 && c[0] == '.') || (n == 2 && c[0] == '.' && c[1] == '.')) return false;
        c += n;
    }
    return true;
}

/* "speech_commands/yes/a.wav" becomes the data set and the path in it; one that a program made has no path. */
static void cut_source(char *source, th_sample *s)
{
    char *slash = strncmp(source, "synthetic:", 10) == 0 ? NULL : strchr(source, '/');
    const char *file = strrchr(s->file, '/');
    s->source = source;
    s->name = slash ? slash + 1 : file ? file + 1 : s->file;
    if (slash) *slash = 0;
}

/* What is wrong with a line, or NULL. `line` is cut up. */
static const char *parse_clip(char *line, th_sample *s)
{
    char *field[N_COLUMNS];
    int n = 0;
    for (char *at = line; at; n++) {
        char *tab = strchr(at, '\t');
        if (tab) *tab++ = 0;
        if (n == N_COLUMNS) return "it has more columns than " COLUMNS;
        field[n] = at;
        if (!unescape(at)) return "a backslash stands alone (a tab is written \\t, a backslash \\\\)";
        at = tab;
    }
    if (n < N_COLUMNS) return "it has fewer columns than " COLUMNS;
    *s = (th_sample){
        .file = field[FILE_], .label = field[LABEL], .word = field[WORD], .subject = field[SPEAKER], .kind = TH_SOUND};
    if (!is_inside(s->file)) return "the file must be a path inside data/clips";
    if (th_label_check(s->label, NULL)) return "the label is not a possible one";
    if (!parse_split(field[SPLIT], &s->split)) return "the split is one of train, val, test";
    if (!is_hex(field[HASH])) return "the hash has 16 characters 0-9 a-f";
    if (!parse_count(field[SAMPLES], &s->n_rows)) return "samples is a whole number above 0";
    cut_source(field[SOURCE], s);
    return NULL;
}

/* The next line into buf (grown as needed); NULL at the end of the text or of memory. */
typedef struct lines {
    th_span text;
    size_t at;
    int number;
    char *buf;
    size_t cap;
    bool no_memory;
} lines;

static char *next(lines *l)
{
    if (l->at >= l->text.n) return NULL;
    const uint8_t *start = l->text.p + l->at, *stop = memchr(start, '\n', l->text.n - l->at);
    size_t n = stop ? (size_t)(stop - start) : l->text.n - l->at;
    l->at += n + 1;
    l->number++;
    if (n && start[n - 1] == '\r') n--; /* saved by an editor of another system */
    if (n + 1 > l->cap) {
        char *more = realloc(l->buf, n + 256);
        l->no_memory = !more;
        if (!more) return NULL;
        l->buf = more;
        l->cap = n + 256;
    }
    if (n) memcpy(l->buf, start, n);
    l->buf[n] = 0;
    return memchr(l->buf, 0, n) ? strcpy(l->buf, "\\") : l->buf; /* a NUL inside: made into a line that is refused */
}

static th_err parse_lines(lines *l, const char *name, th_sample_take *take, void *ctx, th_why *why)
{
    const char *line = next(l);
    if (!line || strcmp(line, FIRST_LINE) != 0)
        return th_why_set(why, TH_EFORMAT, "%s, line 1: expected \"%s\"", name, FIRST_LINE);
    line = next(l);
    if (!line || strcmp(line, NAME_LINE) != 0)
        return th_why_set(why, TH_EFORMAT, "%s, line 2: expected the names of the columns", name);
    for (char *text; (text = next(l)) != NULL;) {
        if (strcmp(text, LAST_LINE) == 0) return TH_OK;
        th_sample s;
        const char *wrong = parse_clip(text, &s);
        if (wrong) return th_why_set(why, TH_EFORMAT, "%s, line %d: %s", name, l->number, wrong);
        TH_TRY(take(ctx, &s, why));
    }
    if (l->no_memory) return th_why_set(why, TH_ENOMEM, "out of memory reading %s", name);
    return th_why_set(why, TH_ETRUNC, "%s, line %d: it ends without the line \"%s\", so a part is missing", name,
                      l->number + 1, LAST_LINE);
}

th_err th_old_index_parse(th_span text, const char *name, th_sample_take *take, void *ctx, th_why *why)
{
    lines l = {.text = text};
    const th_err err = parse_lines(&l, name, take, ctx, why);
    free(l.buf);
    return err;
}

/* ---- bringing over ------------------------------------------------------------------------ */

typedef struct move {
    const th_project *p;
    char clips[TH_PATH_BYTES];
    th_dataset *old, *set; /* old: as the lines have it */
} move;

static th_err take_old(void *ctx, const th_sample *s, th_why *why)
{
    const move *m = ctx;
    th_sample sample = *s;
    sample.label = th_dataset_label_now(m->p, s);
    return th_dataset_add(m->old, &sample, why);
}

static th_err bring_clip(const move *m, const th_sample *old, th_why *why)
{
    char from[TH_PATH_BYTES], hash[TH_HASH_BYTES];
    TH_TRY(th_path_join(from, m->clips, old->file, why));
    if (!th_file_exists(from)) return TH_OK;
    TH_TRY(th_object_take(m->set->object_dir, from, "wav", hash, why));
    th_sample s = *old;
    s.hash = hash;
    s.suffix = "wav";
    s.file = "";
    s.rate_hz = m->p->rate_hz;
    return th_dataset_add(m->set, &s, why); /* one that a killed call brought over already is the same description */
}

static th_err bring_all(move *m, const char *index, th_why *why)
{
    uint8_t *text;
    size_t n;
    TH_TRY(th_file_read(index, INDEX_BYTES, &text, &n, why));
    th_err err = th_old_index_parse((th_span){text, n}, index, take_old, m, why);
    free(text);
    for (size_t i = 0; i < m->old->n && !err; i++) err = bring_clip(m, &m->old->samples[i], why);
    return err ? err : th_dataset_save(m->p, m->set, why);
}

/* Only what the index named; folders that are empty then go, too. */
static th_err clear(const move *m, const char *index, th_why *why)
{
    char done[TH_PATH_BYTES], path[TH_PATH_BYTES];
    TH_TRY(th_project_path(m->p, DONE_INDEX, done, why));
    TH_TRY(th_file_rename(index, done, why));
    for (size_t i = 0; i < m->old->n; i++) {
        if (th_path_join(path, m->clips, m->old->samples[i].file, NULL)) continue;
        th_file_remove(path);
        *strrchr(path, '/') = 0;
        th_dir_remove_empty(path);
    }
    th_dir_remove_empty(m->clips);
    return TH_OK;
}

th_err th_old_index_bring(const th_project *p, th_why *why)
{
    char index[TH_PATH_BYTES];
    move m = {.p = p};
    TH_TRY(th_project_path(p, OLD_INDEX, index, why));
    if (!th_file_exists(index)) return TH_OK;
    TH_TRY(th_project_path(p, OLD_CLIPS, m.clips, why));
    TH_TRY(th_dataset_new(p, &m.old, why));
    th_err err = th_dataset_load_store(p, &m.set, why);
    if (!err) err = bring_all(&m, index, why);
    if (!err) err = clear(&m, index, why);
    th_dataset_free(m.old);
    th_dataset_free(m.set);
    return err;
}
