/* model/plan.h -- a graph that is ready to run: steps, order and the place of every tensor.
 *
 * The planner decides at build time what an interpreter finds out on the device: which kernels,
 * with which parameters, and which byte of the arena each tensor lives in. */
#ifndef TH_MODEL_PLAN_H
#define TH_MODEL_PLAN_H

#include "model/bands.h"
#include "model/graph.h"
#include "nn/fast.h"

#define TH_NO_OFFSET SIZE_MAX

/* Graphs that call graphs that call graphs: no deeper than this. */
#define TH_MAX_CALLS 16
/* Different variables of one model. */
#define TH_MAX_VARIABLES 1024
/* How often WHILE, IF and CALL_ONCE together may run a graph in one invoke; a round of a WHILE runs two. */
#define TH_MAX_GRAPH_RUNS INT32_C(1000000)
/* A larger arena is refused: four threads, each with its own, must fit into a small computer. */
#define TH_MAX_ARENA ((size_t)1 << 29)
/* Tensors of a graph that OfflineMemoryAllocation may give a place: each is held against each. */
#define TH_MAX_PINNED 8192
/* Planning takes time linear in the model, and at most so many looks at pairs (two blocks of memory, an operator and a
 * set of others): the same for hostile models of any size.  No network comes near it; for a graph that does, the arena
 * is not the smallest. */
#define TH_MAX_PLAN_WORK INT64_C(4000000000)

/* Segments of operators that may run in row bands. */
#define TH_MAX_BANDS 4

/* State of VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE; offset[] of a resource tensor is its variable's. */
typedef struct th_variable {
    size_t offset, bytes; /* bytes is 0 and offset TH_NO_OFFSET when no operator looks at what it holds */
    th_type type;
    uint8_t start; /* every byte of it at the beginning */
    const char *container, *name;
} th_variable;

typedef struct th_plan {
    const th_graph *graph;
    th_isa isa;
    bool quick;         /* a good place for every tensor, and not a search for the best */
    bool banded;        /* row bands were asked for; whether there are any, n_bands says */
    th_step *steps;     /* [graph->n_nodes]; of an operator in bands: the first band's, with its macs as a whole */
    int32_t *order;     /* [graph->n_nodes] numbers of the operators in the order in which they run */
    size_t *offset;     /* [graph->n_tensors] byte in the arena; TH_NO_OFFSET for constants and absent ones */
    size_t *scratch;    /* [graph->n_nodes] byte of the step's scratch, TH_NO_OFFSET for none */
    size_t *state;      /* [graph->n_nodes] byte of the state that the step keeps, TH_NO_OFFSET for none */
    size_t arena_bytes; /* peak: what a device needs */
    size_t own_at, own_bytes; /* its part of the arena: everything, until th_plan_join gives others a share */
    size_t lower_bound;       /* no plan of this order can be smaller */
    int32_t peak_node;        /* the operator at which the peak stands */
    int64_t macs;
    int64_t work; /* of planning it: see TH_MAX_PLAN_WORK */
    struct th_plan *
        *sub;       /* [n_sub] plans of graph->all that are called, else NULL; their offsets are in the same arena */
    int32_t n_sub;  /* 0, or graph->n_all */
    int32_t *once;  /* [graph->n_nodes] number of the CALL_ONCE, counted over all plans; others -1 */
    int32_t n_once; /* root only, as are the next two */
    th_variable *variables;
    int32_t n_variables;
    th_bands bands[TH_MAX_BANDS]; /* [n_bands] in the order in which they run */
    int32_t n_bands;
    size_t *band_bytes; /* [graph->n_tensors] of the largest band of a tensor that is never whole; of others 0 */
    th_arena arena;
    void *memory, *more; /* of the parameters; of those of steps that found room */
} th_plan;

/* Prepares and places everything, with the plain kernels.  `graph` must outlive the plan.
 * Errors: TH_EUNSUP etc., the text names operator, index and reason;
 * TH_ERANGE: an arena of more than TH_MAX_ARENA. */
TH_NODISCARD th_err th_plan_make(const th_graph *graph, th_plan **plan, th_why *why);
/* The same with the fast kernels of one processor family, their weights packed. A plan for another machine can be
 * written as C or as a package, but not run here. */
TH_NODISCARD th_err th_plan_make_for(const th_graph *graph, th_isa isa, th_plan **plan, th_why *why);
/* The same with operators in row bands (model/bands.h) where they make the arena smaller by an eighth at least, with at
 * most a sixteenth more multiply-accumulates.  Their tensors are never whole: for whoever looks at each operator's
 * outputs the plans above are right. */
TH_NODISCARD th_err th_plan_make_banded(const th_graph *graph, th_isa isa, th_plan **plan, th_why *why);
/* th_plan_make_for for the machine that this runs on: its fastest family, or the one that the environment variable
 * THIMBLE_ISA names (plain, sse2, avx2, vnni; neon, arm-dot on 64-bit Arm).  Errors: also TH_EUSAGE, for a name that is
 * none or that this machine can't run. */
TH_NODISCARD th_err th_plan_make_host(const th_graph *graph, th_plan **plan, th_why *why);
/* The same as th_plan_make within less than a millisecond, without the search that makes the arena as small as it can
 * be: for a model that is only looked at, or one of many. */
TH_NODISCARD th_err th_plan_make_quick(const th_graph *graph, th_plan **plan, th_why *why);
void th_plan_free(th_plan *plan); /* NULL is fine */

/* Puts n plans, whose models run one after the other, into one arena: their offsets move, and each has the arena_bytes
 * and the lower_bound of all together.  What lies in the memory of model i stays until model until[i] has run (i
 * itself: its outputs are used at once; n - 1: to the end of the round); what a model keeps from run to run stays
 * always. Errors: TH_EUNSUP (two that say where their tensors lie, and meet), TH_ERANGE, TH_ENOMEM. */
TH_NODISCARD th_err th_plan_join(th_plan *const *plans, const int32_t *until, int32_t n, th_why *why);

/* A runner: a plan with its own arena on the host. One per thread. */
typedef struct th_runner th_runner;
TH_NODISCARD th_err th_runner_new(const th_plan *plan, th_runner **runner, th_why *why);
/* One in the arena of another runner, whose plan was joined with this one and which lives longer. */
TH_NODISCARD th_err th_runner_beside(const th_plan *plan, th_runner *other, th_runner **runner, th_why *why);
void th_runner_free(th_runner *runner);

/* From now on steps that can be divided (th_step.part) run on n_threads threads, the caller's among them; the results
 * do not depend on how many.  Errors: TH_ERANGE (more than 64), TH_ENOMEM. */
TH_NODISCARD th_err th_runner_threads(th_runner *r, int n_threads, th_why *why);

/* Address of a graph input or output (index into graph->inputs / outputs). */
void *th_runner_input(th_runner *r, int32_t index);
const void *th_runner_output(const th_runner *r, int32_t index);

/* Runs all steps; a layer callback sees every non-constant tensor right after it was made (but for those that exist in
 * row bands only: a plan that was not made with bands has none), or NULL.
 * Inputs are intact until their last use, as on the device. */
typedef void th_layer_fn(void *ctx, int32_t node, int32_t tensor, const void *data);
/* TH_EENDLESS: graphs were run TH_MAX_GRAPH_RUNS times and there is no end; the outputs are not to be used, and state
 * stands as it was then. */
TH_NODISCARD th_err th_runner_invoke(th_runner *r, th_layer_fn *on_layer, void *ctx);

/* Another limit than TH_MAX_GRAPH_RUNS: for whoever runs many models of strangers. */
void th_runner_limit(th_runner *r, int32_t graph_runs);

/* The first step whose parameters are those of step k; and of array `field` of its parameters, where *field becomes the
 * field there.  Before it nothing has to be written twice. */
int32_t th_plan_first_par(const th_plan *plan, int32_t k);
int32_t th_plan_first_array(const th_plan *plan, int32_t k, size_t *field);
/* Bytes of the model's arrays among the parameters of step k that no step before it has. */
size_t th_plan_model_bytes(const th_plan *plan, int32_t k);

/* Sets all state back: variable tensors to their initial values, the steps' states to zero, variables to their start,
 * and every CALL_ONCE runs again with the next th_runner_invoke. */
void th_runner_reset(th_runner *r);

#endif
