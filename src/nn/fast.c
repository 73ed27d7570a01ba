#include "nn/fast.h"

#include <string.h>

/* One a line; the first that changes a step is taken. */
#define TH_FAST_LIST(X)                                                                                                \
    X(conv_2d_dsp)                                                                                                     \
    X(conv_2d_dsp_depthwise)                                                                                           \
    X(conv_2d_dsp_dense)                                                                                               \
    X(depthwise_dsp)

#define X(name) extern const th_fast_row th_fast_##name;
TH_FAST_LIST(X)
#undef X

static const th_fast_row *const rows[] = {
#define X(name) &th_fast_##name,
    TH_FAST_LIST(X)
#undef X
};

static const char *const names[TH_ISA_N] = {
    [TH_ISA_PLAIN] = "plain",
    [TH_ISA_ARM_DSP] = "arm-dsp",
};

const char *th_isa_name(th_isa isa)
{
    return isa < TH_ISA_N ? names[isa] : "?";
}

th_isa th_isa_host(void)
{
    return TH_ISA_PLAIN;
}

const th_fast_row *const *th_fast_all(size_t *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}

th_err th_fast_prepare(th_isa isa, const th_prepare *p, th_step *step)
{
    if (step->control != TH_CONTROL_KERNEL) return TH_OK;
    const th_step plain = *step;
    step->slide = 0;
    step->lead = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && step->kernel_name == plain.kernel_name; i++)
        if (rows[i]->isa == isa && strcmp(rows[i]->plain, plain.kernel_name) == 0) TH_TRY(rows[i]->prepare(p, step));
    if (step->kernel_name == plain.kernel_name) *step = plain;
    return TH_OK;
}
