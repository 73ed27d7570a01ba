/* PNG and JPEG files from anybody: refused with a text, or a picture of allowed sides whose grey is that of its
 * colours. */
#include "data/picture.h"
#include "dsp/image_pixel.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *rgb = NULL, *grey = NULL;
    int32_t h, w, grey_h, grey_w;
    th_why why = {0};
    const th_span file = {data, size};
    if (th_picture_parse(file, "picture", 3, &rgb, &h, &w, &why)) {
        if (!why.err || !strstr(why.text, "picture") || rgb) abort();
        return 0;
    }
    if (h < 1 || w < 1 || h > TH_MAX_PICTURE || w > TH_MAX_PICTURE) abort();
    if (th_picture_parse(file, "picture", 1, &grey, &grey_h, &grey_w, NULL) || h != grey_h || w != grey_w) abort();
    for (size_t i = 0; i < (size_t)h * (size_t)w; i++)
        if (grey[i] != th_pixel_grey(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2])) abort();
    free(grey);
    free(rgb);
    return 0;
}
