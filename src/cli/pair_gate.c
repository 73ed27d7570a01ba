/* FIRST --with SECOND --gate P: a small network of the same words and features before the large one (dsp/gate.h). */
#include "cli/pair.h"

#include <math.h>
#include <string.h>

static bool same_frontend(const th_frontend_cfg *a, const th_frontend_cfg *b)
{
    return a->kind == b->kind && a->rate_hz == b->rate_hz && a->window == b->window && a->hop == b->hop &&
           a->n_fft == b->n_fft && a->n_mel == b->n_mel && a->n_coef == b->n_coef && a->low_hz == b->low_hz &&
           a->high_hz == b->high_hz;
}

static th_err check_same(const th_pair *p, th_why *why)
{
    const th_pipeline *a = p->sense[0].sound, *b = p->sense[1].sound;
    if (!a || !b) return th_why_set(why, TH_EUSAGE, "--gate is for two models that hear words");
    if (!same_frontend(&a->frontend, &b->frontend) || a->n_frames != b->n_frames)
        return th_why_set(why, TH_EUSAGE,
                          "--gate: the two have other features (%s and %s): give both projects the same [features], "
                          "and train the first again",
                          p->t[0].path, p->t[1].path);
    for (int i = 0; i < 2; i++)
        if (p->t[i].plan->graph->tensors[p->t[i].plan->graph->inputs[0]].type != TH_S8)
            return th_why_set(why, TH_EUSAGE, "--gate: %s is not int8: thimble quantize makes it", p->t[i].path);
    return TH_OK;
}

/* The class of the large network that says that nothing is there. */
static th_err find_quiet(const th_pair *p, int32_t *quiet, th_why *why)
{
    const th_pipeline *pipe = p->sense[1].sound;
    const uint32_t words = th_pipeline_detector(pipe).keyword_mask;
    *quiet = th_pipeline_label(pipe, TH_LABEL_SILENCE);
    for (int32_t c = 0; *quiet < 0 && c < pipe->n_labels; c++)
        if (!(words >> c & 1)) *quiet = c;
    if (*quiet >= 0) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "--gate: every label of %s is a word, none says that there is none",
                      p->t[1].path);
}

/* (x - m) s of the one as that of the other: mean m and 1 / deviation s of each coefficient are the networks' own. */
static void scale_features(th_pair *p)
{
    const th_pipeline *small = p->sense[0].sound, *large = p->sense[1].sound;
    const th_quant *in[2];
    for (int i = 0; i < 2; i++) in[i] = &p->t[i].plan->graph->tensors[p->t[i].plan->graph->inputs[0]].quant;
    for (int32_t c = 0; c < large->frontend.n_coef; c++) {
        p->gain[c] = in[1]->scale[0] / large->inv_std[c] * small->inv_std[c];
        p->shift[c] = (large->mean[c] - small->mean[c]) * small->inv_std[c];
    }
    p->gate.zero = in[1]->zero[0];
    p->gate.n_coef = large->frontend.n_coef;
    p->gate.gain = p->gain;
    p->gate.shift = p->shift;
    p->gate.small_scale = in[0]->scale[0];
    p->gate.small_zero = in[0]->zero[0];
}

th_err th_pair_gate(const th_args *a, th_pair *p, th_why *why)
{
    double least;
    int32_t label, quiet = -1;
    TH_TRY(th_arg_float(a, "gate", 0.0, 1.0, 0.1, &least, why));
    TH_TRY(check_same(p, why));
    TH_TRY(find_quiet(p, &quiet, why));
    p->gate = (th_gate){.labels = th_pipeline_detector(p->sense[0].sound).keyword_mask,
                        .n_small = p->sense[0].sound->n_labels,
                        .least = (int32_t)lround(least * 256.0),
                        .n_large = p->sense[1].sound->n_labels,
                        .quiet = quiet};
    if (th_arg(a, "wake")) {
        TH_TRY(th_pair_label(th_arg(a, "wake"), &p->sense[0], &label, why));
        p->gate.labels = UINT32_C(1) << label;
    }
    scale_features(p);
    p->part[0].app = NULL; /* it gets the features of the second */
    p->gated = true;
    return TH_OK;
}
