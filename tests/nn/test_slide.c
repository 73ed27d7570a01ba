/* How far below its input an output may start: th_step.lead against the order of reads and writes, byte by byte. */
#include "rig.h"

#include "nn/conv_2d.h"
#include "nn/dot_f32.h"
#include "nn/pool_2d.h"
#include "nn/slide.h"

/* Plays the order of a kernel: reads and writes, one after the other; the lead is found from the list. */
typedef struct tape {
    int64_t at[1 << 16]; /* reads: lowest byte; writes: end, negative */
    int32_t n;
} tape;

static void add(tape *t, int64_t v)
{
    assert_true(t->n < 1 << 16);
    t->at[t->n++] = v;
}

static size_t lead_of(const tape *t)
{
    int64_t lead = 0, lowest = INT64_MAX;
    for (int32_t i = t->n - 1; i >= 0; i--) {
        if (t->at[i] >= 0 && t->at[i] < lowest) lowest = t->at[i];
        if (t->at[i] < 0 && lowest < INT64_MAX && -t->at[i] - lowest > lead) lead = -t->at[i] - lowest;
    }
    return (size_t)lead;
}

/* All taps of pixel k at channels c0 .. c0 + n_c - 1. */
static void read_taps(tape *t, const th_window *w, int32_t k, int32_t c0, int32_t bytes)
{
    const int32_t ox = k % w->out_w, oy = k / w->out_w % w->out_h, b = k / w->out_w / w->out_h;
    for (int32_t i = 0; i < w->filter_h; i++)
        for (int32_t j = 0; j < w->filter_w; j++) {
            const int32_t y = oy * w->stride_h - w->pad_top + i * w->dilation_h,
                          x = ox * w->stride_w - w->pad_left + j * w->dilation_w;
            if (y >= 0 && y < w->in_h && x >= 0 && x < w->in_w)
                add(t, (int64_t)(((b * w->in_h + y) * w->in_w + x) * w->in_c + c0) * bytes);
        }
}

static void write_channels(tape *t, const th_window *w, int32_t k, int32_t c, int32_t n, int32_t bytes)
{
    add(t, -(int64_t)(k * w->out_c + c + n) * bytes);
}

/* Channel by channel, `n` at once, each with the input channels from c / m on (m = 0: all channels). */
static void play_channels(tape *t, const th_window *w, int32_t n, int32_t m, int32_t bytes)
{
    t->n = 0;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++)
        for (int32_t c = 0, step; c < w->out_c; c += step) {
            step = w->out_c - c < n ? 1 : n;
            for (int32_t i = 0; i < (m == 1 ? step : 1); i++) read_taps(t, w, k, m ? (c + i) / m : 0, bytes);
            write_channels(t, w, k, c, step, bytes);
        }
}

static void play_pairs(tape *t, const th_window *w)
{
    const int32_t n = w->batches * w->out_h * w->out_w;
    t->n = 0;
    for (int32_t k = 0; k < n; k += 2) {
        read_taps(t, w, k, 0, 1);
        if (k + 1 < n) read_taps(t, w, k + 1, 0, 1);
        for (int32_t c = 0; c < w->out_c; c++) {
            write_channels(t, w, k, c, 1, 1);
            if (k + 1 < n) write_channels(t, w, k + 1, c, 1, 1);
        }
    }
}

static th_window random_window(rig *r, int32_t in_c, int32_t out_c)
{
    th_window w = {.batches = rig_between(r, 1, 2), .in_h = rig_between(r, 1, 9), .in_w = rig_between(r, 1, 9)};
    w.in_c = in_c;
    w.out_c = out_c;
    w.filter_h = rig_between(r, 1, 4), w.filter_w = rig_between(r, 1, 4);
    w.stride_h = rig_between(r, 1, 3), w.stride_w = rig_between(r, 1, 3);
    w.dilation_h = rig_between(r, 1, 2), w.dilation_w = rig_between(r, 1, 2);
    w.out_h = (w.in_h + w.stride_h - 1) / w.stride_h, w.out_w = (w.in_w + w.stride_w - 1) / w.stride_w;
    w.pad_top = rig_between(r, 0, (w.filter_h - 1) * w.dilation_h / 2);
    w.pad_left = rig_between(r, 0, (w.filter_w - 1) * w.dilation_w / 2);
    return w;
}

static size_t lead_by(const th_window *w, int32_t bytes, int32_t together, int32_t inner)
{
    th_step s = {0};
    th_slide_window(w, &(th_slide_order){bytes, bytes, together, inner}, &s);
    assert_int_equal(s.slide, 1);
    return s.lead;
}

/* The lead is the smallest that is safe, for the orders that the kernels have. */
static void leads_are_exact(void **state)
{
    (void)state;
    tape *t = malloc(sizeof *t);
    rig *r = rig_new(1, TH_OP_CONV_2D, 3);
    for (int i = 0; i < 3000; i++) {
        const int32_t in_c = rig_between(r, 1, 9), m = rig_between(r, 1, 3);
        th_window w = random_window(r, in_c, rig_between(r, 1, 9));
        play_pairs(t, &w); /* CONV_2D int8 */
        assert_int_equal(lead_by(&w, 1, 2, -1), lead_of(t));
        play_channels(t, &w, 1, 0, 2); /* CONV_2D int16 */
        assert_int_equal(lead_by(&w, 2, 1, 2 * (w.out_c - 1)), lead_of(t));
        play_channels(t, &w, TH_DOTS, 0, 4); /* float32: eight outputs at once */
        assert_int_equal(lead_by(&w, 4, 1, 4 * (w.out_c - (w.out_c % TH_DOTS ? 1 : TH_DOTS))), lead_of(t));
        w.out_c = in_c; /* pools; depthwise convolutions of 1 */
        play_channels(t, &w, 1, 1, 1);
        assert_int_equal(lead_by(&w, 1, 1, 0), lead_of(t));
        w.out_c = in_c * m;
        play_channels(t, &w, 1, m, 2); /* depthwise with more outputs */
        const size_t lead = lead_by(&w, 2, 1, m == 1 ? 0 : 2 * (w.out_c - in_c)), least = lead_of(t);
        assert_in_range(lead, least, least + (size_t)(2 * m));
    }
    rig_free(r);
    free(t);
}

/* One row of 640 numbers to 128; 3 rows that get longer. */
static void rows_by_hand(void **state)
{
    (void)state;
    th_step s = {0};
    th_slide_rows(1, 640, 128, 2, &s);
    assert_int_equal(s.lead, 126);
    s = (th_step){0};
    th_slide_rows(3, 4, 6, 1, &s);
    assert_int_equal(s.lead, 5 + 2 * 2);
}

/* With less than the lead a kernel does harm: the figure says something. */
static void less_is_wrong(void **state)
{
    (void)state;
    int wrong = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        rig *r = rig_new(seed, TH_OP_MAX_POOL_2D, 1);
        const int32_t c = rig_between(r, 1, 5), h = rig_between(r, 3, 9), wide = rig_between(r, 3, 9);
        r->node.attr = (th_attr){.conv = {.padding = TH_PAD_SAME,
                                          .stride_h = 1,
                                          .stride_w = 1,
                                          .dilation_h = 1,
                                          .dilation_w = 1,
                                          .filter_h = 3,
                                          .filter_w = 3}};
        rig_fill(r, 0, TH_S8, shape4(1, h, wide, c));
        rig_fill(r, RIG_OUT, TH_S8, shape4(1, h, wide, c));
        for (int i = 0; i < RIG_TENSORS; i += RIG_OUT) {
            r->scale[i][0] = 0.5f;
            r->t[i].quant = (th_quant){r->scale[i], r->zero[i], 1, 0};
        }
        rig_run(r);
        assert_true(r->step.lead > 0);
        const size_t n = (size_t)(h * wide * c), at = r->step.lead - 1;
        uint8_t *memory = calloc(at + n, 1);
        memcpy(memory + at, r->data[0], n);
        const void *in[1] = {memory + at};
        void *out[1] = {memory};
        r->step.kernel(r->step.par, in, out, NULL);
        wrong += memcmp(memory, r->data[RIG_OUT], n) != 0;
        free(memory);
        rig_free(r);
    }
    assert_true(wrong >= 10); /* one byte, which is not the largest of its window every time */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leads_are_exact),
        cmocka_unit_test(rows_by_hand),
        cmocka_unit_test(less_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
