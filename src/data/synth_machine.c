/* A motor's shaft in two bearings of type 6205, with an accelerometer of three axes (horizontal, vertical, axial; g)
 * on the housing.  Nothing is filtered: every part is a formula of time, taken where the sensor reads. */
#include "data/synth_kind.h"

#include <math.h>

#define TURN      6.28318531f
#define SHAFT     25.0f /* Hz at most, nominally; slower sensors sit on slower machines: */
#define PER_ROW   16.0f /* rows a turn at least */
#define HARMONICS 5

enum { NORMAL, IMBALANCE, MISALIGNMENT, OUTER_RACE, INNER_RACE, BALL };

th_bearing th_bearing_of(int32_t n, float ball, float pitch, float alpha)
{
    const float q = ball / pitch * cosf(alpha), cage = 0.5f * (1.0f - q);
    return (th_bearing){.cage = cage,
                        .outer = (float)n * cage,
                        .inner = (float)n * (1.0f - cage),
                        .ball = pitch / (2.0f * ball) * (1.0f - q * q)};
}

/* What a machine is, and how it runs in this recording. */
typedef struct machine {
    float nominal_hz, shaft_hz, resonance_hz, damping;
    float unbalance;                /* g at the nominal speed */
    float misaligned;               /* g at twice the speed */
    float harmonic[HARMONICS];      /* g */
    float phase[HARMONICS + 2];     /* radians */
    float soft;                     /* the feet: vertical beside horizontal */
    float noise, hiss;              /* g of each row; what flows and rolls, at the resonance */
    float impact, per_turn, severe; /* g, impacts a turn, 0 to 1 */
} machine;

static machine make(const th_synth_one *one, th_rng *r)
{
    th_rng who = th_synth_rng_subject(one);
    const float top = one->rate_hz / PER_ROW;
    machine m = {.nominal_hz = top < SHAFT ? top : SHAFT};
    m.resonance_hz = (one->rate_hz < 10000.0f ? 0.3f * one->rate_hz : 3000.0f) * th_rng_range(&who, 0.8f, 1.2f);
    m.damping = th_rng_range(&who, 0.03f, 0.06f);
    m.unbalance = th_rng_range(&who, 0.010f, 0.025f);
    m.misaligned = th_rng_range(&who, 0.004f, 0.010f);
    m.soft = th_rng_range(&who, 0.6f, 0.9f);
    m.noise = th_rng_range(&who, 0.006f, 0.012f);
    m.hiss = th_rng_range(&who, 0.004f, 0.008f);
    for (int k = 0; k < HARMONICS; k++) m.harmonic[k] = th_rng_range(&who, 0.002f, 0.006f) / (float)(k + 1);
    for (int k = 0; k < HARMONICS + 2; k++) m.phase[k] = th_rng_range(&who, 0.0f, TURN);
    m.shaft_hz = m.nominal_hz * th_rng_range(r, 0.8f, 1.0f); /* the load of today */
    m.severe = th_rng_unit(r);
    return m;
}

static void damage(machine *m, int32_t label)
{
    const th_bearing b = th_bearing_of(9, 7.94f, 39.04f, 0.0f);
    const float worse = 1.0f + 2.0f * m->severe;
    if (label == IMBALANCE) m->unbalance += 0.03f * worse;
    if (label == MISALIGNMENT) m->misaligned += 0.02f * worse;
    if (label >= OUTER_RACE) m->impact = 0.04f * worse;
    m->per_turn = label == OUTER_RACE ? b.outer : label == INNER_RACE ? b.inner : 2.0f * b.ball;
}

void th_synth_machine_speed(const th_synth_one *one, float *shaft_hz, float *resonance_hz)
{
    th_rng r = th_synth_rng(one);
    const machine m = make(one, &r);
    *shaft_hz = m.shaft_hz;
    *resonance_hz = m.resonance_hz;
}

/* How hard a defect is pressed where it is, psi away from the middle of the load: (1 - (1 - cos psi) / (2 e))^1.5 with
 * e = 0.5 (Stribeck 1901); half of the bearing carries nothing. */
static float load_zone(float psi)
{
    const float part = cosf(psi);
    return part > 0.0f ? powf(part, 1.5f) : 0.0f;
}

/* A resonance that rings: z turns and fades, an impact adds to it. */
typedef struct ringing {
    float re, im, turn_re, turn_im;
    float rate, fade, omega;
} ringing;

static ringing ringing_of(const machine *m, float rate_hz)
{
    const float w0 = TURN * m->resonance_hz, fade = m->damping * w0, w = w0 * sqrtf(1.0f - m->damping * m->damping);
    const float left = expf(-fade / rate_hz);
    return (ringing){.turn_re = left * cosf(w / rate_hz),
                     .turn_im = left * sinf(w / rate_hz),
                     .rate = rate_hz,
                     .fade = fade,
                     .omega = w};
}

static void ring_on(ringing *g)
{
    const float re = g->re * g->turn_re - g->im * g->turn_im;
    g->im = g->re * g->turn_im + g->im * g->turn_re;
    g->re = re;
}

/* An impact, `ago` rows before now (0 to 1). */
static void strike(ringing *g, float strength, float ago)
{
    const float t = ago / g->rate, a = strength * expf(-g->fade * t);
    g->re += a * cosf(g->omega * t);
    g->im += a * sinf(g->omega * t);
}

/* Impacts of the defect in the last row, in which the shaft went from turn `from` to `to`; *next is when, in turns, the
 * next is due: rolling elements slip, so none comes exactly when it should. */
static void impacts(const machine *m, int32_t label, th_rng *r, double from, double to, double *next, ringing *g)
{
    const th_bearing b = th_bearing_of(9, 7.94f, 39.04f, 0.0f);
    while (*next <= to) {
        const float at = (float)fmod(*next, 1.0), cage = (float)fmod(*next * (double)b.cage, 1.0);
        const float psi = label == INNER_RACE ? TURN * at : label == BALL ? TURN * cage : 0.3f;
        const float hit = m->impact * (0.1f + load_zone(psi)) * th_rng_range(r, 0.8f, 1.2f);
        strike(g, hit, (float)((to - *next) / (to - from)));
        *next += (1.0 + 0.01 * (double)th_rng_normal(r)) / (double)m->per_turn;
    }
}

static void shaft_forces(const machine *m, float turn, float hz, float v[3])
{
    const float a = TURN * turn, pull = m->unbalance * (hz / m->nominal_hz) * (hz / m->nominal_hz);
    const float twice = 2.0f * a + m->phase[HARMONICS + 1];
    v[0] = pull * cosf(a + m->phase[HARMONICS]) + m->misaligned * cosf(twice);
    v[1] = 1.0f + m->soft * (pull * sinf(a + m->phase[HARMONICS]) + m->misaligned * sinf(twice));
    v[2] = 0.1f * pull * cosf(a) + m->misaligned * cosf(twice + 1.0f) + 0.5f * m->misaligned * cosf(a);
    for (int k = 0; k < HARMONICS; k++) {
        const float h = m->harmonic[k] * cosf((float)(k + 1) * a + m->phase[k]);
        v[0] += h;
        v[1] += m->soft * h;
        v[2] += 0.3f * h;
    }
}

static int32_t rows(const th_synth_one *one, float *out, int32_t cap)
{
    th_rng r = th_synth_rng(one);
    machine m = make(one, &r);
    damage(&m, one->label);
    ringing g = ringing_of(&m, one->rate_hz);
    const float dt = 1.0f / one->rate_hz;
    float drift = th_rng_normal(&r);
    double turn = (double)th_rng_unit(&r), next = turn + 0.1;
    for (int32_t i = 0; i < cap; i++) {
        drift = th_synth_wander(&r, drift, dt, 2.0f);
        const float hz = m.shaft_hz * (1.0f + 0.003f * drift);
        const double before = turn;
        turn += (double)(hz * dt);
        ring_on(&g);
        strike(&g, m.hiss * th_rng_normal(&r), 0.0f);
        if (m.impact > 0.0f) impacts(&m, one->label, &r, before, turn, &next, &g);
        float v[3];
        shaft_forces(&m, (float)fmod(turn, 1.0), hz, v);
        const float along[3] = {0.6f, 1.0f, 0.3f};
        for (int k = 0; k < 3; k++) out[3 * i + k] = v[k] + along[k] * g.im + m.noise * th_rng_normal(&r);
    }
    return cap;
}

const th_synth_kind th_synth_machine = {
    .name = "machine",
    .what = "recordings of a rotating machine",
    .task = "anomaly",
    .input = TH_IN_SIGNAL,
    .labels = "normal,imbalance,misalignment,outer_race,inner_race,ball",
    .usual = "normal,imbalance,misalignment,outer_race,inner_race,ball",
    .subject = "machine",
    .subjects = 5,
    .things = true,
    .count = 50,
    .channels = "x,y,z",
    .n_channels = 3,
    .seconds = 8,
    .settings = "[signal]\nrate_hz = 1600\nwindow_ms = 640\nhop_ms = 320\n[features]\nblocks = stats sd kurtosis; "
                "spectral 24 bands\n",
    .rows = rows,
};
