/* thimble course export, import: courses for other programs, questions from them. */
#include "cli/cmd.h"
#include "course/export.h"
#include "course/import.h"
#include "os/file.h"
#include "os/process.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)256 << 20)

static void print_json(json_t *o)
{
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    puts(text ? text : "null");
    free(text);
    json_decref(o);
}

/* ---- export ------------------------------------------------------------------------------------------------------ */

static const th_opt export_options[] = {
    {"as", "FORMAT", NULL,
     "gift (questions, for Moodle), olx (Open edX), cartridge (Canvas, Moodle ..) or epub (a book)"},
    {"out", "FILE", NULL, "where it goes"},
    {"lang", "LANG", "en", "language; what is not translated stays English"},
    {"courses", "DIR", "those in the program", "for authors: the courses of this folder"},
    {"json", NULL, NULL, "print one JSON object"},
    {NULL, NULL, NULL, NULL},
};

static th_err run_export(const th_args *a, th_why *why)
{
    char program[TH_PROGRAM_BYTES];
    th_shelf *shelf;
    const char *as = th_arg(a, "as"), *out = th_arg(a, "out"), *lang = th_arg(a, "lang");
    if (!as || !out)
        return th_why_set(why, TH_EUSAGE,
                          "say what it becomes and where it goes: thimble course export %s --as epub --out FILE",
                          a->word[0]);
    TH_TRY(th_program_self(program, why));
    TH_TRY(th_shelf_open(th_arg(a, "courses"), &shelf, why));
    const th_export_cfg cfg = {shelf, a->word[0], lang ? lang : "en", program};
    const th_err err = th_course_export(&cfg, as, out, why);
    th_shelf_close(shelf);
    TH_TRY(err);
    if (th_arg_on(a, "json"))
        print_json(json_pack("{s:s, s:s, s:s, s:I}", "course", a->word[0], "as", as, "file", out, "bytes",
                             (json_int_t)th_file_size(out)));
    else
        printf("%s: %lld bytes\n", out, (long long)th_file_size(out));
    return TH_OK;
}

const th_cmd th_cmd_course_export = {
    "course export",
    "COURSE",
    "write a course for Moodle, Open edX, Canvas .., or as a book",
    "Computed questions have the numbers of seed 1; the same course gives the same bytes (docs/interchange.md).\n"
    "  thimble course export rule --as epub --out rule.epub\n"
    "  thimble course export rule --as olx --out rule.tar.gz",
    export_options,
    1,
    1,
    run_export,
};

/* ---- import ------------------------------------------------------------------------------------------------------ */

static const th_opt import_options[] = {
    {"as", "FORMAT", NULL, "what FILE is: gift or olx; else it is looked at"},
    {"out", "FILE.gift", NULL, "where the questions go"},
    {"json", NULL, NULL, "print one JSON object"},
    {NULL, NULL, NULL, NULL},
};

static th_err write_quiz(const th_quiz *quiz, const char *out, th_why *why)
{
    char *text;
    TH_TRY(th_gift_write(quiz, false, &text, why));
    const th_err err = th_file_write(out, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

static void tell(const th_args *a, const th_quiz *quiz, const th_left_out *left, const char *out)
{
    if (!th_arg_on(a, "json")) {
        for (size_t i = 0; i < left->n; i++) printf("left out: %s\n", left->text[i]);
        printf("%s: %zu question%s\n", out, quiz->n, quiz->n == 1 ? "" : "s");
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < left->n; i++) json_array_append_new(list, json_string(left->text[i]));
    print_json(json_pack("{s:s, s:I, s:o}", "file", out, "questions", (json_int_t)quiz->n, "left_out", list));
}

static th_err run_import(const th_args *a, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    th_quiz quiz;
    th_left_out left;
    const char *out = th_arg(a, "out");
    if (!out)
        return th_why_set(why, TH_EUSAGE, "say where the questions go: thimble course import %s --out quiz.gift",
                          a->word[0]);
    TH_TRY(th_file_read(a->word[0], MOST_BYTES, &bytes, &n, why));
    th_err err = th_course_import((th_span){bytes, n}, a->word[0], th_arg(a, "as"), &quiz, &left, why);
    free(bytes);
    if (!err) err = write_quiz(&quiz, out, why);
    if (!err) tell(a, &quiz, &left, out);
    th_quiz_free(&quiz);
    th_left_out_free(&left);
    return err;
}

const th_cmd th_cmd_course_import = {
    "course import",
    "FILE",
    "take questions of Moodle (GIFT) or Open edX (OLX)",
    "FILE is GIFT, a course of Open edX (.tar.gz, .zip) or one problem (.xml). Single and multiple choice, numbers, "
    "texts\n"
    "and drop-downs are taken; what cannot be, is named (docs/interchange.md).\n"
    "  thimble course import course.tar.gz --out quiz.gift",
    import_options,
    1,
    1,
    run_import,
};
