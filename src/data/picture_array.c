/* Pictures in arrays: X.npy [n][height][width], [n][height][width][1 or 3], with y.npy beside it (data/array_set.h).
 * Bytes are levels; other numbers are 0 to 1 when none is larger than 1, else 0 to 255. */
#include "data/picture_find.h"

#include "base/text.h"
#include "data/array_set.h"
#include "data/picture.h"

#include <math.h>
#include <stdlib.h>

static th_err to_bytes(const th_array *x, const char *name, uint8_t **bytes, th_why *why)
{
    float most = 0, least = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (x->values[i] > most) most = x->values[i];
        if (x->values[i] < least) least = x->values[i];
    }
    if (least < 0 || most > 255)
        return th_why_set(why, TH_EFORMAT, "%s: pictures are numbers from 0 to 1 or from 0 to 255, not %d to %d", name,
                          (int)fmaxf(least, -1e9f), (int)fminf(most, 1e9f));
    const float scale = x->bytes || most > 1 ? 1 : 255;
    *bytes = malloc(x->n);
    if (!*bytes) return th_why_set(why, TH_ENOMEM, "out of memory reading %s", name);
    for (size_t i = 0; i < x->n; i++) (*bytes)[i] = (uint8_t)lrintf(x->values[i] * scale);
    return TH_OK;
}

static th_err give_all(th_picture_finding *f, const char *file, const th_array_set *s, const uint8_t *bytes,
                       th_why *why)
{
    const int32_t h = s->x.dim[1], w = s->x.dim[2], c = s->x.n_dims == 4 ? s->x.dim[3] : 1;
    th_err err = TH_OK;
    for (int32_t i = 0; i < s->x.dim[0] && !err; i++) {
        char name[600];
        uint8_t *png;
        size_t n;
        th_text_fmt(name, sizeof name, "%s#%d", file, (int)i + 1);
        TH_TRY(th_picture_png(bytes + (size_t)i * (size_t)h * (size_t)w * (size_t)c, h, w, c, &png, &n, why));
        const th_found_picture found = {.name = name,
                                        .label = s->label[i],
                                        .subject = "",
                                        .has_split = s->has_split,
                                        .split = s->split,
                                        .w = w,
                                        .h = h,
                                        .file = {png, n}};
        f->n++;
        err = f->take(f->ctx, &found, why);
        free(png);
    }
    return err;
}

static th_err give_set(th_picture_finding *f, const char *file, const th_array_set *s, th_why *why)
{
    uint8_t *bytes;
    th_why own = {0};
    const th_array *x = &s->x;
    const bool fine = (x->n_dims == 3 || (x->n_dims == 4 && (x->dim[3] == 1 || x->dim[3] == 3))) &&
                      x->dim[1] <= TH_MAX_PICTURE && x->dim[2] <= TH_MAX_PICTURE;
    th_err err = fine ? to_bytes(x, file, &bytes, &own)
                      : th_why_set(&own, TH_EFORMAT,
                                   "%s: its shape is not pictures x height x width, or x 1 or x 3 behind that", file);
    if (err) {
        th_picture_bad(f, own.text);
        return err == TH_ENOMEM ? th_why_set(why, err, "%s", own.text) : TH_OK;
    }
    err = give_all(f, file, s, bytes, why);
    free(bytes);
    return err;
}

static th_err give_file(th_picture_finding *f, const char *dir, const char *file, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes = NULL;
    size_t n = 0;
    th_array_set s;
    th_why own = {0};
    TH_TRY(th_path_join(path, dir, file, why));
    th_err err = th_file_read(path, 0, &bytes, &n, &own);
    if (!err) err = th_array_set_load(dir, file, (th_span){bytes, n}, &s, &own);
    free(bytes);
    if (err) {
        th_picture_bad(f, own.text);
        return err == TH_ENOMEM ? th_why_set(why, err, "%s", own.text) : TH_OK;
    }
    err = give_set(f, file, &s, why);
    th_array_set_free(&s);
    return err;
}

th_err th_pictures_array(th_picture_finding *f, const char *dir, th_why *why)
{
    th_names names;
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++)
        if (th_array_set_named(names.name[i])) err = give_file(f, dir, names.name[i], why);
    th_names_free(&names);
    if (f->n) f->layout = "arrays";
    return err;
}
