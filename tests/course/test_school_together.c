/* Forum, showcase, peers: who may do what, and what others read of it; on SQLite and on PostgreSQL. */
#include "school_case.h"

#include "course/school_class.h"
#include "course/school_together.h"

static th_pupil teacher_of(const school_case *c)
{
    th_pupil who = enter(c, "Ms Curie");
    who.teacher = true;
    return who;
}

static int64_t ask(const school_case *c, const th_pupil *who, const char *page, const char *title, const char *text)
{
    int64_t thread;
    th_why why = {0};
    good(th_school_thread_add(c->school, who, page, title, text, &thread, &why), &why);
    return thread;
}

static int64_t reply(const school_case *c, const th_pupil *who, int64_t thread, const char *text)
{
    int64_t post;
    th_why why = {0};
    good(th_school_post_add(c->school, who, thread, text, &post, &why), &why);
    return post;
}

static json_t *thread_of(const school_case *c, const th_pupil *who, int64_t thread)
{
    json_t *found;
    th_why why = {0};
    good(th_school_thread(c->school, who, thread, &found, &why), &why);
    return found;
}

static json_t *threads_of(const school_case *c, const th_pupil *who, th_threads which)
{
    json_t *found;
    th_why why = {0};
    good(th_school_threads(c->school, who, &which, &found, &why), &why);
    return found;
}

static void a_question_finds_its_answer(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor"), omar = enter(&c, "Omar"), teacher = teacher_of(&c);
    const int64_t thread = ask(&c, &noor, "rule/coin/flip", "Edges?", "Is the **edge** a side? <script>x</script>");
    const int64_t no = reply(&c, &omar, thread, "No."), yes = reply(&c, &omar, thread, "Yes, of 100% of coins.");
    good(th_school_vote(c.school, &noor, yes, true, &why), &why);
    good(th_school_vote(c.school, &noor, yes, true, &why), &why); /* one person, one vote */
    good(th_school_vote(c.school, &teacher, yes, true, &why), &why);
    good(th_school_vote(c.school, &teacher, no, true, &why), &why);
    good(th_school_vote(c.school, &teacher, no, false, &why), &why);
    assert_int_equal(th_school_vote(c.school, &omar, yes, true, NULL), TH_EUSAGE); /* not for oneself */
    assert_int_equal(th_school_vote(c.school, &omar, 999, true, NULL), TH_ENOENT);
    assert_int_equal(th_school_accept(c.school, &omar, yes, true, NULL), TH_EUSAGE); /* who asked says so */
    good(th_school_accept(c.school, &noor, yes, true, &why), &why);
    json_t *found = thread_of(&c, &noor, thread);
    assert_int_equal(json_array_size(at(found, "posts")), 3);
    assert_non_null(strstr(text_at(found, "posts/0/html"), "<strong>edge</strong>"));
    assert_null(strstr(text_at(found, "posts/0/html"), "<script"));
    assert_true(number_at(found, "posts/2/votes") == 2 && json_is_true(at(found, "posts/2/voted")));
    assert_true(json_is_true(at(found, "posts/2/accepted")) && (int64_t)number_at(found, "accepted") == yes);
    assert_true(number_at(found, "posts/1/votes") == 0 && json_is_true(at(found, "mine")));
    assert_int_equal(th_school_accept(c.school, &noor, (int64_t)number_at(found, "posts/0/id"), true, NULL), TH_EUSAGE);
    json_decref(found);

    const int64_t other = ask(&c, &omar, "general", "Hello", "Who is here?");
    found = threads_of(&c, &noor, (th_threads){.page = "rule/coin/flip"});
    assert_int_equal(json_array_size(at(found, "threads")), 1);
    assert_true(number_at(found, "threads/0/posts") == 3 && json_is_true(at(found, "threads/0/accepted")));
    json_decref(found);
    found = threads_of(&c, &noor, (th_threads){.sort = "open"});
    assert_true(json_array_size(at(found, "threads")) == 1 && (int64_t)number_at(found, "threads/0/id") == other);
    json_decref(found);
    found = threads_of(&c, &noor, (th_threads){.contains = "100% OF", .sort = "votes"});
    assert_true(json_array_size(at(found, "threads")) == 1 && (int64_t)number_at(found, "threads/0/id") == thread);
    assert_true(json_is_false(at(found, "more")));
    json_decref(found);
    school_end(&c);
}

static void posts_are_edited_removed_and_restored(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    json_t *found, *all;
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor"), omar = enter(&c, "Omar"), teacher = teacher_of(&c);
    const int64_t thread = ask(&c, &noor, "general", "Q", "One?"), post = reply(&c, &omar, thread, "Rude.");
    assert_int_equal(th_school_post_change(c.school, &noor, post, "Mine now", NULL), TH_EUSAGE);
    assert_int_equal(th_school_post_remove(c.school, &noor, post, true, NULL), TH_EUSAGE);
    good(th_school_post_change(c.school, &omar, post, "Very rude.", &why), &why);
    good(th_school_report(c.school, &noor, post, "It is rude", &why), &why);
    good(th_school_report(c.school, &noor, post, "Still", &why), &why); /* once a person */
    good(th_school_reports(c.school, &teacher, &all, &why), &why);
    assert_int_equal(json_array_size(all), 1);
    assert_string_equal(text_at(all, "0/text"), "Very rude.");
    assert_string_equal(text_at(all, "0/by"), "Noor");
    const int64_t report = (int64_t)number_at(all, "0/id");
    json_decref(all);
    good(th_school_post_remove(c.school, &teacher, post, true, &why), &why);
    good(th_school_report_handled(c.school, &teacher, report, true, &why), &why);
    found = thread_of(&c, &noor, thread);
    assert_string_equal(text_at(found, "posts/1/removed"), "teacher");
    assert_string_equal(text_at(found, "posts/1/text"), "");
    assert_string_equal(text_at(found, "posts/1/html"), "");
    json_decref(found);
    found = thread_of(&c, &teacher, thread);
    assert_string_equal(text_at(found, "posts/1/text"), "Very rude.");
    json_decref(found);
    assert_int_equal(th_school_post_remove(c.school, &omar, post, false, NULL), TH_EUSAGE); /* the teacher's word */
    good(th_school_post_remove(c.school, &teacher, post, false, &why), &why);
    found = thread_of(&c, &noor, thread);
    assert_string_equal(text_at(found, "posts/1/text"), "Very rude.");
    const int64_t first = (int64_t)number_at(found, "posts/0/id");
    json_decref(found);
    good(th_school_post_remove(c.school, &noor, first, true, &why), &why); /* and with it the thread, but for her */
    assert_int_equal(th_school_thread(c.school, &omar, thread, &found, NULL), TH_ENOENT);
    int64_t lost;
    assert_int_equal(th_school_post_add(c.school, &omar, thread, "Late", &lost, NULL), TH_ENOENT);
    good(th_school_post_remove(c.school, &noor, first, false, &why), &why);
    json_decref(thread_of(&c, &omar, thread));
    school_end(&c);
}

static void nobody_floods_the_forum(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    int wait_s = 0;
    school_begin(&c, *state);
    th_pupil noor = enter(&c, "Noor"), omar = enter(&c, "Omar");
    const int64_t thread = ask(&c, &noor, "general", "Q", "One?");
    for (int i = 0; i < 29; i++) {
        good(th_school_post_wait(c.school, &noor, &wait_s, &why), &why);
        assert_int_equal(wait_s, 0);
        (void)reply(&c, &noor, thread, "More");
    }
    good(th_school_post_wait(c.school, &noor, &wait_s, &why), &why);
    assert_in_range(wait_s, 3600, 3601);
    good(th_school_post_wait(c.school, &omar, &wait_s, &why), &why);
    assert_int_equal(wait_s, 0);
    noor.now_ms += 3600000;
    good(th_school_post_wait(c.school, &noor, &wait_s, &why), &why);
    assert_int_equal(wait_s, 0);
    school_end(&c);
}

static void others_say_what_a_project_is_like(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_why why = {0};
    int64_t number = 0, none = 0;
    json_t *one, *list;
    school_begin(&c, *state);
    const th_pupil noor = enter(&c, "Noor"), omar = enter(&c, "Omar"), teacher = teacher_of(&c);
    json_t *body = json_pack("{s:s, s:s, s:s, s:[s]}", "title", "Bees", "text", "It *hears* bees.", "project", "bees",
                             "made", "firmware"),
           *review = json_pack("{s:i, s:i, s:i, s:s}", "mastery", 4, "creativity", 3, "benefit", 2, "text", "Buzz.");
    good(th_school_show_put(c.school, &noor, &number, body, &why), &why);
    assert_int_equal(th_school_review(c.school, &noor, number, review, NULL), TH_EUSAGE); /* not one's own */
    good(th_school_review(c.school, &omar, number, review, &why), &why);
    good(th_school_review(c.school, &omar, number, review, &why), &why); /* once a person */
    json_object_set_new(review, "mastery", json_integer(1));
    good(th_school_review(c.school, &teacher, number, review, &why), &why);
    json_object_set_new(review, "benefit", json_integer(5));
    assert_int_equal(th_school_review(c.school, &teacher, number, review, NULL), TH_EUSAGE);
    good(th_school_show(c.school, &omar, number, &one, &why), &why);
    assert_true(number_at(one, "reviews") == 2 && number_at(one, "mastery") == 2.5 && number_at(one, "benefit") == 2);
    assert_string_equal(text_at(one, "html"), "<p>It <em>hears</em> bees.</p>\n");
    assert_true(json_is_true(at(one, "told/0/mine")) && json_array_size(at(one, "told")) == 2);
    json_decref(one);
    int64_t theirs = number;
    assert_int_equal(th_school_show_put(c.school, &omar, &theirs, body, NULL), TH_ENOENT);
    json_object_set_new(body, "made", json_pack("[i]", 1));
    assert_int_equal(th_school_show_put(c.school, &omar, &none, body, NULL), TH_EUSAGE);
    assert_int_equal(th_school_show_remove(c.school, &omar, number, true, NULL), TH_ENOENT);
    good(th_school_show_remove(c.school, &teacher, number, true, &why), &why);
    assert_int_equal(th_school_show(c.school, &omar, number, &one, NULL), TH_ENOENT);
    good(th_school_showcase(c.school, &omar, &list, &why), &why);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    good(th_school_show_remove(c.school, &teacher, number, false, &why), &why);
    good(th_school_showcase(c.school, &omar, &list, &why), &why);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
    json_decref(body);
    json_decref(review);
    school_end(&c);
}

/* ---- peers ---------------------------------------------------------------------------------------------------- */

static void hand_in(const school_case *c, const th_pupil *who)
{
    char text[120];
    th_why why = {0};
    snprintf(text, sizeof text, "What %s thinks.", who->name + 1); /* "pupil1" */
    json_t *result = json_pack("{s:i, s:i, s:[{s:s, s:s, s:s, s:[{s:s, s:s}]}]}", "score", 1, "of", 1, "texts", "name",
                               "canvas", "title", "Canvas", "text", text, "rubric", "name", "people", "text", "Who?");
    good(th_school_lab_result(c->school, who, "rule/coin/lab", result, &why), &why);
    json_decref(result);
}

static json_t *peer_of(const school_case *c, const th_pupil *who)
{
    json_t *peer;
    th_why why = {0};
    good(th_school_peer(c->school, who, &peer, &why), &why);
    return peer;
}

enum { PUPILS = 6 };

/* A class of six; all but the last one have handed in, who then gets nothing to read. */
static void make_class(const school_case *c, th_pupil pupil[PUPILS])
{
    th_why why = {0};
    int64_t class, joined;
    json_t *one, *body = json_pack("{s:s}", "name", "9b");
    const th_pupil teacher = teacher_of(c);
    good(th_school_class_add(c->school, &teacher, c->shelf, body, &class, &why), &why);
    good(th_school_class(c->school, &teacher, class, &one, &why), &why);
    for (int i = 0; i < PUPILS; i++) {
        char name[16];
        snprintf(name, sizeof name, "pupil%d", i);
        pupil[i] = enter(c, name);
        good(th_school_join(c->school, &pupil[i], text_at(one, "code"), &joined, &why), &why);
        if (i < PUPILS - 1) hand_in(c, &pupil[i]);
    }
    json_decref(one);
    json_decref(body);
}

/* Three texts of others without their names, the same ones each time; the number of the first. */
static int64_t reads_three(const school_case *c, const th_pupil *who)
{
    json_t *one = peer_of(c, who), *again = peer_of(c, who);
    assert_true(json_equal(one, again));
    assert_int_equal(json_array_size(at(one, "review")), 3);
    char *shown = json_dumps(one, 0);
    assert_null(strstr(shown, who->name + 1)); /* not her own */
    assert_null(strstr(shown, "tranger"));
    assert_null(strstr(shown, "\"pupil"));
    free(shown);
    const int64_t first = (int64_t)number_at(one, "review/0/id");
    json_decref(again);
    json_decref(one);
    return first;
}

/* How many of all but the first one were told what she said. */
static int were_told(const school_case *c, const th_pupil pupil[PUPILS])
{
    int told = 0;
    for (int i = 1; i < PUPILS; i++) {
        json_t *one = peer_of(c, &pupil[i]);
        if (json_array_size(at(one, "received")) == 1) {
            told++;
            assert_true(number_at(one, "received/0/scores/people") == 3 && number_at(one, "received/0/n") == 1);
            assert_string_equal(text_at(one, "received/0/texts/0"), "Good.");
        }
        json_decref(one);
    }
    return told;
}

static void peers_read_three_of_others(void **state)
{
    NEEDS_DATABASE((database *)*state);
    school_case c;
    th_pupil pupil[PUPILS];
    th_why why = {0};
    int64_t first = 0;
    json_t *said = json_pack("{s:{s:i}, s:s}", "scores", "people", 3, "text", "Good.");
    school_begin(&c, *state);
    const th_pupil stranger = enter(&c, "stranger"); /* in no class: reads nobody's, and nobody hers */
    hand_in(&c, &stranger);
    make_class(&c, pupil);
    for (int i = PUPILS - 2; i >= 0; i--) first = reads_three(&c, &pupil[i]);
    json_t *none = peer_of(&c, &pupil[PUPILS - 1]);
    assert_int_equal(json_array_size(at(none, "review")), 0);
    json_decref(none);
    assert_int_equal(th_school_peer_say(c.school, &pupil[1], first, said, NULL), TH_ENOENT); /* another one's */
    good(th_school_peer_say(c.school, &pupil[0], first, said, &why), &why);
    json_object_set_new(json_object_get(said, "scores"), "people", json_integer(5));
    assert_int_equal(th_school_peer_say(c.school, &pupil[0], first, said, NULL), TH_EUSAGE);
    assert_int_equal(were_told(&c, pupil), 1);
    json_decref(said);
    school_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_question_finds_its_answer), ON_BOTH(posts_are_edited_removed_and_restored),
        ON_BOTH(nobody_floods_the_forum),     ON_BOTH(others_say_what_a_project_is_like),
        ON_BOTH(peers_read_three_of_others),
    };
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
