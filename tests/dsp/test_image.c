#include "../test.h"

#include "base/rng.h"
#include "dsp/camera.h"
#include "dsp/image.h"
#include "pixel_cases.h"

#include <math.h>

/* ---- pictures ---- */

enum { SIDE = 200 };

typedef struct picture {
    int32_t h, w, c;
    uint8_t *px;
} picture;

static picture random_picture(int32_t h, int32_t w, int32_t c, uint64_t seed)
{
    picture p = {h, w, c, malloc((size_t)(h * w * c))};
    th_rng rng = th_rng_make(seed, 0);
    for (int32_t i = 0; i < h * w * c; i++) p.px[i] = (uint8_t)th_rng_below(&rng, 256);
    return p;
}

/* ---- the same in double, from the formulas of dsp/image.h ---- */

static double plain_nearest(const picture *p, double y, double x, int32_t k)
{
    return p->px[((int32_t)floor(y) * p->w + (int32_t)floor(x)) * p->c + k];
}

static double border(const picture *p, double y, double x, int32_t k)
{
    return plain_nearest(p, fmin(fmax(y, 0.0), p->h - 1.0), fmin(fmax(x, 0.0), p->w - 1.0), k);
}

static double plain_bilinear(const picture *p, double y, double x, int32_t k)
{
    const double top = floor(y - 0.5), left = floor(x - 0.5), fy = y - 0.5 - top, fx = x - 0.5 - left;
    return (1.0 - fy) * ((1.0 - fx) * border(p, top, left, k) + fx * border(p, top, left + 1.0, k)) +
           fy * ((1.0 - fx) * border(p, top + 1.0, left, k) + fx * border(p, top + 1.0, left + 1.0, k));
}

static double part_of(double lo, double hi, double at)
{
    return fmax(0.0, fmin(hi, at + 1.0) - fmax(lo, at));
}

static double plain_area(const picture *p, double y0, double y1, double x0, double x1, int32_t k)
{
    double sum = 0.0;
    for (int32_t r = (int32_t)floor(y0); r < p->h && r < y1; r++)
        for (int32_t q = (int32_t)floor(x0); q < p->w && q < x1; q++)
            sum += part_of(y0, y1, r) * part_of(x0, x1, q) * p->px[(r * p->w + q) * p->c + k];
    return sum / ((y1 - y0) * (x1 - x0));
}

static const int32_t sizes[][4] = {
    {1, 1, 1, 1},     {1, 1, 5, 7},     {7, 5, 1, 1},     {120, 160, 96, 96}, {96, 96, 48, 48}, {31, 17, 64, 90},
    {90, 64, 17, 31}, {3, 200, 200, 3}, {200, 3, 3, 200}, {28, 28, 28, 28},   {28, 28, 29, 27}, {2, 2, 3, 3},
};
#define N_SIZES (sizeof sizes / sizeof sizes[0])

static void near_to_plain(th_image_fit fit, double most)
{
    static uint8_t to[SIDE * SIDE * 3];
    static uint32_t scratch[2 * SIDE * 3];
    double worst = 0.0;
    for (size_t i = 0; i < 2 * N_SIZES; i++) {
        const int32_t *s = sizes[i / 2], c = i % 2 ? 3 : 1;
        picture p = random_picture(s[0], s[1], c, i + 1);
        const th_image from = th_image_of(p.px, p.h, p.w, c);
        assert_int_equal(th_image_resize(fit, &from, to, s[2], s[3], scratch), TH_OK);
        for (int32_t y = 0; y < s[2]; y++)
            for (int32_t x = 0; x < s[3]; x++)
                for (int32_t k = 0; k < c; k++) {
                    const double v = (double)p.h / s[2], h = (double)p.w / s[3], is = to[(y * s[3] + x) * c + k];
                    const double want = fit == TH_FIT_AREA ? plain_area(&p, y * v, (y + 1) * v, x * h, (x + 1) * h, k)
                                        : fit == TH_FIT_NEAREST ? plain_nearest(&p, (y + 0.5) * v, (x + 0.5) * h, k)
                                                                : plain_bilinear(&p, (y + 0.5) * v, (x + 0.5) * h, k);
                    worst = fmax(worst, fabs(is - want));
                }
        free(p.px);
    }
    printf("fit %d: at most %.4f of a grey level from double\n", (int)fit, worst);
    assert_true(worst <= most);
}

static void test_nearest(void **state)
{
    (void)state;
    near_to_plain(TH_FIT_NEAREST, 0.0);
}

static void test_bilinear(void **state)
{
    (void)state;
    near_to_plain(TH_FIT_BILINEAR, 0.7);
}

static void test_area(void **state)
{
    (void)state;
    near_to_plain(TH_FIT_AREA, 0.5 + 1e-9);
}

/* The largest sums that 32 bits must hold. */
static void test_white(void **state)
{
    (void)state;
    const int32_t side = 4096;
    uint8_t *px = malloc((size_t)side * (size_t)side), to[9];
    uint32_t scratch[6];
    memset(px, 255, (size_t)side * (size_t)side);
    const th_image from = th_image_of(px, side, side, 1);
    for (int32_t n = 1; n <= 3; n++) {
        memset(to, 0, sizeof to);
        assert_int_equal(th_image_resize(TH_FIT_AREA, &from, to, n, n, scratch), TH_OK);
        for (int32_t i = 0; i < n * n; i++) assert_int_equal(to[i], 255);
    }
    free(px);
}

static void test_same_size(void **state)
{
    (void)state;
    for (int32_t c = 1; c <= 3; c += 2)
        for (int fit = TH_FIT_NEAREST; fit <= TH_FIT_AREA; fit++) {
            uint8_t to[13 * 9 * 3];
            uint32_t scratch[2 * 9 * 3];
            picture p = random_picture(13, 9, c, 5);
            const th_image from = th_image_of(p.px, 13, 9, c);
            assert_int_equal(th_image_resize((th_image_fit)fit, &from, to, 13, 9, scratch), TH_OK);
            assert_memory_equal(to, p.px, (size_t)(13 * 9 * c));
            free(p.px);
        }
}

static void test_refused_sizes(void **state)
{
    (void)state;
    static const int32_t bad[][5] = {
        {0, 1, 1, 1, 1},  {1, 0, 1, 1, 1},      {1, 1, 2, 1, 1}, {1, 1, 1, 0, 1}, {1, 1, 1, 1, TH_IMAGE_SIDE + 1},
        {1, 1, 1, -1, 1}, {8192, 8192, 1, 1, 1}};
    uint8_t px[4] = {0};
    uint32_t scratch[16];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const th_image from = th_image_of(px, bad[i][0], bad[i][1], bad[i][2]);
        for (int fit = TH_FIT_NEAREST; fit <= TH_FIT_AREA; fit++)
            assert_int_equal(th_image_resize((th_image_fit)fit, &from, px, bad[i][3], bad[i][4], scratch), TH_ERANGE);
    }
}

/* ---- crop ---- */

static void test_crop(void **state)
{
    (void)state;
    picture p = random_picture(11, 17, 3, 3);
    const th_image from = th_image_of(p.px, 11, 17, 3);
    const th_crop boxes[] = {{0, 0, 11, 17}, {2, 3, 4, 5}, {10, 16, 1, 1}, {0, 5, 11, 1}};
    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++) {
        const th_crop b = boxes[i];
        uint8_t to[11 * 17 * 3];
        th_image part;
        assert_int_equal(th_image_crop(&from, &b, &part), TH_OK);
        assert_int_equal(th_image_resize(TH_FIT_NEAREST, &part, to, b.h, b.w, NULL), TH_OK);
        for (int32_t y = 0; y < b.h; y++)
            assert_memory_equal(to + y * b.w * 3, p.px + ((b.top + y) * 17 + b.left) * 3, (size_t)b.w * 3);
    }
    const th_crop bad[] = {{0, 0, 12, 17}, {1, 0, 11, 17}, {0, 1, 11, 17}, {-1, 0, 2, 2}, {0, -1, 2, 2}, {0, 0, 0, 1}};
    th_image part;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(th_image_crop(&from, &bad[i], &part), TH_ERANGE);
    free(p.px);
}

static void assert_box(th_crop b, int32_t top, int32_t left, int32_t h, int32_t w)
{
    assert_int_equal(b.top, top);
    assert_int_equal(b.left, left);
    assert_int_equal(b.h, h);
    assert_int_equal(b.w, w);
}

static void test_boxes(void **state)
{
    (void)state;
    assert_box(th_crop_middle(120, 160, 96, 96), 12, 32, 96, 96);
    assert_box(th_crop_middle(5, 6, 2, 3), 1, 1, 2, 3);
    assert_box(th_crop_middle(5, 6, 9, 3), 0, 1, 5, 3);
    assert_box(th_crop_like(120, 160, 96, 96), 0, 20, 120, 120);
    assert_box(th_crop_like(160, 120, 96, 96), 20, 0, 120, 120);
    assert_box(th_crop_like(120, 160, 32, 96), 33, 0, 53, 160);
    assert_box(th_crop_like(1, 1, 7, 3), 0, 0, 1, 1);
    assert_box(th_crop_like(3, 1000, 1, 16384), 1, 0, 1, 1000);
}

/* ---- what cameras send ---- */

static double plain_grey(double r, double g, double b)
{
    return 0.299 * r + 0.587 * g + 0.114 * b;
}

static double clamped(double v)
{
    return fmin(fmax(v, 0.0), 255.0);
}

/* One row of a frame of one row. */
static void read_row(th_pixel_kind kind, int32_t video, const uint8_t *frame, int32_t w, int32_t c, uint8_t *to)
{
    const th_pixels p = {kind, 2, w, video};
    const th_pixel_lines l = th_pixel_find(&p, frame, 0);
    th_pixel_row(&p, &l, 0, 0, w, c, to);
}

static void test_565(void **state)
{
    (void)state;
    for (uint32_t v = 0; v < 65536; v++) {
        const uint8_t le[4] = {(uint8_t)v, (uint8_t)(v >> 8)}, be[4] = {(uint8_t)(v >> 8), (uint8_t)v};
        const double r = round((v >> 11) * 255 / 31.0), g = round((v >> 5 & 63) * 255 / 63.0),
                     b = round((v & 31) * 255 / 31.0);
        const uint8_t want[3] = {(uint8_t)r, (uint8_t)g, (uint8_t)b};
        uint8_t is[3], grey;
        read_row(TH_PIXEL_RGB565_LE, 0, le, 1, 3, is);
        assert_memory_equal(is, want, 3);
        read_row(TH_PIXEL_RGB565_BE, 0, be, 1, 3, is);
        assert_memory_equal(is, want, 3);
        read_row(TH_PIXEL_RGB565_BE, 0, be, 1, 1, &grey);
        assert_true(fabs(grey - plain_grey(r, g, b)) < 0.502);
    }
}

static void test_grey(void **state)
{
    (void)state;
    for (uint32_t v = 0; v < 256; v++) assert_int_equal(th_pixel_grey(v, v, v), v);
    assert_int_equal(th_pixel_grey(255, 0, 0), 76);
    assert_int_equal(th_pixel_grey(0, 255, 0), 150);
    assert_int_equal(th_pixel_grey(0, 0, 255), 29);
    const uint8_t rgb[6] = {255, 0, 0, 0, 0, 255};
    uint8_t to[6];
    read_row(TH_PIXEL_RGB, 0, rgb, 2, 1, to);
    assert_int_equal(to[0], 76);
    assert_int_equal(to[1], 29);
    read_row(TH_PIXEL_RGB, 0, rgb, 2, 3, to);
    assert_memory_equal(to, rgb, 6);
    read_row(TH_PIXEL_GREY, 0, rgb, 2, 3, to);
    const uint8_t three[6] = {255, 255, 255, 0, 0, 0};
    assert_memory_equal(to, three, 6);
}

static void test_yuv(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int32_t video = 0; video < 2; video++)
        for (int32_t y = 0; y < 256; y += 3)
            for (int32_t u = 0; u < 256; u += 5)
                for (int32_t v = 0; v < 256; v += 5) {
                    const uint8_t yuyv[8] = {(uint8_t)y, (uint8_t)u, (uint8_t)(255 - y), (uint8_t)v};
                    const uint8_t uyvy[8] = {(uint8_t)u, (uint8_t)y, (uint8_t)v, (uint8_t)(255 - y)};
                    uint8_t is[6], other[6], grey[2];
                    read_row(TH_PIXEL_YUYV, video, yuyv, 2, 3, is);
                    read_row(TH_PIXEL_UYVY, video, uyvy, 2, 3, other);
                    read_row(TH_PIXEL_UYVY, video, uyvy, 2, 1, grey);
                    assert_memory_equal(is, other, 6);
                    for (int32_t i = 0; i < 2; i++) {
                        const double s = video ? 255.0 / 219 : 1.0, k = video ? 255.0 / 224 : 1.0;
                        const double l = ((i ? 255 - y : y) - (video ? 16 : 0)) * s, a = (u - 128) * k,
                                     b = (v - 128) * k;
                        worst = fmax(worst, fabs(is[3 * i] - clamped(l + 1.402 * b)));
                        worst = fmax(worst, fabs(is[3 * i + 1] - clamped(l - 0.344136 * a - 0.714136 * b)));
                        worst = fmax(worst, fabs(is[3 * i + 2] - clamped(l + 1.772 * a)));
                        worst = fmax(worst, fabs(grey[i] - clamped(l)));
                    }
                }
    printf("YUV: at most %.4f of a level from double\n", worst);
    assert_true(worst < 0.504);
}

static void test_planes(void **state)
{
    (void)state;
    enum { H = 4, W = 6 };
    uint8_t nv12[H * W * 3 / 2], i420[H * W * 3 / 2], yuyv[H * W * 2], a[W * 3], b[W * 3], want[W * 3];
    const th_pixels pa = {TH_PIXEL_NV12, H, W, 0}, pb = {TH_PIXEL_YUV420, H, W, 0}, pc = {TH_PIXEL_YUYV, H, W, 0};
    th_rng rng = th_rng_make(4, 0);
    assert_int_equal(th_pixel_bytes(&pa), sizeof nv12);
    assert_int_equal(th_pixel_bytes(&pb), sizeof i420);
    assert_int_equal(th_pixel_bytes(&pc), sizeof yuyv);
    for (int32_t i = 0; i < H * W; i++) yuyv[2 * i] = nv12[i] = i420[i] = (uint8_t)th_rng_below(&rng, 256);
    for (int32_t y = 0; y < H / 2; y++)
        for (int32_t x = 0; x < W / 2; x++) {
            const uint8_t u = (uint8_t)th_rng_below(&rng, 256), v = (uint8_t)th_rng_below(&rng, 256);
            nv12[H * W + y * W + 2 * x] = i420[H * W + y * W / 2 + x] = u;
            nv12[H * W + y * W + 2 * x + 1] = i420[H * W + H * W / 4 + y * W / 2 + x] = v;
            for (int32_t r = 0; r < 2; r++) {
                yuyv[((2 * y + r) * W + 2 * x) * 2 + 1] = u;
                yuyv[((2 * y + r) * W + 2 * x) * 2 + 3] = v;
            }
        }
    for (int32_t y = 0; y < H; y++)
        for (int32_t left = 0; left < 2; left++)
            for (int32_t c = 1; c <= 3; c += 2) {
                const th_pixel_lines la = th_pixel_find(&pa, nv12, y), lb = th_pixel_find(&pb, i420, y),
                                     lc = th_pixel_find(&pc, yuyv, y);
                th_pixel_row(&pa, &la, y, left, W - left, c, a);
                th_pixel_row(&pb, &lb, y, left, W - left, c, b);
                th_pixel_row(&pc, &lc, y, left, W - left, c, want);
                assert_memory_equal(a, want, (size_t)((W - left) * c));
                assert_memory_equal(b, want, (size_t)((W - left) * c));
            }
}

/* Mean of the pixels of one colour that are nearest to (y, x), the frame mirrored at its outermost pixels. */
static double plain_bayer(const picture *p, const char *tile, int32_t y, int32_t x, char colour)
{
    for (int32_t far = 0;; far++) { /* 0 here, 1 beside, 2 across */
        double sum = 0.0;
        int32_t n = 0;
        for (int32_t dy = -1; dy <= 1; dy++)
            for (int32_t dx = -1; dx <= 1; dx++) {
                const int32_t r = abs(y + dy) >= p->h ? 2 * p->h - 2 - y - dy : abs(y + dy);
                const int32_t q = abs(x + dx) >= p->w ? 2 * p->w - 2 - x - dx : abs(x + dx);
                if (abs(dy) + abs(dx) != far || tile[r % 2 * 2 + q % 2] != colour) continue;
                sum += p->px[r * p->w + q];
                n++;
            }
        if (n) return floor(sum / n + 0.5);
    }
}

static void test_bayer(void **state)
{
    (void)state;
    static const char *const tiles[] = {"RGGB", "BGGR", "GRBG", "GBRG"};
    static const int32_t side[][2] = {{2, 2}, {3, 5}, {8, 7}, {5, 6}};
    for (size_t i = 0; i < 16; i++) {
        picture p = random_picture(side[i / 4][0], side[i / 4][1], 1, i);
        const th_pixels px = {(th_pixel_kind)(TH_PIXEL_BAYER_RGGB + i % 4), p.h, p.w, 0};
        for (int32_t y = 0; y < p.h; y++) {
            uint8_t is[7 * 3];
            const th_pixel_lines l = th_pixel_find(&px, p.px, y);
            th_pixel_row(&px, &l, y, 0, p.w, 3, is);
            for (int32_t x = 0; x < p.w; x++)
                for (int32_t k = 0; k < 3; k++)
                    assert_int_equal(is[3 * x + k], plain_bayer(&p, tiles[i % 4], y, x, "RGB"[k]));
        }
        free(p.px);
    }
}

static void test_refused_frames(void **state)
{
    (void)state;
    static const th_pixels bad[] = {{TH_PIXEL_GREY, 0, 4, 0},
                                    {TH_PIXEL_GREY, 4, -1, 0},
                                    {TH_PIXEL_YUYV, 4, 3, 0},
                                    {TH_PIXEL_NV12, 3, 4, 0},
                                    {TH_PIXEL_YUV420, 4, 3, 0},
                                    {TH_PIXEL_BAYER_BGGR, 1, 4, 0},
                                    {TH_PIXEL_RGB, TH_IMAGE_SIDE + 1, 1, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_int_equal(th_pixel_bytes(&bad[i]), 0);
}

/* ---- row by row ---- */

/* The tensor by the whole-picture functions. */
static void plain_camera(const th_camera_cfg *c, const uint8_t *frame, int8_t *tensor)
{
    const th_pixels *p = &c->pixels;
    uint8_t *all = malloc((size_t)(p->h * p->w * c->c)), *small = malloc((size_t)(c->to_h * c->to_w * c->c));
    uint32_t *scratch = malloc(th_area_words(c->to_w, c->c) * sizeof *scratch);
    th_image part;
    for (int32_t y = 0; y < p->h; y++) {
        const th_pixel_lines l = th_pixel_find(p, frame, y);
        th_pixel_row(p, &l, y, 0, p->w, c->c, all + y * p->w * c->c);
    }
    const th_image from = th_image_of(all, p->h, p->w, c->c);
    assert_int_equal(th_image_crop(&from, &c->crop, &part), TH_OK);
    assert_int_equal(th_image_resize(TH_FIT_AREA, &part, small, c->to_h, c->to_w, scratch), TH_OK);
    for (int32_t i = 0; i < c->to_h * c->to_w * c->c; i++)
        tensor[i] = c->map ? c->map[small[i]] : (int8_t)(small[i] - 128);
    free(scratch);
    free(small);
    free(all);
}

/* Rows of a sensor that has only this row in its memory. */
static int32_t send(th_camera *k, const uint8_t *frame, int32_t y)
{
    const th_pixels *p = &k->cfg.pixels;
    const th_pixel_lines l = th_pixel_find(p, frame, y);
    const size_t n = (size_t)th_pixel_row_bytes(p);
    uint8_t *row = malloc(n), *u = NULL, *v = NULL;
    memcpy(row, frame + (size_t)y * n, n);
    if (p->kind == TH_PIXEL_NV12 || p->kind == TH_PIXEL_YUV420) {
        const size_t m = p->kind == TH_PIXEL_NV12 ? n : n / 2;
        u = malloc(m);
        v = malloc(m);
        memcpy(u, l.at[1], m);
        if (l.at[2]) memcpy(v, l.at[2], m);
    }
    const int32_t done = th_camera_row(k, row, u, v);
    free(row);
    free(u);
    free(v);
    return done;
}

static void test_camera(void **state)
{
    (void)state;
    static const int32_t to[][3] = {{96, 96, 1}, {96, 96, 3}, {1, 1, 3}, {7, 50, 1}, {130, 90, 3}};
    int8_t map[256];
    th_camera_map(-1.0f, 1.0f, 0.0078f, 3, map);
    for (int kind = TH_PIXEL_GREY; kind <= TH_PIXEL_BAYER_GBRG; kind++)
        for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
            th_camera_cfg cfg = {
                {(th_pixel_kind)kind, 60, 80, 0}, {0, 0, 0, 0}, to[i][0], to[i][1], to[i][2], i % 2 ? map : NULL};
            cfg.crop = i == 3   ? (th_crop){59, 7, 1, 73}
                       : i == 4 ? (th_crop){1, 3, 50, 71}
                                : th_crop_like(60, 80, cfg.to_h, cfg.to_w);
            const size_t bytes = th_pixel_bytes(&cfg.pixels), mem = th_camera_mem(&cfg),
                         n = (size_t)(cfg.to_h * cfg.to_w * cfg.c);
            picture p = random_picture(1, (int32_t)bytes, 1, 7 + i);
            uint8_t *memory = aligned_alloc(TH_ARENA_ALIGN, mem);
            int8_t *is = malloc(n), *want = malloc(n);
            th_arena arena = th_arena_over(memory, mem);
            th_camera k;
            assert_int_equal(th_camera_init(&k, &cfg, &arena), TH_OK);
            assert_int_equal(arena.peak, mem);
            plain_camera(&cfg, p.px, want);
            th_camera_start(&k, is);
            (void)send(&k, p.px, 0); /* a frame that breaks off */
            (void)send(&k, p.px, 1);
            for (int round = 0; round < 2; round++) {
                int32_t done = 0;
                memset(is, 0, n);
                th_camera_start(&k, is);
                for (int32_t y = 0; y < 60; y++) {
                    assert_true(y == 0 || !done || y >= cfg.crop.top + cfg.crop.h);
                    done = send(&k, p.px, y);
                }
                assert_int_equal(done, 1);
                assert_memory_equal(is, want, n);
            }
            memset(is, 0, n);
            th_camera_frame(&k, p.px, is);
            assert_memory_equal(is, want, n);
            free(want);
            free(is);
            free(memory);
            free(p.px);
        }
}

static void test_refused_cameras(void **state)
{
    (void)state;
    const th_camera_cfg good = {{TH_PIXEL_RGB565_BE, 120, 160, 0}, {0, 20, 120, 120}, 96, 96, 1, NULL};
    assert_int_equal(th_camera_mem(&good), 896); /* 8 * 96, and 120 rounded up */
    for (int i = 0; i < 7; i++) {
        th_camera_cfg bad = good;
        th_camera k;
        static _Alignas(16) uint8_t memory[4096];
        th_arena arena = th_arena_over(memory, sizeof memory);
        if (i == 0) bad.pixels.w = 0;
        if (i == 1) bad.crop.left = 41;
        if (i == 2) bad.crop.top = 1;
        if (i == 3) bad.crop.h = 0;
        if (i == 4) bad.to_h = 0;
        if (i == 5) bad.c = 2;
        if (i == 6) bad.crop.w = 161;
        assert_int_equal(th_camera_mem(&bad), 0);
        assert_int_equal(th_camera_init(&k, &bad, &arena), TH_ERANGE);
    }
    for (size_t less = 16; less <= 896; less += 16) {
        static _Alignas(16) uint8_t memory[1024];
        th_arena arena = th_arena_over(memory, th_camera_mem(&good) - less);
        th_camera k;
        assert_int_equal(th_camera_init(&k, &good, &arena), TH_ENOMEM);
    }
}

static void test_map(void **state)
{
    (void)state;
    int8_t map[256];
    th_camera_map(0.0f, 1.0f, 1.0f / 255.0f, -128, map);
    for (int b = 0; b < 256; b++) assert_int_equal(map[b], b - 128);
    th_camera_map(-1.0f, 1.0f, 0.0125f, -5, map);
    for (int b = 0; b < 256; b++)
        assert_int_equal(map[b],
                         (int)fmin(fmax(floor((-1.0 + 2.0 * b / 255.0) / (double)0.0125f + 0.5) - 5.0, -128.0), 127.0));
}

/* The hashes that the emulated boards have to meet (test_device_pixels.sh). */
static void test_same_as_devices(void **state)
{
    (void)state;
    static pixel_room room;
    pixel_fill(&room);
    for (int32_t k = 0; k < N_PIXEL_CASES; k++) {
        assert_int_equal(pixel_prepare(&pixel_cases[k], &room), TH_OK);
        assert_int_equal(pixel_run(&pixel_cases[k], &room), TH_OK);
        assert_true(pixel_hash(&pixel_cases[k], &room) == pixel_cases[k].hash);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest),   cmocka_unit_test(test_bilinear),
        cmocka_unit_test(test_area),      cmocka_unit_test(test_white),
        cmocka_unit_test(test_same_size), cmocka_unit_test(test_refused_sizes),
        cmocka_unit_test(test_crop),      cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_565),       cmocka_unit_test(test_grey),
        cmocka_unit_test(test_yuv),       cmocka_unit_test(test_planes),
        cmocka_unit_test(test_bayer),     cmocka_unit_test(test_refused_frames),
        cmocka_unit_test(test_camera),    cmocka_unit_test(test_refused_cameras),
        cmocka_unit_test(test_map),       cmocka_unit_test(test_same_as_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
