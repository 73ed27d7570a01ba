/*   bytes --head--> frames --mean--> mono --resample--> --clamp--> int16, as data/audio.c does with files */
#include "data/live_sound.h"

#include "data/audio.h"
#include "data/wav_head.h"

#include <samplerate.h>
#include <stdlib.h>
#include <string.h>

#define IN_BYTES   16384
#define HEAD_BYTES 65536 /* chunks before the samples */
#define BLOCK      4096  /* frames at a time */

struct th_live_sound {
    th_capture *capture;
    th_capture_info info;
    th_live_sound_cfg cfg;
    th_pcm_format format;
    bool has_format, ended, flushed, finished;
    int64_t bytes_left; /* of a WAV whose header says how many */
    uint8_t in[HEAD_BYTES + IN_BYTES];
    size_t n_in;    /* bytes that wait: a header, or a part of a frame */
    SRC_STATE *src; /* NULL: the rate is right already */
    double ratio;
    float mono[BLOCK];
    float *out; /* [n_room]: samples at the wanted rate that wait, from at on */
    long n_room, n_out, at;
};

th_err th_live_sound_open(const th_live_sound_cfg *cfg, th_live_sound **s, th_why *why)
{
    th_capture *c;
    th_capture_cfg capture = cfg->capture;
    *s = NULL;
    capture.rate_hz = cfg->rate_hz;
    TH_TRY(th_capture_open(cfg->from, &capture, &c, why));
    const th_capture_info *info = th_capture_about(c);
    th_err err = TH_OK;
    if (info->is_live && !info->is_sound)
        err = th_why_set(why, TH_EUSAGE, "%s has no sound that can be recorded: --from microphone, fifo:PATH or -",
                         info->source);
    *s = err ? NULL : calloc(1, sizeof **s);
    if (!*s) {
        th_capture_close(c);
        return err ? err : th_why_set(why, TH_ENOMEM, "out of memory");
    }
    (*s)->capture = c;
    (*s)->cfg = *cfg;
    (*s)->info = *info;
    (*s)->bytes_left = INT64_MAX;
    (*s)->format = (th_pcm_format){info->is_sound         ? info->rate_hz
                                   : cfg->raw_rate_hz > 0 ? cfg->raw_rate_hz
                                                          : cfg->rate_hz,
                                   info->is_sound ? info->channels : 1, info->is_sound ? info->bytes : 2, false};
    return TH_OK;
}

void th_live_sound_close(th_live_sound *s)
{
    if (!s) return;
    th_capture_close(s->capture);
    if (s->src) src_delete(s->src);
    free(s->out);
    free(s);
}

const th_capture_info *th_live_sound_about(const th_live_sound *s)
{
    return &s->info;
}

int32_t th_live_sound_lost(const th_live_sound *s)
{
    return th_capture_lost(s->capture);
}

/* The format is known: the resampler, and room for what it makes of a block. */
static th_err begin(th_live_sound *s, th_why *why)
{
    int bad = 0;
    s->has_format = true;
    s->info.rate_hz = s->format.rate_hz;
    s->info.channels = s->format.channels;
    s->info.bytes = s->format.bytes;
    s->ratio = (double)s->cfg.rate_hz / s->format.rate_hz;
    s->n_room = (long)(BLOCK * s->ratio) + 64;
    s->out = calloc((size_t)s->n_room, sizeof *s->out);
    if (s->format.rate_hz != s->cfg.rate_hz) s->src = src_new(SRC_SINC_MEDIUM_QUALITY, 1, &bad);
    return s->out && !bad ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

/* Bytes of the source behind those that wait. */
static th_err fill(th_live_sound *s, th_why *why)
{
    size_t n = 0;
    if (s->ended) return TH_OK;
    TH_TRY(th_capture_read(s->capture, s->in + s->n_in, IN_BYTES, &n, why));
    if (n == 0) s->ended = true;
    s->n_in += n;
    return TH_OK;
}

static void drop(th_live_sound *s, size_t n)
{
    s->n_in -= n;
    memmove(s->in, s->in + n, s->n_in);
}

static th_err find_format(th_live_sound *s, th_why *why)
{
    size_t at = 0;
    bool done = s->info.is_sound;
    while (!done) {
        TH_TRY(th_wav_head((th_span){s->in, s->n_in}, &s->format, &at, &s->bytes_left, &done, why));
        if (done || s->ended) break;
        if (s->n_in > HEAD_BYTES)
            return th_why_set(why, TH_EFORMAT, "no samples in the first %d bytes of the WAV that comes", HEAD_BYTES);
        TH_TRY(fill(s, why));
    }
    drop(s, at);
    return begin(s, why);
}

/* n frames of s->mono, or the last ones out of the resampler. */
static th_err convert(th_live_sound *s, int32_t n, th_why *why)
{
    s->at = 0;
    s->n_out = n;
    if (!s->src) {
        memcpy(s->out, s->mono, (size_t)n * sizeof *s->out);
        return TH_OK;
    }
    SRC_DATA d = {.data_in = s->mono,
                  .input_frames = n,
                  .data_out = s->out,
                  .output_frames = s->n_room,
                  .src_ratio = s->ratio,
                  .end_of_input = n == 0};
    const int bad = src_process(s->src, &d);
    if (bad || d.input_frames_used != n)
        return th_why_set(why, TH_EIO, "the rate cannot be changed: %s", bad ? src_strerror(bad) : "no room");
    s->n_out = d.output_frames_gen;
    return TH_OK;
}

/* More samples into s->out; s->finished when there are no more. */
static th_err more(th_live_sound *s, th_why *why)
{
    const size_t frame = (size_t)s->format.bytes * (size_t)s->format.channels;
    while (s->n_in < frame && !s->ended && s->bytes_left >= (int64_t)frame) TH_TRY(fill(s, why));
    const size_t have = (int64_t)s->n_in < s->bytes_left ? s->n_in : (size_t)s->bytes_left;
    const int32_t n = (int32_t)(have / frame < BLOCK ? have / frame : BLOCK);
    if (n == 0) {
        s->finished = s->flushed || !s->src;
        s->flushed = true;
        return s->finished ? TH_OK : convert(s, 0, why);
    }
    th_pcm_mono(&s->format, s->in, n, s->mono);
    drop(s, (size_t)n * frame);
    s->bytes_left -= s->bytes_left == INT64_MAX ? 0 : (int64_t)((size_t)n * frame);
    return convert(s, n, why);
}

th_err th_live_sound_read(th_live_sound *s, int16_t *pcm, int32_t n, int32_t *got, th_why *why)
{
    *got = 0;
    if (!s->has_format) TH_TRY(find_format(s, why));
    while (*got < n && !s->finished) {
        while (*got < n && s->at < s->n_out) pcm[(*got)++] = th_audio_s16(s->out[s->at++]);
        if (*got < n) TH_TRY(more(s, why));
    }
    return TH_OK;
}
