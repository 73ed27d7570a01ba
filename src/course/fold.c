#include "course/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* U+00C0 to U+017F without case and accents, three bytes each, blanks behind what is shorter; "-": no letter.
 * Source: Unicode 15, decompositions of Latin-1 Supplement and Latin Extended-A. */
static const char latin[] =
    "a  a  a  a  a  a  ae c  e  e  e  e  i  i  i  i  d  n  o  o  o  o  o  -  o  u  u  u  u  y  th ss "
    "a  a  a  a  a  a  ae c  e  e  e  e  i  i  i  i  d  n  o  o  o  o  o  -  o  u  u  u  u  y  th y  "
    "a  a  a  a  a  a  c  c  c  c  c  c  c  c  d  d  d  d  e  e  e  e  e  e  e  e  e  e  g  g  g  g  "
    "g  g  g  g  h  h  h  h  i  i  i  i  i  i  i  i  i  i  ij ij j  j  k  k  k  l  l  l  l  l  l  l  "
    "l  l  l  n  n  n  n  n  n  n  n  n  o  o  o  o  o  o  oe oe r  r  r  r  r  r  s  s  s  s  s  s  "
    "s  s  t  t  t  t  t  t  u  u  u  u  u  u  u  u  u  u  u  u  w  w  y  y  y  z  z  z  z  z  z  s  ";

/* Its code, 0 where the bytes are none. */
static uint32_t code(const char *text, size_t n, size_t *used)
{
    const unsigned char *p = (const unsigned char *)text;
    const size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
    *used = 1;
    if (!len || len > n) return 0;
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    *used = len;
    return c;
}

static size_t put(uint32_t c, char out[TH_FOLD_BYTES])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c > 0xffff) return 0; /* signs and pictures, mostly */
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

static size_t fold_latin(uint32_t c, char out[TH_FOLD_BYTES])
{
    const char *to = latin + 3 * (c - 0xc0);
    const size_t n = to[1] == ' ' ? 1 : 2;
    if (to[0] == '-') return 0;
    memcpy(out, to, n);
    return n;
}

/* Arabic: the forms of alef and yeh are one letter, vowel marks and the stretching line nothing. */
static uint32_t fold_arabic(uint32_t c)
{
    if (c == 0x622 || c == 0x623 || c == 0x625) return 0x627;
    if (c == 0x649) return 0x64a;
    return c;
}

size_t th_fold(const char *text, size_t n, size_t *used, char out[TH_FOLD_BYTES])
{
    if ((unsigned char)text[0] < 0x80) { /* most of them: without looking further */
        const char a = text[0];
        const bool capital = a >= 'A' && a <= 'Z';
        *used = 1;
        out[0] = capital ? (char)(a - 'A' + 'a') : a;
        return capital || (a >= 'a' && a <= 'z') || (a >= '0' && a <= '9');
    }
    uint32_t c = code(text, n, used);
    if (c >= 0xc0 && c <= 0x17f) return fold_latin(c, out);
    if ((c >= 0x300 && c <= 0x36f) || (c >= 0x64b && c <= 0x65f) || c == 0x640) return TH_FOLD_NOTHING;
    if (c >= 0x391 && c <= 0x3a9) c += 0x20; /* Greek */
    if (c >= 0x410 && c <= 0x42f) c += 0x20; /* Cyrillic */
    if (c < 0xc0 || (c >= 0x2000 && c <= 0x2bff) || (c >= 0x3000 && c <= 0x303f) || c == 0x60c || c == 0x61b ||
        c == 0x61f)
        return 0; /* punctuation, arrows, signs */
    return put(fold_arabic(c), out);
}
