#include "data/change.h"

#include "base/rng.h"
#include "base/text.h"
#include "data/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURES = 1, STROKES = 2, SIGNALS = 4, TABLES = 8 };

typedef struct word_row {
    const char *word;
    th_change_kind kind;
    float usual, most;
    int of;
} word_row;

static const word_row rows[] = {
    {"flip", TH_CHANGE_FLIP, 1.0f, 1.0f, PICTURES},
    {"shift", TH_CHANGE_SHIFT, 0.1f, 0.5f, PICTURES},
    {"zoom", TH_CHANGE_ZOOM, 0.15f, 0.9f, PICTURES},
    {"light", TH_CHANGE_BRIGHTNESS, 0.15f, 1.0f, PICTURES},
    {"light", TH_CHANGE_CONTRAST, 0.2f, 1.0f, PICTURES},
    {"brightness", TH_CHANGE_BRIGHTNESS, 0.15f, 1.0f, PICTURES},
    {"contrast", TH_CHANGE_CONTRAST, 0.2f, 1.0f, PICTURES},
    {"noise", TH_CHANGE_NOISE, 0.05f, 1.0f, PICTURES},
    {"cutout", TH_CHANGE_CUTOUT, 0.3f, 1.0f, PICTURES},
    {"rotate", TH_CHANGE_ROTATE, 15.0f, 180.0f, PICTURES | STROKES},
    {"stretch", TH_CHANGE_STRETCH, 0.15f, 0.9f, PICTURES | STROKES},
    {"turn", TH_CHANGE_TURN, 180.0f, 180.0f, SIGNALS},
    {"tilt", TH_CHANGE_TURN, 30.0f, 180.0f, SIGNALS},
    {"scale", TH_CHANGE_SCALE, 0.1f, 0.9f, SIGNALS},
    {"warp", TH_CHANGE_WARP, 0.2f, 0.9f, SIGNALS | STROKES},
    {"jitter", TH_CHANGE_JITTER, 0.05f, 10.0f, SIGNALS | STROKES | TABLES},
};
#define N_ROWS (sizeof rows / sizeof *rows)

/* ---- words ---- */

th_err th_change_number(const char *word, const char *said, float usual, float most, float *value, th_why *why)
{
    char *stop;
    *value = *said ? strtof(said, &stop) : usual;
    if (*said && (*stop || !(*value > 0.0f && *value <= most)))
        return th_why_set(why, TH_EUSAGE, "change: %s takes a number above 0 and up to %g, not \"%s\"", word,
                          (double)most, said);
    return TH_OK;
}

static th_err take_word(void *ctx, const char *word, const char *said, th_why *why)
{
    th_change *c = ctx;
    char list[256];
    size_t found = 0, n = 0;
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(rows[i].word, word) != 0) continue;
        TH_TRY(th_change_number(word, said, rows[i].usual, rows[i].most, &c->amount[rows[i].kind], why));
        found++;
    }
    if (found) return TH_OK;
    for (size_t i = 0; i < N_ROWS; i++)
        if (i == 0 || strcmp(rows[i].word, rows[i - 1].word) != 0)
            n += th_text_fmt(list + n, sizeof list - n, "%s, ", rows[i].word);
    return th_why_set(why, TH_EUSAGE, "change: \"%s\" is none of %snone", word, list);
}

th_err th_change_split(const char *text, th_change_word *take, void *ctx, th_why *why)
{
    char item[64];
    if (strcmp(text, "none") == 0) return TH_OK;
    while (*text) {
        text += strspn(text, " ");
        const size_t n = strcspn(text, ",");
        if (n >= sizeof item) return th_why_set(why, TH_EUSAGE, "change: \"%.40s ..\" is too long for a word", text);
        memcpy(item, text, n);
        item[n] = 0;
        for (char *end = item + n; end > item && end[-1] == ' ';) *--end = 0;
        char *blank = strchr(item, ' ');
        if (blank) *blank = 0;
        TH_TRY(take(ctx, item, blank ? blank + 1 : "", why));
        text += n;
        if (*text == ',') text++;
    }
    return TH_OK;
}

th_err th_change_parse(const char *text, th_change *c, th_why *why)
{
    *c = (th_change){0};
    return th_change_split(text, take_word, c, why);
}

/* What the examples are; rows of two channels are the points of strokes as well as a signal of two axes. */
static int kinds_of(const th_examples *e)
{
    if (e->u8) return PICTURES;
    if (e->h == 1) return TABLES;
    return e->w == 1 && e->c == 2 ? SIGNALS | STROKES : SIGNALS;
}

th_err th_change_check(const th_change *c, const th_examples *e, const char *name, th_why *why)
{
    const int32_t turned = c->turned ? c->turned : e->c;
    for (size_t i = 0; i < N_ROWS; i++)
        if (c->amount[rows[i].kind] > 0.0f && !(rows[i].of & kinds_of(e)))
            return th_why_set(why, TH_EUSAGE, "change %s is for %s%s%s; %s has %s", rows[i].word,
                              rows[i].of & PICTURES ? "pictures" : "rows of a sensor",
                              rows[i].of & STROKES ? " and strokes" : "", rows[i].of & TABLES ? " and tables" : "",
                              name,
                              e->u8       ? "pictures"
                              : e->h == 1 ? "one line of numbers for each"
                                          : "rows");
    if (c->amount[TH_CHANGE_TURN] > 0.0f && turned % 3 != 0)
        return th_why_set(
            why, TH_EUSAGE,
            "change turn or tilt is for signals of three axes, or of a multiple of three; %s has %d channels", name,
            (int)turned);
    return TH_OK;
}

/* ---- pictures ---- */

static int32_t inside(int32_t v, int32_t n)
{
    return v < 0 ? 0 : v >= n ? n - 1 : v;
}

/* A place between two pixels of a row or column: the first's and the second's offset, and the part of the second. */
typedef struct between {
    int32_t a, b;
    float part;
} between;

static between place_at(float v, int32_t n, int32_t step)
{
    const float first = floorf(v);
    return (between){inside((int32_t)first, n) * step, inside((int32_t)first + 1, n) * step, v - first};
}

/* How one picture is changed. */
typedef struct view {
    float zoom, dx, dy, light, contrast; /* light: of 255 */
    float across, down;                  /* a step to the right in the new picture is (across, down) in the old one */
    float stretch;                       /* of x; y gets the inverse */
    bool flip;
} view;

/* Those that are asked for less often are drawn last, so that the others do not depend on them. */
static view draw_view(const th_examples *e, const float *amount, th_rng *rng)
{
    view v = {.across = 1.0f, .stretch = 1.0f};
    v.zoom = 1 + th_rng_range(rng, -amount[TH_CHANGE_ZOOM], amount[TH_CHANGE_ZOOM]);
    v.dy = th_rng_range(rng, -amount[TH_CHANGE_SHIFT], amount[TH_CHANGE_SHIFT]) * (float)e->h;
    v.dx = th_rng_range(rng, -amount[TH_CHANGE_SHIFT], amount[TH_CHANGE_SHIFT]) * (float)e->w;
    v.light = th_rng_range(rng, -amount[TH_CHANGE_BRIGHTNESS], amount[TH_CHANGE_BRIGHTNESS]) * 255;
    v.contrast = 1 + th_rng_range(rng, -amount[TH_CHANGE_CONTRAST], amount[TH_CHANGE_CONTRAST]);
    v.flip = amount[TH_CHANGE_FLIP] > 0.0f && th_rng_below(rng, 2);
    if (amount[TH_CHANGE_ROTATE] > 0.0f) {
        const float angle = th_rng_range(rng, -amount[TH_CHANGE_ROTATE], amount[TH_CHANGE_ROTATE]) * 0.01745329252f;
        v.across = cosf(angle), v.down = sinf(angle);
    }
    if (amount[TH_CHANGE_STRETCH] > 0.0f)
        v.stretch = 1 + th_rng_range(rng, -amount[TH_CHANGE_STRETCH], amount[TH_CHANGE_STRETCH]);
    return v;
}

/* One pixel of the old picture p, at a place between four of it, with its light changed. */
static float *put_pixel(const th_examples *e, const uint8_t *p, const between *y, const between *x, const view *v,
                        const float *lo_step, float *to)
{
    const float add = 127.5f * (1 - v->contrast) + v->light;
    for (int32_t k = 0; k < e->c; k++) {
        const uint8_t *q = p + k;
        const float up = (float)q[y->a + x->a] + x->part * (float)(q[y->a + x->b] - q[y->a + x->a]);
        const float down = (float)q[y->b + x->a] + x->part * (float)(q[y->b + x->b] - q[y->b + x->a]);
        const float seen = (up + y->part * (down - up)) * v->contrast + add;
        *to++ = lo_step[0] + lo_step[1] * (seen < 0 ? 0 : seen > 255 ? 255 : seen);
    }
    return to;
}

static void see(const th_examples *e, const uint8_t *p, const view *v, const float *lo_step, float *x)
{
    const float my = (float)(e->h - 1) / 2, mx = (float)(e->w - 1) / 2;
    const bool straight = v->down == 0.0f && v->stretch == 1.0f; /* rows stay rows */
    between column[TH_MAX_PICTURE], row;
    for (int32_t c = 0; c < e->w && straight; c++)
        column[c] = place_at(mx + ((float)(v->flip ? e->w - 1 - c : c) - mx) / v->zoom + v->dx, e->w, e->c);
    for (int32_t r = 0; r < e->h; r++) {
        const float down = ((float)r - my) / v->zoom;
        if (straight) row = place_at(my + down + v->dy, e->h, e->w * e->c);
        for (int32_t c = 0; c < e->w; c++) {
            if (straight) {
                x = put_pixel(e, p, &row, &column[c], v, lo_step, x);
                continue;
            }
            const float right = ((float)(v->flip ? e->w - 1 - c : c) - mx) / v->zoom;
            const between at_x = place_at(mx + (v->across * right - v->down * down) / v->stretch + v->dx, e->w, e->c);
            const between at_y =
                place_at(my + (v->down * right + v->across * down) * v->stretch + v->dy, e->h, e->w * e->c);
            x = put_pixel(e, p, &at_y, &at_x, v, lo_step, x);
        }
    }
}

/* What lies over the picture: noise, and a square of the middle grey. */
static void cover(const th_examples *e, const th_examples_scale *s, const float *amount, th_rng *rng, float *x)
{
    const float range = s->pixel_hi - s->pixel_lo;
    const size_t n = (size_t)e->h * (size_t)e->w * (size_t)e->c;
    for (size_t k = 0; k < n && amount[TH_CHANGE_NOISE] > 0.0f; k++) {
        const float v = x[k] + amount[TH_CHANGE_NOISE] * range * th_rng_normal(rng);
        x[k] = fminf(fmaxf(v, fminf(s->pixel_lo, s->pixel_hi)), fmaxf(s->pixel_lo, s->pixel_hi));
    }
    if (amount[TH_CHANGE_CUTOUT] <= 0.0f) return;
    const int32_t side = (int32_t)(amount[TH_CHANGE_CUTOUT] * (float)(e->h < e->w ? e->h : e->w) + 0.5f);
    const int32_t top = (int32_t)th_rng_below(rng, (uint32_t)e->h) - side / 2;
    const int32_t left = (int32_t)th_rng_below(rng, (uint32_t)e->w) - side / 2;
    for (int32_t r = top < 0 ? 0 : top; r < top + side && r < e->h; r++)
        for (int32_t c = left < 0 ? 0 : left; c < left + side && c < e->w; c++)
            for (int32_t k = 0; k < e->c; k++)
                x[((size_t)r * (size_t)e->w + (size_t)c) * (size_t)e->c + (size_t)k] = s->pixel_lo + range / 2;
}

/* ---- rows and numbers ---- */

/* The matrix of a quaternion, of any length but 0. */
static void matrix_of(const float q[4], float m[3][3])
{
    float n = 1e-20f;
    for (int k = 0; k < 4; k++) n += q[k] * q[k];
    const float s = 2 / n, w = q[0], x = q[1], y = q[2], z = q[3];
    const float r[3][3] = {{1 - s * (y * y + z * z), s * (x * y - z * w), s * (x * z + y * w)},
                           {s * (x * y + z * w), 1 - s * (x * x + z * z), s * (y * z - x * w)},
                           {s * (x * z - y * w), s * (y * z + x * w), 1 - s * (x * x + y * y)}};
    memcpy(m, r, sizeof r);
}

/* Any direction alike (a quaternion of normal numbers, Shoemake 1992), or by up to `most` degrees about any axis. */
static void draw_turn(th_rng *rng, float most, float m[3][3])
{
    float q[4];
    for (int k = 0; k < 4; k++) q[k] = th_rng_normal(rng);
    if (most < 180) {
        const float half = th_rng_range(rng, -most, most) * 0.00872664626f;
        const float length = sqrtf(q[1] * q[1] + q[2] * q[2] + q[3] * q[3]) + 1e-20f;
        q[0] = cosf(half);
        for (int k = 1; k < 4; k++) q[k] *= sinf(half) / length;
    }
    matrix_of(q, m);
}

static void turn(const th_examples *e, const th_change *change, th_rng *rng, float *x)
{
    const int32_t turned = change->turned ? change->turned : e->c;
    float m[3][3];
    draw_turn(rng, change->amount[TH_CHANGE_TURN], m);
    for (int32_t t = 0; t < e->h * e->w; t++, x += e->c)
        for (int32_t k = 0; k + 3 <= turned; k += 3) {
            const float v[3] = {x[k], x[k + 1], x[k + 2]};
            for (int a = 0; a < 3; a++) x[k + a] = m[a][0] * v[0] + m[a][1] * v[1] + m[a][2] * v[2];
        }
}

/* Points about the middle of the plane, 0. */
static void rotate_points(const th_examples *e, const float *amount, th_rng *rng, float *x)
{
    const view v = draw_view(e, amount, rng);
    for (int32_t t = 0; t < e->h; t++, x += 2) {
        const float right = x[0], up = x[1];
        x[0] = (v.across * right - v.down * up) * v.stretch;
        x[1] = (v.down * right + v.across * up) / v.stretch;
    }
}

/* Row t becomes what is at t + a h / (2 pi) (sin(2 pi t / h + p) - sin p): time runs 1 - a to 1 + a times as fast. */
static void warp(const th_examples *e, const float *from, float most, th_rng *rng, float *x)
{
    const float a = th_rng_range(rng, -most, most), p = th_rng_range(rng, 0.0f, 6.2831853f), h = (float)e->h;
    const int32_t step = e->w * e->c;
    for (int32_t t = 0; t < e->h; t++) {
        const float at = (float)t + a * h / 6.2831853f * (sinf(6.2831853f * (float)t / h + p) - sinf(p));
        const between y = place_at(fminf(fmaxf(at, 0.0f), h - 1.0f), e->h, step);
        for (int32_t k = 0; k < step; k++) *x++ = from[y.a + k] + y.part * (from[y.b + k] - from[y.a + k]);
    }
}

static void change_numbers(const th_examples *e, const th_examples_scale *s, const th_change *change, th_rng *rng,
                           const float *from, float *x)
{
    const float *amount = change->amount;
    const size_t n = (size_t)e->h * (size_t)e->w * (size_t)e->c;
    if (amount[TH_CHANGE_WARP] > 0.0f)
        warp(e, from, amount[TH_CHANGE_WARP], rng, x);
    else
        memcpy(x, from, n * sizeof *x);
    if (amount[TH_CHANGE_TURN] > 0.0f) turn(e, change, rng, x);
    if (amount[TH_CHANGE_ROTATE] > 0.0f || amount[TH_CHANGE_STRETCH] > 0.0f) rotate_points(e, amount, rng, x);
    const float times = amount[TH_CHANGE_SCALE] > 0.0f
                            ? 1 + th_rng_range(rng, -amount[TH_CHANGE_SCALE], amount[TH_CHANGE_SCALE])
                            : 1.0f;
    for (size_t k = 0; k < n; k++) {
        x[k] = s->mean ? (x[k] * times - s->mean[k]) * s->inv[k] : x[k] * times;
        if (amount[TH_CHANGE_JITTER] > 0.0f) x[k] += amount[TH_CHANGE_JITTER] * th_rng_normal(rng);
    }
}

void th_change_get(const th_examples *e, const th_examples_scale *s, const th_change *c, uint64_t seed, int32_t epoch,
                   int32_t i, float *x)
{
    th_rng rng = th_rng_make(seed, (uint64_t)epoch << 32 | (uint64_t)i);
    const size_t at = (size_t)i * (size_t)e->h * (size_t)e->w * (size_t)e->c;
    if (!e->u8) {
        change_numbers(e, s, c, &rng, e->f32 + at, x);
        return;
    }
    const view v = draw_view(e, c->amount, &rng);
    const float lo_step[2] = {s->pixel_lo, (s->pixel_hi - s->pixel_lo) / 255};
    see(e, e->u8 + at, &v, lo_step, x);
    cover(e, s, c->amount, &rng, x);
}
