/* Any bytes as a model package.  Checksums are made right first, or a fuzzer would never get past them.
 *
 *   the executor   opens it and runs it with kernels that do nothing: whatever it was given, it touches no byte that is
 *                  not the package's or its own memory
 *   the computer   takes it only when it is what its model gives; then it runs with the real kernels */
#include "base/crc.h"
#include "model/package.h"
#include "nn/kernels.h"
#include "nn/package_format.h"

#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)1 << 22) /* a fuzzer has many packages to try */
#define MOST_RUNS  64u
#define MOST_MACS  ((int64_t)1 << 22)
#define MOST_ROWS  4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void nothing(const void *par, const void *const *in, void *const *out, void *scratch)
{
    (void)par, (void)in, (void)out, (void)scratch;
}

static void set32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}

static void mend(uint8_t *p, size_t n)
{
    if (n < TH_THM_HEADER) return;
    const uint32_t run = th_le32(p + TH_THM_AT_RUN);
    if (run < TH_THM_HEADER || run > n) return;
    set32(p + TH_THM_AT_HOST_CRC, th_crc32c(0, p + run, n - run));
    set32(p + TH_THM_AT_CRC, th_crc32c(0, p + TH_THM_AT_CRC + 4, run - TH_THM_AT_CRC - 4));
}

static void execute(th_span bytes, const th_kernel_set *set)
{
    th_package p;
    if (th_package_open(&p, bytes, set, NULL) || p.memory_bytes > MOST_BYTES) return;
    for (uint32_t i = 0; i < p.n_inputs + p.n_outputs; i++) (void)th_package_describe(&p, i);
    void *memory = aligned_alloc(16, (p.memory_bytes + 15) / 16 * 16);
    if (memory && th_package_start(&p, memory, p.memory_bytes) == TH_OK) {
        for (uint32_t i = 0; i < p.n_inputs; i++) memset(th_package_input(&p, i), 1, th_package_describe(&p, i).bytes);
        if (th_le32(p.bytes + TH_THM_AT_GRAPH_RUNS) <= MOST_RUNS || set->row == th_kernels_here.row)
            if (th_package_invoke(&p) == TH_OK && p.n_outputs && !th_package_output(&p, 0)) abort();
    }
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static th_kernel_row row[MOST_ROWS];
    const th_kernel_set idle = {row, th_kernels_here.n, NULL};
    if (idle.n > MOST_ROWS) abort();
    for (size_t i = 0; i < idle.n; i++) row[i] = (th_kernel_row){th_kernels_here.row[i].number, nothing};
    void *copy = NULL;
    if (posix_memalign(&copy, 16, size ? size : 1)) return 0;
    memcpy(copy, data, size);
    mend(copy, size);
    execute((th_span){copy, size}, &idle);
    th_model *m = NULL;
    th_plan *plan = NULL;
    th_isa isa = TH_ISA_PLAIN;
    th_why why = {0};
    if (th_package_model((th_span){copy, size}, &m, &isa, &why) == TH_OK && th_package_runs_here(isa) &&
        th_plan_make(&m->graphs[0], &plan, &why) == TH_OK && plan->macs <= MOST_MACS && plan->n_sub == 0)
        execute((th_span){copy, size}, &th_kernels_here);
    th_plan_free(plan);
    th_model_free(m);
    free(copy);
    return 0;
}
