/* The index of clips.  The columns stand in one table; writing and reading go through it. */
#include "data/dataset.h"

#include "base/text.h"
#include "data/audio.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "# thimble index 1"
#define NAME_LINE  "file\tlabel\tsplit\tspeaker\tword\tsource\thash\tsamples"
#define LAST_LINE  "# end"
enum { FILE_, LABEL, SPLIT, SPEAKER, WORD, SOURCE, HASH, SAMPLES, N_COLUMNS };

#define INDEX_BYTES  ((size_t)256 << 20)
#define CLIP_SECONDS 600.0

const char *th_split_name(th_split s)
{
    static const char *const names[TH_N_SPLITS] = {"train", "val", "test"};
    return names[s];
}

th_err th_dataset_new(const th_project *p, th_dataset **set, th_why *why)
{
    char dir[TH_PATH_BYTES];
    TH_TRY(th_path_join(dir, p->dir, "data/clips", why));
    th_dataset *s = calloc(1, sizeof *s);
    if (s) s->clip_dir = strdup(dir);
    if (!s || !s->clip_dir) {
        free(s);
        return th_why_set(why, TH_ENOMEM, "out of memory");
    }
    s->rate_hz = p->rate_hz;
    *set = s;
    return TH_OK;
}

/* The strings of a clip are one block that starts with `file`. */
static void drop_const(const char *text)
{
    union {
        const char *in;
        void *out;
    } u = {text};
    free(u.out);
}

void th_dataset_free(th_dataset *set)
{
    if (!set) return;
    for (size_t i = 0; i < set->n; i++) drop_const(set->clips[i].file);
    free(set->clips);
    free(set->clip_dir);
    free(set);
}

static const char *append(char **at, const char *text)
{
    const char *start = *at;
    const size_t n = strlen(text) + 1;
    memcpy(*at, text, n);
    *at += n;
    return start;
}

th_err th_dataset_add(th_dataset *set, const th_clip *clip, th_why *why)
{
    if (set->n == set->cap) {
        const size_t cap = set->cap ? set->cap * 2 : 256;
        th_clip *more = realloc(set->clips, cap * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "out of memory for %zu clips", cap);
        set->clips = more;
        set->cap = cap;
    }
    char *text = malloc(strlen(clip->file) + strlen(clip->label) + strlen(clip->word) + strlen(clip->speaker) +
                        strlen(clip->source) + 5);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory for %zu clips", set->n);
    th_clip *c = &set->clips[set->n++];
    *c = *clip;
    c->file = append(&text, clip->file);
    c->label = append(&text, clip->label);
    c->word = append(&text, clip->word);
    c->speaker = append(&text, clip->speaker);
    c->source = append(&text, clip->source);
    return TH_OK;
}

const char *th_dataset_label(const th_project *p, const char *word)
{
    const int i = th_project_label(p, word);
    return i < 0 ? TH_LABEL_UNKNOWN : p->labels[i];
}

/* ---- text --------------------------------------------------------------------------------- */

static size_t escape(char *out, const char *field)
{
    size_t n = 0;
    for (const char *c = field; *c; c++) {
        const char *code = *c == '\t' ? "\\t" : *c == '\n' ? "\\n" : *c == '\r' ? "\\r" : *c == '\\' ? "\\\\" : NULL;
        out[n++] = code ? '\\' : *c;
        if (code) out[n++] = code[1];
    }
    return n;
}

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

static size_t line_room(const th_clip *c)
{
    return 2 * (strlen(c->file) + strlen(c->label) + strlen(c->speaker) + strlen(c->word) + strlen(c->source)) + 64;
}

static size_t print_clip(char *out, const th_clip *c)
{
    const char *const fields[] = {c->file, c->label, th_split_name(c->split), c->speaker, c->word, c->source};
    size_t n = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        n += escape(out + n, fields[i]);
        out[n++] = '\t';
    }
    return n + th_text_fmt(out + n, 48, "%08x%08x\t%d\n", (unsigned)(c->hash >> 32), (unsigned)c->hash, c->n_samples);
}

th_err th_dataset_print(const th_dataset *set, uint8_t **text, size_t *n, th_why *why)
{
    size_t room = sizeof FIRST_LINE + sizeof NAME_LINE + sizeof LAST_LINE + 8;
    for (size_t i = 0; i < set->n; i++) room += line_room(&set->clips[i]);
    char *out = malloc(room);
    if (!out) return th_why_set(why, TH_ENOMEM, "out of memory for the index of %zu clips", set->n);
    size_t len = th_text_fmt(out, room, "%s\n%s\n", FIRST_LINE, NAME_LINE);
    for (size_t i = 0; i < set->n; i++) len += print_clip(out + len, &set->clips[i]);
    len += th_text_fmt(out + len, room - len, "%s\n", LAST_LINE);
    *text = (uint8_t *)out;
    *n = len;
    return TH_OK;
}

static bool parse_hex(const char *text, uint64_t *v)
{
    *v = 0;
    if (strlen(text) != 16) return false;
    for (const char *c = text; *c; c++) {
        const int d = *c >= '0' && *c <= '9' ? *c - '0' : *c >= 'a' && *c <= 'f' ? *c - 'a' + 10 : -1;
        if (d < 0) return false;
        *v = *v << 4 | (uint64_t)d;
    }
    return true;
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

/* What is wrong with a line, or NULL. `line` is cut up. */
static const char *parse_clip(char *line, const th_project *p, th_clip *c)
{
    char *field[N_COLUMNS];
    int n = 0;
    for (char *at = line; at; n++) {
        char *tab = strchr(at, '\t');
        if (tab) *tab++ = 0;
        if (n == N_COLUMNS) return "it has more columns than \"file label split speaker word source hash samples\"";
        field[n] = at;
        if (!unescape(at)) return "a backslash stands alone (a tab is written \\t, a backslash \\\\)";
        at = tab;
    }
    if (n < N_COLUMNS) return "it has fewer columns than \"file label split speaker word source hash samples\"";
    *c = (th_clip){.file = field[FILE_],
                   .label = field[LABEL],
                   .word = field[WORD],
                   .speaker = field[SPEAKER],
                   .source = field[SOURCE]};
    if (!is_inside(c->file)) return "the file must be a path inside data/clips";
    if (th_label_check(c->label, NULL)) return "the label is not a possible one";
    if (!parse_split(field[SPLIT], &c->split)) return "the split is one of train, val, test";
    if (!parse_hex(field[HASH], &c->hash)) return "the hash has 16 characters 0-9 a-f";
    if (!parse_count(field[SAMPLES], &c->n_samples)) return "samples is a whole number above 0";
    const bool again = th_project_label(p, c->label) < 0 || strcmp(c->label, TH_LABEL_UNKNOWN) == 0;
    if (again) c->label = th_dataset_label(p, c->word);
    return NULL;
}

/* The next line into buf (grown as needed); NULL at the end of the text or of memory. */
typedef struct lines {
    th_span text;
    size_t at;
    int number;
    char *buf;
    size_t cap;
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
        if (!more) return NULL;
        l->buf = more;
        l->cap = n + 256;
    }
    if (n) memcpy(l->buf, start, n);
    l->buf[n] = 0;
    return memchr(l->buf, 0, n) ? strcpy(l->buf, "\\") : l->buf; /* a NUL inside: made into a line that is refused */
}

static th_err parse_lines(lines *l, const char *name, const th_project *p, th_dataset *set, th_why *why)
{
    const char *line = next(l);
    if (!line || strcmp(line, FIRST_LINE) != 0)
        return th_why_set(
            why, TH_EFORMAT,
            "%s, line 1: expected \"%s\". If it was made by another version of thimble, import the recordings again",
            name, FIRST_LINE);
    line = next(l);
    if (!line || strcmp(line, NAME_LINE) != 0)
        return th_why_set(why, TH_EFORMAT, "%s, line 2: expected the names of the columns", name);
    for (char *text; (text = next(l)) != NULL;) {
        if (strcmp(text, LAST_LINE) == 0) return TH_OK;
        th_clip c;
        const char *wrong = parse_clip(text, p, &c);
        if (wrong) return th_why_set(why, TH_EFORMAT, "%s, line %d: %s", name, l->number, wrong);
        TH_TRY(th_dataset_add(set, &c, why));
    }
    return th_why_set(why, TH_ETRUNC,
                      "%s, line %d: it ends without the line \"%s\", so a part is missing. Import the recordings again",
                      name, l->number + 1, LAST_LINE);
}

th_err th_dataset_parse(th_span text, const char *name, const th_project *p, th_dataset **set, th_why *why)
{
    lines l = {.text = text};
    TH_TRY(th_dataset_new(p, set, why));
    const th_err err = parse_lines(&l, name, p, *set, why);
    free(l.buf);
    if (!err) return TH_OK;
    th_dataset_free(*set);
    *set = NULL; /* who frees it after an error, too, must not meet it again */
    return err;
}

/* ---- files -------------------------------------------------------------------------------- */

th_err th_dataset_load(const th_project *p, th_dataset **set, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *text;
    size_t n;
    TH_TRY(th_project_path(p, TH_FILE_INDEX, path, why));
    if (!th_file_exists(path)) return th_dataset_new(p, set, why);
    TH_TRY(th_file_read(path, INDEX_BYTES, &text, &n, why));
    const th_err err = th_dataset_parse((th_span){text, n}, path, p, set, why);
    free(text);
    return err;
}

th_err th_dataset_save(const th_project *p, const th_dataset *set, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *text;
    size_t n;
    TH_TRY(th_project_path(p, TH_FILE_INDEX, path, why));
    TH_TRY(th_dir_make(set->clip_dir, why));
    TH_TRY(th_dataset_print(set, &text, &n, why));
    const th_err err = th_file_write(path, (th_span){text, n}, why);
    free(text);
    return err;
}

th_err th_dataset_path(const th_dataset *set, const th_clip *clip, char buf[TH_PATH_BYTES], th_why *why)
{
    return clip->file[0] == '/' ? th_path_join(buf, "", clip->file, why)
                                : th_path_join(buf, set->clip_dir, clip->file, why);
}

th_err th_dataset_samples(const th_dataset *set, const th_clip *clip, int16_t **pcm, int32_t *n, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_dataset_path(set, clip, path, why));
    TH_TRY(th_audio_read(path, set->rate_hz, CLIP_SECONDS, pcm, n, why));
    if (clip->start >= *n) {
        free(*pcm);
        return th_why_set(why, TH_ERANGE, "%s has become shorter than it was", path);
    }
    *n -= clip->start;
    if (clip->start) memmove(*pcm, *pcm + clip->start, (size_t)*n * sizeof **pcm);
    if (clip->n_samples > 0 && *n > clip->n_samples) *n = clip->n_samples;
    return TH_OK;
}
