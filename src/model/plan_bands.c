/* Which operators run in row bands, and how high the bands are.
 *
 * The arena is as large as its fullest step.  Segments of neighbouring operators that hold all steps with more than 7/8
 * of it are looked at with every number of bands: what they need is estimated, the most promising are prepared and
 * placed, with the scratch of their kernels.  The smallest arena wins; among those with a little more (NEAR) the one
 * with least work.  It is taken when it is an eighth smaller than before; then another segment is looked for, which has
 * to bring a quarter.  All together may do a sixteenth of the multiply-accumulates twice, an eighth with what kernels
 * begin anew for each band. */
#include "model/bands_priv.h"

#include <stdlib.h>
#include <string.h>

#define MOST_NODES 300 /* as in plan_order.c: no network that this is for has more */
#define MOST_TRIES 24  /* candidates that are placed */
#define NEAR       32  /* a 32nd more is as good */
#define SMALLER    8   /* an eighth less is worth it */
#define FURTHER    4   /* of another segment, with a loop of its own in the flash: a quarter */
#define TWICE      16  /* a 16th of all multiply-accumulates may be done twice */
#define MORE       8   /* an eighth with what each band begins anew */

typedef struct banding {
    th_plan *plan;
    th_place_block *extra;
    int32_t n_extra;
    int32_t *made, *last; /* [n_tensors] places in the order: of who makes it, -1 for inputs; of who needs it last */
    size_t *need;         /* [n_nodes + 2] as in th_plan_place_within */
    int64_t work;         /* of the whole network */
    int64_t twice, more;  /* of the bands so far, as in th_segment */
    th_why *why;
} banding;

typedef struct candidate {
    th_segment s;
    size_t bytes; /* of the arena: estimated, then placed */
} candidate;

/* --- the steps of bands --- */

/* Operator j of the segment for some rows; tensors: [n_tensors] the graph's, whose heights are set and set back. */
static th_err band_step(const th_plan *plan, const th_segment *s, int32_t j, const th_band_rows *rows, size_t room,
                        th_tensor *tensors, th_arena *arena, th_step *step)
{
    const int32_t k = plan->order[s->first + j];
    const th_window *w = &s->win[j];
    th_node node = plan->graph->nodes[k];
    th_diag diag = {0, ""};
    const th_prepare p = {&node, tensors, arena, &diag, room};
    if (w->batches) {
        const int32_t above = w->pad_top - rows->out[j].lo * w->stride_h;
        node.attr.conv.band_rows = rows->out[j].hi - rows->out[j].lo;
        node.attr.conv.band_pad = above > 0 ? above : 0;
    }
    for (int32_t i = 0; i < TH_BAND_INPUTS; i++)
        if (s->from[j][i] != TH_BAND_CONSTANT) tensors[node.in[i]].shape.d[1] = rows->in[j][i].hi - rows->in[j][i].lo;
    tensors[node.out[0]].shape.d[1] = rows->out[j].hi - rows->out[j].lo;
    *step = (th_step){0};
    const th_err err = th_plan_prepare_node(&p, plan->isa, k, step, NULL);
    for (int32_t i = 0; i < TH_BAND_INPUTS; i++)
        if (s->from[j][i] != TH_BAND_CONSTANT) tensors[node.in[i]] = plan->graph->tensors[node.in[i]];
    tensors[node.out[0]] = plan->graph->tensors[node.out[0]];
    return err;
}

static bool same_rows(const th_segment *s, int32_t j, const th_band_rows *a, const th_band_rows *b)
{
    const int32_t stride = s->win[j].stride_h, pad = s->win[j].pad_top;
    bool same = a->out[j].hi - a->out[j].lo == b->out[j].hi - b->out[j].lo;
    for (int32_t i = 0; i < TH_BAND_INPUTS; i++)
        if (s->from[j][i] != TH_BAND_CONSTANT)
            same &= a->in[j][i].hi - a->in[j][i].lo == b->in[j][i].hi - b->in[j][i].lo;
    const int32_t above_a = pad - a->out[j].lo * stride, above_b = pad - b->out[j].lo * stride;
    return same && (above_a > 0 ? above_a : 0) == (above_b > 0 ? above_b : 0);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether *to differs from *from in int32 numbers only that are not the model's; arrays with the same numbers become
 * the same arrays. */
static bool share(const th_step *from, th_step *to)
{
    bool same = from->kernel == to->kernel && same_text(from->par_type, to->par_type) && from->n_in == to->n_in &&
                from->n_out == to->n_out && from->unread == to->unread && from->fields == to->fields &&
                !to->state_bytes;
    for (size_t i = 0; same && to->par && to->par != from->par && i < to->n_fields; i++) {
        const th_field *f = &to->fields[i];
        const char *a = (const char *)from->par + f->offset;
        char *b = (char *)to->par + f->offset;
        const void *x, *y;
        int32_t n_x, n_y;
        if (f->kind == TH_FIELD_I32 || f->kind == TH_FIELD_I32_FIXED) continue;
        if (f->kind < TH_FIELD_S8_ARRAY) {
            same = memcmp(a, b, f->kind == TH_FIELD_I64 ? 8 : 4) == 0;
            continue;
        }
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        memcpy(&n_x, (const char *)from->par + f->count, sizeof n_x);
        memcpy(&n_y, (const char *)to->par + f->count, sizeof n_y);
        const bool alike = x && y && n_x == n_y;
        const bool equal = alike && memcmp(x, y, (size_t)n_x * th_field_element_bytes(f->kind)) == 0;
        same = equal || (!x && !y) || (alike && f->kind == TH_FIELD_I32_ARRAY && !th_field_is_model(f));
        if (equal) memcpy(b, &x, sizeof x);
    }
    return same;
}

/* All bands of operator j; *whole holds for each of them. */
static th_err operator_steps(const th_plan *plan, const th_segment *s, const th_band_rows *rows, int32_t j, size_t room,
                             th_tensor *tensors, th_arena *arena, th_step *whole, th_step *each)
{
    for (int32_t b = 0; b < s->n; b++) {
        int32_t like = 0;
        while (like < b && !same_rows(s, j, &rows[like], &rows[b])) like++;
        if (like < b) {
            each[b] = each[like];
            continue;
        }
        TH_TRY(band_step(plan, s, j, &rows[b], room, tensors, arena, &each[b]));
        if (b == 0) *whole = each[0];
        if (!share(&each[0], &each[b])) return TH_EUNSUP;
        if (each[b].scratch_bytes > whole->scratch_bytes) whole->scratch_bytes = each[b].scratch_bytes;
        if (each[b].lead > whole->lead) whole->lead = each[b].lead;
        whole->in_place &= each[b].in_place;
        whole->slide &= each[b].slide;
    }
    for (int32_t b = 0; b < s->n; b++) {
        each[b].scratch_bytes = whole->scratch_bytes;
        if (!each[b].kernel_name) each[b].kernel_name = "";
    }
    whole->macs = plan->steps[plan->order[s->first + j]].macs;
    return TH_OK;
}

/* A copy of the graph's tensors, in the arena. */
static th_tensor *copy_tensors(const th_graph *g, th_arena *arena)
{
    th_tensor *t = TH_NEW(arena, th_tensor, (size_t)g->n_tensors + 1);
    if (t) memcpy(t, g->tensors, (size_t)g->n_tensors * sizeof *t);
    return t;
}

static th_band_rows *all_rows(const th_plan *plan, const th_segment *s, th_arena *arena)
{
    th_band_rows *rows = TH_NEW(arena, th_band_rows, (size_t)s->n);
    for (int32_t b = 0; rows && b < s->n; b++) (void)th_band_rows_of(plan, s, b, &rows[b]);
    return rows;
}

th_err th_bands_step(const th_plan *plan, const th_bands *bands, int32_t j, size_t room, th_arena *arena,
                     th_step *whole, th_step *each)
{
    th_segment s;
    if (!th_segment_make(plan, bands->first, bands->n_nodes, &s) || !th_segment_rows(plan, &s, bands->rows))
        return TH_EUNSUP; /* cannot be: it was made so */
    th_tensor *tensors = copy_tensors(plan->graph, arena);
    const th_band_rows *rows = all_rows(plan, &s, arena);
    if (!each) each = TH_NEW(arena, th_step, (size_t)s.n);
    if (!tensors || !rows || !each) return TH_ENOMEM;
    return operator_steps(plan, &s, rows, j, room, tensors, arena, whole, each);
}

/* --- a segment as bands of the plan --- */

static void set_ends(const th_plan *plan, const th_segment *s, const th_band_rows *rows, th_band_ends *ends)
{
    for (int32_t j = 0; j < s->n_nodes; j++) {
        const th_node *n = &plan->graph->nodes[plan->order[s->first + j]];
        for (int32_t i = 0; i < TH_BAND_INPUTS; i++) {
            const int32_t from = s->from[j][i];
            if (from == TH_BAND_CONSTANT) continue;
            const size_t row = th_row_bytes(&plan->graph->tensors[n->in[i]]);
            const th_rows r = rows->in[j][i];
            ends[j].in[i] =
                (th_band_part){(size_t)(r.lo - (from < 0 ? 0 : rows->out[from].lo)) * row, (size_t)(r.hi - r.lo) * row};
        }
        const size_t row = th_row_bytes(&plan->graph->tensors[n->out[0]]);
        const th_rows r = rows->out[j];
        ends[j].out = (th_band_part){j == s->n_nodes - 1 ? (size_t)r.lo * row : 0, (size_t)(r.hi - r.lo) * row};
    }
}

/* whole: [n_nodes] what becomes of plan->steps. */
static th_err make_bands(const th_plan *plan, const th_segment *s, th_arena *arena, th_bands *b, th_step *whole)
{
    const size_t n = (size_t)s->n, n_nodes = (size_t)s->n_nodes;
    th_tensor *tensors = copy_tensors(plan->graph, arena);
    const th_band_rows *rows = all_rows(plan, s, arena);
    th_step *each = TH_NEW(arena, th_step, n);
    *b = (th_bands){.first = s->first, .n_nodes = s->n_nodes, .n = s->n, .rows = s->rows};
    b->step = TH_NEW(arena, th_step, n * n_nodes);
    b->ends = TH_NEW(arena, th_band_ends, n * n_nodes);
    if (!tensors || !rows || !each || !b->step || !b->ends) return TH_ENOMEM;
    for (int32_t j = 0; j < s->n_nodes; j++) {
        TH_TRY(operator_steps(plan, s, rows, j, 0, tensors, arena, &whole[j], each));
        for (size_t k = 0; k < n; k++) b->step[k * n_nodes + (size_t)j] = each[k];
    }
    for (size_t k = 0; k < n; k++) set_ends(plan, s, &rows[k], &b->ends[k * n_nodes]);
    return TH_OK;
}

/* Bytes of the bands of what the segment's operators but the last one make: set, or 0 again. */
static void set_band_bytes(th_plan *plan, const th_segment *s, bool on)
{
    for (int32_t j = 0; j + 1 < s->n_nodes; j++) {
        const int32_t t = plan->graph->nodes[plan->order[s->first + j]].out[0];
        plan->band_bytes[t] = on ? (size_t)s->most[j] * th_row_bytes(&plan->graph->tensors[t]) : 0;
    }
}

th_err th_bands_install(th_plan *plan, const th_segment *s, th_step *own, bool *yes)
{
    th_bands made;
    th_step whole[TH_BAND_NODES];
    th_err err = TH_ENOMEM;
    void *memory = NULL;
    if (!plan->band_bytes) plan->band_bytes = calloc((size_t)plan->graph->n_tensors + 1, sizeof *plan->band_bytes);
    if (!plan->band_bytes) return TH_ENOMEM;
    for (size_t bytes = (size_t)1 << 17; err == TH_ENOMEM && bytes <= (size_t)1 << 30; bytes *= 4) {
        free(memory);
        memory = malloc(bytes);
        if (!memory) return TH_ENOMEM;
        th_arena arena = th_arena_over(memory, bytes);
        err = make_bands(plan, s, &arena, &made, whole);
    }
    *yes = !err;
    if (err) {
        free(memory);
        return err == TH_ENOMEM ? err : TH_OK; /* one that can't be run so is none */
    }
    made.memory = memory;
    int32_t at = plan->n_bands++;
    for (; at > 0 && plan->bands[at - 1].first > s->first; at--) plan->bands[at] = plan->bands[at - 1];
    plan->bands[at] = made;
    for (int32_t j = 0; j < s->n_nodes; j++) {
        th_step *step = &plan->steps[plan->order[s->first + j]];
        own[j] = *step;
        *step = whole[j];
    }
    set_band_bytes(plan, s, true);
    return TH_OK;
}

static void uninstall(th_plan *plan, const th_segment *s, const th_step *own)
{
    int32_t at = 0;
    while (plan->bands[at].first != s->first) at++;
    free(plan->bands[at].memory);
    for (plan->n_bands--; at < plan->n_bands; at++) plan->bands[at] = plan->bands[at + 1];
    for (int32_t j = 0; j < s->n_nodes; j++) plan->steps[plan->order[s->first + j]] = own[j];
    set_band_bytes(plan, s, false);
}

size_t th_bands_lead(const th_plan *plan, const th_bands *b, int32_t t)
{
    const int32_t last = b->n_nodes - 1;
    size_t later = SIZE_MAX, lead = 0; /* later: lowest byte of t that the next bands read */
    for (int32_t k = b->n - 1; k >= 0; k--) {
        const th_band_ends *ends = &b->ends[k * b->n_nodes];
        const size_t from = ends[last].out.at, to = from + ends[last].out.bytes;
        if (later != SIZE_MAX && to > later && to - later > lead) lead = to - later;
        for (int32_t j = 0; j < b->n_nodes; j++) {
            const th_node *n = &plan->graph->nodes[plan->order[b->first + j]];
            const th_step *s = &b->step[k * b->n_nodes + j];
            for (int32_t i = 0; i < TH_BAND_INPUTS && i < n->n_in; i++) {
                if (n->in[i] != t) continue;
                const size_t at = ends[j].in[i].at;
                if (at < later) later = at;
                if (j < last) continue;
                if (s->part || !(s->slide >> i & 1u)) return TH_NEVER;
                if (from + s->lead > at && from + s->lead - at > lead) lead = from + s->lead - at;
            }
        }
    }
    return lead;
}

/* --- the choice --- */

static void find_lives(banding *bd)
{
    const th_graph *g = bd->plan->graph;
    for (int32_t t = 0; t < g->n_tensors; t++) bd->made[t] = bd->last[t] = -1;
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_node *n = &g->nodes[bd->plan->order[k]];
        for (int32_t i = 0; i < n->n_in; i++)
            if (n->in[i] >= 0) bd->last[n->in[i]] = k;
        for (int32_t i = 0; i < n->n_out; i++) bd->made[n->out[i]] = bd->last[n->out[i]] = k;
    }
    for (int32_t i = 0; i < g->n_outputs; i++) bd->last[g->outputs[i]] = g->n_nodes;
}

static int64_t work_of(const th_plan *plan)
{
    int64_t work = 0;
    for (int32_t k = 0; k < plan->graph->n_nodes; k++) {
        const th_node *n = &plan->graph->nodes[k];
        const bool empty = n->n_out < 1 || plan->steps[k].macs > 0;
        work += empty ? plan->steps[k].macs : th_shape_count(&plan->graph->tensors[n->out[0]].shape);
    }
    return work;
}

/* What is made inside is needed inside only, and nothing of it runs in bands already. */
static bool closed(const banding *bd, const th_segment *s)
{
    const th_plan *p = bd->plan;
    const int32_t end = s->first + s->n_nodes;
    for (int32_t j = 0; j + 1 < s->n_nodes; j++)
        if (bd->last[p->graph->nodes[p->order[s->first + j]].out[0]] >= end) return false;
    for (int32_t i = 0; i < p->n_bands; i++)
        if (p->bands[i].first < end && s->first < p->bands[i].first + p->bands[i].n_nodes) return false;
    return true;
}

static bool reads(const th_plan *p, const th_segment *s, int32_t t)
{
    for (int32_t j = 0; j < s->n_nodes; j++)
        for (int32_t i = 0; i < TH_BAND_INPUTS; i++)
            if (s->from[j][i] == -1 && p->graph->nodes[p->order[s->first + j]].in[i] == t) return true;
    return false;
}

static size_t band_bytes(const th_plan *p, const th_segment *s, int32_t j)
{
    return (size_t)s->most[j] * th_row_bytes(&p->graph->tensors[p->graph->nodes[p->order[s->first + j]].out[0]]);
}

/* Bytes of the bands that operator j needs while it runs, where its output lies over its inputs if it can. */
static size_t inside_at(const banding *bd, const th_segment *s, int32_t j)
{
    const th_plan *p = bd->plan;
    const th_step *step = &p->steps[p->order[s->first + j]];
    size_t sum = 0, under = 0;
    for (int32_t k = 0; k < s->n_nodes - 1 && k <= j; k++) {
        const int32_t t = p->graph->nodes[p->order[s->first + k]].out[0];
        if (bd->last[t] < s->first + j) continue;
        sum += band_bytes(p, s, k);
        for (int32_t i = 0; i < TH_BAND_INPUTS; i++)
            if (s->from[j][i] == k && bd->last[t] == s->first + j && (step->in_place | step->slide) >> i & 1u)
                under = band_bytes(p, s, k);
    }
    if (j == s->n_nodes - 1 || !under) return sum;
    const size_t out = band_bytes(p, s, j);
    return sum - (under < out ? under : out);
}

/* About the least that the arena can be: scratch of the segment is not in it. */
static size_t estimate(const banding *bd, const th_segment *s)
{
    const th_plan *p = bd->plan;
    const th_graph *g = p->graph;
    const int32_t end = s->first + s->n_nodes, y = g->nodes[p->order[end - 1]].out[0];
    size_t most = 0;
    for (int32_t k = 0; k < g->n_nodes + 2; k++)
        if ((k <= s->first || k > end) && bd->need[k] > most) most = bd->need[k];
    for (int32_t j = 0; j < s->n_nodes; j++) {
        size_t alive = inside_at(bd, s, j), ending = 0;
        for (int32_t t = 0; t < g->n_tensors; t++) {
            if (p->offset[t] == TH_NO_OFFSET || bd->made[t] >= s->first) continue;
            const bool read = reads(p, s, t);
            if (bd->last[t] < (read ? s->first : s->first + j)) continue;
            if (read && bd->last[t] < end)
                ending += th_plan_bytes(p, t);
            else
                alive += th_plan_bytes(p, t);
        }
        const size_t out = th_tensor_bytes(&g->tensors[y]);
        alive += ending > out ? ending : out;
        if (alive > most) most = alive;
    }
    return most;
}

static bool better(const candidate *a, const candidate *b)
{
    if (a->bytes != b->bytes) return a->bytes < b->bytes;
    return a->s.more < b->s.more;
}

/* Keeps the best MOST_TRIES. */
static void keep(candidate *list, int32_t *n, const candidate *c)
{
    if (*n == MOST_TRIES && !better(c, &list[*n - 1])) return;
    int32_t at = *n < MOST_TRIES ? (*n)++ : *n - 1;
    for (; at > 0 && better(c, &list[at - 1]); at--) list[at] = list[at - 1];
    list[at] = *c;
}

/* All heights: of those that give the same number of bands, the lowest, which makes them equal. */
static void try_heights(const banding *bd, candidate *c, size_t enough, const int64_t most[2], candidate *list,
                        int32_t *n)
{
    const int32_t h = c->s.win[c->s.n_nodes - 1].out_h;
    for (int32_t bands = 2, before = 0; bands <= h && bands <= TH_MOST_BANDS; bands++) {
        const int32_t rows = (h + bands - 1) / bands;
        if (rows == before) continue;
        before = rows;
        bd->plan->work += (int64_t)bd->plan->graph->n_tensors * c->s.n_nodes;
        if (!th_segment_rows(bd->plan, &c->s, rows) || c->s.twice > most[0] || c->s.more > most[1]) continue;
        c->bytes = estimate(bd, &c->s);
        if (c->bytes <= enough) keep(list, n, c);
    }
}

/* Candidates that can be small enough; their number. */
static int32_t find(const banding *bd, size_t enough, candidate *list)
{
    const th_plan *p = bd->plan;
    const int32_t n_nodes = p->graph->n_nodes;
    const int64_t most[] = {bd->work / TWICE - bd->twice, bd->work / MORE - bd->more};
    int32_t lo = n_nodes + 2, hi = -1, n = 0; /* places of the steps with too much */
    candidate c;
    for (int32_t k = 0; k < n_nodes + 2; k++)
        if (bd->need[k] > enough) lo = k - 1 < lo ? k - 1 : lo, hi = k - 1;
    if (hi < 0 || lo < 0 || hi >= n_nodes) return 0;
    for (int32_t first = hi - TH_BAND_NODES + 1 > 0 ? hi - TH_BAND_NODES + 1 : 0; first <= lo; first++)
        for (int32_t end = hi + 1; end <= n_nodes && end - first <= TH_BAND_NODES; end++)
            if (end - first > 1 && th_segment_make(p, first, end - first, &c.s) && closed(bd, &c.s))
                try_heights(bd, &c, enough, most, list, &n);
    return n;
}

/* Places the candidates one after the other.  *best: the one to take, or NULL. */
static th_err try_all(const banding *bd, candidate *list, int32_t n, size_t enough, const candidate **best)
{
    th_plan *p = bd->plan;
    th_step own[TH_BAND_NODES];
    size_t least = enough;
    int32_t tried = 0;
    for (; tried < n && list[tried].bytes <= least + least / NEAR; tried++) {
        bool yes;
        candidate *c = &list[tried];
        TH_TRY(th_bands_install(p, &c->s, own, &yes));
        c->bytes = SIZE_MAX;
        if (!yes) continue;
        const th_err err = th_plan_place_within(p, bd->extra, bd->n_extra, 1, NULL, bd->why);
        c->bytes = p->arena_bytes;
        uninstall(p, &c->s, own);
        TH_TRY(err);
        if (c->bytes < least) least = c->bytes;
    }
    *best = NULL;
    for (int32_t i = 0; i < tried; i++)
        if (list[i].bytes <= least + least / NEAR && list[i].bytes <= enough &&
            (!*best || list[i].s.more < (*best)->s.more))
            *best = &list[i];
    return TH_OK;
}

/* One more segment; *yes: there is one. */
static th_err add_bands(banding *bd, candidate *list, bool *yes)
{
    th_plan *p = bd->plan;
    const size_t before = p->arena_bytes, enough = before - before / (p->n_bands ? FURTHER : SMALLER);
    const candidate *best;
    th_step own[TH_BAND_NODES];
    *yes = false;
    TH_TRY(th_plan_place_within(p, bd->extra, bd->n_extra, before, bd->need, bd->why));
    const int32_t n = find(bd, enough, list);
    TH_TRY(try_all(bd, list, n, enough, &best));
    if (best) TH_TRY(th_bands_install(p, &best->s, own, yes));
    TH_TRY(th_plan_place(p, bd->extra, bd->n_extra, bd->why));
    if (*yes) bd->twice += best->s.twice, bd->more += best->s.more;
    if (!*yes || p->arena_bytes <= enough) return TH_OK;
    uninstall(p, &best->s, own); /* cannot be: the longer search finds what the shorter one did */
    *yes = false;
    return th_plan_place(p, bd->extra, bd->n_extra, bd->why);
}

th_err th_plan_use_bands(th_plan *plan, th_place_block *extra, int32_t n_extra, th_why *why)
{
    const th_graph *g = plan->graph;
    const size_t n_t = (size_t)g->n_tensors + 1;
    if (!plan->banded || g->fixed || g->n_nodes > MOST_NODES) return TH_OK;
    banding bd = {.plan = plan, .extra = extra, .n_extra = n_extra, .work = work_of(plan), .why = why};
    candidate *list = calloc(MOST_TRIES, sizeof *list);
    bd.made = calloc(2 * n_t, sizeof *bd.made);
    bd.last = bd.made ? bd.made + n_t : NULL;
    bd.need = calloc((size_t)th_plan_end(g) + 1, sizeof *bd.need);
    th_err err = list && bd.made && bd.need ? TH_OK : TH_ENOMEM;
    if (!err) find_lives(&bd);
    for (bool yes = true; !err && yes && plan->n_bands < TH_MAX_BANDS;) err = add_bands(&bd, list, &yes);
    free(list);
    free(bd.made);
    free(bd.need);
    return err == TH_ENOMEM ? th_why_set(why, err, "no memory to plan the model") : err;
}
