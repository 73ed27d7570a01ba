#include "data/picture.h"

#include "os/file.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

th_err th_picture_read(const char *path, int32_t c, uint8_t **bytes, int32_t *h, int32_t *w, th_why *why)
{
    uint8_t *file;
    size_t n;
    png_image image = {.version = PNG_IMAGE_VERSION};
    TH_TRY(th_file_read(path, 0, &file, &n, why));
    *bytes = NULL;
    th_err err = TH_OK;
    if (!png_image_begin_read_from_memory(&image, file, n))
        err = th_why_set(why, TH_EFORMAT, "%s: no PNG picture (%s)", path, image.message);
    else if (image.width > TH_MAX_PICTURE || image.height > TH_MAX_PICTURE)
        err = th_why_set(why, TH_ERANGE, "%s has %lux%lu pixels; at most %dx%d are read", path,
                         (unsigned long)image.width, (unsigned long)image.height, TH_MAX_PICTURE, TH_MAX_PICTURE);
    if (!err) {
        const png_color black = {0, 0, 0};
        image.format = c == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
        *h = (int32_t)image.height, *w = (int32_t)image.width;
        *bytes = malloc(PNG_IMAGE_SIZE(image));
        if (!*bytes)
            err = th_why_set(why, TH_ENOMEM, "no memory for %s", path);
        else if (!png_image_finish_read(&image, &black, *bytes, 0, NULL))
            err = th_why_set(why, TH_EFORMAT, "%s: a damaged PNG picture (%s)", path, image.message);
    }
    png_image_free(&image);
    free(file);
    if (!err) return TH_OK;
    free(*bytes);
    *bytes = NULL;
    return err;
}

/* Output index i of n covers [i * from, (i + 1) * from) in units of 1/n input pixels: first pixel, last one, and how
 * much of a pixel k in between. */
static int64_t covered(int64_t i, int64_t n, int64_t from, int64_t k)
{
    const int64_t lo = i * from > k * n ? i * from : k * n,
                  hi = (i + 1) * from < (k + 1) * n ? (i + 1) * from : (k + 1) * n;
    return hi - lo;
}

void th_picture_resize(const uint8_t *from, int32_t h, int32_t w, int32_t c, uint8_t *to, int32_t to_h, int32_t to_w)
{
    if (h == to_h && w == to_w) {
        memcpy(to, from, (size_t)h * (size_t)w * (size_t)c);
        return;
    }
    const int64_t all = (int64_t)h * w; /* area of an output pixel, in units of 1/(to_h * to_w) */
    for (int32_t y = 0; y < to_h; y++)
        for (int32_t x = 0; x < to_w; x++)
            for (int32_t k = 0; k < c; k++) {
                int64_t sum = 0;
                for (int64_t r = (int64_t)y * h / to_h; r * to_h < (int64_t)(y + 1) * h; r++)
                    for (int64_t q = (int64_t)x * w / to_w; q * to_w < (int64_t)(x + 1) * w; q++)
                        sum += covered(y, to_h, h, r) * covered(x, to_w, w, q) * from[(r * w + q) * c + k];
                to[((int64_t)y * to_w + x) * c + k] = (uint8_t)((sum + all / 2) / all);
            }
}
