/* Pages of a course, when memory runs out at the n-th request: an error that says so, and nothing is lost. */
#include "../no_memory.h"
#include "put_file.h"

#include "course/check.h"
#include "course/lesson.h"
#include "course/map.h"
#include "course/search.h"
#include "course/translate.h"

static char dir[TH_PATH_BYTES];

static int make_courses(void **state)
{
    (void)state;
    if (th_dir_temp(dir, NULL)) return -1;
    put_file(dir, "glossary.md", "## arena\n\nMemory.\n");
    put_file(dir, "1-a/course.md", "---\ntitle: A\nsummary: s\nhours: 1\n---\n\nx\n");
    put_file(dir, "1-a/1-b/chapter.md", "---\ntitle: B\nquestion: q\ngoals: g; h\n---\n\nx\n");
    put_file(dir, "1-a/1-b/1-c.md",
             "---\ntitle: C\nminutes: 2\n---\n\n[x](https://x.org) ![a picture of x](x.svg) $\\frac{x_1}{2}$\n\n"
             ":::explore grid bits=4\ny\n:::\n\n:::ask\n::q:: a {=b #c ~d #e}\n:::\n");
    put_file(dir, "1-a/1-b/1-c.es.md", "---\ntitle: C  # of 00000000\n---\n\n<!-- of 00000000 -->\nx\n");
    return 0;
}

static int remove_courses(void **state)
{
    (void)state;
    th_dir_remove(dir);
    return 0;
}

static void tell(void *ctx, const th_course_finding *f)
{
    (void)ctx;
    (void)f;
}

static th_err json_of(const th_shelf *shelf, int which, json_t **o, th_why *why)
{
    switch (which) {
    case 0: return th_lesson_json(shelf, "a/b/c", "es", o, why);
    case 1: return th_map_json(shelf, "es", o, why);
    case 2: return th_glossary_json(shelf, "en", o, why);
    default: return th_search_json(shelf, "picture", "es", o, why);
    }
}

static th_err use_shelf(const th_shelf *shelf, th_why *why)
{
    json_t *o;
    char *text;
    int wrong;
    th_translation made;
    for (int i = 0; i < 4; i++) {
        TH_TRY(json_of(shelf, i, &o, why));
        json_decref(o);
    }
    TH_TRY(th_lesson_text(shelf, "a/b/c", "en", 40, &text, why));
    free(text);
    TH_TRY(th_translate(shelf, "a/b/c", "es", &made, why));
    free(made.text);
    return th_course_check(shelf, &(th_course_checks){.lang = "es", .tell = tell}, &wrong, why);
}

static th_err whole_use(th_why *why)
{
    th_shelf *shelf;
    TH_TRY(th_shelf_open(dir, &shelf, why));
    const th_err err = use_shelf(shelf, why);
    th_shelf_close(shelf);
    return err;
}

/* jansson's own requests are not counted: what it lacks is told as an error of format here and there. */
static void any_request_may_fail(void **state)
{
    (void)state;
    each_request_fails(whole_use, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_request_may_fail)};
    return cmocka_run_group_tests(tests, make_courses, remove_courses);
}
