#include "data/array_set.h"

#include "base/text.h"
#include "os/file.h"

#include <stdlib.h>
#include <string.h>

#define LABELS     "labels.txt"
#define MOST_NAMES ((size_t)64 << 20)

static const char *file_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const struct {
    const char *middle;
    bool has_split;
    th_split split;
} parts[] = {{"", false, TH_TRAIN}, {"_train", true, TH_TRAIN}, {"_val", true, TH_VAL}, {"_test", true, TH_TEST}};

/* Which of the parts a name X_PART.npy has, -1: it is none. */
static int part_of(const char *path)
{
    const char *file = file_of(path);
    const size_t n = strlen(file);
    if (n < 5 || (file[0] != 'X' && file[0] != 'x')) return -1;
    if (strcmp(file + n - 4, ".npy") != 0 && strcmp(file + n - 4, ".idx") != 0) return -1;
    for (int i = 0; i < (int)(sizeof parts / sizeof *parts); i++)
        if (strlen(parts[i].middle) == n - 5 && memcmp(parts[i].middle, file + 1, n - 5) == 0) return i;
    return -1;
}

bool th_array_set_named(const char *path)
{
    return part_of(path) >= 0;
}

/* ---- labels ---- */

/* Line i of a text from 0 on, without spaces at its end; false: there is none. */
static bool next_line(th_span *text, char line[TH_LABEL_BYTES], bool *fits)
{
    if (!text->n) return false;
    const uint8_t *stop = memchr(text->p, '\n', text->n);
    size_t n = stop ? (size_t)(stop - text->p) : text->n;
    const size_t whole = n + (stop != NULL);
    while (n && (text->p[n - 1] == '\r' || text->p[n - 1] == ' ')) n--;
    *fits = n < TH_LABEL_BYTES && !memchr(text->p, 0, n);
    if (*fits) memcpy(line, text->p, n);
    line[*fits ? n : 0] = 0;
    *text = (th_span){text->p + whole, text->n - whole};
    return true;
}

/* Every line a label that can be one. */
static th_err read_lines(const char *name, th_span text, size_t most, char (*line)[TH_LABEL_BYTES], size_t *n,
                         th_why *why)
{
    bool fits;
    for (*n = 0; *n < most && next_line(&text, line[*n], &fits); ++*n) {
        th_why inner = {0};
        if (!fits || th_label_check(line[*n], &inner))
            return th_why_set(why, TH_EFORMAT, "%s, line %zu of " LABELS ": this is no label%s%s", name, *n + 1,
                              inner.err ? ": " : "", inner.text);
    }
    return text.n ? th_why_set(why, TH_EFORMAT, "%s: " LABELS " has more than %zu lines", name, most) : TH_OK;
}

/* Labels by class numbers. */
static th_err use_numbers(const char *name, const th_array *y, th_span names, th_array_set *s, th_why *why)
{
    char(*known)[TH_LABEL_BYTES] = calloc(TH_MAX_LABELS, sizeof *known);
    size_t n = 0;
    if (!known) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = read_lines(name, names, TH_MAX_LABELS, known, &n, why);
    for (size_t i = 0; i < y->n && !err; i++) {
        const float v = y->values[i];
        const int32_t k = v >= 0 && v < TH_MAX_LABELS ? (int32_t)v : -1;
        if (k < 0 || (float)k < v || (n && (size_t)k >= n))
            err = th_why_set(why, TH_EFORMAT, "%s: value %zu of its y is no class number from 0 to %zu", name, i + 1,
                             (n ? n : TH_MAX_LABELS) - 1);
        else if (n)
            memcpy(s->label[i], known[k], sizeof s->label[i]);
        else
            th_text_fmt(s->label[i], sizeof s->label[i], "%d", (int)k);
    }
    free(known);
    return err;
}

th_err th_array_set_parse(const char *name, th_span file, th_span y_file, th_span names, th_array_set *s, th_why *why)
{
    th_array y = {0};
    size_t n = 0;
    const int part = part_of(name);
    *s = (th_array_set){0};
    TH_TRY(th_array_parse(file, name, &s->x, why));
    const size_t wanted = (size_t)s->x.dim[0];
    s->label = calloc(wanted, sizeof *s->label);
    th_err err = s->label ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err && !y_file.n && !names.n)
        err = th_why_set(why, TH_EFORMAT, "%s has no labels: a file y (y.npy beside X.npy) or " LABELS " is needed",
                         name);
    if (!err && y_file.n) err = th_array_parse(y_file, "its y", &y, why);
    if (!err) err = y_file.n ? TH_OK : read_lines(name, names, wanted, s->label, &n, why);
    if (y_file.n) n = y.n;
    if (!err && n != wanted)
        err = th_why_set(why, TH_EFORMAT, "%s has %zu examples, but there are %zu labels", name, wanted, n);
    if (!err && y_file.n) err = use_numbers(name, &y, names, s, why);
    th_array_free(&y);
    if (part >= 0) s->has_split = parts[part].has_split, s->split = parts[part].split;
    if (err) th_array_set_free(s);
    return err;
}

void th_array_set_free(th_array_set *s)
{
    th_array_free(&s->x);
    free(s->label);
    s->label = NULL;
}

/* ---- files ---- */

/* A file beside X, when it is there. */
static th_err read_beside(const char *x_path, const char *file, uint8_t **bytes, size_t *n, th_why *why)
{
    char path[TH_PATH_BYTES];
    const size_t folder = (size_t)(file_of(x_path) - x_path);
    *bytes = NULL;
    *n = 0;
    if (th_text_fmt(path, sizeof path, "%.*s%s", (int)folder, x_path, file) >= sizeof path || !th_file_exists(path))
        return TH_OK;
    return th_file_read(path, MOST_NAMES, bytes, n, why);
}

th_err th_array_set_load(const char *dir, const char *below, th_span file, th_array_set *s, th_why *why)
{
    char path[TH_PATH_BYTES], y_name[256];
    uint8_t *y = NULL, *names = NULL;
    size_t ny = 0, n_names = 0;
    TH_TRY(th_path_join(path, dir, below, why));
    th_text_fmt(y_name, sizeof y_name, "y%s", file_of(below) + 1);
    TH_TRY(read_beside(path, y_name, &y, &ny, why));
    th_err err = TH_OK;
    if (!y) {
        y_name[0] = 'Y';
        err = read_beside(path, y_name, &y, &ny, why);
    }
    if (!err) err = read_beside(path, LABELS, &names, &n_names, why);
    if (!err) err = th_array_set_parse(below, file, (th_span){y, ny}, (th_span){names, n_names}, s, why);
    free(y);
    free(names);
    return err;
}
