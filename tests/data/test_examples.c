/* Pictures, tables and their card. */
#include "../test.h"

#include "data/card.h"
#include "data/picture.h"

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

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

static void path_of(char path[TH_PATH_BYTES], const char *name)
{
    assert_int_equal(th_path_join(path, dir, name, NULL), TH_OK);
}

static void put(const char *name, const void *bytes, size_t n)
{
    char path[TH_PATH_BYTES];
    path_of(path, name);
    assert_int_equal(th_file_write(path, (th_span){bytes, n}, NULL), TH_OK);
}

/* A picture of one colour. */
static void put_png(const char *folder, const char *name, int h, int w, uint8_t red)
{
    uint8_t rgb[32 * 32 * 3] = {0};
    char sub[TH_PATH_BYTES], path[TH_PATH_BYTES];
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = (unsigned)w, .height = (unsigned)h, .format = PNG_FORMAT_RGB};
    path_of(sub, folder);
    assert_int_equal(th_dir_make(sub, NULL), TH_OK);
    assert_int_equal(th_path_join(path, sub, name, NULL), TH_OK);
    for (int i = 0; i < h * w; i++) rgb[3 * i] = red;
    assert_true(png_image_write_to_file(&image, path, 0, rgb, 0, NULL));
}

static void folders_of_pictures(void **state)
{
    (void)state;
    th_examples *e;
    th_why why = {0};
    put_png("cat", "1.png", 8, 8, 200);
    put_png("cat", "2.png", 16, 4, 200);
    put_png("dog", "1.png", 8, 8, 10);
    put("dog/2.png", "no picture", 10);
    put("dog/notes.txt", "x", 1);
    if (th_examples_load(dir, &(th_examples_shape){0}, &e, &why)) fail_msg("%s", why.text);
    assert_int_equal(e->n, 3);
    assert_int_equal(e->n_labels, 2);
    assert_string_equal(e->labels[1], "dog");
    assert_true(e->h == 8 && e->w == 8 && e->c == 3);
    assert_int_equal(e->n_skipped, 1);
    assert_non_null(strstr(e->skipped, "2.png"));
    assert_non_null(strstr(e->file[1], "cat/2.png"));
    assert_int_equal(e->u8[8 * 8 * 3], 200); /* of the second, in another size */
    float x[8 * 8 * 3];
    th_card card;
    th_card_make(e, -1, 1, &card);
    const th_examples_scale scale = th_card_scale(&card);
    th_examples_get(e, &scale, 2, x);
    assert_true(x[0] > 2 * 10 / 255.0f - 1.0001f && x[0] < 2 * 10 / 255.0f - 0.9999f);
    assert_true(x[1] < -0.9999f);
    th_examples_free(e);
}

/* Every cut of an IDX file is refused, and so are sizes that lie. */
static void cut_idx(void **state)
{
    (void)state;
    const uint8_t x[16 + 8] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8};
    const uint8_t y[8 + 2] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    char path[TH_PATH_BYTES];
    th_examples *e;
    th_why why = {0};
    path_of(path, "images-idx3-ubyte");
    put("labels-idx1-ubyte", y, sizeof y);
    put("images-idx3-ubyte", x, sizeof x);
    if (th_examples_load(path, &(th_examples_shape){0}, &e, &why)) fail_msg("%s", why.text);
    assert_true(e->n == 2 && e->h == 2 && e->c == 1 && e->u8[7] == 8 && e->label[1] == 1);
    th_examples_free(e);
    for (size_t cut = 0; cut < sizeof x; cut++) {
        put("images-idx3-ubyte", x, cut);
        assert_int_equal(th_examples_load(path, &(th_examples_shape){0}, &e, NULL), TH_EFORMAT);
    }
    put("images-idx3-ubyte", x, sizeof x);
    for (size_t cut = 0; cut < sizeof y; cut++) {
        put("labels-idx1-ubyte", y, cut);
        assert_int_equal(th_examples_load(path, &(th_examples_shape){0}, &e, NULL), TH_EFORMAT);
    }
}

/* gzip, in one piece or two: the same pictures; every cut is refused. */
static void packed_idx(void **state)
{
    (void)state;
    uint8_t x[16 + 200] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 10, 0, 0, 0, 10}, packed[600];
    const uint8_t y[8 + 2] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    const th_examples_shape any = {0};
    size_t n = 0;
    for (int i = 0; i < 200; i++) x[16 + i] = (uint8_t)(i * i);
    for (int part = 0; part < 2; part++) {
        z_stream z = {.next_in = x + 100 * part, .avail_in = part ? sizeof x - 100 : 100};
        assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
        z.next_out = packed + n, z.avail_out = (uInt)(sizeof packed - n);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        n = sizeof packed - z.avail_out;
        deflateEnd(&z);
    }
    th_examples *e;
    th_why why = {0};
    if (th_examples_from_idx("x", (th_span){packed, n}, (th_span){y, sizeof y}, &any, &e, &why))
        fail_msg("%s", why.text);
    assert_true(e->n == 2 && e->h == 10 && memcmp(e->u8, x + 16, 200) == 0);
    th_examples_free(e);
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *part = malloc(cut + 1); /* so that reading on is seen */
        memcpy(part, packed, cut);
        assert_int_equal(th_examples_from_idx("x", (th_span){part, cut}, (th_span){y, sizeof y}, &any, &e, NULL),
                         TH_EFORMAT);
        assert_null(e);
        free(part);
    }
}

/* Every cut of a table is refused or gives whole rows of it. */
static void cut_csv(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf"
                               "a,b,what\r\n1,-2.5,near\r\n3e2, 4 ,far\n\n5,6,near";
    const th_examples_shape any = {0};
    int taken = 0;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        char *part = malloc(cut + 1);
        th_examples *e;
        th_why why = {0};
        memcpy(part, text, cut);
        const th_err err = th_examples_from_csv("t.csv", (th_span){(uint8_t *)part, cut}, &any, &e, &why);
        free(part);
        if (err) {
            if (err != TH_EFORMAT || !strstr(why.text, "t.csv") || e) fail_msg("cut %zu: %s", cut, why.text);
            continue;
        }
        taken++;
        assert_true(e->n >= 1 && e->n <= 3 && e->c == 2 && e->f32[0] >= 1 && e->f32[0] <= 1);
        if (e->n > 1) assert_true(e->f32[2] >= 300 && e->f32[2] <= 300 && e->label[1] == 1);
        th_examples_free(e);
    }
    assert_int_equal(taken, 15); /* from the first letter of a label to the end of its line, and behind it */
}

/* A label that is no text would be missing in the model's card, and all behind it would have another's name. */
static void labels_are_text(void **state)
{
    (void)state;
    const struct {
        const char *text;
        size_t n;
    } bad[] = {{"1,caf\xe9\n", 7}, {"1,a\0b\n", 6}, {"1,\n", 3}, {"1\0x,a\n", 6}};
    th_examples *e;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const th_span text = {(const uint8_t *)bad[i].text, bad[i].n};
        assert_int_equal(th_examples_from_csv("t", text, &(th_examples_shape){1, 1, 1}, &e, NULL), TH_EFORMAT);
    }
}

/* Every cut of a card is refused. */
static void cut_card(void **state)
{
    (void)state;
    static th_card card = {.n_labels = 2, .labels = {"cat", "dog"}, .pixel_hi = 1, .n_values = 2, .inv = {1, 2}}, back;
    char *text = th_card_print(&card);
    assert_non_null(text);
    assert_int_equal(th_card_parse((th_span){(uint8_t *)text, strlen(text)}, &back, NULL), TH_OK);
    assert_true(back.n_values == 2 && back.inv[1] >= 2 && strcmp(back.labels[1], "dog") == 0);
    for (size_t cut = 0; cut < strlen(text); cut++) {
        char *part = malloc(cut + 1);
        memcpy(part, text, cut);
        assert_int_equal(th_card_parse((th_span){(uint8_t *)part, cut}, &back, NULL), TH_EFORMAT);
        free(part);
    }
    free(text);
}

static void raw_inputs(void **state)
{
    (void)state;
    const float x[6] = {1, 2, 3, 4, 5, 6};
    char path[TH_PATH_BYTES], labels[TH_PATH_BYTES];
    th_examples *e;
    put("in.bin", x, sizeof x);
    put("in.labels", "1\n0\n", 4);
    path_of(path, "in.bin");
    assert_true(th_examples_labels_path(path, labels));
    assert_int_equal(th_examples_load(path, &(th_examples_shape){1, 1, 3}, &e, NULL), TH_OK);
    assert_true(e->n == 2 && e->label[0] == 1 && e->label[1] == 0 && e->n_labels == 2);
    th_examples_free(e);
    assert_int_equal(th_examples_load(path, &(th_examples_shape){1, 1, 4}, &e, NULL), TH_EFORMAT);
    assert_int_equal(th_examples_load_raw(path, NULL, 2, 9, &e, NULL), TH_OK);
    assert_true(e->n == 3 && e->label[2] == -1);
    th_examples_free(e);
    assert_int_equal(th_examples_load_raw(path, labels, 3, 1, &e, NULL), TH_EFORMAT);
    put("in.labels", "1\n0\n1\n", 6);
    assert_int_equal(th_examples_load(path, &(th_examples_shape){1, 1, 3}, &e, NULL), TH_EFORMAT);
}

/* 97 small values and three large ones: the small ones must not lie on one spot. */
static void values_far_out_are_tamed(void **state)
{
    (void)state;
    float v[200], x[2];
    int32_t label[100];
    for (int i = 0; i < 100; i++) {
        v[2 * i] = i < 97 ? (float)(i % 10) : 9000;
        v[2 * i + 1] = (float)(i % 3);
        label[i] = i & 1;
    }
    const th_examples e = {
        .n = 100, .h = 1, .w = 1, .c = 2, .f32 = v, .label = label, .n_labels = 2, .labels = {"a", "b"}};
    static th_card plain, card, back;
    th_card_make(&e, 0, 1, &plain);
    card = plain;
    th_card_tame(&e, &card);
    assert_true(card.inv[0] > 1.8f * plain.inv[0]); /* 3 deviations of 1500 instead of 9000 */
    assert_true(fabsf(card.inv[1] - plain.inv[1]) < 1e-6f && fabsf(card.mean[1] - plain.mean[1]) < 1e-6f);
    char *text = th_card_print(&card);
    assert_non_null(text);
    assert_int_equal(th_card_parse((th_span){(uint8_t *)text, strlen(text)}, &back, NULL), TH_OK);
    free(text);
    const th_examples_scale scale = th_card_scale(&back), old = th_card_scale(&plain);
    th_examples_get(&e, &scale, 99, x);
    assert_true(x[0] > 4.99f && x[0] < 5.01f);
    v[198] = -1e30f;
    th_examples_get(&e, &scale, 99, x);
    assert_true(x[0] > -5.01f && x[0] < -4.99f);
    v[198] = 9000;
    th_examples_get(&e, &old, 99, x);
    assert_true(x[0] > 5.5f);
    const th_examples signal = {.n = 50, .h = 2, .w = 1, .c = 2, .f32 = v, .label = label, .n_labels = 2};
    th_card_make(&signal, 0, 1, &card);
    th_card_tame(&signal, &card);
    assert_true(card.most <= 0);
}

static void a_card_gives_its_numbers_to_labels(void **state)
{
    (void)state;
    const char text[] = "1,2,b\n3,2,a\n";
    char path[TH_PATH_BYTES];
    th_examples *e;
    th_card card;
    put("t.csv", text, sizeof text - 1);
    path_of(path, "t.csv");
    assert_int_equal(th_examples_load(path, &(th_examples_shape){0}, &e, NULL), TH_OK);
    th_card_make(e, 0, 1, &card);
    assert_true(card.n_values == 2 && card.mean[0] > 1.99f && card.mean[0] < 2.01f && card.inv[1] > 0.99f);
    memcpy(card.labels[0], "a", 2), memcpy(card.labels[1], "b", 2);
    assert_int_equal(th_card_relabel(&card, e, false, NULL), TH_OK);
    assert_true(e->label[0] == 1 && e->label[1] == 0);
    memcpy(card.labels[1], "c", 2);
    assert_int_equal(th_card_relabel(&card, e, false, NULL), TH_EFORMAT);
    assert_int_equal(th_card_relabel(&card, e, true, NULL), TH_OK);
    assert_int_equal(e->label[0], -1);
    th_examples_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folders_of_pictures, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(cut_idx, make_dir, drop_dir),
        cmocka_unit_test(packed_idx),
        cmocka_unit_test(cut_csv),
        cmocka_unit_test(labels_are_text),
        cmocka_unit_test(cut_card),
        cmocka_unit_test_setup_teardown(raw_inputs, make_dir, drop_dir),
        cmocka_unit_test(values_far_out_are_tamed),
        cmocka_unit_test_setup_teardown(a_card_gives_its_numbers_to_labels, make_dir, drop_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
