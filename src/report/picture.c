/* PNG file:   signature  IHDR  PLTE  IDAT  IEND      chunk: length(4) name(4) bytes crc(4), big-endian
 * IDAT:       78 01  { final(1) length(2) ~length(2) bytes }...  adler32(4)
 * bytes:      per row: filter 0, then one palette number per pixel */
#include "report/picture.h"

#include <stdlib.h>
#include <string.h>

#define LEVELS 64     /* colours of the palette */
#define STORED 65535u /* most bytes of a stored block */

typedef struct bytes {
    uint8_t *p;
    size_t n;
} bytes;

static void put(bytes *b, const void *p, size_t n)
{
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

static void put_be32(bytes *b, uint32_t v)
{
    const uint8_t be[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    put(b, be, 4);
}

static uint32_t crc32_of(const uint8_t *p, size_t n)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static uint32_t adler32_of(const uint8_t *p, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + p[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void put_chunk(bytes *b, const char *name, const uint8_t *p, size_t n)
{
    put_be32(b, (uint32_t)n);
    const size_t from = b->n;
    put(b, name, 4);
    put(b, p, n);
    put_be32(b, crc32_of(b->p + from, n + 4));
}

/* Dark blue over violet and orange to pale yellow: lightness rises evenly, so it also reads in grey
 * and for colour-blind people (after the idea of matplotlib's "inferno"). */
static void make_palette(uint8_t rgb[LEVELS * 3])
{
    static const uint8_t stop[6][3] = {{8, 10, 34},   {66, 20, 104},  {140, 41, 99},
                                       {212, 72, 66}, {248, 149, 64}, {252, 245, 190}};
    for (int i = 0; i < LEVELS; i++) {
        const int at = i * 5 * 256 / (LEVELS - 1), k = at / 256 < 4 ? at / 256 : 4, f = at - k * 256;
        for (int c = 0; c < 3; c++) rgb[i * 3 + c] = (uint8_t)((stop[k][c] * (256 - f) + stop[k + 1][c] * f) / 256);
    }
}

static size_t put_deflate(uint8_t *out, const uint8_t *raw, size_t n)
{
    bytes z = {out, 0};
    put(&z, "\x78\x01", 2);
    for (size_t from = 0; from < n; from += STORED) {
        const size_t len = n - from < STORED ? n - from : STORED;
        const uint8_t head[5] = {from + len == n, (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)~len,
                                 (uint8_t)(~len >> 8)};
        put(&z, head, 5);
        put(&z, raw + from, len);
    }
    put_be32(&z, adler32_of(raw, n));
    return z.n;
}

/* The file into b->p, which has room for it; raw and z are scratch. */
static void write_png(bytes *b, const float *value, uint32_t width, uint32_t height, uint8_t *raw, uint8_t *z)
{
    bytes ihdr = {(uint8_t[13]){0}, 0};
    put_be32(&ihdr, width);
    put_be32(&ihdr, height);
    put(&ihdr, "\x08\x03\x00\x00\x00", 5); /* 8 bits, palette, deflate, no interlace */
    uint8_t palette[LEVELS * 3];
    make_palette(palette);
    size_t n = 0;
    for (uint32_t y = 0; y < height; y++) {
        raw[n++] = 0;
        for (uint32_t x = 0; x < width; x++) {
            const float v = value[y * width + x] * (float)(LEVELS - 1) + 0.5f;
            raw[n++] = (uint8_t)(v >= (float)(LEVELS - 1) ? LEVELS - 1 : v > 0.0f ? (int)v : 0);
        }
    }
    put(b, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(b, "IHDR", ihdr.p, ihdr.n);
    put_chunk(b, "PLTE", palette, sizeof palette);
    put_chunk(b, "IDAT", z, put_deflate(z, raw, n));
    put_chunk(b, "IEND", z, 0);
}

void th_picture_grid(th_html *h, const float *value, int32_t width, int32_t height, const char *alt)
{
    if (width < 1 || height < 1 || width > 4000 || height > 4000) return;
    const size_t n = (size_t)height * ((size_t)width + 1), room = n + n / STORED * 5 + 512;
    uint8_t *memory = malloc(3 * room);
    if (!memory) {
        h->failed = true;
        return;
    }
    bytes png = {memory, 0};
    write_png(&png, value, (uint32_t)width, (uint32_t)height, memory + room, memory + 2 * room);
    th_html_put(h, "<img alt=\"");
    th_html_text(h, alt);
    th_html_fmt(h, "\" width=\"%d\" height=\"%d\" src=\"data:image/png;base64,", (int)width, (int)height);
    th_html_base64(h, png.p, png.n);
    th_html_put(h, "\"/>");
    free(memory);
}

void th_picture_audio(th_html *h, const int16_t *pcm, int32_t n, int32_t rate_hz, const char *name)
{
    const uint32_t data = (uint32_t)n * 2, rate = (uint32_t)rate_hz;
    const uint32_t field[11] = {0x46464952, 36 + data, 0x45564157,    0x20746d66, 16,  1 | 1u << 16, /* PCM, mono */
                                rate,       rate * 2,  2 | 16u << 16, 0x61746164, data};
    uint8_t *wav = malloc(44 + (size_t)data);
    if (!wav) {
        h->failed = true;
        return;
    }
    for (size_t i = 0; i < 44; i++) wav[i] = (uint8_t)(field[i / 4] >> i % 4 * 8);
    for (size_t i = 0; i < (size_t)n; i++) {
        wav[44 + 2 * i] = (uint8_t)pcm[i];
        wav[45 + 2 * i] = (uint8_t)((uint16_t)pcm[i] >> 8);
    }
    th_html_put(h, "<audio controls=\"controls\" preload=\"none\" aria-label=\"");
    th_html_text(h, name);
    th_html_put(h, "\" src=\"data:audio/wav;base64,");
    th_html_base64(h, wav, 44 + (size_t)data);
    th_html_put(h, "\"></audio>");
    free(wav);
}
