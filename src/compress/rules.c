#include "compress/rules.h"

#define FREE(op, wide)                                                                                                 \
    {                                                                                                                  \
        TH_OP_##op, TH_RULE_FREE, wide, {0}, 0, 0, 0, 0, false                                                         \
    }
#define SAME(op, wide)                                                                                                 \
    {                                                                                                                  \
        TH_OP_##op, TH_RULE_SAME, wide, {0}, 0, 0, 0, 0, false                                                         \
    }
#define FOLLOW(op, wide)                                                                                               \
    {                                                                                                                  \
        TH_OP_##op, TH_RULE_FOLLOW, wide, {0}, 0, 0, 0, 0, false                                                       \
    }
#define FIXED(op, wide, s8, zero, s16)                                                                                 \
    {                                                                                                                  \
        TH_OP_##op, TH_RULE_FIXED, wide, {s8, s16}, zero, 0, 0, 0, false                                               \
    }
#define WEIGHTS(op, x, w, axis, per_channel)                                                                           \
    {                                                                                                                  \
        TH_OP_##op, TH_RULE_WEIGHTS, true, {0}, 0, x, w, axis, per_channel                                             \
    }

static const th_rule rules[] = {
    WEIGHTS(CONV_2D, 0, 1, 0, true),
    WEIGHTS(DEPTHWISE_CONV_2D, 0, 1, 3, true),
    WEIGHTS(FULLY_CONNECTED, 0, 1, 0, false),
    WEIGHTS(TRANSPOSE_CONV, 2, 1, 0, true),
    {TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, TH_RULE_LSTM, true, {0}, 0, 0, 0, 0, false},
    {TH_OP_SVDF, TH_RULE_SVDF, false, {0}, 0, 0, 0, 0, false},
    {TH_OP_NEAREST, TH_RULE_TABLES, false, {1.0f / 32, 0}, -128, 0, 1, 0, false}, /* 1: an alarm; up to 8 */
    {TH_OP_MIXTURE, TH_RULE_TABLES, false, {1.0f / 32, 0}, -128, 0, 1, 0, false},
    {TH_OP_TREES, TH_RULE_TABLES, true, {0}, 0, 0, 2, 0, false},
    FIXED(SOFTMAX, true, 1.0f / 256, -128, 1.0f / 32768),
    FIXED(LOGISTIC, true, 1.0f / 256, -128, 1.0f / 32768),
    FIXED(TANH, true, 1.0f / 128, 0, 1.0f / 32768),
    FIXED(L2_NORMALIZATION, false, 1.0f / 128, 0, 0.0f),
    FIXED(LOG_SOFTMAX, false, 1.0f / 16, 127, 0.0f),
    FREE(ADD, true),
    FREE(SUB, true),
    FREE(MUL, true),
    FREE(DIV, false),
    FREE(SQUARED_DIFFERENCE, true),
    FREE(BATCH_MATMUL, true),
    FREE(RELU, true),
    FREE(LEAKY_RELU, true),
    FREE(PRELU, true),
    FREE(HARD_SWISH, false),
    FREE(ELU, false),
    FREE(ABS, true),
    FREE(RSQRT, false),
    FREE(MEAN, true),
    FREE(SUM, true),
    SAME(CONCATENATION, true),
    SAME(PACK, true),
    SAME(MAXIMUM, true),
    SAME(MINIMUM, true),
    SAME(ADD_N, false),
    SAME(PADV2, true),
    SAME(DYNAMIC_UPDATE_SLICE, true),
    FOLLOW(RELU6, true), /* TensorFlow Lite Micro ignores its two scales: they have to be equal */
    FOLLOW(AVERAGE_POOL_2D, true),
    FOLLOW(MAX_POOL_2D, true),
    FOLLOW(RESHAPE, true),
    FOLLOW(SQUEEZE, true),
    FOLLOW(EXPAND_DIMS, true),
    FOLLOW(TRANSPOSE, true),
    FOLLOW(PAD, true),
    FOLLOW(MIRROR_PAD, false),
    FOLLOW(SLICE, true),
    FOLLOW(STRIDED_SLICE, true),
    FOLLOW(SPLIT, true),
    FOLLOW(SPLIT_V, true),
    FOLLOW(UNPACK, true),
    FOLLOW(REVERSE_V2, true),
    FOLLOW(BROADCAST_TO, true),
    FOLLOW(RESIZE_NEAREST_NEIGHBOR, true),
    FOLLOW(RESIZE_BILINEAR, false),
    FOLLOW(GATHER, false),
    FOLLOW(GATHER_ND, false),
    FOLLOW(SPACE_TO_DEPTH, false),
    FOLLOW(DEPTH_TO_SPACE, false),
    FOLLOW(SPACE_TO_BATCH_ND, false),
    FOLLOW(BATCH_TO_SPACE_ND, false),
    FOLLOW(REDUCE_MAX, false),
    FOLLOW(REDUCE_MIN, false),
    {TH_OP_ARG_MAX, TH_RULE_INDEX, false, {0}, 0, 0, 0, 0, false},
    {TH_OP_ARG_MIN, TH_RULE_INDEX, false, {0}, 0, 0, 0, 0, false},
};

th_type th_precision_type(th_precision p)
{
    static const th_type types[] = {[TH_P_F32] = TH_F32, [TH_P_S8] = TH_S8, [TH_P_S16] = TH_S16};
    return types[p];
}

const char *th_precision_name(th_precision p)
{
    static const char *const names[] = {[TH_P_F32] = "float", [TH_P_S8] = "int8", [TH_P_S16] = "int16"};
    return names[p];
}

const th_rule *th_rule_find(th_op op)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].op == op) return &rules[i];
    return NULL;
}

float th_rule_scale(const th_rule *r, const th_graph *g, const th_node *n, th_precision p)
{
    if (p == TH_P_F32 || (r->kind != TH_RULE_FIXED && r->kind != TH_RULE_TABLES)) return 0;
    const bool votes = n->op == TH_OP_NEAREST && n->n_in > 2 && g->tensors[n->in[2]].type == TH_U8;
    return votes && p == TH_P_S8 ? 1.0f / 256 : r->scale[p - 1];
}

int32_t th_rule_bias(const th_rule *r, const th_node *n)
{
    const int32_t at = (r->x > r->w ? r->x : r->w) + 1;
    return n->n_in > at && n->in[at] >= 0 ? at : -1;
}

bool th_is_activation(const th_graph *g, int32_t t)
{
    return t >= 0 && g->tensors[t].type == TH_F32 && !g->tensors[t].data && !g->tensors[t].is_variable;
}

/* It reads or makes float numbers. */
static bool touches_floats(const th_graph *g, const th_node *n)
{
    for (int32_t i = 0; i < n->n_in; i++)
        if (n->in[i] >= 0 && g->tensors[n->in[i]].type == TH_F32) return true;
    for (int32_t i = 0; i < n->n_out; i++)
        if (g->tensors[n->out[i]].type == TH_F32) return true;
    return false;
}

static bool is_float_constant(const th_graph *g, const th_node *n, int32_t input)
{
    const th_tensor *t = input < n->n_in && n->in[input] >= 0 ? &g->tensors[n->in[input]] : NULL;
    return t && t->type == TH_F32 && t->data && !t->is_variable;
}

/* NULL, or why this node has no integer form. */
static const char *obstacle(const th_graph *g, const th_node *n, const th_rule *r)
{
    if (!r) return "has no integer form in thimble quantize";
    if (r->kind == TH_RULE_WEIGHTS) {
        const int32_t bias = th_rule_bias(r, n);
        if (!is_float_constant(g, n, r->w) || (bias >= 0 && !is_float_constant(g, n, bias)))
            return "cannot become an integer operator: its weights are no float constants";
        return th_is_activation(g, n->in[r->x]) ? NULL : "reads no float activation";
    }
    if (r->kind == TH_RULE_TABLES) {
        for (int32_t i = 1; i < n->n_in; i++)
            if (n->in[i] < 0 || !g->tensors[n->in[i]].data) return "has a table that is no constant";
        if (n->n_in <= r->w || !is_float_constant(g, n, r->w)) return "has a table that is not of float numbers";
        if (n->op == TH_OP_MIXTURE && n->n_in > 2 && g->tensors[n->in[2]].shape.rank == 3)
            return "has whole covariances, which have no integer form: train without --covariance 1";
        return th_is_activation(g, n->in[0]) ? NULL : "reads no float activation";
    }
    const int32_t last = r->kind == TH_RULE_LSTM ? 15 : 3;
    if (r->kind == TH_RULE_LSTM || r->kind == TH_RULE_SVDF)
        for (int32_t i = 1; i <= last; i++)
            if (i < n->n_in && n->in[i] >= 0 && !is_float_constant(g, n, i))
                return "cannot become an integer operator: its weights are no float constants";
    for (int32_t i = 0; i < n->n_out && r->kind != TH_RULE_INDEX; i++)
        if (g->tensors[n->out[i]].type != TH_F32) return "makes no float numbers";
    return NULL;
}

th_err th_rule_precision(const th_graph *g, int32_t index, th_precision wanted, bool float_rest, th_precision *p,
                         th_why *why)
{
    const th_node *n = &g->nodes[index];
    const char *name = th_op_find((int32_t)n->op) ? th_op_find((int32_t)n->op)->name : "?";
    const bool calls = n->op == TH_OP_IF || n->op == TH_OP_WHILE || n->op == TH_OP_CALL_ONCE ||
                       n->op == TH_OP_VAR_HANDLE || n->op == TH_OP_READ_VARIABLE || n->op == TH_OP_ASSIGN_VARIABLE;
    *p = TH_P_F32;
    if (calls)
        return th_why_set(why, TH_EUNSUP,
                          "operator %ld (%s): a model that runs other graphs or keeps variables cannot "
                          "be quantised here",
                          (long)index, name);
    if (!touches_floats(g, n) || wanted == TH_P_F32) return TH_OK;
    const th_rule *r = th_rule_find(n->op);
    const char *problem = obstacle(g, n, r);
    if (problem && float_rest) return TH_OK;
    if (problem)
        return th_why_set(why, TH_EUNSUP, "operator %ld (%s) %s; --float-rest keeps such operators in float",
                          (long)index, name, problem);
    *p = wanted == TH_P_S16 && !r->wide ? TH_P_S8 : wanted;
    return TH_OK;
}
