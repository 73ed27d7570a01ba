/* From the bytes of a .tflite file to a graph.  Names and constants point into those bytes; what else the model
 * takes is bounded by their number, so a small file that refers to the same part a thousand times is refused instead
 * of filling memory. */
#include "base/text.h"
#include "fmt/tflite_names.h"
#include "fmt/tflite_schema.h"
#include "model/tflite_ops.h"

#include <stdlib.h>
#include <string.h>

typedef struct reader {
    th_fb fb;
    th_model *model;
    size_t left; /* bytes that the model may still take */
    th_why *why;
    th_fb_vector codes, buffers;
    /* Of the subgraph that is read, [n_tensors]: */
    const char **problem; /* why the tensor cannot be used here, NULL when it can */
    uint8_t *ready;       /* constant, fed, variable or made by now */
    th_tensor_note *notes;
} reader;

/* With the blocks' headers and the end of each that stays empty (an eighth), and the file itself, this keeps to the
 * bound in graph.h. */
static size_t most_memory(size_t n)
{
    return 20 * n + 32768;
}

/* Sound files take less than 2 reads for a byte.  So loading is linear: reads are at most this many, and every loop
 * over the elements of a vector fills memory of the same size, which is bounded too. */
static size_t most_reads(size_t n)
{
    return 16 * n + 65536;
}

static th_err too_often(reader *r)
{
    return th_why_set(r->why, TH_EFORMAT,
                      "not a sound .tflite file: it refers to the same parts so often that it would fill memory");
}

/* A fault of the FlatBuffer, as a sentence. */
static th_err check(reader *r)
{
    if (r->fb.reads > most_reads(r->fb.file.n)) return too_often(r);
    if (!r->fb.err) return TH_OK;
    return th_why_set(r->why, r->fb.err, "not a sound .tflite file: %s (at byte %zu of %zu). Export or copy it again",
                      r->fb.diag.msg, r->fb.diag.pos, r->fb.file.n);
}

static th_err get_mem(reader *r, size_t n, size_t size, void *out)
{
    if (n > r->left / size || n * size + TH_ARENA_ALIGN > r->left) return too_often(r);
    void *p = th_model_alloc(r->model, n ? n : 1, size);
    if (!p) return th_why_set(r->why, TH_ENOMEM, "no memory to read a model of %zu bytes", r->fb.file.n);
    r->left -= n * size + TH_ARENA_ALIGN;
    memcpy(out, &p, sizeof p);
    return TH_OK;
}

/* A string of the file as a C string; "" when absent, cut at an embedded NUL. */
static const char *text_of(const th_fb_table *t, unsigned field)
{
    const th_span s = th_fb_string(t, field);
    return s.p ? (const char *)s.p : "";
}

/* Bytes in a vector of the FlatBuffer, or behind it: {NULL, 0} when there are none.  what: for the text. */
static th_err get_bytes(reader *r, const th_fb_table *t, const unsigned field[3], const char *what, th_span *bytes)
{
    const th_fb_vector data = th_fb_vec(t, field[0], 1);
    const uint64_t offset = th_fb_u64(t, field[1], 0), size = th_fb_u64(t, field[2], 0);
    TH_TRY(check(r));
    *bytes = th_fb_vec_bytes(&data, 1);
    if (data.n > 0 || offset <= 1) return TH_OK; /* 0 and 1 mean: not outside the FlatBuffer */
    if (offset > r->fb.file.n || size > r->fb.file.n - (size_t)offset)
        return th_why_set(r->why, TH_ETRUNC, "not a sound .tflite file: %s lies behind its end", what);
    *bytes = (th_span){r->fb.file.p + offset, (size_t)size};
    return TH_OK;
}

/* Bytes of buffer number `index`: {NULL, 0} when it is empty. */
static th_err get_buffer(reader *r, uint32_t index, th_span *bytes)
{
    static const unsigned field[] = {TH_TFL_BUFFER_DATA, TH_TFL_BUFFER_OFFSET, TH_TFL_BUFFER_SIZE};
    char what[32];
    *bytes = (th_span){NULL, 0};
    th_text_fmt(what, sizeof what, "buffer %u", (unsigned)index);
    if (index >= r->buffers.n) return th_why_set(r->why, TH_EFORMAT, "not a sound .tflite file: there is no %s", what);
    const th_fb_table b = th_fb_vec_table(&r->buffers, index);
    return get_bytes(r, &b, field, what, bytes);
}

static th_err get_custom(reader *r, const th_fb_table *o, th_span *options)
{
    static const unsigned field[] = {TH_TFL_OP_CUSTOM_OPTIONS, TH_TFL_OP_LARGE_OFFSET, TH_TFL_OP_LARGE_SIZE};
    return get_bytes(r, o, field, "the options of an operator", options);
}

static th_err read_shape(reader *r, const th_fb_table *t, int32_t index, th_tensor *out)
{
    const th_fb_vector v = th_fb_vec(t, TH_TFL_TENSOR_SHAPE, 4);
    TH_TRY(check(r));
    if (v.n > TH_MAX_RANK) {
        r->problem[index] = "more dimensions than are supported";
        return TH_OK;
    }
    out->shape.rank = (int32_t)v.n;
    for (uint32_t i = 0; i < v.n; i++) out->shape.d[i] = th_fb_vec_i32(&v, i);
    if (th_shape_count(&out->shape) < 0)
        return th_why_set(r->why, TH_EFORMAT,
                          "not a sound .tflite file: tensor %ld has a negative dimension or more "
                          "than 2147483647 elements",
                          (long)index);
    return TH_OK;
}

static th_err read_floats(reader *r, const th_fb_vector *v, const float **out, int32_t *n)
{
    float *list = NULL;
    TH_TRY(check(r));
    if (v->n == 0) return TH_OK;
    TH_TRY(get_mem(r, v->n, sizeof *list, &list));
    for (uint32_t i = 0; i < v->n; i++) list[i] = th_fb_vec_f32(v, i);
    *out = list;
    *n = (int32_t)v->n;
    return TH_OK;
}

/* What is kept for the writer only. */
static th_err read_note(reader *r, const th_fb_table *t, th_tensor_note *note)
{
    const th_fb_table q = th_fb_sub(t, TH_TFL_TENSOR_QUANTIZATION);
    const th_fb_vector v = th_fb_vec(t, TH_TFL_TENSOR_SHAPE_SIGNATURE, 4), min = th_fb_vec(&q, TH_TFL_QUANT_MIN, 4),
                       max = th_fb_vec(&q, TH_TFL_QUANT_MAX, 4);
    note->has_rank = th_fb_u8(t, TH_TFL_TENSOR_HAS_RANK, 0) != 0;
    note->signature.rank = v.at && v.n <= TH_MAX_RANK ? (int32_t)v.n : -1;
    for (int32_t i = 0; i < note->signature.rank; i++) note->signature.d[i] = th_fb_vec_i32(&v, (uint32_t)i);
    TH_TRY(read_floats(r, &min, &note->min, &note->n_min));
    return read_floats(r, &max, &note->max, &note->n_max);
}

static th_err check_quant(reader *r, int32_t index, th_tensor *t)
{
    th_quant *q = &t->quant;
    /* Converters of 2019 gave a bias the axis of its filter; TFLite by now refuses that. */
    if (t->shape.rank == 1 && t->shape.d[0] == q->n) q->axis = 0;
    for (int32_t i = 0; i < q->n; i++)
        if (!(q->scale[i] >= 0.0f && q->scale[i] <= 3.4028234e38f))
            return th_why_set(r->why, TH_EFORMAT,
                              "not a sound .tflite file: a scale of tensor %ld is negative or no number", (long)index);
    if (q->n > 1 && (q->axis < 0 || q->axis >= t->shape.rank || t->shape.d[q->axis] != q->n))
        return th_why_set(r->why, TH_EFORMAT,
                          "not a sound .tflite file: tensor %ld has %ld scales, which is not the size "
                          "of its dimension %ld",
                          (long)index, (long)q->n, (long)q->axis);
    return TH_OK;
}

static th_err read_quant(reader *r, const th_fb_table *t, int32_t index, th_tensor *out)
{
    const th_fb_table q = th_fb_sub(t, TH_TFL_TENSOR_QUANTIZATION);
    const th_fb_vector scale = th_fb_vec(&q, TH_TFL_QUANT_SCALE, 4), zero = th_fb_vec(&q, TH_TFL_QUANT_ZERO_POINT, 8);
    if (th_fb_u8(&q, TH_TFL_QUANT_DETAILS_TYPE, 0)) r->problem[index] = "a custom quantisation";
    out->quant.axis = th_fb_i32(&q, TH_TFL_QUANT_DIMENSION, 0);
    TH_TRY(check(r));
    if (scale.n == 0) return TH_OK;
    if (zero.n != 0 && zero.n != scale.n)
        return th_why_set(r->why, TH_EFORMAT, "not a sound .tflite file: tensor %ld has %lu scales and %lu zero points",
                          (long)index, (unsigned long)scale.n, (unsigned long)zero.n);
    float *s = NULL;
    int32_t *z = NULL;
    TH_TRY(get_mem(r, scale.n, sizeof *s, &s));
    TH_TRY(get_mem(r, scale.n, sizeof *z, &z));
    for (uint32_t i = 0; i < scale.n; i++) {
        const int64_t wide = zero.n ? th_fb_vec_i64(&zero, i) : 0;
        if (wide < INT32_MIN || wide > INT32_MAX)
            return th_why_set(r->why, TH_EFORMAT,
                              "not a sound .tflite file: a zero point of tensor %ld does not fit 32 bits", (long)index);
        s[i] = th_fb_vec_f32(&scale, i);
        z[i] = (int32_t)wide;
    }
    out->quant = (th_quant){s, z, (int32_t)scale.n, out->quant.axis};
    return check_quant(r, index, out);
}

static th_err read_constant(reader *r, const th_fb_table *t, int32_t index, th_tensor *out)
{
    th_span bytes;
    static const uint32_t nothing[2];
    const uint32_t buffer = th_fb_u32(t, TH_TFL_TENSOR_BUFFER, 0);
    TH_TRY(get_buffer(r, buffer, &bytes));
    if (buffer > 0 && th_shape_count(&out->shape) == 0)
        bytes = (th_span){NULL, 0}, out->data = nothing; /* a shape that is a scalar's */
    if (bytes.n == 0) return TH_OK;
    if (bytes.n != th_tensor_bytes(out))
        return th_why_set(r->why, TH_EFORMAT,
                          "not a sound .tflite file: tensor %ld needs %zu bytes and its buffer has %zu", (long)index,
                          th_tensor_bytes(out), bytes.n);
    out->data = bytes.p;
    if ((uintptr_t)bytes.p % th_type_bytes(out->type) != 0) {
        void *copy = NULL;
        TH_TRY(get_mem(r, bytes.n, 1, &copy));
        memcpy(copy, bytes.p, bytes.n);
        out->data = copy;
    }
    return TH_OK;
}

static th_err read_tensor(reader *r, const th_fb_table *t, int32_t index, th_tensor *out)
{
    const uint8_t type = th_fb_u8(t, TH_TFL_TENSOR_TYPE, 0);
    out->name = text_of(t, TH_TFL_TENSOR_NAME);
    out->is_variable = th_fb_u8(t, TH_TFL_TENSOR_IS_VARIABLE, 0) != 0;
    out->type = (th_type)type;
    TH_TRY(read_shape(r, t, index, out));
    if (th_type_bytes(out->type) == 0) r->problem[index] = th_tfl_type_name(type);
    if (th_fb_has(t, TH_TFL_TENSOR_SPARSITY)) r->problem[index] = "a sparse (compressed) encoding";
    if (th_fb_has(t, TH_TFL_TENSOR_VARIANT)) r->problem[index] = "a variant type";
    if (th_fb_u32(t, TH_TFL_TENSOR_EXTERNAL, 0)) r->problem[index] = "its constants in another file";
    TH_TRY(check(r));
    if (r->problem[index]) {
        out->type = TH_U8; /* refused in the end; until then a type that exists */
        return TH_OK;
    }
    TH_TRY(read_note(r, t, &r->notes[index]));
    TH_TRY(read_quant(r, t, index, out));
    TH_TRY(read_constant(r, t, index, out));
    r->ready[index] = out->data || out->is_variable;
    return TH_OK;
}

/* A vector of tensor numbers; with `optional` -1 is one too. */
static th_err read_numbers(reader *r, const th_fb_vector *v, int32_t n_tensors, bool optional, const int32_t **out,
                           int32_t *n)
{
    int32_t *list = NULL;
    TH_TRY(check(r));
    TH_TRY(get_mem(r, v->n, sizeof *list, &list));
    for (uint32_t i = 0; i < v->n; i++) {
        list[i] = th_fb_vec_i32(v, i);
        if (list[i] >= n_tensors || list[i] < (optional ? -1 : 0))
            return th_why_set(r->why, TH_EFORMAT, "not a sound .tflite file: there is no tensor %ld", (long)list[i]);
    }
    *out = list;
    *n = (int32_t)v->n;
    return TH_OK;
}

/* Operator `index`: which one it is, and its row. */
static th_err read_code(reader *r, const th_fb_table *o, int32_t index, const th_tfl_op **row, int32_t *version)
{
    const uint32_t number = th_fb_u32(o, TH_TFL_OP_CODE_INDEX, 0);
    TH_TRY(check(r));
    if (number >= r->codes.n)
        return th_why_set(r->why, TH_EFORMAT, "not a sound .tflite file: operator %ld has code %lu of %lu", (long)index,
                          (unsigned long)number, (unsigned long)r->codes.n);
    const th_fb_table c = th_fb_vec_table(&r->codes, number);
    const int32_t old = (int8_t)th_fb_u8(&c, TH_TFL_OPCODE_OLD_BUILTIN, 0),
                  wide = th_fb_i32(&c, TH_TFL_OPCODE_BUILTIN, 0);
    const int32_t code = old > wide ? old : wide;
    const char *custom = text_of(&c, TH_TFL_OPCODE_CUSTOM);
    *version = th_fb_i32(&c, TH_TFL_OPCODE_VERSION, 1);
    TH_TRY(check(r));
    *row = th_tfl_op_find(code, custom);
    if (*row && th_op_find((int32_t)(*row)->op)) return TH_OK;
    return th_why_set(r->why, TH_EUNSUP, "operator %ld is %s%s%.*s, which thimble cannot run", (long)index,
                      th_tfl_op_name(code), *custom ? " " : "", 60, custom);
}

/* Refuses the first tensor of the list that cannot be used, or is not there yet. */
static th_err check_uses(reader *r, const char *name, int32_t index, const int32_t *list, int32_t n, bool made)
{
    for (int32_t i = 0; i < n; i++) {
        if (list[i] < 0) continue;
        if (r->problem[list[i]])
            return th_why_set(r->why, TH_EUNSUP,
                              "operator %ld (%s) uses tensor %ld, which has %s: thimble cannot run that", (long)index,
                              name, (long)list[i], r->problem[list[i]]);
        if (!made && !r->ready[list[i]])
            return th_why_set(r->why, TH_EFORMAT,
                              "not a sound .tflite file: operator %ld (%s) reads tensor %ld before "
                              "anything has made it",
                              (long)index, name, (long)list[i]);
        if (made && r->ready[list[i]])
            return th_why_set(r->why, TH_EFORMAT,
                              "not a sound .tflite file: operator %ld (%s) writes tensor %ld, which is "
                              "there already",
                              (long)index, name, (long)list[i]);
        if (made) r->ready[list[i]] = 1;
    }
    return TH_OK;
}

static th_err read_node(reader *r, const th_fb_table *o, int32_t index, int32_t n_tensors, th_node *node)
{
    const th_tfl_op *row = NULL;
    TH_TRY(read_code(r, o, index, &row, &node->file_version));
    const char *name = th_tfl_row_name(row), *problem = NULL;
    node->op = row->op;

    const th_fb_vector in = th_fb_vec(o, TH_TFL_OP_INPUTS, 4), out = th_fb_vec(o, TH_TFL_OP_OUTPUTS, 4),
                       between = th_fb_vec(o, TH_TFL_OP_INTERMEDIATES, 4);
    TH_TRY(read_numbers(r, &between, n_tensors, true, &node->intermediate, &node->n_intermediate));
    TH_TRY(read_numbers(r, &in, n_tensors, true, &node->in, &node->n_in));
    TH_TRY(read_numbers(r, &out, n_tensors, false, &node->out, &node->n_out));
    TH_TRY(check_uses(r, name, index, node->in, node->n_in, false));
    TH_TRY(check_uses(r, name, index, node->out, node->n_out, true));

    const uint8_t type = th_fb_u8(o, TH_TFL_OP_OPTIONS_TYPE, TH_TFL_OPTIONS_NONE);
    th_fb_table options = th_fb_sub(o, TH_TFL_OP_OPTIONS);
    TH_TRY(check(r));
    node->file_options = 1 + (options.at ? type : TH_TFL_OPTIONS_NONE);
    if (row->options_type == TH_TFL_OPTIONS_NONE || type == TH_TFL_OPTIONS_NONE)
        options.at = 0;
    else if (type != row->options_type)
        return th_why_set(r->why, TH_EFORMAT,
                          "not a sound .tflite file: operator %ld (%s) has the options of another one", (long)index,
                          name);
    if (row->op >= TH_OP_N_BUILTIN) return get_custom(r, o, &node->attr.custom.options);
    const th_err err = th_tfl_read_options(row, &options, &node->attr, &problem);
    TH_TRY(check(r));
    if (err) return th_why_set(r->why, err, "operator %ld (%s) cannot be run: %s", (long)index, name, problem);
    return TH_OK;
}

static th_err read_tensors(reader *r, const th_fb_table *t, th_graph *g)
{
    const th_fb_vector tensors = th_fb_vec(t, TH_TFL_GRAPH_TENSORS, 4);
    TH_TRY(check(r));
    g->n_tensors = (int32_t)tensors.n;
    TH_TRY(get_mem(r, tensors.n, sizeof *g->tensors, &g->tensors));
    TH_TRY(get_mem(r, tensors.n, sizeof *r->problem, &r->problem));
    TH_TRY(get_mem(r, tensors.n, sizeof *r->ready, &r->ready));
    TH_TRY(get_mem(r, tensors.n, sizeof *r->notes, &r->notes));
    g->notes = r->notes;
    for (uint32_t i = 0; i < tensors.n; i++) {
        const th_fb_table one = th_fb_vec_table(&tensors, i);
        TH_TRY(read_tensor(r, &one, (int32_t)i, &g->tensors[i]));
    }
    return TH_OK;
}

static th_err read_nodes(reader *r, const th_fb_table *t, th_graph *g)
{
    const th_fb_vector nodes = th_fb_vec(t, TH_TFL_GRAPH_OPERATORS, 4);
    TH_TRY(check(r));
    g->n_nodes = (int32_t)nodes.n;
    TH_TRY(get_mem(r, nodes.n, sizeof *g->nodes, &g->nodes));
    for (uint32_t i = 0; i < nodes.n; i++) {
        const th_fb_table one = th_fb_vec_table(&nodes, i);
        TH_TRY(read_node(r, &one, (int32_t)i, g->n_tensors, &g->nodes[i]));
    }
    return TH_OK;
}

/* After all operators: no tensor may be left that cannot be represented, and outputs must exist. */
static th_err check_rest(reader *r, const th_graph *g)
{
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (r->problem[i])
            return th_why_set(r->why, TH_EUNSUP, "tensor %ld, which no operator uses, has %s: thimble cannot keep that",
                              (long)i, r->problem[i]);
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (!r->ready[g->outputs[i]])
            return th_why_set(r->why, TH_EFORMAT, "not a sound .tflite file: nothing makes output tensor %ld",
                              (long)g->outputs[i]);
    return TH_OK;
}

static th_err read_graph(reader *r, const th_fb_table *t, th_graph *g)
{
    g->name = text_of(t, TH_TFL_GRAPH_NAME);
    TH_TRY(read_tensors(r, t, g));
    const th_fb_vector in = th_fb_vec(t, TH_TFL_GRAPH_INPUTS, 4), out = th_fb_vec(t, TH_TFL_GRAPH_OUTPUTS, 4);
    TH_TRY(read_numbers(r, &in, g->n_tensors, false, &g->inputs, &g->n_inputs));
    TH_TRY(read_numbers(r, &out, g->n_tensors, false, &g->outputs, &g->n_outputs));
    for (int32_t i = 0; i < g->n_inputs; i++) {
        if (r->ready[g->inputs[i]])
            return th_why_set(r->why, TH_EFORMAT,
                              "not a sound .tflite file: input tensor %ld is constant or named twice",
                              (long)g->inputs[i]);
        r->ready[g->inputs[i]] = 1;
    }
    TH_TRY(read_nodes(r, t, g));
    return check_rest(r, g);
}

static th_err read_metadata(reader *r, const th_fb_table *root)
{
    const th_fb_vector list = th_fb_vec(root, TH_TFL_MODEL_METADATA, 4);
    TH_TRY(check(r));
    TH_TRY(get_mem(r, list.n, sizeof *r->model->metadata, &r->model->metadata));
    r->model->n_metadata = (int32_t)list.n;
    for (uint32_t i = 0; i < list.n; i++) {
        const th_fb_table one = th_fb_vec_table(&list, i);
        th_metadata *m = &r->model->metadata[i];
        m->name = text_of(&one, TH_TFL_METADATA_NAME);
        TH_TRY(get_buffer(r, th_fb_u32(&one, TH_TFL_METADATA_BUFFER, 0), &m->bytes));
    }
    return TH_OK;
}

/* Names of a signature for inputs or outputs. */
static th_err read_maps(reader *r, const th_fb_table *t, unsigned field, const th_graph *g, const char *const **names,
                        const int32_t **numbers, int32_t *n)
{
    const th_fb_vector v = th_fb_vec(t, field, 4);
    const char **name = NULL;
    int32_t *number = NULL;
    TH_TRY(check(r));
    TH_TRY(get_mem(r, v.n, sizeof *name, &name));
    TH_TRY(get_mem(r, v.n, sizeof *number, &number));
    for (uint32_t i = 0; i < v.n; i++) {
        const th_fb_table one = th_fb_vec_table(&v, i);
        const uint32_t tensor = th_fb_u32(&one, TH_TFL_MAP_TENSOR, 0);
        name[i] = text_of(&one, TH_TFL_MAP_NAME);
        if (tensor >= (uint32_t)g->n_tensors && !r->fb.err)
            return th_why_set(r->why, TH_EFORMAT,
                              "not a sound .tflite file: a signature names tensor %lu, which does not exist",
                              (unsigned long)tensor);
        number[i] = (int32_t)tensor;
    }
    *names = name;
    *numbers = number;
    *n = (int32_t)v.n;
    return check(r);
}

static th_err read_signatures(reader *r, const th_fb_table *root)
{
    const th_fb_vector list = th_fb_vec(root, TH_TFL_MODEL_SIGNATURES, 4);
    th_model *m = r->model;
    TH_TRY(check(r));
    TH_TRY(get_mem(r, list.n, sizeof *m->signatures, &m->signatures));
    m->n_signatures = (int32_t)list.n;
    for (uint32_t i = 0; i < list.n; i++) {
        const th_fb_table one = th_fb_vec_table(&list, i);
        const uint32_t graph = th_fb_u32(&one, TH_TFL_SIGNATURE_GRAPH, 0);
        th_signature *s = &m->signatures[i];
        TH_TRY(check(r));
        if (graph >= (uint32_t)m->n_graphs)
            return th_why_set(r->why, TH_EFORMAT,
                              "not a sound .tflite file: a signature names graph %lu, which does not exist",
                              (unsigned long)graph);
        s->key = text_of(&one, TH_TFL_SIGNATURE_KEY);
        s->graph = (int32_t)graph;
        TH_TRY(read_maps(r, &one, TH_TFL_SIGNATURE_INPUTS, &m->graphs[graph], &s->in_name, &s->in, &s->n_inputs));
        TH_TRY(read_maps(r, &one, TH_TFL_SIGNATURE_OUTPUTS, &m->graphs[graph], &s->out_name, &s->out, &s->n_outputs));
    }
    return TH_OK;
}

/* n_tensors offsets from `at` on for a graph. */
static th_err read_graph_places(reader *r, th_graph *g, const uint8_t *at)
{
    int32_t *fixed = NULL;
    TH_TRY(get_mem(r, (size_t)g->n_tensors, sizeof *fixed, &fixed));
    for (int32_t i = 0; i < g->n_tensors; i++) {
        fixed[i] = (int32_t)th_le32(at + 4 * (size_t)i);
        if (fixed[i] < -1)
            return th_why_set(r->why, TH_EFORMAT, TH_TFL_OFFLINE_METADATA " has a negative offset for tensor %ld",
                              (long)i);
    }
    g->fixed = fixed;
    return TH_OK;
}

/* int32 version, graph, n, then n offsets: of all graphs' tensors, one graph after the other, as the reference reads
 * it; or of the graph that is named alone, as its manual has it. */
static th_err read_places(reader *r, th_span offline)
{
    const th_model *m = r->model;
    const uint32_t graph = offline.n < 12 ? 0 : th_le32(offline.p + 4), n = offline.n < 12 ? 0 : th_le32(offline.p + 8);
    uint64_t all = 0;
    for (int32_t k = 0; k < m->n_graphs; k++) all += (uint64_t)m->graphs[k].n_tensors;
    const bool whole = n == all;
    if (offline.n < 12 || offline.n % 4 != 0 || offline.n / 4 - 3 != n || graph >= (uint32_t)m->n_graphs ||
        (!whole && n != (uint32_t)m->graphs[graph].n_tensors))
        return th_why_set(r->why, TH_EFORMAT,
                          TH_TFL_OFFLINE_METADATA " does not give one offset for each of the model's %lu tensors",
                          (unsigned long)all);
    const uint8_t *at = offline.p + 12;
    for (int32_t k = 0; k < m->n_graphs; k++) {
        if (!whole && (uint32_t)k != graph) continue;
        TH_TRY(read_graph_places(r, &m->graphs[k], at));
        at += 4 * (size_t)m->graphs[k].n_tensors;
    }
    return TH_OK;
}

/* What the metadata ask of whoever runs the model. */
static th_err heed_metadata(reader *r)
{
    const th_span offline = th_model_metadata(r->model, TH_TFL_OFFLINE_METADATA);
    if (th_model_metadata(r->model, TH_TFL_COMPRESSION_METADATA).p)
        return th_why_set(r->why, TH_EUNSUP,
                          "the model has compressed tensors (" TH_TFL_COMPRESSION_METADATA
                          "): thimble cannot run that");
    if (!offline.p) return TH_OK;
    return read_places(r, offline);
}

static th_err read_model(reader *r, th_span file)
{
    const th_fb_table root = th_fb_open(&r->fb, file, TH_TFL_IDENTIFIER);
    const uint32_t version = th_fb_u32(&root, TH_TFL_MODEL_VERSION, 0);
    TH_TRY(check(r));
    if (version != TH_TFL_VERSION)
        return th_why_set(r->why, TH_EUNSUP, "this .tflite file has schema version %lu; version %d is supported",
                          (unsigned long)version, TH_TFL_VERSION);
    r->model->was_read = 1;
    r->model->description = text_of(&root, TH_TFL_MODEL_DESCRIPTION);
    r->codes = th_fb_vec(&root, TH_TFL_MODEL_OPERATOR_CODES, 4);
    r->buffers = th_fb_vec(&root, TH_TFL_MODEL_BUFFERS, 4);
    const th_fb_vector graphs = th_fb_vec(&root, TH_TFL_MODEL_SUBGRAPHS, 4);
    TH_TRY(check(r));
    if (graphs.n == 0) return th_why_set(r->why, TH_EFORMAT, "this .tflite file holds no graph");
    r->model->n_graphs = (int32_t)graphs.n;
    TH_TRY(get_mem(r, graphs.n, sizeof *r->model->graphs, &r->model->graphs));
    for (uint32_t i = 0; i < graphs.n; i++) {
        const th_fb_table one = th_fb_vec_table(&graphs, i);
        r->model->graphs[i].all = r->model->graphs;
        r->model->graphs[i].n_all = r->model->n_graphs;
        TH_TRY(read_graph(r, &one, &r->model->graphs[i]));
    }
    TH_TRY(read_metadata(r, &root));
    TH_TRY(read_signatures(r, &root));
    return heed_metadata(r);
}

th_err th_model_view_tflite(th_span file, th_model **model, th_why *why)
{
    if (file.n > INT32_MAX) return th_why_set(why, TH_ERANGE, "a .tflite file of more than 2 GiB is not supported");
    reader r = {.why = why, .left = most_memory(file.n)};
    TH_TRY(th_model_new(&r.model, why));
    const th_err err = read_model(&r, file);
    r.model->reads = r.fb.reads;
    if (err)
        th_model_free(r.model);
    else
        *model = r.model;
    return err;
}

th_err th_model_from_tflite(th_span file, th_model **model, th_why *why)
{
    uint8_t *copy = malloc(file.n ? file.n : 1);
    if (!copy) return th_why_set(why, TH_ENOMEM, "no memory for a model of %zu bytes", file.n);
    if (file.n) memcpy(copy, file.p, file.n);
    const th_err err = th_model_view_tflite((th_span){copy, file.n}, model, why);
    if (err)
        free(copy);
    else
        (*model)->file = copy;
    return err;
}
