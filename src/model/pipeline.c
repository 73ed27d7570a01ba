/* The pipeline as JSON, inside the model.  Written compact and in a fixed order: the same settings give the same bytes.
 */
#include "model/pipeline.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_JSON   65536
#define MAX_INPUTS (1 << 20)
#define FORMAT     1

static const char *const kind_names[] = {"logmel", "mfcc"}; /* by th_feature_kind */

/* ---- checking ---- */

static th_err out_of_range(th_why *why, const char *what)
{
    return th_why_set(why, TH_ERANGE, "the pipeline settings in the model are not usable: %s. Train or quantise again",
                      what);
}

static bool label_is_fine(const char *label)
{
    const size_t n = strnlen(label, TH_LABEL_BYTES);
    if (n == 0 || n == TH_LABEL_BYTES) return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)label[i] < 0x20 || label[i] == 0x7f) return false;
    return true;
}

static th_err check_labels(const th_pipeline *p, th_why *why)
{
    if (p->n_labels < 1 || p->n_labels > TH_MAX_LABELS) return out_of_range(why, "there are no labels, or too many");
    for (int32_t i = 0; i < p->n_labels; i++) {
        if (!label_is_fine(p->labels[i]))
            return out_of_range(why, "a label is empty, too long or holds control characters");
        for (int32_t k = 0; k < i; k++)
            if (strcmp(p->labels[i], p->labels[k]) == 0) return out_of_range(why, "a label occurs twice");
    }
    return TH_OK;
}

static th_err check_features(const th_pipeline *p, th_why *why)
{
    const th_frontend_cfg *f = &p->frontend;
    if (th_frontend_mem(f) == 0) return out_of_range(why, "\"frontend\" holds an impossible value");
    if (p->clip_samples < f->window || p->clip_samples > 60 * f->rate_hz)
        return out_of_range(why, "\"clip_samples\" is less than a frame or more than a minute");
    if (p->n_frames != th_frontend_frames(f, p->clip_samples) || p->n_frames < 1)
        return out_of_range(why, "\"n_frames\" is not what \"clip_samples\" gives");
    if (p->n_frames > MAX_INPUTS / f->n_coef) return out_of_range(why, "the input is too large");
    for (int32_t i = 0; i < f->n_coef; i++)
        if (!isfinite(p->mean[i]) || !isfinite(p->inv_std[i]) || p->inv_std[i] <= 0.0f)
            return out_of_range(why, "\"mean\" or \"inv_std\" holds an impossible value");
    return TH_OK;
}

static th_err check_detect(const th_detect_settings *d, th_why *why)
{
    if (d->window_ms < 1 || d->window_ms > 60000) return out_of_range(why, "\"window_ms\" is not 1 to 60000");
    if (d->suppress_ms < 0 || d->suppress_ms > 60000) return out_of_range(why, "\"suppress_ms\" is not 0 to 60000");
    if (d->min_count < 1 || d->min_count > TH_DETECT_HISTORY) return out_of_range(why, "\"min_count\" is not 1 to 64");
    if (d->stride_ms < 1 || d->stride_ms > 10000) return out_of_range(why, "\"stride_ms\" is not 1 to 10000");
    if (!(d->threshold >= 0.0f && d->threshold <= 1.0f)) return out_of_range(why, "\"threshold\" is not 0 to 1");
    return TH_OK;
}

/* Graph 0 takes the features and gives a score per label. */
static th_err check_graph(const th_pipeline *p, const th_model *model, th_why *why)
{
    const th_graph *g = &model->graphs[0];
    if (model->n_graphs < 1 || g->n_inputs != 1 || g->n_outputs != 1)
        return th_why_set(why, TH_ESHAPE,
                          "the model does not have one input and one output, so it is no classifier of sounds");
    const th_tensor *in = &g->tensors[g->inputs[0]], *out = &g->tensors[g->outputs[0]];
    const int32_t n_in = th_shape_count(&in->shape), n_out = th_shape_count(&out->shape);
    if (n_in != p->n_frames * p->frontend.n_coef || n_out != p->n_labels)
        return th_why_set(why, TH_ESHAPE,
                          "the model takes %ld values and gives %ld, but its settings say %ld frames of %ld "
                          "and %ld labels",
                          (long)n_in, (long)n_out, (long)p->n_frames, (long)p->frontend.n_coef, (long)p->n_labels);
    if (in->type != out->type || (in->type != TH_F32 && in->type != TH_S8))
        return th_why_set(why, TH_ESHAPE,
                          "the model's input is %s and its output %s; both have to be float32, or both int8",
                          th_type_name(in->type), th_type_name(out->type));
    if (in->type == TH_S8 && (in->quant.n != 1 || out->quant.n != 1 || !(in->quant.scale[0] > 0.0f)))
        return th_why_set(why, TH_ESHAPE, "the model's int8 input or output has no scale");
    return TH_OK;
}

th_err th_pipeline_check(const th_pipeline *p, const th_model *model, th_why *why)
{
    TH_TRY(check_labels(p, why));
    TH_TRY(check_features(p, why));
    TH_TRY(check_detect(&p->detect, why));
    return check_graph(p, model, why);
}

/* ---- reading ---- */

static th_err bad_json(th_why *why, const char *key)
{
    return th_why_set(why, TH_EFORMAT,
                      "the pipeline settings in the model are not usable: \"%s\" is missing or of the wrong kind", key);
}

static th_err get_i32(const json_t *o, const char *key, int32_t *out, th_why *why)
{
    const json_t *v = json_object_get(o, key);
    const json_int_t i = json_integer_value(v);
    if (!json_is_integer(v) || i < INT32_MIN || i > INT32_MAX) return bad_json(why, key);
    *out = (int32_t)i;
    return TH_OK;
}

static th_err get_f32(const json_t *o, const char *key, float *out, th_why *why)
{
    const json_t *v = json_object_get(o, key);
    const double d = json_number_value(v);
    if (!json_is_number(v) || !(fabs(d) <= 3.4e38)) return bad_json(why, key);
    *out = (float)d;
    return TH_OK;
}

static th_err get_text(const json_t *o, const char *key, char *out, size_t cap, th_why *why)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_string(v) || json_string_length(v) >= cap) return bad_json(why, key);
    memcpy(out, json_string_value(v), json_string_length(v) + 1);
    return TH_OK;
}

static th_err get_f32s(const json_t *o, const char *key, int32_t n, float *out, th_why *why)
{
    const json_t *list = json_object_get(o, key);
    if (!json_is_array(list) || json_array_size(list) != (size_t)n) return bad_json(why, key);
    for (int32_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, (size_t)i);
        if (!json_is_number(v) || !(fabs(json_number_value(v)) <= 3.4e38)) return bad_json(why, key);
        out[i] = (float)json_number_value(v);
    }
    return TH_OK;
}

static th_err get_labels(const json_t *o, th_pipeline *p, th_why *why)
{
    const json_t *list = json_object_get(o, "labels");
    if (!json_is_array(list) || json_array_size(list) > TH_MAX_LABELS) return bad_json(why, "labels");
    p->n_labels = (int32_t)json_array_size(list);
    for (int32_t i = 0; i < p->n_labels; i++) {
        const json_t *v = json_array_get(list, (size_t)i);
        if (!json_is_string(v) || json_string_length(v) >= TH_LABEL_BYTES) return bad_json(why, "labels");
        memcpy(p->labels[i], json_string_value(v), json_string_length(v) + 1);
    }
    return TH_OK;
}

static th_err get_frontend(const json_t *o, th_frontend_cfg *f, th_why *why)
{
    char kind[16];
    TH_TRY(get_text(o, "kind", kind, sizeof kind, why));
    if (strcmp(kind, kind_names[TH_LOGMEL]) == 0)
        f->kind = TH_LOGMEL;
    else if (strcmp(kind, kind_names[TH_MFCC]) == 0)
        f->kind = TH_MFCC;
    else
        return bad_json(why, "kind");
    TH_TRY(get_i32(o, "rate_hz", &f->rate_hz, why));
    TH_TRY(get_i32(o, "window", &f->window, why));
    TH_TRY(get_i32(o, "hop", &f->hop, why));
    TH_TRY(get_i32(o, "n_fft", &f->n_fft, why));
    TH_TRY(get_i32(o, "n_mel", &f->n_mel, why));
    TH_TRY(get_i32(o, "n_coef", &f->n_coef, why));
    TH_TRY(get_f32(o, "low_hz", &f->low_hz, why));
    TH_TRY(get_f32(o, "high_hz", &f->high_hz, why));
    return f->n_coef < 1 || f->n_coef > TH_MAX_COEFS ? bad_json(why, "n_coef") : TH_OK;
}

static th_err get_detect(const json_t *o, th_detect_settings *d, th_why *why)
{
    TH_TRY(get_i32(o, "window_ms", &d->window_ms, why));
    TH_TRY(get_i32(o, "suppress_ms", &d->suppress_ms, why));
    TH_TRY(get_i32(o, "min_count", &d->min_count, why));
    TH_TRY(get_i32(o, "stride_ms", &d->stride_ms, why));
    return get_f32(o, "threshold", &d->threshold, why);
}

static th_err get_hash(const json_t *o, uint64_t *hash, th_why *why)
{
    char text[17];
    TH_TRY(get_text(o, "source_hash", text, sizeof text, why));
    if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16) return bad_json(why, "source_hash");
    *hash = strtoull(text, NULL, 16);
    return TH_OK;
}

static th_err get_pipeline(const json_t *o, th_pipeline *p, th_why *why)
{
    int32_t format = 0;
    TH_TRY(get_i32(o, "format", &format, why));
    if (format != FORMAT)
        return th_why_set(why, TH_EUNSUP,
                          "the pipeline settings in the model have format %ld; this thimble reads %d. Use a newer one",
                          (long)format, FORMAT);
    TH_TRY(get_text(o, "task", p->task, sizeof p->task, why));
    TH_TRY(get_text(o, "preset", p->preset, sizeof p->preset, why));
    TH_TRY(get_hash(o, &p->source_hash, why));
    TH_TRY(get_labels(o, p, why));
    TH_TRY(get_frontend(json_object_get(o, "frontend"), &p->frontend, why));
    TH_TRY(get_i32(o, "clip_samples", &p->clip_samples, why));
    TH_TRY(get_i32(o, "n_frames", &p->n_frames, why));
    TH_TRY(get_f32s(o, "mean", p->frontend.n_coef, p->mean, why));
    TH_TRY(get_f32s(o, "inv_std", p->frontend.n_coef, p->inv_std, why));
    return get_detect(json_object_get(o, "detect"), &p->detect, why);
}

th_err th_pipeline_from(const th_model *model, th_pipeline *p, th_why *why)
{
    const th_span json = th_model_metadata(model, TH_PIPELINE_METADATA);
    if (!json.p)
        return th_why_set(
            why, TH_ENOENT,
            "the model holds no labels and feature settings (metadata \"%s\"): it was not made by thimble",
            TH_PIPELINE_METADATA);
    if (json.n > MAX_JSON)
        return th_why_set(why, TH_EFORMAT, "the pipeline settings in the model are longer than %d bytes", MAX_JSON);
    json_error_t e;
    json_t *o = json_loadb((const char *)json.p, json.n, JSON_REJECT_DUPLICATES, &e);
    if (!o)
        return th_why_set(why, TH_EFORMAT, "the pipeline settings in the model are no JSON: %s (byte %d)", e.text,
                          e.position);
    *p = (th_pipeline){0};
    const th_err err = get_pipeline(o, p, why);
    json_decref(o);
    return err ? err : th_pipeline_check(p, model, why);
}

/* ---- writing ---- */

/* The number with the fewest digits that becomes this float again: 9 always do, 0.6f needs one. */
static double shortest(float v)
{
    for (int digits = 1; digits < 9; digits++) {
        char text[32];
        snprintf(text, sizeof text, "%.*g", digits, (double)v); /* and back in the same locale */
        const double d = strtod(text, NULL);
        if ((float)d == v) return d;
    }
    return (double)v;
}

static json_t *put_f32s(const float *v, int32_t n)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < n; i++) json_array_append_new(list, json_real(shortest(v[i])));
    return list;
}

static json_t *put_labels(const th_pipeline *p)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < p->n_labels; i++)
        if (json_array_append_new(list, json_string(p->labels[i]))) { /* not UTF-8 */
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *put_frontend(const th_frontend_cfg *f)
{
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:f}", "kind", kind_names[f->kind == TH_MFCC], "rate_hz",
                     (int)f->rate_hz, "window", (int)f->window, "hop", (int)f->hop, "n_fft", (int)f->n_fft, "n_mel",
                     (int)f->n_mel, "n_coef", (int)f->n_coef, "low_hz", shortest(f->low_hz), "high_hz",
                     shortest(f->high_hz));
}

static json_t *put_detect(const th_detect_settings *d)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:f}", "window_ms", (int)d->window_ms, "suppress_ms", (int)d->suppress_ms,
                     "min_count", (int)d->min_count, "stride_ms", (int)d->stride_ms, "threshold",
                     shortest(d->threshold));
}

th_err th_pipeline_attach(const th_pipeline *p, th_model *model, th_why *why)
{
    char hash[17];
    for (int i = 0; i < 16; i++) hash[i] = "0123456789abcdef"[p->source_hash >> (60 - 4 * i) & 15];
    hash[16] = 0;
    TH_TRY(th_pipeline_check(p, model, why));
    json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:o, s:o, s:o}", "format", FORMAT, "task", p->task,
                          "preset", p->preset, "source_hash", hash, "labels", put_labels(p), "frontend",
                          put_frontend(&p->frontend), "clip_samples", (int)p->clip_samples, "n_frames",
                          (int)p->n_frames, "mean", put_f32s(p->mean, p->frontend.n_coef), "inv_std",
                          put_f32s(p->inv_std, p->frontend.n_coef), "detect", put_detect(&p->detect));
    /* 9 digits name a float exactly; jansson writes a point in every locale. */
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(o);
    if (!text)
        return th_why_set(why, TH_EFORMAT,
                          "the pipeline settings cannot be written: a label is not UTF-8, or memory is full");
    const th_err err =
        th_model_set_metadata(model, TH_PIPELINE_METADATA, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

/* ---- what others ask ---- */

int32_t th_pipeline_label(const th_pipeline *p, const char *label)
{
    for (int32_t i = 0; i < p->n_labels; i++)
        if (strcmp(p->labels[i], label) == 0) return i;
    return -1;
}

int32_t th_pipeline_stride_frames(const th_pipeline *p)
{
    const int64_t samples = (int64_t)p->detect.stride_ms * p->frontend.rate_hz / 1000;
    const int64_t frames = (samples + p->frontend.hop / 2) / p->frontend.hop;
    return frames < 1 ? 1 : (int32_t)frames;
}

th_detector_cfg th_pipeline_detector(const th_pipeline *p)
{
    const int64_t stride_samples = (int64_t)th_pipeline_stride_frames(p) * p->frontend.hop;
    const float threshold = p->detect.threshold * 256.0f + 0.5f;
    th_detector_cfg d = {
        .window_ms = p->detect.window_ms,
        .suppress_ms = p->detect.suppress_ms,
        .min_count = p->detect.min_count,
        .threshold = threshold > 255.0f ? 255 : (int32_t)threshold,
        .stride_ms =
            stride_samples * 1000 < p->frontend.rate_hz ? 1 : (int32_t)(stride_samples * 1000 / p->frontend.rate_hz),
        .n_classes = p->n_labels,
    };
    for (int32_t i = 0; i < p->n_labels; i++)
        if (strcmp(p->labels[i], TH_LABEL_UNKNOWN) != 0 && strcmp(p->labels[i], TH_LABEL_SILENCE) != 0)
            d.keyword_mask |= UINT32_C(1) << i;
    return d;
}
