/* Gradients of whole small nets, every kind of layer among them, against central differences of a
 * loss that is computed here a second time: in double, pixel by pixel, without padding of channels. */
#include "../test.h"

#include "base/rng.h"
#include "train/net.h"

#include <math.h>

#define BATCH 5

typedef struct ref {
    const th_net *net;
    double *p;    /* [n_params] */
    double *x[2]; /* activations [BATCH][h][w][c], two in turn */
} ref;

static int32_t pad_of(int32_t in, int32_t out, int32_t k, int32_t stride, th_padding p)
{
    const int32_t need = (out - 1) * stride + k - in;
    return p == TH_PAD_VALID || need < 0 ? 0 : need / 2;
}

/* One output value of a layer. */
static double ref_value(const ref *f, const th_stage *st, const double *x, int32_t r, int32_t c, int32_t o)
{
    const th_layer *l = st->layer;
    const int32_t top = pad_of(l->in_h, l->out_h, l->k_h, l->stride_h, l->padding);
    const int32_t left = pad_of(l->in_w, l->out_w, l->k_w, l->stride_w, l->padding);
    double sum = l->kind == TH_LAYER_MAXPOOL ? -1e300 : 0;
    int32_t n = 0;
    for (int32_t kr = 0; kr < l->k_h; kr++)
        for (int32_t kc = 0; kc < l->k_w; kc++) {
            const int32_t y = r * l->stride_h + kr - top, xx = c * l->stride_w + kc - left;
            if (y < 0 || y >= l->in_h || xx < 0 || xx >= l->in_w) continue;
            const double *px = x + (y * l->in_w + xx) * l->in_c;
            n++;
            if (l->kind == TH_LAYER_AVGPOOL)
                sum += px[o];
            else if (l->kind == TH_LAYER_MAXPOOL)
                sum = px[o] > sum ? px[o] : sum;
            else if (l->kind == TH_LAYER_DEPTHWISE)
                sum += px[o] * f->p[st->w + th_stage_weight(st, kr, kc, 0, o)];
            else
                for (int32_t i = 0; i < l->in_c; i++) sum += px[i] * f->p[st->w + th_stage_weight(st, kr, kc, i, o)];
        }
    return l->kind == TH_LAYER_AVGPOOL ? sum / n : sum;
}

/* Batch norm or bias, ReLU, the dropout mask that the net drew. */
static void ref_finish(const ref *f, const th_stage *st, double *z)
{
    const th_layer *l = st->layer;
    const int32_t n = BATCH * st->out_px;
    for (int32_t c = 0; c < l->out_c; c++) {
        double mean = 0, var = 0;
        for (int32_t i = 0; i < n; i++) mean += z[i * l->out_c + c] / n;
        for (int32_t i = 0; i < n; i++) var += (z[i * l->out_c + c] - mean) * (z[i * l->out_c + c] - mean) / n;
        for (int32_t i = 0; i < n; i++) {
            double *v = &z[i * l->out_c + c];
            if (l->batch_norm)
                *v = f->p[st->gamma + (size_t)c] * (*v - mean) / sqrt(var + (double)TH_BN_EPSILON) +
                     f->p[st->beta + (size_t)c];
            else if (st->n_w)
                *v += f->p[st->beta + (size_t)c];
            if (l->act == TH_ACT_RELU && *v < 0) *v = 0;
            if (st->drop) *v *= st->mask[i * st->s + c] ? 256.0 / (256.0 - st->drop) : 0;
        }
    }
}

static double ref_loss(ref *f)
{
    const th_net *net = f->net;
    const int32_t classes = net->spec->n_classes;
    int at = 0;
    for (size_t i = 0; i < BATCH * net->n_in; i++) f->x[0][i] = (double)net->x[i];
    for (int32_t s = 0; s < net->n_stages; s++, at ^= 1) {
        const th_stage *st = &net->stage[s];
        const th_layer *l = st->layer;
        for (int32_t n = 0; n < BATCH; n++)
            for (int32_t e = 0; e < st->out_px * l->out_c; e++)
                f->x[at ^ 1][n * st->out_px * l->out_c + e] =
                    ref_value(f, st, f->x[at] + n * l->in_h * l->in_w * l->in_c, e / l->out_c / l->out_w,
                              e / l->out_c % l->out_w, e % l->out_c);
        ref_finish(f, st, f->x[at ^ 1]);
    }
    double loss = 0;
    for (int32_t n = 0; n < BATCH; n++) {
        const double *z = f->x[at] + n * classes;
        double sum = 0;
        for (int32_t i = 0; i < classes; i++) sum += exp(z[i]);
        for (int32_t i = 0; i < classes; i++) {
            const double want =
                (1 - (double)net->smoothing) * (double)net->y[n * classes + i] + (double)net->smoothing / classes;
            loss -= want * (z[i] - log(sum)) / BATCH;
        }
    }
    return loss;
}

static void pass(void *ctx, int member, int n_members)
{
    th_net *net = ((void **)ctx)[0];
    (void)n_members;
    th_net_forward(net, ((void **)ctx)[1], member);
    th_net_backward(net, ((void **)ctx)[1], member);
}

static void fill(th_net *net)
{
    th_rng rng = th_rng_make(7, 7);
    net->n = BATCH;
    net->training = true;
    net->mask_seed = 5;
    net->smoothing = 0.1f;
    for (size_t i = 0; i < BATCH * net->n_in; i++) net->x[i] = th_rng_normal(&rng);
    for (int32_t i = 0; i < BATCH; i++) { /* soft labels */
        net->y[i * 3 + i % 3] = 0.75f;
        net->y[i * 3 + (i + 1) % 3] = 0.25f;
    }
    for (size_t i = net->n_weights; i < net->n_params; i++)
        if (net->params[i] > 0) net->params[i] += 0.3f * th_rng_normal(&rng); /* gammas other than 1 */
}

/* Largest difference between the net's gradients and central differences, relative to the largest gradient. */
static double worst_gradient(const th_spec *spec, int threads, int kernels)
{
    th_net *net = NULL;
    th_team *team = NULL;
    assert_int_equal(th_net_new(spec, BATCH, threads, kernels, &net, NULL), TH_OK);
    assert_int_equal(th_team_new(threads, &team, NULL), TH_OK);
    th_net_init(net, 3);
    fill(net);
    void *ctx[] = {net, team};
    th_team_run(team, pass, ctx);

    const size_t room = 1u << 16;
    ref f = {.net = net,
             .p = calloc(net->n_params, sizeof(double)),
             .x = {calloc(room, sizeof(double)), calloc(room, sizeof(double))}};
    for (size_t i = 0; i < net->n_params; i++) f.p[i] = (double)net->params[i];
    double loss = 0, worst = 0, largest = 0;
    for (int t = 0; t < threads; t++) loss += net->member[t].loss / BATCH;
    assert_true(fabs(loss - ref_loss(&f)) < 1e-5);
    const size_t stride = net->n_params / 256 + 1; /* odd: it meets every channel in turn */
    for (size_t i = 0; i < net->n_params; i += stride | 1) {
        double got = 0;
        for (int t = 0; t < threads; t++) got += (double)net->member[t].grad[i];
        const double keep = f.p[i], h = 1e-6;
        f.p[i] = keep + h;
        const double up = ref_loss(&f);
        f.p[i] = keep - h;
        const double want = (up - ref_loss(&f)) / (2 * h);
        f.p[i] = keep;
        const bool used = i >= net->n_weights || net->params[i] > 0 || net->params[i] < 0;
        if (used && fabs(got - want) > worst) worst = fabs(got - want);
        if (fabs(want) > largest) largest = fabs(want);
    }
    assert_true(largest > 1e-3);
    free(f.p), free(f.x[0]), free(f.x[1]);
    th_team_free(team);
    th_net_free(net);
    return worst / largest;
}

static void check(const char *text, int32_t h, int32_t w, int32_t c)
{
    th_spec spec;
    th_why why = {0};
    if (th_spec_parse(text, h, w, c, 3, &spec, &why)) fail_msg("%s", why.text);
    for (int k = 0; th_kernels_get(k); k++) {
        const double worst = worst_gradient(&spec, 1 + k % 2, k);
        if (worst > 1e-4) fail_msg("kernels %s, net\n%s gradients are off by %g", th_kernels_get(k)->name, text, worst);
    }
}

static void convolutions(void **state)
{
    (void)state;
    check("conv2d 5 3x2 stride 2x1 relu\ndense classes\n", 7, 5, 1);
    check("conv2d 9 3x3 bn relu\nconv2d 20 2x3 stride 2x2 relu\navgpool global\ndense classes\n", 6, 5, 2);
    check("conv2d 40 4x2 valid bn relu\nconv2d 33 1x1 bn\ndense classes\n", 5, 4, 1);
}

static void depthwise_separable(void **state)
{
    (void)state;
    check("conv2d 48 4x3 stride 2x2 bn relu\ndepthwise 3x3 bn relu\nconv2d 16 1x1 bn relu\navgpool global\ndense "
          "classes\n",
          8, 6, 1);
    check("depthwise 3x2 stride 2x1 relu\ndepthwise 2x2 bn relu\ndense classes\n", 7, 6, 3);
}

static void pools_and_dropout(void **state)
{
    (void)state;
    check("conv2d 8 3x3 relu\nmaxpool 2x2\ndropout 0.4\nconv2d 6 3x3 bn relu\navgpool 2x3 stride 1x2\ndropout "
          "0.3\ndense classes\n",
          7, 7, 1);
    check("dense 12 bn relu\ndropout 0.5\ndense 7 relu\ndense classes\n", 3, 3, 2);
    check("conv2d 12 3x3 bn relu\ndropout 0.25\nmaxpool 3x3 stride 2x2\navgpool global\ndense classes\n", 6, 6, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(convolutions), cmocka_unit_test(depthwise_separable),
                                       cmocka_unit_test(pools_and_dropout)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
