/* GIFT: what is read of every kind of question, what is refused and how, and that writing and reading go in a circle.
 */
#include "../test.h"
#include "gift_equal.h"

#include <math.h>

static th_span span(const char *text)
{
    return (th_span){(const uint8_t *)text, strlen(text)};
}

/* Reads text that must be right. */
static th_quiz read_text(const char *text)
{
    th_quiz quiz;
    th_why why = {0};
    const th_err err = th_gift_read(span(text), &quiz, &why);
    if (err) fail_msg("%s: %s", text, why.text);
    return quiz;
}

/* The only item of the text; quiz is freed by its caller. */
static const th_item *one(const char *text, th_quiz *quiz)
{
    *quiz = read_text(text);
    assert_int_equal(quiz->n, 1);
    return &quiz->items[0];
}

static void is(double a, double b)
{
    if (fabs(a - b) > 1e-12) fail_msg("%.17g is not %.17g", a, b);
}

static void choices_of_one_right_answer(void **state)
{
    (void)state;
    th_quiz quiz;
    const th_item *item = one("// @hint first line\n// @hint second\n// @attempts 3\n// @lesson rule/a/b\n\n"
                              "::a-name:: Which *one*? {\n  ~wrong #no: \\{x\\} \\= 2\n  =right #yes\n  ~%50%half\n"
                              "  ####Because\nof two lines. }\n",
                              &quiz);
    assert_int_equal(item->kind, TH_ITEM_SINGLE);
    assert_string_equal(item->name, "a-name");
    assert_string_equal(item->stem, "Which *one*?");
    assert_string_equal(item->hint, "first line\nsecond");
    assert_string_equal(item->lesson, "rule/a/b");
    assert_string_equal(item->explanation, "Because\nof two lines.");
    assert_int_equal(item->attempts, 3);
    assert_int_equal(item->line, 6);
    assert_false(item->html || item->truth);
    assert_int_equal(item->n_choices, 3);
    assert_string_equal(item->choices[0].feedback, "no: {x} = 2");
    assert_string_equal(item->choices[1].text, "right");
    is(item->choices[0].part, 0);
    is(item->choices[1].part, 100);
    is(item->choices[2].part, 50);
    assert_null(item->choices[2].feedback);
    th_quiz_free(&quiz);
}

static void several_count_without_an_equals_sign(void **state)
{
    (void)state;
    th_quiz quiz;
    const th_item *item = one("[html]<p>Which</p> {~%33.33333%a~%66.66667%b#x ~%-100%c}", &quiz);
    assert_int_equal(item->kind, TH_ITEM_MULTIPLE);
    assert_true(item->html);
    assert_null(item->name);
    assert_string_equal(item->stem, "<p>Which</p>");
    is(item->choices[1].part, 66.66667);
    is(item->choices[2].part, -100);
    th_quiz_free(&quiz);
}

static void numbers_with_tolerance_range_and_parts(void **state)
{
    (void)state;
    th_quiz quiz =
        read_text("::a:: Pi? {#3.14:0.01 #close = enough}\n\n::b:: Between? {#3..4}\n\n::c:: Just? {# -2e3}\n\n"
                  "::d:: List? {#=3.2:0.1 #a =%50%3.2:5% #b ~#c ####d}");
    const th_choice *c = quiz.items[0].choices;
    assert_int_equal(quiz.n, 4);
    for (size_t i = 0; i < 4; i++) assert_int_equal(quiz.items[i].kind, TH_ITEM_NUMBER);
    is(c->value, 3.14);
    is(c->near, 0.01);
    assert_string_equal(c->feedback, "close = enough");
    is(quiz.items[1].choices[0].value, 3.5);
    is(quiz.items[1].choices[0].near, 0.5);
    is(quiz.items[2].choices[0].value, -2000);
    is(quiz.items[2].choices[0].near, 0);
    c = quiz.items[3].choices;
    assert_int_equal(quiz.items[3].n_choices, 3);
    is(c[1].part, 50);
    is(c[1].near, 0.16);
    assert_true(isinf(c[2].near) && c[2].part == 0);
    assert_string_equal(c[2].feedback, "c");
    th_quiz_free(&quiz);
}

static void pairs_texts_truth_and_essay(void **state)
{
    (void)state;
    th_quiz quiz = read_text("::m:: Where? { =arena -> RAM =weights -> flash #why\n = -> paper }\n\n"
                             "::s:: Who? {=cat =%80%Cat #also -> so}\n\n::t:: Yes? {TRUE#wrong#right####always}\n\n"
                             "::f:: No? { f }\n\n::e:: Say more. {}\n\n::g:: Two plus {=two =2} is four.");
    const th_item *m = &quiz.items[0];
    assert_int_equal(m->kind, TH_ITEM_MATCHING);
    assert_string_equal(m->choices[0].text, "arena");
    assert_string_equal(m->choices[0].match, "RAM");
    assert_string_equal(m->choices[1].feedback, "why");
    assert_string_equal(m->choices[2].text, "");
    assert_int_equal(quiz.items[1].kind, TH_ITEM_TEXT);
    assert_string_equal(quiz.items[1].choices[1].feedback, "also -> so");
    const th_item *t = &quiz.items[2];
    assert_true(t->kind == TH_ITEM_SINGLE && t->truth && t->choices[0].part == 100 && t->choices[1].part == 0);
    assert_string_equal(t->choices[0].feedback, "right");
    assert_string_equal(t->choices[1].feedback, "wrong");
    assert_string_equal(t->explanation, "always");
    assert_true(quiz.items[3].truth && quiz.items[3].choices[1].part == 100);
    assert_int_equal(quiz.items[4].kind, TH_ITEM_ESSAY);
    assert_string_equal(quiz.items[5].stem, "Two plus _____ is four.");
    th_quiz_free(&quiz);
}

static void computed_items_have_their_comments(void **state)
{
    (void)state;
    th_quiz quiz;
    const th_item *item = one("// a comment for people\n// of 0123abcd\n// of course it is\n// @var w 0.5..3 step 0.5\n"
                              "// @var b2 -2..-1 step 1\n// @compute calc line w=[[w]] b=[[b2]]\n// @key /loss\n"
                              "$CATEGORY: x\n::c:: [[w]] and [[0]] {#computed:2%}\n// behind it\n",
                              &quiz);
    assert_string_equal(item->of, "0123abcd");
    assert_int_equal(item->n_vars, 2);
    assert_string_equal(item->vars[1].name, "b2");
    is(item->vars[1].lo, -2);
    is(item->vars[1].hi, -1);
    is(item->vars[0].step, 0.5);
    assert_string_equal(item->compute, "calc line w=[[w]] b=[[b2]]");
    assert_string_equal(item->key, "/loss");
    assert_string_equal(item->choices[0].text, "computed:2%");
    th_quiz_free(&quiz);
}

static void lines_of_windows_and_backslashes(void **state)
{
    (void)state;
    th_quiz quiz;
    const th_item *item =
        one("\xef\xbb\xbf::a\\:b:: $\\frac\\{1\\}\\{2\\}$\\n\\nnext \\\\nabla\r\n{=x\r\n ~\\#y}\r\n", &quiz);
    assert_string_equal(item->name, "a:b");
    assert_string_equal(item->stem, "$\\frac{1}{2}$\n\nnext \\nabla");
    assert_string_equal(item->choices[1].text, "#y");
    th_quiz_free(&quiz);
}

static void wrong_files_are_told_by_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"\n\n::a:: no answers\n\n", "line 3: a question without answers"},
        {"::a:: {=b ~c}", "line 1: answers without a question"},
        {"::a:: q {=b\n\n~c}", "line 1: { and } do not go together"},
        {"::a:: q }", "line 1: { and }"},
        {"::a:: q {=b {c} ~d}", "line 1: { and }"},
        {"::a:: q {=b ~c} {=d}", "a second { or }"},
        {"::a q {=b ~c}", "has no ::"},
        {"::a:: q\n{\n~b\n~c}", "line 2: none of the answers is right"},
        {"::a:: q {=%50%b ~c}", "gives the whole points"},
        {"::a:: q {=%150%b ~c}", "from -100 to 100"},
        {"::a:: q {=%x%b ~c}", "from -100 to 100"},
        {"::a:: q {=b\n ~#c}", "line 2: an answer without a text"},
        {"::a:: q {b =c ~d}", "begins with ="},
        {"::a:: q {=b -> c}", "two pairs"},
        {"::a:: q {=b -> c\n=d}", "-> in its middle"},
        {"::a:: q {=b -> c =d ->}", "behind the ->"},
        {"::a:: q {#three}", "\"three\" is no number"},
        {"::a:: q {#3:x}", "is no number"},
        {"::a:: q {#4..3}", "is no number"},
        {"::a:: q {#0x10}", "is no number"},
        {"::a:: q {#computed}", "is no number"},
        {"::a:: q {#computed:1}", "needs // @compute"},
        {"// @compute calc line\n// @key /loss\n::a:: q {#3}", "go with an answer {#computed"},
        {"// @compute calc line\n// @key loss\n::a:: q {#computed:1}", "JSON pointer"},
        {"// @compute calc line w=[[w]]\n// @key /loss\n::a:: q {#computed:1}", "[[w]] is no variable"},
        {"// @var w 1..2 step 1\n::a:: [[v]] {T}", "[[v]] is no variable"},
        {"// @var w 2..1 step 1\n::a:: q {T}", "line 1: @var takes"},
        {"// @var w 1..2\n::a:: q {T}", "@var takes"},
        {"// @var w 1..2 step 0\n::a:: q {T}", "@var takes"},
        {"// @var w 1..2 step 1\n// @var w 1..2 step 1\n::a:: q {T}", "a second @var w"},
        {"// @attempts many\n::a:: q {T}", "@attempts takes"},
        {"// @hnit x\n::a:: q {T}", "line 1: \"@hnit x\" is none of"},
        {"// of 5f3a91cx\n::a:: q {T}", "takes the key"},
        {"// @lesson a\n// @lesson b\n::a:: q {T}", "a second @lesson"},
        {"::a:: q {T}\n\n// @hint x\n", "line 3: this comment belongs to a question"},
        {"::a:: \xff {T}", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        th_quiz quiz;
        th_why why = {0};
        assert_int_equal(th_gift_read(span(wrong[i].text), &quiz, &why), TH_EFORMAT);
        if (!strstr(why.text, wrong[i].says))
            fail_msg("%s: \"%s\" lacks \"%s\"", wrong[i].text, why.text, wrong[i].says);
        th_quiz_free(&quiz);
    }
    th_quiz quiz;
    assert_int_equal(th_gift_read((th_span){(const uint8_t *)"a\0{T}", 5}, &quiz, NULL), TH_EFORMAT);
    th_quiz_free(&quiz);
}

static const char all[] =
    "// of 5f3a91c2\n// @hint a\n// @hint\n// @hint b\n// @attempts 2\n// @lesson x/y\n// @var w 0.1..0.7 step 0.1\n"
    "// @compute calc line w=[[w]]\n// @key /loss\n::n\\:1:: Stem with [[w]]\\n\\n    code = {#computed:0.5 #f "
    "####e}\n\n"
    "[html]a \\{b\\} \\\\\\{ {~%33.33333%\\%x #\\n# y ~%100%%z ~c}\n\n[markdown][html]x {T##only right}\n\n"
    "[markdown]// no comment\\n//x\n  y\\n  \nz {F#only wrong}\n\n{#=3..4 =%50%1:2 ~#} behind\n\n"
    "::p:: q \\\\\\n {=a\\: -> b =c -> d -> e #f}\n\n::s:: q {=%100%\\=a =*#else}\n\n::2:: q {=a ~%100%b}\n\n::e:: q "
    "{####x}";

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    th_quiz quiz = read_text(all), again;
    char *text, *twice;
    th_why why = {0};
    assert_int_equal(quiz.n, 9);
    assert_int_equal(th_gift_write(&quiz, false, &text, &why), TH_OK);
    again = read_text(text);
    if (!same_quiz(&quiz, &again)) fail_msg("%s", text);
    assert_int_equal(th_gift_write(&again, false, &twice, &why), TH_OK);
    assert_string_equal(text, twice);
    free(text);
    free(twice);
    th_quiz_free(&again);
    assert_int_equal(th_gift_write(&quiz, true, &text, &why), TH_OK); /* pure: no word of ours in it */
    assert_null(strstr(text, "@"));
    assert_non_null(strstr(text, "[markdown]Stem"));
    free(text);
    th_quiz_free(&quiz);
}

static void an_arrow_in_an_answer_cannot_be_written(void **state)
{
    (void)state;
    th_choice choice = {.text = (char[]){"a -> b"}, .part = 100};
    th_item item = {.kind = TH_ITEM_TEXT, .stem = (char[]){"q"}, .choices = &choice, .n_choices = 1};
    char *text;
    th_why why = {0};
    assert_int_equal(th_gift_write(&(th_quiz){&item, 1}, false, &text, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "a -> b"));
}

/* Cut at each byte: what is read is always written and read back. */
static void every_cut(void **state)
{
    (void)state;
    size_t fine = 0;
    for (size_t n = 0; n < sizeof all; n++) {
        uint8_t *copy = malloc(n + 1); /* its end is seen by the sanitizers */
        th_quiz quiz, again;
        char *text;
        memcpy(copy, all, n);
        if (!th_gift_read((th_span){copy, n}, &quiz, NULL)) {
            fine++;
            assert_int_equal(th_gift_write(&quiz, false, &text, NULL), TH_OK);
            again = read_text(text);
            if (!same_quiz(&quiz, &again)) fail_msg("cut at %zu: %s", n, text);
            th_quiz_free(&again);
            free(text);
        }
        th_quiz_free(&quiz);
        free(copy);
    }
    assert_true(fine > 10 && fine < sizeof all / 2);
}

static void the_key_is_of_what_a_translation_says(void **state)
{
    (void)state;
    static const char *const same[] = {"::a:: q {=b #f ~c}",
                                       "// @lesson x\n// @attempts 1\n::z::   q {\n =b #f\n ~c\n}"},
                             *const other[] = {"::a:: Q {=b #f ~c}", "::a:: q {=b ~c}", "::a:: q {~b #f =c}",
                                               "// @hint h\n::a:: q {=b #f ~c}", "::a:: q {=b #f ~c ####e}"};
    char key[2][9];
    for (int i = 0; i < 2; i++) {
        th_quiz quiz;
        th_item_key(one(same[i], &quiz), key[i]);
        th_quiz_free(&quiz);
    }
    assert_string_equal(key[0], key[1]);
    assert_int_equal(strlen(key[0]), 8);
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        th_quiz quiz;
        th_item_key(one(other[i], &quiz), key[1]);
        assert_string_not_equal(key[0], key[1]);
        th_quiz_free(&quiz);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices_of_one_right_answer),
        cmocka_unit_test(several_count_without_an_equals_sign),
        cmocka_unit_test(numbers_with_tolerance_range_and_parts),
        cmocka_unit_test(pairs_texts_truth_and_essay),
        cmocka_unit_test(computed_items_have_their_comments),
        cmocka_unit_test(lines_of_windows_and_backslashes),
        cmocka_unit_test(wrong_files_are_told_by_line),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(an_arrow_in_an_answer_cannot_be_written),
        cmocka_unit_test(every_cut),
        cmocka_unit_test(the_key_is_of_what_a_translation_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
