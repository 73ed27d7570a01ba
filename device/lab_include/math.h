/* <math.h> of labs: float only, the toolkit's own functions (base/fmath.h), the same bits everywhere. */
#ifndef LAB_MATH_H
#define LAB_MATH_H
#define INFINITY    __builtin_inff()
#define NAN         __builtin_nanf("")
#define isnan(x)    __builtin_isnan(x)
#define isinf(x)    __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)
float fabsf(float x);
float sqrtf(float x);
float floorf(float x);
float ceilf(float x);
float roundf(float x);
float fmodf(float x, float y);
float expf(float x);
float logf(float x);
float log2f(float x);
float log10f(float x);
float powf(float x, float y);
float tanhf(float x);
float sinf(float x);
float cosf(float x);
#endif
