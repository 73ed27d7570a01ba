/* thimble course record: what a studio's learners did, for other programs. */
#include "cli/course_store.h"

#include <stdio.h>
#include <string.h>

static bool print_line(void *ctx, const char *line)
{
    (void)ctx;
    return puts(line) >= 0; /* a pipe that is closed ends it */
}

static th_err record(const th_args *a, th_school *school, th_why *why)
{
    const char *as = th_arg(a, "as"), *name = th_arg(a, "learner"), *site = th_arg(a, "site");
    th_pupil who;
    bool there = true;
    if (name) TH_TRY(th_school_find(school, strcmp(name, "me") ? name : "", &who, &there, why));
    if (!there) return th_why_set(why, TH_ENOENT, "nobody called %.60s has learnt here", name);
    if (as && !strcmp(as, "csv")) return th_school_csv(school, name ? &who : NULL, print_line, NULL, why);
    return th_school_xapi(school, name ? &who : NULL, site ? site : "https://thimble.local/", print_line, NULL, why);
}

static th_err run(const th_args *a, th_why *why)
{
    th_school *school;
    const char *as = th_arg(a, "as");
    if (as && strcmp(as, "csv") != 0 && strcmp(as, "xapi") != 0)
        return th_why_set(why, TH_EUSAGE, "--as is xapi or csv, not \"%.40s\"", as);
    TH_TRY(th_course_store_open(a, th_word(a, 0, "."), false, "", &school, why));
    const th_err err = record(a, school, why);
    th_school_close(school);
    if (!err && (fflush(stdout) || ferror(stdout))) return th_why_set(why, TH_EIO, "cannot write the record");
    return err;
}

static const th_opt opts[] = {
    {"as", "FORMAT", "xapi", "xapi: statements, one JSON a line; csv: a table"},
    {"learner", "NAME", "all", "of one learner; \"me\": who has this computer to herself"},
    {"site", "URL", "https://thimble.local/", "what ids of pages and learners begin with in xAPI"},
    {"store", "WHERE", "FOLDER/.thimble/course.db", "where the records are: a file, or postgresql://.."},
    {0},
};

const th_cmd th_cmd_course_record = {
    .name = "course record",
    .words = "[FOLDER]",
    .summary = "what a studio's learners did: xAPI statements, or a table",
    .detail = "FOLDER is the one that thimble serve shows. A learner's own record she gets from the page Me.\n"
              "  thimble course record ~/class --as csv >answers.csv\n"
              "  thimble course record --store postgresql://school/thimble --learner Noor",
    .opts = opts,
    .max_words = 1,
    .run = run,
};
