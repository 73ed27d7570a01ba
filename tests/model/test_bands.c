/* Operators in row bands: the same bytes as with whole tensors, for every kind of layer that can, every height, every
 * family of kernels; in an arena full of rubbish, each band in memory of its own, and as a package. */
#include "../test.h"

#include "model/bands_priv.h"
#include "model/package.h"
#include "nn/kernels.h"
#include "tower.h"

/* What is made inside is needed inside only. */
static bool closed(const tower *m, int32_t first, int32_t end)
{
    for (int32_t k = end; k < m->g.n_nodes; k++)
        for (int32_t i = 0; i < m->node[k].n_in; i++)
            for (int32_t j = first; j + 1 < end; j++)
                if (m->node[k].in[i] == m->out[j][0]) return false;
    return true;
}

/* All tensors of one run, whole, and the plan in bands that has to give the same. */
typedef struct trial {
    tower *m;
    th_isa isa;
    uint8_t *whole[4 * TOWER_NODES]; /* [n_tensors] of made and fed tensors */
    int32_t banded, slid, refused;
} trial;

static void fill(tower *m, void *to)
{
    const size_t n = th_tensor_bytes(&m->t[m->input]);
    uint8_t *x = to;
    for (size_t i = 0; i < n; i++) x[i] = (uint8_t)th_rng_u32(&m->rng);
    for (size_t i = 0; m->type == TH_F32 && i + 4 <= n; i += 4) {
        const float v = th_rng_range(&m->rng, -2.0f, 2.0f);
        memcpy(x + i, &v, 4);
    }
}

static void keep_tensor(void *ctx, int32_t node, int32_t t, const void *data)
{
    trial *c = ctx;
    (void)node;
    memcpy(c->whole[t], data, th_tensor_bytes(&c->m->t[t]));
}

/* Without bands; what it gives is what is right. */
static void run_whole(trial *c)
{
    th_plan *p;
    th_runner *r;
    th_why why = {0};
    if (th_plan_make_for(&c->m->g, c->isa, &p, &why) || th_runner_new(p, &r, &why)) fail_msg("%s", why.text);
    assert_int_equal(p->n_bands, 0);
    for (int32_t t = 0; t < c->m->g.n_tensors; t++) c->whole[t] = malloc(th_tensor_bytes(&c->m->t[t]));
    fill(c->m, c->whole[c->m->input]);
    memcpy(th_runner_input(r, 0), c->whole[c->m->input], th_tensor_bytes(&c->m->t[c->m->input]));
    assert_int_equal(th_runner_invoke(r, keep_tensor, c), TH_OK);
    th_runner_free(r);
    th_plan_free(p);
}

/* Rows of a whole tensor in memory of exactly their size. */
static void *rows_of(const trial *c, int32_t t, th_rows r)
{
    const size_t row = th_row_bytes(&c->m->t[t]), n = (size_t)(r.hi - r.lo) * row;
    uint8_t *copy = malloc(n);
    memcpy(copy, c->whole[t] + (size_t)r.lo * row, n);
    return copy;
}

/* Every band of every operator in memory of its own: nothing but its rows is read, and its rows come out. */
static void run_apart(const trial *c, const th_plan *p, const th_segment *s)
{
    th_band_rows rows;
    for (int32_t b = 0; b < s->n; b++) {
        assert_true(th_band_rows_of(p, s, b, &rows));
        for (int32_t j = 0; j < s->n_nodes; j++) {
            const th_step *step = &p->bands[0].step[b * s->n_nodes + j];
            const th_node *n = &c->m->node[p->order[s->first + j]];
            const void *in[3] = {NULL, NULL, NULL};
            void *own[TH_BAND_INPUTS] = {NULL, NULL}, *scratch = aligned_alloc(16, step->scratch_bytes / 16 * 16 + 16);
            uint8_t *right = rows_of(c, n->out[0], rows.out[j]), *out = rows_of(c, n->out[0], rows.out[j]);
            const size_t bytes = (size_t)(rows.out[j].hi - rows.out[j].lo) * th_row_bytes(&c->m->t[n->out[0]]);
            for (int32_t i = 0; i < step->n_in && i < n->n_in; i++) {
                const bool made = i < TH_BAND_INPUTS && s->from[j][i] != TH_BAND_CONSTANT;
                in[i] = made ? (own[i] = rows_of(c, n->in[i], rows.in[j][i])) : c->m->t[n->in[i]].data;
            }
            memset(out, 0x5a, bytes);
            void *const outs[1] = {out};
            step->kernel(step->par, in, outs, scratch);
            if (memcmp(out, right, bytes) != 0)
                fail_msg("band %d of operator %d (%s): other bytes", (int)b, (int)j, step->kernel_name);
            free(scratch), free(right), free(out), free(own[0]), free(own[1]);
        }
    }
}

/* The plan as a package, executed. */
static void run_package(const trial *c, const th_plan *p)
{
    const th_tensor *y = &c->m->t[c->m->output];
    th_packed packed;
    th_package pkg;
    th_diag diag;
    th_why why = {0};
    if (th_package_make(p, NULL, &packed, &why)) fail_msg("%s", why.text);
    const th_err err = th_package_open(&pkg, (th_span){packed.bytes, packed.n}, &th_kernels_here, &diag);
    if (err) fail_msg("byte %d: %s", (int)diag.pos, diag.msg);
    void *memory = aligned_alloc(16, pkg.memory_bytes / 16 * 16 + 16);
    assert_int_equal(th_package_start(&pkg, memory, pkg.memory_bytes), TH_OK);
    memcpy(th_package_input(&pkg, 0), c->whole[c->m->input], th_tensor_bytes(&c->m->t[c->m->input]));
    assert_int_equal(th_package_invoke(&pkg), TH_OK);
    assert_memory_equal(th_package_output(&pkg, 0), c->whole[c->m->output], th_tensor_bytes(y));
    free(memory);
    th_packed_free(&packed);
}

/* As it runs on a device, in an arena full of rubbish; then with all tensors that are whole looked at. */
static void run_arena(trial *c, const th_plan *p)
{
    const tower *m = c->m;
    th_runner *r;
    th_why why = {0};
    if (th_runner_new(p, &r, &why)) fail_msg("%s", why.text);
    uint8_t *x = th_runner_input(r, 0);
    memset(x - p->offset[m->input], 0x5a, p->arena_bytes);
    memcpy(x, c->whole[m->input], th_tensor_bytes(&m->t[m->input]));
    assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    assert_memory_equal(th_runner_output(r, 0), c->whole[m->output], th_tensor_bytes(&m->t[m->output]));
    th_runner_free(r);
    const size_t in = p->offset[m->input], out = p->offset[m->output];
    c->slid += out < in + th_tensor_bytes(&m->t[m->input]) && in < out + th_tensor_bytes(&m->t[m->output]);
}

/* Operators first .. end - 1 in bands of so many rows. */
static void try_bands(trial *c, int32_t first, int32_t end, int32_t rows)
{
    th_plan *p;
    th_segment s;
    th_step own[TH_BAND_NODES];
    th_why why = {0};
    bool yes = false;
    if (th_plan_prepare(&c->m->g, c->isa, &p, &why)) fail_msg("%s", why.text);
    if (th_segment_make(p, first, end - first, &s) && th_segment_rows(p, &s, rows)) {
        assert_int_equal(th_bands_install(p, &s, own, &yes), TH_OK);
        c->refused += !yes;
    }
    if (yes) {
        c->banded++;
        run_apart(c, p, &s);
        assert_int_equal(th_plan_place(p, NULL, 0, &why), TH_OK);
        assert_true(p->lower_bound <= p->arena_bytes);
        if (c->banded % 2) assert_int_equal(th_plan_use_room(p, NULL, 0, &why), TH_OK);
        run_arena(c, p);
        if (c->banded % 4 == 0) run_package(c, p);
    }
    th_plan_free(p);
}

static void every_height(trial *c)
{
    const tower *m = c->m;
    for (int32_t first = 0; first < m->g.n_nodes; first++)
        for (int32_t end = first + 2; end <= m->g.n_nodes; end++) {
            const int32_t h = m->t[m->out[end - 1][0]].shape.d[1];
            if (!closed(m, first, end)) continue;
            for (int32_t rows = 1; rows < h; rows += 1 + rows / 3) try_bands(c, first, end, rows);
        }
}

/* Towers of that type, by every family whose kernels run here. */
static void towers(th_type type, int32_t n_seeds, int32_t least)
{
    int32_t banded = 0, slid = 0, refused = 0;
    for (int32_t seed = 0; seed < n_seeds; seed++)
        for (int isa = 0; isa < TH_ISA_N; isa++) {
            if (!th_package_runs_here((th_isa)isa)) continue;
            trial c = {.m = tower_new((uint64_t)seed, type, 2 + seed % (TOWER_NODES - 2)), .isa = (th_isa)isa};
            run_whole(&c);
            every_height(&c);
            banded += c.banded, slid += c.slid, refused += c.refused;
            for (int32_t t = 0; t < c.m->g.n_tensors; t++) free(c.whole[t]);
            free(c.m);
        }
    if (banded < least || slid == 0) fail_msg("%d plans in bands, %d slide: the test sees too little", banded, slid);
    assert_true(refused * 10 < banded); /* th_depthwise_mve turns high pictures, and their weights */
}

static void int8_in_bands(void **state)
{
    (void)state;
    towers(TH_S8, 24, 1000);
}

static void int16_in_bands(void **state)
{
    (void)state;
    towers(TH_S16, 12, 300);
}

static void float_in_bands(void **state)
{
    (void)state;
    towers(TH_F32, 12, 300);
}

/* --- what is chosen --- */

/* A large tensor between two strides: bands.  The same without a large tensor: none. */
static void bands_where_they_pay(void **state)
{
    static const int32_t large[][2] = {{4, 1}, {8, 2}, {8, 2}, {8, 1}, {8, 1}},
                         even[][2] = {{2, 2}, {4, 1}, {4, 1}, {4, 1}, {4, 1}};
    (void)state;
    for (int isa = 0; isa < TH_ISA_N; isa++) {
        if (!th_package_runs_here((th_isa)isa)) continue;
        for (int which = 0; which < 2; which++) {
            tower *m = tower_picture(48, 32, which ? even : large, 5);
            th_plan *whole, *p;
            th_why why = {0};
            if (th_plan_make_for(&m->g, (th_isa)isa, &whole, &why)) fail_msg("%s", why.text);
            if (th_plan_make_banded(&m->g, (th_isa)isa, &p, &why)) fail_msg("%s", why.text);
            assert_int_equal(whole->n_bands, 0);
            assert_int_equal(p->n_bands > 0, which == 0);
            assert_int_equal(p->macs, whole->macs);
            assert_true(p->lower_bound <= p->arena_bytes);
            if (which) assert_int_equal(p->arena_bytes, whole->arena_bytes);
            if (!which) assert_true(p->arena_bytes < whole->arena_bytes * 7 / 8 * 9 / 8); /* room counts in both */
            if (!which) assert_in_range(th_bands_more_macs(p), 1, p->macs / 16);
            trial c = {.m = m, .isa = (th_isa)isa};
            run_whole(&c);
            run_arena(&c, p);
            for (int32_t t = 0; t < m->g.n_tensors; t++) free(c.whole[t]);
            th_plan_free(whole);
            th_plan_free(p);
            free(m);
        }
    }
}

/* Tensors that the caller wants, or that two need, are never taken apart. */
static void seen_tensors_stay_whole(void **state)
{
    static const int32_t large[][2] = {{4, 1}, {8, 2}, {8, 2}, {8, 1}, {8, 1}};
    (void)state;
    tower *m = tower_picture(48, 32, large, 5);
    int32_t outputs[2] = {m->output, m->out[0][0]};
    th_plan *p;
    th_why why = {0};
    m->g.outputs = outputs;
    m->g.n_outputs = 2;
    if (th_plan_make_banded(&m->g, TH_ISA_PLAIN, &p, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_plan_bytes(p, outputs[1]), th_tensor_bytes(&m->t[outputs[1]]));
    for (int32_t i = 0; i < p->n_bands; i++) assert_true(p->bands[i].first > 0);
    th_plan_free(p);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(int8_in_bands),           cmocka_unit_test(int16_in_bands),
        cmocka_unit_test(float_in_bands),          cmocka_unit_test(bands_where_they_pay),
        cmocka_unit_test(seen_tensors_stay_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
