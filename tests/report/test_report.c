#include "page.h"

#include "data/audio.h"
#include "os/file.h"
#include "report/report.h"
#include "store/runs.h"

#define HOSTILE "<b>&'yes"
#define ARABIC  "\xd9\x86\xd8\xb9\xd9\x85"

/* A project in a fresh folder with labels that bite, and whatever files a test puts into model/. */
static th_project make_project(char dir[TH_PATH_BYTES])
{
    static const char *const labels[] = {HOSTILE, ARABIC, "no"};
    th_project p;
    th_why why = {0};
    assert_int_equal(th_dir_temp(dir, &why), TH_OK);
    char path[TH_PATH_BYTES];
    assert_int_equal(th_path_join(path, dir, "kitchen & <hall>", &why), TH_OK);
    if (th_project_defaults("keyword", labels, 3, &p, &why) || th_project_create(&p, path, &why))
        fail_msg("%s", why.text);
    snprintf(p.dir, sizeof p.dir, "%s", path);
    return p;
}

static void put_file(const th_project *p, const char *name, const char *text)
{
    char path[TH_PATH_BYTES], model[TH_PATH_BYTES];
    assert_int_equal(th_path_join(model, p->dir, "model", NULL), TH_OK);
    assert_int_equal(th_dir_make(model, NULL), TH_OK);
    assert_int_equal(th_project_path(p, name, path, NULL), TH_OK);
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, NULL), TH_OK);
}

/* The page as text; free() it. */
static char *page_of(const th_project *p)
{
    th_report r;
    th_html h = {0};
    th_why why = {0};
    if (th_report_load(p, &r, &why) || th_report_page(&r, &h, &why)) fail_msg("%s", why.text);
    th_report_free(&r);
    assert_page_stands_alone(h.text);
    return h.text;
}

static void remove_project(const char *dir)
{
    th_dir_remove(dir);
}

static const char history[] =
    "{\"preset\":\"ds-cnn\",\"seed\":1,\"parameters\":22604,\"macs\":2656768,\"best_epoch\":3,\"epochs\":["
    "{\"epoch\":1,\"train_loss\":1.9,\"train_accuracy\":0.41,\"val_loss\":1.6,\"val_accuracy\":0.48,\"learning_rate\":"
    "0.001,\"seconds\":3.2},"
    "{\"epoch\":2,\"train_loss\":1.1,\"train_accuracy\":0.66,\"val_loss\":0.9,\"val_accuracy\":0.71,\"learning_rate\":"
    "0.001,\"seconds\":3.1},"
    "{\"epoch\":3,\"train_loss\":0.8,\"train_accuracy\":0.77,\"val_loss\":0.6,\"val_accuracy\":0.83,\"learning_rate\":"
    "0.0002,\"seconds\":3.1}]}";

static const char test[] =
    "{\"clips\":40,\"float\":{\"accuracy\":0.9,\"balanced\":0.88},\"int8\":{\"accuracy\":0.875,\"balanced\":0.86},"
    "\"agreement\":0.95,"
    "\"confusion\":{\"labels\":[\"<b>&'yes\",\"\\u0646\\u0639\\u0645\",\"no\",\"unknown\",\"silence\"],"
    "\"float\":[[9,0,1,0,0],[0,9,0,1,0],[1,0,7,2,0],[0,0,0,6,0],[0,0,0,0,4]],"
    "\"int8\":[[8,0,2,0,0],[0,9,0,1,0],[1,0,7,2,0],[0,0,0,6,0],[0,0,0,0,4]]},"
    "\"worst\":[{\"file\":\"gone.wav\",\"truth\":\"no\",\"word\":\"n<o\",\"said\":\"<b>&'yes\",\"score\":0.97}],"
    "\"right\":[]}";

static const char quantized[] =
    "{\"layers\":[{\"index\":0,\"op\":\"CONV_2D\",\"name\":\"c0\",\"snr_db\":28.4,"
    "\"type\":\"int8\",\"imbalance\":812,\"channel\":3,\"channel_db\":1.5,\"saturated\":0.25,"
    "\"alone\":{\"accuracy\":0.5,\"output_db\":3},\"histogram\":{\"lo\":0,\"hi\":8,\"first\":0,"
    "\"last\":6,\"share\":[0.5,0.25,0,0.25]}},{"
    "\"index\":1,\"op\":\"SOFTMAX\",\"name\":\"s\",\"snr_db\":9.1}],"
    "\"repair\":{\"tried\":[{\"did\":\"as <it> is\",\"accuracy\":0.4,\"output_db\":2,"
    "\"kept\":true}]}}";

static const char stream[] = "{\"stream\":{\"seconds\":42.5,\"words\":2,\"hits\":1,\"false_accepts\":1,\"false_accepts_"
                             "per_hour\":84.7,\"latency_ms\":{\"mean\":800,\"p95\":800},"
                             "\"truth\":[{\"label\":\"no\",\"start_s\":19.5,\"end_s\":20.4,\"heard\":true},{\"label\":"
                             "\"<b>&'yes\",\"start_s\":30,\"end_s\":30.7,\"heard\":false}],"
                             "\"detections\":[{\"time_s\":20.3,\"label\":\"no\",\"score\":0.9,\"hit\":true},{\"time_"
                             "s\":41.0,\"label\":\"no\",\"score\":0.8,\"hit\":false}]}}";

static void empty_project_says_what_to_run(void **state)
{
    (void)state;
    char dir[TH_PATH_BYTES];
    const th_project p = make_project(dir);
    char *page = page_of(&p);
    static const char *const runs[] = {"thimble train",    "thimble test",    "thimble test --stream",
                                       "thimble quantize", "thimble emulate", "thimble data import"};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        if (!strstr(page, runs[i])) fail_msg("no word about %s", runs[i]);
    assert_non_null(strstr(page, "No figures yet"));
    free(page);
    remove_project(dir);
}

static void all_sections_and_hostile_names(void **state)
{
    (void)state;
    char dir[TH_PATH_BYTES];
    const th_project p = make_project(dir);
    put_file(&p, TH_FILE_HISTORY, history);
    put_file(&p, TH_FILE_TEST, test);
    put_file(&p, TH_FILE_QUANTIZE, quantized);
    put_file(&p, TH_FILE_STREAM, stream);
    put_file(
        &p, TH_FILE_CURVE,
        "{\"curve\":{\"seconds\":3600,\"chosen\":true,\"marked\":{\"threshold\":0.7,\"miss_rate\":0.125,"
        "\"false_accepts\":2,\"false_accepts_per_hour\":2,\"at_most_per_hour\":6.3},\"labels\":[{\"label\":\"<w>\"}],"
        "\"points\":[{\"threshold\":0.5,\"false_accepts_per_hour\":9,\"miss_rate\":0},"
        "{\"threshold\":0.7,\"false_accepts_per_hour\":2,\"miss_rate\":0.125}]}}");
    char *page = page_of(&p);
    assert_non_null(strstr(page, "misses <b>12.5 %</b>"));
    assert_non_null(strstr(page, "chosen: 0.700</text>"));
    assert_non_null(strstr(page, "<bdi>&lt;w&gt;</bdi>"));
    assert_null(strstr(page, HOSTILE));
    assert_null(strstr(page, "<b>&amp;"));
    assert_non_null(strstr(page, "<bdi>&lt;b&gt;&amp;&#39;yes</bdi>"));
    assert_non_null(strstr(page, "<bdi>" ARABIC "</bdi>"));
    assert_non_null(strstr(page, "kitchen &amp; &lt;hall&gt;"));
    assert_non_null(strstr(page, "22\xe2\x80\xaf"
                                 "604 weights"));
    assert_non_null(strstr(page, "<td class=\"w\" style=\"--v:0.447\">2</td>")); /* root of 2 in 10 */
    assert_non_null(strstr(page, "The weakest layer is number 1 with 9.1 dB"));
    assert_non_null(strstr(page, "Channel 3 is 812 times as large"));
    assert_non_null(strstr(page, "25.0 % of the values are cut off. With this layer alone in whole numbers 50.0 %"));
    assert_non_null(strstr(page, "25.00 % of the values, cut off")); /* the last bar */
    assert_non_null(strstr(page, "<td>as &lt;it&gt; is</td><td>40.0"));
    assert_non_null(strstr(page, "<b>1 of 2</b> words"));
    assert_non_null(strstr(page, "of 40 test clips right: one mistake in 8."));
    char *again = page_of(&p);
    assert_string_equal(page, again);
    free(again);
    free(page);
    remove_project(dir);
}

static void damaged_files_become_a_note(void **state)
{
    (void)state;
    char dir[TH_PATH_BYTES];
    const th_project p = make_project(dir);
    put_file(&p, TH_FILE_HISTORY, "{\"epochs\":[");
    put_file(&p, TH_FILE_TEST, "[]");
    put_file(&p, TH_FILE_FLOAT, "no model");
    char *page = page_of(&p);
    assert_non_null(strstr(page, "model/history.json is damaged; make it again with: thimble train"));
    assert_non_null(strstr(page, "model/test.json is damaged; make it again with: thimble test"));
    assert_non_null(strstr(page, "float.tflite"));
    free(page);
    remove_project(dir);
}

/* Values of the wrong kind in the right place: every one is shown as missing or 0, none breaks the page. */
static void odd_json_does_no_harm(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "{\"epochs\":[1,null,{}],\"best_epoch\":\"x\"}",
        "{\"confusion\":{\"labels\":[1,2],\"int8\":[[1],\"x\"]},\"clips\":-5,\"int8\":{\"accuracy\":1e300}}",
        "{\"layers\":[{},{\"snr_db\":1e308},7,{\"snr_db\":-1e308}]}",
        "{\"stream\":{\"seconds\":1e9,\"detections\":[{\"time_s\":-1},3],\"truth\":[{\"start_s\":9,\"end_s\":1}]}}",
        "{\"confusion\":{\"labels\":[\"a\",\"b\"],\"int8\":[[1,2],[3,-4]]},\"worst\":[5,{}],\"right\":{}}",
        ("{\"curve\":{\"marked\":7,\"labels\":[4],"
         "\"points\":[3,{\"false_accepts_per_hour\":-1e308,\"miss_rate\":1e308}]}}"),
    };
    static const char *const name[] = {TH_FILE_HISTORY, TH_FILE_TEST, TH_FILE_QUANTIZE,
                                       TH_FILE_STREAM,  TH_FILE_TEST, TH_FILE_CURVE};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char dir[TH_PATH_BYTES];
        const th_project p = make_project(dir);
        put_file(&p, name[i], odd[i]);
        char *page = page_of(&p);
        if (strstr(page, "nan") || strstr(page, "inf%") || strstr(page, ">inf"))
            fail_msg("%s gives a number that is none", odd[i]);
        free(page);
        remove_project(dir);
    }
}

static void place_that_cannot_be_written(void **state)
{
    (void)state;
    th_project p;
    static const char *const labels[] = {"yes"};
    th_why why = {0};
    assert_int_equal(th_project_defaults("keyword", labels, 1, &p, &why), TH_OK);
    snprintf(p.dir, sizeof p.dir, "/dev/null/project");
    th_report r;
    char path[TH_PATH_BYTES];
    assert_int_equal(th_report_load(&p, &r, &why), TH_OK);
    assert_int_not_equal(th_report_write(&r, path, &why), TH_OK);
    assert_non_null(strstr(why.text, "/dev/null/project/report.html"));
    th_report_free(&r);
}

/* Runs side by side: names that bite, other lengths, figures that only some have; seven, of which six are shown. */
static void runs_side_by_side(void **state)
{
    (void)state;
    char dir[TH_PATH_BYTES], path[TH_PATH_BYTES];
    const th_project p = make_project(dir);
    th_store *s;
    assert_int_equal(th_project_path(&p, TH_FILE_STORE, path, NULL), TH_OK);
    assert_int_equal(th_store_open(path, true, &s, NULL), TH_OK);
    for (int k = 1; k <= 8; k++) {
        char options[64], name[16];
        int64_t id;
        snprintf(options, sizeof options, "clip = %d\nodd = %s\nsame = 7\n", k, HOSTILE);
        snprintf(name, sizeof name, HOSTILE "%d", k);
        const th_run r = {.name = k < 7 ? name : NULL,
                          .job = "j",
                          .preset = "ds-cnn",
                          .options = options,
                          .model = "dense classes\n",
                          .seed = "1",
                          .path = "plain",
                          .data_hash = "0",
                          .code = "1",
                          .metric = "val_loss",
                          .epochs = 9};
        assert_int_equal(th_runs_start(s, &r, false, &id, NULL), TH_OK);
        for (int e = 1; k < 8 && e <= k + 1; e++) { /* the eighth was stopped at once */
            const th_run_value v[] = {{e, "val_accuracy", 0.1 * k}, {e, "val_loss", 1.0 / (e + k)}};
            assert_int_equal(th_runs_put(s, id, v, 2, NULL), TH_OK);
        }
    }
    th_store_close(s);
    char *page = page_of(&p);
    const char *section = strstr(page, "<section id=\"runs\"");
    assert_non_null(section);
    assert_non_null(strstr(section, "class=\"run r6\""));
    assert_non_null(strstr(section, "newest 6 of 7 runs"));
    assert_non_null(strstr(section, "<td>clip</td><td>2</td><td>3</td>"));
    assert_non_null(strstr(section, "&lt;b&gt;&amp;&#39;yes2"));
    assert_null(strstr(section, "<td>same</td>"));
    assert_null(strstr(page, HOSTILE));
    char *again = page_of(&p);
    assert_string_equal(page, again);
    free(page), free(again);
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)"rubbish, no database at all", 27}, NULL), TH_OK);
    page = page_of(&p); /* a page all the same, with a note */
    assert_non_null(strstr(page, "thimble.db"));
    free(page);
    remove_project(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_side_by_side),
        cmocka_unit_test(empty_project_says_what_to_run),
        cmocka_unit_test(all_sections_and_hostile_names),
        cmocka_unit_test(damaged_files_become_a_note),
        cmocka_unit_test(odd_json_does_no_harm),
        cmocka_unit_test(place_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
