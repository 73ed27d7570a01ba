/* A small course and a school with a clock of its own, for tests. */
#ifndef TH_TESTS_COURSE_SCHOOL_CASE_H
#define TH_TESTS_COURSE_SCHOOL_CASE_H

#include "../store/databases.h"
#include "put_file.h"

#include "course/school.h"

#define DAY   INT64_C(86400000)
#define START (INT64_C(20000) * DAY + 3600000)

typedef struct school_case {
    char courses[TH_PATH_BYTES];
    th_shelf *shelf;
    th_school *school;
    int64_t now_ms;
} school_case;

static inline void good(th_err err, const th_why *why)
{
    if (err) fail_msg("%s", why->text);
}

/* A course "rule" with two chapters, two lessons, a quiz of four questions (one computed), a lab, a journal. */
static inline void put_courses(const char *dir)
{
    put_file(dir, "glossary.md", "## arena\n\nMemory for the network.\n");
    put_file(dir, "1-rule/course.md", "---\ntitle: The rule\nsummary: What a network is\nhours: 3\n---\n\nA course.\n");
    put_file(dir, "1-rule/placement.gift", "::know:: What is one and one? {=two ~three}\n");
    put_file(
        dir, "1-rule/1-coin/chapter.md",
        "---\ntitle: Coins\nquestion: Heads or tails?\ngoals: to guess\nsense: voice\n---\n\nOnce there was a coin.\n");
    put_file(dir, "1-rule/1-coin/1-flip.md",
             "---\ntitle: Flip\nminutes: 2\n---\n\nIt falls.\n\n:::ask\n::heads:: How many sides? {=two #Yes. ~one "
             "#No.}\n:::\n");
    put_file(dir, "1-rule/1-coin/2-fall.md", "---\ntitle: Fall\nminutes: 2\n---\n\nIt lies.\n");
    put_file(dir, "1-rule/1-coin/quiz.gift",
             "// @hint Think of its edge.\n// @attempts 2\n// @lesson rule/coin/flip\n"
             "::sides:: How many sides has a coin? {=two #Right. ~three #No. ####A coin has two.}\n\n"
             "::many:: Which are coins? {~%50%cent ~%50%euro ~%-100%leaf ####Leaves are none.}\n\n"
             "// @var w 1..5 step 1\n// @compute calc line w=[[w]] b=0\n// @key /says/1\n"
             "::mine:: What is w = [[w]]? {#computed:0.02 ####It is w.}\n\n"
             "::word:: What falls? {=coin =Coin ####The coin.}\n");
    put_file(dir, "1-rule/1-coin/journal.md", "---\ntitle: Luck\n---\n\nWhen were you lucky?\n");
    put_file(dir, "1-rule/1-coin/lab/lab.md", "---\ntitle: Throw\nminutes: 10\n---\n\nThrow it.\n");
    put_file(dir, "1-rule/1-coin/lab/lab.ini", "[number heads]\nask = How many?\nis = 3\n");
}

static inline void school_begin(school_case *c, const database *d)
{
    th_why why = {0};
    *c = (school_case){.now_ms = START};
    assert_int_equal(th_path_join(c->courses, d->folder, "courses", NULL), TH_OK);
    put_courses(c->courses);
    good(th_shelf_open(c->courses, &c->shelf, &why), &why);
    good(th_school_open(d->where, "/bin/false", &c->school, &why), &why);
}

static inline void school_end(school_case *c)
{
    th_school_close(c->school);
    th_shelf_close(c->shelf);
}

static inline th_pupil enter(const school_case *c, const char *name)
{
    th_pupil who;
    th_why why = {0};
    good(th_school_enter(c->school, name, false, c->now_ms, &who, &why), &why);
    return who;
}

/* A member by its path, "courses/0/chapters/0/quiz/best". */
static inline json_t *at(json_t *json, const char *path)
{
    char part[64];
    while (*path) {
        const size_t n = strcspn(path, "/");
        snprintf(part, sizeof part, "%.*s", (int)n, path);
        json = json_is_array(json) ? json_array_get(json, strtoul(part, NULL, 10)) : json_object_get(json, part);
        path += n + (path[n] == '/');
    }
    return json;
}

static inline const char *text_at(json_t *json, const char *path)
{
    const char *text = json_string_value(at(json, path));
    return text ? text : "(no text)";
}

static inline double number_at(json_t *json, const char *path)
{
    return json_is_number(at(json, path)) ? json_number_value(at(json, path)) : -999;
}

#endif
