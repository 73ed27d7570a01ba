/* x = n pi/2 + r, |r| <= pi/4, then the series
 *   sin r = r (1 - r^2/(2 3) (1 - r^2/(4 5) ( .. )))    cos r = 1 - r^2/(1 2) (1 - r^2/(3 4) ( .. )) */
#include "base/sincos.h"

#include <stdint.h>

typedef struct pair {
    double head, tail; /* |tail| <= half a unit of head */
} pair;

static pair sum(double a, double b) /* exact */
{
    const double s = a + b, back = s - a;
    return (pair){s, (a - (s - back)) + (b - back)};
}

static pair product(double a, double b) /* exact: halves of 26 bits */
{
    const double big_a = a * 134217729.0, big_b = b * 134217729.0;
    const double ah = big_a - (big_a - a), al = a - ah, bh = big_b - (big_b - b), bl = b - bh, p = a * b;
    return (pair){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

static pair add(pair a, double b)
{
    const pair s = sum(a.head, b);
    return sum(s.head, s.tail + a.tail);
}

static pair mul(pair a, pair b)
{
    const pair p = product(a.head, b.head);
    return sum(p.head, p.tail + (a.head * b.tail + a.tail * b.head));
}

static pair divide(pair a, double b)
{
    const double q = a.head / b;
    const pair back = product(q, b);
    return sum(q, ((a.head - back.head) - back.tail + a.tail) / b);
}

/* 1 - r^2/(k (k+1)) (1 - ..), 16 terms: what is left out is below 2^-110 */
static pair series(pair square, int k)
{
    pair y = {1.0, 0.0};
    for (int i = k + 30; i >= k; i -= 2) {
        const pair t = divide(mul(y, square), (double)(i * (i + 1)));
        y = add((pair){-t.head, -t.tail}, 1.0);
    }
    return y;
}

/* x - n pi/2, pi/2 in three parts. */
static pair reduce(double x, double n)
{
    const pair first = product(n, 0x1.921fb54442d18p+0), second = product(n, 0x1.1a62633145c07p-54);
    pair r = sum(x, -first.head);
    r = add(r, -first.tail);
    r = add(r, -second.head);
    r = add(r, -second.tail);
    return add(r, n * 0x1.f1976b7ed8fbcp-110);
}

void th_sincos_rounded(double x, double *sine, double *cosine)
{
    const int32_t n = (int32_t)(x * 0x1.45f306dc9c883p-1 + (x < 0.0 ? -0.5 : 0.5));
    const pair r = reduce(x, (double)n), square = mul(r, r);
    const double s = mul(r, series(square, 2)).head, c = series(square, 1).head;
    switch ((uint32_t)n & 3u) {
    case 0:
        *sine = s;
        *cosine = c;
        break;
    case 1:
        *sine = c;
        *cosine = -s;
        break;
    case 2:
        *sine = -s;
        *cosine = -c;
        break;
    default:
        *sine = -c;
        *cosine = s;
        break;
    }
}
