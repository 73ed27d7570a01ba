/* thimble course start, grade, try: labs. */
#include "cli/cmd.h"
#include "cli/course_labs.h"
#include "cli/version.h"
#include "course/lab.h"
#include "os/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COURSES                                                                                                        \
    {                                                                                                                  \
        "courses", "DIR", "those in the program", "for authors: the courses of this folder"                            \
    }
#define MOST_SEED ((int64_t)1 << 53)

typedef struct bench {
    char program[TH_PROGRAM_BYTES];
    th_shelf *shelf;
    th_lab *lab;
    th_lab_cfg cfg;
} bench;

static th_err open_shelf(bench *b, const th_args *a, th_why *why)
{
    const char *lang = th_arg(a, "lang");
    TH_TRY(th_program_self(b->program, why));
    b->cfg = (th_lab_cfg){.program = b->program, .version = th_version(), .lang = lang ? lang : "en"};
    return th_shelf_open(th_arg(a, "courses"), &b->shelf, why);
}

static void close_bench(bench *b)
{
    th_lab_close(b->lab);
    th_shelf_close(b->shelf);
    free(b);
}

/* ---- start ---- */

static th_err start(const th_args *a, bench *b, th_why *why)
{
    char dir[256];
    int64_t seed;
    const char *learner = th_arg(a, "learner"), *out = th_arg(a, "out");
    if (!learner) learner = "me";
    TH_TRY(th_arg_int(a, "seed", 1, MOST_SEED, (int64_t)th_lab_seed_of(learner), &seed, why));
    TH_TRY(open_shelf(b, a, why));
    b->cfg.seed = (uint64_t)seed;
    TH_TRY(th_lab_open(b->shelf, a->word[0], &b->cfg, &b->lab, why));
    snprintf(dir, sizeof dir, "lab-%s", th_lab_name(b->lab));
    if (!out) out = dir;
    TH_TRY(th_arg_on(a, "again") ? th_lab_again(b->lab, out, why) : th_lab_start(b->lab, learner, out, why));
    if (th_arg_on(a, "json")) {
        json_t *o = json_pack("{s:s, s:s, s:I}", "lab", th_lab_id(b->lab), "dir", out, "seed", (json_int_t)seed);
        char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
        json_decref(o);
        if (!text) return th_why_set(why, TH_EUSAGE, "the folder's name is no text in UTF-8");
        puts(text);
        free(text);
    } else {
        printf("%s is yours. What to do: thimble course read %s. Then: thimble course grade %s\n", out,
               th_lab_id(b->lab), out);
    }
    return TH_OK;
}

/* ---- grade ---- */

static void print_property(const json_t *p)
{
    const char *saw = json_string_value(json_object_get(p, "saw")),
               *state = json_string_value(json_object_get(p, "state")),
               *why = json_string_value(json_object_get(p, "why")),
               *lesson = json_string_value(json_object_get(p, "lesson"));
    const bool failed = strcmp(state, "failed") == 0;
    printf("  %-8s %s (%g)\n",
           failed                         ? "NOT YET"
           : strcmp(state, "passed") == 0 ? "ok"
                                          : "unseen",
           json_string_value(json_object_get(p, "title")), json_number_value(json_object_get(p, "of")));
    if (strcmp(state, "passed") != 0) printf("           %s\n", saw);
    if (failed && why) printf("           Why: %s\n", why);
    if (failed && lesson) printf("           Read: thimble course read %s\n", lesson);
}

static void print_result(const json_t *result)
{
    size_t i;
    json_t *p;
    const double unseen = json_number_value(json_object_get(result, "unseen"));
    json_array_foreach(json_object_get(result, "properties"), i, p) print_property(p);
    printf("%g of %g points", json_number_value(json_object_get(result, "score")),
           json_number_value(json_object_get(result, "of")));
    if (unseen > 0) printf("; %g could not be looked at on this computer", unseen);
    printf(" (%s)\n", json_string_value(json_object_get(result, "level")));
}

static th_err grade(const th_args *a, bench *b, th_why *why)
{
    th_lab_mark mark;
    int64_t seed, sealed;
    const char *dir = a->word[0], *level = th_arg(a, "level"), *id = th_arg(a, "lab");
    if (!level) level = "practice";
    if (strcmp(level, "practice") != 0 && strcmp(level, "class") != 0)
        return th_why_set(why, TH_EUSAGE, "--level is practice or class, not %.40s", level);
    TH_TRY(th_lab_mark_read(dir, &mark, why));
    if (mark.seed == 0 || mark.seed > (uint64_t)MOST_SEED) mark.seed = 1;
    TH_TRY(th_arg_int(a, "seed", 1, MOST_SEED, (int64_t)mark.seed, &seed, why));
    TH_TRY(th_arg_int(a, "sealed-seed", 1, MOST_SEED, 0, &sealed, why));
    if (strcmp(level, "class") == 0 && !sealed)
        return th_why_set(why, TH_EUSAGE, "--level class needs --sealed-seed: the teacher's secret number");
    TH_TRY(open_shelf(b, a, why));
    b->cfg.seed = (uint64_t)seed;
    b->cfg.sealed = (uint64_t)sealed;
    TH_TRY(th_lab_open(b->shelf, id ? id : mark.id, &b->cfg, &b->lab, why));
    json_t *result = NULL;
    TH_TRY(th_lab_grade(b->lab, dir, level, &result, why));
    char *text = th_arg_on(a, "json") ? json_dumps(result, JSON_COMPACT) : NULL;
    if (text)
        puts(text);
    else
        print_result(result);
    free(text);
    json_decref(result);
    return TH_OK;
}

/* ---- try ---- */

/* In a folder that was started: what the solution or a typical mistake does there. */
static th_err play(const th_args *a, bench *b, const char *what, th_why *why)
{
    th_lab_mark mark;
    const char *dir = th_arg(a, "in");
    if (!dir) return th_why_set(why, TH_EUSAGE, "--play needs --in DIR: the folder of the lab");
    TH_TRY(th_lab_mark_read(dir, &mark, why));
    b->cfg.seed = mark.seed;
    TH_TRY(th_lab_open(b->shelf, mark.id, &b->cfg, &b->lab, why));
    return th_lab_play(b->lab, what, dir, why);
}

static th_err try_labs(const th_args *a, bench *b, th_why *why)
{
    int64_t seed;
    const char *what = th_arg(a, "play");
    TH_TRY(th_arg_int(a, "seed", 1, MOST_SEED, 1, &seed, why));
    TH_TRY(open_shelf(b, a, why));
    if (what) return play(a, b, what, why);
    return th_course_labs(b->shelf, th_word(a, 0, NULL), (uint64_t)seed, why);
}

static th_err with_bench(const th_args *a, th_err (*verb)(const th_args *a, bench *b, th_why *why), th_why *why)
{
    bench *b = calloc(1, sizeof *b);
    if (!b) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = verb(a, b, why);
    close_bench(b);
    return err;
}

static th_err run_start(const th_args *a, th_why *why)
{
    return with_bench(a, start, why);
}

static th_err run_grade(const th_args *a, th_why *why)
{
    return with_bench(a, grade, why);
}

static th_err run_try(const th_args *a, th_why *why)
{
    return with_bench(a, try_labs, why);
}

static const th_opt start_opts[] = {
    {"out", "DIR", "lab-NAME", "where it goes"},
    {"learner", "NAME", "me", "whose it is: numbers and data are drawn for this name"},
    {"seed", "N", "by the name", "drawn by this number instead"},
    {"again", NULL, NULL, "put the starter back; what was there is kept as FILE.before"},
    COURSES,
    {"json", NULL, NULL, "print one JSON object"},
    {0}};

static const th_opt grade_opts[] = {
    {"level", "NAME", "practice", "practice: on one's own; class: with the teacher's sealed data"},
    {"sealed-seed", "N", "of practice: known", "the secret number that sealed data are made from"},
    {"lab", "ID", "the folder's", "grade as this lab"},
    {"seed", "N", "the folder's", "grade with this learner's number"},
    {"lang", "NAME", "en", "language of what is told: en, es"},
    COURSES,
    {"json", NULL, NULL, "print one JSON object: score, and each property with what was seen"},
    {0}};

static const th_opt try_opts[] = {
    {"seed", "N", "1", "the learner's number"},
    {"play", "WHAT", NULL, "do once what a learner would: solution, or wrong/NAME; grade it yourself"},
    {"in", "DIR", NULL, "with --play: the folder of the lab, started"},
    COURSES,
    {0}};

const th_cmd th_cmd_course_start = {
    .name = "course start",
    .words = "LAB",
    .summary = "begin a lab: a folder of one's own to work in",
    .detail = "A lab is named by its chapter. The folder has what to begin with, and answers.ini for what is asked.\n\n"
              "  thimble course start rule/nudge      makes lab-nudge\n"
              "  thimble course grade lab-nudge       as often as you like",
    .opts = start_opts,
    .min_words = 1,
    .max_words = 1,
    .run = run_start,
};

const th_cmd th_cmd_course_grade = {
    .name = "course grade",
    .words = "DIR",
    .summary = "grade a lab: what is right, what is not yet, and why it matters",
    .detail =
        "All is computed here, without a network: numbers with your own values, functions in C on an emulated board\n"
        "with limits of instructions and memory, models on data that are made for it. docs/labs.md has the kinds.\n\n"
        "  thimble course grade lab-nudge\n"
        "  thimble course grade lab-nudge --json",
    .opts = grade_opts,
    .min_words = 1,
    .max_words = 1,
    .run = run_grade,
};

const th_cmd th_cmd_course_try = {
    .name = "course try",
    .words = "[LAB]",
    .summary = "for authors: hold labs against their solutions and typical mistakes",
    .detail =
        "Each solution must get all points, each of wrong/ must fail as it expects, each bar must be set from runs.\n\n"
        "  thimble course try rule/nudge --courses courses",
    .opts = try_opts,
    .max_words = 1,
    .run = run_try,
};
