/* Which rows a band of each operator needs: from the last operator of a segment back to the first. */
#include "model/bands_priv.h"

#include "nn/prepare.h"

typedef enum way { NOT_BY_ROWS, WINDOW, ELEMENTS } way;

static way way_of(th_op op)
{
    switch ((int)op) {
    case TH_OP_CONV_2D:
    case TH_OP_DEPTHWISE_CONV_2D:
    case TH_OP_AVERAGE_POOL_2D:
    case TH_OP_MAX_POOL_2D:
    case TH_OP_L2_POOL_2D: return WINDOW;
    case TH_OP_ADD:
    case TH_OP_SUB:
    case TH_OP_MUL:
    case TH_OP_DIV:
    case TH_OP_MAXIMUM:
    case TH_OP_MINIMUM:
    case TH_OP_SQUARED_DIFFERENCE:
    case TH_OP_RELU:
    case TH_OP_RELU6:
    case TH_OP_RELU_N1_TO_1:
    case TH_OP_RELU_0_TO_1:
    case TH_OP_LEAKY_RELU:
    case TH_OP_PRELU:
    case TH_OP_ELU:
    case TH_OP_GELU:
    case TH_OP_HARD_SWISH:
    case TH_OP_LOGISTIC:
    case TH_OP_TANH:
    case TH_OP_ABS:
    case TH_OP_NEG:
    case TH_OP_EXP:
    case TH_OP_SQRT:
    case TH_OP_RSQRT:
    case TH_OP_SQUARE:
    case TH_OP_QUANTIZE:
    case TH_OP_DEQUANTIZE: return ELEMENTS;
    default: return NOT_BY_ROWS;
    }
}

static bool is_made(const th_tensor *t)
{
    return !t->data && !t->is_variable;
}

static bool is_picture(const th_tensor *t)
{
    return t->shape.rank == 4 && t->shape.d[0] == 1 && t->type != TH_S4 && th_tensor_bytes(t) > 0;
}

static bool same_shape(const th_shape *a, const th_shape *b)
{
    bool same = a->rank == b->rank;
    for (int32_t i = 0; same && i < a->rank; i++) same = a->d[i] == b->d[i];
    return same;
}

/* The same for all rows: a constant that is spread over the picture from its last dimension on. */
static bool has_no_rows(const th_tensor *t)
{
    return t->data && !t->is_variable && (t->shape.rank < 3 || t->shape.d[t->shape.rank - 3] == 1);
}

static bool window_of(const th_plan *plan, const th_node *node, th_window *w)
{
    const th_graph *g = plan->graph;
    const th_tensor *x = &g->tensors[node->in[0]], *y = &g->tensors[node->out[0]];
    th_node n = *node;
    th_diag diag;
    int32_t filter_h = n.attr.conv.filter_h, filter_w = n.attr.conv.filter_w;
    const bool filters = n.op == TH_OP_CONV_2D || n.op == TH_OP_DEPTHWISE_CONV_2D;
    for (int32_t i = 1; i < n.n_in; i++)
        if (n.in[i] >= 0 && is_made(&g->tensors[n.in[i]])) return false;
    if (filters) {
        filter_h = g->tensors[n.in[1]].shape.d[1];
        filter_w = g->tensors[n.in[1]].shape.d[2];
    } else {
        n.attr.conv.dilation_h = n.attr.conv.dilation_w = 1; /* pools have none */
    }
    const th_prepare p = {&n, g->tensors, NULL, &diag, 0};
    return is_made(x) && is_picture(x) && th_window_make(&p, &x->shape, filter_h, filter_w, w) == TH_OK &&
           w->out_h == y->shape.d[1];
}

static bool node_of(const th_plan *plan, int32_t node, th_window *w)
{
    const th_graph *g = plan->graph;
    const th_node *n = &g->nodes[node];
    const th_step *s = &plan->steps[node];
    const way how = way_of(n->op);
    bool any = false;
    if (how == NOT_BY_ROWS || s->control != TH_CONTROL_KERNEL || s->state_bytes || n->n_out != 1 || n->n_in < 1 ||
        n->in[0] < 0)
        return false;
    const th_tensor *y = &g->tensors[n->out[0]];
    if (!is_picture(y)) return false;
    if (how == WINDOW) return window_of(plan, n, w);
    for (int32_t i = 0; i < n->n_in; i++) {
        if (n->in[i] < 0) return false;
        const th_tensor *x = &g->tensors[n->in[i]];
        if (!has_no_rows(x) && (i >= TH_BAND_INPUTS || !is_made(x) || !same_shape(&x->shape, &y->shape))) return false;
        any |= is_made(x);
    }
    const int32_t h = y->shape.d[1];
    *w = (th_window){.in_h = h, .out_h = h, .filter_h = 1, .filter_w = 1, .stride_h = 1, .dilation_h = 1};
    return any;
}

bool th_segment_make(const th_plan *plan, int32_t first, int32_t n_nodes, th_segment *s)
{
    s->first = first;
    s->n_nodes = n_nodes;
    for (int32_t j = 0; j < n_nodes; j++) {
        const th_node *n = &plan->graph->nodes[plan->order[first + j]];
        if (!node_of(plan, plan->order[first + j], &s->win[j])) return false;
        for (int32_t i = 0; i < TH_BAND_INPUTS; i++) {
            s->from[j][i] = TH_BAND_CONSTANT;
            if (i >= n->n_in || n->in[i] < 0 || !is_made(&plan->graph->tensors[n->in[i]])) continue;
            s->from[j][i] = -1;
            for (int32_t k = 0; k < j; k++)
                if (plan->graph->nodes[plan->order[first + k]].out[0] == n->in[i]) s->from[j][i] = k;
        }
    }
    return true;
}

size_t th_row_bytes(const th_tensor *t)
{
    return th_tensor_bytes(t) / (size_t)t->shape.d[1];
}

static th_rows rows_below(const th_window *w, th_rows out)
{
    const int32_t reach = (w->filter_h - 1) * w->dilation_h + 1;
    const int32_t a = out.lo * w->stride_h - w->pad_top, z = (out.hi - 1) * w->stride_h - w->pad_top + reach;
    return (th_rows){a > 0 ? a : 0, z < w->in_h ? z : w->in_h};
}

/* Kernels may read tensors by words: a part of one begins at a multiple of 4, as tensors do, and of its element. */
static bool can_begin(const th_plan *plan, int32_t tensor, int32_t row)
{
    const size_t element = th_type_bytes(plan->graph->tensors[tensor].type),
                 at = (size_t)row * th_row_bytes(&plan->graph->tensors[tensor]);
    return at % 4 == 0 && at % element == 0;
}

bool th_band_rows_of(const th_plan *plan, const th_segment *s, int32_t band, th_band_rows *rows)
{
    const th_window *last = &s->win[s->n_nodes - 1];
    const int32_t lo = band * s->rows, hi = lo + s->rows;
    for (int32_t j = 0; j < s->n_nodes; j++) rows->out[j] = (th_rows){INT32_MAX, 0};
    rows->out[s->n_nodes - 1] = (th_rows){lo, hi < last->out_h ? hi : last->out_h};
    for (int32_t j = s->n_nodes - 1; j >= 0; j--)
        for (int32_t i = 0; i < TH_BAND_INPUTS; i++) {
            if (s->from[j][i] == TH_BAND_CONSTANT) continue;
            if (rows->out[j].lo >= rows->out[j].hi) return false;
            const th_rows r = rows_below(&s->win[j], rows->out[j]);
            if (r.lo >= r.hi) return false;
            rows->in[j][i] = r;
            if (s->from[j][i] < 0) continue;
            th_rows *made = &rows->out[s->from[j][i]];
            if (r.lo < made->lo) made->lo = r.lo;
            if (r.hi > made->hi) made->hi = r.hi;
        }
    bool fine = true;
    for (int32_t j = 0; j < s->n_nodes; j++) {
        const th_node *n = &plan->graph->nodes[plan->order[s->first + j]];
        for (int32_t i = 0; i < TH_BAND_INPUTS; i++) {
            if (s->from[j][i] == TH_BAND_CONSTANT) continue;
            const int32_t from = s->from[j][i];
            fine &= can_begin(plan, n->in[i], rows->in[j][i].lo - (from < 0 ? 0 : rows->out[from].lo));
        }
        if (j == s->n_nodes - 1) fine &= can_begin(plan, n->out[0], lo);
    }
    return fine;
}

bool th_segment_rows(const th_plan *plan, th_segment *s, int32_t rows)
{
    const int32_t h = s->win[s->n_nodes - 1].out_h;
    s->rows = rows;
    s->n = (h + rows - 1) / rows;
    s->work = s->twice = s->more = 0;
    if (s->n < 2 || s->n > TH_MOST_BANDS) return false;
    for (int32_t b = 0; b < s->n; b++) {
        th_band_rows r;
        if (!th_band_rows_of(plan, s, b, &r)) return false;
        for (int32_t j = 0; j < s->n_nodes; j++) {
            const int32_t node = plan->order[s->first + j];
            const th_tensor *y = &plan->graph->tensors[plan->graph->nodes[node].out[0]];
            const int64_t macs = plan->steps[node].macs, taps = (int64_t)s->win[j].filter_h * s->win[j].filter_w;
            const int64_t row = macs ? macs / s->win[j].out_h : taps * (th_shape_count(&y->shape) / s->win[j].out_h);
            const int32_t made = r.out[j].hi - r.out[j].lo;
            s->twice += row * made;
            s->more += row; /* what a kernel does before its first row */
            if (b == 0 || made > s->most[j]) s->most[j] = made;
            if (b == 0) s->work += row * s->win[j].out_h;
        }
    }
    s->twice -= s->work;
    s->more += s->twice;
    return true;
}
