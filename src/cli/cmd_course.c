/* thimble course list, read, check: what there is to learn, and whether it is fit to be. */
#include "cli/cmd.h"
#include "cli/course_labs.h"
#include "course/check.h"
#include "course/lesson.h"
#include "course/map.h"
#include "course/translate.h"
#include "os/file.h"
#include "os/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS     80
#define AUTHORS_DIR "courses" /* where one writes them: below the folder of the sources */

static const char *language(const th_args *a)
{
    const char *lang = th_arg(a, "lang");
    return lang ? lang : "en";
}

static th_err print_json(json_t *root, th_why *why)
{
    const int bad = root ? json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : -1;
    json_decref(root);
    putchar('\n');
    return bad ? th_why_set(why, TH_ENOMEM, "out of memory for the result") : TH_OK;
}

/* What a verb does with the courses that are open. */
typedef th_err with_shelf(const th_args *a, const th_shelf *shelf, th_why *why);

static th_err open_and(const th_args *a, with_shelf *run, th_why *why)
{
    th_shelf *shelf;
    TH_TRY(th_shelf_open(th_arg(a, "courses"), &shelf, why));
    const th_err err = run(a, shelf, why);
    th_shelf_close(shelf);
    return err;
}

/* ---- list -------------------------------------------------------------------------------------------------------- */

static void print_page(const th_shelf *shelf, const th_page *p, const char *lang)
{
    static const char *const kinds[] = {[TH_PAGE_COURSE] = "",
                                        [TH_PAGE_CHAPTER] = "",
                                        [TH_PAGE_LESSON] = "",
                                        [TH_PAGE_QUIZ] = "quiz",
                                        [TH_PAGE_LAB] = "lab",
                                        [TH_PAGE_JOURNAL] = "journal",
                                        [TH_PAGE_PLACEMENT] = "placement",
                                        [TH_PAGE_GLOSSARY] = ""};
    const char *minutes = th_page_value(shelf, p, lang, "minutes"), *title = th_page_value(shelf, p, lang, "title");
    if (p->kind == TH_PAGE_COURSE)
        printf("\n%s: %s (%s hours)\n  %s\n", p->id, title, th_page_value(shelf, p, lang, "hours"),
               th_page_value(shelf, p, lang, "summary"));
    else if (p->kind == TH_PAGE_CHAPTER)
        printf("\n  %-34s %s\n", p->id, title);
    else if (p->kind == TH_PAGE_QUIZ || p->kind == TH_PAGE_PLACEMENT)
        printf("    %-34s %s\n", p->id, kinds[p->kind]);
    else if (p->kind != TH_PAGE_GLOSSARY)
        printf("    %-34s %s%s%s%s%s%s%s\n", p->id, title, kinds[p->kind][0] ? " (" : "", kinds[p->kind],
               kinds[p->kind][0] ? ")" : "", minutes[0] ? ", " : "", minutes, minutes[0] ? " min" : "");
}

static th_err list(const th_args *a, const th_shelf *shelf, th_why *why)
{
    size_t n;
    bool any = false;
    json_t *map;
    const th_page *pages = th_shelf_pages(shelf, &n);
    const char *course = th_word(a, 0, NULL);
    if (course && (!th_shelf_find(shelf, course) || th_shelf_find(shelf, course)->kind != TH_PAGE_COURSE))
        return th_why_set(why, TH_ENOENT, "there is no course \"%.60s\": thimble course list shows them", course);
    if (th_arg_on(a, "json")) {
        TH_TRY(th_map_json(shelf, language(a), &map, why));
        return print_json(map, why);
    }
    for (size_t i = 0; i < n; i++) {
        const bool mine = !course || (pages[i].course >= 0 && strcmp(pages[pages[i].course].id, course) == 0);
        if (mine) print_page(shelf, &pages[i], language(a));
        any = any || mine;
    }
    if (!any) puts("There are no courses in this program.");
    puts("\nthimble course read ID shows one here, thimble serve all of them in the browser.");
    return TH_OK;
}

static th_err run_list(const th_args *a, th_why *why)
{
    return open_and(a, list, why);
}

/* ---- read -------------------------------------------------------------------------------------------------------- */

static th_err read_page(const th_args *a, const th_shelf *shelf, th_why *why)
{
    json_t *lesson;
    char *text;
    if (th_arg_on(a, "json")) {
        TH_TRY(th_lesson_json(shelf, a->word[0], language(a), &lesson, why));
        return print_json(lesson, why);
    }
    TH_TRY(th_lesson_text(shelf, a->word[0], language(a), COLUMNS, &text, why));
    fputs(text, stdout);
    free(text);
    return TH_OK;
}

static th_err run_read(const th_args *a, th_why *why)
{
    return open_and(a, read_page, why);
}

/* ---- check ------------------------------------------------------------------------------------------------------- */

typedef struct told {
    const char *dir;  /* before the files' names */
    json_t *findings; /* or NULL: they are printed */
} told;

static void tell(void *ctx, const th_course_finding *f)
{
    const told *t = ctx;
    if (t->findings)
        json_array_append_new(t->findings, json_pack("{s:s, s:i, s:s, s:b}", "file", f->file, "line", f->line, "what",
                                                     f->what, "note", f->note));
    else if (f->line)
        printf("%s/%s:%d: %s\n", t->dir, f->file, f->line, f->what);
    else
        printf("%s/%s: %s\n", t->dir, f->file, f->what);
}

static th_err check(const th_args *a, const th_shelf *shelf, th_why *why)
{
    char program[TH_PATH_BYTES], made[TH_COURSE_PATH];
    int wrong;
    told t = {.dir = th_arg(a, "courses")};
    TH_TRY(th_program_self(program, why));
    TH_TRY(th_course_path("a.md", language(a), made, why)); /* a language? */
    if (th_arg_on(a, "labs")) return th_course_labs(shelf, th_word(a, 0, NULL), 1, why);
    if (!t.dir) t.dir = AUTHORS_DIR;
    t.findings = th_arg_on(a, "json") ? json_array() : NULL;
    const th_course_checks how = {
        .course = th_word(a, 0, NULL), .lang = th_arg(a, "lang"), .program = program, .tell = tell, .ctx = &t};
    const th_err err = th_course_check(shelf, &how, &wrong, why);
    if (err) {
        json_decref(t.findings);
        return err;
    }
    if (t.findings)
        TH_TRY(print_json(json_pack("{s:i, s:o}", "wrong", wrong, "findings", t.findings), why));
    else if (!wrong)
        puts("The courses are fit to be read.");
    if (!wrong) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%d thing%s to mend in the courses; docs/courses.md has the rules", wrong,
                      wrong == 1 ? "" : "s");
}

static th_err run_check(const th_args *a, th_why *why)
{
    return open_and(a, check, why);
}

/* ---- translate --------------------------------------------------------------------------------------------------- */

static th_err translate(const th_args *a, const th_shelf *shelf, th_why *why)
{
    char path[TH_PATH_BYTES];
    const char *dir = th_arg(a, "courses");
    th_translation made;
    TH_TRY(th_translate(shelf, a->word[0], a->word[1], &made, why));
    th_err err = th_path_join(path, dir ? dir : AUTHORS_DIR, made.path, why);
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)made.text, strlen(made.text)}, why);
    free(made.text);
    if (err) return err;
    printf("%s: %d translated, %d to do, %d fell behind\n", path, made.done, made.missing, made.behind);
    return TH_OK;
}

/* It writes beside the English file, so it needs the folder, not what is built in. */
static th_err run_translate(const th_args *a, th_why *why)
{
    th_shelf *shelf;
    const char *dir = th_arg(a, "courses");
    TH_TRY(th_shelf_open(dir ? dir : AUTHORS_DIR, &shelf, why));
    const th_err err = translate(a, shelf, why);
    th_shelf_close(shelf);
    return err;
}

/* ------------------------------------------------------------------------------------------------------------------ */

#define OPT_COURSES                                                                                                    \
    {                                                                                                                  \
        "courses", "DIR", "those in the program", "a folder of courses instead"                                        \
    }
#define OPT_JSON                                                                                                       \
    {                                                                                                                  \
        "json", NULL, NULL, "the same as JSON"                                                                         \
    }

static const th_opt read_opts[] = {
    {"lang", "LANG", "en", "the language; paragraphs that are not translated come in English"},
    OPT_COURSES,
    OPT_JSON,
    {0},
};

static const th_opt check_opts[] = {
    {"lang", "LANG", NULL, "also what fell behind in this language's translation"},
    {"labs", NULL, NULL, "instead: do the labs' solutions pass, and their typical mistakes fail as they should?"},
    OPT_COURSES,
    OPT_JSON,
    {0},
};

static const th_opt translate_opts[] = {
    {"courses", "DIR", AUTHORS_DIR, "the folder of the courses; the translation is written into it"},
    {0},
};

const th_cmd th_cmd_course_list = {
    .name = "course list",
    .words = "[COURSE]",
    .summary = "what there is to learn: courses, chapters, lessons, quizzes, labs",
    .detail = "  thimble course list\n"
              "  thimble course list rule --lang es",
    .opts = read_opts,
    .max_words = 1,
    .run = run_list,
};

const th_cmd th_cmd_course_read = {
    .name = "course read",
    .words = "ID",
    .summary = "a lesson, here in the terminal",
    .detail = "Explorables come as their text, formulas in a line; `thimble serve` shows them as they are meant.\n\n"
              "  thimble course read rule/coin/what-fits\n"
              "  thimble course read glossary | less",
    .opts = read_opts,
    .min_words = 1,
    .max_words = 1,
    .run = run_read,
};

const th_cmd th_cmd_course_check = {
    .name = "course check",
    .words = "[COURSE|LAB]",
    .summary = "is a course fit to be read? Links, alt texts, length, questions, translations",
    .detail =
        "Says file:line: what is wrong and what to do. Exit code 1 when anything is. docs/courses.md has the rules.\n\n"
        "  thimble course check\n"
        "  thimble course check rule --courses courses --lang es\n"
        "  thimble course check rule/nudge --labs",
    .opts = check_opts,
    .max_words = 1,
    .run = run_check,
};

const th_cmd th_cmd_course_translate = {
    .name = "course translate",
    .words = "ID LANG",
    .summary = "begin a page's translation, or bring it up to date",
    .detail = "Writes NAME.LANG.md beside the English file: what is translated stays, what is not stands in comments "
              "as English,\n"
              "what fell behind below that. Readers get English where a paragraph is missing. docs/courses.md: "
              "Translations.\n\n"
              "  thimble course translate rule/coin/what-fits es\n"
              "  thimble course translate rule/coin/quiz es",
    .opts = translate_opts,
    .min_words = 2,
    .max_words = 2,
    .run = run_translate,
};
