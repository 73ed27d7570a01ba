#include "nn/kernels.h"

#include "nn/prepare.h"

#define X(number, name) extern th_kernel name;
TH_KERNELS_PLAIN_LIST(X)
TH_KERNELS_ARM_DSP_LIST(X)
TH_KERNELS_X86_LIST(X)
TH_KERNELS_ARM64_LIST(X)
TH_KERNELS_WASM_LIST(X)
TH_KERNELS_ARM_MVE_LIST(X)
TH_KERNELS_SCALAR_LIST(X)
TH_KERNELS_RAW_LIST(X)
#undef X

static const th_kernel_row rows[] = {
#define X(number, name) {number, name},
    TH_KERNELS_PLAIN_LIST(X) TH_KERNELS_ARM_DSP_LIST(X) TH_KERNELS_X86_LIST(X) TH_KERNELS_ARM64_LIST(X)
        TH_KERNELS_WASM_LIST(X) TH_KERNELS_ARM_MVE_LIST(X) TH_KERNELS_SCALAR_LIST(X) TH_KERNELS_RAW_LIST(X)
#undef X
};

static const char *const names[] = {
#define X(number, name) #name,
    TH_KERNELS_PLAIN_LIST(X) TH_KERNELS_ARM_DSP_LIST(X) TH_KERNELS_X86_LIST(X) TH_KERNELS_ARM64_LIST(X)
        TH_KERNELS_WASM_LIST(X) TH_KERNELS_ARM_MVE_LIST(X) TH_KERNELS_SCALAR_LIST(X) TH_KERNELS_RAW_LIST(X)
#undef X
};

const th_kernel_set th_kernels_here = {rows, sizeof rows / sizeof *rows, NULL};

uint16_t th_kernel_number(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (th_same_name(names[i], name)) return rows[i].number;
    return 0;
}
