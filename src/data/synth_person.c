/* Pictures with a drawn person, and such without: places outdoors and indoors with trees, lamps, chairs, boxes and
 * animals, which stand beside persons, too, so that only the person tells them apart.  A person is a tree of limbs with
 * the proportions of people (lengths in parts of the height: Drillis and Contini 1966) and joints that bend as people's
 * do. */
#include "data/synth_kind.h"

#include "data/synth_canvas.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265f

/* Parts of the height. */
#define HEAD      0.065f /* radius */
#define NECK      0.05f
#define TRUNK     0.29f
#define UPPER_ARM 0.186f
#define FOREARM   0.146f
#define THIGH     0.245f
#define SHIN      0.246f
#define SHOULDER  0.115f /* from the middle */
#define HIP       0.075f

enum { PERSON, NO_PERSON };

static float any(th_rng *r, float lo, float hi)
{
    return th_rng_range(r, lo, hi);
}

static th_paint some_paint(th_rng *r)
{
    const float bright = any(r, 0.15f, 0.9f);
    th_paint p = {.stripes = 0.0f};
    for (int k = 0; k < 3; k++) p.rgb[k] = bright * any(r, 0.4f, 1.1f);
    p.stripes = th_rng_below(r, 5) == 0 ? any(r, 0.2f, 0.5f) : 0.0f;
    return p;
}

static th_paint paint(float red, float green, float blue)
{
    return (th_paint){.rgb = {red, green, blue}};
}

/* Darkness on the ground, to the side that the light does not come from. */
static void shadow(th_canvas *c, float x, float y, float w)
{
    const th_paint dark = {.clear = 0.6f};
    th_canvas_oval(c, x - c->light[0] * w, y, w * 1.2f, w * 0.22f + 0.5f, &dark);
}

/* ---- a person ---- */

/* What stays the same of somebody: skin, hair, clothes, build. */
typedef struct somebody {
    th_paint skin, hair, shirt, trousers, shoes;
    float stout;
    bool long_hair, hat, skirt, bare_arms;
} somebody;

static somebody somebody_of(const th_synth_one *one)
{
    th_rng r = th_synth_rng_subject(one);
    const float tan = any(&r, 0.25f, 0.95f), grey = any(&r, 0.05f, 0.7f);
    return (somebody){.skin = paint(tan, tan * any(&r, 0.68f, 0.8f), tan * any(&r, 0.5f, 0.65f)),
                      .hair = paint(grey, grey * any(&r, 0.6f, 0.95f), grey * any(&r, 0.4f, 0.9f)),
                      .shirt = some_paint(&r),
                      .trousers = some_paint(&r),
                      .shoes = paint(any(&r, 0.05f, 0.8f), any(&r, 0.05f, 0.6f), any(&r, 0.05f, 0.6f)),
                      .stout = any(&r, 0.8f, 1.25f),
                      .long_hair = th_rng_below(&r, 2) == 0,
                      .hat = th_rng_below(&r, 4) == 0,
                      .skirt = th_rng_below(&r, 5) == 0,
                      .bare_arms = th_rng_below(&r, 2) == 0};
}

/* Angles from hanging down, radians, positive to the right of the picture. */
typedef struct pose {
    float lean, arm[2], elbow[2], leg[2], knee[2];
    float wide; /* 1: seen from the front, 0.4: from the side */
} pose;

static pose any_pose(th_rng *r)
{
    pose p = {.lean = any(r, -0.1f, 0.1f), .wide = any(r, 0.45f, 1.0f)};
    const bool walks = th_rng_below(r, 2) == 0;
    const float stride = walks ? any(r, 0.2f, 0.6f) : any(r, 0.02f, 0.15f), way = th_rng_below(r, 2) ? 1.0f : -1.0f;
    for (int k = 0; k < 2; k++) {
        const float side = k ? 1.0f : -1.0f;
        p.leg[k] = side * stride;
        p.knee[k] = walks && side * way < 0.0f ? -way * any(r, 0.1f, 0.7f) : 0.0f;
        p.arm[k] = walks ? -side * stride * 0.9f : side * any(r, 0.05f, 0.4f);
        p.elbow[k] = way * any(r, 0.0f, 0.7f);
        if (th_rng_below(r, 5) == 0) { /* waves, points, carries */
            p.arm[k] = side * any(r, 0.8f, 2.7f);
            p.elbow[k] = side * any(r, -0.3f, 1.2f);
        }
    }
    return p;
}

/* A limb of two parts from (x, y); the second hangs at a + bend. */
static void two_parts(th_canvas *c, const float from[2], float a, float bend, const float length[2],
                      const float thick[3], const th_paint *upper, const th_paint *lower, float end[2])
{
    const float mx = from[0] + length[0] * sinf(a), my = from[1] + length[0] * cosf(a);
    end[0] = mx + length[1] * sinf(a + bend);
    end[1] = my + length[1] * cosf(a + bend);
    th_canvas_limb(c, mx, my, thick[1], end[0], end[1], thick[2], lower);
    th_canvas_limb(c, from[0], from[1], thick[0], mx, my, thick[1], upper);
}

static void arm(th_canvas *c, const somebody *s, const pose *p, int k, const float at[2], float high)
{
    const float length[2] = {UPPER_ARM * high, FOREARM * high},
                thick[3] = {0.034f * high * s->stout, 0.026f * high * s->stout, 0.02f * high};
    float hand[2];
    two_parts(c, at, p->arm[k], p->elbow[k], length, thick, &s->shirt, s->bare_arms ? &s->skin : &s->shirt, hand);
    th_canvas_oval(c, hand[0], hand[1], 0.026f * high, 0.03f * high, &s->skin);
}

static void leg(th_canvas *c, const somebody *s, const pose *p, int k, const float at[2], float high)
{
    const float length[2] = {THIGH * high, SHIN * high},
                thick[3] = {0.055f * high * s->stout, 0.038f * high * s->stout, 0.028f * high};
    const float way = p->leg[1] + p->knee[1] > 0.0f ? 1.0f : -1.0f;
    float foot[2];
    two_parts(c, at, p->leg[k], p->knee[k], length, thick, &s->trousers, s->skirt ? &s->skin : &s->trousers, foot);
    th_canvas_limb(c, foot[0], foot[1] + 0.01f * high, 0.025f * high, foot[0] + way * 0.06f * high,
                   foot[1] + 0.015f * high, 0.02f * high, &s->shoes);
}

static void head(th_canvas *c, const somebody *s, float x, float y, float high)
{
    const float r = HEAD * high;
    if (s->long_hair) th_canvas_limb(c, x, y - 0.2f * r, 1.15f * r, x, y + 1.4f * r, 0.9f * r, &s->hair);
    th_canvas_limb(c, x, y, 0.45f * r, x, y + r + NECK * high, 0.45f * r, &s->skin);
    th_canvas_oval(c, x, y - 0.25f * r, 1.0f * r, 1.1f * r, &s->hair);
    th_canvas_oval(c, x, y + 0.1f * r, 0.85f * r, 1.05f * r, &s->skin);
    if (s->hat) {
        th_canvas_box(c, x, y - 0.75f * r, 1.4f * r, 0.15f * r, 0.0f, &s->shirt);
        th_canvas_box(c, x, y - 1.2f * r, 0.85f * r, 0.45f * r, 0.0f, &s->shirt);
    }
    const th_paint dark = paint(0.08f, 0.05f, 0.05f);
    for (int k = -1; k <= 1; k += 2) th_canvas_oval(c, x + 0.35f * (float)k * r, y, 0.12f * r, 0.1f * r, &dark);
}

/* Feet at (x, ground), `high` pixels high. */
static void person(th_canvas *c, const somebody *s, th_rng *r, float x, float ground, float high)
{
    const pose p = any_pose(r);
    const float reach = (THIGH + SHIN + 0.03f) * high;
    const float fold = cosf(0.6f * p.leg[1]), hip_y = ground - reach * fold, top_y = hip_y - TRUNK * high;
    const float top_x = x - sinf(p.lean) * TRUNK * high, wide = p.wide * high * s->stout;
    float hip[2][2], shoulder[2][2];
    for (int k = 0; k < 2; k++) {
        const float side = k ? 1.0f : -1.0f;
        hip[k][0] = x + side * HIP * p.wide * high * 0.7f;
        hip[k][1] = hip_y;
        shoulder[k][0] = top_x + side * SHOULDER * p.wide * high;
        shoulder[k][1] = top_y + 0.03f * high;
    }
    shadow(c, x, ground, 0.2f * high);
    arm(c, s, &p, 0, shoulder[0], high);
    for (int k = 0; k < 2; k++) leg(c, s, &p, k, hip[k], high);
    if (s->skirt) th_canvas_limb(c, x, hip_y, 0.1f * wide, x, hip_y + 0.2f * high, 0.16f * wide, &s->trousers);
    th_canvas_limb(c, top_x, top_y + 0.07f * high, 0.12f * wide, x, hip_y - 0.03f * high, 0.095f * wide, &s->shirt);
    head(c, s, top_x - 0.5f * sinf(p.lean) * high * NECK, top_y - (NECK + HEAD) * high, high);
    arm(c, s, &p, 1, shoulder[1], high);
}

/* ---- what is no person ---- */

/* Each stands at (x, ground) and is `high` pixels high. */
static void tree(th_canvas *c, th_rng *r, float x, float ground, float high)
{
    const th_paint bark = paint(any(r, 0.2f, 0.45f), 0.25f, 0.15f),
                   leaf = paint(any(r, 0.1f, 0.6f), any(r, 0.3f, 0.7f), any(r, 0.05f, 0.25f));
    th_canvas_limb(c, x, ground, 0.06f * high, x + any(r, -0.05f, 0.05f) * high, ground - 0.6f * high, 0.03f * high,
                   &bark);
    const int n = 3 + (int)th_rng_below(r, 5);
    for (int k = 0; k < n; k++)
        th_canvas_oval(c, x + any(r, -0.2f, 0.2f) * high, ground - any(r, 0.5f, 0.88f) * high,
                       any(r, 0.1f, 0.2f) * high, any(r, 0.1f, 0.2f) * high, &leaf);
}

static void lamp(th_canvas *c, th_rng *r, float x, float ground, float high)
{
    const th_paint pole = some_paint(r), shade = paint(any(r, 0.6f, 1.2f), any(r, 0.6f, 1.1f), any(r, 0.3f, 1.0f));
    th_canvas_limb(c, x, ground, 0.02f * high, x, ground - 0.85f * high, 0.02f * high, &pole);
    th_canvas_oval(c, x, ground, 0.1f * high, 0.02f * high, &pole);
    if (th_rng_below(r, 2))
        th_canvas_oval(c, x, ground - 0.88f * high, 0.1f * high, 0.1f * high, &shade);
    else
        th_canvas_limb(c, x, ground - 0.95f * high, 0.06f * high, x, ground - 0.85f * high, 0.14f * high, &shade);
}

static void chair(th_canvas *c, th_rng *r, float x, float ground, float high)
{
    const th_paint wood = some_paint(r);
    const float w = any(r, 0.2f, 0.32f) * high, seat = ground - 0.45f * high, t = 0.03f * high;
    for (int k = 0; k < 4; k++) {
        const float at = x + (k & 1 ? 0.9f : -0.9f) * w * (k & 2 ? 1.0f : 0.75f);
        th_canvas_limb(c, at, seat, t, at, ground - (k & 2 ? 0.0f : 0.06f) * high, t, &wood);
    }
    th_canvas_box(c, x, seat, w, 0.04f * high, 0.0f, &wood);
    th_canvas_box(c, x + any(r, -0.2f, 0.2f) * w, ground - 0.75f * high, w * 0.95f, 0.24f * high, 0.0f, &wood);
}

static void boxes(th_canvas *c, th_rng *r, float x, float ground, float high)
{
    const int n = 1 + (int)th_rng_below(r, 3);
    float y = ground;
    for (int k = 0; k < n; k++) {
        const th_paint p = some_paint(r);
        const float h = 0.5f * high / (float)n * any(r, 0.7f, 1.0f), w = any(r, 0.1f, 0.3f) * high;
        th_canvas_box(c, x + any(r, -0.05f, 0.05f) * high, y - h, w, h, 0.0f, &p);
        y -= 2.0f * h;
    }
}

static void animal(th_canvas *c, th_rng *r, float x, float ground, float high)
{
    const th_paint fur = some_paint(r);
    const float way = th_rng_below(r, 2) ? 1.0f : -1.0f, size = 0.75f * high, back = ground - 0.6f * size;
    const float fore = x + way * 0.35f * size, rear = x - way * 0.35f * size, thick = any(r, 0.12f, 0.2f) * size;
    for (int k = 0; k < 4; k++) {
        const float at = (k & 1 ? fore : rear) + any(r, -0.08f, 0.08f) * size;
        th_canvas_limb(c, at, back, 0.06f * size, at + any(r, -0.08f, 0.08f) * size, ground, 0.035f * size, &fur);
    }
    th_canvas_limb(c, rear, back, thick, fore, back, thick, &fur);
    const float nose = any(r, 0.15f, 0.3f) * size, up = back - any(r, 0.15f, 0.4f) * size;
    th_canvas_limb(c, fore, back, 0.1f * size, fore + way * 0.12f * size, up, 0.09f * size, &fur);
    th_canvas_limb(c, fore + way * 0.12f * size, up, 0.1f * size, fore + way * (0.12f * size + nose), up + 0.05f * size,
                   0.05f * size, &fur);
    th_canvas_limb(c, rear, back, 0.03f * size, rear - way * 0.25f * size, back - any(r, -0.2f, 0.3f) * size,
                   0.02f * size, &fur);
}

static void thing(th_canvas *c, th_rng *r, float x, float ground, float high)
{
    static void (*const all[])(th_canvas *, th_rng *, float, float, float) = {tree, lamp, chair, boxes, animal};
    shadow(c, x, ground, 0.2f * high);
    all[th_rng_below(r, sizeof all / sizeof *all)](c, r, x, ground, high);
}

/* ---- the scene ---- */

static float place(th_canvas *c, th_rng *r)
{
    const float side = (float)c->side, horizon = any(r, 0.35f, 0.7f) * side;
    const bool outdoors = th_rng_below(r, 2) == 0;
    th_paint a = some_paint(r), b = some_paint(r);
    if (outdoors) {
        a = paint(any(r, 0.3f, 0.7f), any(r, 0.5f, 0.8f), any(r, 0.7f, 1.0f));
        b = paint(any(r, 0.2f, 0.6f), any(r, 0.3f, 0.6f), any(r, 0.1f, 0.5f));
    }
    float pale[3], dark[3];
    for (int k = 0; k < 3; k++) {
        pale[k] = outdoors ? 0.9f : a.rgb[k] * 0.9f;
        dark[k] = b.rgb[k] * 0.7f;
    }
    th_canvas_ground(c, r, 0.0f, horizon, a.rgb, pale, any(r, 0.0f, 0.4f), any(r, 4.0f, 20.0f));
    th_canvas_ground(c, r, horizon, side, dark, b.rgb, any(r, 0.1f, 0.6f), any(r, 2.0f, 12.0f));
    const int n = (int)th_rng_below(r, 4); /* houses, doors, pictures on the wall */
    for (int k = 0; k < n; k++) {
        const th_paint p = some_paint(r);
        const float h = any(r, 0.05f, 0.3f) * side;
        th_canvas_box(c, any(r, 0.0f, 1.0f) * side, horizon - (outdoors ? h : any(r, 0.3f, 1.5f) * h),
                      any(r, 0.05f, 0.2f) * side, h, 0.0f, &p);
    }
    return horizon;
}

static void scene(const th_synth_one *one, th_canvas *c, th_rng *r, th_box *box)
{
    const float side = (float)c->side, angle = any(r, 0.0f, 2.0f * PI), strength = any(r, 0.2f, 0.9f);
    c->light[0] = strength * cosf(angle);
    c->light[1] = -fabsf(strength * sinf(angle));
    const float horizon = place(c, r);
    const int behind = (int)th_rng_below(r, 3) + (one->label == NO_PERSON && th_rng_below(r, 2));
    for (int k = 0; k < behind; k++)
        thing(c, r, any(r, 0.05f, 0.95f) * side, horizon + any(r, 0.0f, 0.35f) * (side - horizon),
              any(r, 0.15f, 0.45f) * side);
    /* the main thing stands where, and is as large as, a person would be */
    const float high = any(r, 0.55f, 0.95f) * side, x = any(r, 0.3f, 0.7f) * side;
    const float most = side * 0.98f, ground = fmaxf(high + 0.02f * side, any(r, 0.75f, 0.98f) * side);
    const float feet = ground > most ? most : ground;
    if (one->label == PERSON) {
        const somebody s = somebody_of(one);
        person(c, &s, r, x, feet, high);
        const float half = 0.25f * high, left = fmaxf(x - half, 0.0f), up = fmaxf(feet - high, 0.0f);
        *box = (th_box){left, up, fminf(x + half, side) - left, feet - up, "person"};
    } else {
        thing(c, r, x, feet, high);
    }
    if (th_rng_below(r, 4) == 0)
        thing(c, r, any(r, 0.0f, 1.0f) < 0.5f ? any(r, 0.0f, 0.2f) * side : any(r, 0.8f, 1.0f) * side, side,
              any(r, 0.2f, 0.5f) * side);
}

static th_err draw(const th_synth_one *one, uint8_t *rgb, int32_t side, th_box *box, th_why *why)
{
    const size_t n = (size_t)side * (size_t)side * 3;
    float *px = calloc(2 * n, sizeof *px);
    if (!px) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_canvas c = {.px = px, .side = side};
    th_rng r = th_synth_rng(one);
    *box = (th_box){0};
    scene(one, &c, &r, box);
    const float level = any(&r, 0.7f, 1.2f);
    const float exposure[3] = {level * any(&r, 0.85f, 1.15f), level, level * any(&r, 0.85f, 1.15f)};
    const int32_t blur = (int32_t)th_rng_below(&r, 4) == 0;
    th_canvas_expose(&c, &r, px + n, blur, exposure, any(&r, 0.7f, 1.2f), any(&r, 0.005f, 0.025f), rgb);
    free(px);
    return TH_OK;
}

const th_synth_kind th_synth_person = {
    .name = "persons",
    .what = "drawn pictures",
    .task = "image",
    .input = TH_IN_PICTURE,
    .labels = "person,no_person",
    .usual = "person,no_person",
    .subject = "drawing",
    .subjects = 100,
    .count = 1000,
    .draw = draw,
};
