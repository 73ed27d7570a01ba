#include "nn/fast.h"

#include <string.h>

/* The first row that fits is taken. */
static const th_fast_row rows[] = {
    {TH_ISA_N, "", NULL},
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

const th_fast_row *th_fast_all(size_t *n)
{
    *n = sizeof rows / sizeof *rows - 1;
    return rows;
}

th_err th_fast_prepare(th_isa isa, const th_prepare *p, th_step *step)
{
    if (step->control != TH_CONTROL_KERNEL) return TH_OK;
    for (const th_fast_row *r = rows; r->isa != TH_ISA_N; r++)
        if (r->isa == isa && strcmp(r->plain, step->kernel_name) == 0) return r->prepare(p, step);
    return TH_OK;
}
