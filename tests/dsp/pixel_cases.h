/* tests/dsp/pixel_cases.h -- pictures, strokes and micro_speech's front end: what comes out, as hashes that have to be
 * the same here (test_image), and on every emulated board, which also counts the instructions (device_pixels.c). */
#ifndef TH_TESTS_DSP_PIXEL_CASES_H
#define TH_TESTS_DSP_PIXEL_CASES_H

#include "base/hash.h"
#include "dsp/camera.h"
#include "dsp/micro.h"
#include "dsp/wand.h"

enum { PIXEL_H = 120, PIXEL_W = 160, PIXEL_TO = 96, PIXEL_STROKE = 100, PIXEL_SAMPLES = 1600, PIXEL_MEMORY = 8192 };

typedef struct pixel_room {
    uint8_t frame[PIXEL_H * PIXEL_W * 3];
    int8_t tensor[PIXEL_TO * PIXEL_TO * 3];
    uint32_t scratch[2 * PIXEL_TO * 3];
    th_point stroke[PIXEL_STROKE];
    int16_t pcm[PIXEL_SAMPLES];
    uint16_t frames[4 * 40];
    uint32_t memory[PIXEL_MEMORY / 4] __attribute__((aligned(16)));
    th_camera camera;
    th_micro micro;
    th_micro_stream stream;
} pixel_room;

typedef enum pixel_what { PIXEL_RESIZE, PIXEL_CAMERA, PIXEL_RASTER, PIXEL_WAND, PIXEL_MICRO } pixel_what;

typedef struct pixel_case {
    const char *name;
    pixel_what what;
    int32_t kind, c; /* th_image_fit or th_pixel_kind; channels */
    uint64_t hash;
} pixel_case;

static const pixel_case pixel_cases[] = {
    {"resize nearest, RGB 160x120 to 96x96", PIXEL_RESIZE, TH_FIT_NEAREST, 3, UINT64_C(0xd7fa13a387f489be)},
    {"resize bilinear, RGB 160x120 to 96x96", PIXEL_RESIZE, TH_FIT_BILINEAR, 3, UINT64_C(0xafa2d28d2bc5a964)},
    {"resize area, RGB 160x120 to 96x96", PIXEL_RESIZE, TH_FIT_AREA, 3, UINT64_C(0x12659b0024f19b6c)},
    {"resize area, grey 160x120 to 96x96", PIXEL_RESIZE, TH_FIT_AREA, 1, UINT64_C(0x95b1606e1da66b42)},
    {"camera RGB565 160x120 to grey 96x96", PIXEL_CAMERA, TH_PIXEL_RGB565_BE, 1, UINT64_C(0x16c4d41ea23616b0)},
    {"camera RGB565 160x120 to RGB 96x96", PIXEL_CAMERA, TH_PIXEL_RGB565_BE, 3, UINT64_C(0x5ea1a931060f9789)},
    {"camera YUYV 160x120 to grey 96x96", PIXEL_CAMERA, TH_PIXEL_YUYV, 1, UINT64_C(0xc7f8356f905e371a)},
    {"camera YUYV 160x120 to RGB 96x96", PIXEL_CAMERA, TH_PIXEL_YUYV, 3, UINT64_C(0x903a5978e9766edf)},
    {"camera Bayer 160x120 to RGB 96x96", PIXEL_CAMERA, TH_PIXEL_BAYER_GRBG, 3, UINT64_C(0xf00c9d60db987e69)},
    {"stroke of 100 points to 32x32x3", PIXEL_RASTER, 0, 3, UINT64_C(0x38f7657b89b824b7)},
    {"wand, 100 rows of its sensors", PIXEL_WAND, 0, 0, UINT64_C(0x0314180d389ef6cd)},
    {"micro_speech, 4 frames of 30 ms", PIXEL_MICRO, 0, 0, UINT64_C(0xbbc3cb01c009fcd0)},
};
#define N_PIXEL_CASES ((int32_t)(sizeof pixel_cases / sizeof pixel_cases[0]))

/* What the cases read, by integers alone. */
static inline void pixel_fill(pixel_room *r)
{
    uint32_t x = 1;
    for (int32_t i = 0; i < PIXEL_H * PIXEL_W * 3; i++) {
        x = x * UINT32_C(1664525) + UINT32_C(1013904223);
        r->frame[i] = (uint8_t)((uint32_t)(i / 7) + (x >> 27));
    }
    for (int32_t i = 0; i < PIXEL_STROKE; i++) { /* a spiral of straight pieces */
        const int32_t side = i / 10 % 4, far = 100 * i;
        r->stroke[i].x = (int16_t)(side == 0 ? far : side == 2 ? -far : far * (i % 10 - 5) / 5);
        r->stroke[i].y = (int16_t)(side == 1 ? far : side == 3 ? -far : far * (5 - i % 10) / 5);
    }
    for (int32_t i = 0; i < PIXEL_SAMPLES; i++) {
        x = x * UINT32_C(1664525) + UINT32_C(1013904223);
        r->pcm[i] = (int16_t)((i * i / 8 & 4095) * 6 - 12000 + (int32_t)(x >> 22));
    }
}

/* Tables and memory; no part of what is counted. */
static inline th_err pixel_prepare(const pixel_case *p, pixel_room *r)
{
    th_arena arena = th_arena_over(r->memory, sizeof r->memory);
    if (p->what == PIXEL_CAMERA) {
        th_camera_cfg cfg = {{TH_PIXEL_GREY, PIXEL_H, PIXEL_W, 0}, {0, 0, 0, 0}, PIXEL_TO, PIXEL_TO, p->c, NULL};
        cfg.pixels.kind = (th_pixel_kind)p->kind;
        cfg.crop = th_crop_like(PIXEL_H, PIXEL_W, PIXEL_TO, PIXEL_TO);
        return th_camera_init(&r->camera, &cfg, &arena);
    }
    if (p->what == PIXEL_MICRO) {
        const th_micro_cfg cfg = th_micro_speech();
        TH_TRY(th_micro_init(&r->micro, &cfg, &arena));
        return th_micro_stream_init(&r->stream, &r->micro, &arena);
    }
    return TH_OK;
}

/* Rows of noise over a slow turn -> points, over the stroke. */
static inline th_err pixel_wand(pixel_room *r)
{
    static const th_wand_cfg cfg = {13118, 8192, 1, 8, 60};
    th_wand w;
    TH_TRY(th_wand_init(&w, &cfg));
    for (int32_t i = 0; i < PIXEL_STROKE; i++) {
        const int16_t *x = r->pcm + 6 * i;
        const int16_t accel[3] = {(int16_t)(x[0] / 16), (int16_t)(x[1] / 16), (int16_t)(8000 + x[2] / 64)},
                      gyro[3] = {(int16_t)(x[3] / 4), (int16_t)(x[4] / 8 + 300), x[5]};
        r->stroke[i] = th_wand_row(&w, accel, gyro);
    }
    return TH_OK;
}

static inline th_err pixel_run(const pixel_case *p, pixel_room *r)
{
    static const th_raster_cfg raster = {32, 32, 256, {0, 0, 0, 0}};
    if (p->what == PIXEL_RASTER) return th_raster_stroke(&raster, r->stroke, PIXEL_STROKE, (uint8_t *)r->tensor);
    if (p->what == PIXEL_WAND) return pixel_wand(r);
    if (p->what == PIXEL_RESIZE) {
        const th_image from = th_image_of(r->frame, PIXEL_H, PIXEL_W, p->c);
        return th_image_resize((th_image_fit)p->kind, &from, (uint8_t *)r->tensor, PIXEL_TO, PIXEL_TO, r->scratch);
    }
    if (p->what == PIXEL_MICRO) {
        th_micro_clip(&r->stream, r->pcm, PIXEL_SAMPLES, r->frames);
        return TH_OK;
    }
    const int32_t row = th_pixel_row_bytes(&r->camera.cfg.pixels);
    th_camera_start(&r->camera, r->tensor);
    for (int32_t y = 0; y < PIXEL_H; y++) (void)th_camera_row(&r->camera, r->frame + y * row, NULL, NULL);
    return TH_OK;
}

static inline uint64_t pixel_hash(const pixel_case *p, const pixel_room *r)
{
    th_span made = {(const uint8_t *)r->tensor, (size_t)PIXEL_TO * PIXEL_TO * (size_t)p->c};
    if (p->what == PIXEL_RASTER) made.n = 32 * 32 * 3;
    if (p->what == PIXEL_WAND) {
        made.p = (const uint8_t *)r->stroke;
        made.n = sizeof r->stroke;
    }
    if (p->what == PIXEL_MICRO) {
        made.p = (const uint8_t *)r->frames;
        made.n = sizeof r->frames;
    }
    return th_fnv1a(TH_FNV1A_START, made);
}

#endif
