/* Questions and problems of OLX, when memory runs out at the n-th request: an error that says so, and nothing is lost.
 */
#include "../no_memory.h"

#include "course/gift.h"
#include "course/import.h"

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

static const char olx[] =
    "<x><problem display_name=\"a\"><p>q <i>r</i></p><optionresponse><label>l</label><optioninput>"
    "<option "
    "correct=\"True\">a</option><option>b</option></optioninput></optionresponse><optionresponse><label>m</label>"
    "<optioninput><option "
    "correct=\"True\">c<optionhint>h</optionhint></option></optioninput></optionresponse></problem>"
    "<problem><p>n</p><numericalresponse answer=\"3\"><additional_answer answer=\"4\"/></numericalresponse></problem>"
    "<problem><script/></problem></x>";

/* What libxml2 itself asks for does not come by here. */
static th_err whole_import(th_why *why)
{
    th_quiz quiz;
    th_left_out left;
    const th_err err = th_course_import((th_span){(const uint8_t *)olx, sizeof olx - 1}, "x", "olx", &quiz, &left, why);
    th_quiz_free(&quiz);
    th_left_out_free(&left);
    return err;
}

static void of_gift(void **state)
{
    (void)state;
    each_request_fails(whole_use, 40);
}

static void of_olx(void **state)
{
    (void)state;
    assert_int_equal(whole_import(NULL), TH_OK); /* libxml2 sets itself up once */
    each_request_fails(whole_import, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(of_gift), cmocka_unit_test(of_olx)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
