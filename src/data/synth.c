#include "data/synth_kind.h"

#include "base/text.h"
#include "data/picture.h"
#include "data/task_import.h"
#include "os/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE      96 /* of pictures, unless the project's are larger */
#define MOST_SIDE 512
#define LABELS    32 /* of a kind */

static const th_synth_kind *const kinds[] = {&th_synth_machine, &th_synth_stroke, &th_synth_walk, &th_synth_person};
#define N_KINDS (sizeof kinds / sizeof *kinds)

/* ---- for the kinds ---- */

/* Streams that no two examples share: bit 63 parts subjects from examples. */
th_rng th_synth_rng_subject(const th_synth_one *one)
{
    return th_rng_make(one->seed, UINT64_C(1) << 63 | (uint32_t)one->subject);
}

th_rng th_synth_rng(const th_synth_one *one)
{
    return th_rng_make(one->seed, (uint64_t)one->label << 32 | (uint32_t)one->number);
}

float th_synth_wander(th_rng *r, float x, float dt_s, float tau_s)
{
    const float keep = expf(-dt_s / tau_s);
    return keep * x + sqrtf(1.0f - keep * keep) * th_rng_normal(r);
}

/* ---- which kind ---- */

/* Number of a label among those of a list with commas between; -1. */
static int32_t find(const char *list, const char *label)
{
    int32_t k = 0;
    for (const char *at = list; *at; k++) {
        const size_t n = strcspn(at, ",");
        char one[TH_LABEL_BYTES];
        th_text_fmt(one, sizeof one, "%.*s", (int)n, at);
        if (th_label_same(one, label)) return k;
        at += n + (at[n] == ',');
    }
    return -1;
}

/* What is made: numbers of the kind's labels, and what the project calls them. */
typedef struct job {
    th_project *p;
    const th_synth_kind *kind;
    const th_synth_cfg *cfg;
    int32_t n_labels, label[LABELS];
    char name[LABELS][TH_LABEL_BYTES];
    int32_t count;
} job;

static void add(job *j, int32_t number, const char *name)
{
    if (j->n_labels == LABELS) return;
    j->label[j->n_labels] = number;
    th_text_fmt(j->name[j->n_labels++], TH_LABEL_BYTES, "%s", name);
}

static void add_usual(job *j)
{
    for (const char *at = j->kind->usual; *at;) {
        const size_t n = strcspn(at, ",");
        char one[TH_LABEL_BYTES];
        th_text_fmt(one, sizeof one, "%.*s", (int)n, at);
        add(j, find(j->kind->labels, one), one);
        at += n + (at[n] == ',');
    }
}

/* Does the project want what this kind can make?  Then j has its labels. */
static bool suits(job *j, const th_synth_kind *kind)
{
    const th_task *task = th_project_task(j->p);
    j->kind = kind;
    j->n_labels = 0;
    if (kind->input != task->input) return false;
    if (task->output == TH_OUT_INPUT || !j->p->n_labels) {
        if (strcmp(kind->task, task->name) != 0) return false;
        add_usual(j);
        if (j->p->n_labels) th_text_fmt(j->name[0], TH_LABEL_BYTES, "%s", j->p->labels[0]); /* its word for normal */
        return true;
    }
    for (int32_t i = 0; i < j->p->n_labels; i++) {
        const int32_t k = find(kind->labels, j->p->labels[i]);
        if (k < 0) return false;
        add(j, k, j->p->labels[i]);
    }
    return true;
}

static th_err choose(job *j, th_why *why)
{
    const th_task *task = th_project_task(j->p);
    char text[400] = "";
    size_t n = 0;
    for (size_t k = 0; k < N_KINDS; k++)
        if (suits(j, kinds[k])) return TH_OK;
    for (size_t k = 0; k < N_KINDS; k++)
        if (kinds[k]->input == task->input && n < sizeof text)
            n += th_text_fmt(text + n, sizeof text - n, "%s%s", n ? "; or " : "", kinds[k]->labels);
    return th_why_set(why, TH_EUNSUP,
                      "not every label of thimble.ini can be made.  Possible are: %s.  Set [data] labels to some of "
                      "them, or bring in recordings: thimble data import FOLDER",
                      text);
}

/* ---- making ---- */

/* Where examples go. */
typedef struct sink {
    const th_task_gate *gate;
    float *rows;
    int32_t cap;
    uint8_t *rgb;
    int32_t side;
} sink;

static th_err give_rows(const job *j, const sink *s, const th_synth_one *one, const th_recording *like, th_why *why)
{
    th_recording r = *like;
    r.channels = j->kind->channels;
    r.n_channels = j->kind->n_channels;
    r.rate_hz = j->kind->input == TH_IN_STROKE ? 0.0 : (double)one->rate_hz;
    r.n = j->kind->rows(one, s->rows, s->cap);
    r.rows = s->rows;
    /* Of a machine other recordings are watched and tested than are learnt from. */
    if (th_project_task(j->p)->output == TH_OUT_INPUT && one->label == 0) {
        const int32_t turn = (one->number + one->number / j->kind->subjects) % 5; /* each machine is on all sides */
        r.has_split = true;
        r.split = turn == 4 ? TH_TEST : turn == 3 ? TH_VAL : TH_TRAIN;
    }
    return s->gate->recording(s->gate->ctx, &r, why);
}

static th_err give_picture(const job *j, const sink *s, const th_synth_one *one, const th_recording *like, th_why *why)
{
    th_box box;
    uint8_t *png;
    size_t n;
    TH_TRY(j->kind->draw(one, s->rgb, s->side, &box, why));
    TH_TRY(th_picture_png(s->rgb, s->side, s->side, 3, &png, &n, why));
    const th_found_picture f = {.name = like->name,
                                .label = like->label,
                                .subject = like->subject,
                                .w = s->side,
                                .h = s->side,
                                .file = {png, n},
                                .boxes = &box,
                                .n_boxes = box.w > 0.0f};
    const th_err err = s->gate->picture(s->gate->ctx, &f, why);
    free(png);
    return err;
}

/* Example `number` of label i. */
static th_err give(const job *j, const sink *s, int32_t i, int32_t number, th_why *why)
{
    const th_synth_kind *k = j->kind;
    char name[TH_LABEL_BYTES + 80], who[64];
    const th_synth_one one = {.seed = j->cfg->seed,
                              .label = j->label[i],
                              .subject = number % k->subjects,
                              .number = number,
                              .rate_hz = k->own_rate_hz > 0.0f ? k->own_rate_hz : j->p->recipe.rate_hz};
    th_text_fmt(name, sizeof name, "%s/synthetic-%llu-%d", j->name[i], (unsigned long long)j->cfg->seed, (int)number);
    th_text_fmt(who, sizeof who, "synthetic-%s-%llu-%d", k->subject, (unsigned long long)j->cfg->seed,
                (int)one.subject + 1);
    const bool fault = th_project_task(j->p)->output == TH_OUT_INPUT && one.label != 0;
    const th_recording like = {.name = name,
                               .label = fault && j->p->n_labels > 1 ? j->p->labels[1] : j->name[i],
                               .labels = fault ? j->name[i] : "",
                               .subject = k->things ? "" : who,
                               .group = k->things ? who : "",
                               .device = "synthetic"};
    return k->draw ? give_picture(j, s, &one, &like, why) : give_rows(j, s, &one, &like, why);
}

static th_err give_all(void *ctx, const th_task_gate *gate, th_why *why)
{
    const job *j = ctx;
    const th_synth_kind *k = j->kind;
    sink s = {.gate = gate, .side = SIDE};
    const float rate = k->own_rate_hz > 0.0f ? k->own_rate_hz : j->p->recipe.rate_hz;
    const int32_t longest = j->p->picture_h > j->p->picture_w ? j->p->picture_h : j->p->picture_w;
    if (longest > SIDE) s.side = longest < MOST_SIDE ? longest : MOST_SIDE;
    s.cap = (int32_t)(k->seconds * rate) + 1;
    s.rows = malloc((size_t)s.cap * (size_t)(k->n_channels + 1) * sizeof *s.rows);
    s.rgb = malloc((size_t)s.side * (size_t)s.side * 3);
    th_err err = s.rows && s.rgb ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t n = 0; n < j->count && !err; n++) {
        for (int32_t i = 0; i < j->n_labels && !err; i++) err = give(j, &s, i, n, why);
        if (!err && th_interrupted()) err = th_why_set(why, TH_EINTR, "interrupted; nothing was kept");
        if (j->cfg->progress) j->cfg->progress(j->cfg->ctx, (double)(n + 1) / (double)j->count);
    }
    free(s.rows);
    free(s.rgb);
    return err;
}

/* Settings that suit what is made go into thimble.ini while nobody chose others. */
static th_err suit(const job *j, const th_dataset *set, th_synth_report *report, th_why *why)
{
    const char *settings = j->kind->settings;
    th_project *fresh = malloc(sizeof *fresh);
    if (!fresh) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_project_defaults(j->p->task, NULL, 0, fresh, why);
    const bool own =
        !err && (fresh->recipe.rate_hz < j->p->recipe.rate_hz || fresh->recipe.rate_hz > j->p->recipe.rate_hz ||
                 fresh->recipe.window_ms != j->p->recipe.window_ms || strcmp(fresh->preset, j->p->preset) != 0 ||
                 strcmp(fresh->recipe.blocks, j->p->recipe.blocks) != 0);
    free(fresh);
    if (err || own || set->n || !settings) return err;
    report->new_settings = true;
    return th_project_apply(j->p, settings, why);
}

static th_err make_all(job *j, th_dataset *set, th_synth_report *report, th_why *why)
{
    char source[64];
    th_task_import_report in;
    th_text_fmt(source, sizeof source, "synthetic:%s seed %llu", j->kind->name, (unsigned long long)j->cfg->seed);
    const th_task_made made = {
        .source = source, .licence = "CC0-1.0", .consent = "nobody was recorded", .give = give_all, .ctx = j};
    const th_task_import_cfg cfg = {.split = {.val = 0.15, .test = 0.2, .seed = j->cfg->seed}};
    TH_TRY(suit(j, set, report, why));
    TH_TRY(th_task_import_made(j->p, set, &made, &cfg, &in, why));
    report->added = in.added;
    report->already = in.already;
    report->what = j->kind->what;
    return TH_OK;
}

th_err th_synth(th_project *p, th_dataset *set, const th_synth_cfg *cfg, th_synth_report *report, th_why *why)
{
    const th_task *task = th_project_task(p);
    *report = (th_synth_report){.what = "clips of synthetic voices"};
    if (task->input == TH_IN_SOUND) return th_synth_words(p, set, cfg, report, why);
    if (cfg->voice) return th_why_set(why, TH_EUSAGE, "--voice is for words; task %s has none", p->task);
    if (task->input == TH_IN_NUMBER)
        return th_why_set(why, TH_EUSAGE, "task %s needs no data: thimble train %s", p->task, p->dir);
    job *j = calloc(1, sizeof *j);
    if (!j) return th_why_set(why, TH_ENOMEM, "out of memory");
    j->p = p;
    j->cfg = cfg;
    th_err err = choose(j, why);
    if (!err) j->count = cfg->count ? cfg->count : j->kind->count;
    if (!err) err = make_all(j, set, report, why);
    free(j);
    return err;
}
