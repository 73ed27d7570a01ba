/* What samples look like by the API: envelopes, spectrograms and features hold what was sent; what makes no sense is
 * refused. */
#include "one_site.h"

#include "data/picture.h"

/* Sends a sample; its address -> at. */
static void give(const char *project, const char *query, const char *type, th_span body, char at[300])
{
    char uri[200];
    snprintf(uri, sizeof uri, "/api/v1/projects/%s/samples?%s", project, query);
    answer a = ask(site, "POST", uri, type, body);
    expect(&a, 201);
    snprintf(at, 300, "/api/v1/projects/%s/samples/%s", project, text_at(json_object_get(a.json, "sample"), "hash"));
    done(&a);
}

static answer look(const char *at, const char *what)
{
    char uri[400];
    snprintf(uri, sizeof uri, "%s/%s", at, what);
    return ask(site, "GET", uri, NULL, (th_span){0});
}

static double value_at(const json_t *list, size_t i)
{
    const json_t *v = json_array_get(list, i);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

/* A second of a tone that grows: the envelope grows with it, and the loudest band is the tone's. */
static void a_tone(void **state)
{
    (void)state;
    static int16_t pcm[16000];
    char at[300];
    const double pi = 3.14159265358979;
    for (int i = 0; i < 16000; i++) pcm[i] = (int16_t)(20000.0 * i / 16000 * sin(2 * pi * 1000 * i / 16000));
    bytes b = wav_from(pcm, 16000);
    give("words", "label=yes", "audio/wav", span_of(&b), at);
    free(b.p);

    answer a = look(at, "wave?points=100");
    expect(&a, 200);
    assert_int_equal(number_at(a.json, "n"), 16000);
    const json_t *c = json_array_get(json_object_get(a.json, "channels"), 0);
    const json_t *low = json_object_get(c, "low"), *high = json_object_get(c, "high");
    assert_int_equal(json_array_size(low), 100);
    assert_int_equal(json_array_size(high), 100);
    for (size_t i = 5; i < 100; i += 10) {
        const double wanted = 20000.0 / 32768 * ((double)i + 1) / 100;
        assert_true(fabs(value_at(high, i) - wanted) < 0.02 && fabs(value_at(low, i) + wanted) < 0.02);
    }
    done(&a);

    a = look(at, "spectrogram");
    expect(&a, 200);
    const json_int_t frames = number_at(a.json, "frames"), bands = number_at(a.json, "bands");
    const json_t *values = json_object_get(a.json, "values");
    assert_int_equal(json_array_size(values), (size_t)(frames * bands));
    assert_true(frames > 20 && bands > 10);
    size_t loudest = 0;
    const size_t last = (size_t)((frames - 1) * bands);
    for (size_t k = 1; k < (size_t)bands; k++)
        if (value_at(values, last + k) > value_at(values, last + loudest)) loudest = k;
    const double low_hz = json_number_value(json_object_get(a.json, "low_hz")),
                 high_hz = json_number_value(json_object_get(a.json, "high_hz"));
    const double mel = log1p(1000 / 700.0), from = log1p(low_hz / 700), to = log1p(high_hz / 700);
    assert_true(fabs((double)loudest + 1 - (mel - from) / (to - from) * (double)(bands + 1)) < 1.1);
    assert_true(value_at(values, last + loudest) > value_at(values, loudest) + 20); /* it grew */
    done(&a);

    a = look(at, "features");
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "kind"), "frames");
    assert_int_equal(json_array_size(json_object_get(a.json, "values")),
                     number_at(a.json, "rows") * number_at(a.json, "columns"));
    assert_int_equal(json_array_size(json_object_get(a.json, "names")), number_at(a.json, "columns"));
    done(&a);
}

/* Rows of a sensor: each channel has its envelope; features are windows with names. */
static void rows_of_a_sensor(void **state)
{
    (void)state;
    static char text[64000];
    char at[300];
    size_t n = (size_t)snprintf(text, sizeof text, "x,y,z\n");
    for (int i = 0; i < 500; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%d,%.3f,%d\n", i, sin(i / 5.0), i % 50 == 7 ? 9 : 0);
    give("moves", "label=walk&rate_hz=50", "text/csv", (th_span){(const uint8_t *)text, n}, at);

    answer a = look(at, "wave?points=10");
    expect(&a, 200);
    const json_t *all = json_object_get(a.json, "channels");
    assert_int_equal(json_array_size(all), 3);
    assert_string_equal(text_at(json_array_get(all, 2), "name"), "z");
    const json_t *x = json_array_get(all, 0), *z = json_array_get(all, 2);
    for (size_t i = 0; i < 10; i++) {
        assert_true(value_at(json_object_get(x, "low"), i) == 50.0 * (double)i);
        assert_true(value_at(json_object_get(x, "high"), i) == 50.0 * (double)i + 49);
        assert_true(value_at(json_object_get(z, "high"), i) == 9);
    }
    done(&a);

    a = look(at, "features");
    expect(&a, 200);
    assert_true(strcmp(text_at(a.json, "kind"), "windows") == 0 || strcmp(text_at(a.json, "kind"), "rows") == 0);
    assert_int_equal(json_array_size(json_object_get(a.json, "names")), number_at(a.json, "columns"));
    const char *name = json_string_value(json_array_get(json_object_get(a.json, "names"), 0));
    assert_true(name && name[0] == 'x');
    done(&a);

    a = look(at, "spectrogram");
    expect(&a, 400);
    done(&a);
}

/* Named windows of statistics: the mean of x of the window that starts with row 0 is known. */
static void statistics_have_names(void **state)
{
    (void)state;
    static char text[64000];
    static th_project p;
    char at[300], dir[TH_PATH_BYTES];
    assert_int_equal(th_path_join(dir, site->root, "moves", NULL), TH_OK);
    assert_int_equal(th_project_load(dir, &p, NULL), TH_OK);
    assert_int_equal(
        th_project_apply(
            &p,
            "[features]\nblocks = stats mean max; crossings\n[signal]\nwindow_ms = 1000\nhop_ms = 1000\nrate_hz = 50\n",
            NULL),
        TH_OK);
    size_t n = (size_t)snprintf(text, sizeof text, "x,y,z\n");
    for (int i = 0; i < 100; i++) n += (size_t)snprintf(text + n, sizeof text - n, "%d,%d,1\n", i, i % 2);
    give("moves", "label=walk&rate_hz=50", "text/csv", (th_span){(const uint8_t *)text, n}, at);
    answer a = look(at, "features");
    expect(&a, 200);
    static const char *const names[] = {"x mean", "x max",       "y mean",      "y max",      "z mean",
                                        "z max",  "x crossings", "y crossings", "z crossings"};
    static const double first[] = {24.5, 49, 0.5, 1, 1, 1};
    assert_string_equal(text_at(a.json, "kind"), "windows");
    assert_int_equal(number_at(a.json, "rows"), 2);
    assert_int_equal(number_at(a.json, "columns"), 9);
    assert_true(json_number_value(json_object_get(a.json, "row_ms")) == 1000);
    for (size_t k = 0; k < 9; k++)
        assert_string_equal(json_string_value(json_array_get(json_object_get(a.json, "names"), k)), names[k]);
    for (size_t k = 0; k < 6; k++) assert_true(fabs(value_at(json_object_get(a.json, "values"), k) - first[k]) < 1e-3);
    assert_true(fabs(value_at(json_object_get(a.json, "values"), 9) - 74.5) < 1e-3);
    done(&a);
}

static void a_picture(void **state)
{
    (void)state;
    static uint8_t rgb[120 * 120 * 3];
    uint8_t *png;
    size_t n;
    char at[300];
    for (size_t i = 0; i < sizeof rgb; i += 3) rgb[i] = i < sizeof rgb / 2 ? 200 : 10;
    assert_int_equal(th_picture_png(rgb, 120, 120, 3, &png, &n, NULL), TH_OK);
    give("views", "label=red", "image/png", (th_span){png, n}, at);
    free(png);
    answer a = look(at, "features");
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "kind"), "pixels");
    const json_int_t h = number_at(a.json, "rows"), w = number_at(a.json, "columns"), c = number_at(a.json, "channels");
    const json_t *values = json_object_get(a.json, "values");
    assert_int_equal(json_array_size(values), h * w * c);
    const double top = value_at(values, 0), bottom = value_at(values, (size_t)((h * w - 1) * c));
    assert_true(c == 1 ? top > bottom + 30 : fabs(top - 200) < 2 && fabs(bottom - 10) < 2);
    done(&a);
    a = look(at, "wave");
    expect(&a, 400);
    done(&a);
    a = look(at, "spectrogram");
    expect(&a, 400);
    done(&a);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    static int16_t pcm[800];
    static const char *const looks[] = {"wave", "spectrogram", "features"};
    char at[300];
    for (int i = 0; i < 800; i++) pcm[i] = (int16_t)(i * 37 % 9000);
    bytes b = wav_from(pcm, 800); /* shorter than what is heard */
    give("words", "label=no", "audio/wav", span_of(&b), at);
    free(b.p);
    for (size_t i = 0; i < 3; i++) {
        answer a = look(at, looks[i]);
        expect(&a, 200);
        done(&a);
        a = look("/api/v1/projects/words/samples/00000000ffffffff", looks[i]);
        expect(&a, 404);
        done(&a);
        a = look("/api/v1/projects/nothing/samples/00000000ffffffff", looks[i]);
        expect(&a, 404);
        done(&a);
    }
    static const char *const bad[] = {"wave?points=0", "wave?points=4001", "wave?points=x"};
    for (size_t i = 0; i < 3; i++) {
        answer a = look(at, bad[i]);
        expect(&a, 400);
        done(&a);
    }
}

/* Ten seconds: the spectrogram is of all of them, the features of what is heard. */
static void a_long_recording(void **state)
{
    (void)state;
    static int16_t pcm[160000];
    char at[300];
    for (int i = 0; i < 160000; i++) pcm[i] = (int16_t)((i * 7919 % 2000) - 1000);
    bytes b = wav_from(pcm, 160000);
    give("words", "label=no", "audio/wav", span_of(&b), at);
    free(b.p);
    answer a = look(at, "spectrogram");
    expect(&a, 200);
    const double ms = json_number_value(json_object_get(a.json, "hop_ms")) * (double)number_at(a.json, "frames");
    done(&a);
    a = look(at, "features");
    const double heard = json_number_value(json_object_get(a.json, "row_ms")) * (double)number_at(a.json, "rows");
    print_message("spectrogram of %.0f ms, features of %.0f ms\n", ms, heard);
    assert_true(heard > 900 && heard < 1100 && ms > heard - 100);
    done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tone),    cmocka_unit_test(rows_of_a_sensor),      cmocka_unit_test(statistics_have_names),
        cmocka_unit_test(a_picture), cmocka_unit_test(what_is_wrong_is_said), cmocka_unit_test(a_long_recording),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
