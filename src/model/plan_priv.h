/* model/plan_priv.h -- the parts of planning, between plan.c (kernels of one graph), plan_place.c (its places) and
 * plan_link.c (graphs that call others). */
#ifndef TH_MODEL_PLAN_PRIV_H
#define TH_MODEL_PLAN_PRIV_H

#include "model/place.h"
#include "model/plan.h"

/* Names out of foreign files can be pages long: the bytes of their first 60 or less, not cut inside a character. */
int th_plan_name_length(const char *name);
#define NAME_FMT        "%.*s%s"
#define NAME_ARGS(name) th_plan_name_length(name), name, (name)[th_plan_name_length(name)] ? "\xe2\x80\xa6" : ""

/* Prepares every operator of one graph; nothing is placed.  Errors as th_plan_make. */
TH_NODISCARD th_err th_plan_prepare(const th_graph *graph, th_isa isa, th_plan **plan, th_why *why);

/* Prepares operator k, as p has it, with the kernels of the family.  Errors as th_plan_make. */
TH_NODISCARD th_err th_plan_prepare_node(const th_prepare *p, th_isa isa, int32_t k, th_step *step, th_why *why);

/* Prepares operator k once more, with `room` (th_prepare) and memory of the caller: for all its rows, or for each of
 * its bands, of which *step then is what plan->steps has.  bands: [th_bands.n], or NULL when k has none. */
TH_NODISCARD th_err th_plan_step(const th_plan *plan, int32_t k, size_t room, th_arena *arena, th_step *step,
                                 th_step *bands);

/* Places the graph's tensors and scratch together with n_extra blocks of the caller, whose offsets it fills;
 * their steps are counted as in plan_place.c, th_plan_end being the last one. */
TH_NODISCARD th_err th_plan_place(th_plan *plan, th_place_block *extra, int32_t n_extra, th_why *why);
/* The same in less time, good enough as soon as it takes no more than `enough` bytes; bound and peak stay.
 * need: [th_plan_end + 1] bytes that the blocks of each step take at least, or NULL. */
TH_NODISCARD th_err th_plan_place_within(th_plan *plan, th_place_block *extra, int32_t n_extra, size_t enough,
                                         size_t *need, th_why *why);

/* Sets plan->order to one that needs less memory at once than the file's, if there is one (plan_order.c). */
TH_NODISCARD th_err th_plan_order(th_plan *plan, th_why *why);

/* Lets neighbouring operators run in row bands where that makes the arena smaller (plan_bands.c); the plan is placed
 * before and after. */
TH_NODISCARD th_err th_plan_use_bands(th_plan *plan, th_place_block *extra, int32_t n_extra, th_why *why);

/* Prepares the operator with number j of plan->bands[i] for each of its bands, as th_plan_step.  Errors: TH_ENOMEM,
 * TH_EUNSUP (bands that differ in more than numbers). */
TH_NODISCARD th_err th_bands_step(const th_plan *plan, const th_bands *bands, int32_t j, size_t room, th_arena *arena,
                                  th_step *whole, th_step *each);

/* How far below tensor t, which operators in bands read from other operators, their output must begin to be written
 * over it; TH_NEVER: nowhere. */
size_t th_bands_lead(const th_plan *plan, const th_bands *bands, int32_t t);

/* Prepares steps again with what is free beside them, as long as the arena grows by an eighth at most (plan_room.c). */
TH_NODISCARD th_err th_plan_use_room(th_plan *plan, th_place_block *extra, int32_t n_extra, th_why *why);

/* The same for a graph that others run: its arena will be moved, but what the file gives a place stays there.  So
 * those tensors are not placed with the rest: they come into pinned[*n_pinned ..], which has room for all tensors. */
TH_NODISCARD th_err th_plan_place_sub(th_plan *plan, th_place_block *pinned, int32_t *n_pinned, th_why *why);
int32_t th_plan_end(const th_graph *graph);

/* Prepares the graphs that root's operators call, finds variables, and places everything. */
TH_NODISCARD th_err th_plan_link(th_plan *root, th_why *why);

/* Equal parameters of different steps become one (plan_share.c).  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_plan_share(th_plan *plan, th_why *why);

#endif
