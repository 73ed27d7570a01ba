/* nn/vec/whole.h -- what a family brings for int8 and int32 outputs, written once and included for each kind of vector:
 * scale_s32 of its th_vec, and finish_s8 and add_s8 where they are asked for.  No include guard.
 *
 *   I_VEC                         type of a vector of int32      I_LANES        numbers in it
 *   I_LOAD(p)  I_STORE(p, v)      from and to memory
 *   I_SCALE                       what requantising needs of some channels: a type
 *   I_SCALE_OF(bias, m, shift)    from three addresses
 *   I_REQUANT(s, sums)            R(sums + bias) for s, the address of an I_SCALE
 *
 *   I_PUT(f, y, q, left)          finish_s8: limit(zero + q) to min(left, I_LANES) bytes at y
 *
 *   I_BYTES(p, left)              add_s8: min(left, I_LANES) bytes, widened
 *   I_ALL(x)  I_ADD  I_SUB  I_MUL  I_XOR  I_AND   lane by lane
 *   I_SHIFT(v, n)                 to the right by a constant
 *   I_COUNT  I_COUNT_OF(n)  I_SHIFT_BY(v, count)   by a number that is known while running */
static void scale_s32(const th_scale_s32 *j)
{
    for (int32_t i = 0; i < j->n; i += I_LANES) {
        const I_SCALE s = I_SCALE_OF(j->bias + i, j->multiplier + i, j->shift + i);
        I_STORE(j->y + i, I_REQUANT(&s, I_LOAD(j->sums + i)));
    }
}

#if defined(I_PUT)
static void finish_s8(const th_finish_s8 *f)
{
    for (int32_t c = 0; c < f->n; c += I_LANES) {
        const I_SCALE s = I_SCALE_OF(f->bias + c, f->multiplier + c, f->shift + c);
        for (int32_t r = 0; r < f->rows; r++)
            I_PUT(f, f->y + r * f->y_row + c, I_REQUANT(&s, I_LOAD(f->sums + (ptrdiff_t)r * f->sums_row + c)),
                  f->n - c);
    }
}
#endif

#if defined(I_BYTES)
/* What an input of ADD adds, see th_term_s8. */
typedef struct term {
    I_VEC high, low, high_at, low_at;
    I_COUNT down;
} term;

TH_INLINE term term_of(const th_term_s8 *t)
{
    const int32_t high = (t->multiplier >> 11) * 2, low = t->multiplier & 2047;
    const term v = {I_ALL(high), I_ALL(low), I_ALL(-t->zero * high), I_ALL(1024 - t->zero * low),
                    I_COUNT_OF(-t->shift)};
    return v;
}

TH_INLINE I_VEC term_at(const term *t, I_VEC x)
{
    const I_VEC low = I_SHIFT(I_ADD(I_MUL(x, t->low), t->low_at), 11);
    const I_VEC twice = I_ADD(I_ADD(I_MUL(x, t->high), t->high_at), I_ADD(low, low));
    const I_VEC k = I_SHIFT_BY(I_ADD(twice, I_SHIFT(twice, 31)), t->down);
    return I_ADD(I_SHIFT(k, 1), I_AND(k, I_ALL(1)));
}

static void add_s8(const th_add_s8_job *j)
{
    const term of_a = term_of(&j->of_a), of_b = term_of(&j->of_b);
    const I_SCALE s = I_SCALE_OF(j->finish.bias, j->finish.multiplier, j->finish.shift);
    const I_VEC sign = I_ALL(-j->negative);
    for (int32_t i = 0; i < j->finish.n; i += I_LANES) {
        const int32_t left = j->finish.n - i;
        const I_VEC a = term_at(&of_a, I_BYTES(j->a + i, left)), b = term_at(&of_b, I_BYTES(j->b + i, left));
        I_PUT(&j->finish, j->finish.y + i, I_REQUANT(&s, I_ADD(a, I_SUB(I_XOR(b, sign), sign))), left);
    }
}
#endif

#undef I_VEC
#undef I_LANES
#undef I_LOAD
#undef I_STORE
#undef I_SCALE
#undef I_SCALE_OF
#undef I_REQUANT
#undef I_PUT
#undef I_BYTES
#undef I_ALL
#undef I_ADD
#undef I_SUB
#undef I_MUL
#undef I_XOR
#undef I_AND
#undef I_SHIFT
#undef I_COUNT
#undef I_COUNT_OF
#undef I_SHIFT_BY
