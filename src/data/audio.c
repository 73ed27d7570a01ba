/* Sound files: libsndfile reads blocks, channels are averaged, libsamplerate changes the rate.
 *
 *   file --blocks--> [frames][channels] --mean--> mono --resample--> --clamp--> int16 */
#include "data/audio.h"

#include "base/span.h"
#include "os/file.h"

#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLOCK    8192 /* frames at a time */
#define MIN_RATE 1000
#define MAX_RATE 768000

/* ---- is the file whole? ------------------------------------------------------------------ */

/* libsndfile takes a WAV that was cut off for a shorter one.  Its header tells:
 *   "RIFF" size "WAVE" { id[4] size[4] bytes[size], padded to even }...
 * The chunk "data" must end inside the file.  Sizes from 0x7ffff000 on mean "not known" (recorders
 * that write to a pipe). */
static th_err check_wav_is_whole(const char *path, const uint8_t *head, size_t n, int64_t file_bytes, th_why *why)
{
    const th_span s = {head, n};
    if (n < 12 || memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0) return TH_OK;
    for (size_t at = 12; th_span_has(s, at, 8);) {
        const uint32_t size = th_le32(head + at + 4);
        if (memcmp(head + at, "data", 4) == 0) {
            const int64_t there = file_bytes - (int64_t)at - 8;
            if (size >= 0x7ffff000u || (int64_t)size <= there) return TH_OK;
            return th_why_set(
                why, TH_ETRUNC,
                "%s is cut off: its header promises %u bytes of sound, %lld are there. Copy the file again", path,
                (unsigned)size, (long long)there);
        }
        if (size > n) return TH_OK; /* further on than we look */
        at += 8 + (size_t)size + (size & 1);
    }
    return TH_OK;
}

/* A name that ends in .mp3 is all that libsndfile needs to look for frames in a text, loudly.  A frame
 * begins with 11 bits that are 1. */
static bool is_false_mp3(const char *path, const uint8_t *head, size_t n)
{
    const size_t len = strlen(path);
    if (len < 4 || strcasecmp(path + len - 4, ".mp3") != 0) return false;
    for (size_t i = 0; i + 1 < n; i++)
        if (head[i] == 0xff && head[i + 1] >= 0xe0) return false;
    static const char *const other[] = {"ID3", "RIFF", "OggS", "fLaC", "FORM"};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        if (n >= 4 && memcmp(head, other[i], strlen(other[i])) == 0) return false;
    return true;
}

#define NO_SOUND "it is no sound file, or of a kind that is not known."
#define KNOWN    "WAV, FLAC, OGG and MP3 can"

static th_err check_whole(const char *path, th_why *why)
{
    const int64_t bytes = th_file_size(path);
    if (bytes < 0 && (th_file_exists(path) || th_dir_exists(path)))
        return th_why_set(why, TH_EFORMAT, "%s is not a file with sound", path);
    if (bytes < 0) return th_why_set(why, TH_ENOENT, "there is no sound file %s", path);
    if (bytes == 0) return th_why_set(why, TH_ERANGE, "%s is empty (0 bytes)", path);
    uint8_t head[4096];
    size_t n;
    TH_TRY(th_file_head(path, head, sizeof head, &n, why));
    if (is_false_mp3(path, head, n))
        return th_why_set(why, TH_EFORMAT, "%s cannot be read as sound: " NO_SOUND " " KNOWN, path);
    return check_wav_is_whole(path, head, n, bytes, why);
}

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct reader {
    const char *path;
    SNDFILE *file;
    SF_INFO info;
    SRC_STATE *src; /* NULL: the rate is right already */
    double ratio;
    float *block;   /* [BLOCK][channels] */
    float *mono;    /* [BLOCK] */
    float *changed; /* [BLOCK * ratio + 64] */
    long n_changed;
    int16_t *pcm;
    size_t n, cap;
    size_t most; /* samples of output that are allowed */
} reader;

static th_err no_memory(const reader *r, th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory reading %s", r->path);
}

int16_t th_audio_s16(float x)
{
    const float v = x * 32768.0f;
    if (!(v > -32768.0f)) return v != v ? 0 : -32768; /* not a number: silence */
    return v >= 32767.0f ? 32767 : (int16_t)lrintf(v);
}

static th_err put(reader *r, const float *x, size_t n, th_why *why)
{
    if (n > r->most - r->n) n = r->most - r->n; /* the resampler may give a sample or two more */
    if (r->n + n > r->cap) {
        const size_t cap = (r->n + n) * 2;
        int16_t *more = realloc(r->pcm, cap * sizeof *more);
        if (!more) return no_memory(r, why);
        r->pcm = more;
        r->cap = cap;
    }
    for (size_t i = 0; i < n; i++) r->pcm[r->n++] = th_audio_s16(x[i]);
    return TH_OK;
}

static th_err resample(reader *r, long n, int at_end, th_why *why)
{
    SRC_DATA d = {.data_in = r->mono,
                  .input_frames = n,
                  .data_out = r->changed,
                  .output_frames = r->n_changed,
                  .src_ratio = r->ratio,
                  .end_of_input = at_end};
    for (;;) {
        const int bad = src_process(r->src, &d);
        if (bad) return th_why_set(why, TH_EIO, "%s: the rate cannot be changed: %s", r->path, src_strerror(bad));
        TH_TRY(put(r, r->changed, (size_t)d.output_frames_gen, why));
        d.data_in += d.input_frames_used;
        d.input_frames -= d.input_frames_used;
        if (d.output_frames_gen == 0 && d.input_frames == 0) return TH_OK;
        if (d.output_frames_gen == 0 && d.input_frames_used == 0) return TH_OK;
    }
}

static th_err read_blocks(reader *r, th_why *why)
{
    const int ch = r->info.channels;
    const float share = 1.0f / (float)ch;
    sf_count_t frames = 0;
    for (sf_count_t got; (got = sf_readf_float(r->file, r->block, BLOCK)) > 0; frames += got) {
        for (sf_count_t i = 0; i < got; i++) {
            float sum = 0.0f;
            for (int c = 0; c < ch; c++) sum += r->block[i * ch + c];
            r->mono[i] = ch == 1 ? sum : sum * share;
        }
        if (r->src)
            TH_TRY(resample(r, (long)got, 0, why));
        else
            TH_TRY(put(r, r->mono, (size_t)got, why));
        if (r->n >= r->most) break;
    }
    if (sf_error(r->file))
        return th_why_set(why, TH_EFORMAT, "%s is damaged after %lld samples: %s", r->path, (long long)frames,
                          sf_strerror(r->file));
    const int kind = r->info.format & SF_FORMAT_TYPEMASK;
    const bool exact =
        kind == SF_FORMAT_WAV || kind == SF_FORMAT_FLAC || kind == SF_FORMAT_AIFF || kind == SF_FORMAT_WAVEX;
    if (exact && frames < r->info.frames && r->n < r->most)
        return th_why_set(why, TH_ETRUNC, "%s is cut off: %lld of %lld samples are there. Copy the file again", r->path,
                          (long long)frames, (long long)r->info.frames);
    if (r->src) TH_TRY(resample(r, 0, 1, why));
    const float zero = 0.0f;
    if (frames == r->info.frames && r->most - r->n <= 16) /* the resampler may stop a sample early */
        while (r->n < r->most) TH_TRY(put(r, &zero, 1, why));
    return r->n ? TH_OK : th_why_set(why, TH_ERANGE, "%s holds no sound (0 samples)", r->path);
}

/* All that can be refused before a sample is read. */
static th_err check_info(reader *r, double max_seconds, th_why *why)
{
    const SF_INFO *f = &r->info;
    if (f->samplerate < MIN_RATE || f->samplerate > MAX_RATE)
        return th_why_set(why, TH_ERANGE, "%s has a sample rate of %d Hz; %d to %d are read. Is its header right?",
                          r->path, f->samplerate, MIN_RATE, MAX_RATE);
    if (f->frames <= 0) return th_why_set(why, TH_ERANGE, "%s holds no sound (0 samples)", r->path);
    if ((double)f->frames > max_seconds * f->samplerate && f->frames != SF_COUNT_MAX)
        return th_why_set(why, TH_ERANGE, "%s is %lld s long, at most %lld s are read. Cut it into shorter files",
                          r->path, (long long)(f->frames / f->samplerate), (long long)max_seconds);
    return TH_OK;
}

static th_err set_up(reader *r, int32_t rate_hz, double max_seconds, th_why *why)
{
    r->ratio = (double)rate_hz / r->info.samplerate;
    r->n_changed = (long)(BLOCK * r->ratio) + 64;
    const double limit = max_seconds * rate_hz, exact = floor((double)r->info.frames * r->ratio + 0.5);
    r->most = (size_t)(r->info.frames != SF_COUNT_MAX && exact < limit ? exact : limit);
    r->cap = r->info.frames == SF_COUNT_MAX ? BLOCK : r->most + 1;
    r->block = calloc((size_t)BLOCK * (size_t)r->info.channels, sizeof *r->block);
    r->mono = calloc(BLOCK, sizeof *r->mono);
    r->pcm = malloc(r->cap * sizeof *r->pcm);
    if (!r->block || !r->mono || !r->pcm) return no_memory(r, why);
    if (r->info.samplerate == rate_hz) return TH_OK;
    int bad = 0;
    r->changed = calloc((size_t)r->n_changed, sizeof *r->changed);
    r->src = src_new(SRC_SINC_MEDIUM_QUALITY, 1, &bad);
    return r->changed && r->src ? TH_OK : no_memory(r, why);
}

/* r->file is open, or why it is not is libsndfile's to say. */
static th_err read_open(reader *r, int32_t rate_hz, double max_seconds, int16_t **pcm, int32_t *n, th_why *why)
{
    if (max_seconds > (double)(INT32_MAX - 1) / rate_hz) max_seconds = (double)(INT32_MAX - 1) / rate_hz;
    if (!r->file) { /* that it is there we know: libsndfile says "does not exist" of what it does not understand */
        const char *problem = sf_strerror(NULL);
        return th_why_set(why, TH_EFORMAT, "%s cannot be read as sound: %s " KNOWN, r->path,
                          strstr(problem, "does not exist") ? NO_SOUND : problem);
    }
    th_err err = check_info(r, max_seconds, why);
    if (!err) err = set_up(r, rate_hz, max_seconds, why);
    if (!err) err = read_blocks(r, why);
    sf_close(r->file);
    if (r->src) src_delete(r->src);
    free(r->block);
    free(r->mono);
    free(r->changed);
    if (err) {
        free(r->pcm);
        return err;
    }
    *pcm = r->pcm;
    *n = (int32_t)r->n;
    return TH_OK;
}

th_err th_audio_read(const char *path, int32_t rate_hz, double max_seconds, int16_t **pcm, int32_t *n, th_why *why)
{
    TH_TRY(check_whole(path, why));
    reader r = {.path = path};
    r.file = sf_open(path, SFM_READ, &r.info);
    return read_open(&r, rate_hz, max_seconds, pcm, n, why);
}

/* ---- from memory ---- */

typedef struct memory {
    th_span file;
    sf_count_t at;
} memory;

static sf_count_t memory_length(void *ctx)
{
    const memory *m = ctx;
    return (sf_count_t)m->file.n;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *ctx)
{
    memory *m = ctx;
    const sf_count_t n = (sf_count_t)m->file.n, from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? m->at : n;
    if (offset < -from || offset > n - from) return -1;
    return m->at = from + offset;
}

static sf_count_t memory_read(void *to, sf_count_t count, void *ctx)
{
    memory *m = ctx;
    const sf_count_t left = (sf_count_t)m->file.n - m->at, n = count < left ? count : left;
    if (n <= 0) return 0;
    memcpy(to, m->file.p + m->at, (size_t)n);
    m->at += n;
    return n;
}

static sf_count_t memory_tell(void *ctx)
{
    const memory *m = ctx;
    return m->at;
}

/* By its first bytes: what libsndfile guesses of anything else is no sound that somebody meant. */
static bool is_sound(th_span file)
{
    static const char *const known[] = {"RIFF", "RIFX", "OggS", "fLaC", "FORM"};
    for (size_t i = 0; file.n >= 12 && i < sizeof known / sizeof *known; i++)
        if (memcmp(file.p, known[i], 4) == 0) return true;
    return false;
}

th_err th_audio_parse(th_span file, const char *name, int32_t rate_hz, double max_seconds, int16_t **pcm, int32_t *n,
                      th_why *why)
{
    SF_VIRTUAL_IO io = {.get_filelen = memory_length, .seek = memory_seek, .read = memory_read, .tell = memory_tell};
    memory m = {.file = file};
    reader r = {.path = name};
    if (!is_sound(file))
        return th_why_set(why, TH_EFORMAT, "%s cannot be read as sound: " NO_SOUND " WAV, FLAC and OGG can", name);
    TH_TRY(check_wav_is_whole(name, file.p, file.n < 4096 ? file.n : 4096, (int64_t)file.n, why));
    r.file = sf_open_virtual(&io, SFM_READ, &r.info, &m);
    return read_open(&r, rate_hz, max_seconds, pcm, n, why);
}

th_err th_audio_rate(const char *path, int32_t *rate_hz)
{
    SF_INFO info = {0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file) return TH_EFORMAT;
    *rate_hz = info.samplerate;
    sf_close(file);
    return TH_OK;
}

th_err th_audio_resample(const float *x, int32_t n, double ratio, float **out, int32_t *n_out, th_why *why)
{
    const long room = (long)((double)n * ratio) + 64;
    *out = malloc((size_t)room * sizeof **out);
    if (!*out) return th_why_set(why, TH_ENOMEM, "out of memory changing a rate");
    SRC_DATA d = {.data_in = x, .input_frames = n, .data_out = *out, .output_frames = room, .src_ratio = ratio};
    const int bad = src_simple(&d, SRC_SINC_FASTEST, 1);
    if (bad) {
        free(*out);
        return th_why_set(why, TH_ERANGE, "the rate cannot be changed: %s", src_strerror(bad));
    }
    *n_out = (int32_t)d.output_frames_gen;
    return TH_OK;
}

/* ---- writing ------------------------------------------------------------------------------ */

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v);
    put16(p + 2, v >> 16);
}

/*   0 "RIFF" size  8 "WAVE"  12 "fmt " 16  20 kind=1 channels=1  24 rate  28 bytes/s  32 2 16
 *  36 "data" size  44 samples */
th_err th_audio_wav(int32_t rate_hz, const int16_t *pcm, int32_t n, uint8_t **bytes, size_t *n_bytes, th_why *why)
{
    const uint32_t data = (uint32_t)n * 2;
    uint8_t *w = malloc(44 + (size_t)data);
    if (!w) return th_why_set(why, TH_ENOMEM, "out of memory writing a sound file");
    memcpy(w, "RIFF....WAVEfmt ....................data", 40);
    put32(w + 4, 36 + data);
    put32(w + 16, 16);
    put16(w + 20, 1);
    put16(w + 22, 1);
    put32(w + 24, (uint32_t)rate_hz);
    put32(w + 28, (uint32_t)rate_hz * 2);
    put16(w + 32, 2);
    put16(w + 34, 16);
    put32(w + 40, data);
    for (int32_t i = 0; i < n; i++) put16(w + 44 + (size_t)i * 2, (uint16_t)pcm[i]);
    *bytes = w;
    *n_bytes = 44 + (size_t)data;
    return TH_OK;
}

th_err th_audio_write(const char *path, int32_t rate_hz, const int16_t *pcm, int32_t n, th_why *why)
{
    uint8_t *bytes;
    size_t n_bytes;
    TH_TRY(th_audio_wav(rate_hz, pcm, n, &bytes, &n_bytes, why));
    const th_err err = th_file_write(path, (th_span){bytes, n_bytes}, why);
    free(bytes);
    return err;
}
