#include "design/design.h"

#include "data/front.h"

#include <string.h>

static th_err make_spec(const th_project *p, const th_preset *preset, int32_t h, int32_t w, int32_t c, int32_t n_labels,
                        th_spec *spec, th_why *why)
{
    char path[TH_PATH_BYTES];
    if (preset->text != p->model) return th_spec_parse(preset->text, h, w, c, n_labels, spec, why);
    TH_TRY(th_project_path(p, TH_FILE_INI, path, why));
    return th_spec_parse_part(preset->text, path, p->model_line, h, w, c, n_labels, spec, why);
}

th_err th_design_examples(const th_project *p, const char *name, int32_t h, int32_t w, int32_t c,
                          char text[TH_PRESET_BYTES], th_preset *preset, th_spec *spec, th_why *why)
{
    const th_task *task = th_project_task(p);
    const bool own = !name && p->model[0], to_input = task->output == TH_OUT_INPUT;
    char full[64];
    if (!name) name = p->preset;
    snprintf(full, sizeof full, "%.32s", name);
    if (to_input && (strcmp(name, "autoencoder") == 0 || strcmp(name, "neck") == 0))
        snprintf(full, sizeof full, "%.32s-%d", name, (int)(h * w * c));
    TH_TRY(th_front_preset(p, own ? NULL : full, text, preset, why));
    const int32_t out = task->output == TH_OUT_VALUES ? 1 : h * w * c;
    TH_TRY(make_spec(p, preset, h, w, c, task->output == TH_OUT_LABELS ? p->n_labels : 0, spec, why));
    const th_layer *last = &spec->layer[spec->n_layers - 1];
    const int32_t gives = last->out_h * last->out_w * last->out_c;
    if (task->output == TH_OUT_LABELS || gives == out) return TH_OK;
    return th_why_set(why, TH_ESHAPE, "task %s needs a network that gives %d values; %s gives %d", p->task, (int)out,
                      preset->name, (int)gives);
}

th_err th_design_make(const th_project *p, const th_preset *preset, th_pipeline *q, th_spec *spec, th_why *why)
{
    *q = (th_pipeline){.n_labels = p->n_labels, .detect = p->detect};
    snprintf(q->task, sizeof q->task, "%s", p->task);
    snprintf(q->preset, sizeof q->preset, "%s", preset->name);
    memcpy(q->labels, p->labels, sizeof q->labels);
    TH_TRY(th_front_make(p, preset, &q->frontend, &q->clip_samples, why));
    q->n_frames = th_frontend_frames(&q->frontend, q->clip_samples);
    return make_spec(p, preset, q->n_frames, q->frontend.n_coef, 1, q->n_labels, spec, why);
}

/* ---- the table ---- */

#define LAYER_BYTES  256
#define MOST_LETTERS 56

static int layer_width(const th_spec *s)
{
    char text[LAYER_BYTES];
    size_t width = 16;
    for (int32_t i = 0; i < s->n_layers; i++) {
        const size_t n = th_layer_text(s, i, text, sizeof text);
        if (n > width) width = n;
    }
    return (int)(width > MOST_LETTERS ? MOST_LETTERS : width);
}

static int64_t most_values(const th_spec *s)
{
    int64_t most = 0;
    for (int32_t i = 0; i < s->n_layers; i++)
        if (th_spec_live_values(s, i) > most) most = th_spec_live_values(s, i);
    return most;
}

void th_design_print(FILE *to, const th_spec *s, bool whole)
{
    char text[LAYER_BYTES], shape[40];
    const int width = layer_width(s);
    snprintf(shape, sizeof shape, "%dx%dx%d", (int)s->in_h, (int)s->in_w, (int)s->in_c);
    fprintf(to, "  %4s  %-*s  %-13s %10s %12s %10s\n  %4s  %-*s  %s\n", "line", width, "layer", "output", "parameters",
            "MACs", "RAM int8", "", width, "input", shape);
    for (int32_t i = 0; i < s->n_layers; i++) {
        const th_layer *l = &s->layer[i];
        (void)th_layer_text(s, i, text, sizeof text);
        snprintf(shape, sizeof shape, "%dx%dx%d", (int)l->out_h, (int)l->out_w, (int)l->out_c);
        fprintf(to, "  %4d  %-*s  %-13s %10lld %12lld %10lld\n", (int)l->line, width, text, shape,
                (long long)th_layer_parameters(l), (long long)th_layer_macs(l), (long long)th_spec_live_values(s, i));
    }
    if (!whole) return;
    fprintf(to, "  %4s  %-*s  %-13s %10lld %12lld %10lld\n", "", width, "all", "", (long long)th_spec_parameters(s),
            (long long)th_spec_macs(s), (long long)most_values(s));
}

static json_t *layer_json(const th_spec *s, int32_t i)
{
    char text[LAYER_BYTES];
    const th_layer *l = &s->layer[i];
    (void)th_layer_text(s, i, text, sizeof text);
    return json_pack("{s:i, s:s, s:s, s:[i, i, i], s:I, s:I, s:I}", "line", (int)l->line, "kind",
                     th_layer_kind_name(l->kind), "layer", text, "output", (int)l->out_h, (int)l->out_w, (int)l->out_c,
                     "parameters", (json_int_t)th_layer_parameters(l), "macs", (json_int_t)th_layer_macs(l), "ram_int8",
                     (json_int_t)th_spec_live_values(s, i));
}

json_t *th_design_json(const th_spec *s)
{
    json_t *layers = json_array();
    for (int32_t i = 0; i < s->n_layers; i++) json_array_append_new(layers, layer_json(s, i));
    return json_pack("{s:[i, i, i], s:i, s:I, s:I, s:I, s:o}", "input", (int)s->in_h, (int)s->in_w, (int)s->in_c,
                     "classes", (int)s->n_classes, "parameters", (json_int_t)th_spec_parameters(s), "macs",
                     (json_int_t)th_spec_macs(s), "ram_int8", (json_int_t)most_values(s), "layers", layers);
}

/* ---- presets ---- */

/* Is it what a fresh project of the task begins with?  That may be written with its parameters. */
static bool is_usual(const th_preset *p, const char *task)
{
    const th_task *t = task ? th_task_find(task) : NULL;
    const size_t n = strlen(p->name);
    return t && strncmp(t->preset, p->name, n) == 0 && (!t->preset[n] || t->preset[n] == '-') &&
           (t->preset[n] != '-' || (t->preset[n + 1] >= '0' && t->preset[n + 1] <= '9'));
}

static th_err preset_json(size_t i, const char *task, json_t *list, th_why *why)
{
    char text[TH_PRESET_BYTES], name[64];
    th_preset p;
    th_spec s;
    const size_t n = (size_t)snprintf(name, sizeof name, "%s", th_preset_name(i));
    (void)th_preset_parameters(i, name + n, sizeof name - n);
    TH_TRY(th_preset_make(th_preset_name(i), text, &p, why));
    if (task && !th_preset_suits(&p, task)) return TH_OK;
    TH_TRY(th_spec_parse(text, p.in_h, p.in_w, p.in_c, p.n_classes, &s, why));
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:[i, i, i], s:i, s:I, s:I}", "preset",
                                          p.name, "written", name, "summary", p.summary, "sentence", p.good_at, "tasks",
                                          p.tasks, "recommended", is_usual(&p, task), "input", (int)p.in_h, (int)p.in_w,
                                          (int)p.in_c, "classes", (int)p.n_classes, "parameters",
                                          (json_int_t)th_spec_parameters(&s), "macs", (json_int_t)th_spec_macs(&s)));
    return TH_OK;
}

th_err th_presets_json(const char *task, json_t **list, th_why *why)
{
    th_err err = TH_OK;
    *list = json_array();
    for (size_t i = 0; !err && th_preset_name(i); i++) err = preset_json(i, task, *list, why);
    if (!err) return *list ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    json_decref(*list);
    return err;
}
