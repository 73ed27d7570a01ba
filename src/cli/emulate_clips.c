/* Clips through the emulated board, one after the other in one run: accuracy on the device. */
#include "cli/emulate.h"

#include "base/text.h"
#include "data/dataset.h"
#include "data/split.h"
#include "evaluate/metrics.h"
#include "evaluate/stream.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct feed {
    int16_t *pcm;   /* [n][clip_samples] */
    int32_t *truth; /* [n] */
    int32_t n;
} feed;

static void feed_free(feed *f)
{
    free(f->pcm);
    free(f->truth);
}

/* The windows that the network sees of every test clip. */
static th_err feed_make(const th_pipeline *p, const th_dataset *set, feed *f, th_why *why)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++) n += set->samples[i].split == TH_TEST;
    if (!n) return th_why_set(why, TH_ENOENT, "there are no test clips");
    f->pcm = calloc(n * (size_t)p->clip_samples, sizeof *f->pcm);
    f->truth = calloc(n, sizeof *f->truth);
    if (!f->pcm || !f->truth) return th_why_set(why, TH_ENOMEM, "out of memory for %zu clips", n);
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *clip = &set->samples[i];
        const int32_t truth = th_pipeline_label(p, clip->label);
        int16_t *pcm;
        int32_t samples;
        if (clip->split != TH_TEST || truth < 0) continue;
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        TH_TRY(th_dataset_samples(set, clip, &pcm, &samples, why));
        th_clip_window(pcm, samples, 0, f->pcm + (size_t)f->n * (size_t)p->clip_samples, p->clip_samples);
        free(pcm);
        f->truth[f->n++] = truth;
    }
    return f->n ? TH_OK : th_why_set(why, TH_ENOENT, "no test clip has a label of the model");
}

/* As th_score_best: the last of equals. */
static int32_t best(const int8_t *score, int32_t n)
{
    int32_t k = 0;
    for (int32_t i = 1; i < n; i++)
        if (score[i] >= score[k]) k = i;
    return k;
}

static json_t *confusion_json(const th_confusion *c)
{
    json_t *rows = json_array();
    for (int32_t t = 0; t < c->n; t++) {
        json_t *row = json_array();
        for (int32_t k = 0; k < c->n; k++) json_array_append_new(row, json_integer(c->count[t][k]));
        json_array_append_new(rows, row);
    }
    return rows;
}

void th_session_accuracy(th_session *s, const int32_t *truth, int32_t n, const uint8_t *scores, int32_t n_labels)
{
    th_confusion c = {.n = n_labels};
    for (int32_t i = 0; i < n; i++)
        th_confusion_add(&c, truth[i], best((const int8_t *)scores + (size_t)i * (size_t)n_labels, n_labels));
    s->clips_ran = true;
    json_object_set_new(s->out, "clips", json_integer(th_confusion_total(&c)));
    json_object_set_new(s->out, "accuracy", json_real(th_confusion_accuracy(&c)));
    json_object_set_new(s->out, "balanced", json_real(th_confusion_balanced(&c)));
    json_object_set_new(s->out, "confusion", confusion_json(&c));
}

static th_err run_feed(th_session *s, const feed *f, th_why *why)
{
    const th_pipeline *p = &s->t.pipe;
    const size_t n_scores = (size_t)f->n * (size_t)p->n_labels;
    const th_span bytes = {(const uint8_t *)f->pcm, (size_t)f->n * (size_t)p->clip_samples * 2};
    int8_t *host = calloc(n_scores, 1);
    if (!host) return th_why_set(why, TH_ENOMEM, "out of memory");
    fprintf(stderr, "note: %ld clips, one after the other on the emulated board: this takes a while\n", (long)f->n);
    th_emulation e = {0};
    th_err err = th_stream_clips(p, s->t.plan, f->pcm, f->n, host, why);
    if (!err)
        err = th_emulator_run(s->t.board, s->fw.elf, TH_EMULATE_CLIPS, bytes, false, 300 + f->n, NULL, NULL, &e, why);
    if (!err) {
        if (e.n_out != n_scores || memcmp(e.out, host, n_scores) != 0) s->equal = false;
        if (e.n_out == n_scores) th_session_accuracy(s, f->truth, f->n, e.out, p->n_labels);
        th_session_memory(s, &e);
    }
    th_emulation_free(&e);
    free(host);
    return err;
}

/* The labels of the model as a project, for reading a folder of clips without one. */
static th_err project_of(const th_pipeline *p, th_project *project, th_why *why)
{
    const char *words[TH_MAX_LABELS];
    int n = 0;
    for (int32_t i = 0; i < p->n_labels; i++)
        if (strcmp(p->labels[i], TH_LABEL_UNKNOWN) != 0 && strcmp(p->labels[i], TH_LABEL_SILENCE) != 0)
            words[n++] = p->labels[i];
    TH_TRY(th_project_defaults(p->task, words, n, project, why));
    project->rate_hz = p->frontend.rate_hz;
    return TH_OK;
}

th_err th_session_clips(th_session *s, const char *dir, th_why *why)
{
    th_dataset *set = NULL;
    feed f = {0};
    if (!s->t.has_pipe)
        return th_why_set(why, TH_EUSAGE,
                          "--clips is for sounds and pictures, and %s takes something else. The test on the emulated "
                          "board: thimble test %s --on nano33ble",
                          s->t.path, s->t.has_project ? s->t.project.dir : s->t.path);
    if (!dir && !s->t.has_project)
        return th_why_set(why, TH_EUSAGE, "--clips needs a project; for a model file: --feed DIR");
    if (dir && !s->t.has_project) TH_TRY(project_of(&s->t.pipe, &s->t.project, why));
    th_err err =
        dir ? th_dataset_scan(&s->t.project, dir, TH_PART_TOLD, &set, why) : th_dataset_load(&s->t.project, &set, why);
    if (!err) err = feed_make(&s->t.pipe, set, &f, why);
    if (!err) err = run_feed(s, &f, why);
    feed_free(&f);
    th_dataset_free(set);
    return err;
}
