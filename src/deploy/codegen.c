/* The network as C.  One array per constant, one struct per step, one call per step:
 *
 *   static const int8_t t7[640] = {...};                       constants
 *   static const th_conv_2d_s8_par p0 = {.win.in_h = 49, ...}; parameters
 *   static const void *const in0[] = {arena.byte + 0, t7, t8}; addresses, known when linking
 *   th_conv_2d_s8(&p0, in0, out0, arena.byte + 4096);          in model_invoke */
#include "deploy/codegen.h"

#include "base/text.h"
#include "deploy/codegen_priv.h"
#include "dsp/listener.h"

#include <stdlib.h>
#include <string.h>

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif

void th_code_banner(th_writer *w, const char *file, const char *what)
{
    th_writer_add(w,
                  "/* %s -- %s\n * Written by thimble " TH_VERSION "; changes are lost when it is written again. */\n",
                  file, what);
}

/* "1x49x10x1 int8, real = 0.5847 * (q - 83)" as comment text. */
static void tensor_comment(th_writer *w, const th_tensor *t)
{
    for (int32_t i = 0; i < t->shape.rank; i++) th_writer_add(w, "%s%d", i ? "x" : "", (int)t->shape.d[i]);
    th_writer_add(w, " %s", th_type_name(t->type));
    if (t->quant.n == 1) th_writer_add(w, ", real = %.9g * (q - %d)", (double)t->quant.scale[0], (int)t->quant.zero[0]);
}

static void list_io(th_writer *w, const th_graph *g, const char *what, const int32_t *list, int32_t n)
{
    th_writer_add(w, "#define MODEL_%sS %d\n", what, (int)n);
    for (int32_t i = 0; i < n; i++) {
        const th_tensor *t = &g->tensors[list[i]];
        th_writer_add(w, "#define MODEL_%s%d_BYTES %zu /* ", what, (int)i, th_tensor_bytes(t));
        tensor_comment(w, t);
        th_writer_add(w, " */\n");
        if (t->quant.n != 1) continue;
        th_writer_add(w, "#define MODEL_%s%d_SCALE ", what, (int)i);
        th_writer_float(w, t->quant.scale[0]);
        th_writer_add(w, "\n#define MODEL_%s%d_ZERO (%d)\n", what, (int)i, (int)t->quant.zero[0]);
    }
}

static void write_model_h(const th_plan *plan, const th_app *app, th_writer *w)
{
    const th_graph *g = plan->graph;
    th_code_banner(w, "model.h", "a network that runs by itself: no allocation, no library, only string.h");
    th_writer_add(w,
                  "#ifndef MODEL_H\n#define MODEL_H\n\n#include <stdint.h>\n\n"
                  "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
                  "#define MODEL_AUDIO %d /* 1: model_audio.h has the features, labels and detector */\n"
                  "#define MODEL_SENSOR %d /* 1: model_sensor.h has the features and labels */\n"
                  "#define MODEL_CAMERA %d /* 1: model_camera.h has the labels, and takes a camera's rows */\n"
                  "#define MODEL_ARENA_BYTES %zu\n#define MODEL_STEPS %d\n",
                  app && app->sound, app && app->sensor, app && app->camera, plan->own_bytes, (int)g->n_nodes);
    list_io(w, g, "INPUT", g->inputs, g->n_inputs);
    list_io(w, g, "OUTPUT", g->outputs, g->n_outputs);
    th_writer_add(w,
                  "extern const uint32_t model_input_bytes[MODEL_INPUTS];\n"
                  "extern const uint32_t model_output_bytes[MODEL_OUTPUTS];\n\n"
                  "/* Sets state back to its start. Call it once before the first model_invoke. Returns 0 when the "
                  "model can\n * run, else a negative number (only with a model package: nn/package.h). */\n"
                  "int model_init(void);\n\n"
                  "/* Memory of input or output `index`. Fill all inputs before each model_invoke: it may use\n"
                  " * their memory again. Outputs stand until the next model_invoke or writing of inputs. */\n"
                  "void *model_input(int index);\nconst void *model_output(int index);\n\n"
                  "/* How often WHILE, IF and CALL_ONCE together may run a graph in one model_invoke. */\n"
                  "#ifndef MODEL_MAX_GRAPH_RUNS\n#define MODEL_MAX_GRAPH_RUNS %ldL\n#endif\n\n"
                  "/* Runs the network. 0, or -1 when MODEL_MAX_GRAPH_RUNS did not bring it to an end: do not use\n"
                  " * the outputs then, and call model_init for a new start. */\n"
                  "int model_invoke(void);\n\n"
                  "/* The arena, MODEL_ARENA_BYTES, aligned to 16: free for other use while neither inputs nor\n"
                  " * outputs are needed, unless the network keeps state. */\n"
                  "void *model_memory(void);\n\n"
                  "#ifdef MODEL_PROFILE /* a measuring build: called after each step */\n"
                  "void model_profile(int32_t step);\n#endif\n\n"
                  "#ifdef __cplusplus\n}\n#endif\n\n#endif\n",
                  (long)TH_MAX_GRAPH_RUNS);
}

/* "" in front of the names of the first graph's things, "g2_" of graph 2's. */
static const char *prefix(const th_plan *plan, char text[16])
{
    const int number = plan->graph->all ? (int)(plan->graph - plan->graph->all) : 0;
    text[0] = '\0';
    if (number) th_text_fmt(text, 16, "g%d_", number);
    return text;
}

/* The address of a tensor as a constant expression. */
static void address(th_writer *w, const th_plan *plan, int32_t t)
{
    char g[16];
    if (t < 0)
        th_writer_add(w, "0");
    else if (plan->offset[t] == TH_NO_OFFSET)
        th_writer_add(w, "%st%d", prefix(plan, g), (int)t);
    else
        th_writer_add(w, "arena.byte + %zu", plan->offset[t]);
}

/* `want` addresses of the n tensors in the list; absent ones are 0, and those of the bits in `unread`. */
static void addresses(th_writer *w, const th_plan *plan, const int32_t *list, int32_t n, int32_t want, uint32_t unread)
{
    for (int32_t i = 0; i < want; i++) {
        th_writer_add(w, i ? ", " : "");
        address(w, plan, i < n && !(i < 32 && unread >> i & 1) ? list[i] : -1);
    }
    th_writer_add(w, want ? "" : "0");
}

static int32_t int_at(const void *par, size_t offset)
{
    int32_t v;
    memcpy(&v, (const char *)par + offset, sizeof v);
    return v;
}

static const void *pointer_at(const void *par, size_t offset)
{
    const void *p;
    memcpy(&p, (const char *)par + offset, sizeof p);
    return p;
}

static th_type element_type(th_field_kind kind)
{
    static const th_type type[] = {TH_S8, TH_U8, TH_S16, TH_U16, TH_S32, TH_U32, TH_S64, TH_F32};
    return type[kind - TH_FIELD_S8_ARRAY];
}

/* Of the array in field i of step `step`: numbers of the model are known by their names (firmware.c), "w3_bias". */
static void array_name(char name[64], const th_step *s, size_t i, const char *g, int step)
{
    const char *field = s->fields[i].name, *dot = strrchr(field, '.'); /* of a struct in the struct */
    if (th_field_is_model(&s->fields[i]))
        th_text_fmt(name, 64, "%sw%d_%s", g, step, dot ? dot + 1 : field);
    else
        th_text_fmt(name, 64, "%sp%d_%zu", g, step, i);
}

/* An array whose numbers change from band to band. */
static void changing_array(th_writer *w, const char *name, const int32_t *data, int32_t n)
{
    th_writer_add(w, "static int32_t %s[%d] = {", name, (int)n);
    for (int32_t i = 0; i < n; i++) {
        th_writer_add(w, i ? ", " : "");
        th_writer_int(w, data[i]);
    }
    th_writer_add(w, "};\n");
}

static void field_arrays(th_writer *w, const th_plan *plan, const char *g, int step)
{
    const th_step *s = &plan->steps[step];
    for (size_t i = 0; i < s->n_fields; i++) {
        const th_field *f = &s->fields[i];
        if (f->kind < TH_FIELD_S8_ARRAY) continue;
        const void *data = pointer_at(s->par, f->offset);
        char name[64];
        size_t first = i;
        if (th_plan_first_array(plan, step, &first) < step || first != i) continue; /* written before */
        array_name(name, s, i, g, step);
        if (data && th_code_member_changes(plan, step, i))
            changing_array(w, name, data, int_at(s->par, f->count));
        else if (data)
            th_writer_array(w, name, element_type(f->kind), data, (size_t)int_at(s->par, f->count));
    }
}

static void field_value(th_writer *w, const th_plan *plan, size_t i, const char *g, int step)
{
    const th_step *s = &plan->steps[step];
    size_t field = i;
    const th_field *f = &s->fields[i];
    float v;
    int64_t wide;
    char name[64];
    switch (f->kind) {
    case TH_FIELD_I32: th_writer_int(w, int_at(s->par, f->offset)); break;
    case TH_FIELD_I64:
        memcpy(&wide, (const char *)s->par + f->offset, sizeof wide);
        th_writer_int(w, wide);
        break;
    case TH_FIELD_I32_FIXED:
        for (size_t k = 0; k < f->count; k++) {
            th_writer_add(w, k ? ", " : "{");
            th_writer_int(w, int_at(s->par, f->offset + 4 * k));
        }
        th_writer_add(w, "}");
        break;
    case TH_FIELD_F32:
        memcpy(&v, (const char *)s->par + f->offset, sizeof v);
        th_writer_float(w, v);
        break;
    case TH_FIELD_S8_ARRAY:
    case TH_FIELD_U8_ARRAY:
    case TH_FIELD_S16_ARRAY:
    case TH_FIELD_U16_ARRAY:
    case TH_FIELD_I32_ARRAY:
    case TH_FIELD_U32_ARRAY:
    case TH_FIELD_I64_ARRAY:
    case TH_FIELD_F32_ARRAY:
        if (pointer_at(s->par, f->offset)) {
            const int32_t first = th_plan_first_array(plan, step, &field);
            array_name(name, &plan->steps[first], field, g, first);
        }
        th_writer_add(w, "%s", pointer_at(s->par, f->offset) ? name : "0");
        break;
    }
}

static void write_step_data(th_writer *w, const th_plan *plan, int i)
{
    const th_step *s = &plan->steps[i];
    const th_node *node = &plan->graph->nodes[i];
    char g[16];
    if (s->control != TH_CONTROL_KERNEL) return;
    (void)prefix(plan, g);
    th_writer_add(w, "\n/* step %d: %s */\n", i, s->kernel_name);
    if (s->par_type && th_plan_first_par(plan, i) == i) {
        field_arrays(w, plan, g, i);
        th_writer_add(w, "static %s%s %sp%d = {", th_code_par_changes(plan, i) ? "" : "const ", s->par_type, g, i);
        for (size_t k = 0; k < s->n_fields; k++) {
            th_writer_add(w, "%s\n    .%s = ", k ? "," : "", s->fields[k].name);
            field_value(w, plan, k, g, i);
        }
        th_writer_add(w, "\n};\n");
    }
    th_writer_add(w, "static const void *%s%sin%d[] = {", th_code_place_moves(plan, i, true) ? "" : "const ", g, i);
    const int has_state = s->state_bytes > 0;
    addresses(w, plan, node->in, node->n_in, s->n_in - has_state, s->unread);
    if (has_state) th_writer_add(w, "%sarena.byte + %zu", s->n_in > 1 ? ", " : "", plan->state[i]);
    th_writer_add(w, "};\nstatic void *%s%sout%d[] = {", th_code_place_moves(plan, i, false) ? "" : "const ", g, i);
    addresses(w, plan, node->out, node->n_out, s->n_out, 0);
    th_writer_add(w, "};\n");
}

static void write_call(th_writer *w, const th_plan *plan, int i)
{
    const th_step *s = &plan->steps[i];
    char g[16];
    (void)prefix(plan, g);
    th_writer_add(w, "    %s(", s->kernel_name);
    if (s->par_type)
        th_writer_add(w, "&%sp%d, ", g, (int)th_plan_first_par(plan, i));
    else
        th_writer_add(w, "0, ");
    th_writer_add(w, "%sin%d, %sout%d, ", g, i, g, i);
    if (plan->scratch[i] == TH_NO_OFFSET)
        th_writer_add(w, "0");
    else
        th_writer_add(w, "arena.byte + %zu", plan->scratch[i]);
    th_writer_add(w, ");\n");
}

/* n tensors of one plan onto those of another, as statements. */
static void write_copies(th_writer *w, const th_plan *from, const int32_t *a, const th_plan *to, const int32_t *b,
                         int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        th_writer_add(w, "        memcpy(");
        address(w, to, b[i]);
        th_writer_add(w, ", ");
        address(w, from, a[i]);
        th_writer_add(w, ", %zu);\n", th_tensor_bytes(&to->graph->tensors[b[i]]));
    }
}

static void write_graph_call(th_writer *w, int number)
{
    th_writer_add(w, "        if (graph_%d()) return -1;\n", number);
}

static void write_if(th_writer *w, const th_plan *root, const th_plan *plan, int i)
{
    const th_node *n = &plan->graph->nodes[i];
    th_writer_add(w, "    if (*(const uint8_t *)(");
    address(w, plan, n->in[0]);
    th_writer_add(w, ")) {\n");
    for (int c = 0; c < 2; c++) {
        const int number = n->attr.call.graph[c];
        const th_plan *sub = root->sub[number];
        if (c) th_writer_add(w, "    } else {\n");
        write_copies(w, plan, n->in + 1, sub, sub->graph->inputs, sub->graph->n_inputs);
        write_graph_call(w, number);
        write_copies(w, sub, sub->graph->outputs, plan, n->out, n->n_out);
    }
    th_writer_add(w, "    }\n");
}

static void write_while(th_writer *w, const th_plan *root, const th_plan *plan, int i)
{
    const th_node *n = &plan->graph->nodes[i];
    const th_plan *cond = root->sub[n->attr.call.graph[0]], *body = root->sub[n->attr.call.graph[1]];
    write_copies(w, plan, n->in, plan, n->out, n->n_out);
    th_writer_add(w, "    for (;;) {\n");
    write_copies(w, plan, n->out, cond, cond->graph->inputs, n->n_out);
    write_graph_call(w, n->attr.call.graph[0]);
    th_writer_add(w, "        if (!*(const uint8_t *)(");
    address(w, cond, cond->graph->outputs[0]);
    th_writer_add(w, ")) break;\n");
    write_copies(w, plan, n->out, body, body->graph->inputs, n->n_out);
    write_graph_call(w, n->attr.call.graph[1]);
    write_copies(w, body, body->graph->outputs, plan, n->out, n->n_out);
    th_writer_add(w, "    }\n");
}

/* The call of an operator in bands, inside their loop. */
static void write_band_call(th_writer *w, const th_plan *plan, int i)
{
    th_writer_add(w, "        ");
    write_call(w, plan, i);
    th_writer_add(w, "            MODEL_STEP_DONE(%d);\n", i);
}

static th_err write_steps(th_writer *w, const th_plan *root, const th_plan *plan, th_why *why)
{
    for (int k = 0, bands = 0; k < plan->graph->n_nodes; k++) {
        const int i = (int)plan->order[k];
        if (bands < plan->n_bands && plan->bands[bands].first == k) {
            TH_TRY(th_code_band_loop(w, plan, bands, write_band_call, why));
            k += (int)plan->bands[bands++].n_nodes - 1;
            continue;
        }
        switch (plan->steps[i].control) {
        case TH_CONTROL_KERNEL: write_call(w, plan, i); break;
        case TH_CONTROL_NOTHING: break;
        case TH_CONTROL_CALL_ONCE:
            th_writer_add(w, "    if (!once[%d]) {\n        once[%d] = 1;\n", (int)plan->once[i], (int)plan->once[i]);
            write_graph_call(w, plan->graph->nodes[i].attr.call.graph[0]);
            th_writer_add(w, "    }\n");
            break;
        case TH_CONTROL_IF: write_if(w, root, plan, i); break;
        case TH_CONTROL_WHILE: write_while(w, root, plan, i); break;
        }
        if (plan == root) th_writer_add(w, "    MODEL_STEP_DONE(%d);\n", i);
    }
    return TH_OK;
}

static th_err write_invoke(th_writer *w, const th_plan *plan, th_why *why)
{
    int n_called = 0;
    for (int32_t k = 0; k < plan->n_sub; k++) {
        if (!plan->sub[k]) continue;
        if (!n_called++) th_writer_add(w, "\nstatic int32_t graph_runs; /* in this model_invoke */\n");
        th_writer_add(w, "\nstatic int graph_%d(void);", (int)k);
    }
    for (int32_t k = 0; k < plan->n_sub; k++) {
        if (!plan->sub[k]) continue;
        th_writer_add(w,
                      "\n\nstatic int graph_%d(void)\n{\n"
                      "    if (graph_runs >= MODEL_MAX_GRAPH_RUNS) return -1;\n    graph_runs++;\n",
                      (int)k);
        TH_TRY(write_steps(w, plan, plan->sub[k], why));
        th_writer_add(w, "    return 0;\n}\n");
    }
    th_writer_add(w, "\nint model_invoke(void)\n{\n%s%s",
                  plan->n_bands ? "    const int32_t *v;\n    int32_t n;\n" : "",
                  n_called ? "    graph_runs = 0;\n" : "");
    TH_TRY(write_steps(w, plan, plan, why));
    th_writer_add(w, "    return 0;\n}\n");
    return TH_OK;
}

/* States become zero, and variable tensors go back to the bytes that the host's runner gives them. */
static void write_reset(th_writer *w, const th_plan *plan)
{
    const th_graph *g = plan->graph;
    char pre[16];
    for (int32_t k = 0; k < g->n_nodes; k++)
        if (plan->state[k] != TH_NO_OFFSET)
            th_writer_add(w, "    memset(arena.byte + %zu, 0, %zu);\n", plan->state[k], plan->steps[k].state_bytes);
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const th_tensor *x = &g->tensors[t];
        if (!x->is_variable || plan->offset[t] == TH_NO_OFFSET) continue;
        if (x->data) {
            th_writer_add(w, "    memcpy(arena.byte + %zu, %st%d, %zu);\n", plan->offset[t], prefix(plan, pre), (int)t,
                          th_tensor_bytes(x));
        } else {
            th_writer_add(w, "    memset(arena.byte + %zu, %d, %zu);\n", plan->offset[t], (int)th_tensor_start(x),
                          th_tensor_bytes(x));
        }
    }
}

static void write_init(th_writer *w, const th_plan *plan)
{
    th_writer_add(w, "\nint model_init(void)\n{\n");
    write_reset(w, plan);
    for (int32_t k = 0; k < plan->n_sub; k++)
        if (plan->sub[k]) write_reset(w, plan->sub[k]);
    for (int32_t i = 0; i < plan->n_variables; i++) {
        const th_variable *v = &plan->variables[i];
        if (v->bytes) th_writer_add(w, "    memset(arena.byte + %zu, %d, %zu);\n", v->offset, (int)v->start, v->bytes);
    }
    if (plan->n_once) th_writer_add(w, "    memset(once, 0, sizeof once);\n");
    th_writer_add(w, "    return 0;\n}\n");
}

static void write_io(th_writer *w, const th_plan *plan)
{
    const th_graph *g = plan->graph;
    th_writer_add(w, "\nconst uint32_t model_input_bytes[MODEL_INPUTS] = {");
    for (int32_t i = 0; i < g->n_inputs; i++) th_writer_add(w, "%sMODEL_INPUT%d_BYTES", i ? ", " : "", (int)i);
    th_writer_add(w, "};\nconst uint32_t model_output_bytes[MODEL_OUTPUTS] = {");
    for (int32_t i = 0; i < g->n_outputs; i++) th_writer_add(w, "%sMODEL_OUTPUT%d_BYTES", i ? ", " : "", (int)i);
    th_writer_add(w, "};\n\nvoid *model_input(int index)\n{\n    static void *const at[MODEL_INPUTS] = {");
    addresses(w, plan, g->inputs, g->n_inputs, g->n_inputs, 0);
    th_writer_add(w, "};\n    return at[index];\n}\n\nconst void *model_output(int index)\n{\n"
                     "    static const void *const at[MODEL_OUTPUTS] = {");
    addresses(w, plan, g->outputs, g->n_outputs, g->n_outputs, 0);
    th_writer_add(w, "};\n    return at[index];\n}\n");
}

/* Marks every constant that the generated C names. */
static void mark_constants(const th_plan *plan, uint8_t *used)
{
    const th_graph *g = plan->graph;
    for (int32_t t = 0; t < g->n_tensors; t++) used[t] = g->tensors[t].is_variable != 0;
    for (int32_t i = 0; i < g->n_outputs; i++) used[g->outputs[i]] = 1;
    for (int32_t i = 0; i < g->n_nodes; i++)
        for (int32_t k = 0; k < g->nodes[i].n_in; k++) {
            const th_step *s = &plan->steps[i];
            const bool named = s->control != TH_CONTROL_KERNEL || (k < s->n_in && !(k < 32 && s->unread >> k & 1));
            if (named && g->nodes[i].in[k] >= 0) used[g->nodes[i].in[k]] = 1;
        }
}

static th_err write_constants(th_code *code, const th_plan *plan, th_why *why)
{
    const th_graph *g = plan->graph;
    char pre[16], name[32];
    uint8_t *used = calloc((size_t)g->n_tensors + 1, 1);
    if (!used) return th_why_set(why, TH_ENOMEM, "out of memory while writing C");
    mark_constants(plan, used);
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const th_tensor *x = &g->tensors[t];
        if (!x->data || !used[t]) continue;
        th_text_fmt(name, sizeof name, "%st%d", prefix(plan, pre), (int)t);
        th_writer_array(&code->model_c, name, x->type, x->data, (size_t)th_shape_count(&x->shape));
        code->weight_bytes += th_tensor_bytes(x);
    }
    for (int32_t i = 0; i < g->n_nodes; i++) code->weight_bytes += th_plan_model_bytes(plan, i);
    free(used);
    return TH_OK;
}

const th_step *th_code_step(const th_plan *root, int32_t i)
{
    if (i < root->graph->n_nodes) return &root->steps[i];
    i -= root->graph->n_nodes;
    for (int32_t k = 0; k < root->n_sub; k++) {
        if (!root->sub[k]) continue;
        if (i < root->sub[k]->graph->n_nodes) return &root->sub[k]->steps[i];
        i -= root->sub[k]->graph->n_nodes;
    }
    return NULL;
}

static void write_includes(th_writer *w, const th_plan *plan)
{
    const th_step *s, *before;
    for (int i = 0; (s = th_code_step(plan, i)) != NULL; i++) {
        int seen = s->header == NULL;
        for (int k = 0; k < i && !seen; k++)
            seen = (before = th_code_step(plan, k))->header && strcmp(before->header, s->header) == 0;
        if (!seen) th_writer_add(w, "#include \"%s\"\n", s->header);
    }
}

static th_err write_data(th_code *code, const th_plan *plan, th_why *why)
{
    TH_TRY(write_constants(code, plan, why));
    for (int i = 0; i < plan->graph->n_nodes; i++) write_step_data(&code->model_c, plan, i);
    return th_code_band_tables(&code->model_c, plan, why);
}

/* A static one of its own, or the one of all models (codegen_cascade.c). */
static void write_arena(th_writer *w, int32_t number)
{
    if (number)
        th_writer_add(w, "#define arena shared_arena\n\n");
    else
        th_writer_add(w, "/* Every tensor that is not constant, where the planner put it. */\n"
                         "static union {\n    uint8_t byte[MODEL_ARENA_BYTES ? MODEL_ARENA_BYTES : 1];\n"
                         "    int64_t whole;\n    double real;\n} arena TH_CODE_ALIGN(16);\n\n");
}

static th_err write_model_c(const th_plan *plan, th_code *code, th_why *why)
{
    th_writer *w = &code->model_c;
    th_code_banner(w, "model.c", "weights, parameters and the order of the steps");
    th_writer_add(w, "#include \"model.h\"\n\n%s", code->number ? "#include \"arena.h\"\n" : "");
    write_includes(w, plan);
    th_writer_add(w, "\n#include <string.h>\n\n" TH_CODE_ALIGN_TEXT
                     "#ifdef MODEL_PROFILE\n#define MODEL_STEP_DONE(i) model_profile(i)\n#else\n"
                     "#define MODEL_STEP_DONE(i) ((void)0)\n#endif\n\n");
    write_arena(w, code->number);
    if (plan->n_once) th_writer_add(w, "static uint8_t once[%d]; /* 1: that graph has run */\n\n", (int)plan->n_once);
    TH_TRY(write_data(code, plan, why));
    for (int32_t k = 0; k < plan->n_sub; k++)
        if (plan->sub[k]) TH_TRY(write_data(code, plan->sub[k], why));
    write_init(w, plan);
    write_io(w, plan);
    th_writer_add(w, "\nvoid *model_memory(void)\n{\n    return arena.byte");
    if (plan->own_at) th_writer_add(w, " + %zu", plan->own_at);
    th_writer_add(w, ";\n}\n");
    return write_invoke(w, plan, why);
}

static th_err check_io(const th_plan *plan, const int32_t *list, int32_t n, th_why *why)
{
    for (int32_t i = 0; i < n; i++) {
        const th_tensor *t = &plan->graph->tensors[list[i]];
        if (!t->data && plan->offset[list[i]] == TH_NO_OFFSET)
            return th_why_set(why, TH_EUNSUP, "tensor \"%s\" is an input or output that no operator uses", t->name);
    }
    return TH_OK;
}

static th_err writers_ok(const th_code *c, th_why *why)
{
    const th_writer *all[] = {&c->model_h, &c->model_c, &c->app_h, &c->app_c, &c->selftest_c};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->err) return th_why_set(why, all[i]->err, "out of memory while writing C");
    return TH_OK;
}

/* The kernel's header with all that belongs to it; "x_f32.c" beside "x.c" holds float kernels of "x.h". */
static th_err add_kernel(th_embed_set *ring, const th_step *s, th_why *why)
{
    char body[128];
    if (!s->header) return TH_OK;
    const size_t name = strlen(s->kernel_name), head = strlen(s->header);
    TH_TRY(th_embed_add(ring, s->header, why));
    if (name < 4 || strcmp(s->kernel_name + name - 4, "_f32") != 0) return TH_OK;
    th_text_fmt(body, sizeof body, "%.*s_f32.c", (int)(head - 2), s->header);
    return th_embed_find(body) ? th_embed_add(ring, body, why) : TH_OK;
}

/* What stands before model.c. */
static th_err begin(const th_plan *plan, const th_app *app, int32_t number, th_code *code, th_why *why)
{
    const th_graph *g = plan->graph;
    memset(code, 0, sizeof *code);
    code->number = number;
    code->arena_bytes = plan->arena_bytes;
    TH_TRY(check_io(plan, g->inputs, g->n_inputs, why));
    TH_TRY(check_io(plan, g->outputs, g->n_outputs, why));
    write_model_h(plan, app, &code->model_h);
    return TH_OK;
}

/* What stands behind it. */
static th_err finish(const th_plan *plan, const th_app *app, th_code *code, th_why *why)
{
    for (int i = 0; th_code_step(plan, i); i++) TH_TRY(add_kernel(&code->ring, th_code_step(plan, i), why));
    if (app && app->sound) {
        TH_TRY(th_code_audio(plan, app->sound, code, why));
        TH_TRY(th_embed_add(&code->ring, "dsp/listener.h", why));
    }
    if (app && app->sensor) TH_TRY(th_code_sensor(plan, app->sensor, code, why));
    if (app && app->camera) TH_TRY(th_code_camera(plan, app->camera, code, why));
    TH_TRY(th_code_selftest(plan, code, why));
    return writers_ok(code, why);
}

th_err th_code_make_one(const th_plan *plan, const th_app *app, int32_t number, th_code *code, th_why *why)
{
    TH_TRY(begin(plan, app, number, code, why));
    TH_TRY(write_model_c(plan, code, why));
    return finish(plan, app, code, why);
}

th_err th_code_make(const th_plan *plan, const th_app *app, th_code *code, th_why *why)
{
    return th_code_make_one(plan, app, 0, code, why);
}

th_err th_code_make_package(const th_plan *plan, const th_model *model, const th_app *app, th_code *code, th_why *why)
{
    TH_TRY(begin(plan, app, 0, code, why));
    TH_TRY(th_code_package(plan, model, code, why));
    TH_TRY(th_embed_add(&code->ring, "nn/package.h", why));
    return finish(plan, app, code, why);
}

void th_code_free(th_code *code)
{
    th_writer_free(&code->model_h);
    th_writer_free(&code->model_c);
    th_writer_free(&code->app_h);
    th_writer_free(&code->app_c);
    th_writer_free(&code->selftest_c);
    th_writer_free(&code->usage);
    th_packed_free(&code->packed);
    for (size_t i = 0; i < code->n_more; i++) th_writer_free(&code->more[i].text);
    free(code->more);
    code->more = NULL;
    code->n_more = 0;
    free(code->kernel);
    code->kernel = NULL;
}
