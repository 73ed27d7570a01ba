/* Holds step() and diverges() to what chapter 1.2 says of them. */
#include "lab.h"
#include "nudge.h"

#include <math.h>

#define MOST 40

static float x[MOST], y[MOST];

/* n readings of the line w x + b, x from 0 to about 3. */
static void readings(int n, float w, float b)
{
    for (int i = 0; i < n; i++) {
        x[i] = 3.0f * (float)i / (float)(n - 1);
        y[i] = w * x[i] + b;
    }
}

static float loss_of(int n, float w, float b)
{
    float sum = 0;
    for (int i = 0; i < n; i++) {
        const float e = w * x[i] + b - y[i];
        sum += e * e;
    }
    return sum / (float)n;
}

/* The step as it should be. */
static void right(int n, float rate, float *w, float *b)
{
    float sw = 0, sb = 0;
    for (int i = 0; i < n; i++) {
        const float e = *w * x[i] + *b - y[i];
        sw += e * x[i];
        sb += e;
    }
    *w -= rate * 2.0f / (float)n * sw;
    *b -= rate * 2.0f / (float)n * sb;
}

static int near(float a, float b)
{
    return fabsf(a - b) <= 1e-4f * (1 + fabsf(b));
}

static void down(void)
{
    lab_case("down");
    readings(4, 2, 1);
    for (int i = 0; i < 20; i++) {
        const float w0 = lab_range(-4, 8), b0 = lab_range(-4, 6), before = loss_of(4, w0, b0);
        float w = w0, b = b0;
        step(x, y, 4, 0.02f, &w, &b);
        const float after = loss_of(4, w, b);
        lab_want(w != w0 || b != b0, "from w = %.2f, b = %.2f your step did not move at all", (double)w0, (double)b0);
        lab_want(after < before,
                 "from w = %.2f, b = %.2f with rate 0.02 the loss went from %.3f to %.3f: it should become smaller",
                 (double)w0, (double)b0, (double)before, (double)after);
    }
}

static void both(void)
{
    lab_case("both");
    readings(4, 2, 1);
    for (int i = 0; i < 20; i++) {
        const float w0 = lab_range(-4, 8), b0 = lab_range(-4, 6);
        float w = w0, b = b0, late = b0, rw = w0, rb = b0, sb = 0;
        step(x, y, 4, 0.1f, &w, &b);
        right(4, 0.1f, &rw, &rb);
        for (int k = 0; k < 4; k++) sb += w * x[k] + b0 - y[k];
        late -= 0.1f * 0.5f * sb;
        lab_want(
            !(near(w, rw) && near(b, late) && !near(b, rb)),
            "b moved by the slope of the new w: from w = %.2f, b = %.2f it came to %.3f instead of %.3f. Compute both "
            "slopes first, then move",
            (double)w0, (double)b0, (double)b, (double)rb);
    }
}

static void exact(void)
{
    lab_case("exact");
    readings(4, 2, 1);
    for (int i = 0; i < 20; i++) {
        const float w0 = lab_range(-4, 8), b0 = lab_range(-4, 6), rate = lab_range(0.01f, 0.2f);
        float w = w0, b = b0, rw = w0, rb = b0;
        step(x, y, 4, rate, &w, &b);
        right(4, rate, &rw, &rb);
        lab_want(near(w, rw) && near(b, rb),
                 "from w = %.2f, b = %.2f with rate %.3f your step went to w = %.4f, b = %.4f; it should be w = %.4f, "
                 "b = %.4f",
                 (double)w0, (double)b0, (double)rate, (double)w, (double)b, (double)rw, (double)rb);
    }
}

static void any_n(void)
{
    lab_case("any-n");
    for (int n = 2; n <= MOST; n += 7) {
        readings(n, lab_range(-2, 2), lab_range(-2, 2));
        float w = 0.5f, b = 0, rw = 0.5f, rb = 0;
        step(x, y, n, 0.05f, &w, &b);
        right(n, 0.05f, &rw, &rb);
        lab_want(near(w, rw) && near(b, rb),
                 "with %d readings your step went to w = %.4f, b = %.4f; it should be w = %.4f, b = %.4f", n, (double)w,
                 (double)b, (double)rw, (double)rb);
    }
}

static void learns(void)
{
    lab_case("learns");
    const float w_true = lab_range(-3, 3), b_true = lab_range(-3, 3);
    readings(12, w_true, b_true);
    float w = 0, b = 0;
    const float before = loss_of(12, w, b);
    for (int i = 0; i < 200; i++) step(x, y, 12, 0.1f, &w, &b);
    const float after = loss_of(12, w, b);
    lab_want(after < before / 1000 + 1e-9f,
             "the line was y = %.3f x + %.3f; after 200 steps with rate 0.1 you have w = %.3f, b = %.3f, "
             "and the loss fell from %.4f only to %.4f",
             (double)w_true, (double)b_true, (double)w, (double)b, (double)before, (double)after);
}

static void diverging(void)
{
    lab_case("diverges");
    static const float falls[] = {21, 9, 4.1f, 2, 1}, bumpy[] = {21, 23, 12, 14, 6, 7, 3},
                       rises[] = {2.1f, 2.6f, 4, 9.7f, 58}, late[] = {5, 3, 2, 4, 9, 30},
                       huge[] = {2, 40, 9000, INFINITY}, none[] = {2, 40, INFINITY, NAN}, same[] = {3};
    lab_want(!diverges(falls, 5), "21, 9, 4.1, 2, 1 is a training that goes well");
    lab_want(!diverges(bumpy, 7), "21, 23, 12, 14, 6, 7, 3 goes up now and then, and ends lower: it goes well");
    lab_want(diverges(rises, 5) == 1, "2.1, 2.6, 4, 9.7, 58 diverges");
    lab_want(diverges(late, 6) == 1, "5, 3, 2, 4, 9, 30 begins well, and diverges");
    lab_want(diverges(huge, 4) == 1, "a loss that ended at infinity diverged");
    lab_want(diverges(none, 4) == 1,
             "2, 40, infinity, NaN diverged: NaN is neither larger nor smaller than anything, ask isnan()");
    lab_want(!diverges(same, 1), "with one loss alone, nothing has diverged yet");
}

void lab_grade(void)
{
    down();
    both();
    exact();
    any_n();
    learns();
    diverging();
}
