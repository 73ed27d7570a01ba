#include "dsp/image_pixel.h"

#include "dsp/image.h"

#include <string.h>

int th_pixel_is_bayer(th_pixel_kind kind)
{
    return kind >= TH_PIXEL_BAYER_RGGB;
}

static int is_planar(th_pixel_kind kind)
{
    return kind == TH_PIXEL_NV12 || kind == TH_PIXEL_YUV420;
}

int32_t th_pixel_row_bytes(const th_pixels *p)
{
    if (p->kind == TH_PIXEL_RGB) return 3 * p->w;
    return p->kind >= TH_PIXEL_RGB565_LE && p->kind <= TH_PIXEL_UYVY ? 2 * p->w : p->w;
}

size_t th_pixel_bytes(const th_pixels *p)
{
    const int32_t h = p->h, w = p->w;
    if (h < 1 || w < 1 || h > TH_IMAGE_SIDE || w > TH_IMAGE_SIDE || p->kind > TH_PIXEL_BAYER_GBRG) return 0;
    if (p->kind >= TH_PIXEL_YUYV && p->kind <= TH_PIXEL_YUV420 && w % 2) return 0;
    if (is_planar(p->kind) && h % 2) return 0;
    if (th_pixel_is_bayer(p->kind) && (h < 2 || w < 2)) return 0;
    const size_t bytes = (size_t)h * (size_t)th_pixel_row_bytes(p);
    return is_planar(p->kind) ? bytes / 2 * 3 : bytes;
}

th_pixel_lines th_pixel_find(const th_pixels *p, const uint8_t *frame, int32_t y)
{
    const ptrdiff_t w = th_pixel_row_bytes(p), h = p->h;
    th_pixel_lines l = {{frame + y * w, NULL, NULL}};
    if (th_pixel_is_bayer(p->kind)) {
        l.at[1] = l.at[0];
        l.at[0] = frame + (y > 0 ? y - 1 : 1) * w;
        l.at[2] = frame + (y + 1 < p->h ? y + 1 : p->h - 2) * w;
    } else if (p->kind == TH_PIXEL_NV12) {
        l.at[1] = frame + h * w + y / 2 * w;
    } else if (p->kind == TH_PIXEL_YUV420) {
        l.at[1] = frame + h * w + y / 2 * (w / 2);
        l.at[2] = l.at[1] + h / 2 * (w / 2);
    }
    return l;
}

/* ---- one pixel ---- */

static uint8_t *put(uint8_t *to, int32_t c, uint32_t r, uint32_t g, uint32_t b)
{
    if (c == 1) {
        *to++ = th_pixel_grey(r, g, b);
        return to;
    }
    to[0] = (uint8_t)r;
    to[1] = (uint8_t)g;
    to[2] = (uint8_t)b;
    return to + 3;
}

static uint8_t *put_565(uint8_t *to, int32_t c, uint32_t v)
{
    const uint32_t r = v >> 11, g = v >> 5 & 63, b = v & 31;
    /* 527/64 and 259/64 with these additions give round(v 255 / 31) and round(v 255 / 63) for every v */
    return put(to, c, (r * 527 + 23) >> 6, (g * 259 + 33) >> 6, (b * 527 + 23) >> 6);
}

/* v in 1/65536, rounded and clamped. */
static uint32_t rounded(int32_t v)
{
    v += INT32_C(32768);
    return v < 0 ? 0 : v > INT32_C(0xffffff) ? 255 : (uint32_t)v >> 16;
}

/* In 1/65536: what Y, and U' and V' in each colour, are multiplied with. */
typedef struct yuv {
    int32_t black, y, v_red, u_green, v_green, u_blue;
} yuv;

static const yuv full_range = {0, INT32_C(65536), INT32_C(91881), INT32_C(22554), INT32_C(46802), INT32_C(116130)};
static const yuv video_range = {16, INT32_C(76309), INT32_C(104597), INT32_C(25675), INT32_C(53279), INT32_C(132201)};

static uint8_t *put_yuv(uint8_t *to, int32_t c, const yuv *k, int32_t y, int32_t u, int32_t v)
{
    y = (y - k->black) * k->y;
    if (c == 1) {
        *to++ = (uint8_t)rounded(y);
        return to;
    }
    u -= 128;
    v -= 128;
    to[0] = (uint8_t)rounded(y + v * k->v_red);
    to[1] = (uint8_t)rounded(y - u * k->u_green - v * k->v_green);
    to[2] = (uint8_t)rounded(y + u * k->u_blue);
    return to + 3;
}

/* ---- rows ---- */

static void row_rgb(const uint8_t *from, int32_t n, int32_t c, uint8_t *to)
{
    if (c == 3) {
        memcpy(to, from, (size_t)n * 3);
        return;
    }
    for (int32_t x = 0; x < n; x++, from += 3) to = put(to, 1, from[0], from[1], from[2]);
}

/* first: which byte of a pixel is the high one */
static void row_565(const uint8_t *from, int32_t high, int32_t n, int32_t c, uint8_t *to)
{
    for (int32_t x = 0; x < n; x++, from += 2) to = put_565(to, c, (uint32_t)from[high] << 8 | from[1 - high]);
}

/* y: which byte of a pixel is the bright one; the other is U in even columns and V in odd ones */
static void row_422(const th_pixels *p, const uint8_t *row, int32_t y, int32_t left, int32_t n, int32_t c, uint8_t *to)
{
    const yuv *k = p->video ? &video_range : &full_range;
    for (int32_t x = left; x < left + n; x++) {
        const uint8_t *px = row + (ptrdiff_t)x * 2, *pair = row + (ptrdiff_t)(x / 2) * 4 + 1 - y;
        to = put_yuv(to, c, k, px[y], pair[0], pair[2]);
    }
}

static void row_420(const th_pixels *p, const th_pixel_lines *l, int32_t left, int32_t n, int32_t c, uint8_t *to)
{
    const yuv *k = p->video ? &video_range : &full_range;
    const int32_t step = p->kind == TH_PIXEL_NV12 ? 2 : 1;
    const uint8_t *u = l->at[1], *v = step == 2 && u ? u + 1 : l->at[2];
    for (int32_t x = left; x < left + n; x++) {
        const ptrdiff_t at = (ptrdiff_t)(x / 2) * step;
        to = c == 1 ? put_yuv(to, 1, k, l->at[0][x], 0, 0) : put_yuv(to, c, k, l->at[0][x], u[at], v[at]);
    }
}

static uint32_t mean2(uint32_t a, uint32_t b)
{
    return (a + b + 1) / 2;
}

static void row_bayer(const th_pixels *p, const th_pixel_lines *l, int32_t row, int32_t left, int32_t n, int32_t c,
                      uint8_t *to)
{
    /* Where red stands in the top left 2 x 2 pixels; blue stands across. */
    const int32_t red_y = p->kind == TH_PIXEL_BAYER_BGGR || p->kind == TH_PIXEL_BAYER_GBRG,
                  red_x = p->kind == TH_PIXEL_BAYER_BGGR || p->kind == TH_PIXEL_BAYER_GRBG;
    const int32_t in_red = row % 2 == red_y; /* a row of red and green, else of green and blue */
    const uint8_t *up = l->at[0], *mid = l->at[1], *down = l->at[2];
    for (int32_t x = left; x < left + n; x++) {
        const int32_t a = x > 0 ? x - 1 : 1, b = x + 1 < p->w ? x + 1 : p->w - 2;
        const uint32_t here = mid[x], sides = mean2(mid[a], mid[b]), above = mean2(up[x], down[x]);
        if ((x % 2 == red_x) != in_red) { /* green: the row's colour beside it, the other above and below */
            to = in_red ? put(to, c, sides, here, above) : put(to, c, above, here, sides);
            continue;
        }
        const uint32_t cross = ((uint32_t)mid[a] + mid[b] + up[x] + down[x] + 2) / 4,
                       corners = ((uint32_t)up[a] + up[b] + down[a] + down[b] + 2) / 4;
        to = in_red ? put(to, c, here, cross, corners) : put(to, c, corners, cross, here);
    }
}

void th_pixel_row(const th_pixels *p, const th_pixel_lines *l, int32_t y, int32_t left, int32_t n, int32_t c,
                  uint8_t *to)
{
    const uint8_t *row = l->at[0];
    switch (p->kind) {
    case TH_PIXEL_GREY:
        for (int32_t x = left; x < left + n; x++)
            for (int32_t k = 0; k < c; k++) *to++ = row[x];
        break;
    case TH_PIXEL_RGB: row_rgb(row + (ptrdiff_t)left * 3, n, c, to); break;
    case TH_PIXEL_RGB565_LE: row_565(row + (ptrdiff_t)left * 2, 1, n, c, to); break;
    case TH_PIXEL_RGB565_BE: row_565(row + (ptrdiff_t)left * 2, 0, n, c, to); break;
    case TH_PIXEL_YUYV: row_422(p, row, 0, left, n, c, to); break;
    case TH_PIXEL_UYVY: row_422(p, row, 1, left, n, c, to); break;
    case TH_PIXEL_NV12:
    case TH_PIXEL_YUV420: row_420(p, l, left, n, c, to); break;
    case TH_PIXEL_BAYER_RGGB:
    case TH_PIXEL_BAYER_BGGR:
    case TH_PIXEL_BAYER_GRBG:
    case TH_PIXEL_BAYER_GBRG: row_bayer(p, l, y, left, n, c, to); break;
    }
}
