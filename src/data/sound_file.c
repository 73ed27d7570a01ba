#include "data/sound_file.h"

#include "base/text.h"
#include "data/acquisition.h"
#include "data/audio.h"
#include "os/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SECONDS 1800 /* of a file that parts are taken from */

static th_err check_part(const char *path, const th_sound_part *part, double n, double rate_hz, th_why *why)
{
    const double to = part->to ? part->to : n;
    if (to > n)
        return th_why_set(why, TH_ERANGE, "%s has %lld samples, but a segment ends at %d", path, (long long)n,
                          (int)part->to);
    if ((to - part->from) / rate_hz > part->max_seconds)
        return th_why_set(why, TH_ERANGE, "%s is %lld s long, at most %lld s are read. Cut it into shorter files", path,
                          (long long)((to - part->from) / rate_hz), (long long)part->max_seconds);
    return TH_OK;
}

/* Samples of a sound file: read whole, then cut. */
static th_err read_audio(const char *path, int32_t rate_hz, const th_sound_part *part, int16_t **pcm, int32_t *n,
                         th_why *why)
{
    int32_t own_hz;
    if (part->at) *part->at = 0;
    if (!part->to) return th_audio_read(path, rate_hz, part->max_seconds, pcm, n, why);
    TH_TRY(th_audio_read(path, rate_hz, MOST_SECONDS, pcm, n, why));
    th_err err = th_audio_rate(path, &own_hz);
    if (err) err = th_why_set(why, err, "%s: its rate is not known", path);
    const double scale = err ? 1 : (double)rate_hz / own_hz;
    if (!err) err = check_part(path, part, ceil(*n / scale), own_hz, why);
    const double exact_to = part->to * scale;
    const int32_t from = (int32_t)(part->from * scale), to = exact_to < *n ? (int32_t)exact_to : *n;
    if (!err && to <= from) err = th_why_set(why, TH_ERANGE, "%s: a segment without a sample", path);
    if (err) {
        free(*pcm);
        return err;
    }
    memmove(*pcm, *pcm + from, (size_t)(to - from) * sizeof **pcm);
    if (part->at) *part->at = from;
    *n = to - from;
    return TH_OK;
}

/* Numbers of an acquisition, 16 bits by their size, at another rate. */
static th_err convert(const float *x, int32_t n, double ratio, int16_t **pcm, int32_t *n_out, th_why *why)
{
    float *changed = NULL;
    *n_out = n;
    if (ratio < 1 || ratio > 1) TH_TRY(th_audio_resample(x, n, ratio, &changed, n_out, why));
    const float *from = changed ? changed : x;
    *pcm = malloc(((size_t)*n_out + 1) * sizeof **pcm);
    for (int32_t i = 0; *pcm && i < *n_out; i++)
        (*pcm)[i] = (int16_t)lrintf(from[i] < -32768 ? -32768 : from[i] > 32767 ? 32767 : from[i]);
    free(changed);
    return *pcm ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for %d samples", (int)n);
}

static th_err convert_part(const th_acquisition *a, const char *path, int32_t rate_hz, const th_sound_part *part,
                           int16_t **pcm, int32_t *n, th_why *why)
{
    const double own_hz = a->interval_ms > 0 ? 1000 / a->interval_ms : 0, ratio = own_hz > 0 ? rate_hz / own_hz : 0;
    if (!a->sound)
        return th_why_set(why, TH_EFORMAT, "%s is no sound: it has the sensors %s, and their units are not wav", path,
                          a->channels);
    if (!(ratio >= 1.0 / 16 && ratio <= 16))
        return th_why_set(why, TH_ERANGE, "%s: its rate is more than 16 times off %d Hz (payload.interval_ms)", path,
                          (int)rate_hz);
    TH_TRY(check_part(path, part, a->n, own_hz, why));
    if (part->at) *part->at = (int32_t)(part->from * ratio);
    /* 0.0625 ms is 16 kHz: nothing to change when only the last digits differ */
    return convert(a->rows + part->from, (part->to ? part->to : a->n) - part->from, fabs(ratio - 1) < 1e-4 ? 1 : ratio,
                   pcm, n, why);
}

th_err th_sound_read(const char *path, const char *key, int32_t rate_hz, const th_sound_part *part, int16_t **pcm,
                     int32_t *n, th_why *why)
{
    th_acquisition a;
    uint8_t *bytes;
    size_t size;
    if (!th_text_ends(path, ".json") && !th_text_ends(path, ".cbor"))
        return read_audio(path, rate_hz, part, pcm, n, why);
    TH_TRY(th_file_read(path, 0, &bytes, &size, why));
    th_err err = th_acquisition_parse((th_span){bytes, size}, path, key, &a, why);
    free(bytes);
    if (err) return err;
    err = convert_part(&a, path, rate_hz, part, pcm, n, why);
    th_acquisition_free(&a);
    return err;
}
