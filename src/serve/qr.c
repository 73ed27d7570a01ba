#include "serve/qr.h"

#include "base/text.h"

#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define QUIET 4

static th_err encode(const char *text, QRcode **code, th_why *why)
{
    *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (*code) return TH_OK;
    if (errno == ENOMEM) return th_why_set(why, TH_ENOMEM, "out of memory for a QR code");
    return th_why_set(why, TH_ERANGE, "%zu letters are too many for a QR code", strlen(text));
}

/* Is the dot black?  White around. */
static bool dot(const QRcode *c, int x, int y)
{
    return x >= 0 && y >= 0 && x < c->width && y < c->width && (c->data[y * c->width + x] & 1);
}

/* Each run of black dots in a row is a rectangle of the path. */
static size_t path_of(const QRcode *c, char *out, size_t cap)
{
    size_t n = 0;
    for (int y = 0; y < c->width; y++) {
        for (int x = 0; x < c->width; x++) {
            int run = 0;
            while (dot(c, x + run, y)) run++;
            if (!run) continue;
            n += th_text_fmt(out + n, cap - n, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
            x += run;
        }
    }
    return n;
}

th_err th_qr_svg(const char *text, char **svg, th_why *why)
{
    QRcode *c;
    *svg = NULL;
    TH_TRY(encode(text, &c, why));
    const int side = c->width + 2 * QUIET;
    const size_t cap = 512 + (size_t)c->width * (size_t)c->width * 12; /* a run takes at most 24, and a gap */
    char *s = *svg = malloc(cap);
    if (s) {
        size_t n = th_text_fmt(s, cap,
                               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                               "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/><path "
                               "fill=\"#000\" d=\"",
                               side, side, side, side, side);
        n += path_of(c, s + n, cap - n);
        (void)th_text_fmt(s + n, cap - n, "\"/></svg>");
    }
    QRcode_free(c);
    return s ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a QR code");
}

th_err th_qr_terminal(const char *text, char **lines, th_why *why)
{
    static const char *const half[] = {" ", "\xe2\x96\x84", "\xe2\x96\x80", "\xe2\x96\x88"}; /* lower, upper, both */
    QRcode *c;
    *lines = NULL;
    TH_TRY(encode(text, &c, why));
    const int side = c->width + 2 * QUIET;
    const size_t cap = (size_t)(side / 2 + 1) * ((size_t)side * 3 + 24) + 1;
    char *s = *lines = malloc(cap);
    size_t n = 0;
    for (int y = -QUIET; s && y < c->width + QUIET; y += 2) {
        n += th_text_fmt(s + n, cap - n, "\033[30;107m"); /* black on bright white */
        for (int x = -QUIET; x < c->width + QUIET; x++)
            n += th_text_fmt(s + n, cap - n, "%s", half[(dot(c, x, y) ? 2 : 0) + (dot(c, x, y + 1) ? 1 : 0)]);
        n += th_text_fmt(s + n, cap - n, "\033[0m\n");
    }
    QRcode_free(c);
    return s ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a QR code");
}
