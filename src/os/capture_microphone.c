/* A microphone, by ALSA.  The device's own rate is kept (its plugins would change it with straight lines); who reads
 * brings it to another one. */
#include "os/capture_priv.h"

#include "base/text.h"
#include "os/run.h"

#include <alsa/asoundlib.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_US     500000u /* what may wait to be read */
#define PERIOD_US     50000u
#define WAIT_MS       100
#define MOST_CHANNELS 8

static bool knows(const char *from)
{
    return from[0] && !strchr(from, '/'); /* "hw:1,0", "default"; ALSA says what is none */
}

/* The library would print its own words, one below the other, beside ours. */
static void say_nothing(const char *file, int line, const char *function, int err, const char *fmt, ...)
{
    (void)file, (void)line, (void)function, (void)err, (void)fmt;
}

static void list_microphones(th_capture_found_fn *found, void *ctx)
{
    void **hints = NULL;
    snd_lib_error_set_handler(say_nothing);
    if (snd_device_name_hint(-1, "pcm", &hints) < 0) return;
    for (void **h = hints; *h; h++) {
        char *name = snd_device_name_get_hint(*h, "NAME"), *what = snd_device_name_get_hint(*h, "DESC"),
             *way = snd_device_name_get_hint(*h, "IOID"); /* NULL: both ways */
        for (char *c = what; c && *c; c++)
            if (*c == '\n') *c = ' ';
        if (name && strcmp(name, "null") != 0 && (!way || strcmp(way, "Input") == 0))
            found(ctx, name, what ? what : "a microphone");
        free(name);
        free(what);
        free(way);
    }
    snd_device_name_free_hint(hints);
    snd_config_update_free_global();
}

static void count(void *ctx, const char *from, const char *what)
{
    int *n = ctx;
    (void)from, (void)what;
    ++*n;
}

static th_err cannot_open(const char *name, int reason, th_why *why)
{
    int n = 0;
    if (reason == -EBUSY)
        return th_why_set(why, TH_EIO,
                          "the microphone \"%s\" is in use by another program. Close it, or take another one (thimble "
                          "data record --list)",
                          name);
    if (reason == -EACCES || reason == -EPERM)
        return th_why_set(why, TH_EIO,
                          "you may not use the microphone \"%s\". Join the group audio, then log in again: sudo "
                          "usermod -aG audio $USER",
                          name);
    list_microphones(count, &n);
    return th_why_set(
        why, TH_ENOENT, "there is no microphone \"%s\" (%s). %s", name, snd_strerror(reason),
        n ? "thimble data record --list shows those that are here: --from NAME takes one"
          : "This computer shows none: plug one in; or record elsewhere and bring the files (thimble data "
            "import FOLDER); or send sound by a pipe (PROGRAM | thimble data record --from - ..)");
}

static th_err refused(const th_capture *c, const char *what, int reason, th_why *why)
{
    return th_why_set(why, TH_EIO, "the microphone \"%s\" does not give %s (%s). Try --from plughw:.. for hw:..",
                      c->place, what, snd_strerror(reason));
}

/* 16 bits, else 32; one channel, else as few as it has; its rate that is nearest to the one that is wanted. */
static th_err choose(th_capture *c, snd_pcm_t *pcm, snd_pcm_hw_params_t *hw, th_why *why)
{
    unsigned rate = (unsigned)c->cfg.rate_hz, channels = 1, buffer = BUFFER_US, period = PERIOD_US;
    int bad = snd_pcm_hw_params_any(pcm, hw);
    if (bad >= 0) bad = snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
    if (bad < 0) return refused(c, "samples one after the other", bad, why);
    c->info.bytes = 2;
    bad = snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE);
    if (bad < 0) {
        c->info.bytes = 4;
        bad = snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S32_LE);
    }
    if (bad < 0) return refused(c, "samples of 16 or 32 bits", bad, why);
    bad = snd_pcm_hw_params_set_channels_near(pcm, hw, &channels);
    if (bad < 0 || channels < 1 || channels > MOST_CHANNELS) return refused(c, "1 to 8 channels", bad, why);
    if (snd_pcm_hw_params_set_rate_resample(pcm, hw, 0) < 0) return refused(c, "its own rate", bad, why);
    bad = snd_pcm_hw_params_set_rate_near(pcm, hw, &rate, NULL);
    if (bad < 0 || rate < 4000 || rate > 384000) return refused(c, "a rate of 4 to 384 kHz", bad, why);
    (void)snd_pcm_hw_params_set_buffer_time_near(pcm, hw, &buffer, NULL); /* wishes */
    (void)snd_pcm_hw_params_set_period_time_near(pcm, hw, &period, NULL);
    c->info.channels = (int32_t)channels;
    c->info.rate_hz = (int32_t)rate;
    bad = snd_pcm_hw_params(pcm, hw);
    return bad < 0 ? refused(c, "these settings", bad, why) : TH_OK;
}

static void name_device(th_capture *c, snd_pcm_t *pcm)
{
    snd_pcm_info_t *info = NULL;
    if (snd_pcm_info_malloc(&info) < 0) return;
    if (snd_pcm_info(pcm, info) >= 0)
        th_text_fmt(c->info.device, sizeof c->info.device, "%s", snd_pcm_info_get_name(info));
    snd_pcm_info_free(info);
}

static void close_microphone(th_capture *c)
{
    if (c->own) snd_pcm_close(c->own);
    c->own = NULL;
    snd_config_update_free_global();
}

static th_err open_microphone(th_capture *c, const char *place, th_why *why)
{
    const char *name = *place ? place : "default";
    snd_pcm_t *pcm;
    snd_pcm_hw_params_t *hw = NULL;
    th_text_fmt(c->info.source, sizeof c->info.source, "%s%s", *place ? "microphone " : "microphone", place);
    if (!*place) th_text_fmt(c->place, sizeof c->place, "%s", name); /* `place` is c->place */
    snd_lib_error_set_handler(say_nothing);
    int bad = snd_pcm_open(&pcm, name, SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK);
    if (bad < 0) {
        const th_err err = cannot_open(name, bad, why);
        snd_config_update_free_global();
        return err;
    }
    c->own = pcm;
    c->info.is_sound = c->info.is_live = true;
    th_err err =
        snd_pcm_hw_params_malloc(&hw) < 0 ? th_why_set(why, TH_ENOMEM, "out of memory") : choose(c, pcm, hw, why);
    snd_pcm_hw_params_free(hw);
    if (!err) name_device(c, pcm);
    bad = err ? 0 : snd_pcm_start(pcm);
    if (bad < 0) err = refused(c, "sound", bad, why);
    if (err) close_microphone(c);
    return err;
}

/* Samples were not read in time (or the computer slept): begin again. */
static th_err restart(th_capture *c, int reason, th_why *why)
{
    snd_pcm_t *pcm = c->own;
    int bad = reason == -ENODEV ? reason : snd_pcm_recover(pcm, reason, 1);
    c->lost++;
    if (bad >= 0 && snd_pcm_state(pcm) == SND_PCM_STATE_PREPARED) bad = snd_pcm_start(pcm);
    return bad < 0 ? th_why_set(why, TH_EIO, "%s has gone: %s", c->info.source, snd_strerror(bad)) : TH_OK;
}

static th_err read_microphone(th_capture *c, void *bytes, size_t cap, size_t *n, th_why *why)
{
    const size_t frame = (size_t)c->info.channels * (size_t)c->info.bytes;
    const size_t period = (size_t)c->info.rate_hz / 20, most = cap / frame < period ? cap / frame : period;
    const double start = th_clock_s();
    for (;;) {
        TH_TRY(th_capture_patience(c, start, why));
        const int ready = snd_pcm_wait(c->own, WAIT_MS);
        const snd_pcm_sframes_t got = ready < 0 ? ready : snd_pcm_readi(c->own, bytes, most);
        if (got > 0) {
            *n = (size_t)got * frame;
            return TH_OK;
        }
        if (got < 0 && got != -EAGAIN && got != -EINTR) TH_TRY(restart(c, (int)got, why));
    }
}

const th_capture_kind th_capture_microphone = {.name = "microphone",
                                               .knows = knows,
                                               .open = open_microphone,
                                               .read = read_microphone,
                                               .close = close_microphone,
                                               .list = list_microphones};
