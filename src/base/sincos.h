/* base/sincos.h -- sine and cosine of a double, rounded to the nearest double.
 *
 * For tables of constants that have to equal those of good C libraries to the bit: th_sin's error of a few
 * units in the last place would show where a value falls on a half, such as 32767 cos(pi/3).
 *
 * Numbers are pairs of doubles (head + tail, 106 bits); Source: Dekker, "A floating-point technique for extending the
 * available precision", Numerische Mathematik 18, 1971.  Needs arithmetic in double (FLT_EVAL_METHOD 0), for hosts. */
#ifndef TH_BASE_SINCOS_H
#define TH_BASE_SINCOS_H

/* |x| <= 8.  Error below 0.5 + 2^-40 units in the last place. */
void th_sincos_rounded(double x, double *sine, double *cosine);

#endif
