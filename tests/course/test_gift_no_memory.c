/* Questions, when memory runs out at the n-th request: an error that says so, and nothing is lost. */
#include "../no_memory.h"

#include "course/gift.h"

static const char text[] =
    "// @hint a\n// @hint b\n// @lesson l\n// @var w 1..2 step 1\n// @compute calc line w=[[w]]\n"
    "// @key /loss\n::n:: q [[w]] {#=computed:1 #f ~#g ####e}\n\n// of 01234567\n::m:: q {=a -> b =c -> d}\n\n"
    "::t:: q {T#a#b}\n\n::s:: a {=b #c ~%50%d} e\n\n::x:: q {=y}\n\n::e:: q {}\n";

static th_err whole_use(th_why *why)
{
    th_quiz quiz;
    char *back = NULL;
    th_err err = th_gift_read((th_span){(const uint8_t *)text, sizeof text - 1}, &quiz, why);
    if (!err) err = th_gift_write(&quiz, false, &back, why);
    free(back);
    th_quiz_free(&quiz);
    return err;
}

static void any_request_may_fail(void **state)
{
    (void)state;
    long failures = 0;
    for (long i = 0; i < 1000; i++) {
        th_why why = {0};
        requests_left = i;
        request_failed = false;
        const th_err err = whole_use(&why);
        requests_left = -1;
        if (!request_failed) {
            assert_int_equal(err, TH_OK);
            break;
        }
        failures++;
        if (err != TH_ENOMEM) fail_msg("request %ld: %d %s", i, (int)err, why.text);
    }
    assert_true(failures > 40 && failures < 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_request_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
