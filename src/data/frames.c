#include "data/frames.h"

#include "base/text.h"
#include "data/picture.h"
#include "data/picture_folder.h"
#include "os/file.h"

#include <stdlib.h>
#include <string.h>

void th_frames_free(th_frames *f)
{
    for (int32_t i = 0; f->name && i < f->n; i++) free(f->name[i]);
    free(f->name);
    free(f->label);
    free(f->bytes);
    *f = (th_frames){0};
}

/* ---- one picture ---- */

/* Sides of h x w in proportion, so that they just cover the box; at least 1. */
static void cover(const th_crop *box, int32_t h, int32_t w, int32_t *to_h, int32_t *to_w)
{
    const int64_t tall = (int64_t)h * box->w, wide = (int64_t)w * box->h;
    *to_h = tall > wide ? (int32_t)((tall + w / 2) / w) : box->h;
    *to_w = tall > wide ? box->w : (int32_t)((wide + h / 2) / h);
}

static int32_t within(int32_t i, int32_t n)
{
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* RGB -> rrrrrggg gggbbbbb, each colour to the nearest that its 5 or 6 bits can say. */
static void put_pixel(const uint8_t *rgb, uint8_t *to)
{
    const uint32_t r = (rgb[0] * 31u + 127u) / 255u, g = (rgb[1] * 63u + 127u) / 255u, b = (rgb[2] * 31u + 127u) / 255u;
    to[0] = (uint8_t)(r << 3 | g >> 3);
    to[1] = (uint8_t)((g & 7u) << 5 | b);
}

th_err th_frame_of(const uint8_t *rgb, int32_t h, int32_t w, const th_pixels *pixels, const th_crop *crop,
                   uint8_t *frame, th_why *why)
{
    int32_t to_h, to_w;
    cover(crop, h, w, &to_h, &to_w);
    if (to_h > TH_IMAGE_SIDE || to_w > TH_IMAGE_SIDE)
        return th_why_set(why, TH_ERANGE, "a picture of %d x %d pixels is too narrow for a camera's frame", (int)h,
                          (int)w);
    uint8_t *sized = malloc((size_t)to_h * (size_t)to_w * 3);
    th_err err = sized ? th_picture_resize(rgb, h, w, 3, sized, to_h, to_w, why)
                       : th_why_set(why, TH_ENOMEM, "no memory for a picture of %d x %d", (int)to_h, (int)to_w);
    const int32_t top = crop->top - (to_h - crop->h) / 2, left = crop->left - (to_w - crop->w) / 2;
    for (int32_t y = 0; y < pixels->h && !err; y++)
        for (int32_t x = 0; x < pixels->w; x++, frame += 2)
            put_pixel(sized + 3 * ((ptrdiff_t)within(y - top, to_h) * to_w + within(x - left, to_w)), frame);
    free(sized);
    return err;
}

/* ---- many ---- */

static int32_t label_number(const th_card *card, const char *label)
{
    int32_t k = label ? card->n_labels - 1 : -1;
    while (k >= 0 && strcmp(card->labels[k], label) != 0) k--;
    return k;
}

/* Room for `more` frames behind those that are there. */
static th_err room(th_frames *f, int32_t more, th_why *why)
{
    if (more <= f->cap - f->n) return TH_OK;
    const size_t cap = (size_t)f->n + (size_t)more + (size_t)f->n / 2, frame = th_pixel_bytes(&f->pixels);
    if (cap > INT32_MAX / frame)
        return th_why_set(why, TH_ERANGE, "these are more than %zu frames: feed them in parts",
                          (size_t)INT32_MAX / frame);
    uint8_t *bytes = realloc(f->bytes, cap * frame);
    if (bytes) f->bytes = bytes;
    int32_t *label = realloc(f->label, cap * sizeof *label);
    if (label) f->label = label;
    char **name = realloc(f->name, cap * sizeof *name);
    if (name) f->name = name;
    if (!bytes || !label || !name) return th_why_set(why, TH_ENOMEM, "no memory for %zu frames", cap);
    f->cap = (int32_t)cap;
    return TH_OK;
}

static uint8_t *next_frame(th_frames *f)
{
    return f->bytes + (size_t)f->n * th_pixel_bytes(&f->pixels);
}

/* The frame at next_frame is complete. */
static th_err take(th_frames *f, const char *name, int32_t label, th_why *why)
{
    char *own = strdup(name);
    if (!own) return th_why_set(why, TH_ENOMEM, "no memory for %s", name);
    f->name[f->n] = own;
    f->label[f->n++] = label;
    f->n_labelled += label >= 0;
    return TH_OK;
}

/* A damaged file stops nothing, it is counted. */
static th_err add_picture(th_frames *f, const char *path, const char *name, int32_t label, th_why *why)
{
    uint8_t *rgb;
    int32_t h, w;
    th_why own = {0};
    th_err err = th_picture_read(path, 3, &rgb, &h, &w, &own);
    if (!err) {
        err = room(f, 1, &own);
        if (!err) err = th_frame_of(rgb, h, w, &f->pixels, &f->crop, next_frame(f), &own);
        free(rgb);
    }
    if (!err) return take(f, name, label, why);
    if (err == TH_ENOMEM) return th_why_set(why, err, "%s", own.text);
    if (f->n_bad++ == 0) th_text_fmt(f->problem, sizeof f->problem, "%s", own.text);
    return TH_OK;
}

static th_err add_raw(th_frames *f, const char *path, th_why *why)
{
    const size_t frame = th_pixel_bytes(&f->pixels);
    uint8_t *bytes;
    size_t n;
    char name[32];
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    th_err err = TH_OK;
    if (!n || n % frame)
        err =
            th_why_set(why, TH_EFORMAT,
                       "%s has %zu bytes; it is neither PNG nor JPEG, and a frame of the camera is %zu bytes (%d rows "
                       "of %d pixels of RGB565): the file must hold whole ones",
                       path, n, frame, (int)f->pixels.h, (int)f->pixels.w);
    else if (n / frame > INT32_MAX)
        err = th_why_set(why, TH_ERANGE, "%s is too long: feed it in parts", path);
    if (!err) err = room(f, (int32_t)(n / frame), why);
    for (size_t at = 0; at < n && !err; at += frame) {
        memcpy(next_frame(f), bytes + at, frame);
        th_text_fmt(name, sizeof name, "%zu", at / frame);
        err = take(f, name, -1, why);
    }
    free(bytes);
    return err;
}

/* Pictures that lie in the folder itself. */
static th_err add_folder(th_frames *f, const char *dir, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_names names;
    TH_TRY(th_dir_list(dir, &names, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        if (names.name[i][0] == '.' || !th_picture_named(names.name[i])) continue;
        err = th_path_join(path, dir, names.name[i], why);
        if (!err && !th_dir_exists(path)) err = add_picture(f, path, names.name[i], -1, why);
    }
    th_names_free(&names);
    return err;
}

typedef struct finding {
    const th_card *card;
    th_frames *f;
} finding;

static th_err take_found(void *ctx, const th_found_picture *found, th_why *why)
{
    finding *at = ctx;
    th_frames *f = at->f;
    uint8_t *rgb;
    int32_t h, w;
    if (found->has_split && found->split == TH_TRAIN) return TH_OK;
    TH_TRY(room(f, 1, why));
    TH_TRY(th_picture_parse(found->file, found->name, 3, &rgb, &h, &w, why));
    const th_err err = th_frame_of(rgb, h, w, &f->pixels, &f->crop, next_frame(f), why);
    free(rgb);
    return err ? err : take(f, found->name, label_number(at->card, found->label), why);
}

th_err th_frames_read(const th_card *card, const char *path, th_frames *f, th_why *why)
{
    finding at = {card, f};
    const char *layout;
    if (!th_dir_exists(path))
        TH_TRY(th_picture_named(path) ? add_picture(f, path, path, -1, why) : add_raw(f, path, why));
    else
        TH_TRY(add_folder(f, path, why));
    if (f->n) return TH_OK;
    if (f->n_bad) return th_why_set(why, TH_EFORMAT, "%s", f->problem);
    TH_TRY(th_pictures_find(path, take_found, &at, &layout, &f->n_bad, f->problem, sizeof f->problem, why));
    return f->n ? TH_OK : th_why_set(why, TH_ENOENT, "%s has no pictures but those to train with", path);
}

th_err th_frames_of_set(const th_card *card, const th_dataset *set, th_frames *f, th_why *why)
{
    char path[TH_PATH_BYTES];
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        if (s->kind != TH_PICTURE || s->split != TH_TEST) continue;
        TH_TRY(th_dataset_path(set, s, path, why));
        TH_TRY(add_picture(f, path, s->name, label_number(card, s->label), why));
    }
    return f->n ? TH_OK
                : th_why_set(why, TH_ENOENT, "there are no test pictures%s%s", f->n_bad ? ": " : "", f->problem);
}
