/* Classes: who sees what, gradebook, deadlines, dashboard, own lessons: on SQLite and on PostgreSQL. */
#include "school_case.h"

#include "course/groups.h"
#include "course/school_class.h"

#include <math.h>

static th_pupil teacher_of(const school_case *c)
{
    th_pupil who = enter(c, "Ms Curie");
    who.teacher = true;
    return who;
}

static int64_t make_class(const school_case *c, const char *policy)
{
    const th_pupil teacher = teacher_of(c);
    th_why why = {0};
    int64_t number;
    json_t *body = json_pack("{s:s, s:[s]}", "name", "9b", "courses", "rule");
    if (policy) json_object_set_new(body, "policy", json_loads(policy, 0, NULL));
    good(th_school_class_add(c->school, &teacher, c->shelf, body, &number, &why), &why);
    json_decref(body);
    return number;
}

static void code_of(const school_case *c, int64_t number, char code[8])
{
    const th_pupil teacher = teacher_of(c);
    th_why why = {0};
    json_t *class;
    good(th_school_class(c->school, &teacher, number, &class, &why), &why);
    const char *text = text_at(class, "code");
    assert_int_equal(strlen(text), 6);
    memcpy(code, text, 7);
    json_decref(class);
}

static th_pupil join(const school_case *c, int64_t number, const char *name)
{
    char code[8];
    int64_t joined;
    th_why why = {0};
    const th_pupil who = enter(c, name);
    code_of(c, number, code);
    good(th_school_join(c->school, &who, code, &joined, &why), &why);
    assert_true(joined == number);
    return who;
}

static void members_see_their_class(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    char code[8], other[8];
    int64_t joined;
    json_t *list, *class;
    school_begin(&c, *state);
    const int64_t number = make_class(&c, NULL);
    const th_pupil teacher = teacher_of(&c), omar = enter(&c, "Omar");
    code_of(&c, number, code);
    assert_int_equal(strlen(code), 6);
    assert_int_equal(th_school_join(c.school, &omar, strcmp(code, "100000") ? "100000" : "100001", &joined, &why),
                     TH_ENOENT);
    assert_int_equal(th_school_class(c.school, &omar, number, &class, NULL), TH_ENOENT);
    const th_pupil noor = join(&c, number, "Noor");
    (void)join(&c, number, "Noor"); /* twice is once */
    why = (th_why){0};
    good(th_school_class(c.school, &noor, number, &class, &why), &why);
    assert_true(number_at(class, "members") == 1 && !at(class, "code") && !at(class, "learners"));
    json_decref(class);
    good(th_school_class(c.school, &teacher, number, &class, &why), &why);
    assert_string_equal(text_at(class, "learners/0/name"), "Noor");
    json_decref(class);
    good(th_school_classes(c.school, &omar, &list, &why), &why);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);

    good(th_school_announce(c.school, &teacher, number, "**Bring** it <b>", &why), &why);
    assert_int_equal(th_school_announcements(c.school, &omar, number, &list, NULL), TH_ENOENT);
    good(th_school_announcements(c.school, &noor, number, &list, &why), &why);
    assert_non_null(strstr(text_at(list, "0/html"), "<strong>Bring</strong> it &lt;b&gt;"));
    const int64_t told = (int64_t)number_at(list, "0/id");
    json_decref(list);
    assert_int_equal(th_school_announcement_remove(c.school, number + 1, told, NULL), TH_ENOENT);
    good(th_school_announcement_remove(c.school, number, told, &why), &why);

    json_t *renew = json_pack("{s:b}", "renew", 1);
    do {
        good(th_school_class_change(c.school, c.shelf, number, renew, &why), &why);
        code_of(&c, number, other);
    } while (!strcmp(code, other));
    json_decref(renew);
    assert_int_equal(th_school_join(c.school, &omar, code, &joined, NULL), TH_ENOENT);
    good(th_school_member_remove(c.school, number, "Noor", &why), &why);
    assert_int_equal(th_school_member_remove(c.school, number, "Noor", NULL), TH_ENOENT);
    good(th_school_class_remove(c.school, number, &why), &why);
    assert_int_equal(th_school_class(c.school, &teacher, number, &class, NULL), TH_ENOENT);
    school_end(&c);
}

static void own_lessons_stand_in_the_map(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    int64_t lesson = 0;
    json_t *page,
        *body = json_pack("{s:s, s:s, s:s}", "chapter", "rule/coin", "title", "Ours", "markdown", "What *is* it?");
    school_begin(&c, *state);
    const int64_t number = make_class(&c, NULL);
    const th_pupil teacher = teacher_of(&c), noor = join(&c, number, "Noor"), omar = enter(&c, "Omar");
    good(th_school_own_lesson_put(c.school, &teacher, c.shelf, number, &lesson, body, &why), &why);
    json_t *map =
        json_pack("{s:[{s:s, s:[{s:s, s:[]}]}]}", "courses", "id", "rule", "chapters", "id", "rule/coin", "lessons");
    good(th_school_fill_map(c.school, &noor, c.shelf, map, &why), &why);
    char id[40];
    snprintf(id, sizeof id, "own/%lld", (long long)lesson);
    assert_string_equal(text_at(map, "courses/0/chapters/0/lessons/0/id"), id);
    assert_true(json_is_false(at(map, "courses/0/chapters/0/lessons/0/done")));
    json_decref(map);
    good(th_school_own_lesson(c.school, &noor, id, &page, &why), &why);
    assert_string_equal(text_at(page, "blocks/0/html"), "<p>What <em>is</em> it?</p>\n");
    assert_string_equal(text_at(page, "course"), "rule");
    json_decref(page);
    assert_int_equal(th_school_own_lesson(c.school, &omar, id, &page, NULL), TH_ENOENT);
    json_object_set_new(body, "chapter", json_string("rule"));
    assert_int_equal(th_school_own_lesson_put(c.school, &teacher, c.shelf, number, &lesson, body, NULL), TH_EUSAGE);
    json_object_set_new(body, "chapter", json_string("rule/coin"));
    json_object_set_new(body, "markdown", json_string("New."));
    good(th_school_own_lesson_put(c.school, &teacher, c.shelf, number, &lesson, body, &why), &why);
    good(th_school_own_lesson_remove(c.school, number, lesson, &why), &why);
    assert_int_equal(th_school_own_lesson(c.school, &noor, id, &page, NULL), TH_ENOENT);
    json_decref(body);
    school_end(&c);
}

/* ---- grades
 * ----------------------------------------------------------------------------------------------------------- */

static void answer_word(const school_case *c, th_pupil who, const char *word)
{
    th_why why = {0};
    json_t *given = json_string(word), *told;
    who.now_ms = c->now_ms;
    const th_answer a = {"rule/coin/quiz", "word", NULL, given};
    good(th_school_answer(c->school, &who, c->shelf, &a, &told, &why), &why);
    json_decref(given);
    json_decref(told);
}

static void grade_lab(const school_case *c, th_pupil who, double score)
{
    th_why why = {0};
    json_t *result = json_pack("{s:f, s:i, s:i, s:[]}", "score", score, "of", 10, "unseen", 2, "properties");
    who.now_ms = c->now_ms;
    good(th_school_lab_result(c->school, &who, "rule/coin/lab", result, &why), &why);
    json_decref(result);
}

static json_t *book_of(const school_case *c, int64_t number)
{
    th_why why = {0};
    json_t *book;
    good(th_school_gradebook(c->school, c->shelf, number, "en", &book, &why), &why);
    return book;
}

static void near(double got, double wanted)
{
    if (fabs(got - wanted) > 1e-6) fail_msg("%g, not %g", got, wanted);
}

/* quiz of 4, lab, journal; weights 50, 40, 10; 10 % a day. */
static void grades_follow_the_policy(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    char *csv;
    school_begin(&c, *state);
    const int64_t number = make_class(&c, "{\"weights\": {\"quiz\": 50, \"lab\": 40, \"journal\": 10}, \"drop\": {},"
                                          "\"cutoffs\": {\"A\": 60, \"pass\": 40}, \"late\": 10}");
    const th_pupil noor = join(&c, number, "=Noor"), omar = join(&c, number, "Omar");
    json_t *deadlines = json_pack("[{s:s, s:I}, {s:s, s:I}]", "id", "rule", "at", (json_int_t)(START / 1000 + 100),
                                  "id", "rule/coin/lab", "at", (json_int_t)(START / 1000 - 100));
    good(th_school_deadlines(c.school, c.shelf, number, deadlines, &why), &why);
    json_decref(deadlines);
    answer_word(&c, noor, "coin"); /* in time: 1 of 4 */
    grade_lab(&c, noor, 8);        /* all that could be looked at, a day late */
    good(th_school_journal_write(c.school, &noor, "rule/coin/journal", "Yes.", &why), &why);
    json_t *book = book_of(&c, number);
    assert_int_equal(json_array_size(at(book, "columns")), 3);
    assert_string_equal(text_at(book, "columns/0/kind"), "quiz");
    assert_string_equal(text_at(book, "rows/0/learner"), "=Noor");
    near(number_at(book, "rows/0/cells/0/points"), 1);
    near(number_at(book, "rows/0/cells/1/points"), 0.9);
    near(number_at(book, "rows/0/cells/1/late"), 1);
    near(number_at(book, "rows/0/total"), 50 * 0.25 + 40 * 0.9 + 10);
    assert_string_equal(text_at(book, "rows/0/grade"), "pass");
    assert_true(json_is_null(at(book, "rows/1/cells/0/points")));
    near(number_at(book, "rows/1/total"), 0);
    assert_string_equal(text_at(book, "rows/1/grade"), "");
    good(th_school_gradebook_csv(book, &csv, &why), &why);
    assert_non_null(
        strstr(csv, "\"learner\",\"rule/coin/quiz\",\"rule/coin/lab\",\"rule/coin/journal\",\"total\",\"grade\"\r\n"));
    assert_non_null(strstr(csv, "\"'=Noor\",1,0.9,1,58.5,\"pass\"\r\n")); /* no formula */
    free(csv);
    json_decref(book);

    c.now_ms += 3 * DAY; /* better, yet so late that it is worse */
    grade_lab(&c, omar, 4);
    c.now_ms += 3 * DAY;
    grade_lab(&c, omar, 5);
    book = book_of(&c, number);
    near(number_at(book, "rows/1/cells/1/points"), 0.5 * 0.6);
    near(number_at(book, "rows/1/cells/1/late"), 4);
    json_decref(book);
    school_end(&c);
}

static void policies_are_checked(void **state)
{
    static const char *const wrong[] = {"[]",
                                        "{\"weights\": 3}",
                                        "{\"weights\": {\"exam\": 1}}",
                                        "{\"drop\": {\"quiz\": -1}}",
                                        "{\"cutoffs\": {\"A\": 101}}",
                                        "{\"late\": \"x\"}",
                                        "{\"late\": 101}"};
    NEEDS_DATABASE((database *)*state);
    school_case c;
    school_begin(&c, *state);
    const int64_t number = make_class(&c, NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        th_why why = {0};
        json_t *body = json_pack("{s:o}", "policy", json_loads(wrong[i], 0, NULL));
        assert_int_equal(th_school_class_change(c.school, c.shelf, number, body, &why), TH_EUSAGE);
        assert_non_null(strstr(why.text, "policy"));
        json_decref(body);
    }
    school_end(&c);
}

/* ---- the dashboard
 * ----------------------------------------------------------------------------------------------------- */

static void tell(const school_case *c, const th_pupil *who, const char *age, bool share)
{
    th_why why = {0};
    json_t *change = json_pack("{s:s, s:b}", "age", age, "share", share);
    good(th_school_me_change(c->school, who, change, &why), &why);
    json_decref(change);
}

static void a_dashboard_tells_of_all_and_of_nobody(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    json_t *board;
    char name[16];
    school_begin(&c, *state);
    const int64_t number = make_class(&c, NULL);
    for (int i = 0; i < 13; i++) { /* 6 of 13 to 15, 5 of 16 to 18, one of over 60, one does not share hers */
        snprintf(name, sizeof name, "p%02d", i);
        const th_pupil who = join(&c, number, name);
        tell(&c, &who, i < 6 ? "13-15" : i < 11 ? "16-18" : "over-60", i < 12);
        good(th_school_progress(c.school, &who, "rule/coin/flip", i < 8, 10 + i, &why), &why);
        if (i < 4) good(th_school_progress(c.school, &who, "rule/coin/fall", true, 5, &why), &why);
    }
    th_pupil teacher = teacher_of(&c);
    teacher.now_ms += 8 * DAY;
    const th_pupil last = join(&c, number, "p12");
    (void)last;
    good(th_school_dashboard(c.school, &teacher, c.shelf, number, "en", &board, &why), &why);
    near(number_at(board, "members"), 13);
    near(number_at(board, "enrolment/0/n"), 13);
    near(number_at(board, "active/0/n"), 13);
    assert_string_equal(text_at(board, "items/0/id"), "rule/coin/flip");
    near(number_at(board, "items/0/started"), 13);
    near(number_at(board, "items/0/done"), 8);
    near(number_at(board, "items/0/median_s"), 16);
    assert_string_equal(text_at(board, "items/2/kind"), "quiz");
    near(number_at(board, "completion"), 0);
    assert_int_equal(json_array_size(at(board, "stopped")), 2);
    /* over-60 (1) and those who said nothing (1) are 2: the smaller of the others is not told, either */
    assert_int_equal(json_array_size(at(board, "groups/age")), 1);
    assert_string_equal(text_at(board, "groups/age/0/group"), "13-15");
    assert_int_equal(json_array_size(at(board, "groups/gender")), 1); /* nobody told hers */
    assert_true(json_is_null(at(board, "groups/gender/0/group")));
    json_decref(board);
    school_end(&c);
}

/* Whatever the groups: none of fewer than five is told, and those that are not told are none or five and more together
 * (or all). */
static void small_groups_stay_hidden(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed < 20000; seed++) {
        th_group g[5] = {{.name = "a"}};
        unsigned x = seed * 2654435761u;
        int hidden = 0, told = 0;
        for (int i = 0; i < 5; i++, x = x * 1664525u + 1013904223u) g[i].n = (int)(x >> 24) % 12;
        th_groups_hide(g, 5);
        for (int i = 0; i < 5; i++) {
            assert_true(!g[i].told || g[i].n >= 5);
            hidden += g[i].told ? 0 : g[i].n;
            told += g[i].told;
        }
        assert_true(hidden == 0 || hidden >= 5 || told == 0);
    }
    th_group fine[2] = {{.n = 5}, {.n = 9}};
    th_groups_hide(fine, 2);
    assert_true(fine[0].told && fine[1].told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(members_see_their_class),
        ON_BOTH(own_lessons_stand_in_the_map),
        ON_BOTH(grades_follow_the_policy),
        ON_BOTH(policies_are_checked),
        ON_BOTH(a_dashboard_tells_of_all_and_of_nobody),
        cmocka_unit_test(small_groups_stay_hidden),
    };
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
