#include "report/runs_json.h"

#include <string.h>

const char *th_run_state(const th_run *r, bool training)
{
    return strcmp(r->state, "running") == 0 && !training ? "stopped" : r->state;
}

static json_t *figures_of(const th_run_values *values, int64_t epoch)
{
    json_t *o = json_object();
    for (size_t i = 0; i < values->n; i++)
        if (values->v[i].epoch == epoch) json_object_set_new(o, values->v[i].name, json_real(values->v[i].value));
    return o;
}

static json_t *options_of(const th_run *r)
{
    json_t *o = json_object();
    for (const char *line = r->options, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        const char *is = strstr(line, " = ");
        char name[64];
        if (!is || is >= end || (size_t)(is - line) >= sizeof name) continue;
        memcpy(name, line, (size_t)(is - line));
        name[is - line] = 0;
        json_object_set_new(o, name, json_stringn(is + 3, (size_t)(end - is - 3)));
    }
    return o;
}

static json_t *epochs_of(const th_run_full *f)
{
    json_t *all = json_array(), *row = NULL;
    int64_t epoch = 0;
    for (size_t i = 0; i < f->metrics.n; i++) {
        const th_run_value *v = &f->metrics.v[i];
        if (!row || v->epoch != epoch) {
            row = json_pack("{sI}", "epoch", (json_int_t)v->epoch);
            json_array_append_new(all, row);
            epoch = v->epoch;
        }
        json_object_set_new(row, v->name, json_real(v->value));
    }
    return all;
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

json_t *th_run_json(const th_run_full *f, bool training, bool with_epochs)
{
    const th_run *r = f->run;
    json_t *o = json_pack(
        "{sI so ss so ss so ss ss sI ss ss ss ss ss sI sI sI sI ss so so so}", "id", (json_int_t)r->id, "name",
        text_or_null(r->name), "started", r->started, "finished", text_or_null(r->finished), "state",
        th_run_state(r, training), "message", text_or_null(r->message), "preset", r->preset, "seed", r->seed, "threads",
        (json_int_t)r->threads, "path", r->path, "data_hash", r->data_hash, "data_version", r->data_version, "code",
        r->code, "job", r->job, "parameters", (json_int_t)r->parameters, "macs", (json_int_t)r->macs, "epochs_planned",
        (json_int_t)r->epochs, "best_epoch", (json_int_t)th_run_best(f), "metric", r->metric, "options", options_of(r),
        "best", figures_of(&f->metrics, th_run_best(f)), "results", figures_of(&f->results, 0));
    json_object_set_new(o, "model", json_string(r->model));
    if (with_epochs) json_object_set_new(o, "epochs", epochs_of(f));
    return o;
}
