/* Random valid descriptions: their shapes, parameters and multiplications against a computation that shares nothing
 * with the parser (it slides windows and counts), and back through th_layer_text to the same layers. */
#include "../test.h"

#include "base/rng.h"
#include "model/spec.h"

#define ROUNDS 4000
#define MOST   24

typedef struct tensor {
    int32_t h, w, c;
} tensor;

/* The text so far, and what the network should be. */
typedef struct maker {
    th_rng rng;
    char text[MOST * 96];
    tensor t[MOST + 1]; /* 0: the input */
    int64_t parameters[MOST], macs[MOST];
    int32_t n;              /* layers */
    bool plain[MOST + 1];   /* dropout may read it */
    bool dropped[MOST + 1]; /* and did: others may not */
} maker;

static int32_t pick(maker *m, int32_t lo, int32_t hi)
{
    return lo + (int32_t)th_rng_below(&m->rng, (uint32_t)(hi - lo + 1));
}

static void TH_PRINTF(2, 3) say(maker *m, const char *fmt, ...)
{
    const size_t n = strlen(m->text);
    va_list args;
    va_start(args, fmt);
    vsnprintf(m->text + n, sizeof m->text - n, fmt, args);
    va_end(args);
}

/* "HxW", or only H for signals. */
static void say_pair(maker *m, const char *word, bool signal, int32_t h, int32_t w)
{
    say(m, " %s %d", word, (int)h);
    if (!signal) say(m, "x%d", (int)w);
}

/* Positions of a window that slides over `in` values; with "same" padding every stride-th value is the middle of one.
 */
static int32_t positions(int32_t in, int32_t k, int32_t stride, int32_t dilation, bool same)
{
    int32_t n = 0;
    for (int32_t at = 0; at < in; at += stride)
        if (same || at + (k - 1) * dilation < in) n++;
    return n;
}

/* The farthest value that a transposed convolution writes. */
static int32_t spread(int32_t in, int32_t k, int32_t stride, bool same)
{
    int32_t end = 0;
    for (int32_t i = 0; i < in; i++)
        for (int32_t j = 0; j < (k > stride && !same ? k : stride); j++)
            if (i * stride + j + 1 > end) end = i * stride + j + 1;
    return end;
}

static void act(maker *m)
{
    static const char *const words[] = {"",         " relu", " relu6", " leaky", " leaky 0.125", " hard-swish",
                                        " sigmoid", " tanh"};
    say(m, "%s", words[pick(m, 0, 7)]);
}

/* Bias, batch norm or neither; numbers learned for each of `c` channels. */
static int32_t learn(maker *m)
{
    const int32_t kind = pick(m, 0, 2);
    say(m, "%s", kind == 0 ? "" : kind == 1 ? " bn" : " no-bias");
    act(m);
    return kind == 0 ? 1 : kind == 1 ? 2 : 0;
}

static tensor make_conv(maker *m, const tensor *x, bool depthwise)
{
    const bool same = pick(m, 0, 1), signal = !depthwise && x->w == 1 && pick(m, 0, 1);
    int32_t k_h = pick(m, 1, 4), k_w = signal ? 1 : pick(m, 1, 4), d_h = pick(m, 1, 2),
            d_w = signal ? 1 : pick(m, 1, 2);
    const int32_t s_h = pick(m, 1, 3), s_w = signal ? 1 : pick(m, 1, 3);
    if ((k_h - 1) * d_h >= x->h) k_h = d_h = 1;
    if ((k_w - 1) * d_w >= x->w) k_w = d_w = 1;
    const int32_t groups = !depthwise && x->c % 2 == 0 ? pick(m, 1, 2) : 1;
    const int32_t filters = depthwise ? x->c : groups * pick(m, 1, 5);
    tensor y = {positions(x->h, k_h, s_h, d_h, same), positions(x->w, k_w, s_w, d_w, same), filters};
    if (depthwise)
        say(m, "depthwise %dx%d", (int)k_h, (int)k_w);
    else if (signal)
        say(m, "conv1d %d %d", (int)filters, (int)k_h);
    else
        say(m, "conv2d %d %dx%d", (int)filters, (int)k_h, (int)k_w);
    say_pair(m, "stride", signal, s_h, s_w);
    say_pair(m, "dilation", signal, d_h, d_w);
    if (!depthwise) say(m, " groups %d", (int)groups);
    if (!same) say(m, " valid");
    const int64_t extra = learn(m);
    int64_t weights = 0; /* one for each value in that an output sees */
    for (int32_t o = 0; o < filters; o++)
        for (int32_t i = 0; i < x->c; i++)
            if (depthwise ? i == o : i / (x->c / groups) == o / (filters / groups)) weights += k_h * k_w;
    m->parameters[m->n] = weights + extra * filters;
    m->macs[m->n] = weights * y.h * y.w;
    return y;
}

static tensor make_transpose(maker *m, const tensor *x)
{
    const bool same = pick(m, 0, 1);
    const int32_t k_h = pick(m, 1, 4), k_w = pick(m, 1, 4), s_h = pick(m, 1, 2), s_w = pick(m, 1, 2), f = pick(m, 1, 4);
    say(m, "transpose %d %dx%d", (int)f, (int)k_h, (int)k_w);
    say_pair(m, "stride", false, s_h, s_w);
    if (!same) say(m, " valid");
    const int64_t extra = learn(m);
    m->parameters[m->n] = (int64_t)k_h * k_w * x->c * f + extra * f;
    m->macs[m->n] = (int64_t)x->h * x->w * x->c * k_h * k_w * f;
    return (tensor){spread(x->h, k_h, s_h, same), spread(x->w, k_w, s_w, same), f};
}

static tensor make_pool(maker *m, const tensor *x)
{
    const bool same = pick(m, 0, 1);
    int32_t k_h = pick(m, 1, 3), k_w = pick(m, 1, 3);
    say(m, "%s", pick(m, 0, 1) ? "avgpool" : "maxpool");
    if (pick(m, 0, 3) == 0) {
        say(m, " global");
        return (tensor){1, 1, x->c};
    }
    if (k_h > x->h) k_h = 1;
    if (k_w > x->w) k_w = 1;
    say(m, " %dx%d%s", (int)k_h, (int)k_w, same ? "" : " valid");
    return (tensor){positions(x->h, k_h, k_h, 1, same), positions(x->w, k_w, k_w, 1, same), x->c};
}

static tensor make_recurrent(maker *m, const tensor *x)
{
    const int32_t units = pick(m, 1, 6), step = x->w * x->c, kind = pick(m, 0, 2), rank = pick(m, 1, 3),
                  memory = pick(m, 1, 9);
    const bool sequence = pick(m, 0, 1);
    say(m, "%s %d", kind == 0 ? "lstm" : kind == 1 ? "gru" : "svdf", (int)units);
    if (kind == 2) say(m, " rank %d memory %d", (int)rank, (int)memory);
    if (sequence) say(m, " sequence");
    m->parameters[m->n] = m->macs[m->n] = 0;
    if (kind == 2) {
        m->parameters[m->n] = units;
        for (int32_t f = 0; f < units * rank; f++) {
            m->parameters[m->n] += step + memory;
            m->macs[m->n] += step * x->h + memory * (sequence ? x->h : 1);
        }
    }
    for (int32_t gate = 0; kind < 2 && gate < 4 - kind; gate++)
        for (int32_t u = 0; u < units; u++) {
            m->parameters[m->n] += step + units + 1 + kind;
            m->macs[m->n] += (step + units) * x->h;
        }
    return (tensor){sequence ? x->h : 1, 1, units};
}

/* Add, multiply or concat with the oldest of the same size. */
static tensor make_join(maker *m, const tensor *x)
{
    const tensor same = {x->h, x->w, x->c};
    const bool concat = pick(m, 0, 1);
    for (int32_t i = 0; i < m->n; i++) {
        const tensor *y = &m->t[i];
        if (m->dropped[i] || y->h != x->h || y->w != x->w || (!concat && y->c != x->c)) continue;
        say(m, "%s ", concat ? "concat" : pick(m, 0, 1) ? "add" : "multiply");
        if (i)
            say(m, "n%d", (int)i);
        else
            say(m, "input");
        if (concat) return (tensor){x->h, x->w, x->c + y->c};
        act(m);
        return same;
    }
    say(m, "relu");
    return same;
}

/* A line that reads the one before (x), and perhaps another one of the right shape. */
static tensor make_layer(maker *m, const tensor *x)
{
    m->parameters[m->n] = m->macs[m->n] = 0;
    m->plain[m->n + 1] = true;
    tensor same = {x->h, x->w, x->c};
    switch (pick(m, 0, 13)) {
    case 0:
    case 1: return make_conv(m, x, false);
    case 2: return make_conv(m, x, true);
    case 3: return make_transpose(m, x);
    case 4: return make_pool(m, x);
    case 5: return make_recurrent(m, x);
    case 6: {
        const int32_t n = pick(m, 1, 9);
        say(m, "dense %d", (int)n);
        const int64_t extra = learn(m);
        m->macs[m->n] = (int64_t)x->h * x->w * x->c * n;
        m->parameters[m->n] = m->macs[m->n] + extra * n;
        return (tensor){1, 1, n};
    }
    case 7:
        say(m, "bn");
        act(m);
        m->parameters[m->n] = 2 * (int64_t)x->c;
        return same;
    case 8: say(m, "%s", pick(m, 0, 1) ? "softmax" : "hard-swish"); return same;
    case 9:
        if (pick(m, 0, 1))
            say(m, "flatten");
        else
            say(m, "reshape 1x1x%d", (int)(x->h * x->w * x->c));
        m->plain[m->n + 1] = false;
        return (tensor){1, 1, x->h * x->w * x->c};
    case 10:
        say(m, "reshape %dx%dx%d", (int)x->c, (int)x->h, (int)x->w);
        m->plain[m->n + 1] = false;
        return (tensor){x->c, x->h, x->w};
    case 11: {
        const int32_t a = pick(m, 1, 2), b = pick(m, 1, 3);
        say(m, "upsample %dx%d", (int)a, (int)b);
        return (tensor){x->h * a, x->w * b, x->c};
    }
    default: break;
    }
    return make_join(m, x);
}

static void make(maker *m, uint64_t seed)
{
    m->rng = th_rng_make(seed, 77);
    m->text[0] = 0;
    m->n = 0;
    memset(m->dropped, 0, sizeof m->dropped);
    m->t[0] = (tensor){pick(m, 1, 12), pick(m, 0, 2) ? pick(m, 1, 12) : 1, pick(m, 1, 6)};
    m->plain[0] = false;
    const int32_t n = pick(m, 1, MOST);
    while (m->n < n) {
        const tensor *x = &m->t[m->n];
        if (m->n + 1 < n && m->plain[m->n] && pick(m, 0, 9) == 0) {
            say(m, "dropout 0.%d", (int)pick(m, 0, 94));
            m->dropped[m->n] = true;
            m->plain[m->n + 1] = false;
            m->parameters[m->n] = m->macs[m->n] = 0;
            m->t[m->n + 1] = *x;
        } else if (x->h > 200 || x->w > 200 || x->c > 4000) {
            say(m, "avgpool global");
            m->parameters[m->n] = m->macs[m->n] = 0;
            m->plain[m->n + 1] = true;
            m->t[m->n + 1] = (tensor){1, 1, x->c};
            if (x->c > 4000) {
                m->text[strlen(m->text) - strlen("avgpool global")] = 0;
                say(m, "dense 3");
                m->macs[m->n] = (int64_t)x->h * x->w * x->c * 3;
                m->parameters[m->n] = m->macs[m->n] + 3;
                m->t[m->n + 1].c = 3;
            }
        } else {
            m->t[m->n + 1] = make_layer(m, x);
        }
        m->n++;
        say(m, " as n%d\n", (int)m->n);
    }
}

static void same_layers(const th_spec *a, const th_spec *b, const char *text)
{
    assert_int_equal(a->n_layers, b->n_layers);
    for (int32_t i = 0; i < a->n_layers; i++) {
        th_layer x = a->layer[i], y = b->layer[i];
        x.line = y.line = 0;
        if (memcmp(&x, &y, sizeof x) != 0) fail_msg("layer %d is another one in:\n%s", (int)i + 1, text);
    }
}

static void random_descriptions(void **state)
{
    (void)state;
    static maker m;
    static th_spec s, again;
    static char text[MOST * 128];
    int32_t layers = 0;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        th_why why = {0};
        make(&m, round);
        if (th_spec_parse(m.text, m.t[0].h, m.t[0].w, m.t[0].c, 0, &s, &why))
            fail_msg("round %d: %s\n%s", (int)round, why.text, m.text);
        assert_int_equal(s.n_layers, m.n);
        layers += m.n;
        text[0] = 0;
        for (int32_t i = 0; i < m.n; i++) {
            const th_layer *l = &s.layer[i];
            if (l->out_h != m.t[i + 1].h || l->out_w != m.t[i + 1].w || l->out_c != m.t[i + 1].c)
                fail_msg("round %d, line %d gives %dx%dx%d, not %dx%dx%d:\n%s", (int)round, (int)i + 1, (int)l->out_h,
                         (int)l->out_w, (int)l->out_c, (int)m.t[i + 1].h, (int)m.t[i + 1].w, (int)m.t[i + 1].c, m.text);
            if (th_layer_parameters(l) != m.parameters[i] || th_layer_macs(l) != m.macs[i])
                fail_msg("round %d, line %d: %lld parameters, %lld MACs, not %lld, %lld:\n%s", (int)round, (int)i + 1,
                         (long long)th_layer_parameters(l), (long long)th_layer_macs(l), (long long)m.parameters[i],
                         (long long)m.macs[i], m.text);
            const size_t n = strlen(text);
            (void)th_layer_text(&s, i, text + n, sizeof text - n);
            strcat(text, "\n");
        }
        if (th_spec_parse(text, s.in_h, s.in_w, s.in_c, 0, &again, &why))
            fail_msg("round %d: %s\n%s", (int)round, why.text, text);
        same_layers(&s, &again, text);
    }
    assert_true(layers > 10 * ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_descriptions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
