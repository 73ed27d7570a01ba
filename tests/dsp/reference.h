/* tests/dsp/reference.h -- features of a made sound, as a hash that has to be the same on the host,
 * on the emulated device, and with every compiler and optimisation. */
#ifndef TH_TESTS_DSP_REFERENCE_H
#define TH_TESTS_DSP_REFERENCE_H

#include "base/hash.h"
#include "dsp/frontend.h"

#define REFERENCE_SAMPLES 8000
#define REFERENCE_MEMORY  32768 /* tables and scratch of the largest setting */

typedef struct reference {
    th_frontend_cfg cfg;
    uint64_t tables, features; /* FNV-1a of all tables, of all frames */
} reference;

static const reference references[] = {
    {{TH_MFCC, 16000, 480, 320, 512, 40, 10, 20.0f, 7600.0f},
     UINT64_C(0xd855f7d5e4007f30),
     UINT64_C(0x22aa055876083ccc)},
    {{TH_LOGMEL, 16000, 480, 320, 512, 40, 40, 20.0f, 7600.0f},
     UINT64_C(0xdaf9d679a053cb50),
     UINT64_C(0xb599acb48defd83c)},
    {{TH_MFCC, 8000, 240, 400, 256, 20, 20, 0.0f, 4000.0f}, UINT64_C(0x6074de8ea4389acd), UINT64_C(0x453bbb1d045f8fdb)},
};
#define N_REFERENCES ((int32_t)(sizeof references / sizeof references[0]))

/* A triangle wave that rises in pitch and in loudness, over noise, by integers alone; it ends in
 * digital silence after three quarters, and the loudest samples there are stand before that. */
static inline void reference_sound(int16_t *pcm, int32_t n)
{
    uint32_t noise = 1, phase = 0;
    for (int32_t i = 0; i < n; i++) {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        phase += 2000000u + (uint32_t)i * 150000u;
        const int32_t wave = (int32_t)(phase >> 15 & 0xffffu) - 32768;
        const int32_t triangle = (wave < 0 ? -wave : wave) * 2 - 32768;
        const int32_t loud = triangle / 256 * (i / 32 % 256) + (int32_t)(noise >> 24) - 128;
        pcm[i] = (int16_t)(loud > 32767 ? 32767 : loud < -32768 ? -32768 : loud);
        if (i >= n / 2) pcm[i] = i & 64 ? 32767 : -32768;
        if (i >= n / 4 * 3) pcm[i] = 0;
    }
}

static inline uint64_t hash_floats(uint64_t h, const void *data, int32_t n)
{
    const th_span bytes = {(const uint8_t *)data, (size_t)n * 4};
    return th_fnv1a(h, bytes);
}

/* Fills f (tables in `arena`, with a mean and deviation that are not 0 and 1). */
static inline th_err reference_frontend(const reference *r, th_arena *arena, th_frontend *f)
{
    float mean[TH_MAX_COEFS], inv_std[TH_MAX_COEFS];
    for (int32_t k = 0; k < TH_MAX_COEFS; k++) {
        mean[k] = (float)(k % 7) - 3.0f;
        inv_std[k] = 1.0f / (float)(1 + k % 5);
    }
    return th_frontend_init(f, &r->cfg, mean, inv_std, arena);
}

static inline uint64_t reference_tables(const th_frontend *f)
{
    th_frontend_table t[TH_FRONTEND_TABLES];
    uint64_t h = TH_FNV1A_START;
    th_frontend_tables(f, t);
    for (int32_t k = 0; k < TH_FRONTEND_TABLES; k++) h = hash_floats(h, t[k].data, t[k].count);
    return h;
}

static inline uint64_t reference_features(const th_frontend *f, const int16_t *pcm, int32_t n, float *scratch)
{
    float frame[TH_MAX_COEFS];
    uint64_t h = TH_FNV1A_START;
    for (int32_t at = 0; at + f->cfg.window <= n; at += f->cfg.hop) {
        th_frontend_frame(f, pcm + at, scratch, frame);
        h = hash_floats(h, frame, f->cfg.n_coef);
    }
    return h;
}

#endif
