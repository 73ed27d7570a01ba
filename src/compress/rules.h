/* compress/rules.h -- what each operator demands of the scales of what it reads and makes, as one table.
 *
 *   FREE     every activation has a scale of its own
 *   SAME     inputs and output share one: they are put side by side, or compared
 *   FOLLOW   numbers only move or get fewer, so the output takes the input's scale
 *   FIXED    the kernel knows one output scale only
 *   WEIGHTS  FREE, with int8 weights and a bias at scale input * weight
 *   LSTM, SVDF   the same, with state
 *   TABLES   the table that the input is compared with has its scale, the others stay as they are (nn/nearest.h,
 *            mixture.h, trees.h); the output is FIXED where the rule has a scale, else FREE
 *   INDEX    the output has no scale (ARG_MAX)
 *
 * Sources: TFLite's 8-bit quantisation specification; tensorflow/lite/tools/optimize/operator_property.cc; the prepare
 * functions in nn/, which say the same of TensorFlow Lite Micro. */
#ifndef TH_COMPRESS_RULES_H
#define TH_COMPRESS_RULES_H

#include "model/graph.h"

#include <stdbool.h>

/* The numbers that an operator computes with. */
typedef enum th_precision { TH_P_F32 = 0, TH_P_S8 = 1, TH_P_S16 = 2 } th_precision;

th_type th_precision_type(th_precision p);
const char *th_precision_name(th_precision p); /* "float", "int8", "int16" */

typedef enum th_rule_kind {
    TH_RULE_FREE,
    TH_RULE_SAME,
    TH_RULE_FOLLOW,
    TH_RULE_FIXED,
    TH_RULE_WEIGHTS,
    TH_RULE_LSTM,
    TH_RULE_SVDF,
    TH_RULE_TABLES,
    TH_RULE_INDEX
} th_rule_kind;

typedef struct th_rule {
    th_op op;
    th_rule_kind kind;
    bool wide;      /* has an int16 form in TensorFlow Lite Micro */
    float scale[2]; /* FIXED, TABLES: of an int8 and an int16 output */
    int32_t zero;   /* FIXED, TABLES: of an int8 output; int16 has 0 */
    int32_t x, w;   /* WEIGHTS: numbers of the inputs; the bias, if any, is the one after both; TABLES: the same */
    int32_t axis;   /* WEIGHTS: dimension of the weights that counts output channels */
    bool per_channel;
} th_rule;

/* The row of an operator, or NULL when it has no integer form. */
const th_rule *th_rule_find(th_op op);

/* The only scale that the node's output can have with that precision, 0: any. */
float th_rule_scale(const th_rule *r, const th_graph *g, const th_node *n, th_precision p);

/* Number of the bias among the inputs of a node with weights, -1 when it has none. */
int32_t th_rule_bias(const th_rule *r, const th_node *n);

/* Tensor `t` (-1: none) is of float and no constant. */
bool th_is_activation(const th_graph *g, int32_t t);

/* What node `index` computes with when `wanted` is asked for: itself; int8 where there is no int16 form; float for an
 * operator that touches no float numbers (it is left as it is).
 *   float_rest  true: float also for an operator without an integer form, else TH_EUNSUP
 * Errors: TH_EUNSUP, also for operators that run other graphs or variables; the text names operator and index. */
TH_NODISCARD th_err th_rule_precision(const th_graph *g, int32_t index, th_precision wanted, bool float_rest,
                                      th_precision *p, th_why *why);

#endif
