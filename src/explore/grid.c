/* Numbers of a network that was trained here, on a grid of few bits. */
#include "explore/explore.h"
#include "explore/toy.h"

#include "compress/range.h"
#include "compress/weights.h"
#include "evaluate/anomaly.h"
#include "nn/fully_connected.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIZE   16 /* neurons of the layer whose weights are shown */
#define N      (SIZE * SIZE)
#define EPOCHS 400 /* of its training */
#define POINTS 24

/* Of a network that has learned: the weights of its second layer [SIZE][SIZE], or what the neurons of its first one
 * say to inputs from -2 to 2. */
static bool learned(uint32_t seed, bool outputs, float *v)
{
    float *w = NULL, *loss = calloc((size_t)2 * EPOCHS, sizeof *loss), x[SIZE];
    th_toy *t = th_toy_curve("relu", SIZE, POINTS, 0.2, seed);
    if (t && loss) w = calloc((size_t)th_explore_weights(t, NULL), sizeof *w);
    const bool done = w != NULL;
    if (done) {
        th_explore_epochs(t, EPOCHS, loss);
        (void)th_explore_weights(t, w);
        memcpy(v, w + (size_t)2 * SIZE, sizeof(float) * N); /* behind the first layer's weights, biases */
    }
    for (int32_t k = 0; k < SIZE; k++) x[k] = -2.0f + 4.0f * (float)k / (SIZE - 1);
    const th_fully_connected_f32_par layer = {SIZE, 1, SIZE, 0, FLT_MAX}; /* 0: ReLU */
    if (done && outputs) th_fully_connected_f32(&layer, (const void *[]){x, w, w + SIZE}, (void *[]){v}, NULL);
    free(w);
    free(loss);
    th_explore_free(t);
    return done;
}

int32_t th_explore_values(int32_t kind, uint32_t seed, float *v)
{
    if (!v) return N;
    if (!learned(seed, kind == TH_VALUES_OUTPUTS, v)) return 0;
    if (kind == TH_VALUES_OUTLIER) {
        float most = 0;
        for (int32_t i = 0; i < N; i++) most = fmaxf(most, fabsf(v[i]));
        v[5 * SIZE + 3] = 3 * most;
    }
    return N;
}

static float limited(float v, float lo, float hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* Weights: no zero point. */
static void symmetric(const float *kept, int32_t bits, int32_t per_channel, int8_t *q, float *scale)
{
    const th_layer_weights l = {
        .w = kept, .n = N, .n_out = SIZE, .inner = SIZE, .per_channel = per_channel != 0, .in_scale = 1};
    th_weights_to_bits(&l, bits, q, scale);
}

/* Outputs: their range, with a zero point. */
static int32_t with_zero(const float *kept, int32_t bits, float lo, float hi, int8_t *q, float *scale)
{
    const float least = -(float)(1 << (bits - 1)), most = -least - 1;
    int32_t zero;
    th_range_to_bits(lo, hi, bits, scale, &zero);
    for (int32_t i = 0; i < N; i++) q[i] = (int8_t)limited(roundf(kept[i] / *scale) + (float)zero, least, most);
    return zero;
}

static void compare(const float *v, const float *back, const int8_t *q, float *out)
{
    double error = 0, power = 0;
    float off[N];
    int32_t used = 0;
    bool seen[256] = {false};
    for (int32_t i = 0; i < N; i++) {
        off[i] = fabsf(back[i] - v[i]);
        error += pow((double)back[i] - (double)v[i], 2);
        power += pow((double)v[i], 2);
        used += !seen[q[i] + 128];
        seen[q[i] + 128] = true;
    }
    out[TH_GRID_RMS] = (float)sqrt(error / N);
    out[TH_GRID_MEDIAN] = th_percentile(off, N, 50);
    out[TH_GRID_SNR] = (float)(error > 0 ? 10 * log10(power / error) : 200);
    out[TH_GRID_USED] = (float)used;
}

void th_explore_grid(const float *v, int32_t bits, int32_t affine, int32_t per_channel, double keep, float *back,
                     float *scale, float *out)
{
    float kept[N], lo = 0, hi = 0;
    int8_t q[N];
    int32_t zero = 0, cut = 0;
    for (int32_t i = 0; i < N; i++) {
        lo = fminf(lo, v[i]);
        hi = fmaxf(hi, v[i]);
    }
    if (!affine) { /* as far to both sides */
        hi = fmaxf(-lo, hi);
        lo = -hi;
    }
    lo *= (float)keep;
    hi *= (float)keep;
    for (int32_t i = 0; i < N; i++) {
        kept[i] = limited(v[i], lo, hi);
        cut += kept[i] != v[i];
    }
    if (affine)
        zero = with_zero(kept, bits, lo, hi, q, scale);
    else
        symmetric(kept, bits, per_channel, q, scale);
    for (int32_t i = 0; i < N; i++) back[i] = scale[per_channel && !affine ? i / SIZE : 0] * (float)(q[i] - zero);
    compare(v, back, q, out);
    out[TH_GRID_CUT] = (float)cut;
    out[TH_GRID_ZERO] = (float)zero;
}
