#include "design/preview.h"

#include "compress/quantize.h"
#include "data/task.h"
#include "design/around.h"
#include "design/design.h"
#include "train/untrained.h"

#include <stdlib.h>

/* ---- from lines to a plan ---- */

static th_err make_int8(const th_spec *spec, bool classes, th_model **int8, th_why *why)
{
    th_model *f32 = NULL;
    th_err err = th_untrained(spec, classes, &f32, why);
    if (!err) err = th_quantize_unseen(f32, int8, why);
    th_model_free(f32);
    return err;
}

/* ---- what stands around it ---- */

typedef struct around {
    th_card card;
    th_sensor sensor;
    th_eye eye;
    th_app app;
} around;

/* The card as training will leave it: with a scale for each value, and a threshold. */
static void finish_card(th_card *c, const th_spec *spec)
{
    const int64_t n = (int64_t)spec->in_h * spec->in_w * spec->in_c;
    if (th_task_find(c->task)->input == TH_IN_PICTURE || n > TH_CARD_VALUES) return;
    c->n_values = (int32_t)n;
    for (int32_t i = 0; i < c->n_values; i++) c->inv[i] = 1.0f;
    c->limit = 1.0f;
}

static th_err find_app(const th_network *n, const th_graph *g, around *a, th_why *why)
{
    bool sensor, eye;
    if (n->sound) {
        a->app.sound = &n->pipe;
        return TH_OK;
    }
    a->card = n->card;
    finish_card(&a->card, &n->spec);
    TH_TRY(th_around_eye(&a->card, g, &a->eye, &eye, why));
    TH_TRY(th_around_sensor(&a->card, g, &a->sensor, &sensor, why));
    if (sensor) a->app.sensor = &a->sensor;
    if (eye) a->app.camera = &a->eye;
    return TH_OK;
}

/* ---- all of it ---- */

static bool is_too_large(const th_spec *s)
{
    bool large = th_spec_parameters(s) > TH_PREVIEW_PARAMETERS;
    for (int32_t i = 0; i < s->n_layers; i++) large = large || th_spec_live_values(s, i) > TH_PREVIEW_VALUES;
    return large;
}

static uint32_t at_most_u32(int64_t v)
{
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/* Nothing of it is built. */
static void say_too_large(const th_spec *s, th_preview *out)
{
    int64_t most = 0;
    for (int32_t i = 0; i < s->n_layers; i++)
        if (th_spec_live_values(s, i) > most) most = th_spec_live_values(s, i);
    th_measure *m = &out->measure;
    m->estimate = true;
    m->flash = m->flash_model = at_most_u32(th_spec_parameters(s));
    m->ram_bound = at_most_u32(most);
    m->arena = (size_t)most;
    snprintf(m->breaks, sizeof m->breaks, "%lld parameters and %lld bytes of memory: more than any board has",
             (long long)th_spec_parameters(s), (long long)most);
    snprintf(m->help, sizeof m->help, "Fewer channels, or a stride of 2 in the first layers, make it smaller.");
}

static th_err measure(const th_model *int8, const th_network *n, const th_board *board, bool exact, th_measure *m,
                      th_why *why)
{
    th_plan *plan = NULL;
    around *a = calloc(1, sizeof *a);
    if (!a) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = n ? find_app(n, &int8->graphs[0], a, why) : TH_OK;
    if (!err) err = th_plan_make_banded(&int8->graphs[0], board->isa, &plan, why);
    if (!err)
        err = exact ? th_measure_model(plan, &a->app, board, m, why) : th_measure_guess(plan, &a->app, board, m, why);
    th_plan_free(plan);
    free(a);
    return err;
}

th_err th_preview_make(const th_spec *spec, const th_network *n, const th_board *board, bool exact, th_preview *out,
                       th_why *why)
{
    th_model *int8 = NULL;
    *out = (th_preview){0};
    if (is_too_large(spec)) {
        say_too_large(spec, out);
        return TH_OK;
    }
    const bool classes = n ? th_project_task(&n->project)->output == TH_OUT_LABELS : spec->n_classes > 0;
    TH_TRY(make_int8(spec, classes, &int8, why));
    const th_err err = measure(int8, n, board, exact, &out->measure, why);
    out->planned = !err;
    th_model_free(int8);
    return err;
}

/* ---- told ---- */

void th_measure_print(FILE *to, const th_measure *m, const th_board *b)
{
    const char *about = m->estimate ? "about " : "";
    fprintf(to, "\n%s, %s%s\n", b->title, b->core->name,
            m->estimate ? " (estimated: the board's compiler is not installed)" : "");
    fprintf(to, "  flash %s%lu of %lu bytes (weights %lu, everything else %lu)\n", about, (unsigned long)m->flash,
            (unsigned long)b->flash_bytes, (unsigned long)m->flash_model, (unsigned long)m->flash_code);
    fprintf(to, "  RAM   %s%lu of %lu bytes (arena %zu, static %lu, stack at most %lu)\n", about,
            (unsigned long)m->ram_bound, (unsigned long)b->ram_bytes, m->arena, (unsigned long)m->fixed,
            (unsigned long)m->stack_bound);
    if (m->ran)
        fprintf(to, "  run   %lld instructions per inference, about %.1f ms (estimate); %lu bytes of stack used\n",
                (long long)m->instructions, th_board_ms(b, (double)m->instructions), (unsigned long)m->stack);
    fprintf(to, "  %s%s\n", m->fits ? "fits" : "does not fit: ", m->breaks);
    if (*m->help) fprintf(to, "  what would help: %s\n", m->help);
}

json_t *th_measure_json(const th_measure *m, const th_board *b)
{
    json_t *o =
        json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:s, s:s}", "name", b->name,
                  "estimate", m->estimate, "flash", (json_int_t)m->flash, "flash_code", (json_int_t)m->flash_code,
                  "flash_model", (json_int_t)m->flash_model, "flash_limit", (json_int_t)b->flash_bytes, "ram_bound",
                  (json_int_t)m->ram_bound, "ram_limit", (json_int_t)b->ram_bytes, "arena", (json_int_t)m->arena,
                  "static", (json_int_t)m->fixed, "stack_bound", (json_int_t)m->stack_bound, "listener_bytes",
                  (json_int_t)m->listener, "fits", m->fits, "breaks", m->breaks, "help", m->help);
    if (m->ran) {
        json_object_set_new(o, "stack", json_integer(m->stack));
        json_object_set_new(o, "instructions", json_integer(m->instructions));
    } else if (m->instructions) {
        json_object_set_new(o, "instructions_about", json_integer(m->instructions));
    }
    if (m->instructions) json_object_set_new(o, "ms", json_real(th_board_ms(b, (double)m->instructions)));
    return o;
}

json_t *th_preview_json(const th_spec *spec, const th_preview *preview, const th_board *board)
{
    json_t *o = th_design_json(spec);
    json_object_set_new(o, "board", th_measure_json(&preview->measure, board));
    return o;
}
