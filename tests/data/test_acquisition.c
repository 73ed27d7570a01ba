/* Edge Impulse: recordings as JSON and CBOR, signatures, files of labels, and what a project makes of them. */
#include "sound.h"

#include "data/acquisition.h"
#include "data/cbor.h"
#include "data/import.h"
#include "data/side_labels.h"
#include "data/task_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char dir[TH_PATH_BYTES];

static int make_dir(void **state)
{
    (void)state;
    return th_dir_temp(dir, NULL) != TH_OK;
}

static int drop_dir(void **state)
{
    (void)state;
    th_dir_remove(dir);
    return 0;
}

static th_span text_of(const char *s)
{
    return (th_span){(const uint8_t *)s, strlen(s)};
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define HEAD  "{\"protected\":{\"ver\":\"v1\",\"alg\":\"none\"},\"signature\":\"" ZEROS "\",\"payload\":"
#define GOOD                                                                                                           \
    HEAD "{\"device_name\":\"ac:de\",\"device_type\":\"NANO\",\"interval_ms\":16,\"sensors\":[{\"name\":\"accX\","     \
         "\"units\":\"m/s2\"},{\"name\":\"accY\",\"units\":\"m/s2\"}],\"values\":[[1,-2.5],[3,4],[5e-1,6]]}}"

static void reads_json(void **state)
{
    (void)state;
    th_acquisition a;
    th_why why = {0};
    if (th_acquisition_parse(text_of(GOOD), "x.json", NULL, &a, &why)) fail_msg("%s", why.text);
    assert_true(a.n == 3 && a.n_channels == 2 && !a.sound);
    assert_true(a.interval_ms >= 16 && a.interval_ms <= 16);
    assert_string_equal(a.channels, "accX,accY");
    assert_string_equal(a.device, "ac:de");
    const float want[] = {1, -2.5f, 3, 4, 0.5f, 6};
    assert_memory_equal(a.rows, want, sizeof want);
    th_acquisition_free(&a);
}

static const uint8_t cbor[] = {
    0xa3, 0x69, 'p',  'r',  'o',  't',  'e',  'c',  't',  'e',  'd',  0xa1, 0x63, 'a',  'l', 'g',  0x64, 'n',  'o',
    'n',  'e',  0x69, 's',  'i',  'g',  'n',  'a',  't',  'u',  'r',  'e',  0x60, 0x67, 'p', 'a',  'y',  'l',  'o',
    'a',  'd',  0xa4, 0x6b, 'd',  'e',  'v',  'i',  'c',  'e',  '_',  't',  'y',  'p',  'e', 0x61, 'd',  0x6b, 'i',
    'n',  't',  'e',  'r',  'v',  'a',  'l',  '_',  'm',  's',  0xfb, 0x40, 0x24, 0,    0,   0,    0,    0,    0,
    0x67, 's',  'e',  'n',  's',  'o',  'r',  's',  0x81, 0xa2, 0x64, 'n',  'a',  'm',  'e', 0x65, 'a',  'u',  'd',
    'i',  'o',  0x65, 'u',  'n',  'i',  't',  's',  0x63, 'w',  'a',  'v',  0x66, 'v',  'a', 'l',  'u',  'e',  's',
    0x9f, 0x01, 0x38, 0x63, 0xf9, 0x3e, 0x00, 0x81, 0xfa, 0x40, 0x20, 0,    0,    0xff};

/* Rows of an array without a length: 1, -100, a half float 1.5, a float [2.5]. */
static void reads_cbor(void **state)
{
    (void)state;
    th_acquisition a;
    th_why why = {0};
    if (th_acquisition_parse((th_span){cbor, sizeof cbor}, "x.cbor", NULL, &a, &why)) fail_msg("%s", why.text);
    const float want[] = {1, -100, 1.5f, 2.5f};
    assert_true(a.n == 4 && a.n_channels == 1 && a.sound && a.interval_ms >= 10 && a.interval_ms <= 10);
    assert_memory_equal(a.rows, want, sizeof want);
    assert_string_equal(a.device, "d");
    th_acquisition_free(&a);
}

/* Memory of exactly this size, so that reading on is seen. */
static th_err parse_part(const void *bytes, size_t n, const char *key, th_why *why)
{
    uint8_t *part = malloc(n + 1);
    th_acquisition a;
    memcpy(part, bytes, n);
    part = realloc(part, n ? n : 1);
    const th_err err = th_acquisition_parse((th_span){part, n}, "x", key, &a, why);
    free(part);
    if (!err) th_acquisition_free(&a);
    return err;
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof GOOD - 1; n++) assert_int_equal(parse_part(GOOD, n, NULL, NULL), TH_EFORMAT);
    for (size_t n = 0; n < sizeof cbor; n++) assert_int_equal(parse_part(cbor, n, NULL, NULL), TH_EFORMAT);
}

/* Any byte changed: refused or read, never a crash (the sanitizers look on). */
static void every_byte_may_be_wrong(void **state)
{
    (void)state;
    uint8_t copy[sizeof cbor];
    size_t refused = 0;
    for (size_t i = 0; i < sizeof cbor; i++)
        for (int v = 0; v < 256; v++) {
            memcpy(copy, cbor, sizeof cbor);
            copy[i] = (uint8_t)v;
            refused += parse_part(copy, sizeof copy, NULL, NULL) != TH_OK;
        }
    assert_true(refused > sizeof cbor * 100);
}

static void mistyped_fields_are_named(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "empty"},
        {"[1]", "neither as JSON"},
        {"{}", "payload"},
        {HEAD "3}", "payload"},
        {HEAD "{\"interval_ms\":\"16\"}}", "interval_ms"},
        {HEAD "{\"interval_ms\":-1}}", "interval_ms"},
        {HEAD "{\"interval_ms\":1e-9}}", "interval_ms"},
        {HEAD "{\"interval_ms\":1}}", "payload.sensors"},
        {HEAD "{\"interval_ms\":1,\"sensors\":[]}}", "payload.sensors"},
        {HEAD "{\"interval_ms\":1,\"sensors\":[{\"units\":\"g\"}]}}", "sensors, number 1"},
        {HEAD "{\"interval_ms\":1,\"sensors\":[{\"name\":\"x\"}]}}", "payload.values"},
        {HEAD "{\"interval_ms\":1,\"sensors\":[{\"name\":\"x\"}],\"values\":{}}}", "payload.values"},
        {HEAD "{\"interval_ms\":1,\"sensors\":[{\"name\":\"x\"}],\"values\":[1,\"2\"]}}", "row 2"},
        {HEAD "{\"interval_ms\":1,\"sensors\":[{\"name\":\"x\"}],\"values\":[[1],[2,3]]}}", "row 2"},
        {HEAD "{\"interval_ms\":1,\"sensors\":[{\"name\":\"x\"}],\"values\":[[1e300]]}}", "row 1: value 1"},
        {HEAD "{\"interval_ms\":1,\"sensors\":[{\"name\":\"x\"}],\"values\":[[null]]}}", "row 1: value 1"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        th_why why = {0};
        assert_int_equal(parse_part(bad[i][0], strlen(bad[i][0]), NULL, &why), TH_EFORMAT);
        if (!strstr(why.text, bad[i][1])) fail_msg("\"%s\" does not say %s", why.text, bad[i][1]);
    }
}

/* Counts that promise more than there is, and arrays inside arrays. */
static void hostile_cbor(void **state)
{
    (void)state;
    static const uint8_t huge[] = {0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                         map[] = {0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                         text[] = {0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf7}, nan[] = {0xf9, 0x7e, 0x00},
                         end[] = {0xff}, more[] = {0x01, 0x01}, pieces[] = {0x7f, 0x61, 'a', 0xff};
    uint8_t deep[100000];
    json_t *root;
    memset(deep, 0x81, sizeof deep);
    assert_int_equal(th_cbor_parse((th_span){huge, sizeof huge}, "x", &root, NULL), TH_EFORMAT);
    assert_int_equal(th_cbor_parse((th_span){map, sizeof map}, "x", &root, NULL), TH_EFORMAT);
    assert_int_equal(th_cbor_parse((th_span){text, sizeof text}, "x", &root, NULL), TH_EFORMAT);
    assert_int_equal(th_cbor_parse((th_span){nan, sizeof nan}, "x", &root, NULL), TH_EFORMAT);
    assert_int_equal(th_cbor_parse((th_span){end, sizeof end}, "x", &root, NULL), TH_EFORMAT);
    assert_int_equal(th_cbor_parse((th_span){more, sizeof more}, "x", &root, NULL), TH_EFORMAT);
    assert_int_equal(th_cbor_parse((th_span){pieces, sizeof pieces}, "x", &root, NULL), TH_EUNSUP);
    assert_int_equal(th_cbor_parse((th_span){deep, sizeof deep}, "x", &root, NULL), TH_EFORMAT);
}

/* The signature that Python's hmac gives: hmac.new(b"key", text, "sha256") of the text with zeros. */
static void signatures(void **state)
{
    (void)state;
    static const char right[] = "02328353c6cd0a0949d1dd398ed5bdf3ad800236cb4e654cd5dcb6cdb935567e";
    char text[] =
        "{\"protected\":{\"ver\":\"v1\",\"alg\":\"HS256\"},\"signature\":\"" ZEROS
        "\",\"payload\":{\"device_type\":\"d\",\"interval_ms\":10,\"sensors\":[{\"name\":\"a\",\"units\":\"g\"}],"
        "\"values\":[1,2]}}";
    th_why why = {0};
    memcpy(strstr(text, ZEROS), right, 64);
    if (parse_part(text, strlen(text), "key", &why)) fail_msg("%s", why.text);
    assert_int_equal(parse_part(text, strlen(text), NULL, NULL), TH_OK);
    assert_int_equal(parse_part(text, strlen(text), "Key", &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "signature is wrong"));
    *strstr(text, "1,2") = '3';
    assert_int_equal(parse_part(text, strlen(text), "key", NULL), TH_EFORMAT);
    why = (th_why){0};
    assert_int_equal(parse_part(GOOD, strlen(GOOD), "key", &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "not signed"));
}

static void written_and_read(void **state)
{
    (void)state;
    float rows[] = {1.25f, -3e-7f, 70000.5f, 2};
    const th_acquisition a = {"dev", 0.0625, false, (char[]){"x,y"}, rows, 2, 2};
    th_acquisition b;
    char *text;
    assert_int_equal(th_acquisition_print(&a, "g", "secret", &text, NULL), TH_OK);
    assert_int_equal(th_acquisition_parse(text_of(text), "x", "secret", &b, NULL), TH_OK);
    assert_memory_equal(b.rows, rows, sizeof rows);
    assert_string_equal(b.channels, "x,y");
    assert_true(b.interval_ms > 0.06249 && b.interval_ms < 0.06251);
    th_acquisition_free(&b);
    free(text);
}

/* ---- files of labels ---- */

#define INFO                                                                                                           \
    "{\"version\":1,\"files\":[{\"path\":\"training/a.json\",\"category\":\"training\",\"label\":{\"type\":\"label\"," \
    "\"label\":\"idle\"},\"metadata\":{\"subject\":\"ann\"}},{\"path\":\"b.json\",\"category\":\"split\",\"label\":{"  \
    "\"type\":\"multi-label\",\"labels\":[{\"startIndex\":0,\"endIndex\":1,\"label\":\"up\"},{\"startIndex\":2,"       \
    "\"endIndex\":2,\"label\":\"down\"}]},\"boundingBoxes\":[{\"label\":\"cup\",\"x\":1,\"y\":2,\"width\":3,"          \
    "\"height\":4}]},{\"path\":\"c.json\",\"category\":\"testing\",\"label\":{\"type\":\"keyvalue-labels\","           \
    "\"labels\":{\"who\":\"bob\",\"n\":3}}},{\"path\":\"d.json\",\"label\":{\"type\":\"unlabeled\"}}]}"

static void info_labels(void **state)
{
    (void)state;
    th_side_labels *l;
    th_why why = {0};
    assert_int_equal(th_side_labels_new(&l, NULL), TH_OK);
    if (th_side_labels_parse(l, text_of(INFO), "info.labels", "", &why)) fail_msg("%s", why.text);
    const th_side_row *a = th_side_labels_find(l, "training/a.json"), *b = th_side_labels_find(l, "b.json"),
                      *c = th_side_labels_find(l, "c.json"), *d = th_side_labels_find(l, "d.json");
    assert_true(a && b && c && d && !th_side_labels_find(l, "a.json"));
    assert_true(a->has_split && a->split == TH_TRAIN && !b->has_split && c->split == TH_TEST && d->unlabelled);
    assert_string_equal(a->label, "idle");
    assert_string_equal(a->subject, "ann");
    assert_true(b->n_segments == 2 && b->segments[0].to == 2 && b->segments[1].from == 2 && b->segments[1].to == 3);
    assert_true(b->n_boxes == 1 && b->boxes[0].w > 2.9f && b->boxes[0].h > 3.9f);
    assert_string_equal(c->label, "bob");
    assert_string_equal(c->labels, "who=bob,n=3");
    th_side_labels_free(l);
}

static th_err parse_labels(const char *text, size_t n, th_why *why)
{
    th_side_labels *l;
    uint8_t *part = malloc(n ? n : 1);
    memcpy(part, text, n);
    assert_int_equal(th_side_labels_new(&l, NULL), TH_OK);
    const th_err err = th_side_labels_parse(l, (th_span){part, n}, "info.labels", "", why);
    th_side_labels_free(l);
    free(part);
    return err;
}

static void cut_labels_are_refused(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof INFO - 1; n++) assert_int_equal(parse_labels(INFO, n, NULL), TH_EFORMAT);
}

#define ONE(rest) "{\"version\":1,\"files\":[{\"path\":\"a\"," rest "}]}"

static void mistyped_labels_are_named(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{}", "neither"},
        {"{\"files\":[3]}", "file 1"},
        {ONE("\"category\":\"other\""), "entry of a, category"},
        {ONE("\"label\":3"), "label.type"},
        {ONE("\"label\":{\"type\":\"label\"}"), "label.label"},
        {ONE("\"label\":{\"type\":\"multi-label\",\"labels\":3}"), "label.labels"},
        {ONE("\"label\":{\"type\":\"multi-label\",\"labels\":[{\"startIndex\":2,\"endIndex\":1,\"label\":\"x\"}]}"),
         "startIndex"},
        {ONE("\"label\":{\"type\":\"multi-label\",\"labels\":[{\"startIndex\":0,\"endIndex\":9999999999,\"label\":"
             "\"x\"}]}"),
         "startIndex"},
        {ONE("\"label\":{\"type\":\"multi-label\",\"labels\":[{\"startIndex\":0,\"endIndex\":3,\"label\":\"x\"},{"
             "\"startIndex\":3,\"endIndex\":4,\"label\":\"x\"}]}"),
         "before the one"},
        {ONE("\"boundingBoxes\":[{\"label\":\"x\",\"x\":0,\"y\":0,\"width\":0,\"height\":1}]"), "boundingBoxes"},
        {"{\"structuredLabels\":[]}", "each file's name"},
        {"{\"structuredLabels\":{\"a\":[{}]}}", "startIndex"},
        {"{\"boundingBoxes\":{\"a\":{}}}", "boundingBoxes"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        th_why why = {0};
        assert_int_equal(parse_labels(bad[i][0], strlen(bad[i][0]), &why), TH_EFORMAT);
        if (!strstr(why.text, bad[i][1])) fail_msg("\"%s\" does not say %s", why.text, bad[i][1]);
    }
}

static void lines_of_labels(void **state)
{
    (void)state;
    th_side_labels *l;
    th_why why = {0};
    static const char text[] =
        "{\"__ndjson\":true,\"version\":1}\n{\"__key\":\"files\",\"__item\":{\"path\":\"a.json\","
        "\"label\":{\"type\":\"label\",\"label\":\"idle\"}}}\n";
    assert_int_equal(th_side_labels_new(&l, NULL), TH_OK);
    if (th_side_labels_parse(l, text_of(text), "info.labels", "x/", &why)) fail_msg("%s", why.text);
    assert_string_equal(th_side_labels_find(l, "x/a.json")->label, "idle");
    th_side_labels_free(l);
}

/* ---- into a project ---- */

static void put(const char *name, const void *bytes, size_t n)
{
    char path[TH_PATH_BYTES];
    assert_int_equal(th_path_join(path, dir, name, NULL), TH_OK);
    assert_int_equal(th_file_write(path, (th_span){bytes, n}, NULL), TH_OK);
}

static const th_sample *sample(const th_dataset *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++)
        if (strcmp(set->samples[i].name, name) == 0) return &set->samples[i];
    fail_msg("no sample %s", name);
    return NULL;
}

static void into_a_project(void **state)
{
    (void)state;
    static th_project p;
    char src[TH_PATH_BYTES], sub[TH_PATH_BYTES], project[TH_PATH_BYTES];
    th_task_import_report r;
    th_dataset *set;
    th_why why = {0};
    assert_int_equal(th_path_join(src, dir, "src", NULL), TH_OK);
    assert_int_equal(th_path_join(sub, src, "testing", NULL), TH_OK);
    assert_int_equal(th_dir_make(sub, NULL), TH_OK);
    put("src/testing/wave.1.json", GOOD, sizeof GOOD - 1);
    put("src/b.json", GOOD, sizeof GOOD - 1);
    put("src/bad.json", GOOD, sizeof GOOD - 20);
    put("src/info.labels", INFO, sizeof INFO - 1);
    assert_int_equal(th_path_join(project, dir, "p", NULL), TH_OK);
    if (th_project_defaults("activity", NULL, 0, &p, &why)) fail_msg("%s", why.text);
    if (th_project_create(&p, project, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_project_load(project, &p, &why), TH_OK);
    assert_int_equal(th_dataset_load(&p, &set, &why), TH_OK);
    const th_task_import_cfg cfg = {.split = {.val = 0.1, .test = 0.1, .seed = 1}};
    if (th_task_import(&p, set, src, &cfg, &r, &why)) fail_msg("%s", why.text);
    assert_string_equal(r.layout, "Edge Impulse");
    assert_true(r.added == 2 && r.bad == 1 && strstr(r.problem, "bad.json"));
    const th_sample *w = sample(set, "testing/wave.1.json"), *b = sample(set, "b.json");
    assert_string_equal(w->label, "wave");
    assert_int_equal(w->split, TH_TEST);
    assert_true(w->rate_hz > 62.4 && w->rate_hz < 62.6);
    assert_int_equal(b->n_segments, 2);
    assert_string_equal(b->segments[1].label, "down");
    th_dataset_free(set);
}

/* Sounds: a file of 16 kHz by its name, one of 8 kHz in two segments, a signal that is none. */
static void sounds_into_a_project(void **state)
{
    (void)state;
    static th_project p;
    static const char *const words[] = {"yes", "no"};
    static float rows[16000];
    const char *const src = at(dir, "src");
    th_import_report r;
    th_dataset *set;
    th_why why = {0};
    for (int i = 0; i < 16000; i++) rows[i] = (float)((i * 37) % 1999 - 1000);
    const th_acquisition fast = {"mic", 0.0625, true, (char[]){"audio"}, rows, 16000, 1},
                         slow = {"mic", 0.125, true, (char[]){"audio"}, rows, 16000, 1};
    char *text;
    assert_int_equal(th_dir_make(at(dir, "src/testing"), NULL), TH_OK);
    assert_int_equal(th_acquisition_print(&fast, "wav", "k", &text, NULL), TH_OK);
    put("src/testing/yes.1.json", text, strlen(text));
    free(text);
    assert_int_equal(th_acquisition_print(&slow, "wav", "k", &text, NULL), TH_OK);
    put("src/b.json", text, strlen(text));
    free(text);
    put("src/no.json", GOOD, sizeof GOOD - 1);
    static const char info[] = "{\"version\":1,\"type\":\"structured-labels\",\"structuredLabels\":{\"b.json\":[{"
                               "\"startIndex\":0,\"endIndex\":7999,\"label\":\"no\"},{\"startIndex\":8000,"
                               "\"endIndex\":15999,\"label\":\"yes\"}]}}";
    put("src/structured_labels.labels", info, sizeof info - 1);
    make_project(&p, at(dir, "project"), words, 2);
    assert_int_equal(th_dataset_load(&p, &set, &why), TH_OK);
    const th_import_cfg cfg = {.hmac_key = "k", .split = {.val = 0.1, .test = 0.1, .seed = 1}};
    if (th_import(&p, set, src, &cfg, &r, &why)) fail_msg("%s", why.text);
    assert_string_equal(r.found->layout, "Edge Impulse");
    assert_true(r.added == 3 && r.refused == 1 && strstr(r.found->problem[0], "not signed"));
    const th_sample *whole = sample(set, "testing/yes.1.json"), *piece = sample(set, "b.json#2");
    assert_true(whole->n_rows == 16000 && whole->split == TH_TEST);
    assert_int_equal(piece->n_rows, 16000); /* 8000 of 8 kHz */
    assert_string_equal(piece->label, "yes");
    assert_int_equal(piece->split, sample(set, "b.json#1")->split);
    int16_t *pcm;
    int32_t n;
    assert_int_equal(th_dataset_samples(set, whole, &pcm, &n, NULL), TH_OK);
    for (int i = 0; i < 16000; i++) assert_int_equal(pcm[i], (int)rows[i]);
    free(pcm);
    th_source_free(r.found);
    th_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_json),
        cmocka_unit_test(reads_cbor),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_byte_may_be_wrong),
        cmocka_unit_test(mistyped_fields_are_named),
        cmocka_unit_test(hostile_cbor),
        cmocka_unit_test(signatures),
        cmocka_unit_test(written_and_read),
        cmocka_unit_test(info_labels),
        cmocka_unit_test(cut_labels_are_refused),
        cmocka_unit_test(mistyped_labels_are_named),
        cmocka_unit_test(lines_of_labels),
        cmocka_unit_test_setup_teardown(into_a_project, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(sounds_into_a_project, make_dir, drop_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
