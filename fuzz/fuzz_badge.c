/* Any bytes as a certificate: refused, or drawn as a picture that is a certificate, too. */
#include "course/badge.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_badge badge;
    uint8_t open[32];
    if (th_badge_verify((th_span){data, size}, &badge, open, NULL) || data[0] == '<') return 0;
    char *jwt = strndup((const char *)data, size), *svg = NULL;
    if (jwt && !th_badge_svg(jwt, &svg, NULL) &&
        th_badge_verify((th_span){(const uint8_t *)svg, strlen(svg)}, &badge, open, NULL))
        abort();
    free(jwt);
    free(svg);
    return 0;
}
