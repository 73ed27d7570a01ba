/* Time of the front end: one CSV line per measure: name,value,unit */
#include "dsp/fft.h"
#include "dsp/frontend.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND 16000

static double best_of(int rounds, int calls, void (*fn)(void *), void *ctx)
{
    double best = 1e30;
    for (int k = 0; k < rounds; k++) {
        const double from = th_clock_s();
        for (int i = 0; i < calls; i++) fn(ctx);
        const double one = (th_clock_s() - from) / calls;
        if (one < best) best = one;
    }
    return best * 1e6;
}

static float table[8192], wave[4100], work[4100];

static void fft_512(void *ctx)
{
    (void)ctx;
    for (int i = 0; i < 512; i++) wave[i] = (float)(i % 37);
    (void)th_fft_real(512, table, wave, work);
}

typedef struct clip {
    th_frontend f;
    int16_t pcm[SECOND];
    float scratch[2 * (512 + 2)], out[49 * 40];
} clip;

static void whole_clip(void *ctx)
{
    clip *c = ctx;
    th_frontend_clip(&c->f, c->pcm, SECOND, c->scratch, c->out);
}

int main(void)
{
    static clip c;
    static _Alignas(16) unsigned char memory[65536];
    const th_frontend_cfg cfg[2] = {{TH_LOGMEL, 16000, 480, 320, 512, 40, 40, 20.0f, 7600.0f},
                                    {TH_MFCC, 16000, 480, 320, 512, 40, 10, 20.0f, 7600.0f}};
    th_fft_table_init(512, table);
    printf("fft_512,%.3f,us\n", best_of(20, 500, fft_512, NULL));
    for (int i = 0; i < SECOND; i++) c.pcm[i] = (int16_t)((i * 7919) % 20011 - 10000);
    for (int k = 0; k < 2; k++) {
        th_arena arena = th_arena_over(memory, sizeof memory);
        if (th_frontend_init(&c.f, &cfg[k], NULL, NULL, &arena)) return 1;
        printf("%s_clip_49_frames,%.1f,us\n", k ? "mfcc" : "logmel", best_of(20, 20, whole_clip, &c));
    }
    return 0;
}
