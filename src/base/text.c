#include "base/text.h"

#include <stdint.h>

typedef struct out {
    char *p;
    size_t cap, n; /* n counts what did not fit, too */
} out;

static void put(out *o, char c)
{
    if (o->n + 1 < o->cap) o->p[o->n] = c;
    o->n++;
}

static void put_digits(out *o, unsigned long long v, unsigned base, int width, char pad, int minus)
{
    char digit[24];
    int n = 0;
    do {
        digit[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v);
    const int len = n + minus;
    if (minus && pad == '0') put(o, '-');
    for (int i = len; i < width; i++) put(o, pad);
    if (minus && pad != '0') put(o, '-');
    while (n) put(o, digit[--n]);
}

static void put_text(out *o, const char *s)
{
    while (*s) put(o, *s++);
}

/* The sign; what has no digits is put, and 0 returned. */
static int has_digits(out *o, double *v)
{
    if (*v != *v) {
        put_text(o, "nan");
        return 0;
    }
    if (*v < 0) put(o, '-'), *v = -*v;
    if (*v <= 1.7976931348623157e308) return 1;
    put_text(o, "inf");
    return 0;
}

/* v with so many places behind the point. */
static void put_fixed(out *o, double v, int places)
{
    unsigned long long scale = 1;
    if (!has_digits(o, &v)) return;
    for (int i = 0; i < places; i++) scale *= 10;
    const unsigned long long all = (unsigned long long)(v * (double)scale + 0.5);
    put_digits(o, all / scale, 10, 0, ' ', 0);
    if (!places) return;
    put(o, '.');
    put_digits(o, all % scale, 10, places, '0', 0);
}

/* v to so many digits, zeros at the end left away; below 1e-4 and from 10^digits on with an exponent. */
static void put_short(out *o, double v, int digits)
{
    char text[24];
    int exponent = 0, n = 0;
    const int asked = digits;
    unsigned long long most = 1, all;
    if (!has_digits(o, &v)) return;
    for (int i = 0; i < digits; i++) most *= 10;
    for (; v >= 10; exponent++) v /= 10;
    for (; v > 0 && v < 1; exponent--) v *= 10;
    all = (unsigned long long)(v * ((double)most / 10) + 0.5);
    if (all == most) all /= 10, exponent++;
    for (; all && all % 10 == 0; digits--) all /= 10;
    if (!all) digits = 1;
    for (int i = digits; i-- > 0; all /= 10) text[i] = (char)('0' + all % 10);
    const int plain = exponent >= -4 && exponent < asked;
    for (int i = exponent; plain && i < 0; i++) {
        put(o, '0');
        if (i == exponent) put(o, '.');
    }
    for (; n < digits; n++) {
        if (n && n == (plain ? exponent + 1 : 1)) put(o, '.');
        put(o, text[n]);
    }
    for (; plain && n <= exponent; n++) put(o, '0');
    if (plain) return;
    put_text(o, exponent < 0 ? "e-" : "e+");
    put_digits(o, (unsigned long long)(exponent < 0 ? -exponent : exponent), 10, 2, '0', 0);
}

/* One conversion: "%" has been read, `f` points behind it. */
static const char *convert(out *o, const char *f, va_list *args)
{
    char pad = ' ';
    int width = 0, longs = 0, size = 0, precision = -1;
    if (*f == '0') pad = *f++;
    while (*f >= '0' && *f <= '9') width = width * 10 + (*f++ - '0');
    if (f[0] == '.' && f[1] == '*') {
        precision = va_arg(*args, int);
        f += 2;
    } else if (f[0] == '.') {
        for (precision = 0, f++; *f >= '0' && *f <= '9'; f++) precision = precision * 10 + (*f - '0');
    }
    for (; *f == 'l' || *f == 'z'; f++) *f == 'l' ? longs++ : size++;

    if (*f == 'd') {
        const long long v = longs > 1 ? va_arg(*args, long long) : longs ? va_arg(*args, long) : va_arg(*args, int);
        const unsigned long long u = v < 0 ? 0ull - (unsigned long long)v : (unsigned long long)v;
        put_digits(o, u, 10, width, pad, v < 0);
    } else if (*f == 'u' || *f == 'x') {
        const unsigned long long u = longs > 1 ? va_arg(*args, unsigned long long)
                                     : longs   ? va_arg(*args, unsigned long)
                                     : size    ? va_arg(*args, size_t)
                                               : va_arg(*args, unsigned);
        put_digits(o, u, *f == 'x' ? 16 : 10, width, pad, 0);
    } else if (*f == 's') {
        const char *s = va_arg(*args, const char *);
        for (int i = 0; (precision < 0 || i < precision) && s[i]; i++) put(o, s[i]); /* s may end there without a NUL */
    } else if (*f == 'f') {
        put_fixed(o, va_arg(*args, double), precision < 0 ? 6 : precision);
    } else if (*f == 'g') {
        put_short(o, va_arg(*args, double), precision < 1 ? 6 : precision);
    } else if (*f == 'c') {
        put(o, (char)va_arg(*args, int));
    } else if (*f) {
        put(o, *f);
    }
    return *f ? f + 1 : f;
}

size_t th_text_vfmt(char *buf, size_t cap, const char *fmt, va_list args)
{
    out o = {buf, cap, 0};
    va_list copy; /* a va_list parameter may be an array: only a copy has an address */
    va_copy(copy, args);
    while (*fmt) {
        if (*fmt == '%')
            fmt = convert(&o, fmt + 1, &copy);
        else
            put(&o, *fmt++);
    }
    va_end(copy);
    if (cap) buf[o.n < cap ? o.n : cap - 1] = '\0';
    return o.n;
}

size_t th_text_fmt(char *buf, size_t cap, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const size_t n = th_text_vfmt(buf, cap, fmt, args);
    va_end(args);
    return n;
}

bool th_text_ends(const char *text, const char *end)
{
    size_t n = 0, m = 0;
    while (text[n]) n++;
    while (end[m]) m++;
    while (n && m && text[n - 1] == end[m - 1]) n--, m--;
    return m == 0;
}
