#include "nn/fixed.h"

#include "nn/requant.h"

/* exp(x) for x in [-1/4, 0), Q0.31: Taylor polynomial of degree 4 around -1/8. */
static int32_t exp_quarter(int32_t x)
{
    const int32_t exp_eighth = INT32_C(1895147668); /* exp(-1/8) */
    const int32_t third = INT32_C(715827883);       /* 1/3 */
    const int32_t t = x + (INT32_C(1) << 28), t2 = th_high_mul(t, t), t3 = th_high_mul(t2, t), t4 = th_high_mul(t2, t2);
    const int32_t tail =
        th_round_shift(th_high_mul(th_round_shift(t4, 2) + t3, third) + t2, 1); /* t^2/2 + t^3/6 + t^4/24 */
    return exp_eighth + th_high_mul(exp_eighth, t + tail);
}

/* x = -(1/4 + r) - k/4 with the quarters k written in binary, one factor exp(-2^j) for each bit. */
int32_t th_fixed_exp(int32_t x, int32_t whole)
{
    static const int32_t power[7] = {
        INT32_C(1672461947), INT32_C(1302514674), INT32_C(790015084), INT32_C(290630308),
        INT32_C(39332535),   INT32_C(720401),     INT32_C(242)}; /* exp(-1/4) .. exp(-16) */
    const int32_t quarter = INT32_C(1) << (29 - whole);
    if (x == 0) return INT32_MAX;
    const int32_t part = (x & (quarter - 1)) - quarter; /* in [-1/4, 0) */
    const int32_t rest = part - x;
    int32_t y = exp_quarter(part * (INT32_C(1) << whole));
    for (int32_t j = 0; j < whole + 2; j++)
        if (rest & th_shift_left(quarter, j)) y = th_high_mul(y, power[j]);
    return y;
}

/* x * 2^n, limited to int32. */
static int32_t shift_saturate(int32_t x, int32_t n)
{
    const int32_t most = INT32_MAX >> n;
    return x > most ? INT32_MAX : x < -most ? INT32_MIN : th_shift_left(x, n);
}

/* 2 / (1 + x) for x in [0, 1), Q2.29: three Newton steps from 48/17 - 32/17 d, d = (1 + x) / 2. */
static int32_t newton(int32_t x)
{
    const int32_t d = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    int32_t y = INT32_C(1515870810) + th_high_mul(d, -INT32_C(1010580540));
    for (int32_t i = 0; i < 3; i++) {
        const int32_t error = (INT32_C(1) << 29) - th_high_mul(d, y);
        y += shift_saturate(th_high_mul(y, error), 2);
    }
    return y;
}

int32_t th_fixed_reciprocal(int32_t x)
{
    return shift_saturate(newton(x), 1);
}

int32_t th_fixed_logistic(int32_t x)
{
    if (x == 0) return INT32_C(1) << 30;
    const int32_t y = th_fixed_reciprocal(th_fixed_exp(x > 0 ? -x : x, 4));
    return x > 0 ? y : INT32_MAX - y;
}

/* tanh(x) = (1 - e) / (1 + e) = 2 / (1 + e) - 1, e = exp(-2x): 2x in Q5.26 has the bits of x in Q4.27. */
int32_t th_fixed_tanh(int32_t x)
{
    if (x == 0) return 0;
    const int32_t y = shift_saturate(newton(th_fixed_exp(x > 0 ? -x : x, 5)) - (INT32_C(1) << 29), 2);
    return x > 0 ? y : -y;
}

int32_t th_leading_zeros(uint32_t x)
{
    int32_t n = 0;
    for (; !(x & UINT32_C(0x80000000)); x <<= 1) n++;
    return n;
}

/* x is brought to [2^27, 2^29) by pairs of bits; then y <- (3 y - x y^3) / 2 five times, in Q3.28. */
void th_fixed_inv_sqrt(int32_t x, int32_t *multiplier, int32_t *shift)
{
    int32_t right = 11;
    if (x <= 1) {
        *multiplier = INT32_MAX;
        *shift = 0;
        return;
    }
    for (; x >= INT32_C(1) << 29; x /= 4) right++;
    const int32_t pairs = (th_leading_zeros((uint32_t)x) - 1) / 2 - 1;
    right -= pairs;
    x = th_shift_left(x, 2 * pairs);
    const int32_t half_x = th_round_shift(x >> 1, 1), three_halves = (INT32_C(1) << 28) + (INT32_C(1) << 27);
    int32_t y = INT32_C(1) << 28;
    for (int32_t i = 0; i < 5; i++) {
        const int32_t y3 = shift_saturate(th_high_mul(th_high_mul(y, y), y), 6);
        y = shift_saturate(th_high_mul(three_halves, y) - th_high_mul(half_x, y3), 3);
    }
    y = th_high_mul(y, INT32_C(1518500250)); /* sqrt(1/2) */
    if (right < 0) {
        y = th_shift_left(y, -right);
        right = 0;
    }
    *multiplier = y;
    *shift = -right;
}

/* ln(z): z = 2^k r with r around sqrt(sqrt(1/2)), from the two ways to scale z the one that gives the smaller r;
 * ln r by a rational approximation around q = r - 2^(-1/4).  Accumulated in Q6.25. */
int32_t th_fixed_log(int32_t z)
{
    const int32_t root = INT32_C(1518500250), root_root = INT32_C(1805811301); /* 2^(-1/2), 2^(-1/4) */
    const int32_t quarter = INT32_C(1) << 23;                                  /* 1/4 in Q6.25 */
    const int32_t a_zeros = th_leading_zeros((uint32_t)z);
    const int32_t a_r = shift_saturate(th_high_mul(shift_saturate(z, a_zeros - 1), root), 1);
    const int32_t a_power = shift_saturate(12 - a_zeros, 25) + quarter;
    const int32_t b_zeros = th_leading_zeros((uint32_t)th_high_mul(z, root)) - 1;
    const int32_t b_r = shift_saturate(z, b_zeros);
    const int32_t b_power = shift_saturate(12 - b_zeros, 25) - quarter;
    const int32_t r = a_r < b_r ? a_r : b_r, power = a_power > b_power ? a_power : b_power;
    const int32_t p = (int32_t)(((int64_t)r + root_root + 1) / 2);
    const int32_t q = 2 * (r - root_root), q2 = th_high_mul(q, q);
    const int32_t num = th_high_mul(q, r) + th_high_mul(th_high_mul(q, q2), INT32_C(117049297));
    const int32_t denom = th_high_mul(p, INT32_C(1057819769) + q + th_high_mul(INT32_C(127690142), q2)) +
                          th_high_mul(INT32_C(638450708), q);
    const int32_t tail = th_high_mul(th_round_shift(num, 6), th_fixed_reciprocal(denom));
    return shift_saturate(th_high_mul(power, INT32_C(1488522236)) + tail, 1); /* ln 2 */
}
