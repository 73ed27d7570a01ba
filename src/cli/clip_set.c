#include "cli/clip_set.h"

#include "data/sound_change.h"

#include <string.h>

#define EPOCH_EXAMPLES 1500 /* small sets go round several times in one epoch */

int32_t th_count_clips(const th_dataset *set, th_split split, const char *label)
{
    int32_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        n += set->samples[i].split == split && (!label || strcmp(set->samples[i].label, label) == 0);
    return n;
}

th_err th_clip_set_open(const th_project *p, const th_dataset *set, const th_preset *preset, th_pipeline *pipe,
                        uint64_t seed, bool normalise, th_clip_set *s, th_why *why)
{
    s->augment = th_augment_default();
    s->augment.time_mask_frames = preset->time_mask_frames;
    s->augment.freq_mask_coefs = preset->freq_mask_coefs;
    s->augment.mixup = preset->mixup;
    TH_TRY(th_sound_change_parse(p->change, &s->augment, why));
    TH_TRY(th_sampler_new(set, TH_TRAIN, pipe, &s->augment, seed, &s->train, why));
    if (normalise) TH_TRY(th_sampler_normalise(s->train, pipe, why));
    if (th_count_clips(set, TH_VAL, NULL)) TH_TRY(th_sampler_clean(p, set, TH_VAL, pipe, INT32_MAX, &s->val, why));
    s->n_round = th_sampler_epoch_size(s->train);
    s->rounds = s->n_round >= EPOCH_EXAMPLES ? 1 : (EPOCH_EXAMPLES + s->n_round - 1) / s->n_round;
    return TH_OK;
}

void th_clip_set_free(th_clip_set *s)
{
    th_sampler_free(s->train);
    th_sampler_free(s->val);
    *s = (th_clip_set){0};
}

void th_clip_set_train(void *set, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const th_clip_set *s = set;
    th_sampler_example(s->train, epoch * s->rounds + i / s->n_round, i % s->n_round, member, x, y);
}

void th_clip_set_val(void *set, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const th_clip_set *s = set;
    th_sampler_example(s->val, epoch, i, member, x, y);
}

int32_t th_clip_set_watched(const th_clip_set *s)
{
    return s->val ? th_sampler_epoch_size(s->val) : 0;
}
