#include "../test.h"

#include "model/blocks.h"

static th_block_cfg cfg6(void)
{
    return (th_block_cfg){.n_axes = 6, .window = 128, .rate_hz = 50.0f};
}

static void words_become_numbers(void **state)
{
    (void)state;
    th_block_cfg c = cfg6();
    th_why why = {0};
    assert_int_equal(th_blocks_parse("stats mean sd rms; ;\n"
                                     "spectral 16 bands highpass 0.5 order 4 axes 1-3,6\r\n"
                                     "  spectral 8 bins\tpeaks 2 fft 256 floor 1e-3 bandpass 1 12.5;"
                                     "crossings;autocorrelation 10 step 3;wavelet 4 db2;"
                                     "spectrogram 8 bands frame 32 hop 16;orientation deg edge 0.25",
                                     &c, &why),
                     TH_OK);
    const th_block_part want[] = {
        {.kind = TH_BLOCK_STATS, .what = 1 << TH_STAT_MEAN | 1 << TH_STAT_SD | 1 << TH_STAT_RMS},
        {.kind = TH_BLOCK_SPECTRAL, .n = 16, .axes = 39, .filter = {TH_FILTER_HIGH, 4, 0.5f, 0.0f}},
        {.kind = TH_BLOCK_SPECTRAL,
         .what = TH_POWER_BINS,
         .n = 8,
         .peaks = 2,
         .n_fft = 256,
         .floor = 1e-3f,
         .filter = {TH_FILTER_BAND, 2, 1.0f, 12.5f}},
        {.kind = TH_BLOCK_CROSSINGS},
        {.kind = TH_BLOCK_AUTOCORRELATION, .n = 10, .hop = 3},
        {.kind = TH_BLOCK_WAVELET, .n = 4, .what = TH_WAVELET_DB2},
        {.kind = TH_BLOCK_SPECTROGRAM, .n = 8, .frame = 32, .hop = 16},
        {.kind = TH_BLOCK_ORIENTATION, .what = TH_GYRO_DEG, .axes = 63, .filter = {TH_FILTER_LOW, 1, 0.0f, 0.25f}},
    };
    assert_int_equal(c.n_parts, 8);
    for (int i = 0; i < 8; i++) assert_memory_equal(&c.part[i], &want[i], sizeof want[i]);
}

/* What is printed is what was read, with one blank between words, and reads the same. */
static void numbers_become_the_words(void **state)
{
    (void)state;
    const char *const text[] = {
        "raw",
        "raw axes 1,3",
        "aligned axes 1,2,3",
        "stats mean sd rms min max range skew kurtosis step",
        "crossings axes 6",
        "autocorrelation 127",
        "autocorrelation 9 step 12",
        "spectral 16 bands",
        "spectral 5 bins peaks 8 fft 8192 floor 1e-12 lowpass 24.5 order 8",
        "spectral 7 bands highpass 0.123456789 order 1",
        "spectral 7 bands bandpass 0.3 0.7 order 3 axes 2,4",
        "spectrogram 10 bins frame 25 hop 10 fft 50 floor 0.5 highpass 1 order 2",
        "wavelet 3 haar",
        "wavelet 5 db4",
        "orientation edge 0.5",
        "orientation rad edge 0.1",
        "orientation edge 2 axes 4,5,6",
        "stats mean sd upright",
        "spectral 7 bands highpass 0.5 order 2 upright axes 1,3",
    };
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        th_block_cfg c = cfg6(), again = cfg6();
        th_why why = {0};
        char said[256], cut[8];
        if (th_blocks_parse(text[i], &c, &why)) fail_msg("%s: %s", text[i], why.text);
        const size_t n = th_blocks_print(&c.part[0], said, sizeof said);
        assert_int_equal(n, strlen(said));
        if (i != 9) assert_string_equal(said, text[i]); /* more digits than a float has */
        assert_int_equal(th_blocks_parse(said, &again, &why), TH_OK);
        assert_memory_equal(&again.part[0], &c.part[0], sizeof c.part[0]);
        assert_int_equal(th_blocks_print(&c.part[0], cut, sizeof cut), n);
        assert_memory_equal(cut, said, n < 7 ? n : 7);
    }
}

static void errors_name_word_and_place(void **state)
{
    (void)state;
    const struct {
        const char *text, *says[3];
    } bad[] = {
        {"", {"no blocks", "raw"}},
        {"; \n ;", {"no blocks"}},
        {"raw; stas mean", {"part 2", "\"stas\"", "did you mean \"stats\""}},
        {"banana", {"part 1", "\"banana\"", "orientation"}},
        {"stats", {"part 1 (stats)", "behind \"stats\"", "kurtosis"}},
        {"stats mean sd; stats mean rmss", {"part 2 (stats)", "word 3", "perhaps \"rms\""}},
        {"crossings 3", {"word 2", "nothing more", "\"3\""}},
        {"spectral bands 16", {"word 2", "number of bands", "\"bands\""}},
        {"spectral 16", {"bands or bins", "behind \"16\""}},
        {"spectral 16 bands peek 3", {"word 4", "perhaps \"peaks\"", "\"peek\""}},
        {"spectral 16 bands peaks x", {"word 5", "peaks and their number"}},
        {"spectral 16 bands order 3", {"word 4", "\"order\""}},
        {"spectral 16 bands lowpass 3 highpass 2", {"word 6", "\"highpass\""}},
        {"spectral 16 bands highpass -1", {"word 5", "edge in Hz", "\"-1\""}},
        {"spectral 16 bands highpass nan", {"word 5", "edge in Hz"}},
        {"spectral 16 bands highpass 1e40", {"word 5", "edge in Hz"}},
        {"spectral 16 bands bandpass 2", {"two edges", "behind \"2\""}},
        {"spectral 16 bands highpass 30", {"part 1", "highpass 30", "50.00 Hz"}},
        {"spectral 65 bands", {"part 1", "spectral 65 bands", "128 rows"}},
        {"spectral 99999999999999999999 bands", {"word 2"}},
        {"spectrogram 8 bands hop 3", {"frame and its rows", "\"hop\""}},
        {"spectrogram 8 bands frame 200 hop 3", {"does not go", "128 rows"}},
        {"wavelet 3", {"haar, db2 or db4"}},
        {"wavelet 3 db3", {"haar, db2 or db4", "\"db3\""}},
        {"stats mean axes", {"list of axes", "behind \"axes\""}},
        {"stats mean axes 7", {"list of axes", "\"7\""}},
        {"stats mean axes 0", {"list of axes"}},
        {"stats mean axes 3-1", {"list of axes"}},
        {"stats mean axes 1,", {"list of axes"}},
        {"stats mean axes 1;2", {"part 2", "\"2\""}},
        {"stats mean axes 1 2", {"word 5", "\"2\""}},
        {"raw; crossings", {"part 2", "crossings", "stand among themselves"}},
        {"raw upright", {"word 2", "nothing more", "\"upright\""}},
        {"stats mean uprigt", {"word 3", "perhaps \"upright\""}},
        {"orientation rad axes 1-3", {"part 1", "orientation rad"}},
        {"crossings;crossings;crossings;crossings;crossings;crossings;crossings;crossings;crossings", {"more than 8"}},
        {"stats mean abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", {"part 1", "too long", "abcdefgh"}},
        {"stats mean mean mean mean mean mean mean mean mean mean mean mean mean mean mean mean mean mean mean mean "
         "mean mean mean mean",
         {"part 1", "too long"}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_block_cfg c = cfg6();
        th_why why = {0};
        if (th_blocks_parse(bad[i].text, &c, &why) != TH_EUSAGE) fail_msg("\"%s\" is not refused", bad[i].text);
        for (int k = 0; k < 3 && bad[i].says[k]; k++)
            if (!strstr(why.text, bad[i].says[k]))
                fail_msg("\"%s\": no \"%s\" in: %s", bad[i].text, bad[i].says[k], why.text);
    }
}

static void fixed_point_is_said_where_there_is_none(void **state)
{
    (void)state;
    th_block_cfg c = cfg6();
    th_why why = {0};
    c.fixed = 1;
    assert_int_equal(th_blocks_parse("stats mean; wavelet 2 haar", &c, &why), TH_EUSAGE);
    assert_non_null(strstr(why.text, "part 2: \"wavelet 2 haar\" has no fixed point"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_numbers),
        cmocka_unit_test(numbers_become_the_words),
        cmocka_unit_test(errors_name_word_and_place),
        cmocka_unit_test(fixed_point_is_said_where_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
