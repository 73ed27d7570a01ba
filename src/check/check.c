/* The table of checks, and the way through them. */
#include "check/check_priv.h"

#include "os/run.h"
#include "os/team.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SOUND   (1u << TH_SOUND)
#define SIGNAL  (1u << TH_SIGNAL)
#define PICTURE (1u << TH_PICTURE)
#define ALL     (SOUND | SIGNAL | PICTURE)

typedef struct row {
    th_check_row shown;
    unsigned kinds; /* of samples that it looks at */
    th_check_each *each;
    th_check_fn *all;
    const char *verb; /* of the command that mends a sample of `each`, or NULL */
} row;

#define AGAIN  "Run the same thimble data import again: it puts them back. Or take them out."
#define LISTEN "Look at them (thimble data list), and take bad ones out: thimble data remove --hash .."

static const row rows[] = {
    {{"empty", "there are no samples", "Run thimble data import FOLDER.", TH_ERROR, false},
     ALL,
     NULL,
     th_check_empty,
     NULL},
    {{"missing", "samples whose file is missing", AGAIN, TH_ERROR, false}, ALL, th_check_missing, NULL, "remove"},
    {{"damaged", "samples that cannot be read", AGAIN, TH_ERROR, false}, ALL, th_check_damaged, NULL, "remove"},
    {{"changed", "files that are not what was imported any more",
      "Run the same thimble data import again: it puts them back. To change a file, import the new one.", TH_WARNING,
      false},
     ALL,
     th_check_changed,
     NULL,
     NULL},
    {{"no-examples", "labels without a training example",
      "Record some and import them, or take the label out of thimble.ini.", TH_ERROR, false},
     ALL,
     NULL,
     th_check_labels,
     NULL},
    {{"few", "labels with few training examples",
      "Record more, from several people or machines: 50 a label is a start, 200 is good.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_few,
     NULL},
    {{"not-tested", "labels without an example in val or test",
      "Record more of them, five at least, and divide anew: thimble data split.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_not_tested,
     NULL},
    {{"balance", "labels with less than a third of the examples of the most frequent one",
      "Record more of these, or import with --per-label.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_balance,
     NULL},
    {{"no-unknown", "there are no unknown words, so any word will sound like a label",
      "Import recordings of other words; their folders may have any name.", TH_WARNING, false},
     SOUND,
     NULL,
     th_check_no_unknown,
     NULL},
    {{"no-silence", "there is no silence (background noise)",
      "Record a minute of the room without speech into a folder named _background_noise_ and import it.", TH_WARNING,
      false},
     SOUND,
     NULL,
     th_check_no_silence,
     NULL},
    {{"case", "words that differ only in upper and lower case", "Give them one spelling: thimble data set word=..",
      TH_WARNING, false},
     ALL,
     NULL,
     th_check_case,
     NULL},
    {{"one-subject", "labels that only one subject has, so the network may learn who it is and not what",
      "Record the label with others, too.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_one_subject,
     NULL},
    {{"one-device", "labels that only one device has recorded, while others are by several",
      "Record the label with the other devices, too: the network may learn the device and not the label.", TH_WARNING,
      false},
     ALL,
     NULL,
     th_check_one_device,
     NULL},
    {{"subjects", "subjects with more than half of all samples",
      "Record others, or take some of these out: thimble data remove --subject ..", TH_WARNING, false},
     ALL,
     NULL,
     th_check_subjects,
     NULL},
    {{"shares", "parts of the division that are too small or too large", "Divide anew: thimble data split.", TH_WARNING,
      false},
     ALL,
     NULL,
     th_check_shares,
     NULL},
    {{"leak", "subjects that are in training and also in val or test, so the test looks too good",
      "Divide by subject: thimble data split --by subject.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_leak,
     NULL},
    {{"few-subjects", "subjects in training and also in val or test, for want of others, so the test looks too good",
      "Record more people or machines: with five or more, thimble data split divides by subject.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_few_subjects,
     NULL},
    {{"group-leak", "groups (machines, experiments, sessions) on both sides of the division, not cut in time",
      "Divide by group or time: thimble data split --by group.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_group_leak,
     NULL},
    {{"time-order", "recordings of which an earlier piece tests than trains, so the test knows what comes next",
      "Cut them in time: thimble data split --by time.", TH_WARNING, false},
     SOUND | SIGNAL,
     NULL,
     th_check_order,
     NULL},
    {{"neighbours", "samples with neighbouring numbers in their names that look alike, on two sides of the division",
      "Name their series: thimble data set --name SERIES group=SERIES; then thimble data split --by group.", TH_WARNING,
      false},
     ALL,
     NULL,
     th_check_neighbours,
     NULL},
    {{"twin-leak", "samples that test and are (nearly) the same as one that trains, so the test looks too good",
      "Take out one of each pair.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_twin_leak,
     NULL},
    {{"conflict", "samples that show the same and have different labels",
      "Give both the right label, or take them out.", TH_WARNING, true},
     ALL,
     NULL,
     th_check_conflict,
     NULL},
    {{"duplicate", "samples with the same content as another one", "Take them out.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_duplicate,
     NULL},
    {{"near-duplicate", "samples that are nearly the same as another one: louder, shifted, smaller, compressed anew",
      "Look at both, and keep one.", TH_WARNING, false},
     ALL,
     NULL,
     th_check_near,
     NULL},
    {{"overlap", "recordings that have a part in common", "Keep the longer one, or cut them apart before the import.",
      TH_WARNING, false},
     SOUND | SIGNAL,
     NULL,
     th_check_overlap,
     NULL},
    {{"rate", "samples at another rate than the project's",
      "They are converted each time, and what a lower rate has not recorded is missing: record at the project's rate.",
      TH_WARNING, false},
     SOUND | SIGNAL,
     th_check_rate,
     NULL,
     NULL},
    {{"bandwidth", "sounds that were recorded at a lower rate than they say: above a point there is nothing",
      "Record at the project's rate, or give the project the lower one: rate_hz in thimble.ini.", TH_WARNING, false},
     SOUND,
     th_check_bandwidth,
     NULL,
     NULL},
    {{"clipped", "samples that are overdriven (many values at the limit)",
      "Record with less gain, further from the microphone, or with a larger range of the sensor.", TH_WARNING, false},
     SOUND | SIGNAL,
     th_check_clipped,
     NULL,
     "remove"},
    {{"quiet", "words that are almost silent (below -50 dB of full scale)", LISTEN, TH_WARNING, false},
     SOUND,
     th_check_quiet,
     NULL,
     "remove"},
    {{"offset", "sounds that do not swing around zero (a fault of the microphone's amplifier)",
      "Try another input; the features suffer little from it.", TH_WARNING, false},
     SOUND,
     th_check_offset,
     NULL,
     NULL},
    {{"short", "words shorter than 0.1 s, recordings shorter than a window", LISTEN, TH_WARNING, false},
     SOUND | SIGNAL,
     th_check_short,
     NULL,
     "remove"},
    {{"stuck", "recordings in which the sensor stands still: no channel changes for many rows",
      "Look for a loose cable or a buffer that is sent again, and record anew.", TH_WARNING, false},
     SIGNAL,
     th_check_stuck,
     NULL,
     "remove"},
    {{"bridged", "recordings with missing rows, or a lower rate than they say",
      "Look whether the sensor or the line loses rows; give the project the real rate: rate_hz in thimble.ini.",
      TH_WARNING, false},
     SIGNAL,
     th_check_bridged,
     NULL,
     "remove"},
    {{"constant", "recordings with a channel that never changes",
      "Look whether the sensor is connected; a channel that says nothing is better left out.", TH_WARNING, false},
     SIGNAL,
     th_check_constant,
     NULL,
     NULL},
    {{"counter", "recordings with a channel that counts or is a clock, which the network would learn",
      "Name a clock time_ms, or leave the channel out, and import again.", TH_WARNING, false},
     SIGNAL,
     th_check_counter,
     NULL,
     NULL},
    {{"units", "recordings with a channel that is many times larger or smaller than in others of their kind",
      "Look for another unit (g and m/s2, degrees and radians) or range of the sensor, and import them converted.",
      TH_WARNING, false},
     SIGNAL,
     NULL,
     th_check_units,
     NULL},
    {{"channels", "recordings with other channels than most", "Import them with the same channels in the same order.",
      TH_WARNING, false},
     SIGNAL,
     NULL,
     th_check_channels,
     NULL},
    {{"blank", "pictures on which nothing is", LISTEN, TH_WARNING, false}, PICTURE, th_check_blank, NULL, "remove"},
    {{"dark", "pictures that are nearly black or nearly white", LISTEN, TH_WARNING, false},
     PICTURE,
     th_check_dark,
     NULL,
     "remove"},
    {{"tiny", "pictures that are smaller than what the network sees",
      "Get larger ones, or make size in thimble.ini smaller.", TH_WARNING, false},
     PICTURE,
     th_check_tiny,
     NULL,
     NULL},
    {{"stretched", "pictures that are squeezed or stretched to more than double in one direction",
      "Cut them to the proportions of size in thimble.ini before the import.", TH_WARNING, false},
     PICTURE,
     th_check_stretched,
     NULL,
     NULL},
    {{"blurred", "pictures that are much less sharp than others of their size", LISTEN, TH_WARNING, false},
     PICTURE,
     NULL,
     th_check_blurred,
     NULL},
    {{"colour", "grey pictures among those in colour, so the network may learn the camera",
      "Get them in colour, or set colour = grey in thimble.ini.", TH_WARNING, false},
     PICTURE,
     NULL,
     th_check_colour,
     NULL},
    {{"mislabelled", "samples that look like another label to models that have not seen them",
      "Look at each, and give it the right label or leave it.", TH_WARNING, true},
     ALL,
     NULL,
     th_check_mislabelled,
     NULL},
};
#define N_ROWS (sizeof rows / sizeof *rows)

const char *th_severity_name(th_severity s)
{
    static const char *const names[] = {"info", "warning", "error"};
    return names[s];
}

const th_check_row *th_check_row_at(size_t i)
{
    return i < N_ROWS ? &rows[i].shown : NULL;
}

const th_finding *th_check_find(const th_check_report *report, const char *name)
{
    for (size_t i = 0; i < report->n; i++)
        if (strcmp(rows[i].shown.name, name) == 0) return &report->finding[i];
    return NULL;
}

/* ---- telling ---- */

th_check_item *th_found(th_check *c, size_t a, size_t b, double score)
{
    th_finding *f = &c->finding[c->row];
    if (f->n == f->cap) {
        const size_t cap = f->cap ? 2 * f->cap : 8;
        th_check_item *more = realloc(f->item, cap * sizeof *more);
        if (more) f->item = more, f->cap = cap;
    }
    c->no_memory = c->no_memory || f->n == f->cap;
    th_check_item *item = f->n < f->cap ? &f->item[f->n++] : &c->rest;
    *item = (th_check_item){.score = score, .n_samples = (a != TH_NO_SAMPLE) + (b != TH_NO_SAMPLE)};
    item->sample[0] = a == TH_NO_SAMPLE ? 0 : a;
    item->sample[1] = b == TH_NO_SAMPLE ? 0 : b;
    return item;
}

/* A word for a shell: in quotes where it needs some. */
static void quote(const char *text, char *to, size_t cap)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=#@%+:,";
    size_t n = 0;
    if (*text && *text != '#' && strspn(text, plain) == strlen(text)) {
        th_text_fmt(to, cap, "%s", text);
        return;
    }
    if (n + 1 < cap) to[n++] = '\'';
    for (; *text && n + 6 < cap; text++) {
        if (*text != '\'')
            to[n++] = *text;
        else
            n += th_text_fmt(to + n, cap - n, "'\\''");
    }
    th_text_fmt(to + n, cap - n, "'");
}

static void project_option(const th_check *c, char *to, size_t cap)
{
    char dir[TH_PATH_BYTES];
    *to = 0;
    if (!*c->p->dir || strcmp(c->p->dir, ".") == 0) return;
    quote(c->p->dir, dir, sizeof dir);
    th_text_fmt(to, cap, " --project %s", dir);
}

static void set_mend(th_check_item *item, const char *verb, size_t i, const char *key, const char *value)
{
    item->mend = (th_mend){.verb = verb, .sample = i, .key = key};
    if (key && th_text_fmt(item->mend.value, sizeof item->mend.value, "%s", value) >= sizeof item->mend.value)
        item->mend.verb = NULL; /* half a value is none */
}

static void put_command(const th_check *c, th_check_item *item, const char *verb, const char *more)
{
    char project[TH_PATH_BYTES];
    project_option(c, project, sizeof project);
    if (th_text_fmt(item->command, sizeof item->command, "thimble data %s%s%s%s", verb, project, *more ? " " : "",
                    more) >= sizeof item->command)
        *item->command = 0; /* half a command is none */
}

void th_fix(const th_check *c, th_check_item *item, const char *verb, const char *key, const char *value)
{
    char more[160] = "";
    if (key) th_text_fmt(more, sizeof more, "--%s %s", key, value);
    put_command(c, item, verb, more);
    if (!strchr(verb, ' ')) set_mend(item, verb, TH_NO_SAMPLE, key, value);
}

/* By the first digits of its content, and by its name where others have the same content. */
void th_fix_sample(const th_check *c, th_check_item *item, const char *verb, size_t i, const char *key,
                   const char *value)
{
    const th_sample *s = &c->set->samples[i];
    char which[640], name[400], word[200] = "";
    const bool twin = c->fact[i].has_equal;
    if (!*s->hash) return;
    quote(s->name, name, sizeof name);
    if (key) quote(value, word, sizeof word);
    th_text_fmt(which, sizeof which, "--hash %.16s%s%s%s%s%s%s", s->hash, twin ? " --name " : "", twin ? name : "",
                key ? " " : "", key ? key : "", key ? "=" : "", word);
    put_command(c, item, verb, which);
    set_mend(item, verb, i, key, value);
}

const char *th_number(char buf[32], double value, int digits)
{
    double step = 1;
    for (int i = 0; i < digits; i++) step *= 10;
    const int64_t v = llround(fmin(fmax(fabs(value), 0), 1e12) * step);
    const long whole = (long)(v / (int64_t)step), part = (long)(v % (int64_t)step); /* digits: 0, 1 or 2 */
    if (digits)
        th_text_fmt(buf, 32, digits == 1 ? "%s%ld.%ld" : "%s%ld.%02ld", value < 0 && v ? "-" : "", whole, part);
    else
        th_text_fmt(buf, 32, "%s%ld", value < 0 && v ? "-" : "", whole);
    return buf;
}

th_err th_check_step(const th_check *c, double part, th_why *why)
{
    if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    if (c->cfg->progress) c->cfg->progress(c->cfg->ctx, c->from + part * (c->to - c->from));
    return TH_OK;
}

/* ---- the way through ---- */

#define MOST_MEMBERS 64

typedef struct reading {
    th_check *c;
    th_err err[MOST_MEMBERS];
    th_why why[MOST_MEMBERS];
} reading;

static void read_some(void *ctx, int member, int n_members)
{
    reading *r = ctx;
    const size_t n = r->c->set->n;
    for (size_t i = (size_t)member; i < n && !r->err[member]; i += (size_t)n_members) {
        r->err[member] = th_content_read(r->c, i, &r->why[member]);
        if (!r->err[member] && member == 0)
            r->err[member] = th_check_step(r->c, (double)(i + 1) / (double)n, &r->why[member]);
        if (!r->err[member] && th_interrupted()) r->err[member] = TH_EINTR;
    }
}

static th_err read_all(th_check *c, th_why *why)
{
    int n = c->cfg->n_threads ? c->cfg->n_threads : th_cpu_count();
    th_team *team;
    reading *r = calloc(1, sizeof *r);
    if (!r) return th_why_set(why, TH_ENOMEM, "out of memory");
    r->c = c;
    if (n > MOST_MEMBERS) n = MOST_MEMBERS;
    th_err err = th_team_new(n, &team, why);
    if (!err) {
        th_team_run(team, read_some, r);
        th_team_free(team);
        for (int i = 0; i < n && !err; i++)
            if (r->err[i]) err = th_why_set(why, r->err[i], "%s", *r->why[i].text ? r->why[i].text : "interrupted");
    }
    free(r);
    return err;
}

static th_err run_each(th_check *c, const row *r, th_why *why)
{
    for (size_t i = 0; i < c->set->n; i++) {
        char text[256];
        double score = 0;
        if (!(r->kinds >> c->set->samples[i].kind & 1u) || !r->each(c, i, text, sizeof text, &score)) continue;
        th_check_item *item = th_found(c, i, TH_NO_SAMPLE, score);
        th_text_fmt(item->text, sizeof item->text, "%s", text);
        if (r->verb) th_fix_sample(c, item, r->verb, i, NULL, NULL);
    }
    return th_check_step(c, 0, why);
}

/* Worst first; of equal ones that of the first sample, then by text. */
static int by_score(const void *x, const void *y)
{
    const th_check_item *a = x, *b = y;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    if (a->sample[0] != b->sample[0]) return a->sample[0] < b->sample[0] ? -1 : 1;
    return strcmp(a->text, b->text);
}

static th_err run_rows(th_check *c, th_check_report *report, th_why *why)
{
    unsigned kinds = c->set->n ? 0 : ALL;
    for (size_t i = 0; i < c->set->n; i++) kinds |= 1u << c->set->samples[i].kind;
    for (size_t i = 0; i < N_ROWS; i++) {
        th_finding *f = &report->finding[i];
        if (!(rows[i].kinds & kinds) || (c->set->n == 0 && i > 0)) continue;
        c->row = (int)i;
        TH_TRY(rows[i].all ? rows[i].all(c, why) : run_each(c, &rows[i], why));
        if (c->no_memory) return th_why_set(why, TH_ENOMEM, "no memory for what is wrong");
        if (f->n) qsort(f->item, f->n, sizeof *f->item, by_score);
        report->n_errors += f->n && rows[i].shown.severity == TH_ERROR;
        report->n_warnings += f->n && rows[i].shown.severity == TH_WARNING;
    }
    return TH_OK;
}

void th_check_end(th_check *c)
{
    for (size_t i = 0; i < c->set->n && c->fact; i++) {
        free(c->fact[i].channel);
        free(c->fact[i].ways);
        free(c->fact[i].thumb);
        free(c->fact[i].print);
        free(c->fact[i].place);
    }
    free(c->fact);
    free(c->view);
    free(c->features);
    free(c->pair);
}

th_err th_check_look(th_check *c, th_why *why)
{
    const size_t n = c->set->n;
    c->fact = calloc(n + 1, sizeof *c->fact);
    c->view = calloc(n + 1, TH_VIEW * sizeof *c->view);
    c->features = calloc(n + 1, TH_FEATURES * sizeof *c->features);
    if (!c->fact || !c->view || !c->features) return th_why_set(why, TH_ENOMEM, "no memory for %zu samples", n);
    c->from = 0, c->to = 0.5;
    TH_TRY(read_all(c, why));
    c->from = 0.5, c->to = 0.7;
    TH_TRY(th_twins_find(c, why));
    c->from = 0.7, c->to = 1;
    return TH_OK;
}

th_err th_check_run(const th_project *p, const th_dataset *set, const th_check_cfg *cfg, th_check_report *report,
                    th_why *why)
{
    *report = (th_check_report){.n = N_ROWS, .finding = calloc(N_ROWS, sizeof *report->finding)};
    if (!report->finding) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_check c = {.p = p, .task = th_project_task(p), .set = set, .cfg = cfg, .finding = report->finding};
    th_err err = th_check_look(&c, why);
    if (!err) err = run_rows(&c, report, why);
    th_check_end(&c);
    if (!err && cfg->progress) cfg->progress(cfg->ctx, 1);
    return err;
}

void th_check_free(th_check_report *report)
{
    for (size_t i = 0; i < report->n && report->finding; i++) free(report->finding[i].item);
    free(report->finding);
    *report = (th_check_report){0};
}
