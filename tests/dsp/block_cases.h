/* tests/dsp/block_cases.h -- every kind of part, and transforms, on a made window, with the hash that has to come out
 * on the host, on the emulated boards, and with every compiler and optimisation. */
#ifndef TH_TESTS_DSP_BLOCK_CASES_H
#define TH_TESTS_DSP_BLOCK_CASES_H

#include "base/hash.h"
#include "dsp/block.h"
#include "dsp/fft.h"

#include <string.h>

enum { CASE_ROWS = 128, CASE_AXES = 6, CASE_FFT = 512 };
enum { CASE_BLOCK, CASE_FFT_F32, CASE_FFT_S16 };

typedef struct block_case {
    const char *name;
    uint64_t hash;   /* FNV-1a of the features, or the spectrum */
    int32_t what, n; /* n: samples of a transform */
    int32_t fixed;
    th_block_part part;
} block_case;

#define ACC 7 /* the first three axes */
static const block_case block_cases[] = {
    {"FFT of 512", UINT64_C(0xcf3020ad666a3d87), CASE_FFT_F32, 512, 0, {.kind = TH_BLOCK_RAW}},
    {"FFT of 480", UINT64_C(0x3aaebfad26c0840c), CASE_FFT_F32, 480, 0, {.kind = TH_BLOCK_RAW}},
    {"FFT of 500", UINT64_C(0x184730cc1509e734), CASE_FFT_F32, 500, 0, {.kind = TH_BLOCK_RAW}},
    {"FFT of 512, 16 bits", UINT64_C(0x59f4e14c6ccb01fe), CASE_FFT_S16, 512, 0, {.kind = TH_BLOCK_RAW}},
    {"FFT of 480, 16 bits", UINT64_C(0x1fc8ca739707d372), CASE_FFT_S16, 480, 0, {.kind = TH_BLOCK_RAW}},
    {"FFT of 500, 16 bits", UINT64_C(0x4c6d8605d1f32fcc), CASE_FFT_S16, 500, 0, {.kind = TH_BLOCK_RAW}},
    {"raw", UINT64_C(0x45786d8cf7ca7fd1), CASE_BLOCK, 0, 0, {.kind = TH_BLOCK_RAW, .axes = ACC}},
    {"aligned", UINT64_C(0x7146d3416f42c4ff), CASE_BLOCK, 0, 0, {.kind = TH_BLOCK_ALIGNED, .axes = ACC}},
    {"stats, all nine",
     UINT64_C(0x1620cbf5ec0651c0),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_STATS, .what = (1 << TH_STATS) - 1, .axes = ACC}},
    {"stats, all nine, 16 bits",
     UINT64_C(0x4f3111f354962c8e),
     CASE_BLOCK,
     0,
     1,
     {.kind = TH_BLOCK_STATS, .what = (1 << TH_STATS) - 1, .axes = ACC}},
    {"stats mean sd rms",
     UINT64_C(0xddef2c5fbc3ae450),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_STATS, .what = 1 << TH_STAT_MEAN | 1 << TH_STAT_SD | 1 << TH_STAT_RMS, .axes = ACC}},
    {"stats mean sd rms, 16 bits",
     UINT64_C(0x1ffabde226a143b9),
     CASE_BLOCK,
     0,
     1,
     {.kind = TH_BLOCK_STATS, .what = 1 << TH_STAT_MEAN | 1 << TH_STAT_SD | 1 << TH_STAT_RMS, .axes = ACC}},
    {"crossings", UINT64_C(0xf42611cdbed030a8), CASE_BLOCK, 0, 0, {.kind = TH_BLOCK_CROSSINGS, .axes = ACC}},
    {"crossings, 16 bits", UINT64_C(0x2e64bac0687311f7), CASE_BLOCK, 0, 1, {.kind = TH_BLOCK_CROSSINGS, .axes = ACC}},
    {"autocorrelation 10",
     UINT64_C(0xb7c82e2e9cddbc56),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_AUTOCORRELATION, .n = 10, .axes = ACC}},
    {"spectral 16 bands peaks 3",
     UINT64_C(0x60d4e49e8f097d46),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_SPECTRAL, .n = 16, .peaks = 3, .axes = ACC}},
    {"spectral 16 bands peaks 3, 16 bits",
     UINT64_C(0xc67911d9da66a243),
     CASE_BLOCK,
     0,
     1,
     {.kind = TH_BLOCK_SPECTRAL, .n = 16, .peaks = 3, .axes = ACC}},
    {"spectral 16 bands highpass 0.5 order 4",
     UINT64_C(0x83836891d9548552),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_SPECTRAL, .n = 16, .filter = {TH_FILTER_HIGH, 4, 0.5f, 0.0f}, .axes = ACC}},
    {"spectral 16 bands highpass 0.5 order 4, 16 bits",
     UINT64_C(0x48a23f8e6e0bff18),
     CASE_BLOCK,
     0,
     1,
     {.kind = TH_BLOCK_SPECTRAL, .n = 16, .filter = {TH_FILTER_HIGH, 4, 0.5f, 0.0f}, .axes = ACC}},
    {"wavelet 3 haar",
     UINT64_C(0x27f8d37c074b6639),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_WAVELET, .what = TH_WAVELET_HAAR, .n = 3, .axes = ACC}},
    {"wavelet 4 db4",
     UINT64_C(0x01aeaed76e9c79f6),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_WAVELET, .what = TH_WAVELET_DB4, .n = 4, .axes = ACC}},
    {"spectrogram 8 bands frame 32 hop 16",
     UINT64_C(0x9b8ab39c9a92a20c),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_SPECTROGRAM, .n = 8, .frame = 32, .hop = 16, .axes = ACC}},
    {"orientation",
     UINT64_C(0xe97ad2e5ace16665),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_ORIENTATION, .filter = {TH_FILTER_LOW, 1, 0.0f, 0.5f}, .axes = ACC}},
    {"orientation deg, with a gyroscope",
     UINT64_C(0x45af9ce8da329007),
     CASE_BLOCK,
     0,
     0,
     {.kind = TH_BLOCK_ORIENTATION, .what = TH_GYRO_DEG, .axes = 63, .filter = {TH_FILTER_LOW, 1, 0.0f, 0.5f}}},
};
#define N_BLOCK_CASES ((int32_t)(sizeof block_cases / sizeof block_cases[0]))

typedef struct block_room {
    float window[CASE_ROWS * CASE_AXES], out[CASE_ROWS * CASE_AXES], twiddle[2 * CASE_FFT];
    int16_t window_s16[CASE_ROWS * CASE_AXES], out_s16[CASE_ROWS * CASE_AXES];
    int32_t scratch[2 * (CASE_FFT + 2)];
    float scratch_f32[2 * (CASE_FFT + 2)];
    union {
        uint8_t byte[8192];
        int64_t aligned;
    } memory;
    th_block block;
    const void *result; /* of the case that ran */
    size_t bytes;
} block_room;

/* Triangles of another pitch on each axis, gravity on the third, noise; by integers alone. */
static inline void case_fill(block_room *r)
{
    uint32_t noise = 1;
    for (int32_t t = 0; t < CASE_ROWS; t++)
        for (int32_t a = 0; a < CASE_AXES; a++) {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            const int32_t wave = (int32_t)((uint32_t)t * (2500u + 1100u * (uint32_t)a) & 0xffffu) - 32768;
            const int32_t v = (wave < 0 ? -wave : wave) / 4 + (int32_t)(noise >> 22) + (a == 2 ? 9000 : -4000);
            r->window_s16[t * CASE_AXES + a] = (int16_t)v;
            r->window[t * CASE_AXES + a] = (float)v / 1024.0f;
        }
}

/* Tables, and for a transform its samples (which it uses up). */
static inline th_err case_prepare(const block_case *c, block_room *r)
{
    const size_t part = ((size_t)(16 - ((uintptr_t)r->memory.byte & 15))) & 15;
    th_arena arena = th_arena_over(r->memory.byte + part, sizeof r->memory.byte - part);
    th_block_cfg cfg;
    if (c->what == CASE_BLOCK) {
        memset(&cfg, 0, sizeof cfg);
        cfg.n_parts = 1;
        cfg.part[0] = c->part;
        cfg.n_axes = CASE_AXES;
        cfg.window = CASE_ROWS;
        cfg.rate_hz = 50.0f;
        cfg.fixed = c->fixed;
        if (th_block_scratch(&cfg) > sizeof r->scratch / 4) return TH_ENOMEM;
        return th_block_init(&r->block, &cfg, &arena);
    }
    if (th_fft_table_size(c->n) > 2 * CASE_FFT) return TH_ENOMEM;
    if (c->what == CASE_FFT_F32)
        th_fft_table_init(c->n, r->twiddle);
    else
        th_fft_table_init_s16(c->n, (int16_t *)(void *)r->twiddle);
    for (int32_t t = 0; t < c->n; t++) {
        r->scratch_f32[t] = r->window[t];
        ((int16_t *)r->scratch)[t] = r->window_s16[t];
    }
    return TH_OK;
}

static inline void case_run(const block_case *c, block_room *r)
{
    int32_t exponent = 0;
    if (c->what == CASE_FFT_F32) {
        r->result = th_fft_real(c->n, r->twiddle, r->scratch_f32, r->scratch_f32 + c->n + 2);
        r->bytes = (size_t)(c->n + 2) * 4;
    } else if (c->what == CASE_FFT_S16) {
        int16_t *x = (int16_t *)r->scratch;
        r->result = th_fft_real_s16(c->n, (const int16_t *)(const void *)r->twiddle, x, x + c->n + 2, &exponent);
        r->bytes = (size_t)(c->n + 2) * 2;
    } else if (c->fixed) {
        th_block_run_s16(&r->block, r->window_s16, r->scratch, r->out_s16);
        r->result = r->out_s16;
        r->bytes = (size_t)r->block.n_out * 2;
    } else {
        th_block_run(&r->block, r->window, r->scratch_f32, r->out);
        r->result = r->out;
        r->bytes = (size_t)r->block.n_out * 4;
    }
}

static inline uint64_t case_hash(const block_room *r)
{
    const th_span made = {(const uint8_t *)r->result, r->bytes};
    return th_fnv1a(TH_FNV1A_START, made);
}

#endif
