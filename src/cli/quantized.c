#include "cli/quantized.h"

#include "cli/cmd.h"
#include "compress/equalise.h"

#include <stdlib.h>
#include <string.h>

th_quantize_options th_quantize_defaults(void)
{
    return (th_quantize_options){.n_samples = TH_CALIBRATION_SAMPLES,
                                 .settings = {.method = TH_RANGE_MSE, .correct_bias = true},
                                 .within = 1.0,
                                 .learning_rate = TH_QAT_RATE,
                                 .seed = 1,
                                 .threads = 1};
}

static void show_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("quantise", part);
}

static void show_trials(void *ctx, double part)
{
    (void)ctx;
    th_progress("compare", part);
}

/* ---- layers that are named ---- */

static int32_t find_layer(const th_graph *g, const char *text)
{
    char *end = NULL;
    const long number = strtol(text, &end, 10);
    if (*text && !*end) return number >= 0 && number < g->n_nodes ? (int32_t)number : -1;
    for (int32_t i = 0; i < g->n_nodes; i++)
        for (int32_t k = 0; k < g->nodes[i].n_out; k++)
            if (strcmp(g->tensors[g->nodes[i].out[k]].name, text) == 0) return i;
    return -1;
}

static th_err set_layers(const th_graph *g, const char *list, th_precision to, th_precision *precision, th_why *why)
{
    char **names = NULL;
    int n = 0;
    if (!list) return TH_OK;
    TH_TRY(th_list_split(list, &names, &n, why));
    th_err err = TH_OK;
    for (int i = 0; i < n && !err; i++) {
        const int32_t layer = find_layer(g, names[i]);
        if (layer < 0)
            err = th_why_set(
                why, TH_EUSAGE,
                "\"%s\" is no operator: give its number, 0 to %ld, or the name of its output (thimble inspect "
                "MODEL --tensors lists them)",
                names[i], (long)g->n_nodes - 1);
        else
            precision[layer] = to;
    }
    th_list_free(names, n);
    return err;
}

/* *precision NULL: nothing is said of single layers. */
static th_err choose_precision(const th_graph *g, const th_quantize_options *o, th_precision **precision, th_why *why)
{
    *precision = NULL;
    if (!o->wide_layers && !o->float_layers) return TH_OK;
    *precision = calloc((size_t)g->n_nodes + 1, sizeof **precision);
    if (!*precision) return th_why_set(why, TH_ENOMEM, "no memory for the layers");
    for (int32_t i = 0; i < g->n_nodes; i++) (*precision)[i] = o->settings.wide ? TH_P_S16 : TH_P_S8;
    TH_TRY(set_layers(g, o->wide_layers, TH_P_S16, *precision, why));
    return set_layers(g, o->float_layers, TH_P_F32, *precision, why);
}

/* ---- the work ---- */

/* What is made on the way to a result. */
typedef struct session {
    th_quantize_job job;
    th_model *equal;
    th_quantizer *q;
    th_converted made;
    th_scorer scorer;
    th_repair repair;
    th_precision *precision;
    const struct th_train_job *examples;
} session;

static void close_session(session *s)
{
    th_repair_free(&s->repair);
    th_scorer_free(&s->scorer);
    th_converted_free(&s->made);
    th_quantizer_free(s->q);
    th_model_free(s->equal);
    free(s->precision);
}

static th_err measure_layers(session *s, th_quantizer *q, const th_quantize_settings *settings,
                             const th_converted *made, th_quantized *r, th_why *why)
{
    r->n_layers = q->g->n_nodes;
    r->layers = calloc((size_t)r->n_layers + 1, sizeof *r->layers);
    if (!r->layers) return th_why_set(why, TH_ENOMEM, "no memory for the report");
    TH_TRY(th_debug_layers(q, settings, made, r->options.debug ? &s->scorer : NULL, show_trials, NULL, r->layers, why));
    const th_graph *g = &r->f32->graphs[0]; /* names that stay: an equalised copy goes */
    for (int32_t i = 0; i < r->n_layers; i++)
        r->layers[i].error.name = g->nodes[i].n_out > 0 ? g->tensors[g->nodes[i].out[0]].name : "";
    return TH_OK;
}

static th_err repair(session *s, th_quantized *r, th_why *why)
{
    const th_repair_job job = {
        .q = s->q, .job = &s->job, .scorer = &s->scorer, .within = r->options.within, .progress = show_trials};
    TH_TRY(th_repair_find(&job, &s->repair, why));
    const th_repair *found = &s->repair;
    r->tried = calloc((size_t)found->n + 1, sizeof *r->tried);
    if (!r->tried) return th_why_set(why, TH_ENOMEM, "no memory for the report");
    memcpy(r->tried, found->tried, (size_t)found->n * sizeof *r->tried);
    r->n_tried = found->n;
    r->best = found->best;
    r->restored = found->restored;
    r->score = found->tried[found->best].score;
    if (found->tried[found->best].equalised) r->n_pairs = found->n_pairs;
    th_quantize_settings kept = found->tried[found->best].settings;
    kept.precision = found->precision;
    TH_TRY(measure_layers(s, th_repair_quantizer(&job, found), &kept, &found->made, r, why));
    r->options.settings = kept;
    r->options.settings.precision = NULL;
    r->model = s->repair.made.model;
    s->repair.made.model = NULL;
    return TH_OK;
}

static th_err make_once(session *s, th_quantized *r, th_why *why)
{
    TH_TRY(th_quantizer_make(s->q, &s->job.settings, &s->made, why));
    if (s->scorer.samples.n > 0) TH_TRY(th_scorer_run(&s->scorer, &s->made.model->graphs[0], &r->score, why));
    TH_TRY(measure_layers(s, s->q, &s->job.settings, &s->made, r, why));
    r->model = s->made.model;
    s->made.model = NULL;
    return s->examples ? th_quantized_train(s->job.model, &s->job.samples, &s->scorer, s->examples, r, why) : TH_OK;
}

static th_err work(session *s, const th_samples *check, th_quantized *r, th_why *why)
{
    if (r->options.equalise && !r->options.repair) { /* a repair decides by itself */
        TH_TRY(th_equalise(r->f32, &s->equal, &r->n_pairs, why));
        s->job.model = s->equal;
    }
    TH_TRY(choose_precision(&r->f32->graphs[0], &r->options, &s->precision, why));
    s->job.settings.precision = s->precision;
    if (r->options.float_layers) s->job.settings.float_rest = true;
    TH_TRY(th_quantizer_new(&s->job, &s->q, why));
    if (check) TH_TRY(th_scorer_new(&r->f32->graphs[0], check, &s->scorer, why));
    r->f32_score = s->scorer.f32;
    return r->options.repair ? repair(s, r, why) : make_once(s, r, why);
}

th_err th_quantized_make(th_model *f32, const th_samples *calibrate, const th_samples *check,
                         const th_quantize_options *options, const struct th_train_job *examples, th_quantized *result,
                         th_why *why)
{
    session s = {
        .examples = examples,
        .job = {.model = f32, .samples = *calibrate, .settings = options->settings, .on_progress = show_progress}};
    *result = (th_quantized){.options = *options, .n_samples = calibrate->n, .f32 = f32};
    const th_err err = work(&s, check, result, why);
    close_session(&s);
    return err;
}

void th_quantized_free(th_quantized *q)
{
    free(q->layers);
    free(q->tried);
    th_model_free(q->model);
    th_model_free(q->f32);
    *q = (th_quantized){0};
}

/* ---- as JSON ---- */

json_t *th_name_json(const char *name)
{
    json_t *o = json_string(name);
    return o ? o : json_string("?"); /* names in foreign files need not be UTF-8 */
}

static json_t *score_json(const th_score *s)
{
    json_t *o = json_pack("{s:i, s:f}", "samples", (int)s->n, "output_db", s->out_db);
    if (s->n_labelled > 0) json_object_set_new(o, "accuracy", json_real(s->accuracy));
    if (s->agree > 0.0) json_object_set_new(o, "agree", json_real(s->agree));
    return o;
}

/* What is wrong with it, and the options that may mend it; "fine" when nothing is. */
static json_t *finding_json(const th_layer_debug *l, const th_score *f32)
{
    static const char *const options[][2] = {
        [TH_DEBUG_FINE] = {NULL, NULL},         [TH_DEBUG_UNEQUAL] = {"equalise", "keep-16"},
        [TH_DEBUG_CUT] = {"method", "keep-16"}, [TH_DEBUG_UNUSED] = {"method", "keep-16"},
        [TH_DEBUG_COSTLY] = {"keep-16", NULL},  [TH_DEBUG_WEAK] = {"keep-16", NULL}};
    char words[192];
    json_t *mend = json_array();
    const th_debug_cause cause = th_debug_find(l, f32);
    th_debug_words(l, f32, words, sizeof words);
    for (int i = 0; i < 2 && options[cause][i]; i++) json_array_append_new(mend, json_string(options[cause][i]));
    return json_pack("{s:s, s:s, s:o}", "code", th_debug_cause_name(cause), "text", words, "mend", mend);
}

static json_t *layer_json(const th_layer_debug *l, const th_score *f32)
{
    json_t *o =
        json_pack("{s:i, s:s, s:o, s:s, s:f, s:f, s:i, s:f, s:f, s:f, s:i}", "index", (int)l->error.node, "op",
                  l->error.op, "name", th_name_json(l->error.name), "type", th_precision_name(l->error.precision),
                  "snr_db", l->error.snr_db, "scale", (double)l->error.scale, "zero", (int)l->error.zero, "saturated",
                  l->saturated, "used", l->used, "imbalance", l->imbalance, "channel", (int)l->channel);
    if (l->channel_db > -1000.0) json_object_set_new(o, "channel_db", json_real(l->channel_db)); /* not for NAN */
    if (l->tried) json_object_set_new(o, "alone", score_json(&l->alone));
    json_object_set_new(o, "finding", finding_json(l, f32));
    return o;
}

/* With the picture of its values. */
static json_t *debug_json(const th_layer_debug *l, const th_score *f32)
{
    json_t *o = layer_json(l, f32), *bars = json_array();
    for (int i = 0; i < TH_DEBUG_BARS; i++) json_array_append_new(bars, json_real(l->bar[i]));
    json_object_set_new(o, "histogram",
                        json_pack("{s:f, s:f, s:f, s:f, s:o}", "lo", l->lo, "hi", l->hi, "first", l->first, "last",
                                  l->last, "share", bars));
    return o;
}

static json_t *repair_json(const th_quantized *q)
{
    json_t *tries = json_array();
    for (int32_t i = 0; i < q->n_tried; i++) {
        json_t *o = score_json(&q->tried[i].score);
        json_object_set_new(o, "did", json_string(q->tried[i].words));
        json_object_set_new(o, "kept", json_boolean(i == q->best));
        json_array_append_new(tries, o);
    }
    return json_pack("{s:b, s:f, s:o}", "restored", q->restored, "within", q->options.within, "tried", tries);
}

/* Bytes of memory that one answer of the model takes: its arena, with plain kernels. */
static void add_arena(json_t *o, const char *key, const th_model *m)
{
    th_plan *plan = NULL;
    if (!m || th_plan_make_banded(&m->graphs[0], TH_ISA_PLAIN, &plan, NULL)) return;
    json_object_set_new(o, key, json_integer((json_int_t)plan->arena_bytes));
    th_plan_free(plan);
}

json_t *th_quantized_json(const th_quantized *q)
{
    json_t *layers = json_array();
    for (int32_t i = 0; i < q->n_layers; i++)
        json_array_append_new(layers, q->options.debug ? debug_json(&q->layers[i], &q->f32_score)
                                                       : layer_json(&q->layers[i], &q->f32_score));
    json_t *o =
        json_pack("{s:s, s:i, s:i, s:i, s:I, s:I, s:o}", "method", th_range_name(q->options.settings.method), "samples",
                  (int)q->n_samples, "bits", q->options.settings.wide ? 16 : 8, "equalised_pairs", (int)q->n_pairs,
                  "float_bytes", (json_int_t)q->float_bytes, "int8_bytes", (json_int_t)q->int_bytes, "layers", layers);
    if (o) add_arena(o, "float_arena", q->f32);
    if (o) add_arena(o, "int8_arena", q->model);
    if (o && q->f32_score.n > 0) {
        json_object_set_new(o, "float", score_json(&q->f32_score));
        json_object_set_new(o, "integer", score_json(&q->score));
    }
    if (o && q->best_epoch > 0)
        json_object_set_new(o, "training",
                            json_pack("{s:i, s:i, s:f, s:f, s:b, s:o}", "epochs", (int)q->options.epochs, "best_epoch",
                                      (int)q->best_epoch, "learning_rate", (double)q->options.learning_rate, "seconds",
                                      q->train_s, "kept", (int)q->kept, "integer", score_json(&q->trained)));
    if (o && q->n_tried > 0) json_object_set_new(o, "repair", repair_json(q));
    return o;
}
