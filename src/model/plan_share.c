/* Parameters of equal content become one, so that a layer that is used many times (the steps of an unrolled GRU) has
 * its packed weights, tables and structs once: pointers of later steps are set to those of the first. */
#include "model/plan_priv.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/* What is interned: an array, or a whole struct (field NULL). */
typedef struct entry {
    const th_step *step;
    const th_field *field;
    uint64_t hash;
} entry;

typedef struct table {
    entry *entries;
    size_t mask;
} table;

static const void *array_of(const th_step *s, const th_field *f, size_t *bytes)
{
    const void *data;
    int32_t n;
    memcpy(&data, (const char *)s->par + f->offset, sizeof data);
    memcpy(&n, (const char *)s->par + f->count, sizeof n);
    *bytes = data && n > 0 ? (size_t)n * th_field_element_bytes(f->kind) : 0;
    return data;
}

/* Bytes of a field in the struct itself. */
static th_span own_bytes(const th_step *s, const th_field *f)
{
    const size_t n = f->kind >= TH_FIELD_S8_ARRAY    ? sizeof(void *)
                     : f->kind == TH_FIELD_I64       ? 8
                     : f->kind == TH_FIELD_I32_FIXED ? 4 * f->count
                                                     : 4;
    return (th_span){(const uint8_t *)s->par + f->offset, n};
}

static uint64_t hash_of(const entry *e)
{
    uint64_t h = th_fnv1a(TH_FNV1A_START, (th_span){(const uint8_t *)e->step->par_type, strlen(e->step->par_type)});
    size_t n = 0;
    if (e->field) {
        const void *data = array_of(e->step, e->field, &n);
        return th_fnv1a(TH_FNV1A_START, (th_span){data, n});
    }
    for (size_t i = 0; i < e->step->n_fields; i++) h = th_fnv1a(h, own_bytes(e->step, &e->step->fields[i]));
    return h;
}

static bool equal(const entry *a, const entry *b)
{
    if (a->hash != b->hash || !a->field != !b->field) return false;
    if (a->field) {
        size_t n, m;
        const void *x = array_of(a->step, a->field, &n), *y = array_of(b->step, b->field, &m);
        return n == m && a->field->kind == b->field->kind &&
               th_field_is_model(a->field) == th_field_is_model(b->field) && (x == y || memcmp(x, y, n) == 0);
    }
    if (strcmp(a->step->par_type, b->step->par_type) != 0) return false;
    for (size_t i = 0; i < a->step->n_fields; i++) {
        const th_span x = own_bytes(a->step, &a->step->fields[i]), y = own_bytes(b->step, &b->step->fields[i]);
        if (memcmp(x.p, y.p, x.n) != 0) return false;
    }
    return true;
}

/* The first of those that are equal to e. */
static const entry *intern(const table *t, entry e)
{
    e.hash = hash_of(&e);
    size_t at = (size_t)(e.hash ^ e.hash >> 32) & t->mask;
    while (t->entries[at].step && !equal(&t->entries[at], &e)) at = (at + 1) & t->mask;
    if (!t->entries[at].step) t->entries[at] = e;
    return &t->entries[at];
}

/* banded: the step's numbers change from one row band to the next, all but those of the model; so they stay its own. */
static void share_step(const table *t, th_step *s, bool banded)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const th_field *f = &s->fields[i];
        size_t n;
        if (f->kind < TH_FIELD_S8_ARRAY || !array_of(s, f, &n) || !n) continue;
        if (banded && f->kind == TH_FIELD_I32_ARRAY && !th_field_is_model(f)) continue;
        const entry *first = intern(t, (entry){.step = s, .field = f});
        const void *data = array_of(first->step, first->field, &n);
        memcpy((char *)s->par + f->offset, &data, sizeof data);
    }
    if (!banded) s->par = intern(t, (entry){.step = s})->step->par;
}

static bool has_par(const th_step *s)
{
    return s->par && s->par_type && s->control == TH_CONTROL_KERNEL;
}

th_err th_plan_share(th_plan *plan, th_why *why)
{
    size_t n = 0, room = 16;
    for (int32_t k = 0; k < plan->graph->n_nodes; k++)
        if (has_par(&plan->steps[k])) n += 1 + plan->steps[k].n_fields;
    while (room < 2 * n) room *= 2;
    table t = {.entries = calloc(room, sizeof *t.entries), .mask = room - 1};
    if (!t.entries) return th_why_set(why, TH_ENOMEM, "no memory to plan the model");
    for (int32_t k = 0; k < plan->graph->n_nodes; k++) {
        int32_t number;
        if (has_par(&plan->steps[k])) share_step(&t, &plan->steps[k], th_bands_of(plan, k, &number) >= 0);
    }
    free(t.entries);
    return TH_OK;
}

int32_t th_plan_first_par(const th_plan *plan, int32_t k)
{
    int32_t i = 0;
    while (i < k && plan->steps[i].par != plan->steps[k].par) i++;
    return i;
}

int32_t th_plan_first_array(const th_plan *plan, int32_t k, size_t *field)
{
    size_t n;
    const void *data = array_of(&plan->steps[k], &plan->steps[k].fields[*field], &n);
    for (int32_t i = 0; i <= k; i++)
        for (size_t f = 0; has_par(&plan->steps[i]) && f < plan->steps[i].n_fields; f++)
            if (plan->steps[i].fields[f].kind >= TH_FIELD_S8_ARRAY &&
                array_of(&plan->steps[i], &plan->steps[i].fields[f], &n) == data) {
                *field = f;
                return i;
            }
    return k;
}

size_t th_plan_model_bytes(const th_plan *plan, int32_t k)
{
    const th_step *s = &plan->steps[k];
    size_t bytes = 0, n;
    if (!has_par(s) || th_plan_first_par(plan, k) < k) return 0;
    for (size_t f = 0; f < s->n_fields; f++) {
        size_t first = f;
        if (!th_field_is_model(&s->fields[f]) || th_plan_first_array(plan, k, &first) < k || first != f) continue;
        (void)array_of(s, &s->fields[f], &n);
        bytes += n;
    }
    return bytes;
}
