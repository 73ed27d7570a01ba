/* From a graph to the bytes of a .tflite file that TensorFlow Lite and TensorFlow Lite Micro load.
 *
 *   buffer 0             empty, for every tensor without constant bytes
 *   buffer 1 + k         constant k, in the order of graphs and tensors, 16-byte aligned
 *   the last ones        metadata
 *
 * The file is written twice: once without memory, to learn its size.  Nothing in it depends on anything but the
 * model, so equal models give equal files. */
#include "fmt/tflite_names.h"
#include "fmt/tflite_schema.h"
#include "model/tflite_ops.h"
#include "model/tflite_version.h"

#include <stdlib.h>
#include <string.h>

/* Oldest TensorFlow whose TFLite runs what we write, in the 16 bytes that TFLite's tools write. */
#define RUNTIME_METADATA "min_runtime_version"
#define RUNTIME_BYTES    16

typedef struct opcode {
    int32_t op, version;
} opcode;

#define MAX_OPCODES 256
#define MAX_ZEROS   16

typedef struct writer {
    th_fb_writer fb;
    const th_model *model;
    opcode code[MAX_OPCODES];
    uint32_t n_codes;
    th_fb_ref *list; /* [longest vector of the file] refs in the making */
    size_t n_list;
    th_fb_ref *signature; /* [n_signatures] the same */
    uint32_t n_constants; /* written so far */
    /* Vectors of zero points that are all 0, by length: written once, for they would be a fifth of the file. */
    struct {
        int32_t n;
        th_fb_ref at;
    } zeros[MAX_ZEROS];
    uint32_t n_zeros;
} writer;

/* The node as it stands in a file: a convolution without a bias has two inputs, for TFLite takes no -1 there; RESHAPE
 * has the new shape in its options too. */
static th_node as_written(const th_graph *g, const th_node *n)
{
    th_node node = *n;
    if (n->op == TH_OP_CONV_2D || n->op == TH_OP_DEPTHWISE_CONV_2D || n->op == TH_OP_TRANSPOSE_CONV)
        while (node.n_in > 0 && node.in[node.n_in - 1] < 0) node.n_in--;
    if (n->op == TH_OP_RESHAPE && n->n_out == 1 && n->attr.reshape.n == 0) {
        const th_shape *shape = &g->tensors[n->out[0]].shape;
        node.attr.reshape.n = shape->rank;
        memcpy(node.attr.reshape.d, shape->d, sizeof shape->d);
    }
    if (node.file_version < 1) node.file_version = th_tfl_version(g, &node);
    return node;
}

/* Number of an (operator, version) pair in the file's list; MAX_OPCODES when the list is full. */
static uint32_t code_number(writer *w, int32_t op, int32_t version)
{
    for (uint32_t i = 0; i < w->n_codes; i++)
        if (w->code[i].op == op && w->code[i].version == version) return i;
    if (w->n_codes == MAX_OPCODES) return MAX_OPCODES;
    w->code[w->n_codes] = (opcode){op, version};
    return w->n_codes++;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Fills the list of codes and finds the longest vector of the file. */
static th_err survey(writer *w, th_why *why)
{
    const th_model *m = w->model;
    size_t constants = 0;
    w->n_list = larger((size_t)m->n_graphs, (size_t)m->n_metadata + 1);
    for (int32_t k = 0; k < m->n_graphs; k++) {
        const th_graph *g = &m->graphs[k];
        w->n_list = larger(w->n_list, larger((size_t)g->n_tensors, (size_t)g->n_nodes));
        constants += (size_t)g->n_tensors;
        for (int32_t i = 0; i < g->n_nodes; i++) {
            const th_tfl_op *row = th_tfl_op_row(g->nodes[i].op);
            const th_node node = as_written(g, &g->nodes[i]);
            if (!row || code_number(w, (int32_t)row->op, node.file_version) == MAX_OPCODES)
                return th_why_set(why, TH_EUNSUP, "operator %ld (%s) cannot be written to a .tflite file", (long)i,
                                  th_tfl_op_name((int32_t)g->nodes[i].op));
        }
    }
    w->n_list = larger(w->n_list, constants + (size_t)m->n_metadata + 2);
    for (int32_t i = 0; i < m->n_signatures; i++)
        w->n_list = larger(w->n_list, larger((size_t)m->signatures[i].n_inputs, (size_t)m->signatures[i].n_outputs));
    w->list = calloc(w->n_list, sizeof *w->list);
    w->signature = calloc((size_t)m->n_signatures + 1, sizeof *w->signature);
    return w->list && w->signature ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory to write a .tflite file");
}

static th_fb_ref put_codes(writer *w)
{
    for (uint32_t i = 0; i < w->n_codes; i++) {
        const bool is_custom = w->code[i].op >= TH_OP_N_BUILTIN;
        const int32_t op = is_custom ? TH_TFL_BUILTIN_CUSTOM : w->code[i].op;
        const th_fb_ref name =
            is_custom ? th_fb_put_string(&w->fb, th_tfl_row_name(th_tfl_op_row((th_op)w->code[i].op))) : 0;
        th_fb_table_begin(&w->fb);
        th_fb_set_ref(&w->fb, TH_TFL_OPCODE_CUSTOM, name);
        th_fb_set_i32(&w->fb, TH_TFL_OPCODE_BUILTIN, op);
        th_fb_set_i32(&w->fb, TH_TFL_OPCODE_VERSION, w->code[i].version);
        th_fb_set_u8(&w->fb, TH_TFL_OPCODE_OLD_BUILTIN,
                     (uint8_t)(op < TH_TFL_OPCODE_OLD_MAX ? op : TH_TFL_OPCODE_OLD_MAX));
        w->list[i] = th_fb_table_end(&w->fb);
    }
    return th_fb_put_refs(&w->fb, w->list, w->n_codes);
}

static th_fb_ref put_zero_points(writer *w, const th_quant *q)
{
    for (int32_t i = 0; i < q->n; i++)
        if (q->zero[i] != 0) return th_fb_put_i64s(&w->fb, q->zero, (size_t)q->n);
    for (uint32_t i = 0; i < w->n_zeros; i++)
        if (w->zeros[i].n == q->n) return w->zeros[i].at;
    const th_fb_ref at = th_fb_put_i64s(&w->fb, q->zero, (size_t)q->n);
    if (w->n_zeros < MAX_ZEROS) {
        w->zeros[w->n_zeros].n = q->n;
        w->zeros[w->n_zeros++].at = at;
    }
    return at;
}

/* 0 for an empty one: a field that is left out means the same. */
static th_fb_ref put_text(writer *w, const char *text)
{
    return text && *text ? th_fb_put_string(&w->fb, text) : 0;
}

/* note: NULL when there is none. */
static th_fb_ref put_quant(writer *w, const th_quant *q, const th_tensor_note *note)
{
    th_fb_writer *fb = &w->fb;
    const int32_t n_min = note ? note->n_min : 0, n_max = note ? note->n_max : 0;
    if (q->n == 0 && n_min == 0 && n_max == 0) return 0;
    const th_fb_ref zero = q->n ? put_zero_points(w, q) : 0;
    const th_fb_ref scale = q->n ? th_fb_put_f32s(fb, q->scale, (size_t)q->n) : 0;
    const th_fb_ref max = n_max ? th_fb_put_f32s(fb, note->max, (size_t)n_max) : 0,
                    min = n_min ? th_fb_put_f32s(fb, note->min, (size_t)n_min) : 0;
    th_fb_table_begin(fb);
    th_fb_set_ref(fb, TH_TFL_QUANT_ZERO_POINT, zero);
    th_fb_set_ref(fb, TH_TFL_QUANT_SCALE, scale);
    th_fb_set_ref(fb, TH_TFL_QUANT_MAX, max);
    th_fb_set_ref(fb, TH_TFL_QUANT_MIN, min);
    if (q->axis) th_fb_set_i32(fb, TH_TFL_QUANT_DIMENSION, q->axis);
    return th_fb_table_end(fb);
}

static th_fb_ref put_tensor(writer *w, const th_graph *g, int32_t index, uint32_t buffer)
{
    th_fb_writer *fb = &w->fb;
    const th_tensor *t = &g->tensors[index];
    const th_tensor_note *note = g->notes ? &g->notes[index] : NULL;
    const th_fb_ref quant = put_quant(w, &t->quant, note);
    const th_fb_ref name = put_text(w, t->name);
    const th_fb_ref signature =
        note && note->signature.rank >= 0 ? th_fb_put_i32s(fb, note->signature.d, (size_t)note->signature.rank) : 0;
    const th_fb_ref shape = th_fb_put_i32s(fb, t->shape.d, (size_t)t->shape.rank);
    th_fb_table_begin(fb);
    th_fb_set_ref(fb, TH_TFL_TENSOR_SHAPE, shape);
    th_fb_set_ref(fb, TH_TFL_TENSOR_NAME, name);
    th_fb_set_ref(fb, TH_TFL_TENSOR_QUANTIZATION, quant);
    th_fb_set_ref(fb, TH_TFL_TENSOR_SHAPE_SIGNATURE, signature);
    th_fb_set_u32(fb, TH_TFL_TENSOR_BUFFER, buffer);
    th_fb_set_u8(fb, TH_TFL_TENSOR_TYPE, (uint8_t)t->type);
    if (t->is_variable) th_fb_set_u8(fb, TH_TFL_TENSOR_IS_VARIABLE, 1);
    if (note && note->has_rank) th_fb_set_u8(fb, TH_TFL_TENSOR_HAS_RANK, 1);
    return th_fb_table_end(fb);
}

/* Which table of options a node gets: the one of its file, or its operator's. */
static uint8_t options_type(const th_node *n, const th_tfl_op *row)
{
    return n->file_options ? (uint8_t)(n->file_options - 1) : row->options_type;
}

static th_fb_ref put_node(writer *w, const th_graph *g, const th_node *from)
{
    th_fb_writer *fb = &w->fb;
    const th_node n = as_written(g, from);
    const th_tfl_op *row = th_tfl_op_row(n.op);
    const uint8_t type = options_type(&n, row);
    const th_fb_ref options = type == TH_TFL_OPTIONS_NONE ? 0 : th_tfl_write_options(row, fb, &n.attr);
    const bool is_custom = n.op >= TH_OP_N_BUILTIN && n.attr.custom.options.n;
    const th_fb_ref custom = is_custom ? th_fb_put_bytes(fb, n.attr.custom.options.p, n.attr.custom.options.n, 16) : 0;
    const th_fb_ref between = n.n_intermediate ? th_fb_put_i32s(fb, n.intermediate, (size_t)n.n_intermediate) : 0;
    const th_fb_ref out = th_fb_put_i32s(fb, n.out, (size_t)n.n_out);
    const th_fb_ref in = th_fb_put_i32s(fb, n.in, (size_t)n.n_in);
    th_fb_table_begin(fb);
    th_fb_set_u32(fb, TH_TFL_OP_CODE_INDEX, code_number(w, (int32_t)n.op, n.file_version));
    th_fb_set_ref(fb, TH_TFL_OP_INPUTS, in);
    th_fb_set_ref(fb, TH_TFL_OP_OUTPUTS, out);
    th_fb_set_ref(fb, TH_TFL_OP_OPTIONS, options);
    th_fb_set_ref(fb, TH_TFL_OP_CUSTOM_OPTIONS, custom);
    th_fb_set_ref(fb, TH_TFL_OP_INTERMEDIATES, between);
    if (options) th_fb_set_u8(fb, TH_TFL_OP_OPTIONS_TYPE, type);
    return th_fb_table_end(fb);
}

/* Constants of the graphs before this one come first in the list of buffers. */
static th_fb_ref put_graph(writer *w, const th_graph *g)
{
    th_fb_writer *fb = &w->fb;
    for (int32_t i = 0; i < g->n_nodes; i++) w->list[i] = put_node(w, g, &g->nodes[i]);
    const th_fb_ref nodes = th_fb_put_refs(fb, w->list, (size_t)g->n_nodes);
    for (int32_t i = 0; i < g->n_tensors; i++)
        w->list[i] = put_tensor(w, g, i, g->tensors[i].data ? ++w->n_constants : 0);
    const th_fb_ref tensors = th_fb_put_refs(fb, w->list, (size_t)g->n_tensors);
    const th_fb_ref inputs = th_fb_put_i32s(fb, g->inputs, (size_t)g->n_inputs);
    const th_fb_ref outputs = th_fb_put_i32s(fb, g->outputs, (size_t)g->n_outputs);
    const th_fb_ref name = put_text(w, g->name);
    th_fb_table_begin(fb);
    th_fb_set_ref(fb, TH_TFL_GRAPH_TENSORS, tensors);
    th_fb_set_ref(fb, TH_TFL_GRAPH_INPUTS, inputs);
    th_fb_set_ref(fb, TH_TFL_GRAPH_OUTPUTS, outputs);
    th_fb_set_ref(fb, TH_TFL_GRAPH_OPERATORS, nodes);
    th_fb_set_ref(fb, TH_TFL_GRAPH_NAME, name);
    return th_fb_table_end(fb);
}

static th_fb_ref put_graphs(writer *w)
{
    th_fb_ref *refs = calloc((size_t)w->model->n_graphs + 1, sizeof *refs);
    if (!refs) return 0;
    for (int32_t k = 0; k < w->model->n_graphs; k++) refs[k] = put_graph(w, &w->model->graphs[k]);
    const th_fb_ref all = th_fb_put_refs(&w->fb, refs, (size_t)w->model->n_graphs);
    free(refs);
    return all;
}

static th_fb_ref put_buffer(th_fb_writer *fb, const void *bytes, size_t n)
{
    const th_fb_ref data = n ? th_fb_put_bytes(fb, bytes, n, 16) : 0;
    th_fb_table_begin(fb);
    th_fb_set_ref(fb, TH_TFL_BUFFER_DATA, data);
    return th_fb_table_end(fb);
}

/* 1 when the writer adds RUNTIME_METADATA: to a model that was made here and does not tell it itself. */
static bool adds_runtime(const th_model *m)
{
    return !m->was_read && th_model_metadata(m, RUNTIME_METADATA).p == NULL;
}

/* The oldest runtime: int8 and dilation came with 1.14. */
static void runtime_version(const writer *w, char text[RUNTIME_BYTES])
{
    int32_t newest = 1;
    for (uint32_t i = 0; i < w->n_codes; i++)
        if (w->code[i].version > newest) newest = w->code[i].version;
    memset(text, 0, RUNTIME_BYTES);
    strcpy(text, newest == 1 ? "1.5.0" : newest <= 4 ? "1.14.0" : "2.10.0");
}

static th_fb_ref put_buffers(writer *w)
{
    const th_model *m = w->model;
    char version[RUNTIME_BYTES];
    size_t n = 0;
    w->list[n++] = put_buffer(&w->fb, NULL, 0);
    for (int32_t k = 0; k < m->n_graphs; k++)
        for (int32_t i = 0; i < m->graphs[k].n_tensors; i++) {
            const th_tensor *t = &m->graphs[k].tensors[i];
            if (t->data) w->list[n++] = put_buffer(&w->fb, t->data, th_tensor_bytes(t));
        }
    runtime_version(w, version);
    if (adds_runtime(m)) w->list[n++] = put_buffer(&w->fb, version, sizeof version);
    for (int32_t i = 0; i < m->n_metadata; i++)
        w->list[n++] = put_buffer(&w->fb, m->metadata[i].bytes.p, m->metadata[i].bytes.n);
    return th_fb_put_refs(&w->fb, w->list, n);
}

static th_fb_ref put_metadata_entry(th_fb_writer *fb, const char *name, uint32_t buffer)
{
    const th_fb_ref ref = th_fb_put_string(fb, name);
    th_fb_table_begin(fb);
    th_fb_set_ref(fb, TH_TFL_METADATA_NAME, ref);
    th_fb_set_u32(fb, TH_TFL_METADATA_BUFFER, buffer);
    return th_fb_table_end(fb);
}

/* Their buffers follow the n_constants of the graphs. */
static th_fb_ref put_metadata(writer *w)
{
    const th_model *m = w->model;
    uint32_t buffer = w->n_constants + 1;
    size_t n = 0;
    if (adds_runtime(m)) w->list[n++] = put_metadata_entry(&w->fb, RUNTIME_METADATA, buffer++);
    for (int32_t i = 0; i < m->n_metadata; i++)
        w->list[n++] = put_metadata_entry(&w->fb, m->metadata[i].name, buffer++);
    return n ? th_fb_put_refs(&w->fb, w->list, n) : 0;
}

static th_fb_ref put_maps(writer *w, const char *const *names, const int32_t *tensors, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const th_fb_ref name = th_fb_put_string(&w->fb, names[i]);
        th_fb_table_begin(&w->fb);
        th_fb_set_ref(&w->fb, TH_TFL_MAP_NAME, name);
        th_fb_set_u32(&w->fb, TH_TFL_MAP_TENSOR, (uint32_t)tensors[i]);
        w->list[i] = th_fb_table_end(&w->fb);
    }
    return th_fb_put_refs(&w->fb, w->list, (size_t)n);
}

/* 0 when the model has none. */
static th_fb_ref put_signatures(writer *w)
{
    const th_model *m = w->model;
    if (m->n_signatures == 0) return 0;
    for (int32_t i = 0; i < m->n_signatures; i++) {
        const th_signature *s = &m->signatures[i];
        const th_fb_ref in = put_maps(w, s->in_name, s->in, s->n_inputs),
                        out = put_maps(w, s->out_name, s->out, s->n_outputs);
        const th_fb_ref key = th_fb_put_string(&w->fb, s->key);
        th_fb_table_begin(&w->fb);
        th_fb_set_ref(&w->fb, TH_TFL_SIGNATURE_INPUTS, in);
        th_fb_set_ref(&w->fb, TH_TFL_SIGNATURE_OUTPUTS, out);
        th_fb_set_ref(&w->fb, TH_TFL_SIGNATURE_KEY, key);
        th_fb_set_u32(&w->fb, TH_TFL_SIGNATURE_GRAPH, (uint32_t)s->graph);
        w->signature[i] = th_fb_table_end(&w->fb);
    }
    return th_fb_put_refs(&w->fb, w->signature, (size_t)m->n_signatures);
}

/* One pass; returns the file's size, 0 when memory ran out. */
static size_t put_model(writer *w, uint8_t *mem, size_t cap)
{
    th_fb_start(&w->fb, mem, cap);
    w->n_constants = w->n_zeros = 0;
    const th_fb_ref buffers = put_buffers(w);
    const th_fb_ref graphs = put_graphs(w);
    if (graphs == 0) return 0;
    const th_fb_ref metadata = put_metadata(w), signatures = put_signatures(w);
    const th_fb_ref description = put_text(w, w->model->description);
    const th_fb_ref codes = put_codes(w);
    th_fb_table_begin(&w->fb);
    th_fb_set_u32(&w->fb, TH_TFL_MODEL_VERSION, TH_TFL_VERSION);
    th_fb_set_ref(&w->fb, TH_TFL_MODEL_OPERATOR_CODES, codes);
    th_fb_set_ref(&w->fb, TH_TFL_MODEL_SUBGRAPHS, graphs);
    th_fb_set_ref(&w->fb, TH_TFL_MODEL_DESCRIPTION, description);
    th_fb_set_ref(&w->fb, TH_TFL_MODEL_BUFFERS, buffers);
    th_fb_set_ref(&w->fb, TH_TFL_MODEL_METADATA, metadata);
    th_fb_set_ref(&w->fb, TH_TFL_MODEL_SIGNATURES, signatures);
    return th_fb_finish(&w->fb, th_fb_table_end(&w->fb), TH_TFL_IDENTIFIER);
}

th_err th_model_to_tflite(const th_model *model, uint8_t **bytes, size_t *n, th_why *why)
{
    writer *w = calloc(1, sizeof *w);
    if (!w) return th_why_set(why, TH_ENOMEM, "no memory to write a .tflite file");
    w->model = model;
    th_err err = survey(w, why);
    uint8_t *file = NULL;
    const size_t size = err ? 0 : put_model(w, NULL, 0);
    if (!err && size > INT32_MAX) err = th_why_set(why, TH_ERANGE, "a .tflite file cannot have more than 2 GiB");
    if (!err) file = size ? malloc(size) : NULL;
    if (!err && (!file || put_model(w, file, size) != size))
        err = th_why_set(why, TH_ENOMEM, "no memory to write a .tflite file");
    free(w->list);
    free(w->signature);
    free(w);
    if (err) {
        free(file);
        return err;
    }
    *bytes = file;
    *n = size;
    return TH_OK;
}
