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
