/* tests/conformance.h -- which operator and type was compared with what: a line per case into the file that
 * $THIMBLE_CONFORMANCE names, from which tools/conformance.sh makes docs/conformance.md.  Nothing without it. */
#ifndef TH_TEST_CONFORMANCE_H
#define TH_TEST_CONFORMANCE_H

#include "keep.h"

/* What the result was compared with. */
#define CONFORMS_SECOND "second" /* an independent second implementation in exact integers or double, random cases */
#define CONFORMS_TFLM   "tflm"   /* bytes that TensorFlow Lite Micro gave, known by their hash */
#define CONFORMS_GOLDEN "golden" /* tensors of ../shared/goldens */
#define CONFORMS_BOARD  "board"  /* generated C on the emulated Cortex-M4 gave the host's bytes */
#define CONFORMS_HAND   "hand"   /* computed by hand */

/* The tensor whose type counts: the data, not conditions, numbers or axes. */
static inline int32_t conforms_tensor(const th_node *n)
{
    int32_t i = 0;
    switch ((int)n->op) {
    case TH_OP_SPLIT:
    case TH_OP_SELECT:
    case TH_OP_SELECT_V2:
    case TH_OP_ASSIGN_VARIABLE:
    case TH_OP_IF: i = 1; break;
    case TH_OP_TRANSPOSE_CONV:
    case TH_OP_SCATTER_ND:
    case TH_OP_WHILE: i = 2; break;
    case TH_OP_FILL:
    case TH_OP_VAR_HANDLE:
    case TH_OP_READ_VARIABLE: i = -1; break;
    default: break;
    }
    if (i < 0 || i >= n->n_in || n->in[i] < 0) return n->n_out > 0 ? n->out[0] : n->n_in > 0 ? n->in[0] : -1;
    return n->in[i];
}

/* "int8", "int8/int4" with int4 weights, "any" without tensors. */
static inline void conforms_type(const th_node *n, const th_tensor *tensors, char *text, size_t size)
{
    const int32_t t = conforms_tensor(n);
    int narrow = 0;
    for (int32_t i = 0; i < n->n_in; i++) narrow |= n->in[i] >= 0 && tensors[n->in[i]].type == TH_S4;
    snprintf(text, size, "%s%s", t < 0 ? "any" : th_type_name(tensors[t].type), narrow ? "/int4" : "");
}

static inline void conforms_line(const char *op, const char *type, const char *truth, int cases)
{
    const char *path = getenv("THIMBLE_CONFORMANCE");
    FILE *f = path ? fopen(path, "a") : NULL;
    if (!f) return;
    fprintf(f, "%s %s %s %d\n", op, type, truth, cases);
    fclose(f);
}

static inline void conforms(const th_node *n, const th_tensor *tensors, const char *truth, int cases)
{
    char type[32];
    const th_op_row *row = th_op_find((int32_t)n->op);
    if (strcmp(truth, CONFORMS_SECOND) == 0) keep_case(n, tensors);
    conforms_type(n, tensors, type, sizeof type);
    conforms_line(row ? row->name : "?", type, truth, cases);
}

#endif
