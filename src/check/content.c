/* Each file once: is it there, is it what was imported, and what does it show? */
#include "check/check_priv.h"

#include "data/audio.h"
#include "data/picture.h"

#include <stdlib.h>
#include <string.h>

/* A file of the store never changes: its name says what is in it. */
static th_err check_content(const th_sample *s, const char *path, th_fact *f, th_why *why)
{
    char hash[TH_HASH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (*s->file) return TH_OK;
    if (th_file_read(path, 0, &bytes, &n, NULL))
        return th_why_set(why, TH_EIO, "cannot read %s. Check its permissions (ls -l)", path);
    th_hash_of((th_span){bytes, n}, hash);
    free(bytes);
    if (strcmp(hash, s->hash) != 0) f->state = TH_FILE_CHANGED;
    return TH_OK;
}

static th_err read_sound(th_check *c, size_t i, const char *path, th_why *why)
{
    int16_t *pcm;
    int32_t n;
    TH_TRY(th_dataset_samples(c->set, &c->set->samples[i], &pcm, &n, why));
    if (th_audio_rate(path, &c->fact[i].is.sound.file_rate_hz)) c->fact[i].is.sound.file_rate_hz = c->p->rate_hz;
    const th_err err = th_sound_look(c, i, pcm, n, why);
    free(pcm);
    return err;
}

static th_err read_signal(th_check *c, size_t i, th_why *why)
{
    float *rows;
    int32_t n = 0, channels = 0;
    TH_TRY(th_dataset_signal(c->set, &c->set->samples[i], &rows, &n, &channels, why));
    const th_err err = th_signal_look(c, i, rows, n, channels, why);
    free(rows);
    return err;
}

static th_err read_picture(th_check *c, size_t i, const char *path, th_why *why)
{
    uint8_t *rgb;
    int32_t h, w;
    TH_TRY(th_picture_read(path, 3, &rgb, &h, &w, why));
    const th_err err = th_picture_look(c, i, rgb, h, w, why);
    free(rgb);
    return err;
}

th_err th_content_read(th_check *c, size_t i, th_why *why)
{
    const th_sample *s = &c->set->samples[i];
    char path[TH_PATH_BYTES];
    th_why inner = {0};
    th_err err = TH_OK;
    TH_TRY(th_dataset_path(c->set, s, path, why));
    if (!th_file_exists(path)) {
        c->fact[i].state = TH_FILE_MISSING;
        return TH_OK;
    }
    switch (s->kind) {
    case TH_SOUND: err = read_sound(c, i, path, &inner); break;
    case TH_SIGNAL: err = read_signal(c, i, &inner); break;
    case TH_PICTURE: err = read_picture(c, i, path, &inner); break;
    }
    if (err == TH_ENOMEM) return th_why_set(why, err, "%s: %s", path, inner.text);
    if (!err) return check_content(s, path, &c->fact[i], why);
    c->fact[i].state = TH_FILE_DAMAGED;
    c->fact[i].has_view = c->fact[i].has_features = false;
    return TH_OK;
}
