/* Arrays as files: NPY and IDX, their labels beside them, and what projects make of them. */
#include "sound.h"

#include "data/array_set.h"
#include "data/picture_folder.h"
#include "data/task_import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An NPY file of version 1 or 2 in buf; its length. */
static size_t npy(uint8_t *buf, int version, const char *dict, const void *values, size_t n)
{
    const size_t text = strlen(dict), at = version == 1 ? 10 : 12;
    memcpy(buf, "\x93NUMPY", 6);
    buf[6] = (uint8_t)version;
    buf[7] = 0;
    memset(buf + 8, 0, 4);
    buf[8] = (uint8_t)text;
    memcpy(buf + at, dict, text);
    memcpy(buf + at + text, values, n);
    return at + text + n;
}

#define DICT(type, shape) "{'descr': '" type "', 'fortran_order': False, 'shape': " shape ", }\n"

static void check_type(const char *dict, const void *values, size_t n, const float want[2])
{
    uint8_t buf[300];
    th_why why = {0};
    th_array a;
    for (int version = 1; version <= 2; version++) {
        const size_t size = npy(buf, version, dict, values, n);
        if (th_array_parse((th_span){buf, size}, "x.npy", &a, &why)) fail_msg("%s: %s", dict, why.text);
        assert_true(a.n == 2 && a.dim[0] == 2 && a.n_dims == 1);
        assert_memory_equal(a.values, want, 2 * sizeof *want);
        th_array_free(&a);
        for (size_t cut = 0; cut < size; cut++) {
            uint8_t *part = malloc(cut ? cut : 1);
            memcpy(part, buf, cut);
            assert_int_not_equal(th_array_parse((th_span){part, cut}, "x.npy", &a, NULL), TH_OK);
            free(part);
        }
    }
}

static void every_type(void **state)
{
    (void)state;
    const float f4[] = {1.5f, -3}, a[] = {1.5f, -3}, b[] = {-1, 100}, c[] = {255, 1}, d[] = {0, 1};
    const double f8[] = {1.5, -3};
    const int8_t i1[] = {-1, 100};
    const int16_t i2[] = {-1, 100};
    const int32_t i4[] = {-1, 100};
    const int64_t i8[] = {-1, 100};
    const uint8_t u1[] = {255, 1}, b1[] = {0, 1}, large[] = {0xff, 0xff, 0, 100};
    const uint16_t u2[] = {255, 1};
    const uint32_t u4[] = {255, 1};
    check_type(DICT("<f4", "(2,)"), f4, sizeof f4, a);
    check_type(DICT("<f8", "(2,)"), f8, sizeof f8, a);
    check_type(DICT("|i1", "(2,)"), i1, sizeof i1, b);
    check_type(DICT("<i2", "(2,)"), i2, sizeof i2, b);
    check_type(DICT("<i4", "(2,)"), i4, sizeof i4, b);
    check_type(DICT("<i8", "(2,)"), i8, sizeof i8, b);
    check_type(DICT(">i2", "(2,)"), large, sizeof large, b);
    check_type(DICT("|u1", "(2,)"), u1, sizeof u1, c);
    check_type(DICT("<u2", "(2,)"), u2, sizeof u2, c);
    check_type(DICT("<u4", "(2,)"), u4, sizeof u4, c);
    check_type(DICT("|b1", "(2,)"), b1, sizeof b1, d);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {DICT("<c8", "(2,)"), "type c8"},
        {DICT("<U10", "(2,)"), "type"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", "type"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", "ascontiguousarray"},
        {"{'descr': '<f4', 'fortran_order': False}", "shape"},
        {DICT("<f4", "()"), "single number"},
        {DICT("<f4", "(0,)"), "dimension"},
        {DICT("<f4", "(-1,)"), "whole numbers"},
        {DICT("<f4", "(2.5,)"), "whole numbers"},
        {DICT("<f4", "(1,1,1,1,1,1,1,1,2)"), "1 to 8"},
        {DICT("<f4", "(3,)"), "cut off"},
        {DICT("<f4", "(1,)"), "more bytes"},
        {DICT("<f4", "(2147483647, 2147483647, 2147483647, 2147483647)"), "cut off"},
        {DICT("<f4", "(99999999999999999999,)"), "dimension"},
        {DICT("<f4", "(2"), "whole numbers"},
    };
    uint8_t buf[300];
    const float values[] = {1, 2}, endless[] = {1, INFINITY};
    th_array a;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        th_why why = {0};
        const size_t n = npy(buf, 1, bad[i][0], values, sizeof values);
        assert_int_not_equal(th_array_parse((th_span){buf, n}, "x.npy", &a, &why), TH_OK);
        if (!strstr(why.text, bad[i][1])) fail_msg("%s: \"%s\" does not say %s", bad[i][0], why.text, bad[i][1]);
    }
    th_why why = {0};
    const size_t n = npy(buf, 1, DICT("<f4", "(2,)"), endless, sizeof endless);
    assert_int_equal(th_array_parse((th_span){buf, n}, "x.npy", &a, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "value 2"));
}

static void idx(void **state)
{
    (void)state;
    const uint8_t file[] = {0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xfe, 0x01, 0x00};
    th_array a;
    assert_int_equal(th_array_parse((th_span){file, sizeof file}, "x.idx", &a, NULL), TH_OK);
    assert_true(a.n_dims == 2 && a.dim[1] == 2 && (int)a.values[0] == -2 && (int)a.values[1] == 256);
    th_array_free(&a);
    for (size_t cut = 0; cut < sizeof file; cut++) {
        uint8_t *part = malloc(cut ? cut : 1);
        memcpy(part, file, cut);
        assert_int_equal(th_array_parse((th_span){part, cut}, "x.idx", &a, NULL), TH_EFORMAT);
        free(part);
    }
}

static void labels_beside(void **state)
{
    (void)state;
    uint8_t x[300], y[300];
    const float values[] = {1, 2}, numbers[] = {1, 0}, half[] = {0.5f, 0}, three[] = {0, 1, 2};
    const size_t nx = npy(x, 1, DICT("<f4", "(2, 1)"), values, sizeof values);
    const th_span file = {x, nx}, none = {0}, names = {(const uint8_t *)"cat\ndog\r\n", 9};
    size_t ny = npy(y, 1, DICT("<f4", "(2,)"), numbers, sizeof numbers);
    th_array_set s;
    th_why why = {0};
    assert_int_equal(th_array_set_parse("X_test.npy", file, (th_span){y, ny}, names, &s, NULL), TH_OK);
    assert_string_equal(s.label[0], "dog");
    assert_true(s.has_split && s.split == TH_TEST);
    th_array_set_free(&s);
    assert_int_equal(th_array_set_parse("X.npy", file, (th_span){y, ny}, none, &s, NULL), TH_OK);
    assert_string_equal(s.label[0], "1");
    assert_false(s.has_split);
    th_array_set_free(&s);
    assert_int_equal(th_array_set_parse("X.npy", file, none, names, &s, NULL), TH_OK);
    assert_string_equal(s.label[0], "cat");
    th_array_set_free(&s);
    assert_int_equal(th_array_set_parse("X.npy", file, none, none, &s, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "no labels"));
    const th_span one = {names.p, 4};
    assert_int_equal(th_array_set_parse("X.npy", file, none, one, &s, NULL), TH_EFORMAT);
    assert_int_equal(th_array_set_parse("X.npy", file, (th_span){y, ny}, one, &s, NULL), TH_EFORMAT);
    ny = npy(y, 1, DICT("<f4", "(2,)"), half, sizeof half);
    why = (th_why){0};
    assert_int_equal(th_array_set_parse("X.npy", file, (th_span){y, ny}, none, &s, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "value 1"));
    ny = npy(y, 1, DICT("<f4", "(3,)"), three, sizeof three);
    why = (th_why){0};
    assert_int_equal(th_array_set_parse("X.npy", file, (th_span){y, ny}, none, &s, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "2 examples, but there are 3 labels"));
}

static void put(const char *path, const uint8_t *bytes, size_t n)
{
    assert_int_equal(th_file_write(path, (th_span){bytes, n}, NULL), TH_OK);
}

static th_dataset *import(const char *dir, const char *task, const char *src, th_project *p, th_task_import_report *r)
{
    th_dataset *set;
    th_why why = {0};
    if (th_project_defaults(task, NULL, 0, p, &why)) fail_msg("%s", why.text);
    if (th_project_create(p, at(dir, task), &why)) fail_msg("%s", why.text);
    assert_int_equal(th_project_load(at(dir, task), p, &why), TH_OK);
    assert_int_equal(th_dataset_load(p, &set, &why), TH_OK);
    const th_task_import_cfg cfg = {.split = {.val = 0.1, .test = 0.1, .seed = 1}};
    if (th_task_import(p, set, src, &cfg, r, &why)) fail_msg("%s", why.text);
    return set;
}

/* The same folder for sensors and for pictures. */
static void into_projects(void **state)
{
    const char *dir = *state;
    char src[TH_PATH_BYTES];
    static th_project p;
    th_task_import_report r;
    uint8_t buf[300];
    const uint8_t values[] = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 255}, classes[] = {1, 0};
    assert_int_equal(th_path_join(src, dir, "src", NULL), TH_OK);
    assert_int_equal(th_dir_make(src, NULL), TH_OK);
    put(at(src, "X_test.npy"), buf, npy(buf, 1, DICT("|u1", "(2, 2, 3)"), values, sizeof values));
    put(at(src, "y_test.npy"), buf, npy(buf, 1, DICT("|u1", "(2,)"), classes, sizeof classes));
    put(at(src, "labels.txt"), (const uint8_t *)"cat\ndog\n", 8);
    put(at(src, "X_train.npy"), buf, npy(buf, 1, DICT("|u1", "(2, 3, 3)"), values, sizeof values));
    th_dataset *set = import(dir, "activity", src, &p, &r);
    assert_true(r.added == 2 && r.bad == 1 && strstr(r.problem, "X_train.npy"));
    assert_string_equal(r.layout, "arrays");
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        float *rows;
        int32_t n, c;
        const bool first = strcmp(s->name, "X_test.npy#1") == 0;
        assert_string_equal(s->label, first ? "dog" : "cat");
        assert_true(s->split == TH_TEST && s->n_rows == 2);
        assert_int_equal(th_dataset_signal(set, s, &rows, &n, &c, NULL), TH_OK);
        assert_true(c == 3 && (int)rows[5] == (first ? 50 : 255));
        free(rows);
    }
    th_dataset_free(set);
    set = import(dir, "image", src, &p, &r);
    assert_true(r.added == 2 && r.bad == 1 && set->samples[0].width == 3 && set->samples[0].height == 2);
    th_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(idx),
        cmocka_unit_test(labels_beside),
        cmocka_unit_test_setup_teardown(into_projects, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
