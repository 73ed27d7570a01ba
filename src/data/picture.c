#include "data/picture.h"

#include "data/picture_priv.h"
#include "dsp/image.h"
#include "dsp/image_pixel.h"
#include "os/file.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

th_err th_picture_room(const char *name, uint64_t h, uint64_t w, int32_t c, uint8_t **bytes, th_why *why)
{
    *bytes = NULL;
    if (h > TH_MAX_PICTURE || w > TH_MAX_PICTURE)
        return th_why_set(why, TH_ERANGE, "%s has %llux%llu pixels; at most %dx%d are read", name,
                          (unsigned long long)w, (unsigned long long)h, TH_MAX_PICTURE, TH_MAX_PICTURE);
    *bytes = malloc((size_t)h * (size_t)w * (size_t)c + 1);
    return *bytes ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %s", name);
}

void th_picture_grey(const uint8_t *rgb, int32_t n, uint8_t *to)
{
    for (int32_t i = 0; i < n; i++, rgb += 3) *to++ = th_pixel_grey(rgb[0], rgb[1], rgb[2]);
}

static th_err read_png(th_span file, const char *name, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w, th_why *why)
{
    const png_color black = {0, 0, 0};
    png_image image = {.version = PNG_IMAGE_VERSION};
    th_err err = TH_OK;
    *bytes = NULL;
    if (!png_image_begin_read_from_memory(&image, file.p, file.n))
        err = th_why_set(why, TH_EFORMAT, "%s: no PNG or JPEG picture (%s)", name, image.message);
    image.format = PNG_FORMAT_RGB;
    if (!err) err = th_picture_room(name, image.height, image.width, 3, bytes, why);
    if (!err && !png_image_finish_read(&image, &black, *bytes, 0, NULL))
        err = th_why_set(why, TH_EFORMAT, "%s: a damaged PNG picture (%s)", name, image.message);
    *h = (int32_t)image.height, *w = (int32_t)image.width;
    png_image_free(&image);
    if (!err && c == 1) th_picture_grey(*bytes, *h * *w, *bytes);
    return err;
}

th_err th_picture_parse(th_span file, const char *name, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w, th_why *why)
{
    const bool jpeg = file.n >= 3 && memcmp(file.p, "\xff\xd8\xff", 3) == 0;
    const th_err err = (jpeg ? th_picture_jpeg : read_png)(file, name, c, bytes, h, w, why);
    if (!err) return TH_OK;
    free(*bytes);
    *bytes = NULL;
    return err;
}

th_err th_picture_png(const uint8_t *bytes, int32_t h, int32_t w, int32_t c, uint8_t **png, size_t *n, th_why *why)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)w,
                       .height = (png_uint_32)h,
                       .format = c == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    *png = malloc(size);
    const int good = *png && png_image_write_to_memory(&image, *png, &size, 0, bytes, 0, NULL);
    png_image_free(&image);
    *n = size;
    if (good) return TH_OK;
    free(*png);
    *png = NULL;
    return th_why_set(why, TH_ENOMEM, "no memory for a picture of %dx%d", (int)w, (int)h);
}

th_err th_picture_read(const char *path, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w, th_why *why)
{
    uint8_t *file;
    size_t n;
    TH_TRY(th_file_read(path, 0, &file, &n, why));
    const th_err err = th_picture_parse((th_span){file, n}, path, c, bytes, h, w, why);
    free(file);
    return err;
}

int th_picture_named(const char *name)
{
    const char *end = strrchr(name, '.');
    return end && (!strcasecmp(end, ".png") || !strcasecmp(end, ".jpg") || !strcasecmp(end, ".jpeg"));
}

static th_err resize(const th_image *image, uint8_t *to, int32_t to_h, int32_t to_w, th_why *why)
{
    const int32_t c = image->c;
    uint32_t *scratch = to_w > 0 && to_w <= TH_IMAGE_SIDE ? malloc(th_area_words(to_w, c) * sizeof *scratch) : NULL;
    if (!scratch && to_w > 0 && to_w <= TH_IMAGE_SIDE)
        return th_why_set(why, TH_ENOMEM, "no memory to resize a picture");
    const th_err err = th_image_resize(TH_FIT_AREA, image, to, to_h, to_w, scratch);
    free(scratch);
    return err ? th_why_set(why, err, "pictures of %dx%d cannot become %dx%d: sides go from 1 to %d pixels",
                            (int)image->w, (int)image->h, (int)to_w, (int)to_h, TH_IMAGE_SIDE)
               : TH_OK;
}

th_err th_picture_resize(const uint8_t *from, int32_t h, int32_t w, int32_t c, uint8_t *to, int32_t to_h, int32_t to_w,
                         th_why *why)
{
    const th_image image = th_image_of(from, h, w, c);
    return resize(&image, to, to_h, to_w, why);
}

th_err th_picture_fit(const uint8_t *from, int32_t h, int32_t w, int32_t c, uint8_t *to, int32_t to_h, int32_t to_w,
                      th_why *why)
{
    const th_image image = th_image_of(from, h, w, c);
    th_image part = image;
    if (h > 0 && w > 0 && to_h > 0 && to_w > 0) {
        const th_crop box = th_crop_like(h, w, to_h, to_w);
        if (th_image_crop(&image, &box, &part)) part = image; /* resize says what is wrong */
    }
    return resize(&part, to, to_h, to_w, why);
}
