/* Writing a package: constants and tables are put one after the other, steps refer to them by place.  The control
 * operators become blocks of simple steps:
 *
 *   IF(c, then, else)      IF c  A: copy inputs, run then, copy outputs   B: the same for else
 *   WHILE(cond, body)      block: copy inputs onto outputs; WHILE  A: copy, run cond   B: copy, run body, copy back
 *   CALL_ONCE(init)        ONCE  A: init
 *
 * A graph's block has one step for each of its operators, in the plan's order; operators in row bands have one for each
 * band. */
#include "model/package_priv.h"

#include "base/crc.h"
#include "base/text.h"
#include "nn/kernels.h"
#include "nn/package_format.h"

#include <stdlib.h>
#include <string.h>

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif

#define MAX_BLOCKS 4096

/* Bytes that grow. */
typedef struct buffer {
    uint8_t *p;
    size_t n, cap;
} buffer;

/* Bytes that were put into the package once and may be meant again. */
typedef struct constant {
    size_t at, n, align;
} constant;

typedef struct block {
    buffer steps;
    uint32_t n, depth;
} block;

typedef struct packer {
    const th_plan *root;
    th_err err; /* the first one: the writing goes on into nothing */
    th_why *why;
    buffer out;         /* the package */
    constant *constant; /* [n_constants] */
    size_t n_constants, cap_constants;
    buffer tensors, kernels, io;
    block block[MAX_BLOCKS];
    uint32_t n_blocks, depth;
    int32_t node;       /* that is being written */
    uint32_t *block_of; /* [n_sub] the graphs' blocks, 0: not written yet */
    size_t weight_bytes;
    size_t par[2], n_in, n_out; /* the most of one step: parameters where pointers have 4 and 8 bytes, tensors */
} packer;

static size_t up(size_t at, size_t align)
{
    return (at + align - 1) / align * align;
}

static void fail(packer *k, th_err err, const char *text)
{
    if (!k->err) k->err = th_why_set(k->why, err, "the model cannot be written as a package: %s", text);
}

static uint8_t *grow(packer *k, buffer *b, size_t n)
{
    if (b->n + n > b->cap) {
        const size_t cap = (b->n + n) * 2 + 256;
        uint8_t *p = realloc(b->p, cap);
        if (!p) {
            fail(k, TH_ENOMEM, "out of memory");
            return NULL;
        }
        b->p = p;
        b->cap = cap;
    }
    memset(b->p + b->n, 0, n);
    b->n += n;
    return b->p + b->n - n;
}

static void put(packer *k, buffer *b, const void *bytes, size_t n)
{
    uint8_t *to = grow(k, b, n);
    if (to && n) memcpy(to, bytes, n);
}

static void set16(uint8_t *p, size_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void set32(uint8_t *p, size_t v)
{
    set16(p, v);
    set16(p + 2, v >> 16);
}

static void put16(packer *k, buffer *b, size_t v)
{
    uint8_t *to = grow(k, b, 2);
    if (to) set16(to, v);
}

static void put32(packer *k, buffer *b, size_t v)
{
    uint8_t *to = grow(k, b, 4);
    if (to) set32(to, v);
}

static void align_to(packer *k, buffer *b, size_t align)
{
    (void)grow(k, b, up(b->n, align) - b->n);
}

/* The place of these bytes in the package; the same ones are put there once. */
static size_t place(packer *k, const void *bytes, size_t n, size_t align)
{
    if (n >= 64) align = TH_THM_ALIGN;
    for (size_t i = 0; i < k->n_constants; i++) {
        const constant *c = &k->constant[i];
        if (c->n == n && c->at % align == 0 && (!n || memcmp(k->out.p + c->at, bytes, n) == 0)) return c->at;
    }
    if (k->n_constants == k->cap_constants) {
        const size_t cap = k->cap_constants * 2 + 64;
        constant *more = realloc(k->constant, cap * sizeof *more);
        if (!more) {
            fail(k, TH_ENOMEM, "out of memory");
            return 0;
        }
        k->constant = more;
        k->cap_constants = cap;
    }
    align_to(k, &k->out, align);
    const size_t at = k->out.n;
    put(k, &k->out, bytes, n);
    k->constant[k->n_constants++] = (constant){at, n, align};
    return at;
}

static size_t place_text(packer *k, const char *text)
{
    return place(k, text, strlen(text) + 1, 1);
}

/* --- tensors --- */

/* The number of a tensor at a place; a new one when there is none. */
static size_t tensor_number(packer *k, size_t at, size_t bytes, size_t align, bool is_constant)
{
    size_t log = 0;
    while ((size_t)1 << log < align) log++;
    if (at > TH_THM_PLACE_BYTE || bytes > TH_THM_PLACE_BYTE) fail(k, TH_ERANGE, "it has 256 MB or more");
    const uint32_t word =
        (uint32_t)at | (uint32_t)log << TH_THM_PLACE_ALIGN | (is_constant ? TH_THM_PLACE_CONSTANT : 0);
    const size_t n = k->tensors.n / TH_THM_TENSOR;
    for (size_t i = 0; i < n; i++)
        if (th_le32(k->tensors.p + i * TH_THM_TENSOR) == word && th_le32(k->tensors.p + i * TH_THM_TENSOR + 4) == bytes)
            return i;
    put32(k, &k->tensors, word);
    put32(k, &k->tensors, bytes);
    if (n >= TH_THM_NONE) fail(k, TH_ERANGE, "it has 65535 tensors or more");
    return n;
}

/* A resource tensor stands for all that its variable holds. */
static size_t variable_bytes(const packer *k, size_t offset)
{
    for (int32_t i = 0; i < k->root->n_variables; i++)
        if (k->root->variables[i].bytes && k->root->variables[i].offset == offset) return k->root->variables[i].bytes;
    return 0;
}

/* The part of a tensor that a run looks at, or all of it: NULL, or no bytes. */
static size_t tensor_part(packer *k, const th_plan *p, int32_t t, const th_band_part *part)
{
    if (t < 0) return TH_THM_NONE;
    const th_tensor *x = &p->graph->tensors[t];
    const size_t align = th_type_bytes(x->type), before = k->out.n;
    const size_t bytes = x->type == TH_RESOURCE ? variable_bytes(k, p->offset[t]) : th_tensor_bytes(x);
    if (p->offset[t] != TH_NO_OFFSET && part && part->bytes)
        return tensor_number(k, p->offset[t] + part->at, part->bytes, align, false);
    if (p->offset[t] != TH_NO_OFFSET) return tensor_number(k, p->offset[t], bytes, align, false);
    if (!x->data) { /* nothing looks at it; an input or output has been refused before */
        fail(k, TH_EUNSUP, "an operator needs a tensor that has no place");
        return TH_THM_NONE;
    }
    const size_t at = place(k, x->data, bytes, align < 4 ? 4 : align);
    if (k->out.n > before) k->weight_bytes += bytes;
    return tensor_number(k, at, bytes, align, true);
}

static size_t tensor(packer *k, const th_plan *p, int32_t t)
{
    return tensor_part(k, p, t, NULL);
}

static size_t memory(packer *k, size_t offset, size_t bytes)
{
    return offset == TH_NO_OFFSET ? TH_THM_NONE : tensor_number(k, offset, bytes, TH_THM_ALIGN, false);
}

/* --- steps --- */

static uint32_t new_block(packer *k, uint32_t depth)
{
    if (k->n_blocks == MAX_BLOCKS || depth > TH_THM_DEPTH) {
        fail(k, TH_ERANGE, "it has too many graphs, or too many inside one another");
        return 0;
    }
    if (depth > k->depth) k->depth = depth;
    k->block[k->n_blocks].depth = depth;
    return k->n_blocks++;
}

typedef struct step {
    size_t control, kernel, n_in, n_out, scratch, a, b, n_fields, operands, layout, values, words;
} step;

static void put_step(packer *k, uint32_t to, const step *s)
{
    if (s->n_in > k->n_in) k->n_in = s->n_in;
    if (s->n_out > k->n_out) k->n_out = s->n_out;
    buffer *b = &k->block[to].steps;
    const size_t half[] = {s->control, s->kernel, s->n_in, s->n_out, s->scratch, s->a, s->b, s->n_fields};
    for (size_t i = 0; i < sizeof half / sizeof *half; i++) put16(k, b, half[i]);
    put32(k, b, s->operands);
    put32(k, b, s->layout);
    put32(k, b, s->values);
    put16(k, b, s->words);
    put16(k, b, (size_t)k->node);
    if (s->words > 0xffff) fail(k, TH_ERANGE, "an operator has more than 256 KB of parameters");
    if (++k->block[to].n > 0xffff) fail(k, TH_ERANGE, "a graph has 65536 operators or more");
}

/* A step with tensors that stand already; TH_THM_NONE ends a short list. */
static void put_simple(packer *k, uint32_t to, size_t control, size_t in, size_t out, size_t a, size_t b)
{
    buffer list = {0};
    step s = {.control = control, .scratch = TH_THM_NONE, .a = a, .b = b};
    if (in != TH_THM_NONE) put16(k, &list, in), s.n_in = 1;
    if (out != TH_THM_NONE) put16(k, &list, out), s.n_out = 1;
    if (list.n) s.operands = place(k, list.p, list.n, 2);
    free(list.p);
    put_step(k, to, &s);
}

static void put_fill(packer *k, uint32_t to, size_t out, uint8_t byte)
{
    put_simple(k, to, TH_THM_FILL, TH_THM_NONE, out, 0, 0);
    buffer *b = &k->block[to].steps;
    if (b->n >= TH_THM_STEP) set16(b->p + b->n - TH_THM_STEP + TH_THM_STEP_KERNEL, byte);
}

/* Bytes of a field in the struct, and where it must stand, on a machine with such pointers. */
static size_t field_size(const th_field *f, size_t pointer, size_t *align)
{
    *align = f->kind >= TH_FIELD_S8_ARRAY ? pointer : f->kind == TH_FIELD_I64 ? 8 : 4;
    return f->kind == TH_FIELD_I32_FIXED ? 4 * f->count : *align;
}

static size_t struct_size(const th_step *s, size_t pointer)
{
    size_t at = 0, align;
    for (size_t i = 0; i < s->n_fields; i++) {
        const size_t size = field_size(&s->fields[i], pointer, &align);
        at = up(at, align) + size;
    }
    return at;
}

/* Words among the values in front of the field at this byte of the struct. */
static size_t word_of(const th_step *s, size_t offset)
{
    size_t words = 0;
    for (size_t i = 0; i < s->n_fields; i++) {
        const th_field *f = &s->fields[i];
        if (f->kind == TH_FIELD_I32 && f->offset == offset) return words;
        words += f->kind == TH_FIELD_I64 ? 2 : f->kind == TH_FIELD_I32_FIXED ? f->count : 1;
    }
    return SIZE_MAX;
}

static size_t array_element(th_field_kind kind)
{
    static const uint8_t bytes[] = {1, 1, 2, 2, 4, 4, 8, 4};
    return bytes[kind - TH_FIELD_S8_ARRAY];
}

/* The value of field f; for an array the place where it lies now. */
static void put_value(packer *k, buffer *values, const th_step *s, const th_field *f)
{
    const char *at = (const char *)s->par + f->offset;
    const void *array;
    int32_t length;
    if (f->kind < TH_FIELD_S8_ARRAY) {
        put(k, values, at, f->kind == TH_FIELD_I64 ? 8 : f->kind == TH_FIELD_I32_FIXED ? 4 * f->count : 4);
        return;
    }
    memcpy(&array, at, sizeof array);
    memcpy(&length, (const char *)s->par + f->count, sizeof length);
    const size_t size = array_element(f->kind);
    put32(k, values, array ? place(k, array, (size_t)length * size, size < 4 ? 4 : size) : 0);
}

static void put_fields(packer *k, const th_step *s, step *to)
{
    buffer layout = {0}, values = {0};
    size_t at = 0, align;
    for (size_t i = 0; i < s->n_fields; i++) {
        const th_field *f = &s->fields[i];
        const size_t arg = f->kind >= TH_FIELD_S8_ARRAY    ? word_of(s, f->count)
                           : f->kind == TH_FIELD_I32_FIXED ? f->count
                                                           : 0;
        const size_t size = field_size(f, sizeof(void *), &align);
        at = up(at, align);
        if (at != f->offset || arg > 0xffff) {
            if (!k->err)
                k->err = th_why_set(k->why, TH_EUNSUP,
                                    "the parameters of %s cannot be told by their list: member %s must follow the one "
                                    "before it, and lengths must be members",
                                    s->kernel_name, f->name);
            break;
        }
        put16(k, &layout, (size_t)f->kind);
        put16(k, &layout, arg);
        put_value(k, &values, s, f);
        at += size;
    }
    for (int i = 0; i < 2; i++)
        if (struct_size(s, i ? 8 : 4) > k->par[i]) k->par[i] = struct_size(s, i ? 8 : 4);
    to->n_fields = s->n_fields;
    to->layout = place(k, layout.p, layout.n, 4);
    to->words = values.n / 4;
    to->values = place(k, values.p, values.n, 4);
    free(layout.p);
    free(values.p);
}

static size_t kernel(packer *k, const char *name)
{
    const uint16_t number = th_kernel_number(name);
    if (!number && !k->err)
        k->err = th_why_set(k->why, TH_EUNSUP, "the kernel %s has no number: give it one in src/nn/kernels.h", name);
    for (size_t i = 0; i < k->kernels.n; i += TH_THM_KERNEL)
        if (th_le16(k->kernels.p + i) == number) return number;
    put16(k, &k->kernels, number);
    put16(k, &k->kernels, 0);
    put32(k, &k->kernels, place_text(k, name));
    return number;
}

static void put_kernel(packer *k, const th_plan *p, const th_call *run, uint32_t to)
{
    const int32_t i = run->node;
    const th_step *s = run->step;
    const th_node *n = &p->graph->nodes[i];
    step out = {.control = TH_THM_CALL_KERNEL,
                .kernel = kernel(k, s->kernel_name),
                .n_in = (size_t)s->n_in,
                .n_out = (size_t)s->n_out};
    buffer list = {0};
    if (s->par_type) put_fields(k, s, &out);
    if (run->band == 0) k->weight_bytes += th_plan_model_bytes(p, i);
    for (int32_t a = 0; a < s->n_in; a++) {
        const bool is_state = s->state_bytes && a == s->n_in - 1;
        const bool is_read = a < n->n_in && !(a < 32 && s->unread >> a & 1);
        put16(k, &list,
              is_state ? memory(k, p->state[i], s->state_bytes)
                       : tensor_part(k, p, is_read ? n->in[a] : -1,
                                     run->ends && a < TH_BAND_INPUTS ? &run->ends->in[a] : NULL));
    }
    for (int32_t a = 0; a < s->n_out; a++)
        put16(k, &list, tensor_part(k, p, n->out[a], run->ends ? &run->ends->out : NULL));
    out.operands = list.n ? place(k, list.p, list.n, 2) : 0;
    out.scratch = memory(k, p->scratch[i], s->scratch_bytes);
    free(list.p);
    put_step(k, to, &out);
}

/* --- graphs that run others --- */

static uint32_t graph_block(packer *k, int32_t graph, uint32_t depth);

static void put_copies(packer *k, uint32_t to, const th_plan *from, const int32_t *a, const th_plan *onto,
                       const int32_t *b, int32_t n)
{
    for (int32_t i = 0; i < n; i++) put_simple(k, to, TH_THM_COPY, tensor(k, from, a[i]), tensor(k, onto, b[i]), 0, 0);
}

/* A block: the tensors `in` onto the graph's inputs, the graph, its outputs onto `out`. */
static uint32_t call_block(packer *k, const th_plan *p, int32_t graph, const int32_t *in, const int32_t *out,
                           int32_t n_out, uint32_t depth)
{
    const th_plan *sub = k->root->sub[graph];
    const uint32_t to = new_block(k, depth);
    put_copies(k, to, p, in, sub, sub->graph->inputs, sub->graph->n_inputs);
    put_simple(k, to, TH_THM_GRAPH, TH_THM_NONE, TH_THM_NONE, graph_block(k, graph, depth + 1), 0);
    put_copies(k, to, sub, sub->graph->outputs, p, out, n_out);
    return to;
}

static void put_if(packer *k, const th_plan *p, int32_t i, uint32_t to)
{
    const th_node *n = &p->graph->nodes[i];
    const uint32_t depth = k->block[to].depth + 1;
    const uint32_t a = call_block(k, p, n->attr.call.graph[0], n->in + 1, n->out, n->n_out, depth);
    const uint32_t b = call_block(k, p, n->attr.call.graph[1], n->in + 1, n->out, n->n_out, depth);
    k->node = i; /* again, after those of the graphs */
    put_simple(k, to, TH_THM_IF, tensor(k, p, n->in[0]), TH_THM_NONE, a, b);
}

/* Between two rounds the values stand in the operator's outputs. */
static void put_while(packer *k, const th_plan *p, int32_t i, uint32_t to)
{
    const th_node *n = &p->graph->nodes[i];
    const th_plan *cond = k->root->sub[n->attr.call.graph[0]];
    const uint32_t depth = k->block[to].depth + 1, loop = new_block(k, depth);
    put_copies(k, loop, p, n->in, p, n->out, n->n_out);
    const uint32_t a = call_block(k, p, n->attr.call.graph[0], n->out, NULL, 0, depth + 1);
    const uint32_t b = call_block(k, p, n->attr.call.graph[1], n->out, n->out, n->n_out, depth + 1);
    put_simple(k, loop, TH_THM_WHILE, tensor(k, cond, cond->graph->outputs[0]), TH_THM_NONE, a, b);
    k->node = i;
    put_simple(k, to, TH_THM_BLOCK_A, TH_THM_NONE, TH_THM_NONE, loop, 0);
}

static void put_once(packer *k, const th_plan *p, int32_t i, uint32_t to)
{
    const uint32_t a = graph_block(k, p->graph->nodes[i].attr.call.graph[0], k->block[to].depth + 1);
    k->node = i;
    put_simple(k, to, TH_THM_ONCE, TH_THM_NONE, TH_THM_NONE, a, (size_t)p->once[i]);
}

static void put_run(packer *k, const th_plan *p, const th_call *run, uint32_t to)
{
    const int32_t i = run->node;
    k->node = i;
    switch (run->step->control) {
    case TH_CONTROL_KERNEL: put_kernel(k, p, run, to); break;
    case TH_CONTROL_NOTHING: put_simple(k, to, TH_THM_NOTHING, TH_THM_NONE, TH_THM_NONE, 0, 0); break;
    case TH_CONTROL_CALL_ONCE: put_once(k, p, i, to); break;
    case TH_CONTROL_IF: put_if(k, p, i, to); break;
    case TH_CONTROL_WHILE: put_while(k, p, i, to); break;
    }
}

static void put_runs(packer *k, const th_plan *p, uint32_t to)
{
    for (th_call run = th_plan_first(p); run.step && !k->err; run = th_plan_next(p, &run)) put_run(k, p, &run, to);
}

/* The block of a graph that others run: written once for each depth at which it is needed, deeper ones first found.
 * The planner has seen to it that no graph runs itself. */
static uint32_t graph_block(packer *k, int32_t graph, uint32_t depth)
{
    const th_plan *sub = k->root->sub[graph];
    if (k->block_of[graph] && k->block[k->block_of[graph]].depth >= depth) return k->block_of[graph];
    const uint32_t to = new_block(k, depth);
    put_runs(k, sub, to);
    k->block_of[graph] = to;
    return to;
}

/* --- state at the start --- */

static void put_reset(packer *k, const th_plan *p)
{
    const th_graph *g = p->graph;
    for (int32_t i = 0; i < g->n_nodes; i++)
        if (p->state[i] != TH_NO_OFFSET)
            put_fill(k, TH_THM_BLOCK_RESET, memory(k, p->state[i], p->steps[i].state_bytes), 0);
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const th_tensor *x = &g->tensors[t];
        if (!x->is_variable || p->offset[t] == TH_NO_OFFSET) continue;
        if (!x->data) {
            put_fill(k, TH_THM_BLOCK_RESET, tensor(k, p, t), th_tensor_start(x));
            continue;
        }
        const size_t align = th_type_bytes(x->type), bytes = th_tensor_bytes(x);
        const size_t from = tensor_number(k, place(k, x->data, bytes, align < 4 ? 4 : align), bytes, align, true);
        put_simple(k, TH_THM_BLOCK_RESET, TH_THM_COPY, from, tensor(k, p, t), 0, 0);
    }
}

static void put_all_resets(packer *k)
{
    const th_plan *root = k->root;
    put_reset(k, root);
    for (int32_t i = 0; i < root->n_sub; i++)
        if (root->sub[i]) put_reset(k, root->sub[i]);
    for (int32_t i = 0; i < root->n_variables; i++) {
        const th_variable *v = &root->variables[i];
        if (v->bytes)
            put_fill(k, TH_THM_BLOCK_RESET, tensor_number(k, v->offset, v->bytes, TH_THM_ALIGN, false), v->start);
    }
}

/* --- the whole --- */

static void put_end(packer *k, int32_t t)
{
    const th_tensor *x = &k->root->graph->tensors[t];
    const float scale = x->quant.n ? x->quant.scale[0] : 0.0f;
    const int32_t zero = x->quant.n ? x->quant.zero[0] : 0;
    if (!x->data && k->root->offset[t] == TH_NO_OFFSET) {
        if (!k->err)
            k->err =
                th_why_set(k->why, TH_EUNSUP, "tensor \"%.60s\" is an input or output that no operator uses", x->name);
        return;
    }
    put16(k, &k->io, tensor(k, k->root, t));
    put16(k, &k->io, (size_t)x->type);
    put32(k, &k->io, place_text(k, x->name));
    put32(k, &k->io, (size_t)x->shape.rank);
    for (int32_t i = 0; i < 8; i++) put32(k, &k->io, i < x->shape.rank ? (uint32_t)x->shape.d[i] : 0);
    put32(k, &k->io, (size_t)x->quant.n);
    put(k, &k->io, &scale, 4);
    put(k, &k->io, &zero, 4);
    put32(k, &k->io, 0);
    put32(k, &k->io, 0);
}

static void put_section(packer *k, size_t header_at, const buffer *b, size_t size)
{
    align_to(k, &k->out, TH_THM_ALIGN);
    const size_t at = k->out.n;
    if (b->n) put(k, &k->out, b->p, b->n);
    if (k->err) return;
    set32(k->out.p + header_at, at);
    set32(k->out.p + header_at + 4, b->n / size);
}

static void put_blocks(packer *k)
{
    buffer steps = {0}, table = {0};
    for (uint32_t i = 0; i < k->n_blocks; i++) {
        put32(k, &table, steps.n / TH_THM_STEP);
        put16(k, &table, k->block[i].n);
        put16(k, &table, k->block[i].depth);
        if (k->block[i].steps.n) put(k, &steps, k->block[i].steps.p, k->block[i].steps.n);
    }
    put_section(k, TH_THM_AT_STEPS, &steps, TH_THM_STEP);
    put_section(k, TH_THM_AT_BLOCKS, &table, TH_THM_BLOCK);
    free(steps.p);
    free(table.p);
}

static void put_tables(packer *k, th_span meta)
{
    const th_graph *g = k->root->graph;
    if ((uint32_t)g->n_inputs + (uint32_t)g->n_outputs > TH_THM_MOST)
        fail(k, TH_ERANGE, "more than 1024 inputs and outputs");
    for (int32_t i = 0; i < g->n_inputs; i++) put_end(k, g->inputs[i]);
    for (int32_t i = 0; i < g->n_outputs; i++) put_end(k, g->outputs[i]);
    const size_t meta_at = meta.n ? place(k, meta.p, meta.n, 4) : TH_THM_HEADER;
    put_section(k, TH_THM_AT_TENSORS, &k->tensors, TH_THM_TENSOR);
    put_blocks(k);
    put_section(k, TH_THM_AT_KERNELS, &k->kernels, TH_THM_KERNEL);
    put_section(k, TH_THM_AT_IO, &k->io, TH_THM_IO);
    align_to(k, &k->out, TH_THM_ALIGN);
    if (k->err) return;
    set32(k->out.p + TH_THM_AT_META, meta_at);
    set32(k->out.p + TH_THM_AT_META + 4, meta.n);
    set16(k->out.p + TH_THM_AT_INPUTS, (size_t)g->n_inputs);
}

static void put_text(uint8_t *to, const char *text)
{
    for (size_t i = 0; i + 1 < TH_THM_TEXT && text[i]; i++) to[i] = (uint8_t)text[i];
}

/* --- the model, for programs on a computer --- */

typedef struct piece {
    size_t from, n; /* of the file */
    size_t at;      /* in the package */
} piece;

static int by_from(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Where `what` stands in `file` and nothing has been found before; SIZE_MAX when nowhere. */
static size_t find(th_span file, const uint8_t *what, size_t n, const piece *list, size_t n_list)
{
    for (size_t at = 0; at + n <= file.n; at++) {
        const uint8_t *hit = memchr(file.p + at, what[0], file.n - n + 1 - at);
        if (!hit) break;
        at = (size_t)(hit - file.p);
        if (memcmp(hit, what, n) != 0) continue;
        size_t taken = n_list;
        for (size_t i = 0; taken == n_list && i < n_list; i++)
            if (at < list[i].from + list[i].n && list[i].from < at + n) taken = i;
        if (taken == n_list) return at;
        at = list[taken].from + list[taken].n - 1;
    }
    return SIZE_MAX;
}

/* Constants that the run part holds as they are in the file need not be there twice. */
static size_t find_pieces(const packer *k, th_span file, piece *list)
{
    size_t n = 0;
    for (size_t i = 0; i < k->n_constants; i++) {
        const constant *c = &k->constant[i];
        if (c->n < 64) continue;
        const size_t from = find(file, k->out.p + c->at, c->n, list, n);
        if (from != SIZE_MAX) list[n++] = (piece){from, c->n, c->at};
    }
    qsort(list, n, sizeof *list, by_from);
    return n;
}

static void put_model(packer *k, th_span file)
{
    buffer table = {0};
    piece *list = malloc((k->n_constants + 1) * sizeof *list);
    if (!list) {
        fail(k, TH_ENOMEM, "out of memory");
        return;
    }
    size_t n = find_pieces(k, file, list), done = 0;
    list[n++] = (piece){file.n, 0, 0}; /* the end */
    size_t n_table = 0;
    for (size_t i = 0; i < n; i++)
        n_table += (size_t)(list[i].from > (i ? list[i - 1].from + list[i - 1].n : 0)) + (list[i].n > 0 ? 1 : 0);
    size_t literal = k->out.n + 8 + n_table * TH_THM_PIECE;
    put32(k, &table, n_table);
    put32(k, &table, file.n);
    for (size_t i = 0; i < n; done = list[i].from + list[i].n, i++) {
        if (list[i].from > done) {
            put32(k, &table, literal), put32(k, &table, list[i].from - done);
            literal += list[i].from - done;
        }
        if (list[i].n) put32(k, &table, list[i].at), put32(k, &table, list[i].n);
    }
    put(k, &k->out, table.p, table.n);
    done = 0;
    for (size_t i = 0; i < n; done = list[i].from + list[i].n, i++)
        if (list[i].from > done) put(k, &k->out, file.p + done, list[i].from - done);
    free(table.p);
    free(list);
}

static void put_header(packer *k, const char *made_by, size_t run)
{
    uint8_t *h = k->out.p;
    memcpy(h, TH_THM_MAGIC, 4);
    set16(h + TH_THM_AT_VERSION, TH_THM_VERSION);
    set16(h + TH_THM_AT_HEADER, TH_THM_HEADER);
    set32(h + TH_THM_AT_RUN, run);
    set32(h + TH_THM_AT_FILE, k->out.n);
    set32(h + TH_THM_AT_ARENA, k->root->arena_bytes);
    set32(h + TH_THM_AT_GRAPH_RUNS, TH_MAX_GRAPH_RUNS);
    set16(h + TH_THM_AT_DEPTH, k->depth);
    set16(h + TH_THM_AT_ONCE, (size_t)k->root->n_once);
    set16(h + TH_THM_AT_BANDED, k->root->n_bands > 0);
    put_text(h + TH_THM_AT_ISA, th_isa_name(k->root->isa));
    put_text(h + TH_THM_AT_MADE_BY, made_by);
    set32(h + TH_THM_AT_HOST_CRC, th_crc32c(0, h + run, k->out.n - run));
    set32(h + TH_THM_AT_CRC, th_crc32c(0, h + TH_THM_AT_CRC + 4, run - TH_THM_AT_CRC - 4));
}

/* What nn/package.c asks for: arena, parameter struct, addresses, frames of 12 bytes, flags. */
static size_t memory_of(const packer *k, bool wide)
{
    const size_t in = up(up(k->root->arena_bytes, TH_THM_ALIGN) + k->par[wide], TH_THM_ALIGN);
    return in + (wide ? 8 : 4) * (k->n_in + k->n_out) + 12 * ((size_t)k->depth + 1) + (size_t)k->root->n_once;
}

static void pack(packer *k, th_span meta, th_span file, const char *made_by, th_packed *out)
{
    (void)grow(k, &k->out, TH_THM_HEADER);
    (void)new_block(k, 0); /* TH_THM_BLOCK_RUN */
    (void)new_block(k, 0); /* TH_THM_BLOCK_RESET */
    put_runs(k, k->root, TH_THM_BLOCK_RUN);
    if (!k->err) put_all_resets(k);
    if (!k->err) put_tables(k, meta);
    const size_t run = k->out.n;
    if (!k->err && file.n) put_model(k, file);
    if (k->out.n > TH_THM_PLACE_BYTE || k->root->arena_bytes > TH_THM_PLACE_BYTE)
        fail(k, TH_ERANGE, "it has 256 MB or more");
    if (k->err) return;
    put_header(k, made_by, run);
    out->bytes = aligned_alloc(TH_THM_ALIGN, (k->out.n + TH_THM_ALIGN - 1) / TH_THM_ALIGN * TH_THM_ALIGN);
    if (!out->bytes) {
        fail(k, TH_ENOMEM, "out of memory");
        return;
    }
    memcpy(out->bytes, k->out.p, k->out.n);
    out->n = k->out.n;
    out->run_bytes = run;
    out->weight_bytes = k->weight_bytes;
    for (int i = 0; i < 2; i++) out->memory[i] = memory_of(k, i != 0);
}

th_err th_package_pack(const th_plan *plan, th_span meta, th_span file, const char *made_by, th_packed *packed,
                       th_why *why)
{
    packer *k = calloc(1, sizeof *k);
    memset(packed, 0, sizeof *packed);
    if (!k) return th_why_set(why, TH_ENOMEM, "out of memory");
    k->root = plan;
    k->why = why;
    k->block_of = calloc((size_t)plan->n_sub + 1, sizeof *k->block_of);
    if (k->block_of)
        pack(k, meta, file, made_by, packed);
    else
        fail(k, TH_ENOMEM, "out of memory");
    const th_err err = k->err;
    for (uint32_t i = 0; i < k->n_blocks; i++) free(k->block[i].steps.p);
    free(k->block_of);
    free(k->constant);
    free(k->tensors.p);
    free(k->kernels.p);
    free(k->io.p);
    free(k->out.p);
    free(k);
    return err;
}

th_err th_package_make(const th_plan *plan, const th_model *model, th_packed *packed, th_why *why)
{
    uint8_t *file = NULL;
    size_t n = 0;
    if (!model)
        return th_package_pack(plan, (th_span){NULL, 0}, (th_span){NULL, 0}, "thimble " TH_VERSION, packed, why);
    memset(packed, 0, sizeof *packed);
    TH_TRY(th_model_to_tflite(model, &file, &n, why));
    const th_err err = th_package_pack(plan, th_model_metadata(model, "thimble.json"), (th_span){file, n},
                                       "thimble " TH_VERSION, packed, why);
    free(file);
    return err;
}

void th_packed_free(th_packed *packed)
{
    free(packed->bytes);
    memset(packed, 0, sizeof *packed);
}
