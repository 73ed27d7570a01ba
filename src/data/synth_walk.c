/* People with an accelerometer (m/s^2) and a gyroscope (rad/s) on the hip or in a pocket: what the body does, in axes
 * forward, left, up; then turned to how the sensor sits. */
#include "data/synth_kind.h"

#include <math.h>

#define TURN 6.28318531f
#define G    9.81f

enum { STANDING, WALKING, RUNNING, TURNING, SITTING, JUMPING };

typedef struct walker {
    float leg;                 /* m */
    float cadence, run, jumps; /* steps or jumps a second */
    float limp;                /* how much one step differs from the next */
    float swing;               /* radians that the sensor swings with the leg */
    float hard;                /* how hard the heel strikes, m/s^2 */
    float contact;             /* of a running step, the part that the foot is on the ground */
    float mount[3];            /* how the sensor sits: turns about three axes, radians */
    float noise;
} walker;

static walker walker_of(const th_synth_one *one)
{
    th_rng r = th_synth_rng_subject(one);
    walker w = {.leg = th_rng_range(&r, 0.75f, 1.0f),
                .cadence = th_rng_range(&r, 1.5f, 2.1f),
                .run = th_rng_range(&r, 2.4f, 3.0f),
                .jumps = th_rng_range(&r, 1.2f, 1.8f),
                .limp = th_rng_range(&r, 0.0f, 0.15f),
                .swing = th_rng_range(&r, 0.05f, 0.4f),
                .hard = th_rng_range(&r, 1.0f, 5.0f),
                .contact = th_rng_range(&r, 0.6f, 0.8f),
                .noise = th_rng_range(&r, 0.02f, 0.06f)};
    for (int k = 0; k < 3; k++) w.mount[k] = th_rng_range(&r, -0.5f, 0.5f);
    return w;
}

/* The body now: what an accelerometer feels (gravity is in it), how it is inclined, how it turns. */
typedef struct body {
    float force[3], pitch, roll, rate[3];
} body;

/* How this recording differs from others of the same person. */
typedef struct today {
    int32_t what;
    float pace, yaw, phase;
} today;

/* A heel's strike, fading at 15 Hz, `part` of a step after it. */
static float heel(float part, float step_s, float strength)
{
    const float t = part * step_s;
    return strength * expf(-t / 0.03f) * sinf(TURN * 15.0f * t);
}

/* Walking: the hip goes over the leg as a pendulum upside down, h = step^2 / (8 leg) high (Zijlstra and Hof 2003), of
 * which both feet on the ground leave about half; step = 0.0065 m a step per minute (Sekiya and Nagasaki 1998). */
static void walk(const walker *w, float steps_hz, float phase, float strength, body *b)
{
    const float step = 0.0065f * 60.0f * steps_hz, h = 0.5f * step * step / (8.0f * w->leg);
    const float a = strength * 0.5f * h * (TURN * steps_hz) * (TURN * steps_hz), p = TURN * phase;
    const float foot = 1.0f + w->limp * cosf(0.5f * p), part = phase - floorf(phase);
    b->force[0] = 0.6f * a * foot * sinf(p + 0.4f);
    b->force[1] = 0.35f * a * sinf(0.5f * p);
    b->force[2] =
        G + a * foot * (cosf(p) + 0.35f * cosf(2.0f * p + 0.8f)) + strength * heel(part, 1.0f / steps_hz, w->hard);
    b->pitch = strength * w->swing * sinf(0.5f * p);
    b->rate[1] = strength * w->swing * 0.5f * TURN * steps_hz * cosf(0.5f * p);
    b->roll = strength * 0.05f * sinf(0.5f * p + 0.7f);
    b->rate[0] = strength * 0.025f * TURN * steps_hz * cosf(0.5f * p + 0.7f);
    b->rate[2] = strength * 0.4f * cosf(0.5f * p + 0.3f);
}

/* Running: between flights the ground pushes like half a sine, on average with g: pi / (2 contact) g at most (Alexander
 * 1989). */
static void run(const walker *w, float steps_hz, float phase, body *b)
{
    const float part = phase - floorf(phase), p = TURN * phase;
    const float on = part < w->contact ? sinf(0.5f * TURN * part / w->contact) : 0.0f;
    walk(w, steps_hz, phase, 1.5f, b);
    b->force[0] = -0.25f * G * on * cosf(0.5f * TURN * part / w->contact);
    b->force[2] = 0.25f * TURN / w->contact * G * on * (1.0f + w->limp * cosf(0.5f * p)) +
                  heel(part, 1.0f / steps_hz, 3.0f * w->hard);
}

/* Jumping on the spot: the same push, and half of the time in the air. */
static void jump(const walker *w, float jumps_hz, float phase, body *b)
{
    const float part = phase - floorf(phase), on = part < 0.5f ? sinf(TURN * part) : 0.0f;
    b->force[0] = 0.3f * on;
    b->force[2] = 0.5f * TURN * G * on + heel(part, 1.0f / jumps_hz, 2.0f * w->hard);
    b->pitch = 0.1f * on;
    b->rate[1] = part < 0.5f ? 0.1f * TURN * jumps_hz * cosf(TURN * part) : 0.0f;
}

/* sway: two numbers that wander with deviation 1: nobody stands still. */
static body body_at(const walker *w, const today *t, float phase, const float sway[2])
{
    body b = {.force = {0, 0, G}};
    if (t->what == WALKING) walk(w, w->cadence * t->pace, phase, 1.0f, &b);
    if (t->what == RUNNING) run(w, w->run * t->pace, phase, &b);
    if (t->what == TURNING) walk(w, 0.8f * w->cadence * t->pace, phase, 0.6f, &b);
    if (t->what == JUMPING) jump(w, w->jumps * t->pace, phase, &b);
    if (t->what == TURNING) b.rate[2] += t->yaw * (1.0f + 0.25f * sway[0]);
    if (t->what == SITTING) b.pitch = 1.3f; /* the thigh lies */
    const float still = t->what == SITTING ? 0.005f : 0.02f;
    b.pitch += still * sway[0];
    b.roll += still * sway[1];
    for (int k = 0; k < 2; k++) b.force[k] += 3.0f * still * sway[1 - k];
    b.rate[0] += still * sway[1];
    b.rate[1] += still * sway[0];
    return b;
}

static void turn_pair(float *a, float *b, float angle)
{
    const float c = cosf(angle), s = sinf(angle), was = *a;
    *a = c * was - s * *b;
    *b = s * was + c * *b;
}

/* What the sensor on this body reads: axes of the body when it is upright -> inclined -> as the sensor sits. */
static void sense(const body *b, const float mount[3], float out[6])
{
    for (int k = 0; k < 3; k++) {
        out[k] = b->force[k];
        out[3 + k] = b->rate[k];
    }
    turn_pair(&out[0], &out[2], b->pitch);
    turn_pair(&out[1], &out[2], b->roll);
    for (int k = 0; k < 6; k += 3) {
        turn_pair(&out[k + 1], &out[k + 2], mount[0]);
        turn_pair(&out[k], &out[k + 2], mount[1]);
        turn_pair(&out[k], &out[k + 1], mount[2]);
    }
}

static float steps_hz(const walker *w, const today *t)
{
    const float hz = t->what == RUNNING ? w->run : t->what == JUMPING ? w->jumps : w->cadence;
    return t->pace * (t->what == TURNING ? 0.8f * hz : hz);
}

static int32_t rows(const th_synth_one *one, float *out, int32_t cap)
{
    th_rng r = th_synth_rng(one);
    const walker w = walker_of(one);
    today t = {.what = one->label, .pace = th_rng_range(&r, 0.85f, 1.15f), .phase = th_rng_range(&r, 0.0f, 2.0f)};
    t.yaw = th_rng_range(&r, 0.6f, 2.2f) * (th_rng_below(&r, 2) ? 1.0f : -1.0f);
    float mount[3], drift = 0.0f, sway[2] = {th_rng_normal(&r), th_rng_normal(&r)};
    for (int k = 0; k < 3; k++) mount[k] = w.mount[k] + 0.15f * th_rng_normal(&r);
    const float dt = 1.0f / one->rate_hz;
    for (int32_t i = 0; i < cap; i++) {
        drift = th_synth_wander(&r, drift, dt, 1.0f);
        for (int k = 0; k < 2; k++) sway[k] = th_synth_wander(&r, sway[k], dt, 0.6f);
        t.phase += steps_hz(&w, &t) * (1.0f + 0.03f * drift) * dt;
        const body b = body_at(&w, &t, t.phase, sway);
        sense(&b, mount, out + 6 * i);
        for (int k = 0; k < 3; k++) out[6 * i + k] += w.noise * th_rng_normal(&r);
        for (int k = 3; k < 6; k++) out[6 * i + k] += 0.2f * w.noise * th_rng_normal(&r);
    }
    return cap;
}

const th_synth_kind th_synth_walk = {
    .name = "walk",
    .what = "recordings of people who move",
    .task = "activity",
    .input = TH_IN_SIGNAL,
    .labels = "standing,walking,running,turning,sitting,jumping",
    .usual = "standing,walking,running,turning",
    .subject = "walker",
    .subjects = 10,
    .count = 40,
    .channels = "x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro",
    .n_channels = 6,
    .seconds = 8,
    .rows = rows,
};
