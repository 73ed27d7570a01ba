#include "compress/quantize.h"

#include "compress/correct.h"

#include <math.h>
#include <stdlib.h>

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "no memory to quantise the model");
}

/* ---- looking at the float network ---- */

static th_err check_model(const th_model *m, th_why *why)
{
    const th_graph *g = &m->graphs[0];
    if (g->n_inputs < 1 || g->n_outputs < 1) return th_why_set(why, TH_EUNSUP, "the model has no input or no output");
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->tensors[g->inputs[i]].type != TH_F32)
            return th_why_set(why, TH_EUNSUP, "only a float model can be quantised; input %ld of this one is %s",
                              (long)i, th_type_name(g->tensors[g->inputs[i]].type));
    for (int32_t i = 0; i < g->n_nodes; i++)
        for (int32_t k = 0; k < g->nodes[i].n_in; k++) {
            const int32_t t = g->nodes[i].in[k];
            const th_rule *r = th_rule_find(g->nodes[i].op);
            if (k > 0 && r && r->kind == TH_RULE_TABLES) break; /* labels and columns are no quantised values */
            if (t >= 0 && (g->tensors[t].type == TH_S8 || g->tensors[t].type == TH_S16 || g->tensors[t].type == TH_U8))
                return th_why_set(why, TH_EUNSUP, "operator %ld (%s) has %s values: the model is not a float one",
                                  (long)i, th_op_find((int32_t)g->nodes[i].op)->name, th_type_name(g->tensors[t].type));
        }
    return TH_OK;
}

th_err th_quantizer_new(const th_quantize_job *job, th_quantizer **out, th_why *why)
{
    if (job->samples.n < 1) return th_why_set(why, TH_ERANGE, "quantising needs at least one calibration sample");
    TH_TRY(check_model(job->model, why));
    th_quantizer *q = calloc(1, sizeof *q);
    if (!q) return no_memory(why);
    q->model = job->model;
    q->g = &job->model->graphs[0];
    q->samples = job->samples;
    th_err err = th_trial_new(q->g, &q->f32, why);
    if (!err) err = th_calibrate(&q->f32, &q->samples, job->on_progress, &q->cal, why);
    if (err)
        th_quantizer_free(q);
    else
        *out = q;
    return err;
}

void th_quantizer_free(th_quantizer *q)
{
    if (!q) return;
    th_calibration_free(&q->cal);
    th_trial_free(&q->f32);
    free(q);
}

/* ---- making integer networks ---- */

th_err th_quantizer_precision(const th_quantizer *q, const th_quantize_settings *s, th_precision *precision,
                              th_why *why)
{
    for (int32_t i = 0; i < q->g->n_nodes; i++) {
        const th_precision wanted = s->precision ? s->precision[i] : s->wide ? TH_P_S16 : TH_P_S8;
        TH_TRY(th_rule_precision(q->g, i, wanted, s->float_rest, &precision[i], why));
    }
    return TH_OK;
}

/* What th_convert needs, in one block. */
typedef struct plan {
    th_precision *precision;
    float *lo, *hi, *lo16, *hi16;
    th_scale *s8, *s16;
} plan;

static void free_plan(plan *p)
{
    free(p->precision);
    free(p->lo);
    free(p->s8);
}

static th_err new_plan(const th_graph *g, plan *p, th_why *why)
{
    const size_t n = (size_t)g->n_tensors + 1;
    *p = (plan){.precision = calloc((size_t)g->n_nodes + 1, sizeof *p->precision),
                .lo = calloc(4 * n, sizeof *p->lo),
                .s8 = calloc(2 * n, sizeof *p->s8)};
    if (!p->precision || !p->lo || !p->s8) return no_memory(why);
    p->hi = p->lo + n;
    p->lo16 = p->hi + n;
    p->hi16 = p->lo16 + n;
    p->s16 = p->s8 + n;
    return TH_OK;
}

static void choose_ranges(const th_quantizer *q, const th_quantize_settings *s, plan *p)
{
    const double percentile = s->percentile > 0.0 ? s->percentile : TH_PERCENTILE;
    for (int32_t i = 0; i < q->g->n_tensors; i++) {
        if (!th_is_activation(q->g, i)) continue;
        th_range_choose(&q->cal.h[i], s->method, percentile, &p->lo[i], &p->hi[i]);
        th_range_choose(&q->cal.h[i], TH_RANGE_MIN_MAX, percentile, &p->lo16[i], &p->hi16[i]);
    }
}

static th_precision precision_of_ends(th_ends ends)
{
    return ends == TH_ENDS_F32 ? TH_P_F32 : ends == TH_ENDS_S16 ? TH_P_S16 : TH_P_S8;
}

static th_err make(th_quantizer *q, const th_quantize_settings *s, plan *p, th_converted *out, th_why *why)
{
    TH_TRY(th_quantizer_precision(q, s, p->precision, why));
    choose_ranges(q, s, p);
    const th_scale_job scales = {
        .g = q->g, .precision = p->precision, .lo = p->lo, .hi = p->hi, .lo16 = p->lo16, .hi16 = p->hi16};
    TH_TRY(th_scales_assign(&scales, p->s8, p->s16, why));
    const th_convert_job job = {.model = q->model,
                                .precision = p->precision,
                                .input = precision_of_ends(s->ends),
                                .output = precision_of_ends(s->ends),
                                .s8 = p->s8,
                                .s16 = p->s16,
                                .dense_per_channel = s->dense_per_channel,
                                .state_max = q->cal.state_max};
    TH_TRY(th_convert(&job, out, why));
    return s->correct_bias ? th_correct_biases(&job, out, &q->f32, &q->samples, why) : TH_OK;
}

th_err th_quantizer_make(th_quantizer *q, const th_quantize_settings *s, th_converted *out, th_why *why)
{
    plan p;
    *out = (th_converted){0};
    th_err err = new_plan(q->g, &p, why);
    if (!err) err = make(q, s, &p, out, why);
    free_plan(&p);
    return err;
}

/* ---- both at once ---- */

th_err th_quantize(const th_quantize_job *job, th_model **model, th_layer_error **layers, int32_t *n_layers,
                   th_why *why)
{
    th_quantizer *q = NULL;
    th_converted c = {0};
    th_layer_error *rows = NULL;
    TH_TRY(th_quantizer_new(job, &q, why));
    th_err err = th_quantizer_make(q, &job->settings, &c, why);
    if (!err) {
        rows = calloc((size_t)q->g->n_nodes + 1, sizeof *rows);
        err = rows ? th_compare_layers(q, &c, rows, NULL, why) : no_memory(why);
    }
    if (!err) {
        *model = c.model;
        c.model = NULL;
        if (job->on_progress) job->on_progress(job->samples.ctx, 1.0);
    }
    if (!err && layers) {
        *layers = rows;
        *n_layers = q->g->n_nodes;
        rows = NULL;
    }
    free(rows);
    th_converted_free(&c);
    th_quantizer_free(q);
    return err;
}

/* ---- without samples ---- */

static th_err convert_s8(const th_model *f32, const plan *p, const float *state_max, th_converted *out, th_why *why)
{
    const th_convert_job job = {.model = f32,
                                .precision = p->precision,
                                .input = TH_P_S8,
                                .output = TH_P_S8,
                                .s8 = p->s8,
                                .s16 = p->s16,
                                .state_max = state_max};
    return th_convert(&job, out, why);
}

static th_err make_fixed(const th_model *f32, const th_scale *scale, const float *state_max, plan *p, th_converted *out,
                         th_why *why)
{
    const th_graph *g = &f32->graphs[0];
    for (int32_t i = 0; i < g->n_nodes; i++) TH_TRY(th_rule_precision(g, i, TH_P_S8, false, &p->precision[i], why));
    TH_TRY(th_scales_assign(&(th_scale_job){.g = g, .precision = p->precision, .given = scale}, p->s8, p->s16, why));
    return convert_s8(f32, p, state_max, out, why);
}

th_err th_quantize_fixed(const th_model *f32, const th_scale *scale, const float *state_max, th_model **model,
                         th_why *why)
{
    plan p = {0};
    th_converted c = {0};
    th_plan *runs = NULL;
    TH_TRY(check_model(f32, why));
    th_err err = new_plan(&f32->graphs[0], &p, why);
    if (!err) err = make_fixed(f32, scale, state_max, &p, &c, why);
    if (!err) err = th_plan_make_quick(&c.model->graphs[0], &runs, why); /* one that cannot run is never returned */
    th_plan_free(runs);
    if (!err) {
        *model = c.model;
        c.model = NULL;
    }
    th_converted_free(&c);
    free_plan(&p);
    return err;
}

/* ---- before there is anything to see ---- */

static bool is_relu(const th_node *n)
{
    th_act act = TH_ACT_NONE;
    switch ((int)n->op) {
    case TH_OP_RELU:
    case TH_OP_RELU6: return true;
    case TH_OP_CONV_2D:
    case TH_OP_DEPTHWISE_CONV_2D:
    case TH_OP_TRANSPOSE_CONV: act = n->attr.conv.act; break;
    case TH_OP_FULLY_CONNECTED: act = n->attr.dense.act; break;
    case TH_OP_ADD:
    case TH_OP_MUL: act = n->attr.fused.act; break;
    case TH_OP_SVDF: act = n->attr.svdf.act; break;
    default: break;
    }
    return act == TH_ACT_RELU || act == TH_ACT_RELU6;
}

/* Gives what stands below 0 as well as above other numbers of what is never below 0, as they have them after training:
 * zero points decide what is packed with the weights. */
static void make_up_ranges(const th_graph *g, plan *p)
{
    for (int32_t i = 0; i < g->n_tensors; i++) {
        p->lo[i] = p->lo16[i] = -1.0f;
        p->hi[i] = p->hi16[i] = 1.25f;
    }
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const th_node *n = &g->nodes[i];
        bool above = n->n_in > 0;
        const bool weighs = th_rule_find(n->op) && th_rule_find(n->op)->kind != TH_RULE_SAME &&
                            th_rule_find(n->op)->kind != TH_RULE_FOLLOW && n->op != TH_OP_ADD;
        for (int32_t k = 0; k < n->n_in; k++)
            above = above && (!th_is_activation(g, n->in[k]) || p->lo[n->in[k]] >= 0.0f);
        for (int32_t k = 0; k < n->n_out; k++)
            if (is_relu(n) || (above && !weighs)) p->lo[n->out[k]] = p->lo16[n->out[k]] = 0.0f;
    }
}

static th_err make_unseen(const th_model *f32, const float *state_max, plan *p, th_converted *out, th_why *why)
{
    const th_graph *g = &f32->graphs[0];
    for (int32_t i = 0; i < g->n_nodes; i++) TH_TRY(th_rule_precision(g, i, TH_P_S8, false, &p->precision[i], why));
    make_up_ranges(g, p);
    const th_scale_job scales = {
        .g = g, .precision = p->precision, .lo = p->lo, .hi = p->hi, .lo16 = p->lo16, .hi16 = p->hi16};
    TH_TRY(th_scales_assign(&scales, p->s8, p->s16, why));
    return convert_s8(f32, p, state_max, out, why);
}

th_err th_quantize_unseen(const th_model *f32, th_model **model, th_why *why)
{
    plan p = {0};
    th_converted c = {0};
    TH_TRY(check_model(f32, why));
    const int32_t n = f32->graphs[0].n_nodes;
    float *state_max = calloc((size_t)n + 1, sizeof *state_max);
    th_err err = state_max ? new_plan(&f32->graphs[0], &p, why) : no_memory(why);
    for (int32_t i = 0; i < n && !err; i++) state_max[i] = 1.0f;
    if (!err) err = make_unseen(f32, state_max, &p, &c, why);
    if (!err) {
        *model = c.model;
        c.model = NULL;
    }
    th_converted_free(&c);
    free_plan(&p);
    free(state_max);
    return err;
}
