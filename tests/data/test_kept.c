/* Examples kept on disk: what was kept comes back, for what it was made from only, and nothing damaged does. */
#include "../test.h"

#include "base/text.h"
#include "data/kept.h"

#include <stdlib.h>

enum { N = 5, H = 3, C = 2, VALUES = N * H * C };

static th_card card;

static void fill_card(void)
{
    card = (th_card){.n_labels = 2, .labels = {"still", "moving"}, .task = "activity", .axes = 2, .device = "watch"};
    th_text_fmt(card.recipe.blocks, sizeof card.recipe.blocks, "raw");
}

static th_examples *examples(bool pictures)
{
    th_examples *e = calloc(1, sizeof *e);
    *e = (th_examples){.n = N, .h = H, .w = 1, .c = C, .n_labels = 2};
    memcpy(e->labels, card.labels, sizeof e->labels);
    e->label = calloc(N, sizeof *e->label);
    e->file = calloc(N, sizeof *e->file);
    e->f32 = pictures ? NULL : calloc(VALUES, sizeof *e->f32);
    e->u8 = pictures ? calloc(VALUES, 1) : NULL;
    for (int i = 0; i < VALUES; i++) {
        if (pictures)
            e->u8[i] = (uint8_t)(i * 7);
        else
            e->f32[i] = (float)i / 3.0f - 2.0f;
    }
    for (int i = 0; i < N; i++) {
        char name[16];
        th_text_fmt(name, sizeof name, "file %d", i);
        e->label[i] = i % 3 - 1;
        e->file[i] = strdup(name);
    }
    return e;
}

static void assert_same(const th_examples *a, const th_examples *b)
{
    assert_non_null(b);
    assert_true(a->n == b->n && a->h == b->h && a->w == b->w && a->c == b->c && a->n_labels == b->n_labels);
    assert_memory_equal(a->label, b->label, N * sizeof *a->label);
    assert_memory_equal(a->labels, b->labels, sizeof a->labels);
    for (int i = 0; i < N; i++) assert_string_equal(a->file[i], b->file[i]);
    if (a->u8)
        assert_memory_equal(a->u8, b->u8, VALUES);
    else
        assert_memory_equal(a->f32, b->f32, VALUES * sizeof *a->f32);
}

static th_project project(void)
{
    th_project p = {.picture_h = 96, .picture_w = 96};
    assert_int_equal(th_dir_temp(p.dir, NULL), TH_OK);
    return p;
}

static void what_was_kept_comes_back(void **state)
{
    (void)state;
    static const char key[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static const char other[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee";
    for (int pictures = 0; pictures < 2; pictures++) {
        th_project p = project();
        fill_card();
        th_examples *e = examples(pictures);
        assert_null(th_kept_load(&p, TH_VAL, key, &card)); /* nothing yet */
        th_kept_save(&p, TH_VAL, key, &card, e);
        card.axes = 0;
        card.device[0] = 0;
        th_examples *b = th_kept_load(&p, TH_VAL, key, &card);
        assert_same(e, b);
        assert_int_equal(card.axes, 2);
        assert_string_equal(card.device, "watch");
        th_examples_free(b);
        assert_null(th_kept_load(&p, TH_VAL, other, &card));
        assert_null(th_kept_load(&p, TH_TEST, key, &card));
        card.axes = 3; /* of another sensor */
        assert_null(th_kept_load(&p, TH_VAL, key, &card));
        th_examples_free(e);
        th_dir_remove(p.dir);
    }
}

/* Every cut and every changed byte is found; nothing is read that is not there (ASan). */
static void damaged_files_are_nothing(void **state)
{
    (void)state;
    static const char key[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    th_project p = project();
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    fill_card();
    th_examples *e = examples(false);
    th_kept_save(&p, TH_TRAIN, key, &card, e);
    assert_int_equal(th_path_join(path, p.dir, "cache/train.kept", NULL), TH_OK);
    assert_int_equal(th_file_read(path, 0, &bytes, &n, NULL), TH_OK);
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *part = malloc(cut + 1);
        memcpy(part, bytes, cut);
        assert_null(th_kept_parse((th_span){part, cut}, key, &card));
        free(part);
        bytes[cut] ^= 1;
        assert_null(th_kept_parse((th_span){bytes, n}, key, &card));
        bytes[cut] ^= 1;
    }
    th_examples *b = th_kept_parse((th_span){bytes, n}, key, &card);
    assert_same(e, b);
    th_examples_free(b);
    free(bytes);
    /* a file where the folder should be: nothing is kept, nothing else happens */
    th_dir_remove(p.dir);
    assert_int_equal(th_dir_make(p.dir, NULL), TH_OK);
    assert_int_equal(th_path_join(path, p.dir, "cache", NULL), TH_OK);
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)"x", 1}, NULL), TH_OK);
    th_kept_save(&p, TH_TRAIN, key, &card, e);
    assert_null(th_kept_load(&p, TH_TRAIN, key, &card));
    th_examples_free(e);
    th_dir_remove(p.dir);
}

/* Other data, features, labels, parts: another key; what a model's card learnt since (scale, limit): the same. */
static void keys_tell_what_matters(void **state)
{
    (void)state;
    char key[7][TH_HASH_BYTES];
    th_project p = project();
    th_dataset *set;
    fill_card();
    assert_int_equal(th_dataset_new(&p, &set, NULL), TH_OK);
    assert_int_equal(th_dataset_add(set, &(th_sample){.label = "still", .name = "a"}, NULL), TH_OK);
    assert_int_equal(th_kept_key(&p, set, TH_TRAIN, &card, key[0], NULL), TH_OK);
    card.limit = 3.0f;
    card.mean[0] = 1.0f;
    assert_int_equal(th_kept_key(&p, set, TH_TRAIN, &card, key[1], NULL), TH_OK);
    assert_string_equal(key[0], key[1]);
    assert_int_equal(th_kept_key(&p, set, TH_VAL, &card, key[1], NULL), TH_OK);
    th_text_fmt(card.recipe.blocks, sizeof card.recipe.blocks, "aligned");
    assert_int_equal(th_kept_key(&p, set, TH_TRAIN, &card, key[2], NULL), TH_OK);
    th_text_fmt(card.labels[1], sizeof card.labels[1], "running");
    assert_int_equal(th_kept_key(&p, set, TH_TRAIN, &card, key[3], NULL), TH_OK);
    p.picture_h = 48;
    assert_int_equal(th_kept_key(&p, set, TH_TRAIN, &card, key[4], NULL), TH_OK);
    assert_int_equal(th_dataset_add(set, &(th_sample){.label = "still", .name = "b"}, NULL), TH_OK);
    assert_int_equal(th_kept_key(&p, set, TH_TRAIN, &card, key[5], NULL), TH_OK);
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < i; k++) assert_string_not_equal(key[i], key[k]);
    th_dataset_free(set);
    th_dir_remove(p.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_comes_back),
        cmocka_unit_test(damaged_files_are_nothing),
        cmocka_unit_test(keys_tell_what_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
