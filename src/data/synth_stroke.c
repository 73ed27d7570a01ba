/* A hand that draws digits and shapes in the air.  Each stroke of the pen is one push of the muscles: its speed is a
 * lognormal bell, its way an arc; pushes that overlap make round corners (Plamondon 1995; O'Reilly and Plamondon 2009:
 * sigma-lognormal).  Writers differ in size, slant, width, haste, how much pushes overlap, and tremor. */
#include "data/synth_kind.h"

#include <math.h>
#include <stddef.h>

#define PI      3.14159265f
#define MOST    6
#define POINT_S 0.0125f /* between two points */

enum { N0, N1, N2, N3, N4, N5, N6, N7, N8, N9, CIRCLE, SQUARE, TRIANGLE, ZIGZAG, WAVE, CHECK, LINE, EIGHT };

/* To where, and by how many degrees the pen turns on the way (left is positive). */
typedef struct push {
    float x, y, turn;
} push;

/* One way to draw a sign; y is up, it is about 1 high. */
typedef struct sign {
    int32_t label;
    bool mirror;  /* may be drawn the other way round */
    float narrow; /* width beside height */
    push start, to[MOST];
    int n;
} sign;

static const sign signs[] = {
    {N0, true, 0.65f, {0, 0.5f, 0}, {{0, -0.5f, 180}, {0, 0.5f, 180}}, 2},
    {N1, false, 1, {0, 0.5f, 0}, {{0, -0.5f, 0}}, 1},
    {N1, false, 1, {-0.2f, 0.25f, 0}, {{0, 0.5f, 0}, {0, -0.5f, 0}}, 2},
    {N2, false, 1, {-0.3f, 0.3f, 0}, {{0.28f, 0.25f, -170}, {-0.33f, -0.5f, -25}, {0.35f, -0.5f, 0}}, 3},
    {N3, false, 1, {-0.25f, 0.4f, 0}, {{-0.05f, 0.02f, -210}, {-0.3f, -0.4f, -220}}, 2},
    {N4, false, 1, {0, 0.5f, 0}, {{-0.3f, -0.1f, 0}, {0.3f, -0.1f, 0}, {0.12f, 0.35f, 20}, {0.12f, -0.5f, 0}}, 4},
    {N5, false, 1, {0.3f, 0.5f, 0}, {{-0.2f, 0.5f, 0}, {-0.22f, 0.08f, 0}, {-0.3f, -0.4f, -215}}, 3},
    {N6, false, 1, {0.2f, 0.5f, 0}, {{-0.25f, -0.2f, 40}, {0.25f, -0.2f, 180}, {-0.22f, -0.15f, 180}}, 3},
    {N7, false, 1, {-0.3f, 0.45f, 0}, {{0.3f, 0.45f, 0}, {-0.1f, -0.5f, 0}}, 2},
    {N8, false, 0.9f, {0.22f, 0.35f, 0}, {{0, 0, 220}, {0, -0.5f, -180}, {0, 0, -180}, {0.22f, 0.35f, 70}}, 4},
    {N9, false, 1, {0.22f, 0.3f, 0}, {{-0.22f, 0.3f, 180}, {0.22f, 0.3f, 180}, {0.1f, -0.5f, 0}}, 3},
    {N4, false, 1, {0.3f, -0.1f, 0}, {{-0.3f, -0.1f, 0}, {0.15f, 0.5f, 0}, {0, -0.5f, 0}}, 3},
    {N8, false, 0.9f, {0.15f, 0.2f, 0}, {{0, 0, 260}, {0, -0.5f, -180}, {0, 0, -150}, {0, 0.5f, 130}}, 4},
    {N9, false, 1, {0.12f, 0.02f, 0}, {{-0.2f, 0.2f, -110}, {0.2f, 0.2f, -180}, {-0.2f, -0.4f, -70}}, 3},
    {CIRCLE, true, 1, {0, 0.4f, 0}, {{0, -0.4f, 180}, {0, 0.4f, 180}}, 2},
    {SQUARE, true, 1, {-0.4f, 0.4f, 0}, {{-0.4f, -0.4f, 0}, {0.4f, -0.4f, 0}, {0.4f, 0.4f, 0}, {-0.4f, 0.4f, 0}}, 4},
    {TRIANGLE, true, 1, {0, 0.45f, 0}, {{-0.45f, -0.4f, 0}, {0.45f, -0.4f, 0}, {0, 0.45f, 0}}, 3},
    {ZIGZAG, false, 1, {-0.5f, 0.3f, 0}, {{-0.25f, -0.3f, 0}, {0, 0.3f, 0}, {0.25f, -0.3f, 0}, {0.5f, 0.3f, 0}}, 4},
    {WAVE, false, 1, {-0.5f, 0, 0}, {{-0.17f, 0, -150}, {0.17f, 0, 150}, {0.5f, 0, -150}}, 3},
    {CHECK, false, 1, {-0.35f, 0, 0}, {{-0.1f, -0.4f, 0}, {0.4f, 0.45f, 0}}, 2},
    {LINE, false, 1, {-0.5f, 0, 0}, {{0.5f, 0, 0}}, 1},
    {EIGHT, true, 1, {0, 0, 0}, {{0.5f, 0, -170}, {0, 0, -170}, {-0.5f, 0, 170}, {0, 0, 170}}, 4},
};

typedef struct writer {
    float size, slant, narrow, turned; /* sheared by slant, turned by radians */
    float haste, overlap, sloppy;      /* seconds a push, share of it that the next begins early, errors of targets */
    float tremor, tremor_hz;
    bool mirror;
} writer;

static writer writer_of(const th_synth_one *one)
{
    th_rng r = th_synth_rng_subject(one);
    return (writer){.size = th_rng_range(&r, 0.35f, 0.8f),
                    .slant = th_rng_range(&r, -0.25f, 0.35f),
                    .narrow = th_rng_range(&r, 0.75f, 1.25f),
                    .turned = th_rng_range(&r, -0.2f, 0.2f),
                    .haste = th_rng_range(&r, 0.22f, 0.5f),
                    .overlap = th_rng_range(&r, 0.15f, 0.5f),
                    .sloppy = th_rng_range(&r, 0.05f, 0.15f),
                    .tremor = th_rng_range(&r, 0.001f, 0.006f),
                    .tremor_hz = th_rng_range(&r, 8.0f, 12.0f),
                    .mirror = th_rng_below(&r, 3) == 0};
}

/* The way in which this writer draws it. */
static const sign *sign_of(const th_synth_one *one)
{
    const sign *found = NULL;
    th_rng r = th_rng_make(one->seed ^ (uint64_t)one->subject, (uint64_t)one->label);
    uint32_t ways = 0;
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
        if (signs[k].label == one->label && th_rng_below(&r, ++ways) == 0) found = &signs[k];
    return found;
}

/* A push in time: which part of its way is done after t seconds. */
typedef struct bell {
    float start, mu, sigma;
    float length, angle, turn; /* of the arc; where it points in the middle, radians */
} bell;

/* Part of the way after t: the distribution of a lognormal. */
static float done_at(const bell *b, float t)
{
    if (t <= b->start) return 0.0f;
    return 0.5f * erfcf(-(logf(t - b->start) - b->mu) / (b->sigma * 1.41421356f));
}

/* The pushes for a sign; returns when the last one is over. */
static float plan(const sign *s, const writer *w, th_rng *r, bell *b)
{
    push at = s->start;
    const float side = s->mirror && w->mirror ? -1.0f : 1.0f, wide = side * s->narrow;
    float start = 0.05f + 0.2f * th_rng_unit(r);
    for (int k = 0; k < s->n; k++) {
        push to = s->to[k];
        to.x += w->sloppy * th_rng_normal(r);
        to.y += w->sloppy * th_rng_normal(r);
        const float dx = wide * (to.x - at.x), dy = to.y - at.y, chord = sqrtf(dx * dx + dy * dy) + 1e-6f;
        const float turn = side * (to.turn + 8.0f * th_rng_normal(r)) * PI / 180.0f, half = 0.5f * fabsf(turn);
        const float takes = w->haste * th_rng_range(r, 0.85f, 1.15f) * (0.6f + 0.5f * chord + 0.25f * half);
        b[k] = (bell){.start = start,
                      .sigma = th_rng_range(r, 0.25f, 0.4f),
                      .mu = logf(0.6f * takes),
                      .length = half > 0.01f ? chord * half / sinf(half < 2.6f ? half : 2.6f) : chord,
                      .angle = atan2f(dy, dx),
                      .turn = turn};
        start += takes * (1.0f - w->overlap);
        at = to;
    }
    return b[s->n - 1].start + 3.0f * expf(b[s->n - 1].mu);
}

static int32_t rows(const th_synth_one *one, float *out, int32_t cap)
{
    th_rng r = th_synth_rng(one);
    const writer w = writer_of(one);
    const sign *s = sign_of(one);
    bell b[MOST];
    const float end = plan(s, &w, &r, b), size = w.size * th_rng_range(&r, 0.85f, 1.15f);
    const float turned = w.turned + 0.08f * th_rng_normal(&r), phase = th_rng_range(&r, 0.0f, 2.0f * PI);
    float x = s->start.x, y = s->start.y, was[MOST] = {0}, wander[2] = {0};
    int32_t n = 0;
    for (float t = 0.0f; t < end && n < cap; t += POINT_S, n++) {
        for (int k = 0; k < s->n; k++) {
            const float now = done_at(&b[k], t), way = b[k].length * (now - was[k]);
            const float angle = b[k].angle + b[k].turn * (0.5f * (now + was[k]) - 0.5f);
            x += way * cosf(angle);
            y += way * sinf(angle);
            was[k] = now;
        }
        for (int k = 0; k < 2; k++) wander[k] = th_synth_wander(&r, wander[k], POINT_S, 0.15f);
        const float shake = w.tremor * sinf(2.0f * PI * w.tremor_hz * t + phase);
        const float u = size * (w.narrow * x + w.slant * y) + shake + 2.0f * w.tremor * wander[0];
        const float v = size * y + shake + 2.0f * w.tremor * wander[1];
        out[2 * n] = u * cosf(turned) - v * sinf(turned);
        out[2 * n + 1] = u * sinf(turned) + v * cosf(turned);
    }
    return n;
}

const th_synth_kind th_synth_stroke = {
    .name = "strokes",
    .what = "strokes of a hand",
    .task = "gesture",
    .input = TH_IN_STROKE,
    .labels = "0,1,2,3,4,5,6,7,8,9,circle,square,triangle,zigzag,wave,check,line,eight",
    .usual = "0,1,2,3,4,5,6,7,8,9",
    .subject = "writer",
    .subjects = 15,
    .count = 60,
    .channels = "x,y",
    .n_channels = 2,
    .seconds = 6,
    .own_rate_hz = 1.0f / POINT_S,
    .rows = rows,
};
