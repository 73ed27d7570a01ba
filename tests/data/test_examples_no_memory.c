/* Reading examples and a model's card when memory runs out at any request: an error with a text, nothing lost (as the
 * address sanitizer sees), nothing half read given out. */
#include "../no_memory.h"

#include "data/card.h"
#include "data/picture.h"

#include <jansson.h>
#include <png.h>

static char dir[TH_PATH_BYTES];

static void put(const char *name, const void *bytes, size_t n)
{
    char path[TH_PATH_BYTES];
    assert_int_equal(th_path_join(path, dir, name, NULL), TH_OK);
    assert_int_equal(th_file_write(path, (th_span){bytes, n}, NULL), TH_OK);
}

static int make_files(void **state)
{
    const uint8_t x[16 + 8] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8};
    const uint8_t y[8 + 2] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1}, grey[16] = {9};
    const float numbers[6] = {1, 2, 3, 4, 5, 6};
    char sub[TH_PATH_BYTES], path[TH_PATH_BYTES];
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 4, .height = 4, .format = PNG_FORMAT_GRAY};
    (void)state;
    if (th_dir_temp(dir, NULL) || th_path_join(sub, dir, "cat", NULL) || th_dir_make(sub, NULL)) return 1;
    if (th_path_join(path, sub, "1.png", NULL) || !png_image_write_to_file(&image, path, 0, grey, 0, NULL)) return 1;
    put("images-idx3-ubyte", x, sizeof x);
    put("labels-idx1-ubyte", y, sizeof y);
    put("in.bin", numbers, sizeof numbers);
    put("in.labels", "1\n0\n", 4);
    return 0;
}

static int drop_files(void **state)
{
    (void)state;
    th_dir_remove(dir);
    return 0;
}

typedef th_err attempt(const void *what, th_why *why);

/* The number of requests that `act` makes. */
static long try_every(attempt *act, const void *what)
{
    for (long k = 0;; k++) {
        th_why why = {0};
        request_failed = false;
        requests_left = k;
        const th_err err = act(what, &why);
        requests_left = -1;
        if (!err && !request_failed) return k;
        const bool unread = err == TH_EFORMAT && strstr(why.text, TH_CARD_METADATA); /* jansson cannot tell why */
        if ((err != TH_ENOMEM && !unread) || !why.text[0]) fail_msg("request %ld: %d, %s", k, (int)err, why.text);
    }
}

static th_err load(const void *name, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_examples *e;
    if (th_path_join(path, dir, name, why)) return TH_ERANGE;
    const bool bin = strstr(path, ".bin") != NULL;
    const th_err err = th_examples_load(path, &(th_examples_shape){bin, bin, bin ? 3 : 1}, &e, why);
    if (err) assert_null(e);
    th_examples_free(e);
    return err;
}

static void examples(void **state)
{
    (void)state;
    const char *const names[] = {".", "images-idx3-ubyte", "in.bin"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const long n = try_every(load, names[i]);
        printf("%s: %ld requests\n", names[i], n);
        assert_true(n >= 4);
    }
}

static th_err load_rows(const void *text, th_why *why)
{
    th_examples *e;
    const th_err err =
        th_examples_from_csv("t.csv", (th_span){text, strlen(text)}, &(th_examples_shape){0, 0, 0}, &e, why);
    if (err) assert_null(e);
    th_examples_free(e);
    return err;
}

static void rows(void **state)
{
    (void)state;
    char text[300 * 8 + 1] = ""; /* more than there is room for at first */
    for (int i = 0; i < 300; i++) memcpy(text + 8 * i, i % 2 ? "1.5,2,b\n" : "3.5,2,a\n", 9);
    assert_int_equal(try_every(load_rows, text), 7); /* the set, and three arrays twice */
}

static th_err round_trip(const void *card, th_why *why)
{
    static th_card back;
    th_model *model = NULL;
    th_err err = th_model_new(&model, why);
    if (!err) err = th_card_attach(card, model, why);
    if (!err) err = th_card_from(model, &back, why);
    if (!err) assert_int_equal(back.n_labels, ((const th_card *)card)->n_labels);
    if (!err) assert_int_equal(back.n_values, ((const th_card *)card)->n_values);
    th_model_free(model);
    return err;
}

static void *get(size_t n)
{
    return malloc(n);
}

static void cards(void **state)
{
    (void)state;
    static th_card card = {.n_labels = 2, .labels = {"cat", "dog"}, .pixel_hi = 1, .n_values = 9};
    json_set_alloc_funcs(get, free); /* its requests come here, too */
    const long n = try_every(round_trip, &card);
    printf("a card: %ld requests\n", n);
    assert_true(n > 60); /* each number is an object */
    json_set_alloc_funcs(malloc, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(examples, make_files, drop_files),
                                       cmocka_unit_test(rows), cmocka_unit_test(cards)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
