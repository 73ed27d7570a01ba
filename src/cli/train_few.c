#include "cli/train_few.h"

#include "base/hash.h"
#include "base/rng.h"
#include "model/pipeline.h"
#include "os/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAW_STREAM 0x66657773u

static th_err load(const char *name, th_few *f, char path[TH_PATH_BYTES], th_why *why)
{
    uint8_t *bytes;
    size_t n;
    const int len = th_dir_exists(name) ? snprintf(path, TH_PATH_BYTES, "%s/%s", name, TH_FILE_FLOAT)
                                        : snprintf(path, TH_PATH_BYTES, "%s", name);
    if (len >= TH_PATH_BYTES) return th_why_set(why, TH_ERANGE, "the path %s is too long", name);
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    f->hash = th_fnv1a(TH_FNV1A_START, (th_span){bytes, n});
    free(bytes);
    return th_model_load(path, &f->model, why);
}

/* What the network hears is decided by its features, which stay. */
static th_err check_sound(const char *path, const th_project *p, const th_pipeline *q, th_why *why)
{
    const int32_t clip_ms = (int32_t)((int64_t)q->clip_samples * 1000 / q->frontend.rate_hz);
    if (p->rate_hz == q->frontend.rate_hz && p->clip_ms == clip_ms) return TH_OK;
    return th_why_set(why, TH_EUSAGE,
                      "%s hears clips of %d ms at %d Hz, but %s/%s says %d ms at %d Hz. Set rate_hz = %d and clip_ms = "
                      "%d there, and import the clips again",
                      path, (int)clip_ms, (int)q->frontend.rate_hz, p->dir, TH_FILE_INI, (int)p->clip_ms,
                      (int)p->rate_hz, (int)q->frontend.rate_hz, (int)clip_ms);
}

static th_err new_head(const char *path, const th_project *p, th_few *f, th_why *why)
{
    th_why inner = {0};
    th_err err = th_import_graph(&f->model->graphs[0], &f->im, &inner);
    if (!err) err = th_import_before_head(&f->im, &f->cut, &inner);
    if (!err) err = th_import_replace_head(&f->im, f->cut, "dense classes\n", p->n_labels, &inner);
    return err ? th_why_set(why, err, "%s: %s", path, inner.text) : TH_OK;
}

static th_err take_pipe(const char *path, const th_project *p, const th_few *f, th_pipeline *pipe, th_why *why)
{
    th_why inner = {0};
    const th_err err = th_pipeline_from(f->model, pipe, &inner);
    if (err == TH_ENOENT)
        return th_why_set(why, err,
                          "%s has no description of its features: a backbone for words is a model/float.tflite that "
                          "`thimble train` made of many words",
                          path);
    if (err) return th_why_set(why, err, "%s: %s", path, inner.text);
    TH_TRY(check_sound(path, p, pipe, why));
    pipe->n_labels = p->n_labels;
    memcpy(pipe->labels, p->labels, sizeof pipe->labels);
    pipe->detect = p->detect;
    pipe->source_hash = 0;
    return TH_OK;
}

th_err th_few_open(const th_args *a, const th_project *p, th_few *f, th_pipeline *pipe, th_why *why)
{
    const char *from = th_arg(a, "from");
    char path[TH_PATH_BYTES];
    int64_t shots, rounds;
    if (!from && th_arg(a, "shots"))
        return th_why_set(why, TH_EUSAGE,
                          "--shots needs --from BACKBONE: few clips are enough only for the last layer "
                          "of a network that has learnt other words");
    if (!from) return TH_OK;
    if (th_arg(a, "preset"))
        return th_why_set(why, TH_EUSAGE, "--from BACKBONE has its layers already: leave out --preset");
    TH_TRY(th_arg_int(a, "shots", 1, 10000, 0, &shots, why));
    TH_TRY(th_arg_int(a, "keep", 0, 1000, 8, &rounds, why));
    TH_TRY(load(from, f, path, why));
    TH_TRY(take_pipe(path, p, f, pipe, why));
    TH_TRY(new_head(path, p, f, why));
    f->is_on = true;
    f->shots = (int32_t)shots;
    f->rounds = (int32_t)rounds;
    const int64_t said[2] = {shots, rounds};
    f->hash = th_fnv1a(f->hash, (th_span){(const uint8_t *)said, sizeof said});
    return TH_OK;
}

void th_few_free(th_few *f)
{
    th_model_free(f->model);
    *f = (th_few){0};
}

/* Of the training clips of a word all but `shots` are gone. */
static th_err draw_word(const th_dataset *set, const char *word, int32_t shots, th_rng *rng, bool *gone, th_why *why)
{
    size_t *clip = malloc((set->n + 1) * sizeof *clip), n = 0;
    if (!clip) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < set->n; i++)
        if (set->samples[i].split == TH_TRAIN && strcmp(set->samples[i].label, word) == 0) clip[n++] = i;
    for (size_t k = 0; k < n && k < (size_t)shots; k++) { /* the first `shots` of a shuffled row */
        const size_t other = k + th_rng_below(rng, (uint32_t)(n - k)), swap = clip[k];
        clip[k] = clip[other];
        clip[other] = swap;
    }
    for (size_t k = (size_t)shots; k < n; k++) gone[clip[k]] = true;
    free(clip);
    return n >= (size_t)shots
               ? TH_OK
               : th_why_set(why, TH_ENOENT, "there are %zu training clips of \"%s\", and --shots %d wants that many", n,
                            word, (int)shots);
}

th_err th_few_draw(th_dataset *set, const th_project *p, int32_t shots, uint64_t seed, th_why *why)
{
    th_rng rng = th_rng_make(seed, DRAW_STREAM);
    bool *gone = calloc(set->n + 1, sizeof *gone);
    if (!gone) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < set->n; i++) gone[i] = set->samples[i].split == TH_VAL;
    th_err err = TH_OK;
    for (int32_t i = 0; i < p->n_labels && !err; i++)
        if (strcmp(p->labels[i], TH_LABEL_UNKNOWN) != 0 && strcmp(p->labels[i], TH_LABEL_SILENCE) != 0)
            err = draw_word(set, p->labels[i], shots, &rng, gone, why);
    if (!err) th_dataset_remove(set, gone, set->n);
    free(gone);
    return err;
}
