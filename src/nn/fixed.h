/* nn/fixed.h -- exp, 1/(1+x), tanh, logistic, 1/sqrt and log in fixed point, bit for bit as the reference has them.
 *
 * Qm.n: an int32 with n fraction bits; th_high_mul of Qa.. and Qb.. is Q(a+b)...
 * Source: gemmlowp fixedpoint.h (exp_on_negative_values, one_over_one_plus_x_for_x_in_0_1, tanh, logistic);
 * TensorFlow Lite Micro kernels/internal/common.h (GetReciprocal, GetInvSqrtQuantizedMultiplierExp,
 * log_x_for_x_greater_than_or_equal_to_1). */
#ifndef TH_NN_FIXED_H
#define TH_NN_FIXED_H

#include <stdint.h>

/* exp(x) as Q0.31 for x <= 0 in Q(whole).(31 - whole), whole 4 or 5. */
int32_t th_fixed_exp(int32_t x, int32_t whole);

/* 1 / (1 + x) as Q0.31 for x in [0, 1) as Q0.31. */
int32_t th_fixed_reciprocal(int32_t x);

/* 1 / (1 + exp(-x)) as Q0.31 and tanh(x) as Q0.31 for x in Q4.27, x > INT32_MIN. */
int32_t th_fixed_logistic(int32_t x);
int32_t th_fixed_tanh(int32_t x);

/* 1 / sqrt(x) = multiplier * 2^(shift - 31) for x >= 1; x <= 0 counts as 1. */
void th_fixed_inv_sqrt(int32_t x, int32_t *multiplier, int32_t *shift);

/* ln(z) as Q5.26 for z >= 1 in Q12.19. */
int32_t th_fixed_log(int32_t z);

/* Zero bits above the highest one of x > 0. */
int32_t th_leading_zeros(uint32_t x);

#endif
