/* Certificates: what was signed is verified and says the same; whatever byte is changed, it is refused. */
#include "../data/sound.h"

#include "course/badge.h"
#include "os/file.h"

#include <stdlib.h>
#include <string.h>

static th_badge_key key;
static char *jwt, *svg;

static th_badge example(void)
{
    return (th_badge){.learner = "Amina \"A\" <Mwangi>",
                      .course = "rule",
                      .title = "A rule from examples",
                      .criteria = "All lessons read, the quizzes at 80 % of their points, the labs passed on data that "
                                  "the program made.",
                      .level = "class",
                      .issuer = "Escuela Rural 12",
                      .version = "0.1.0",
                      .at_s = 1763883900};
}

static th_err verify(const char *text, size_t n, th_badge *badge)
{
    uint8_t open[32], *copy = malloc(n ? n : 1); /* of exactly this size */
    memcpy(copy, text, n);
    const th_err err = th_badge_verify((th_span){copy, n}, badge, open, NULL);
    if (!err) assert_memory_equal(open, key.open, 32);
    free(copy);
    return err;
}

static int set_up(void **state)
{
    char path[TH_PATH_BYTES];
    th_badge badge = example();
    if (in_temp(state)) return 1;
    return th_path_join(path, *state, "issuer.key", NULL) || th_badge_key_open(path, &key, NULL) ||
           th_badge_sign(&badge, &key, &jwt, NULL) || th_badge_svg(jwt, &svg, NULL);
}

static int tear_down(void **state)
{
    free(jwt);
    free(svg);
    return remove_temp(state);
}

static void says_what_was_signed(void **state)
{
    (void)state;
    const char *const texts[] = {jwt, svg};
    const th_badge wanted = example();
    for (int i = 0; i < 2; i++) {
        th_badge b;
        assert_int_equal(verify(texts[i], strlen(texts[i]), &b), TH_OK);
        assert_string_equal(b.learner, wanted.learner);
        assert_string_equal(b.course, wanted.course);
        assert_string_equal(b.title, wanted.title);
        assert_string_equal(b.criteria, wanted.criteria);
        assert_string_equal(b.level, wanted.level);
        assert_string_equal(b.issuer, wanted.issuer);
        assert_string_equal(b.version, wanted.version);
        assert_int_equal(b.at_s, wanted.at_s);
        assert_int_equal(strncmp(b.id, "urn:uuid:", 9), 0);
    }
}

/* Each byte, in many ways: the last letter of base64url could mean the same with other bits that nobody reads. */
static void one_byte_is_enough(void **state)
{
    (void)state;
    const char *const texts[] = {jwt, svg};
    for (int i = 0; i < 2; i++) {
        const size_t n = strlen(texts[i]);
        char *t = strdup(texts[i]);
        th_badge b;
        for (size_t at = 0; at < n; at++) {
            const char was = t[at];
            for (int v = 1; v < 256; v = i ? v + 127 : v < 4 ? v + 1 : v * 2) { /* the picture's are slow */
                t[at] = (char)(was ^ v);
                if (!verify(t, n, &b)) fail_msg("text %d, byte %zu from %d to %d is not noticed", i, at, was, t[at]);
            }
            t[at] = was;
        }
        free(t);
    }
}

static void nothing_is_left_out_or_added(void **state)
{
    (void)state;
    const char *const texts[] = {jwt, svg};
    for (int i = 0; i < 2; i++) {
        const size_t n = strlen(texts[i]);
        th_badge b;
        for (size_t cut = 0; cut < n; cut++) assert_true(verify(texts[i], cut, &b) != TH_OK);
        char *t = malloc(n + 2);
        for (size_t at = 0; at <= n; at += i ? 17 : 1) {
            memcpy(t, texts[i], at);
            memcpy(t + at + 1, texts[i] + at, n - at);
            for (const char *c = "A=\n"; *c; c++) {
                t[at] = *c;
                if (!verify(t, n + 1, &b)) fail_msg("text %d, a byte %d at %zu is not noticed", i, *c, at);
            }
        }
        free(t);
    }
}

/* Somebody else's key signs as well, and shows another fingerprint. */
static void another_key_has_another_fingerprint(void **state)
{
    char path[TH_PATH_BYTES], mine[TH_FINGERPRINT_BYTES], other[TH_FINGERPRINT_BYTES], *text;
    th_badge_key forger, again;
    th_badge badge = example(), read;
    uint8_t open[32];
    assert_int_equal(th_path_join(path, *state, "other.key", NULL), TH_OK);
    assert_int_equal(th_badge_key_open(path, &forger, NULL), TH_OK);
    assert_int_equal(th_badge_sign(&badge, &forger, &text, NULL), TH_OK);
    assert_int_equal(th_badge_verify((th_span){(const uint8_t *)text, strlen(text)}, &read, open, NULL), TH_OK);
    th_badge_fingerprint(key.open, mine);
    th_badge_fingerprint(open, other);
    assert_string_not_equal(mine, other);
    assert_int_equal(strlen(mine), 95);
    free(text);
    assert_int_equal(th_badge_key_open(path, &again, NULL), TH_OK); /* the file keeps it */
    assert_memory_equal(again.secret, forger.secret, sizeof again.secret);
}

static void a_damaged_key_is_not_replaced(void **state)
{
    char path[TH_PATH_BYTES];
    th_badge_key k;
    th_why why = {0};
    assert_int_equal(th_path_join(path, *state, "damaged.key", NULL), TH_OK);
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)"thimble", 7}, NULL), TH_OK);
    assert_int_equal(th_badge_key_open(path, &k, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "damaged.key"));
    assert_int_equal(th_file_size(path), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_was_signed),          cmocka_unit_test(one_byte_is_enough),
        cmocka_unit_test(nothing_is_left_out_or_added),  cmocka_unit_test(another_key_has_another_fingerprint),
        cmocka_unit_test(a_damaged_key_is_not_replaced),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
