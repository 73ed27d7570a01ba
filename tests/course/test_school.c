/* What a learner does is kept, and comes back as it should: on SQLite and on PostgreSQL. */
#include "school_case.h"

static void learners_have_their_own_records(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    json_t *me, *change = json_pack("{s:s, s:s, s:s, s:b, s:s}", "age", "16-18", "education", "school", "gender",
                                    "other", "share", 1, "language", "es");
    school_begin(&c, *state);
    th_pupil noor = enter(&c, "Noor"), again = enter(&c, "Noor"), me_alone = enter(&c, "");
    assert_true(noor.id == again.id && noor.seed == again.seed && noor.id != me_alone.id);
    assert_true(noor.seed != me_alone.seed && noor.seed >= 1 && noor.seed <= INT32_MAX);
    assert_string_equal(me_alone.name, "me");
    good(th_school_me_change(c.school, &noor, change, &why), &why);
    good(th_school_me(c.school, &noor, &me, &why), &why);
    assert_string_equal(text_at(me, "age"), "16-18");
    assert_true(json_is_true(at(me, "share")));
    assert_string_equal(text_at(me, "gender"), "other");
    json_decref(me);
    json_object_set_new(change, "age", json_integer(16));
    assert_int_equal(th_school_me_change(c.school, &noor, change, &why), TH_EUSAGE);
    json_object_set_new(change, "age", json_null());
    json_object_set_new(change, "gender", json_string("robot"));
    assert_int_equal(th_school_me_change(c.school, &noor, change, &why), TH_EUSAGE);
    json_decref(change);
    assert_string_equal(enter(&c, "Noor").language, "es");

    why = (th_why){0};
    const uint64_t sealed = th_school_sealed_seed(c.school); /* it stays, over restarts, and so do the seeds */
    const database *d = *state;
    th_school_close(c.school);
    good(th_school_open(d->where, "/bin/false", &c.school, &why), &why);
    assert_true(th_school_sealed_seed(c.school) == sealed && enter(&c, "Noor").seed == noor.seed);

    good(th_school_left(c.school, "Noor", &why), &why); /* another one with her name is another one */
    again = enter(&c, "Noor");
    assert_true(again.id != noor.id);
    assert_string_equal(again.language, "");
    school_end(&c);
}

static json_t *map_of(const school_case *c, const th_pupil *who)
{
    th_why why = {0};
    json_t *map = json_pack("{s:[{s:s, s:[{s:s, s:[{s:s}, {s:s}], s:{s:s, s:i}, s:{s:s}, s:{s:s}}]}]}", "courses", "id",
                            "rule", "chapters", "id", "rule/coin", "lessons", "id", "rule/coin/flip", "id",
                            "rule/coin/fall", "quiz", "id", "rule/coin/quiz", "items", 4, "lab", "id", "rule/coin/lab",
                            "journal", "id", "rule/coin/journal");
    good(th_school_fill_map(c->school, who, c->shelf, map, &why), &why);
    return map;
}

static void the_map_shows_the_way(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor"), omar = enter(&c, "Omar");
    json_t *map = map_of(&c, &noor),
           *lesson = json_pack("{s:s, s:s, s:[]}", "id", "rule/coin/fall", "lang", "en", "blocks");
    assert_true(json_is_false(at(map, "courses/0/open")) && json_is_false(at(map, "courses/0/done")));
    assert_true(json_is_null(at(map, "last")) && number_at(map, "due") == 0);
    assert_true(json_is_false(at(map, "courses/0/chapters/0/lessons/0/done")));
    assert_true(json_is_null(at(map, "courses/0/chapters/0/quiz/best")));
    json_decref(map);

    good(th_school_progress(c.school, &noor, "rule/coin/flip", false, 40, &why), &why);
    good(th_school_progress(c.school, &noor, "rule/coin/flip", true, 99999, &why), &why);
    good(th_school_progress(c.school, &noor, "rule/coin/flip", false, -5, &why), &why); /* done stays done */
    good(th_school_place(c.school, &noor, "rule/coin/fall", "5f3a91c2", &why), &why);
    good(th_school_journal_write(c.school, &noor, "rule/coin/journal", "On Monday.", &why), &why);
    good(th_school_bookmark(c.school, &noor, "rule/coin/fall", true, &why), &why);
    good(th_school_bookmark(c.school, &noor, "rule/coin/fall", true, &why), &why);
    map = map_of(&c, &noor);
    assert_true(json_is_true(at(map, "courses/0/open")));
    assert_true(json_is_true(at(map, "courses/0/chapters/0/lessons/0/done")));
    assert_true(json_is_false(at(map, "courses/0/chapters/0/lessons/1/done")));
    assert_true(json_is_true(at(map, "courses/0/chapters/0/journal/done")));
    assert_string_equal(text_at(map, "last"), "rule/coin/fall");
    json_decref(map);
    map = map_of(&c, &omar);
    assert_true(json_is_false(at(map, "courses/0/open")));
    json_decref(map);

    good(th_school_fill_lesson(c.school, &noor, c.shelf, lesson, &why), &why);
    assert_true(json_is_true(at(lesson, "bookmarked")) && json_is_false(at(lesson, "done")));
    assert_string_equal(text_at(lesson, "place"), "5f3a91c2");
    json_decref(lesson);
    good(th_school_bookmarks(c.school, &noor, &map, &why), &why);
    assert_int_equal(json_array_size(map), 1);
    json_decref(map);
    school_end(&c);
}

static void notes_are_ones_own(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    json_t *note, *list;
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor"), omar = enter(&c, "Omar");
    good(th_school_note_add(c.school, &noor, "rule/coin/flip", "k1", "50% of It", &note, &why), &why);
    const int64_t id = (int64_t)number_at(note, "id");
    json_decref(note);
    good(th_school_note_add(c.school, &noor, "rule/coin/fall", "k2", "500 of it", &note, &why), &why);
    json_decref(note);
    assert_int_equal(th_school_note_add(c.school, &noor, "rule/coin/fall", "", " \n", &note, NULL), TH_EUSAGE);
    assert_int_equal(th_school_note_change(c.school, &omar, id, "stolen", NULL), TH_ENOENT);
    assert_int_equal(th_school_note_remove(c.school, &omar, id, NULL), TH_ENOENT);
    good(th_school_notes(c.school, &noor, NULL, "50% OF", &list, &why), &why); /* % is a letter like others */
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(text_at(list, "0/lesson"), "rule/coin/flip");
    json_decref(list);
    good(th_school_note_change(c.school, &noor, id, "half of it", &why), &why);
    good(th_school_notes(c.school, &noor, "rule/coin/flip", NULL, &list, &why), &why);
    assert_string_equal(text_at(list, "0/text"), "half of it");
    json_decref(list);
    good(th_school_note_remove(c.school, &noor, id, &why), &why);
    good(th_school_notes(c.school, &noor, NULL, NULL, &list, &why), &why);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
    school_end(&c);
}

/* ---- questions ------------------------------------------------------------------------------------------------ */

static json_t *quiz_of(const school_case *c, const th_pupil *who, const char *id)
{
    th_why why = {0};
    json_t *quiz;
    good(th_school_quiz(c->school, who, c->shelf, id, NULL, &quiz, &why), &why);
    return quiz;
}

/* The id of the choice whose HTML has a word. */
static const char *choice(json_t *quiz, const char *item, const char *word)
{
    json_t *one, *option;
    size_t i, j;
    json_array_foreach(at(quiz, "items"), i, one) json_array_foreach(
        at(one, "choices"), j, option) if (!strcmp(text_at(one, "name"), item) &&
                                           strstr(text_at(option, "html"), word)) return text_at(option, "id");
    fail_msg("no %s in %s", word, item);
    return "";
}

static th_err answer(const school_case *c, const th_pupil *who, const char *quiz, const char *item, json_t *given,
                     json_t **told)
{
    th_why why = {0};
    const th_answer a = {quiz, item, NULL, given};
    th_pupil now = *who;
    now.now_ms = c->now_ms;
    *told = NULL;
    const th_err err = th_school_answer(c->school, &now, c->shelf, &a, told, &why);
    json_decref(given);
    return err;
}

#define QUIZ "rule/coin/quiz"

static void attempts_are_counted_here(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    json_t *told, *quiz;
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor");
    quiz = quiz_of(&c, &noor, QUIZ);
    assert_int_equal(json_array_size(at(quiz, "items")), 4);
    assert_true(number_at(quiz, "of") == 4 && number_at(quiz, "points") == 0);
    assert_string_equal(text_at(quiz, "title"), "Coins");
    char *shown = json_dumps(quiz, 0); /* nothing of the keys, nor of what is said afterwards */
    assert_null(strstr(shown, "A coin has two"));
    assert_null(strstr(shown, "Right."));
    assert_null(strstr(shown, "edge"));
    free(shown);
    const char *wrong = choice(quiz, "sides", "three"), *right = choice(quiz, "sides", "two");
    assert_int_equal(answer(&c, &noor, QUIZ, "sides", json_string(wrong), &told), TH_OK);
    assert_true(json_is_false(at(told, "right")) && number_at(told, "attempts_left") == 1);
    assert_non_null(strstr(text_at(told, "feedback"), "No."));
    assert_true(json_is_null(at(told, "key")) && json_is_null(at(told, "explanation")));
    assert_string_equal(text_at(told, "lesson"), "rule/coin/flip");
    json_decref(told);
    assert_int_equal(answer(&c, &noor, QUIZ, "sides", json_string(right), &told), TH_OK);
    assert_true(json_is_true(at(told, "right")) && number_at(told, "attempts_left") == 0);
    assert_non_null(strstr(text_at(told, "explanation"), "A coin has two"));
    json_decref(told);
    assert_int_equal(answer(&c, &noor, QUIZ, "sides", json_string(right), &told), TH_EEXIST);
    assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string("rain"), &told), TH_OK);
    json_decref(told);
    assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string("snow"), &told), TH_OK);
    assert_true(number_at(told, "attempts_left") == 0 && json_is_string(at(told, "key")));
    json_decref(told);
    assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string("coin"), &told), TH_EEXIST);
    assert_int_equal(answer(&c, &noor, QUIZ, "none", json_string("coin"), &told), TH_ENOENT);
    assert_int_equal(answer(&c, &noor, "rule/none", "word", json_string("coin"), &told), TH_ENOENT);
    assert_int_equal(answer(&c, &noor, QUIZ, "many", json_integer(7), &told), TH_EUSAGE);
    json_decref(quiz);
    quiz = quiz_of(&c, &noor, QUIZ);
    assert_true(number_at(quiz, "points") == 1 && number_at(quiz, "items/0/used") == 2);
    assert_true(json_is_true(at(quiz, "items/0/answered/right")));
    assert_string_equal(text_at(quiz, "items/3/answered/given"), "snow");
    json_decref(quiz);
    json_t *map = map_of(&c, &noor);
    assert_true(number_at(map, "courses/0/chapters/0/quiz/best") == 1);
    json_decref(map);
    school_end(&c);
}

static void values_are_a_learners_own(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    json_t *told;
    char stem[8][256], number[2] = {0};
    int different = 0;
    school_begin(&c, *state);
    for (int i = 0; i < 8; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%d", i);
        const th_pupil who = enter(&c, name);
        json_t *quiz = quiz_of(&c, &who, QUIZ), *again = quiz_of(&c, &who, QUIZ);
        assert_true(json_equal(quiz, again));
        snprintf(stem[i], sizeof stem[i], "%s", text_at(quiz, "items/2/stem"));
        different += strcmp(stem[i], stem[0]) != 0;
        const char *value = strstr(stem[i], "w = ");
        assert_non_null(value);
        number[0] = value[4];
        assert_int_equal(answer(&c, &who, QUIZ, "mine", json_string(number), &told), TH_OK);
        assert_true(json_is_true(at(told, "right")));
        json_decref(told);
        json_decref(again);
        json_decref(quiz);
    }
    assert_true(different > 0);
    school_end(&c);
}

static int64_t due(const school_case *c, const th_pupil *who)
{
    th_pupil now = *who;
    now.now_ms = c->now_ms;
    json_t *quiz = quiz_of(c, &now, "review");
    const int64_t n = (int64_t)number_at(quiz, "of");
    json_decref(quiz);
    return n;
}

/* Missed today: it comes back after 1, 3, 7 and 21 days, and then no more; a miss begins again. */
static void missed_questions_come_back(void **state)
{
    NEEDS_DATABASE((database *)*state);
    static const int days[] = {1, 3, 7, 21};
    school_case c;
    json_t *told;
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor");
    assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string("rain"), &told), TH_OK);
    json_decref(told);
    assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string("coin"), &told), TH_OK); /* yet it was missed once */
    json_decref(told);
    assert_int_equal(answer(&c, &noor, "review", QUIZ "/word", json_string("coin"), &told), TH_EEXIST); /* not yet */
    c.now_ms += DAY;
    assert_int_equal(due(&c, &noor), 1);
    assert_int_equal(answer(&c, &noor, "review", QUIZ "/word", json_string("snow"), &told), TH_OK);
    json_decref(told);
    for (int i = 0; i < 4; i++) {
        c.now_ms += days[i] * DAY - 1;
        assert_int_equal(due(&c, &noor), 0);
        c.now_ms += 1;
        assert_int_equal(due(&c, &noor), 1);
        assert_int_equal(answer(&c, &noor, "review", QUIZ "/word", json_string("coin"), &told), TH_OK);
        assert_true(json_is_true(at(told, "right")));
        json_decref(told);
    }
    c.now_ms += 400 * DAY;
    assert_int_equal(due(&c, &noor), 0);
    json_t *quiz = quiz_of(&c, &noor, QUIZ); /* a review that was missed takes nothing away */
    assert_true(number_at(quiz, "points") == 1 && number_at(quiz, "items/3/used") == 2);
    json_decref(quiz);
    school_end(&c);
}

/* Missed as often as one may: what is right in a review then counts for the quiz, so all of it can still be reached. */
static void a_review_makes_good(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    json_t *told;
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string("rain"), &told), TH_OK);
        json_decref(told);
    }
    assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string("coin"), &told), TH_EEXIST);
    json_t *quiz = quiz_of(&c, &noor, QUIZ);
    assert_true(number_at(quiz, "points") == 0 && !json_is_true(at(quiz, "items/3/answered/right")));
    assert_non_null(at(quiz, "items/3/answered/lesson"));
    json_decref(quiz);
    c.now_ms += DAY;
    assert_int_equal(answer(&c, &noor, "review", QUIZ "/word", json_string("snow"), &told), TH_OK);
    json_decref(told);
    quiz = quiz_of(&c, &noor, QUIZ);
    assert_true(number_at(quiz, "points") == 0);
    json_decref(quiz);
    c.now_ms += DAY;
    assert_int_equal(answer(&c, &noor, "review", QUIZ "/word", json_string("coin"), &told), TH_OK);
    json_decref(told);
    quiz = quiz_of(&c, &noor, QUIZ);
    assert_true(number_at(quiz, "points") == 1 && json_is_true(at(quiz, "items/3/answered/right")));
    assert_string_equal(text_at(quiz, "items/3/answered/given"), "coin");
    json_decref(quiz);
    json_t *map = map_of(&c, &noor);
    assert_true(number_at(map, "courses/0/chapters/0/quiz/best") == 1);
    json_decref(map);
    school_end(&c);
}

static void hints_placement_and_asks(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    json_t *told, *quiz;
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor");
    const th_answer sides = {QUIZ, "sides", NULL, NULL}, word = {QUIZ, "word", NULL, NULL};
    good(th_school_hint(c.school, &noor, c.shelf, &sides, &told, &why), &why);
    assert_non_null(strstr(text_at(told, "hint"), "edge"));
    json_decref(told);
    assert_int_equal(th_school_hint(c.school, &noor, c.shelf, &word, &told, &why), TH_ENOENT);
    quiz = quiz_of(&c, &noor, QUIZ);
    assert_non_null(strstr(text_at(quiz, "items/0/hint_html"), "edge"));
    assert_true(number_at(quiz, "items/0/used") == 0);
    json_decref(quiz);

    quiz = quiz_of(&c, &noor, "placement/rule");
    assert_int_equal(json_array_size(at(quiz, "items")), 1);
    assert_int_equal(answer(&c, &noor, "placement/rule", "know", json_string(choice(quiz, "know", "three")), &told),
                     TH_OK);
    json_decref(told);
    json_decref(quiz);
    c.now_ms += 2 * DAY;
    assert_int_equal(due(&c, &noor), 0); /* what one need not know yet is not missed */

    json_t *lesson = json_pack("{s:s, s:s, s:[{s:s}, {s:s}]}", "id", "rule/coin/flip", "lang", "en", "blocks", "kind",
                               "html", "kind", "ask");
    good(th_school_fill_lesson(c.school, &noor, c.shelf, lesson, &why), &why);
    assert_string_equal(text_at(lesson, "blocks/1/item/name"), "heads");
    for (int i = 0; i < 5; i++) { /* for oneself, as often as one likes */
        const char *id = text_at(lesson, "blocks/1/item/choices/0/id");
        assert_int_equal(answer(&c, &noor, "rule/coin/flip", "heads", json_string(id), &told), TH_OK);
        assert_true(json_is_string(at(told, "feedback")));
        json_decref(told);
    }
    json_decref(lesson);
    school_end(&c);
}

/* ---- labs, the end -------------------------------------------------------------------------------------------- */

static void pass_lab(const school_case *c, const th_pupil *who, double score)
{
    th_why why = {0};
    json_t *result = json_pack("{s:s, s:f, s:i, s:[{s:s, s:b, s:s}]}", "level", "class", "score", score, "of", 4,
                               "properties", "name", "heads", "ok", score > 3, "saw", "3");
    good(th_school_lab_result(c->school, who, "rule/coin/lab", result, &why), &why);
    json_decref(result);
}

static json_t *completion(const school_case *c, const th_pupil *who)
{
    th_why why = {0};
    json_t *all;
    good(th_school_completion(c->school, who, c->shelf, "rule", &all, &why), &why);
    return all;
}

static void a_course_comes_to_its_end(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    json_t *told, *all;
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor");
    all = completion(&c, &noor);
    assert_true(json_is_false(at(all, "complete")));
    assert_int_equal(json_array_size(at(all, "missing")), 4);
    json_decref(all);
    good(th_school_progress(c.school, &noor, "rule/coin/flip", true, 9, &why), &why);
    good(th_school_progress(c.school, &noor, "rule/coin/fall", true, 9, &why), &why);
    pass_lab(&c, &noor, 2);
    pass_lab(&c, &noor, 4);
    pass_lab(&c, &noor, 1); /* the best counts */
    json_t *quiz = quiz_of(&c, &noor, QUIZ);
    const char *w = strstr(text_at(quiz, "items/2/stem"), "w = ");
    const char number[2] = {w[4], 0};
    assert_int_equal(answer(&c, &noor, QUIZ, "sides", json_string(choice(quiz, "sides", "two")), &told), TH_OK);
    json_decref(told);
    assert_int_equal(answer(&c, &noor, QUIZ, "mine", json_string(number), &told), TH_OK);
    json_decref(told);
    assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string(" COIN "), &told), TH_OK);
    json_decref(told);
    all = completion(&c, &noor); /* 3 of 4 are less than 80 % */
    assert_int_equal(json_array_size(at(all, "missing")), 1);
    assert_string_equal(text_at(all, "missing/0/what"), "quiz");
    json_decref(all);
    const char *cent = choice(quiz, "many", "cent"), *euro = choice(quiz, "many", "euro");
    c.now_ms += 5000;
    assert_int_equal(answer(&c, &noor, QUIZ, "many", json_pack("[s, s]", cent, euro), &told), TH_OK);
    assert_true(json_is_true(at(told, "right")));
    json_decref(told);
    json_decref(quiz);
    all = completion(&c, &noor);
    assert_true(json_is_true(at(all, "complete")) && (int64_t)number_at(all, "at") == (START + 5000) / 1000);
    json_decref(all);
    all = map_of(&c, &noor);
    assert_true(json_is_true(at(all, "courses/0/done")) && number_at(all, "courses/0/chapters/0/lab/best") == 4);
    json_decref(all);
    good(th_school_lab_results(c.school, &noor, "rule/coin/lab", &all, &why), &why);
    assert_true(json_array_size(all) == 3 && number_at(all, "0/score") == 1);
    assert_string_equal(text_at(all, "1/properties/0/name"), "heads");
    json_decref(all);
    assert_int_equal(th_school_completion(c.school, &noor, c.shelf, "none", &all, &why), TH_ENOENT);
    school_end(&c);
}

/* ---- the record ----------------------------------------------------------------------------------------------- */

typedef struct lines {
    int n;
    char last[2048];
    json_t *json[16];
} lines;

static bool take(void *ctx, const char *line)
{
    lines *l = ctx;
    if (l->n < 16) l->json[l->n] = json_loads(line, 0, NULL);
    l->n++;
    snprintf(l->last, sizeof l->last, "%s", line);
    return true;
}

static void the_record_goes_out(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    json_t *told, *all;
    lines xapi = {0}, again = {0}, csv = {0};
    school_begin(&c, *state);
    th_pupil noor = enter(&c, "=Noor"), omar = enter(&c, "Omar");
    good(th_school_progress(c.school, &noor, "rule/coin/flip", true, 9, &why), &why);
    c.now_ms += 1250;
    assert_int_equal(answer(&c, &noor, QUIZ, "word", json_string("=1+1"), &told), TH_OK);
    json_decref(told);
    noor.now_ms += 2000;
    pass_lab(&c, &noor, 4);
    good(th_school_progress(c.school, &omar, "rule/coin/flip", false, 9, &why), &why);
    good(th_school_xapi(c.school, &noor, "https://desk:8765/", take, &xapi, &why), &why);
    good(th_school_xapi(c.school, &noor, "https://desk:8765/", take, &again, &why), &why);
    assert_int_equal(xapi.n, 4);
    assert_string_equal(text_at(xapi.json[2], "verb/id"), "http://adlnet.gov/expapi/verbs/answered");
    assert_string_equal(text_at(xapi.json[2], "timestamp"), "2024-10-04T01:00:01.250Z");
    assert_true(json_is_false(at(xapi.json[2], "result/success")) &&
                number_at(xapi.json[2], "result/score/scaled") == 0);
    assert_string_equal(text_at(xapi.json[3], "verb/display/en"), "passed");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(strlen(text_at(xapi.json[i], "id")), 36);
        assert_true(json_equal(xapi.json[i], again.json[i]));
        json_decref(xapi.json[i]);
        json_decref(again.json[i]);
    }
    good(th_school_csv(c.school, NULL, take, &csv, &why), &why);
    assert_int_equal(csv.n, 6);
    assert_non_null(strstr(csv.last, "\"Omar\",\"experienced\",\"rule/coin/flip\""));
    csv.n = 99;
    good(th_school_csv(c.school, &noor, take, &csv, &why), &why);
    assert_non_null(strstr(csv.last, "\"'=Noor\",\"passed\""));
    good(th_school_everything(c.school, &noor, &all, &why), &why);
    assert_string_equal(text_at(all, "answers/0/given"), "=1+1");
    assert_string_equal(text_at(all, "me/name"), "=Noor");
    assert_int_equal(json_array_size(at(all, "lab_results")), 1);
    json_decref(all);
    school_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(learners_have_their_own_records),
        ON_BOTH(the_map_shows_the_way),
        ON_BOTH(notes_are_ones_own),
        ON_BOTH(attempts_are_counted_here),
        ON_BOTH(values_are_a_learners_own),
        ON_BOTH(missed_questions_come_back),
        ON_BOTH(a_review_makes_good),
        ON_BOTH(hints_placement_and_asks),
        ON_BOTH(a_course_comes_to_its_end),
        ON_BOTH(the_record_goes_out),
    };
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
