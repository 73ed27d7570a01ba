/* The harness's side: it runs without rights, as the learner's functions do. */
#include "lab.h"

#include "base/fmath.h"
#include "base/rng.h"
#include "base/text.h"
#include "service.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

static th_rng chance;

void lab_main(void);

void lab_main(void)
{
    chance = th_rng_make(lab_ask(LAB_DO_SEED, 0), 8);
    lab_grade();
    (void)lab_ask(LAB_DO_END, 0);
    for (;;) {
    }
}

void lab_case(const char *name)
{
    (void)lab_ask(LAB_DO_CASE, name);
}

void lab_want(int good, const char *format, ...)
{
    char text[240];
    va_list args;
    if (good) return;
    va_start(args, format);
    (void)th_text_vfmt(text, sizeof text, format, args);
    va_end(args);
    (void)lab_ask(LAB_DO_BAD, text);
}

uint32_t lab_seed(void)
{
    return lab_ask(LAB_DO_SEED, 0);
}

uint32_t lab_below(uint32_t n)
{
    return th_rng_below(&chance, n);
}

float lab_range(float lo, float hi)
{
    return th_rng_range(&chance, lo, hi);
}

int lab_same(float a, float b)
{
    return th_float_bits(a) == th_float_bits(b);
}

uint32_t lab_instructions(void)
{
    return lab_ask(LAB_DO_COUNT, 0);
}

/* ---- <string.h> and <math.h>, beside device/libc.c ---- */

size_t strlen(const char *text)
{
    size_t n = 0;
    while (text[n]) n++;
    return n;
}

float sqrtf(float x)
{
    return th_sqrtf(x);
}

float fabsf(float x)
{
    return th_float_from(th_float_bits(x) & 0x7fffffffu);
}

float floorf(float x)
{
    return th_floorf(x);
}

float ceilf(float x)
{
    return th_ceilf(x);
}

float roundf(float x)
{
    return th_roundf(x);
}

float fmodf(float x, float y)
{
    return th_fmodf(x, y);
}

float expf(float x)
{
    return th_expf(x);
}

float logf(float x)
{
    return th_logf(x);
}

float log2f(float x)
{
    return th_logf(x) * 1.44269504f;
}

float log10f(float x)
{
    return th_logf(x) * 0.434294482f;
}

/* x^y: of a negative x only whole powers. */
float powf(float x, float y)
{
    if (y == 0) return 1;
    if (x > 0) return th_expf(y * th_logf(x));
    if (x == 0) return y > 0 ? 0 : th_float_from(0x7f800000u);
    if (th_floorf(y) != y) return th_float_from(0x7fc00000u);
    const float size = th_expf(y * th_logf(-x));
    return th_fmodf(y, 2) == 0 ? size : -size;
}

float tanhf(float x)
{
    return th_tanhf(x);
}

float sinf(float x)
{
    return th_sinf(x);
}

float cosf(float x)
{
    return th_cosf(x);
}
