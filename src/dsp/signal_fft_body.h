/* dsp/signal_fft_body.h -- the transform of dsp/signal_fft.h, written once for three element types.
 *
 * Included by dsp/signal_fft.c with:
 *   T, NAME(x)             element type; x with the type's ending
 *   ADD, SUB, NEG, HALF    of T, wrapping
 *   HALF_ADD, HALF_SUB     (a +- b) / 2
 *   MUL(a, b)              product with a twiddle factor
 *   DOT(a, b, c, d), CROSS(a, b, c, d)   a b - c d, a b + c d, rounded once
 *   DIV(a, r)              a / r in fixed point; a in float
 *
 * x is an array of complex numbers, real and imaginary part in turn; a stage works on groups of r m of them. */

typedef struct NAME(cpx) {
    T r, i;
} NAME(cpx);

static NAME(cpx) NAME(add)(NAME(cpx) a, NAME(cpx) b)
{
    a.r = ADD(a.r, b.r);
    a.i = ADD(a.i, b.i);
    return a;
}

static NAME(cpx) NAME(sub)(NAME(cpx) a, NAME(cpx) b)
{
    a.r = SUB(a.r, b.r);
    a.i = SUB(a.i, b.i);
    return a;
}

static NAME(cpx) NAME(mul)(NAME(cpx) a, const T *w)
{
    NAME(cpx) c;
    c.r = DOT(a.r, w[0], a.i, w[1]);
    c.i = CROSS(a.r, w[1], a.i, w[0]);
    return c;
}

static NAME(cpx) NAME(load)(const T *x, int32_t r)
{
    NAME(cpx) c;
    (void)r; /* float divides nothing */
    c.r = DIV(x[0], r);
    c.i = DIV(x[1], r);
    return c;
}

static void NAME(store)(T *x, NAME(cpx) c)
{
    x[0] = c.r;
    x[1] = c.i;
}

/* a - i b (forward) or a + i b: a quarter turn. */
static NAME(cpx) NAME(turn)(NAME(cpx) a, NAME(cpx) b, int inverse)
{
    NAME(cpx) c;
    c.r = inverse ? SUB(a.r, b.i) : ADD(a.r, b.i);
    c.i = inverse ? ADD(a.i, b.r) : SUB(a.i, b.r);
    return c;
}

static void NAME(stage2)(T *x, const T *w, int32_t m, int32_t step)
{
    for (int32_t k = 0; k < m; k++, x += 2) {
        const NAME(cpx) a = NAME(load)(x, 2), t = NAME(mul)(NAME(load)(x + 2 * m, 2), w + 2 * k * step);
        NAME(store)(x + 2 * m, NAME(sub)(a, t));
        NAME(store)(x, NAME(add)(a, t));
    }
}

static void NAME(stage4)(T *x, const T *w, int32_t m, int32_t step, int inverse)
{
    for (int32_t k = 0; k < m; k++, x += 2) {
        const int32_t at = 2 * k * step;
        const NAME(cpx) a = NAME(load)(x, 4);
        const NAME(cpx) b = NAME(mul)(NAME(load)(x + 2 * m, 4), w + at);
        const NAME(cpx) c = NAME(mul)(NAME(load)(x + 4 * m, 4), w + 2 * at);
        const NAME(cpx) d = NAME(mul)(NAME(load)(x + 6 * m, 4), w + 3 * at);
        const NAME(cpx) even = NAME(add)(a, c), odd = NAME(add)(b, d);
        const NAME(cpx) even_less = NAME(sub)(a, c), odd_less = NAME(sub)(b, d);
        NAME(store)(x, NAME(add)(even, odd));
        NAME(store)(x + 4 * m, NAME(sub)(even, odd));
        NAME(store)(x + 2 * m, NAME(turn)(even_less, odd_less, inverse));
        NAME(store)(x + 6 * m, NAME(turn)(even_less, odd_less, !inverse));
    }
}

static void NAME(stage3)(T *x, const T *w, int32_t m, int32_t step)
{
    const T sine = w[2 * step * m + 1]; /* of a third of a turn, with the sign of the direction */
    for (int32_t k = 0; k < m; k++, x += 2) {
        const int32_t at = 2 * k * step;
        const NAME(cpx) a = NAME(load)(x, 3);
        const NAME(cpx) b = NAME(mul)(NAME(load)(x + 2 * m, 3), w + at);
        const NAME(cpx) c = NAME(mul)(NAME(load)(x + 4 * m, 3), w + 2 * at);
        const NAME(cpx) sum = NAME(add)(b, c);
        NAME(cpx) less = NAME(sub)(b, c), mid;
        mid.r = SUB(a.r, HALF(sum.r));
        mid.i = SUB(a.i, HALF(sum.i));
        less.r = MUL(less.r, sine);
        less.i = MUL(less.i, sine);
        NAME(store)(x, NAME(add)(a, sum));
        NAME(store)(x + 4 * m, NAME(turn)(mid, less, 0));
        NAME(store)(x + 2 * m, NAME(turn)(mid, less, 1));
    }
}

/* a + p * s + q * t for real s, t. */
static NAME(cpx) NAME(sum5)(NAME(cpx) a, NAME(cpx) p, T s, NAME(cpx) q, T t)
{
    NAME(cpx) c;
    c.r = ADD(ADD(a.r, MUL(p.r, s)), MUL(q.r, t));
    c.i = ADD(ADD(a.i, MUL(p.i, s)), MUL(q.i, t));
    return c;
}

static void NAME(stage5)(T *x, const T *w, int32_t m, int32_t step)
{
    const T *const ya = w + 2 * step * m, *const yb = w + 4 * step * m; /* a fifth of a turn, two fifths */
    for (int32_t k = 0; k < m; k++, x += 2) {
        const int32_t at = 2 * k * step;
        const NAME(cpx) a = NAME(load)(x, 5);
        const NAME(cpx) b = NAME(mul)(NAME(load)(x + 2 * m, 5), w + at);
        const NAME(cpx) c = NAME(mul)(NAME(load)(x + 4 * m, 5), w + 2 * at);
        const NAME(cpx) d = NAME(mul)(NAME(load)(x + 6 * m, 5), w + 3 * at);
        const NAME(cpx) e = NAME(mul)(NAME(load)(x + 8 * m, 5), w + 4 * at);
        const NAME(cpx) outer = NAME(add)(b, e), outer_less = NAME(sub)(b, e);
        const NAME(cpx) inner = NAME(add)(c, d), inner_less = NAME(sub)(c, d);
        const NAME(cpx) p = NAME(sum5)(a, outer, ya[0], inner, yb[0]), q = NAME(sum5)(a, outer, yb[0], inner, ya[0]);
        NAME(cpx) s, t;
        s.r = ADD(MUL(outer_less.i, ya[1]), MUL(inner_less.i, yb[1]));
        s.i = SUB(NEG(MUL(outer_less.r, ya[1])), MUL(inner_less.r, yb[1]));
        t.r = ADD(NEG(MUL(outer_less.i, yb[1])), MUL(inner_less.i, ya[1]));
        t.i = SUB(MUL(outer_less.r, yb[1]), MUL(inner_less.r, ya[1]));
        NAME(store)(x, NAME(add)(a, NAME(add)(outer, inner)));
        NAME(store)(x + 2 * m, NAME(sub)(p, s));
        NAME(store)(x + 8 * m, NAME(add)(p, s));
        NAME(store)(x + 4 * m, NAME(add)(q, t));
        NAME(store)(x + 6 * m, NAME(sub)(q, t));
    }
}

/* Place of input i of the complex transform before the first stage: its digits to the radices, turned round. */
static int32_t NAME(place)(const NAME(par) * p, int32_t i)
{
    int32_t size = p->h, at = 0;
    for (int32_t s = 0; s < p->n_stages; s++) {
        size /= p->radix[s];
        at += i % p->radix[s] * size;
        i /= p->radix[s];
    }
    return at;
}

/* All stages over x [h], whose inputs stand at their places. */
static void NAME(transform)(const NAME(par) * p, T *x, int inverse)
{
    int32_t m = 1;
    for (int32_t s = p->n_stages; s-- > 0;) {
        const int32_t r = p->radix[s], step = p->h / (m * r);
        for (int32_t k = 0; k < step; k++) {
            T *group = x + 2 * k * m * r;
            if (r == 2)
                NAME(stage2)(group, p->w, m, step);
            else if (r == 3)
                NAME(stage3)(group, p->w, m, step);
            else if (r == 4)
                NAME(stage4)(group, p->w, m, step, inverse);
            else
                NAME(stage5)(group, p->w, m, step);
        }
        m *= r;
    }
}

/* The spectrum of n real samples out of the transform of h pairs, in place: x [h + 1]. */
static void NAME(split)(const NAME(par) * p, T *x)
{
    const int32_t h = p->h;
    const NAME(cpx) dc = NAME(load)(x, 2);
    x[0] = ADD(dc.r, dc.i);
    x[2 * h] = SUB(dc.r, dc.i);
    x[1] = x[2 * h + 1] = 0;
    for (int32_t k = 1; k <= h / 2; k++) {
        T *const low = x + 2 * k, *const high = x + 2 * (h - k);
        const NAME(cpx) a = NAME(load)(low, 2);
        NAME(cpx) b;
        b.r = DIV(high[0], 2);
        b.i = DIV(NEG(high[1]), 2);
        const NAME(cpx) even = NAME(add)(a, b), odd = NAME(mul)(NAME(sub)(a, b), p->v + 2 * (k - 1));
        low[0] = HALF_ADD(even.r, odd.r);
        low[1] = HALF_ADD(even.i, odd.i);
        high[0] = HALF_SUB(even.r, odd.r);
        high[1] = HALF_SUB(odd.i, even.i);
    }
}

/* The other way round, from f [h + 1] to the places in x [h]. */
static void NAME(join)(const NAME(par) * p, const T *f, T *x)
{
    const int32_t h = p->h;
    x[0] = DIV(ADD(f[0], f[2 * h]), 2);
    x[1] = DIV(SUB(f[0], f[2 * h]), 2);
    for (int32_t k = 1; k <= h / 2; k++) {
        const T *const high = f + 2 * (h - k);
        const NAME(cpx) a = NAME(load)(f + 2 * k, 2);
        NAME(cpx) b;
        b.r = DIV(high[0], 2);
        b.i = DIV(NEG(high[1]), 2);
        const NAME(cpx) even = NAME(add)(a, b), odd = NAME(mul)(NAME(sub)(a, b), p->v + 2 * (k - 1));
        NAME(cpx) less = NAME(sub)(even, odd);
        less.i = NEG(less.i);
        NAME(store)(x + 2 * NAME(place)(p, k), NAME(add)(even, odd));
        NAME(store)(x + 2 * NAME(place)(p, h - k), less); /* h even, k = h/2: this one stays */
    }
}

void NAME(rfft)(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const NAME(par) *p = (const NAME(par) *)par;
    const T *x = (const T *)in[0];
    T *y = (T *)out[0];
    (void)scratch;
    for (int32_t row = 0; row < p->rows; row++, x += p->row_in, y += 2 * p->h + 2) {
        for (int32_t i = 0; i < p->h; i++) {
            T *pair = y + 2 * NAME(place)(p, i);
            pair[0] = 2 * i < p->row_in ? x[2 * i] : 0;
            pair[1] = 2 * i + 1 < p->row_in ? x[2 * i + 1] : 0;
        }
        NAME(transform)(p, y, 0);
        NAME(split)(p, y);
    }
}

void NAME(irfft)(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const NAME(par) *p = (const NAME(par) *)par;
    const T *f = (const T *)in[0];
    T *y = (T *)out[0];
    (void)scratch;
    for (int32_t row = 0; row < p->rows; row++, f += p->row_in, y += 2 * p->h) {
        NAME(join)(p, f, y);
        NAME(transform)(p, y, 1);
        /* cppcheck-suppress selfAssignment ; LAST divides only where numbers are floats */
        for (int32_t i = 0; i < 2 * p->h; i++) y[i] = LAST(y[i], 2 * p->h);
    }
}

#undef T
#undef NAME
#undef ADD
#undef SUB
#undef NEG
#undef HALF
#undef HALF_ADD
#undef HALF_SUB
#undef MUL
#undef DOT
#undef CROSS
#undef DIV
#undef LAST
