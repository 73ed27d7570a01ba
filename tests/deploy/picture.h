/* tests/deploy/picture.h -- a quantised network of pictures and a camera's frames, made here. */
#ifndef TH_TEST_DEPLOY_PICTURE_H
#define TH_TEST_DEPLOY_PICTURE_H

#include "small.h"

enum { FRAMES = 12, FRAME = 120 * 160 * 2, H = 24, W = 32, LABELS = 4 };

static const char picture_labels[LABELS][TH_LABEL_BYTES] = {"person", "no person", "dog", "\xd9\x86\xd8\xb9\xd9\x85"};
static uint8_t frames[FRAMES][FRAME];

/* Bars of two colours, other ones in each frame, and noise in the low bits. */
static inline void make_frames(void)
{
    th_rng rng = th_rng_make(5, 2);
    for (int k = 0; k < FRAMES; k++) {
        const uint32_t colour[2] = {th_rng_below(&rng, 65536), th_rng_below(&rng, 65536)};
        for (int i = 0; i < FRAME / 2; i++) {
            const uint32_t v = colour[i % 160 / (k + 2) % 2] ^ (th_rng_below(&rng, 8) << 5);
            frames[k][2 * i] = (uint8_t)(v >> 8);
            frames[k][2 * i + 1] = (uint8_t)v;
        }
    }
}

/* Pictures of H x W x c -> conv -> mean -> dense -> soft-max. */
static inline th_model *picture_net(int32_t c)
{
    test_build b = test_begin(23, 1, H, W, c);
    test_conv(&b, H / 2, W / 2, c, 8, 3, 3, 2);
    int32_t from = b.last;
    th_attr *a = &test_node(&b, TH_OP_AVERAGE_POOL_2D, from, -1, -1, test_tensor(&b, "pool", 1, 1, 1, 8))->attr;
    a->conv.padding = TH_PAD_VALID;
    a->conv.filter_h = a->conv.stride_h = H / 2;
    a->conv.filter_w = a->conv.stride_w = W / 2;
    a->conv.dilation_h = a->conv.dilation_w = 1;
    from = b.last;
    test_node(&b, TH_OP_RESHAPE, from, -1, -1, test_tensor(&b, "flat", 1, 8, 0, 0));
    from = b.last;
    const int32_t w = test_weights(&b, "fc/w", 6.0f, LABELS, 8, 0, 0),
                  bias = test_weights(&b, "fc/b", 0.1f, LABELS, 0, 0, 0);
    test_node(&b, TH_OP_FULLY_CONNECTED, from, w, bias, test_tensor(&b, "fc", 1, LABELS, 0, 0));
    from = b.last;
    test_node(&b, TH_OP_SOFTMAX, from, -1, -1, test_tensor(&b, "scores", 1, LABELS, 0, 0))->attr.softmax.beta = 1.0f;
    return test_end(&b);
}

static inline void picture_sample(void *ctx, int32_t i, float *x)
{
    const int32_t c = *(const int32_t *)ctx;
    th_rng rng = th_rng_make(7, (uint64_t)i);
    const float level = th_rng_range(&rng, -1.0f, 1.0f);
    for (int32_t k = 0; k < H * W * c; k++) x[k] = 0.5f * level + 0.5f * th_rng_range(&rng, -1.0f, 1.0f);
}

static inline th_model *picture_int8_net(int32_t c)
{
    th_why why = {0};
    th_model *f32 = picture_net(c), *s8;
    int32_t n = 0;
    const th_quantize_job job = {.model = f32, .samples = {.n = 32, .sample = picture_sample, .ctx = &c}};
    if (th_quantize(&job, &s8, NULL, &n, &why)) fail_msg("%s", why.text);
    th_model_free(f32);
    return s8;
}

#endif
