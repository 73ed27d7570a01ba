/* thimble course verify: is a certificate what somebody signed, and who? */
#include "cli/cmd.h"
#include "course/badge.h"
#include "os/file.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_badge(const th_badge *b, const char *fingerprint)
{
    char day[32];
    const time_t at = (time_t)b->at_s;
    struct tm t;
    if (!gmtime_r(&at, &t) || !strftime(day, sizeof day, "%Y-%m-%d", &t)) day[0] = 0;
    printf("This certificate is as it was signed.\n\n"
           "  learner   %s\n  course    %s (%s)\n  for       %s\n  graded    %s\n  issuer    %s\n  day       %s, by "
           "Thimble %s\n  key       %s\n\n",
           b->learner, b->title, b->course, b->criteria,
           strcmp(b->level, "class") == 0 ? "class: by the teacher's server, with data that the learner did not have"
                                          : "practice: on the learner's own computer",
           b->issuer, day, b->version, fingerprint);
}

static th_err print_json(const th_badge *b, const char *fingerprint, th_why *why)
{
    json_t *o =
        json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "valid", 1, "id", b->id, "learner",
                  b->learner, "course", b->course, "title", b->title, "criteria", b->criteria, "level", b->level,
                  "issuer", b->issuer, "version", b->version, "at", (json_int_t)b->at_s, "fingerprint", fingerprint);
    const int bad = o ? json_dumpf(o, stdout, JSON_COMPACT) : -1;
    json_decref(o);
    putchar('\n');
    return bad ? th_why_set(why, TH_ENOMEM, "out of memory for the result") : TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    uint8_t *bytes, open[32];
    size_t n;
    th_badge badge;
    char fingerprint[TH_FINGERPRINT_BYTES];
    const char *file = th_word(a, 0, NULL), *issuer = th_arg(a, "issuer");
    TH_TRY(th_file_read(file, TH_BADGE_BYTES, &bytes, &n, why));
    th_err err = th_badge_verify((th_span){bytes, n}, &badge, open, why);
    free(bytes);
    if (err) return err;
    th_badge_fingerprint(open, fingerprint);
    if (issuer && strcmp(issuer, fingerprint) != 0)
        return th_why_set(why, TH_ERANGE,
                          "it is signed, but by another key than that of --issuer: %s. Ask the school which is its own",
                          fingerprint);
    if (th_arg_on(a, "json")) return print_json(&badge, fingerprint, why);
    print_badge(&badge, fingerprint);
    puts(issuer ? "The key is the one that --issuer names."
                : "Whose key that is, the certificate can't say itself: compare it with the one that the school gives "
                  "out\n(--issuer FINGERPRINT does).");
    return TH_OK;
}

static const th_opt opts[] = {
    {"issuer", "FINGERPRINT", NULL, "fail unless this key signed, AB:CD:.."},
    {"json", NULL, NULL, "print one JSON object"},
    {0},
};

const th_cmd th_cmd_course_verify = {
    .name = "course verify",
    .words = "FILE",
    .summary = "is a certificate genuine? without a network",
    .detail =
        "FILE is the certificate (.jwt) or its picture (.svg), an Open Badge 3.0 signed with Ed25519. One that was\n"
        "changed by a single byte is refused.\n\n"
        "  thimble course verify amina.jwt\n"
        "  thimble course verify amina.svg --issuer 1F:0A:..",
    .opts = opts,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
