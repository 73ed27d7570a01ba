#include "compress/scales.h"

#include "compress/range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Tensor t as int8 is number t, as int16 number n_tensors + t. */
typedef struct member {
    int32_t parent; /* a group is a tree; its root's parent is itself */
    bool follows;   /* its values are some of another member's */
    /* of the group, in its root: */
    bool fixed, repeated; /* repeated: of a layer that is used many times */
    th_scale scale;
    float lo, hi;
} member;

typedef struct groups {
    const th_scale_job *job;
    const th_graph *g;
    member *m;
    th_why *why;
    float room; /* ranges of activations are so much longer than what was seen */
} groups;

/* A score of strangeness is for what calibration, on normal examples, does not show: it must not be cut off there. */
#define STRANGE_ROOM 3.0f

static int32_t number(const groups *s, int32_t tensor, th_precision p)
{
    return tensor + (p == TH_P_S16 ? s->g->n_tensors : 0);
}

static int32_t root(const groups *s, int32_t i)
{
    while (s->m[i].parent != i) i = s->m[i].parent = s->m[s->m[i].parent].parent;
    return i;
}

static bool same_scale(th_scale a, th_scale b)
{
    return !(a.scale < b.scale) && !(a.scale > b.scale) && a.zero == b.zero;
}

static th_err differ(const groups *s, int32_t a, int32_t b)
{
    return th_why_set(s->why, TH_ERANGE, "tensors %ld (%s) and %ld (%s) must have one scale, but were given two",
                      (long)(a % s->g->n_tensors), s->g->tensors[a % s->g->n_tensors].name, (long)(b % s->g->n_tensors),
                      s->g->tensors[b % s->g->n_tensors].name);
}

static th_err unite(groups *s, int32_t a, int32_t b)
{
    const int32_t ra = root(s, a), rb = root(s, b);
    member *to = &s->m[ra], *from = &s->m[rb];
    if (ra == rb) return TH_OK;
    if (to->fixed && from->fixed && !same_scale(to->scale, from->scale)) return differ(s, a, b);
    if (from->fixed) {
        to->scale = from->scale;
        to->fixed = true;
    }
    to->repeated |= from->repeated;
    from->parent = ra;
    return TH_OK;
}

/* Float activations, and the constants that are read beside them; not weights, biases or state. */
static bool has_scale(const groups *s, const th_node *n, int32_t input)
{
    const int32_t t = n->in[input];
    const th_rule *r = th_rule_find(n->op);
    const bool first_only = r && (r->kind == TH_RULE_LSTM || r->kind == TH_RULE_SVDF);
    if (t < 0 || s->g->tensors[t].type != TH_F32 || s->g->tensors[t].is_variable) return false;
    if (first_only) return input == 0;
    if (r && r->kind == TH_RULE_TABLES) return input == 0 || input == r->w;
    return !r || r->kind != TH_RULE_WEIGHTS || input == r->x;
}

/* A fixed scale fits what is side by side with it only where all of them have it: soft-max beside a convolution must
 * not force its steps on that one.  Then the soft-max is requantised where it is read. */
static bool forces_its_scale(const groups *s, const th_node *n, th_precision p, int32_t input)
{
    const member *mine = &s->m[root(s, number(s, n->in[input], p))];
    for (int32_t i = 0; i < n->n_in && mine->fixed; i++) {
        if (!has_scale(s, n, i)) continue;
        const member *other = &s->m[root(s, number(s, n->in[i], p))];
        if (!other->fixed || !same_scale(other->scale, mine->scale)) return true;
    }
    return false;
}

/* ---- layers that are used many times ---- */

/* Attributes begin as zeros; were padding to differ after all, two layers would only keep scales of their own. */
static bool same_attr(const th_node *a, const th_node *b)
{
    return memcmp(&a->attr, &b->attr, sizeof a->attr) == 0; /* NOLINT(bugprone-suspicious-memory-comparison) */
}

/* One group, or two that have one scale. */
static bool alike(const groups *s, int32_t a, int32_t b)
{
    const member *x = &s->m[root(s, a)], *y = &s->m[root(s, b)];
    return x == y || (x->fixed && y->fixed && same_scale(x->scale, y->scale));
}

/* Two operators do the same to values of the same scales: their weights are the same tensor, or, behind such layers,
 * they read the same groups. */
static bool is_again(const groups *s, const th_rule *r, int32_t first, int32_t index)
{
    const th_node *a = &s->g->nodes[first], *b = &s->g->nodes[index];
    const th_precision p = s->job->precision[index];
    bool repeated = r->kind == TH_RULE_WEIGHTS;
    if (a->op != b->op || s->job->precision[first] != p || a->n_in != b->n_in || a->n_out != b->n_out ||
        !same_attr(a, b))
        return false;
    for (int32_t i = 0; i < b->n_in; i++) {
        if (r->kind == TH_RULE_WEIGHTS && i == r->x) continue;
        if (a->in[i] == b->in[i]) continue;
        if (r->kind == TH_RULE_WEIGHTS || !th_is_activation(s->g, a->in[i]) || !th_is_activation(s->g, b->in[i]) ||
            !alike(s, number(s, a->in[i], p), number(s, b->in[i], p)))
            return false;
    }
    for (int32_t i = 0; i < b->n_in && !repeated; i++)
        repeated = th_is_activation(s->g, b->in[i]) && s->m[root(s, number(s, b->in[i], p))].repeated;
    return repeated;
}

static th_err unite_again(groups *s, int32_t a, int32_t b)
{
    const member *x = &s->m[root(s, a)], *y = &s->m[root(s, b)];
    if (x->fixed && y->fixed) return TH_OK; /* each keeps its own */
    TH_TRY(unite(s, a, b));
    s->m[root(s, a)].repeated = true;
    return TH_OK;
}

/* The steps of an unrolled layer get the same scales, so that weights, biases and tables are one for all of them. */
static th_err group_again(groups *s, const th_rule *r, int32_t index)
{
    const th_node *n = &s->g->nodes[index];
    const th_precision p = s->job->precision[index];
    for (int32_t i = 0; i < index; i++) {
        const th_node *first = &s->g->nodes[i];
        if (!is_again(s, r, i, index)) continue;
        if (r->kind == TH_RULE_WEIGHTS)
            TH_TRY(unite_again(s, number(s, first->in[r->x], p), number(s, n->in[r->x], p)));
        return unite_again(s, number(s, first->out[0], p), number(s, n->out[0], p));
    }
    return TH_OK;
}

static th_err group_node(groups *s, int32_t index)
{
    const th_node *n = &s->g->nodes[index];
    const th_precision p = s->job->precision[index];
    const th_rule *r = th_rule_find(n->op);
    for (int k = TH_P_S8; r && k <= TH_P_S16; k++) { /* also where a float one becomes an integer */
        member *m = &s->m[number(s, n->out[0], (th_precision)k)];
        const th_scale fixed = {th_rule_scale(r, s->g, n, (th_precision)k), k == TH_P_S8 ? r->zero : 0};
        if (!(fixed.scale > 0) || (k == TH_P_S16 && !r->wide)) continue;
        if (m->fixed && !same_scale(m->scale, fixed)) return differ(s, n->out[0], n->out[0]);
        m->scale = fixed;
        m->fixed = true;
    }
    if (p != TH_P_F32 && r && r->kind == TH_RULE_TABLES)
        return unite(s, number(s, n->in[0], p), number(s, n->in[r->w], p));
    if (p != TH_P_F32 && r && (r->kind == TH_RULE_WEIGHTS || r->kind == TH_RULE_FREE)) return group_again(s, r, index);
    if (p == TH_P_F32 || !r || (r->kind != TH_RULE_SAME && r->kind != TH_RULE_FOLLOW)) return TH_OK;
    for (int32_t i = 0; i < n->n_in; i++) {
        if (!has_scale(s, n, i) || (r->kind == TH_RULE_SAME && forces_its_scale(s, n, p, i))) continue;
        for (int32_t k = 0; k < n->n_out; k++) TH_TRY(unite(s, number(s, n->out[k], p), number(s, n->in[i], p)));
    }
    for (int32_t k = 0; k < n->n_out; k++)
        if (r->kind == TH_RULE_FOLLOW) s->m[number(s, n->out[k], p)].follows = true;
    return TH_OK;
}

static void constant_range(const th_tensor *t, float *lo, float *hi)
{
    const float *v = t->data;
    *lo = *hi = 0.0f;
    for (int32_t i = 0; i < th_shape_count(&t->shape); i++) {
        *lo = fminf(*lo, v[i]);
        *hi = fmaxf(*hi, v[i]);
    }
}

/* Adds the range of a tensor to its group's. */
static void add_range(groups *s, int32_t i)
{
    const int32_t t = i % s->g->n_tensors;
    const bool wide = i >= s->g->n_tensors;
    const th_tensor *tensor = &s->g->tensors[t];
    member *to = &s->m[root(s, i)];
    float lo = 0.0f, hi = 0.0f;
    if (tensor->type != TH_F32 || tensor->is_variable || s->m[i].follows) return;
    if (tensor->data)
        constant_range(tensor, &lo, &hi);
    else if (wide && s->job->lo16)
        lo = s->job->lo16[t], hi = s->job->hi16[t];
    else if (s->job->lo)
        lo = s->job->lo[t], hi = s->job->hi[t];
    if (!tensor->data) lo *= s->room, hi *= s->room;
    to->lo = fminf(to->lo, lo);
    to->hi = fmaxf(to->hi, hi);
}

static void take(groups *s, int32_t i, th_scale *to)
{
    const member *m = &s->m[root(s, i)];
    *to = m->scale;
    if (m->fixed) return;
    to->zero = 0;
    if (i < s->g->n_tensors)
        th_range_to_s8(m->lo, m->hi, &to->scale, &to->zero);
    else
        th_range_to_s16(m->lo, m->hi, &to->scale);
}

/* An output far below its inputs has only their rounding errors in it, and kernels know no such scales: ADD and SUB
 * multiply by less than 1 after a shift by 20 bits (int16: 15).  Its range is made longer. */
static void lengthen(groups *s, int32_t index)
{
    const th_node *n = &s->g->nodes[index];
    const th_precision p = s->job->precision[index];
    const th_rule *r = th_rule_find(n->op);
    const bool product = n->op == TH_OP_MUL || n->op == TH_OP_DIV || n->op == TH_OP_SQUARED_DIFFERENCE ||
                         n->op == TH_OP_BATCH_MATMUL || n->op == TH_OP_RSQRT;
    th_scale scale;
    float most = 0.0f;
    if (p == TH_P_F32 || !r || r->kind != TH_RULE_FREE || product) return;
    for (int32_t i = 0; i < n->n_in; i++) {
        if (!has_scale(s, n, i)) continue;
        take(s, number(s, n->in[i], p), &scale);
        most = fmaxf(most, scale.scale);
    }
    const float least = most * (p == TH_P_S16 ? 2.01f / 32768.0f : 2.01f / 1048576.0f);
    take(s, number(s, n->out[0], p), &scale);
    if (scale.scale >= least) return;
    member *m = &s->m[root(s, number(s, n->out[0], p))];
    m->hi = fmaxf(m->hi, p == TH_P_S16 ? least * 32767.0f : m->lo + least * 255.0f);
}

/* Without ranges every activation that becomes int8 needs a given scale, its own or its group's. */
static th_err check_given(const groups *s)
{
    for (int32_t i = 0; i < s->g->n_nodes && !s->job->lo; i++)
        for (int32_t k = 0; k < s->g->nodes[i].n_out && s->job->precision[i] != TH_P_F32; k++) {
            const int32_t t = s->g->nodes[i].out[k];
            if (th_is_activation(s->g, t) && !s->m[root(s, number(s, t, s->job->precision[i]))].fixed)
                return th_why_set(s->why, TH_ERANGE, "tensor %ld (%s) needs a scale", (long)t, s->g->tensors[t].name);
        }
    for (int32_t i = 0; i < s->g->n_inputs && !s->job->lo; i++)
        if (th_is_activation(s->g, s->g->inputs[i]) && !s->m[root(s, s->g->inputs[i])].fixed)
            return th_why_set(s->why, TH_ERANGE, "the input, tensor %ld (%s), needs a scale", (long)s->g->inputs[i],
                              s->g->tensors[s->g->inputs[i]].name);
    return TH_OK;
}

/* The graph ends in a distance that has a scale of its own. */
static bool says_strange(const th_graph *g)
{
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const th_rule *r = th_rule_find(g->nodes[i].op);
        if (r && r->kind == TH_RULE_TABLES && r->scale[0] > 0 &&
            th_rule_scale(r, g, &g->nodes[i], TH_P_S8) >= r->scale[0])
            return true;
    }
    return false;
}

th_err th_scales_assign(const th_scale_job *job, th_scale *s8, th_scale *s16, th_why *why)
{
    const int32_t n = job->g->n_tensors;
    groups s = {.job = job, .g = job->g, .m = calloc(2 * (size_t)n + 1, sizeof(member)), .why = why};
    s.room = says_strange(job->g) ? STRANGE_ROOM : 1.0f;
    if (!s.m) return th_why_set(why, TH_ENOMEM, "no memory for the scales");
    for (int32_t i = 0; i < 2 * n; i++) {
        s.m[i].parent = i;
        if (i >= n || !job->given || !(job->given[i].scale > 0.0f)) continue;
        s.m[i].scale = job->given[i];
        s.m[i].fixed = true;
    }
    th_err err = TH_OK;
    for (int32_t i = 0; i < job->g->n_nodes && !err; i++) err = group_node(&s, i);
    if (!err) err = check_given(&s);
    for (int32_t i = 0; i < 2 * n && !err; i++) add_range(&s, i);
    for (int32_t i = 0; i < job->g->n_nodes && !err; i++) lengthen(&s, i);
    for (int32_t i = 0; i < n && !err; i++) {
        take(&s, i, &s8[i]);
        take(&s, n + i, &s16[i]);
    }
    free(s.m);
    return err;
}
