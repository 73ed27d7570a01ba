/* The order in which operators run.  In branching graphs it decides how much has to be kept at the same time.
 *
 * What is alive after a set of operators has run does not depend on the order within the set.  So sets are gone through
 * by size, and of each only the way that needed least so far is kept: with few branches that is every order there is,
 * with many the SETS best sets of each size go on, and only the best one when WORK is done.  Operators with effects
 * beyond their outputs (variables, graphs that are run) stay in the file's order among themselves. */
#include "model/plan_priv.h"

#include <stdlib.h>
#include <string.h>

#define SETS       200
#define WORK       INT64_C(200000000) /* operators and inputs looked at, about */
#define MOST_NODES 300
#define WORDS      ((MOST_NODES + 63) / 64)

/* Operators that have run. */
typedef struct set {
    uint64_t ran[WORDS];
    size_t alive; /* bytes that are needed afterwards, too */
    size_t peak;  /* most that was needed at once on the way */
    int32_t node; /* that ran last */
    int32_t from; /* number in the layer before */
} set;

/* A way back through the layers. */
typedef struct back {
    int32_t node, from;
} back;

enum { NOBODY = -1, CALLER = -2 };

typedef struct orderer {
    const th_graph *g;
    const th_plan *plan;
    uint64_t (*before)[WORDS]; /* [n_nodes] operators that must have run */
    uint64_t (*users)[WORDS];  /* [n_tensors] that read the tensor */
    int32_t *maker;            /* [n_tensors] operator, or NOBODY so far, or CALLER */
    uint8_t *keep;             /* [n_tensors] 1: alive to the end; 2: not in the arena */
    int32_t *distinct;         /* of all nodes, one after the other: each input tensor where it is named first */
    int32_t *distinct_at;      /* [n_nodes + 1] */
    int64_t work;              /* that may still be done */
    set *now, *next;           /* [SETS], [SETS * n] */
    back *back;                /* [n_nodes * SETS] */
} orderer;

static bool has(const uint64_t *s, int32_t i)
{
    return s[i / 64] >> (i % 64) & 1u;
}

static void put(uint64_t *s, int32_t i)
{
    s[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool inside(const uint64_t *part, const uint64_t *all)
{
    for (int32_t i = 0; i < WORDS; i++)
        if (part[i] & ~all[i]) return false;
    return true;
}

static bool has_effects(const th_plan *plan, int32_t k)
{
    const th_node *n = &plan->graph->nodes[k];
    bool effects =
        plan->steps[k].control != TH_CONTROL_KERNEL || n->op == TH_OP_READ_VARIABLE || n->op == TH_OP_ASSIGN_VARIABLE;
    for (int32_t i = 0; i < n->n_in; i++) effects |= n->in[i] >= 0 && plan->graph->tensors[n->in[i]].is_variable;
    return effects;
}

/* Who needs what; false when the graph cannot run in the file's order: whoever places it says why. */
static bool find_edges(orderer *o)
{
    const th_graph *g = o->g;
    int32_t effect = NOBODY;
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const th_tensor *x = &g->tensors[t];
        o->maker[t] = x->data || x->is_variable ? CALLER : NOBODY;
        o->keep[t] = x->data || x->is_variable || x->type == TH_RESOURCE ? 2 : 0;
    }
    for (int32_t i = 0; i < g->n_inputs; i++) o->maker[g->inputs[i]] = CALLER;
    for (int32_t i = 0; i < g->n_outputs; i++) o->keep[g->outputs[i]] |= 1;
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_node *n = &g->nodes[k];
        for (int32_t i = 0; i < n->n_in; i++) {
            if (n->in[i] < 0) continue;
            const int32_t maker = o->maker[n->in[i]];
            if (maker == NOBODY) return false;
            put(o->users[n->in[i]], k);
            if (maker >= 0) put(o->before[k], maker);
        }
        if (has_effects(o->plan, k)) {
            if (effect >= 0) put(o->before[k], effect);
            effect = k;
        }
        for (int32_t i = 0; i < n->n_out; i++) {
            if (o->maker[n->out[i]] != NOBODY) return false;
            o->maker[n->out[i]] = k;
        }
    }
    return true;
}

static size_t bytes_of(const orderer *o, int32_t t)
{
    return o->keep[t] & 2 ? 0 : (th_tensor_bytes(&o->g->tensors[t]) + 3) / 4 * 4;
}

/* Whether nobody but k still needs t. */
static bool dies(const orderer *o, const uint64_t *ran, int32_t t, int32_t k)
{
    if (o->keep[t]) return false;
    for (int32_t w = 0; w < WORDS; w++) {
        uint64_t rest = o->users[t][w] & ~ran[w];
        if (k / 64 == w) rest &= ~(UINT64_C(1) << (k % 64));
        if (rest) return false;
    }
    return true;
}

/* Fills distinct[] and distinct_at[]; named[n_tensors], all 0, says which node named a tensor last. */
static void find_distinct(orderer *o, int32_t *named)
{
    int32_t n = 0;
    for (int32_t k = 0; k < o->g->n_nodes; k++) {
        const th_node *node = &o->g->nodes[k];
        o->distinct_at[k] = n;
        for (int32_t i = 0; i < node->n_in; i++) {
            if (node->in[i] < 0 || named[node->in[i]] == k + 1) continue;
            named[node->in[i]] = k + 1;
            o->distinct[n++] = i;
        }
    }
    o->distinct_at[o->g->n_nodes] = n;
}

/* Runs operator k after the set: what it needs while it runs, what is alive afterwards. As in place.c, an output over
 * its inputs takes max(output, lead + inputs) at least. */
static void run(orderer *o, const set *from, int32_t k, set *to)
{
    const th_node *n = &o->g->nodes[k];
    const th_step *s = &o->plan->steps[k];
    size_t out = 0, gone = 0, under = 0;
    bool exact = false;
    for (int32_t i = 0; i < n->n_out; i++) out += bytes_of(o, n->out[i]);
    const size_t first = n->n_out > 0 ? bytes_of(o, n->out[0]) : 0;
    o->work -= 16 + WORDS * (int64_t)(o->distinct_at[k + 1] - o->distinct_at[k] + n->n_out);
    for (int32_t d = o->distinct_at[k]; d < o->distinct_at[k + 1]; d++) {
        const int32_t i = o->distinct[d], t = n->in[i];
        if (!dies(o, from->ran, t, k)) continue;
        const size_t bytes = bytes_of(o, t);
        gone += bytes;
        if (i >= 32 || !((s->in_place | s->slide) >> i & 1u)) continue;
        under += bytes;
        exact |= s->in_place >> i & 1u;
    }
    const size_t lead = exact ? 0 : s->lead < first ? s->lead : first;
    const size_t together = first > lead + under ? first : lead + under;
    const size_t needs = from->alive + out + s->scratch_bytes - (under ? first + under - together : 0);
    *to = *from;
    put(to->ran, k);
    to->node = k;
    if (needs > to->peak) to->peak = needs;
    to->alive = from->alive + out - gone;
    for (int32_t i = 0; i < n->n_out; i++)
        if (!o->keep[n->out[i]] && dies(o, to->ran, n->out[i], k)) to->alive -= bytes_of(o, n->out[i]);
}

static int compare(const void *a, const void *b)
{
    const set *x = (const set *)a, *y = (const set *)b;
    if (x->peak != y->peak) return x->peak < y->peak ? -1 : 1;
    if (x->alive != y->alive) return x->alive < y->alive ? -1 : 1;
    const int same = memcmp(x->ran, y->ran, sizeof x->ran);
    if (same) return same;
    return x->node != y->node ? (x->node < y->node ? -1 : 1) : x->from < y->from ? -1 : x->from > y->from;
}

/* The best ones, each set once. */
static int32_t keep_best(orderer *o, int32_t n)
{
    const int32_t most = o->work > 0 ? SETS : 1;
    int32_t kept = 0;
    o->work -= 16 * (int64_t)n;
    qsort(o->next, (size_t)n, sizeof *o->next, compare);
    for (int32_t i = 0; i < n && kept < most; i++) {
        bool again = false;
        o->work -= kept;
        for (int32_t j = 0; j < kept && !again; j++)
            again = memcmp(o->now[j].ran, o->next[i].ran, sizeof o->next[i].ran) == 0;
        if (!again) o->now[kept++] = o->next[i];
    }
    return kept;
}

/* Fills order[]; the bytes that it needs at most at once. */
static size_t search(orderer *o, int32_t *order)
{
    const int32_t n = o->g->n_nodes;
    int32_t n_now = 1;
    memset(o->now, 0, sizeof *o->now);
    for (int32_t i = 0; i < o->g->n_inputs; i++) o->now[0].alive += bytes_of(o, o->g->inputs[i]);
    for (int32_t done = 0; done < n; done++) {
        int32_t n_next = 0;
        o->work -= (int64_t)n_now * n;
        for (int32_t i = 0; i < n_now; i++)
            for (int32_t k = 0; k < n; k++) {
                if (has(o->now[i].ran, k) || !inside(o->before[k], o->now[i].ran)) continue;
                run(o, &o->now[i], k, &o->next[n_next]);
                o->next[n_next++].from = i;
            }
        n_now = keep_best(o, n_next);
        for (int32_t i = 0; i < n_now; i++) o->back[done * SETS + i] = (back){o->now[i].node, o->now[i].from};
    }
    for (int32_t done = n - 1, at = 0; done >= 0; at = o->back[done * SETS + at].from, done--)
        order[done] = o->back[done * SETS + at].node;
    return o->now[0].peak;
}

static size_t peak_of(orderer *o, const int32_t *order)
{
    set a = {.alive = 0}, b;
    for (int32_t i = 0; i < o->g->n_inputs; i++) a.alive += bytes_of(o, o->g->inputs[i]);
    for (int32_t k = 0; k < o->g->n_nodes; k++) {
        run(o, &a, order[k], &b);
        a = b;
    }
    return a.peak;
}

/* Operators that could run next to others: without them there is one order only. */
static bool branches(const orderer *o)
{
    uint64_t ran[WORDS] = {0};
    for (int32_t k = 0; k < o->g->n_nodes; k++) {
        for (int32_t j = k + 1; j < o->g->n_nodes; j++)
            if (inside(o->before[j], ran)) return true;
        put(ran, k);
    }
    return false;
}

/* Takes the order unless the tensors then stand worse: what is needed at once is not all that counts. */
static th_err take(th_plan *plan, int32_t *order, th_why *why)
{
    TH_TRY(th_plan_place(plan, NULL, 0, why));
    const size_t own = plan->arena_bytes;
    for (int turn = 0; turn < 2; turn++) { /* there, and back if need be */
        for (int32_t k = 0; k < plan->graph->n_nodes; k++) {
            const int32_t node = plan->order[k];
            plan->order[k] = order[k];
            order[k] = node;
        }
        TH_TRY(th_plan_place(plan, NULL, 0, why));
        if (plan->arena_bytes <= own) break;
    }
    return TH_OK;
}

th_err th_plan_order(th_plan *plan, th_why *why)
{
    const th_graph *g = plan->graph;
    const size_t n = (size_t)g->n_nodes;
    if (plan->quick || g->fixed || g->n_nodes < 3 || g->n_nodes > MOST_NODES) return TH_OK;
    size_t n_in = 0;
    for (size_t k = 0; k < n; k++) n_in += (size_t)g->nodes[k].n_in;
    orderer o = {.g = g, .plan = plan, .work = WORK};
    o.before = calloc(n, sizeof *o.before);
    o.users = calloc((size_t)g->n_tensors + 1, sizeof *o.users);
    o.maker = calloc((size_t)g->n_tensors + 1, sizeof *o.maker);
    o.keep = calloc((size_t)g->n_tensors + 1, 1);
    o.distinct = calloc(n_in + n + 1, sizeof *o.distinct);
    o.distinct_at = o.distinct ? o.distinct + n_in : NULL;
    o.now = calloc(SETS, sizeof *o.now);
    o.next = calloc(SETS * n, sizeof *o.next);
    o.back = calloc(SETS * n, sizeof *o.back);
    int32_t *order = calloc(n, sizeof *order);
    th_err err = o.before && o.users && o.maker && o.keep && o.now && o.next && o.back && o.distinct && order
                     ? TH_OK
                     : TH_ENOMEM;
    if (!err && find_edges(&o) && branches(&o)) {
        memset(o.maker, 0, ((size_t)g->n_tensors + 1) * sizeof *o.maker);
        find_distinct(&o, o.maker); /* the makers are not needed any more */
        const size_t own = peak_of(&o, plan->order), other = search(&o, order);
        plan->work += WORK - o.work;
        if (other < own) err = take(plan, order, why);
    }
    free(o.before);
    free(o.users);
    free(o.maker);
    free(o.keep);
    free(o.distinct);
    free(o.now);
    free(o.next);
    free(o.back);
    free(order);
    return err == TH_ENOMEM ? th_why_set(why, err, "no memory to plan the model") : err;
}
