/*   "RIFF" size "WAVE" { id[4] size[4] bytes[size], padded to even }..
 *   "fmt "  kind[2] channels[2] rate[4] bytes/s[4] frame[2] bits[2] (kind 0xfffe: size[2] valid[2] mask[4] kind[2]..)
 *   "data"  the samples
 * A recorder that writes to a pipe does not know the size yet: 0, or 0x7ffff000 and more. */
#include "data/wav_head.h"

#include <math.h>
#include <string.h>

#define MOST_CHANNELS 32

static uint32_t le16(const uint8_t *p)
{
    return (uint32_t)(p[0] | p[1] << 8);
}

static th_err read_format(const uint8_t *p, uint32_t size, th_pcm_format *f, th_why *why)
{
    if (size < 16) return th_why_set(why, TH_EFORMAT, "the WAV header is damaged: its format has %u bytes", size);
    const uint32_t kind = le16(p) == 0xfffe && size >= 26 ? le16(p + 24) : le16(p), channels = le16(p + 2),
                   rate = th_le32(p + 4), bits = le16(p + 14);
    const bool known =
        (kind == 1 && (bits == 8 || bits == 16 || bits == 24 || bits == 32)) || (kind == 3 && bits == 32);
    if (!known)
        return th_why_set(why, TH_EUNSUP,
                          "the WAV that comes is of kind %u with %u bits. Whole numbers of 8 to 32 bits and floats of "
                          "32 can come through a pipe; other files: thimble data import",
                          kind, bits);
    if (channels < 1 || channels > MOST_CHANNELS || rate < 1000 || rate > 768000)
        return th_why_set(why, TH_EUNSUP, "the WAV that comes has %u channels at %u Hz. Is its header right?", channels,
                          rate);
    *f = (th_pcm_format){(int32_t)rate, (int32_t)channels, (int32_t)(bits / 8), kind == 3};
    return TH_OK;
}

th_err th_wav_head(th_span bytes, th_pcm_format *format, size_t *at, int64_t *size, bool *done, th_why *why)
{
    bool has_format = false;
    *at = 0;
    *size = INT64_MAX;
    *done = bytes.n >= 12 || (bytes.n && memcmp(bytes.p, "RIFF", bytes.n < 4 ? bytes.n : 4) != 0);
    if (bytes.n < 12 || memcmp(bytes.p, "RIFF", 4) != 0 || memcmp(bytes.p + 8, "WAVE", 4) != 0) return TH_OK;
    for (size_t p = 12;;) {
        *done = th_span_has(bytes, p, 8);
        if (!*done) return TH_OK;
        const uint32_t n = th_le32(bytes.p + p + 4);
        if (memcmp(bytes.p + p, "data", 4) == 0) {
            if (!has_format) return th_why_set(why, TH_EFORMAT, "the WAV that comes does not say what its samples are");
            *at = p + 8;
            if (n && n < 0x7ffff000u) *size = n;
            return TH_OK;
        }
        *done = th_span_has(bytes, p + 8, (size_t)n + (n & 1));
        if (!*done) return TH_OK;
        if (memcmp(bytes.p + p, "fmt ", 4) == 0) {
            TH_TRY(read_format(bytes.p + p + 8, n, format, why));
            has_format = true;
        }
        p += 8 + (size_t)n + (n & 1);
    }
}

static float one(const th_pcm_format *f, const uint8_t *p)
{
    if (f->bytes == 1) return (float)((int)p[0] - 128) / 128.0f;
    uint32_t v = 0; /* the sample in the upper bytes, so that its sign is in place */
    for (int32_t i = 0; i < f->bytes; i++) v |= (uint32_t)p[i] << (8 * (4 - f->bytes + i));
    if (f->is_float) {
        float x;
        memcpy(&x, &v, sizeof x);
        return isfinite(x) ? x : 0.0f;
    }
    return (float)(int32_t)v / 2147483648.0f;
}

void th_pcm_mono(const th_pcm_format *format, const uint8_t *bytes, int32_t n, float *mono)
{
    const float share = 1.0f / (float)format->channels;
    for (int32_t i = 0; i < n; i++) {
        float sum = 0.0f;
        for (int32_t c = 0; c < format->channels; c++, bytes += format->bytes) sum += one(format, bytes);
        mono[i] = format->channels == 1 ? sum : sum * share;
    }
}
