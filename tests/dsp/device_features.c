/* The front end on the emulated board: tables and features against the committed hashes, and what
 * they cost in instructions.  Built and run by test_device_features.sh. */
#include "device_console.h"
#include "dsp/fft.h"
#include "reference.h"

enum { INSTR_PER_TICK = 40 }; /* of the CMSDK timer on this machine */

static int16_t pcm[REFERENCE_SAMPLES];
static float scratch[2 * (512 + 2)];
static uint8_t memory[REFERENCE_MEMORY] __attribute__((aligned(16)));

int main(void)
{
    int failed = 0;
    console_start();
    reference_sound(pcm, REFERENCE_SAMPLES);
    for (int32_t k = 0; k < N_REFERENCES; k++) {
        const reference *r = &references[k];
        float frame[TH_MAX_COEFS];
        th_frontend f;
        th_arena arena = th_arena_over(memory, sizeof memory);
        if (reference_frontend(r, &arena, &f)) return 1;
        const uint64_t tables = reference_tables(&f),
                       features = reference_features(&f, pcm, REFERENCE_SAMPLES, scratch);
        const uint32_t t0 = device_ticks();
        for (int32_t i = 0; i < 10; i++) th_frontend_frame(&f, pcm, scratch, frame);
        const uint32_t t1 = device_ticks();
        for (int32_t i = 0; i < 10; i++)
            (void)th_fft_real(r->cfg.n_fft, f.twiddle, scratch, scratch + r->cfg.n_fft + 2);
        const uint32_t t2 = device_ticks();
        const int good = tables == r->tables && features == r->features;
        failed |= !good;
        (void)semi_write(
            console, line,
            (uint32_t)th_text_fmt(
                line, sizeof line, "%s %ld - tables %llx features %llx, instructions: frame %lu, fft %lu\n",
                good ? "ok" : "not ok", (long)k + 1, (unsigned long long)tables, (unsigned long long)features,
                (unsigned long)(t1 - t0) * INSTR_PER_TICK / 10, (unsigned long)(t2 - t1) * INSTR_PER_TICK / 10));
    }
    return failed;
}
