/* Quizzes: loaded with their translations, frozen by seed, shown without keys, and marked. */
#include "../test.h"

#include "base/text.h"
#include "course/draw.h"
#include "course/lesson.h"
#include "course/quiz.h"
#include "os/file.h"

#include <math.h>

/* ---- a small course ---- */

static char folder[TH_PATH_BYTES];

static void put(const char *name, const char *text)
{
    char path[TH_PATH_BYTES + 64], *slash;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    slash = strrchr(path, '/');
    *slash = 0;
    assert_int_equal(th_dir_make(path, NULL), TH_OK);
    *slash = '/';
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, NULL), TH_OK);
}

static int make_course(void **state)
{
    (void)state;
    if (th_dir_temp(folder, NULL)) return -1;
    put("1-rule/course.md", "---\ntitle: Rule\nsummary: s\nhours: 1\n---\n\nAbout.\n");
    put("1-rule/1-coin/chapter.md", "---\ntitle: Coin\nquestion: q\ngoals: g\n---\n\nStory.\n");
    put("1-rule/1-coin/1-fits.md",
        "---\ntitle: Fits\nminutes: 2\n---\n\nText.\n\n:::ask\n::mine:: Is *it*? {T#no#yes}\n:::\n");
    return 0;
}

static int remove_course(void **state)
{
    (void)state;
    th_dir_remove(folder);
    return 0;
}

static th_err load(const char *id, const char *lang, th_quiz *quiz, th_why *why)
{
    th_shelf *shelf;
    TH_TRY(th_shelf_open(folder, &shelf, why));
    const th_err err = th_quiz_load(shelf, id, lang, quiz, why);
    th_shelf_close(shelf);
    return err;
}

static th_quiz loaded(const char *id, const char *lang)
{
    th_quiz quiz;
    th_why why = {0};
    if (load(id, lang, &quiz, &why)) fail_msg("%s", why.text);
    return quiz;
}

/* ---- loading ---- */

static const char english[] =
    "::one:: Right? {=yes #good ~no #bad ####why}\n\n// @attempts 3\n::two:: Number? {#3:0.5}\n\n"
    "// @hint h\n::three:: True? {T}\n";

static void an_item_is_translated_or_english(void **state)
{
    (void)state;
    char es[512], key[3][9];
    put("1-rule/1-coin/quiz.gift", english);
    th_quiz quiz = loaded("rule/coin/quiz", "en");
    assert_int_equal(quiz.n, 3);
    for (size_t i = 0; i < 3; i++) th_item_key(&quiz.items[i], key[i]);
    th_quiz_free(&quiz);
    snprintf(es, sizeof es,
             "// of %s\n::three:: Verdad? {T}\n\n// of %s\n::one:: Bien? {=si #bueno ~no #malo}\n\n"
             "// of 00000000\n::two:: Numero? {#3:0.5}\n",
             key[2], key[0]);
    put("1-rule/1-coin/quiz.es.gift", es);
    quiz = loaded("rule/coin/quiz", "es");
    assert_string_equal(quiz.items[0].stem, "Bien?");
    assert_string_equal(quiz.items[0].lang, "es");
    assert_string_equal(quiz.items[0].choices[0].feedback, "bueno");
    assert_string_equal(quiz.items[0].explanation, "why"); /* not translated: better than nothing */
    assert_string_equal(quiz.items[1].stem, "Number?");    /* its key is of an older English text */
    assert_string_equal(quiz.items[1].lang, "en");
    assert_int_equal(quiz.items[1].attempts, 3);
    assert_string_equal(quiz.items[2].choices[1].text, "Falso");
    assert_string_equal(quiz.items[2].hint, "h");
    th_quiz_free(&quiz);
    quiz = loaded("rule/coin/quiz", "ar"); /* nothing there */
    assert_string_equal(quiz.items[0].stem, "Right?");
    th_quiz_free(&quiz);
}

static void what_a_lesson_asks_is_a_quiz(void **state)
{
    (void)state;
    th_quiz quiz = loaded("rule/coin/fits", "en");
    assert_int_equal(quiz.n, 1);
    assert_string_equal(quiz.items[0].name, "mine");
    assert_int_equal(quiz.items[0].line, 9);
    th_quiz_free(&quiz);
}

static void wrong_quizzes_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"Right? {=yes ~no}", "1-rule/1-coin/quiz.gift, line 1: a question without a name"},
        {"::a:: Right? {=yes ~no}\n\n::a:: q {T}", "line 3: a second question ::a::"},
        {"::a:: Right? {=yes #w = 3 ~no}", "2 right answers in ::a::"},
        {"::a:: Right? {", "quiz.gift, line 1: { and }"},
    };
    th_quiz quiz;
    put("1-rule/1-coin/quiz.es.gift", "");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        th_why why = {0};
        put("1-rule/1-coin/quiz.gift", wrong[i].text);
        assert_int_equal(load("rule/coin/quiz", "en", &quiz, &why), TH_EFORMAT);
        if (!strstr(why.text, wrong[i].says)) fail_msg("\"%s\" lacks \"%s\"", why.text, wrong[i].says);
    }
    put("1-rule/1-coin/quiz.gift", "::a:: Right? {=yes ~no}");
    assert_int_equal(load("rule/coin", "en", &quiz, NULL), TH_ENOENT);
    assert_int_equal(load("rule/none", "en", &quiz, NULL), TH_ENOENT);
    th_quiz one = loaded("rule/coin/quiz", "en");
    char key[9], es[128];
    th_why why = {0};
    th_item_key(&one.items[0], key);
    th_quiz_free(&one);
    snprintf(es, sizeof es, "// of %s\n::a:: Bien? {~no =si}", key);
    put("1-rule/1-coin/quiz.es.gift", es);
    assert_int_equal(load("rule/coin/quiz", "es", &quiz, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "quiz.es.gift, line 2: ::a:: has not the same"));
}

/* ---- freezing ---- */

static const char computed[] = "// @hint w is [[w]]\n// @var w 0.5..3 step 0.5\n// @var b -2..2 step 1\n"
                               "// @compute calc line w=[[w]] b=[[b]]\n// @key /loss\n"
                               "::loss:: w = [[w]], b = [[b]]. {#=computed:0.02 #w [[w]] =%50%computed:10% ~#no}";

/* The only item of a text. */
static th_quiz read_one(const char *text)
{
    th_quiz quiz;
    th_why why = {0};
    if (th_gift_read((th_span){(const uint8_t *)text, strlen(text)}, &quiz, &why)) fail_msg("%s", why.text);
    assert_int_equal(quiz.n, 1);
    return quiz;
}

static void values_are_drawn_by_the_seed(void **state)
{
    (void)state;
    char first[128] = "";
    int different = 0;
    for (uint64_t seed = 1; seed < 20; seed++) {
        double w = 0, b = 0, loss = 0;
        th_quiz quiz = read_one(computed);
        th_item *item = &quiz.items[0];
        th_why why = {0};
        if (th_item_freeze(item, seed, "thimble", &why)) fail_msg("%s", why.text);
        assert_int_equal(sscanf(item->stem, "w = %lf, b = %lf", &w, &b), 2);
        for (int x = 0; x < 4; x++) loss += (w * x + b - 2 * x - 1) * (w * x + b - 2 * x - 1) / 4;
        assert_true(fabs(item->choices[0].value - loss) < 1e-5 * (1 + loss));
        assert_true(fabs(item->choices[1].near - 0.1 * loss) < 1e-5 * (1 + loss));
        assert_true(w >= 0.5 && w <= 3 && b >= -2 && b <= 2 && fmod(w, 0.5) == 0);
        assert_null(strstr(item->hint, "[["));
        assert_null(strstr(item->choices[0].feedback, "[["));
        assert_true(item->n_vars == 0 && !item->compute && !item->key);
        if (seed == 1) snprintf(first, sizeof first, "%s", item->stem);
        different += strcmp(first, item->stem) != 0;
        th_quiz_free(&quiz);
    }
    assert_true(different > 10);
}

static void a_command_that_fails_says_how(void **state)
{
    (void)state;
    static const struct {
        const char *compute, *key, *says;
    } row[] = {
        {"calc line w=x", "/loss", "w takes a number"},
        {"calc line", "/lost", "/lost"},
        {"calc none", "/x", "there is no \"none\""},
        {"data clean x", "/x", "data"},
        {"serve", "/x", "serve"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char text[256];
        th_why why = {0};
        snprintf(text, sizeof text, "// @compute %s\n// @key %s\n::n:: q {#computed:1}", row[i].compute, row[i].key);
        th_quiz quiz = read_one(text);
        const th_err err = th_item_freeze(&quiz.items[0], 1, "/bin/false", &why);
        assert_int_equal(err, TH_EFORMAT);
        if (!strstr(why.text, row[i].says)) fail_msg("\"%s\" lacks \"%s\"", why.text, row[i].says);
        th_quiz_free(&quiz);
    }
}

static void another_verb_runs_the_program(void **state)
{
    (void)state;
    const char *program = getenv("THIMBLE");
    if (!program) {
        print_message("SKIPPED: THIMBLE does not say where the program is\n");
        skip();
    }
    th_quiz quiz = read_one("// @compute model --preset tiny-conv\n// @key /parameters\n::n:: q {#computed:0}");
    th_why why = {0};
    if (th_item_freeze(&quiz.items[0], 1, program, &why)) fail_msg("%s", why.text);
    assert_true(quiz.items[0].choices[0].value == 16652); /* docs/models.md */
    assert_string_equal(quiz.items[0].choices[0].text, "16652:0");
    th_quiz_free(&quiz);
}

/* ---- showing and marking ---- */

/* Marks an answer given as JSON, in which $NAME stands for the id of the choice with that text. */
static th_err mark(const th_item *item, const char *given, th_marked *marked, th_why *why)
{
    th_values ids = {0};
    json_t *shown, *side, *choice;
    size_t i;
    char *filled;
    assert_int_equal(th_item_json(item, 1, &shown, why), TH_OK);
    const char *const sides[] = {"choices", "left", "right"};
    for (int k = 0; k < 3; k++) {
        side = json_object_get(shown, sides[k]);
        json_array_foreach(side, i, choice)
        {
            char name[64];
            const char *html = json_string_value(json_object_get(choice, "html"));
            if (!strncmp(html, "<p>", 3)) html += 3;
            snprintf(name, sizeof name, "%.*s", (int)strcspn(html, "<\n"), html);
            assert_int_equal(th_values_set(&ids, name, json_string_value(json_object_get(choice, "id")), NULL), TH_OK);
        }
    }
    assert_int_equal(th_values_fill(&ids, given, true, &filled, why), TH_OK);
    json_t *o = json_loads(filled, JSON_DECODE_ANY, NULL);
    assert_non_null(o);
    const th_err err = th_item_mark(item, o, marked, why);
    json_decref(o);
    free(filled);
    json_decref(shown);
    th_values_free(&ids);
    return err;
}

static void answers_and_their_points(void **state)
{
    (void)state;
    static const struct {
        const char *item, *given;
        double points;
        bool right;
        const char *feedback, *key; /* a part of it, or NULL: there is none */
    } row[] = {
        {"::n:: q {=aa #f1 ~bb #f2 ~%50%cc}", "\"[[aa]]\"", 1, true, "f1", "aa"},
        {"::n:: q {=aa #f1 ~bb #f2 ~%50%cc}", "\"[[bb]]\"", 0, false, "f2", "aa"},
        {"::n:: q {=aa #f1 ~bb #f2 ~%50%cc}", "\"[[cc]]\"", 0.5, false, NULL, "aa"},
        {"::n:: q {F#no#yes}", "\"[[False]]\"", 1, true, "yes", "False"},
        {"::n:: q {F#no#yes}", "\"[[True]]\"", 0, false, "no", "False"},
        {"::n:: q {~%50%aa #f1 ~%50%bb #f2 ~%-50%cc #f3}", "[\"[[bb]]\", \"[[aa]]\"]", 1, true, "f2", "bb"},
        {"::n:: q {~%50%aa #f1 ~%50%bb #f2 ~%-50%cc #f3}", "[\"[[aa]]\"]", 0.5, false, "f1", "bb"},
        {"::n:: q {~%50%aa #f1 ~%50%bb #f2 ~%-50%cc #f3}", "[\"[[aa]]\", \"[[cc]]\"]", 0, false, "f3", "bb"},
        {"::n:: q {~%50%aa #f1 ~%50%bb #f2 ~%-50%cc #f3}", "[]", 0, false, NULL, "aa"},
        {"::n:: q {~%33.333%aa ~%33.333%bb ~%33.333%cc}", "[\"[[aa]]\", \"[[bb]]\", \"[[cc]]\"]", 1, true, NULL, "aa"},
        {"::n:: q {#3.5:0.1 #f}", "3.6", 1, true, "f", "3.5"},
        {"::n:: q {#3.5:0.1 #f}", "\" 3,42 \"", 1, true, "f", "3.5"},
        {"::n:: q {#3.5:0.1 #f}", "3.61", 0, false, NULL, "3.5"},
        {"::n:: q {#-3}", "\"\u22123\"", 1, true, NULL, "-3"},
        {"::n:: q {#12288}", "\"12,288\"", 1, true, NULL, "12288"},
        {"::n:: q {#12288}", "\"12.288\"", 1, true, NULL, "12288"},
        {"::n:: q {#12288.5}", "\"+12,288.5\"", 1, true, NULL, "12288.5"},
        {"::n:: q {#1234567}", "\"1,234,567\"", 1, true, NULL, "1.23457e+06"},
        {"::n:: q {#3.125}", "\"3,125\"", 1, true, NULL, "3.125"},
        {"::n:: q {#1225}", "\"12,25\"", 0, false, NULL, "1225"},
        {"::n:: q {#12.5}", "\"\u0661\u0662\u066b\u0665\"", 1, true, NULL, "12.5"},
        {"::n:: q {#3..4}", "4", 1, true, NULL, "3 &#8211; 4"},
        {"::n:: q {#=3 #a =%50%3:1 #b ~#c}", "\"2.5\"", 0.5, false, "b", "3"},
        {"::n:: q {#=3 #a =%50%3:1 #b ~#c}", "7", 0, false, "c", "3"},
        {"::n:: q {=aa -> xx =bb -> yy #f =cc -> xx = -> zz}",
         "{\"[[aa]]\": \"[[xx]]\", \"[[bb]]\": \"[[yy]]\", \"[[cc]]\": \"[[xx]]\"}", 1, true, NULL, "bb"},
        {"::n:: q {=aa -> xx =bb -> yy #f =cc -> xx = -> zz}", "{\"[[aa]]\": \"[[xx]]\", \"[[bb]]\": \"[[zz]]\"}",
         1 / 3.0, false, "f", "yy"},
        {"::n:: q {=Fl\u00fcgel =%50%wing *}", "\"  FL\u00dcGEL \"", 1, true, NULL, "gel"},
        {"::n:: q {=two  words =%20%*#other}", "\"Two words\"", 1, true, NULL, "two"},
        {"::n:: q {=two  words =%20%*#other}", "\"three\"", 0.2, false, "other", "two"},
        {"::n:: q {####e}", "\"my words\"", 0, true, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        th_quiz quiz = read_one(row[i].item);
        th_marked m;
        th_why why = {0};
        if (mark(&quiz.items[0], row[i].given, &m, &why)) fail_msg("%s %s: %s", row[i].item, row[i].given, why.text);
        if (fabs(m.points - row[i].points) > 1e-9 || m.right != row[i].right)
            fail_msg("%s %s: %g points, right %d", row[i].item, row[i].given, m.points, m.right);
        if ((m.feedback != NULL) != (row[i].feedback != NULL) || (m.feedback && !strstr(m.feedback, row[i].feedback)))
            fail_msg("%s %s: feedback %s", row[i].item, row[i].given, m.feedback ? m.feedback : "none");
        if ((m.key != NULL) != (row[i].key != NULL) || (m.key && !strstr(m.key, row[i].key)))
            fail_msg("%s %s: key %s", row[i].item, row[i].given, m.key ? m.key : "none");
        th_marked_free(&m);
        th_quiz_free(&quiz);
    }
}

static void what_is_no_answer_is_refused(void **state)
{
    (void)state;
    static const char *const row[][2] = {
        {"::n:: q {=aa ~bb}", "\"aa\""},
        {"::n:: q {=aa ~bb}", "[\"[[aa]]\"]"},
        {"::n:: q {=aa ~bb}", "3"},
        {"::n:: q {~%100%aa ~bb}", "\"[[aa]]\""},
        {"::n:: q {~%100%aa ~bb}", "[\"[[aa]]\", \"[[aa]]\"]"},
        {"::n:: q {~%100%aa ~bb}", "[3]"},
        {"::n:: q {#3}", "\"three\""},
        {"::n:: q {#3}", "\"\""},
        {"::n:: q {#3}", "\"1.2.3\""},
        {"::n:: q {#3}", "true"},
        {"::n:: q {#3}", "\"nan\""},
        {"::n:: q {=aa -> xx =bb -> yy}", "[]"},
        {"::n:: q {=aa -> xx =bb -> yy}", "{\"[[aa]]\": \"[[bb]]\"}"},
        {"::n:: q {=aa -> xx =bb -> yy}", "{\"zz\": \"[[xx]]\"}"},
        {"::n:: q {=aa}", "1"},
        {"::n:: q {}", "\"  \""},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        th_quiz quiz = read_one(row[i][0]);
        th_marked m;
        th_why why = {0};
        if (mark(&quiz.items[0], row[i][1], &m, &why) != TH_EUSAGE) fail_msg("%s %s is taken", row[i][0], row[i][1]);
        assert_non_null(strstr(why.text, "is answered with"));
        assert_null(m.feedback);
        th_quiz_free(&quiz);
    }
    th_quiz quiz = read_one("// @compute calc line\n// @key /loss\n::n:: q {#computed:1}");
    th_marked m;
    assert_int_equal(mark(&quiz.items[0], "3", &m, NULL), TH_EFORMAT); /* not computed */
    th_quiz_free(&quiz);
}

/* The order of the ids of a side. */
static void ids_of(const th_item *item, uint64_t seed, const char *side, char *all, size_t cap)
{
    json_t *shown, *choice;
    size_t i, n = 0;
    assert_int_equal(th_item_json(item, seed, &shown, NULL), TH_OK);
    *all = 0;
    json_array_foreach(json_object_get(shown, side), i, choice) n +=
        th_text_fmt(all + n, cap - n, "%s ", json_string_value(json_object_get(choice, "id")));
    json_decref(shown);
}

static void shown_in_an_order_of_the_seed_without_keys(void **state)
{
    (void)state;
    th_quiz quiz = read_one("// @hint h\n::n:: Which **one**? {=aa #f1 ~bb #f2 ~cc ~dd ####e}");
    json_t *shown;
    char *text, one[128], other[128];
    int different = 0;
    assert_int_equal(th_item_json(&quiz.items[0], 7, &shown, NULL), TH_OK);
    text = json_dumps(shown, 0);
    assert_non_null(strstr(text, "<strong>one</strong>"));
    assert_null(strstr(text, "f1"));
    assert_null(strstr(text, "part"));
    assert_string_equal(json_string_value(json_object_get(shown, "kind")), "single");
    assert_int_equal(json_integer_value(json_object_get(shown, "attempts")), 2);
    assert_true(json_is_true(json_object_get(shown, "hint")));
    assert_int_equal(json_array_size(json_object_get(shown, "choices")), 4);
    free(text);
    json_decref(shown);
    ids_of(&quiz.items[0], 1, "choices", one, sizeof one);
    ids_of(&quiz.items[0], 1, "choices", other, sizeof other);
    assert_string_equal(one, other);
    for (uint64_t seed = 2; seed < 12; seed++) {
        ids_of(&quiz.items[0], seed, "choices", other, sizeof other);
        different += strcmp(one, other) != 0;
    }
    assert_true(different >= 7);
    th_quiz_free(&quiz);
    quiz = read_one("::n:: q {=aa -> xx =bb -> yy =cc -> xx = -> zz}");
    ids_of(&quiz.items[0], 1, "left", one, sizeof one);
    ids_of(&quiz.items[0], 1, "right", other, sizeof other);
    assert_int_equal(strlen(one), 3 * 9);
    assert_int_equal(strlen(other), 3 * 9);
    th_quiz_free(&quiz);
}

static void html_of_others_is_made_safe(void **state)
{
    (void)state;
    th_quiz quiz = read_one(
        "::n:: [html]<p onclick\\=\"x()\">a <b>b</b> & c &amp; 1 < 2&nbsp;&#8211;&#1;&foo;<script>alert(1)</script>"
        "<img src\\=x alt\\=\"a cat\"> <a href\\=\"javascript\\:x\">link</a><i>open {=<u>aa</u> ~bb}");
    json_t *shown;
    assert_int_equal(th_item_json(&quiz.items[0], 1, &shown, NULL), TH_OK);
    assert_string_equal(json_string_value(json_object_get(shown, "stem")),
                        "<p>a <b>b</b> &amp; c &amp; 1 &lt; 2&#160;&#8211;&amp;#1;&amp;foo;a cat link<i>open</i></p>");
    json_decref(shown);
    th_quiz_free(&quiz);
}

/* Whatever the courses in the program ask: its numbers can be computed for any learner, what we call right is right,
 * and nothing is left of [[ ]]. */
static void our_questions_can_be_answered(void **state)
{
    (void)state;
    th_shelf *shelf;
    size_t n, asked = 0, computed_items = 0;
    const char *program = getenv("THIMBLE");
    assert_int_equal(th_shelf_open(NULL, &shelf, NULL), TH_OK);
    const th_page *pages = th_shelf_pages(shelf, &n);
    for (size_t p = 0; p < n; p++) {
        if (pages[p].kind != TH_PAGE_QUIZ && pages[p].kind != TH_PAGE_PLACEMENT && pages[p].kind != TH_PAGE_LESSON)
            continue;
        for (uint64_t seed = 1; seed <= 10; seed++) {
            th_quiz quiz;
            th_why why = {0};
            if (th_quiz_load(shelf, pages[p].id, seed % 2 ? "en" : "es", &quiz, &why)) fail_msg("%s", why.text);
            for (size_t i = 0; i < quiz.n; i++) {
                th_item *item = &quiz.items[i];
                th_marked m;
                computed_items += item->compute != NULL;
                if (th_item_freeze(item, seed, program ? program : "thimble", &why))
                    fail_msg("%s: %s", pages[p].id, why.text);
                json_t *right = th_item_right(item);
                if (th_item_mark(item, right, &m, &why)) fail_msg("%s: %s", pages[p].id, why.text);
                if (!m.right) fail_msg("%s, %s: what is right is not", pages[p].id, item->name);
                assert_null(strstr(item->stem, "[["));
                th_marked_free(&m);
                json_decref(right);
                asked++;
            }
            th_quiz_free(&quiz);
        }
    }
    th_shelf_close(shelf);
    print_message("%zu questions, %zu of them computed\n", asked, computed_items);
    if (n < 10) skip();
    assert_true(asked > 500 && computed_items > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_is_translated_or_english),
        cmocka_unit_test(what_a_lesson_asks_is_a_quiz),
        cmocka_unit_test(wrong_quizzes_are_told),
        cmocka_unit_test(values_are_drawn_by_the_seed),
        cmocka_unit_test(a_command_that_fails_says_how),
        cmocka_unit_test(another_verb_runs_the_program),
        cmocka_unit_test(answers_and_their_points),
        cmocka_unit_test(what_is_no_answer_is_refused),
        cmocka_unit_test(shown_in_an_order_of_the_seed_without_keys),
        cmocka_unit_test(html_of_others_is_made_safe),
        cmocka_unit_test(our_questions_can_be_answered),
    };
    return cmocka_run_group_tests(tests, make_course, remove_course);
}
