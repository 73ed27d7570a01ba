/* Room for fast kernels: the arena is as large as its fullest step; at all others memory is free, which a kernel may
 * use for larger tiles, and an eighth more than the smallest arena is given for them.  What they ask for is tried out
 * for all steps together, else for one after the other, those with most work first. */
#include "model/plan_priv.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TRIES 48 /* placements for single steps */

typedef struct rooms {
    th_plan *plan;
    th_place_block *extra;
    int32_t n_extra;
    size_t arena; /* bytes that may not be exceeded */
    size_t *free; /* [n_nodes] free at the step; then what it gets */
    th_step *own; /* [n_nodes] steps without room */
    th_step *own_bands[TH_MAX_BANDS];
    size_t memory; /* bytes that are enough for the parameters of any step */
    void *work;    /* [memory] */
    th_why *why;
} rooms;

/* The step with that room, in memory that the next call takes again. */
static th_err step_with(rooms *r, int32_t k, size_t room, th_step *step)
{
    th_err err = TH_ENOMEM;
    while (err == TH_ENOMEM && r->memory < (size_t)1 << 30) {
        th_arena arena = th_arena_over(r->work, r->work ? r->memory : 0);
        if (r->work) err = th_plan_step(r->plan, k, room, &arena, step, NULL);
        if (err != TH_ENOMEM) break;
        free(r->work);
        r->memory = r->memory ? 4 * r->memory : (size_t)1 << 16;
        r->work = malloc(r->memory);
        if (!r->work) return th_why_set(r->why, TH_ENOMEM, "no memory to plan the model");
    }
    return err;
}

/* What the planner looks at: the kernel itself comes at the end. */
static void set_size(th_step *to, const th_step *from)
{
    to->scratch_bytes = from->scratch_bytes;
    to->in_place = from->in_place;
    to->slide = from->slide;
    to->lead = from->lead;
}

static bool asks_for_more(const th_step *own, const th_step *with)
{
    return own->control == TH_CONTROL_KERNEL &&
           (own->kernel != with->kernel || own->scratch_bytes != with->scratch_bytes);
}

/* Sets step k to what it asks for with that room. *more: it asks for something else than without. */
static th_err give(rooms *r, int32_t k, size_t room, bool *more)
{
    th_step with;
    TH_TRY(step_with(r, k, room, &with));
    *more = asks_for_more(&r->own[k], &with);
    if (*more) set_size(&r->plan->steps[k], &with);
    return TH_OK;
}

static th_err fits(rooms *r, bool *yes)
{
    TH_TRY(th_plan_place_within(r->plan, r->extra, r->n_extra, r->arena, NULL, r->why));
    *yes = r->plan->arena_bytes <= r->arena;
    return TH_OK;
}

/* All of them get what is free: for most models that is it. */
static th_err try_all(rooms *r, bool *any, bool *yes)
{
    const int32_t n = r->plan->graph->n_nodes;
    *any = false;
    for (int32_t k = 0; k < n; k++) {
        bool more = false;
        if (r->own[k].control == TH_CONTROL_KERNEL) TH_TRY(give(r, k, r->free[k], &more));
        if (!more) r->free[k] = 0;
        *any |= more;
    }
    *yes = true;
    return *any ? fits(r, yes) : TH_OK;
}

/* The step with most work among those that still have `free`, or -1. */
static int32_t next_step(const rooms *r, const uint8_t *done)
{
    int32_t best = -1;
    for (int32_t k = 0; k < r->plan->graph->n_nodes; k++)
        if (!done[k] && r->free[k] && (best < 0 || r->own[k].macs > r->own[best].macs)) best = k;
    return best;
}

static th_err try_each(rooms *r)
{
    const size_t n = (size_t)r->plan->graph->n_nodes;
    uint8_t *done = calloc(n + 1, 1);
    if (!done) return th_why_set(r->why, TH_ENOMEM, "no memory to plan the model");
    th_err err = TH_OK;
    int32_t tries = 0;
    for (size_t k = 0; k < n; k++) set_size(&r->plan->steps[k], &r->own[k]);
    for (int32_t k = next_step(r, done); k >= 0 && !err && tries < MOST_TRIES; k = next_step(r, done)) {
        bool yes = false, more = true;
        for (; r->free[k] && !yes && !err; r->free[k] = yes ? r->free[k] : more ? r->free[k] / 2 : 0) {
            err = tries++ < MOST_TRIES ? give(r, k, r->free[k], &more) : TH_OK;
            if (!err && more && tries <= MOST_TRIES) err = fits(r, &yes);
            if (tries > MOST_TRIES) more = false;
        }
        if (!yes) set_size(&r->plan->steps[k], &r->own[k]);
        done[k] = 1;
    }
    for (size_t k = 0; k < n; k++)
        if (!done[k]) r->free[k] = 0;
    free(done);
    return err;
}

/* Operator k again, with its bands. */
static th_err set_step(th_plan *p, int32_t k, size_t room, th_arena *arena)
{
    int32_t j = 0;
    const int32_t bands = th_bands_of(p, k, &j);
    const th_bands *b = bands < 0 ? NULL : &p->bands[bands];
    th_step whole, *each = b ? TH_NEW(arena, th_step, (size_t)b->n) : NULL;
    if (b && !each) return TH_ENOMEM;
    TH_TRY(th_plan_step(p, k, room, arena, &whole, each));
    p->steps[k] = whole;
    for (int32_t i = 0; b && i < b->n; i++) b->step[i * b->n_nodes + j] = each[i];
    return TH_OK;
}

/* The steps that got room, with their parameters in memory of the plan. */
static th_err prepare_again(rooms *r)
{
    const int32_t n = r->plan->graph->n_nodes;
    for (size_t bytes = (size_t)1 << 16; bytes <= (size_t)1 << 30; bytes *= 4) {
        free(r->plan->more);
        r->plan->more = malloc(bytes);
        if (!r->plan->more) break;
        th_arena arena = th_arena_over(r->plan->more, bytes);
        th_err err = TH_OK;
        for (int32_t k = 0; k < n && !err; k++)
            if (r->free[k]) err = set_step(r->plan, k, r->free[k], &arena);
        if (err != TH_ENOMEM) return err;
    }
    return th_why_set(r->why, TH_ENOMEM, "no memory to plan the model");
}

static th_err use(rooms *r)
{
    th_plan *p = r->plan;
    const int32_t n = p->graph->n_nodes;
    size_t *need = calloc((size_t)th_plan_end(p->graph) + 1, sizeof *need);
    if (!need) return th_why_set(r->why, TH_ENOMEM, "no memory to plan the model");
    th_err err = th_plan_place_within(p, r->extra, r->n_extra, r->arena, need, r->why);
    for (int32_t i = 0; i < n; i++) {
        const size_t taken = need[i + 1];
        r->free[p->order[i]] = taken < r->arena ? r->arena - taken : 0;
    }
    free(need);
    bool any = false, yes = false;
    if (!err) err = try_all(r, &any, &yes);
    if (!err && any && !yes) err = try_each(r);
    if (!err && any) err = prepare_again(r);
    return err;
}

static size_t n_band_steps(const th_bands *b)
{
    return (size_t)b->n * (size_t)b->n_nodes;
}

static th_err remember(rooms *r)
{
    const th_plan *p = r->plan;
    const size_t n = (size_t)p->graph->n_nodes;
    r->free = calloc(n + 1, sizeof *r->free);
    r->own = calloc(n + 1, sizeof *r->own);
    bool all = r->free && r->own;
    for (int32_t i = 0; i < p->n_bands; i++) {
        r->own_bands[i] = malloc(n_band_steps(&p->bands[i]) * sizeof *r->own);
        all &= r->own_bands[i] != NULL;
    }
    if (!all) return th_why_set(r->why, TH_ENOMEM, "no memory to plan the model");
    memcpy(r->own, p->steps, n * sizeof *r->own);
    for (int32_t i = 0; i < p->n_bands; i++)
        memcpy(r->own_bands[i], p->bands[i].step, n_band_steps(&p->bands[i]) * sizeof *r->own);
    return TH_OK;
}

static void all_as_it_was(rooms *r)
{
    th_plan *p = r->plan;
    memcpy(p->steps, r->own, (size_t)p->graph->n_nodes * sizeof *r->own);
    for (int32_t i = 0; i < p->n_bands; i++)
        memcpy(p->bands[i].step, r->own_bands[i], n_band_steps(&p->bands[i]) * sizeof *r->own);
}

/* Places what was accepted: as small as the longer search makes it, else as it was accepted.  The bound stays that of
 * steps without room. */
static th_err place_steps(rooms *r)
{
    th_plan *p = r->plan;
    const size_t bound = p->lower_bound;
    const int32_t peak = p->peak_node;
    TH_TRY(th_plan_place(p, r->extra, r->n_extra, r->why));
    p->lower_bound = bound;
    p->peak_node = peak;
    return p->arena_bytes <= r->arena ? TH_OK : th_plan_place_within(p, r->extra, r->n_extra, r->arena, NULL, r->why);
}

th_err th_plan_use_room(th_plan *plan, th_place_block *extra, int32_t n_extra, th_why *why)
{
    const size_t arena = plan->arena_bytes + plan->arena_bytes / 8;
    rooms r = {.plan = plan, .extra = extra, .n_extra = n_extra, .arena = arena, .why = why};
    if (plan->isa == TH_ISA_PLAIN || plan->quick) return TH_OK; /* no plain kernel has tiles */
    th_err err = remember(&r);
    if (!err) err = use(&r);
    if (!err) err = place_steps(&r);
    if (!err && plan->arena_bytes > r.arena) { /* the longer search had found a better place */
        all_as_it_was(&r);
        err = th_plan_place(plan, extra, n_extra, why);
    }
    for (int32_t i = 0; i < plan->n_bands; i++) free(r.own_bands[i]);
    free(r.free);
    free(r.own);
    free(r.work);
    return err;
}
