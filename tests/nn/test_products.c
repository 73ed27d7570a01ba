/* TRANSPOSE_CONV and BATCH_MATMUL against second versions from their definitions. */
#define RIG_INPUTS 4
#include "rig.h"

#define OUT RIG_OUT

/* --- TRANSPOSE_CONV: painted, as its name says: every input adds its filter to the output. --- */

typedef struct canvas {
    int64_t whole[8192];
    double real[8192];
} canvas;

static void paint(const rig *r, canvas *to)
{
    const int32_t *x = r->t[2].shape.d, *w = r->t[1].shape.d, *y = r->t[OUT].shape.d;
    const int32_t sh = r->node.attr.conv.stride_h, sw = r->node.attr.conv.stride_w;
    const int32_t top = plain_pad(r->node.attr.conv.padding, y[1], x[1], w[1], sh, 1),
                  left = plain_pad(r->node.attr.conv.padding, y[2], x[2], w[2], sw, 1);
    const int real = r->t[2].type == TH_F32;
    for (int64_t k = 0; k < th_shape_count(&r->t[2].shape); k++) {
        const int32_t c = (int32_t)(k % x[3]), ix = (int32_t)(k / x[3] % x[2]), iy = (int32_t)(k / x[3] / x[2] % x[1]),
                      b = (int32_t)(k / x[3] / x[2] / x[1]);
        for (int32_t m = 0; m < w[0] * w[1] * w[2]; m++) {
            const int32_t j = m % w[2], i = m / w[2] % w[1], o = m / w[2] / w[1], oy = iy * sh - top + i,
                          ox = ix * sw - left + j;
            if (oy < 0 || ox < 0 || oy >= y[1] || ox >= y[2]) continue;
            const int64_t at = ((int64_t)(b * y[1] + oy) * y[2] + ox) * y[3] + o, wk = (int64_t)m * w[3] + c;
            if (real)
                to->real[at] += f32(r, 2, k) * f32(r, 1, wk);
            else
                to->whole[at] += (whole(r, 2, k) - r->zero[2][0]) * whole(r, 1, wk);
        }
    }
}

static void check_canvas(const rig *r, const canvas *c)
{
    const int32_t out_c = r->t[OUT].shape.d[3];
    for (int32_t k = 0; k < th_shape_count(&r->t[OUT].shape); k++) {
        const int32_t o = k % out_c;
        if (r->t[2].type == TH_F32) {
            const double v = c->real[k] + (r->in[3] >= 0 ? f32(r, 3, o) : 0);
            assert_close(((float *)r->data[OUT])[k], plain_limit_f32(v, r->node.attr.conv.act), 4.0);
            continue;
        }
        const int64_t v = c->whole[k] + (r->in[3] >= 0 ? whole(r, 3, o) : 0);
        const double factor =
            (double)r->scale[2][0] * (double)r->scale[1][r->t[1].quant.n > 1 ? o : 0] / (double)r->scale[OUT][0];
        const int64_t q = r->t[2].type == TH_S16 ? plain_requant_64(v, factor) : plain_requant(v, factor);
        assert_int_equal(whole(r, OUT, k), plain_limit(q, &r->t[OUT], r->node.attr.conv.act));
    }
}

/* Output sizes that belong to `in` inputs: SAME in * stride, or one of those less; VALID (in - 1) * stride + filter, or
 * more. */
static int32_t size_back(rig *r, int32_t in, int32_t filter, int32_t stride)
{
    const int32_t most = r->node.attr.conv.padding == TH_PAD_SAME ? in * stride : in * stride + filter - 1;
    return rig_between(r, most - stride + 1, most);
}

static void transpose_conv(void **state)
{
    (void)state;
    static const struct {
        th_type x, w, bias;
    } mix[] = {{TH_F32, TH_F32, TH_F32}, {TH_S8, TH_S8, TH_S32}, {TH_S16, TH_S8, TH_S64}, {TH_S16, TH_S8, TH_S16}};
    for (uint64_t seed = 0; seed < 240; seed++) {
        rig *r = rig_new(seed, TH_OP_TRANSPOSE_CONV, 4);
        const int m = (int)(seed % 4);
        r->node.attr.conv.padding = rig_between(r, 0, 1) ? TH_PAD_SAME : TH_PAD_VALID;
        r->node.attr.conv.act = (th_act)rig_between(r, 0, 3);
        const int32_t sh = r->node.attr.conv.stride_h = rig_between(r, 1, 3),
                      sw = r->node.attr.conv.stride_w = rig_between(r, 1, 3);
        const int32_t fh = rig_between(r, 1, 4), fw = rig_between(r, 1, 4), in_c = rig_between(r, 1, 9),
                      out_c = rig_between(r, 1, 6);
        const th_shape x = rig_shape4(r, (const int32_t[]){1, 1, 1, in_c}, (const int32_t[]){2, 5, 5, in_c});
        rig_fill(r, 0, TH_S32, (th_shape){.rank = 1, .d = {4}});
        const int32_t y[4] = {x.d[0], size_back(r, x.d[1], fh, sh), size_back(r, x.d[2], fw, sw), out_c};
        memcpy(r->data[0], y, sizeof y);
        rig_fill(r, 1, mix[m].w, shape4(out_c, fh, fw, in_c));
        rig_fill(r, 2, mix[m].x, x);
        if (rig_between(r, 0, 3))
            rig_fill(r, 3, mix[m].bias, (th_shape){.rank = 1, .d = {out_c}});
        else
            r->node.n_in = 3, r->in[3] = -1;
        rig_quant(r, 1, rig_between(r, 0, 2) ? out_c : 1, 0, 0.01f, 0);
        rig_quant(r, 2, 1, 0, 0.05f, m == 1 ? 127 : 0);
        rig_quant(r, OUT, 1, 0, 0.5f, m == 1 ? 127 : 0);
        rig_fill(r, OUT, mix[m].x, rig_infer(r));
        assert_memory_equal(r->t[OUT].shape.d, y, sizeof y);
        rig_run(r);
        rig_compare(r);
        canvas *c = calloc(1, sizeof *c);
        assert_non_null(c);
        paint(r, c);
        check_canvas(r, c);
        free(c);
        r->t[OUT].shape.d[1]++;
        assert_int_equal(rig_prepare(r), TH_ESHAPE);
        rig_free(r);
    }
}

/* --- BATCH_MATMUL --- */

/* Element of matrix number b of all, broadcast over the leading dimensions of y. */
static int64_t element(const rig *r, int i, int64_t b, int32_t row, int32_t col, int swapped)
{
    const th_shape *s = &r->t[i].shape, *y = &r->t[OUT].shape;
    int64_t matrix = 0, step = 1;
    for (int32_t k = 1; k <= y->rank - 2; k++) { /* from the last leading dimension outwards */
        const int32_t n = y->d[y->rank - 2 - k], mine = k <= s->rank - 2 ? s->d[s->rank - 2 - k] : 1;
        matrix += step * (mine == 1 ? 0 : b % n);
        step *= mine;
        b /= n;
    }
    const int32_t rows = s->d[s->rank - 2], cols = s->d[s->rank - 1];
    return (matrix * rows + (swapped ? col : row)) * cols + (swapped ? row : col);
}

static void check_product(const rig *r, int32_t depth)
{
    const th_shape *y = &r->t[OUT].shape;
    const int32_t rows = y->d[y->rank - 2], cols = y->d[y->rank - 1];
    const volatile float product = r->scale[0][0] * r->scale[1][0];
    const double factor = (double)product / (double)r->scale[OUT][0];
    for (int32_t k = 0; k < th_shape_count(y); k++) {
        const int32_t j = k % cols, i = k / cols % rows;
        int64_t sum = 0;
        double real = 0;
        for (int32_t d = 0; d < depth; d++) {
            const int64_t a = element(r, 0, k / cols / rows, i, d, r->node.attr.batch_matmul.adj_x),
                          c = element(r, 1, k / cols / rows, d, j, r->node.attr.batch_matmul.adj_y);
            if (r->t[0].type == TH_F32)
                real += f32(r, 0, a) * f32(r, 1, c);
            else
                sum += (whole(r, 0, a) - r->zero[0][0]) * (whole(r, 1, c) - r->zero[1][0]);
        }
        if (r->t[0].type == TH_F32)
            assert_close(((float *)r->data[OUT])[k], real, 4.0);
        else
            assert_int_equal(whole(r, OUT, k), plain_limit(r->t[0].type == TH_S16 ? plain_requant_64(sum, factor)
                                                                                  : plain_requant(sum, factor),
                                                           &r->t[OUT], TH_ACT_NONE));
    }
}

static th_shape matrices(rig *r, const int32_t lead[3], int32_t rank, int32_t rows, int32_t cols)
{
    th_shape s = {.rank = rank};
    for (int32_t i = 0; i < rank - 2; i++) s.d[i] = rig_between(r, 0, 2) ? lead[i + 5 - rank] : 1;
    s.d[rank - 2] = rows;
    s.d[rank - 1] = cols;
    return s;
}

static void batch_matmul(void **state)
{
    (void)state;
    static const th_type types[] = {TH_F32, TH_S8, TH_S16};
    for (uint64_t seed = 0; seed < 300; seed++) {
        rig *r = rig_new(seed, TH_OP_BATCH_MATMUL, 2);
        const th_type type = types[seed % 3];
        const int32_t adj_x = r->node.attr.batch_matmul.adj_x = rig_between(r, 0, 1),
                      adj_y = r->node.attr.batch_matmul.adj_y = rig_between(r, 0, 1);
        const int32_t lead[3] = {rig_between(r, 1, 3), rig_between(r, 1, 3), rig_between(r, 1, 3)};
        const int32_t rows = rig_between(r, 1, 6), cols = rig_between(r, 1, 6), depth = rig_between(r, 1, 20);
        rig_fill(r, 0, type, matrices(r, lead, rig_between(r, 2, 5), adj_x ? depth : rows, adj_x ? rows : depth));
        rig_fill(r, 1, type, matrices(r, lead, rig_between(r, 2, 5), adj_y ? cols : depth, adj_y ? depth : cols));
        for (int i = 0; i < 2; i++) rig_quant(r, i, 1, 0, 0.05f, type == TH_S16 ? 0 : 127);
        rig_quant(r, OUT, 1, 0, type == TH_S16 ? 1000.0f : 5.0f, type == TH_S16 ? 0 : 127);
        rig_fill(r, OUT, type, rig_infer(r));
        rig_run(r);
        rig_compare(r);
        check_product(r, depth);
        r->t[1].shape.d[r->t[1].shape.rank - (adj_y ? 1 : 2)]++;
        assert_int_equal(rig_prepare(r), TH_ESHAPE);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(transpose_conv), cmocka_unit_test(batch_matmul),
                                       cmocka_unit_test(tflm_is_equal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
