/* tests/soak/mutate.h -- one model file cut short and spoilt in many ways: each time it loads or is refused, and what
 * loads can be run.  Mutation k of a seed is always the same, so that a fault can be shown again.
 *
 * The bytes are changed in place and set back, and a cut poisons what is behind it instead of copying what is before
 * it: a try costs little more than the loading. */
#ifndef TH_SOAK_MUTATE_H
#define TH_SOAK_MUTATE_H

#include "base/hash.h"
#include "base/rng.h"
#include "model/plan.h"

#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SOAK_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SOAK_ASAN)
#include <sanitizer/asan_interface.h>
#define SOAK_HIDE(p, n) __asan_poison_memory_region(p, n)
#define SOAK_SHOW(p, n) __asan_unpoison_memory_region(p, n)
#else
#define SOAK_HIDE(p, n) ((void)(p), (void)(n))
#define SOAK_SHOW(p, n) ((void)(p), (void)(n))
#endif

/* What a run may cost, so that a mutation that asks for a lot is only loaded. */
#define SOAK_ARENA      ((size_t)64 << 20)
#define SOAK_MACS       INT64_C(50000000)
#define SOAK_GRAPH_RUNS 100

enum { SOAK_EDITS = 4, SOAK_CHUNK = 64, SOAK_CONSTANT = 256 };

typedef struct soak_file {
    uint8_t *bytes; /* [n] memory of exactly that size */
    size_t n;
    uint64_t hash;
    uint32_t *word; /* [n_words] where a 32-bit word of tables, lists and names begins: not inside large constants */
    uint32_t n_words;
} soak_file;

typedef struct soak_counts {
    int64_t tried, loaded, run;
} soak_counts;

/* Words outside of constants of more than SOAK_CONSTANT bytes. */
static inline int soak_find_words(soak_file *f)
{
    th_model *m = NULL;
    uint8_t *skip = calloc(f->n + 4, 1);
    f->word = malloc((f->n / 4 + 1) * sizeof *f->word);
    if (!skip || !f->word) {
        free(skip);
        return -1;
    }
    if (th_model_view_tflite((th_span){f->bytes, f->n}, &m, NULL) == TH_OK)
        for (int32_t g = 0; g < m->n_graphs; g++)
            for (int32_t t = 0; t < m->graphs[g].n_tensors; t++) {
                const uint8_t *data = m->graphs[g].tensors[t].data;
                const size_t bytes = th_tensor_bytes(&m->graphs[g].tensors[t]);
                if (data >= f->bytes && data < f->bytes + f->n && bytes > SOAK_CONSTANT)
                    memset(skip + (data - f->bytes), 1, bytes);
            }
    th_model_free(m);
    for (uint32_t at = 0; at + 4 <= f->n; at += 4)
        if (!skip[at]) f->word[f->n_words++] = at;
    free(skip);
    return 0;
}

/* Copies the bytes; 0, or -1 when there is no memory. */
static inline int soak_open(soak_file *f, th_span bytes)
{
    *f = (soak_file){.bytes = malloc(bytes.n), .n = bytes.n, .hash = th_fnv1a(TH_FNV1A_START, bytes)};
    if (!f->bytes) return -1;
    memcpy(f->bytes, bytes.p, bytes.n);
    return soak_find_words(f);
}

static inline void soak_close(soak_file *f)
{
    free(f->bytes);
    free(f->word);
}

/* --- what a mutation is --- */

typedef struct soak_edit {
    size_t at, n;
    uint8_t old[SOAK_CHUNK];
} soak_edit;

typedef struct soak_mutation {
    soak_edit edit[2 * SOAK_EDITS];
    int n_edits;
    size_t n; /* bytes that are left */
} soak_mutation;

/* Bytes [at, at + n) as they are; they are about to change. */
static inline uint8_t *soak_keep(const soak_file *f, soak_mutation *m, size_t at, size_t n)
{
    soak_edit *e = &m->edit[m->n_edits++];
    e->at = at;
    e->n = n < f->n - at ? n : f->n - at;
    memcpy(e->old, f->bytes + at, e->n);
    return f->bytes + at;
}

/* A byte of the file; in three of four cases of its structure, at the beginning of a word. */
static inline size_t soak_place(const soak_file *f, th_rng *rng)
{
    if (f->n_words && th_rng_below(rng, 4)) return f->word[th_rng_below(rng, f->n_words)];
    return th_rng_below(rng, (uint32_t)f->n - 4);
}

static inline void soak_put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}

/* A word that sits on an edge of something. */
static inline uint32_t soak_edge(const soak_file *f, th_rng *rng, size_t at)
{
    const uint32_t n = (uint32_t)f->n, here = (uint32_t)at;
    const uint32_t edge[] = {
        0,          1,          2,          4,          5,          0x7f,  0xff,       0x100,      0x7fff,
        0x8000,     0xffff,     0x10000,    0xffffff,   0x20000000, n,     n - 1,      n - here,   n - here - 4,
        0 - here,   here,       0x3fffffff, 0x40000000, here + 4,   n / 4, 0x7ffffffe, 0x7fffffff, 0x80000000,
        0x80000001, 0xfffffffe, 0xffffffff, 65537,      1000003};
    return edge[th_rng_below(rng, sizeof edge / sizeof *edge)];
}

static inline void soak_swap(const soak_file *f, soak_mutation *m, th_rng *rng, size_t at)
{
    uint8_t other[4];
    const size_t to = soak_place(f, rng);
    memcpy(other, f->bytes + to, 4);
    uint8_t *a = soak_keep(f, m, at, 4), *b = soak_keep(f, m, to, 4);
    memcpy(b, m->edit[m->n_edits - 2].old, 4);
    memcpy(a, other, 4);
}

static inline void soak_copy(const soak_file *f, soak_mutation *m, th_rng *rng, size_t at)
{
    const size_t from = soak_place(f, rng), want = 1 + th_rng_below(rng, SOAK_CHUNK);
    const size_t room = f->n - (from > at ? from : at), n = want < room ? want : room;
    memmove(soak_keep(f, m, at, n), f->bytes + from, n);
}

static inline void soak_change(const soak_file *f, soak_mutation *m, th_rng *rng)
{
    const size_t at = soak_place(f, rng), byte = at + th_rng_below(rng, 4);
    uint8_t *p;
    switch (th_rng_below(rng, 9)) {
    case 0:
    case 1: *soak_keep(f, m, byte, 1) ^= (uint8_t)(1u << th_rng_below(rng, 8)); break;
    case 2: *soak_keep(f, m, byte, 1) = th_rng_below(rng, 2) ? 0xff : 0; break;
    case 3: *soak_keep(f, m, byte, 1) = (uint8_t)th_rng_u32(rng); break;
    case 4: soak_put32(soak_keep(f, m, at, 4), soak_edge(f, rng, at)); break;
    case 5: /* an offset, a length or an index that is off by a little */
        p = soak_keep(f, m, at, 4);
        soak_put32(p, th_le32(p) + th_rng_below(rng, 33) - 16);
        break;
    case 6: /* an entry of a vtable */
        p = soak_keep(f, m, at + 2 * (size_t)th_rng_below(rng, 2), 2);
        p[0] = (uint8_t)th_rng_below(rng, 48), p[1] = 0;
        break;
    case 7: soak_swap(f, m, rng, at); break;
    default: soak_copy(f, m, rng, at); break;
    }
}

/* Spoils the file; soak_mend sets it back. */
static inline void soak_spoil(const soak_file *f, soak_mutation *m, th_rng *rng)
{
    m->n_edits = 0;
    m->n = f->n;
    for (uint32_t n = 1 + th_rng_below(rng, SOAK_EDITS); n > 0; n--) soak_change(f, m, rng);
    if (th_rng_below(rng, 32)) return;
    m->n = th_rng_below(rng, (uint32_t)f->n);
    SOAK_HIDE(f->bytes + m->n, f->n - m->n);
}

static inline void soak_mend(const soak_file *f, soak_mutation *m)
{
    SOAK_SHOW(f->bytes + m->n, f->n - m->n);
    while (m->n_edits > 0) {
        const soak_edit *e = &m->edit[--m->n_edits];
        memcpy(f->bytes + e->at, e->old, e->n);
    }
}

/* --- what is done with it --- */

/* Runs it once with random input. 1, or 0 when it asks for more than SOAK_ARENA or SOAK_MACS. */
static inline int soak_run(const th_plan *plan, th_rng *rng)
{
    th_runner *r = NULL;
    if (plan->arena_bytes > SOAK_ARENA || plan->macs > SOAK_MACS || th_runner_new(plan, &r, NULL)) return 0;
    th_runner_limit(r, SOAK_GRAPH_RUNS);
    for (int32_t i = 0; i < plan->graph->n_inputs; i++) {
        uint8_t *in = th_runner_input(r, i);
        const size_t n = th_tensor_bytes(&plan->graph->tensors[plan->graph->inputs[i]]);
        for (size_t k = 0; k < n; k++) in[k] = (uint8_t)th_rng_u32(rng);
    }
    const th_err err = th_runner_invoke(r, NULL, NULL);
    th_runner_free(r);
    return err == TH_OK || err == TH_EENDLESS;
}

/* Loads the first n bytes and plans them; and runs what loads while `wanted` > 0 runs are missing, every second one
 * planned as `thimble run` does: with this machine's kernels and the search for the smallest arena. */
static inline void soak_load(const soak_file *f, size_t n, th_rng *rng, int64_t wanted, soak_counts *c)
{
    th_model *m = NULL;
    th_plan *plan = NULL;
    c->tried++;
    if (th_model_view_tflite((th_span){f->bytes, n}, &m, NULL)) return;
    const th_err err = wanted > 0 && c->loaded % 2 ? th_plan_make_host(&m->graphs[0], &plan, NULL)
                                                   : th_plan_make_quick(&m->graphs[0], &plan, NULL);
    if (err == TH_OK) {
        c->loaded++;
        if (wanted > 0) c->run += soak_run(plan, rng);
        th_plan_free(plan);
    }
    th_model_free(m);
}

/* The file's first n bytes. */
static inline void soak_prefix(const soak_file *f, size_t n, soak_counts *c)
{
    SOAK_HIDE(f->bytes + n, f->n - n);
    soak_load(f, n, NULL, 0, c);
    SOAK_SHOW(f->bytes + n, f->n - n);
}

/* Mutation k of the seed. */
static inline void soak_mutate(const soak_file *f, uint64_t seed, int64_t k, int64_t wanted, soak_counts *c)
{
    th_rng rng = th_rng_make(seed ^ f->hash, (uint64_t)k);
    soak_mutation m;
    soak_spoil(f, &m, &rng);
    soak_load(f, m.n, &rng, wanted, c);
    soak_mend(f, &m);
}

#endif
