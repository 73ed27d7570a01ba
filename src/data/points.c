#include "data/points.h"

#include "base/text.h"
#include "data/cells.h"

#include <stdlib.h>
#include <string.h>

static th_err add_point(th_examples *e, const double *x, th_why *why)
{
    const size_t in = (size_t)e->c, out = (size_t)e->n_targets, at = (size_t)e->n;
    float *f32 = realloc(e->f32, (at + 1) * in * sizeof *f32);
    if (f32) e->f32 = f32;
    float *target = realloc(e->target, (at + 1) * out * sizeof *target);
    if (target) e->target = target;
    int32_t *label = realloc(e->label, (at + 1) * sizeof *label);
    if (label) e->label = label;
    if (!f32 || !target || !label) return th_why_set(why, TH_ENOMEM, "no memory for %zu points", at);
    for (size_t k = 0; k < in; k++) f32[at * in + k] = (float)x[k];
    for (size_t k = 0; k < out; k++) target[at * out + k] = (float)x[in + k];
    label[at] = -1;
    e->n++;
    return TH_OK;
}

/* Names of columns: the first cell is no number. */
static bool is_head(const th_cells *c)
{
    th_cells copy = *c;
    double v;
    return c->line == 1 && th_cells_number(&copy, &v, NULL) != TH_OK;
}

th_err th_points_add(th_examples *e, const char *name, th_span text, th_why *why)
{
    const int32_t columns = e->c + e->n_targets;
    th_cells c = th_cells_of(text, name, ',');
    double *x = malloc((size_t)columns * sizeof *x);
    th_err err = x ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    while (!err && th_cells_line(&c)) {
        if (is_head(&c)) continue;
        for (int32_t k = 0; k < columns && !err; k++) err = th_cells_number(&c, &x[k], why);
        if (!err) err = th_cells_end(&c, why);
        if (!err) err = add_point(e, x, why);
    }
    free(x);
    return err;
}

static th_err add_file(th_examples *e, const char *path, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    const th_err err = th_points_add(e, path, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}

static th_err add_folder(th_examples *e, const char *dir, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (names.name[i][0] == '.' || !th_text_ends(names.name[i], ".csv")) continue;
        err = th_path_join(path, dir, names.name[i], why);
        if (!err) err = add_file(e, path, why);
    }
    th_names_free(&names);
    return err;
}

th_err th_points_load(const char *path, int32_t n_inputs, int32_t n_outputs, th_examples **out, th_why *why)
{
    th_examples *e = calloc(1, sizeof *e);
    *out = NULL;
    if (!e) return th_why_set(why, TH_ENOMEM, "out of memory");
    e->h = e->w = 1, e->c = n_inputs, e->n_targets = n_outputs;
    th_err err = th_dir_exists(path) ? add_folder(e, path, why) : add_file(e, path, why);
    if (!err && e->n == 0)
        err = th_why_set(why, TH_ENOENT, "%s has no points: a .csv with %d numbers a row is needed, inputs first", path,
                         (int)(n_inputs + n_outputs));
    if (err)
        th_examples_free(e);
    else
        *out = e;
    return err;
}
