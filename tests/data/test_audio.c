#define _XOPEN_SOURCE 700 /* truncate */
#include "sound.h"

#include <math.h>
#include <sndfile.h>
#include <unistd.h>

#define HZ 16000

static th_err reads(const char *path, double max_seconds, int32_t *n, th_why *why)
{
    int16_t *pcm;
    *why = (th_why){0};
    const th_err err = th_audio_read(path, HZ, max_seconds, &pcm, n, why);
    if (!err)
        free(pcm);
    else
        assert_true(why->err == err && why->text[0]);
    return err;
}

/* A file of any format with a tone of 440 Hz, channel c at amplitude 0.1 * (c + 1). */
static void make_tone(const char *path, int format, int rate_hz, int channels, int frames)
{
    SF_INFO info = {.samplerate = rate_hz, .channels = channels, .format = format};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    if (!f) fail_msg("%s: %s", path, sf_strerror(NULL));
    float *x = calloc((size_t)(frames * channels) + 1, sizeof *x);
    for (int i = 0; i < frames; i++)
        for (int c = 0; c < channels; c++)
            x[i * channels + c] = 0.1f * (float)(c + 1) * sinf(6.2831853f * 440.0f * (float)i / (float)rate_hz);
    assert_int_equal(sf_writef_float(f, x, frames), frames);
    free(x);
    sf_close(f);
}

static void samples_survive_unchanged(void **state)
{
    int16_t in[3000], *out;
    int32_t n;
    for (int i = 0; i < 3000; i++) in[i] = (int16_t)(i * 21 + 7);
    in[0] = -32768;
    in[1] = 32767;
    assert_int_equal(th_audio_write(at(*state, "a.wav"), HZ, in, 3000, NULL), TH_OK);
    assert_int_equal(th_audio_read(at(*state, "a.wav"), HZ, 10, &out, &n, NULL), TH_OK);
    assert_int_equal(n, 3000);
    assert_memory_equal(in, out, sizeof in);
    free(out);
    int32_t rate;
    assert_int_equal(th_audio_rate(at(*state, "a.wav"), &rate), TH_OK);
    assert_int_equal(rate, HZ);
}

/* Amplitude of the 440 Hz tone in the middle of the samples. */
static double tone(const int16_t *pcm, int32_t n)
{
    double s = 0, c = 0;
    const int32_t from = n / 4, to = from + HZ / 440 * 220 / 20 * 20;
    for (int32_t i = from; i < to && i < n; i++) {
        s += pcm[i] * sin(2 * 3.14159265358979 * 440 * i / HZ);
        c += pcm[i] * cos(2 * 3.14159265358979 * 440 * i / HZ);
    }
    return 2 * sqrt(s * s + c * c) / (to - from) / 32768;
}

static void any_format_rate_and_channels(void **state)
{
    static const struct {
        const char *name;
        int format, rate, channels;
        double amplitude;
    } files[] = {
        {"24bit.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 44100, 1, 0.1},
        {"8ch.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 8, 0.45}, /* mean of 0.1 to 0.8 */
        {"u8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 8000, 2, 0.15},
        {"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 1, 0.1},
        {"alaw.wav", SF_FORMAT_WAV | SF_FORMAT_ALAW, 8000, 1, 0.1},
        {"a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 2, 0.15},
        {"a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 1, 0.1},
        {"a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 1, 0.1},
        {"a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 11025, 1, 0.1},
        {"96k.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 96000, 1, 0.1},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        int16_t *pcm;
        int32_t n;
        th_why why = {0};
        make_tone(at(*state, files[i].name), files[i].format, files[i].rate, files[i].channels, files[i].rate);
        if (th_audio_read(at(*state, files[i].name), HZ, 10, &pcm, &n, &why)) fail_msg("%s", why.text);
        assert_in_range(n, HZ - 1500, HZ + 3000); /* MP3 pads */
        const double a = tone(pcm, n);
        if (fabs(a - files[i].amplitude) > 0.01) fail_msg("%s: amplitude %f", files[i].name, a);
        free(pcm);
    }
}

static void long_files_keep_their_length(void **state)
{
    int32_t n;
    th_why why;
    make_tone(at(*state, "a.wav"), SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2, 441000);
    assert_int_equal(reads(at(*state, "a.wav"), 10, &n, &why), TH_OK);
    assert_int_equal(n, 160000);
    assert_int_equal(reads(at(*state, "a.wav"), 9.9, &n, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "10 s long"));
}

static void bad_files_are_refused(void **state)
{
    int32_t n;
    th_why why;
    assert_int_equal(reads(at(*state, "absent.wav"), 10, &n, &why), TH_ENOENT);
    assert_int_equal(reads(*state, 10, &n, &why), TH_EFORMAT);
    make_text(at(*state, "empty.wav"), "");
    assert_int_equal(reads(at(*state, "empty.wav"), 10, &n, &why), TH_ERANGE);
    make_text(at(*state, "text.wav"), "this is no sound at all, but a text that somebody gave the name of one");
    assert_int_equal(reads(at(*state, "text.wav"), 10, &n, &why), TH_EFORMAT);
    make_wav(at(*state, "none.wav"), HZ, 0, 1);
    assert_int_equal(reads(at(*state, "none.wav"), 10, &n, &why), TH_ERANGE);
    make_wav(at(*state, "1hz.wav"), 1, 5, 1);
    assert_int_equal(reads(at(*state, "1hz.wav"), 10, &n, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "1 Hz"));
    make_wav(at(*state, "0hz.wav"), 0, 5, 1);
    assert_int_not_equal(reads(at(*state, "0hz.wav"), 10, &n, &why), TH_OK);
    make_tone(at(*state, "cut.flac"), SF_FORMAT_FLAC | SF_FORMAT_PCM_16, HZ, 1, HZ);
    assert_int_equal(truncate(at(*state, "cut.flac"), th_file_size(at(*state, "cut.flac")) / 2), 0);
    assert_int_not_equal(reads(at(*state, "cut.flac"), 10, &n, &why), TH_OK);
}

/* Ten hours, of which the disk holds only the header. */
static void ten_hours_are_refused_before_reading(void **state)
{
    int32_t n;
    th_why why;
    const char *path = at(*state, "10h.wav");
    const uint32_t bytes = 36000u * 16000u * 2u;
    uint8_t *head;
    size_t n_head;
    const int16_t zero = 0;
    assert_int_equal(th_audio_wav(HZ, &zero, 1, &head, &n_head, NULL), TH_OK);
    for (int i = 0; i < 4; i++) {
        head[4 + i] = (uint8_t)((bytes + 36) >> (8 * i));
        head[40 + i] = (uint8_t)(bytes >> (8 * i));
    }
    assert_int_equal(th_file_write(path, (th_span){head, n_head}, NULL), TH_OK);
    free(head);
    assert_int_equal(reads(path, 10, &n, &why), TH_ETRUNC); /* the header promises more than is there */
    assert_int_equal(truncate(path, 44 + (off_t)bytes), 0); /* a file with a hole: no disk is used */
    assert_int_equal(reads(path, 10, &n, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "36000 s long"));
}

static void every_cut_of_a_wav_is_noticed(void **state)
{
    int32_t n;
    th_why why;
    const char *path = at(*state, "a.wav");
    uint8_t *whole;
    size_t size;
    make_wav(path, HZ, 100, 3);
    assert_int_equal(th_file_read(path, 0, &whole, &size, NULL), TH_OK);
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(th_file_write_unsynced(path, (th_span){whole, cut}, NULL), TH_OK);
        assert_int_not_equal(reads(path, 10, &n, &why), TH_OK);
    }
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(samples_survive_unchanged, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(any_format_rate_and_channels, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(long_files_keep_their_length, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(bad_files_are_refused, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(ten_hours_are_refused_before_reading, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(every_cut_of_a_wav_is_noticed, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
