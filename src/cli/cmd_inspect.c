/* thimble inspect: what is in a model file, what it needs, and whether a board has that. */
#include "cli/cmd.h"
#include "cli/inspect_many.h"
#include "cli/quantized.h"
#include "cli/table.h"
#include "cli/target.h"
#include "design/preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const th_opt options[] = {
    {"board", "B", NULL, "also what it takes there, and whether that fits (nano33ble, ..)"},
    TH_OPT_BANDS,
    {"tensors", NULL, NULL, "also all tensors with number and name, as `thimble edit` takes them"},
    {"json", NULL, NULL, "print one JSON object; of a model that cannot run: why, and exit code 1"},
    {NULL, NULL, NULL, NULL},
};

/* Shapes, axes and other arguments are whole numbers without a scale; so is a bias, where there is one. */
static bool is_argument(const th_node *n, const th_tensor *t)
{
    const bool has_bias = n->op == TH_OP_CONV_2D || n->op == TH_OP_DEPTHWISE_CONV_2D ||
                          n->op == TH_OP_FULLY_CONNECTED || n->op == TH_OP_SVDF ||
                          n->op == TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM || n->op == TH_OP_LSTM ||
                          (n->op == TH_OP_TRANSPOSE_CONV && n->n_in > 3 && n->in[3] >= 0);
    return (t->type == TH_S32 || t->type == TH_S64) && t->quant.n == 0 && !has_bias;
}

/* Numbers that an operator was given: weights, biases and other constants that are no arguments. */
static int64_t parameters(const th_graph *g, const th_node *n)
{
    int64_t sum = 0;
    for (int32_t k = 0; k < n->n_in; k++) {
        const th_tensor *t = n->in[k] < 0 ? NULL : &g->tensors[n->in[k]];
        if (t && t->data && !is_argument(n, t)) sum += th_shape_count(&t->shape);
    }
    return sum;
}

static size_t constant_bytes(const th_graph *g)
{
    size_t sum = 0;
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].data) sum += th_tensor_bytes(&g->tensors[i]);
    return sum;
}

static int64_t graph_parameters(const th_graph *g)
{
    int64_t sum = 0;
    for (int32_t i = 0; i < g->n_nodes; i++) sum += parameters(g, &g->nodes[i]);
    return sum;
}

/* Those of the graphs that others run, too. */
static int64_t total_parameters(const th_plan *p)
{
    int64_t sum = graph_parameters(p->graph);
    for (int32_t k = 0; k < p->n_sub; k++)
        if (p->sub[k]) sum += graph_parameters(p->sub[k]->graph);
    return sum;
}

static size_t total_constants(const th_plan *p)
{
    size_t sum = constant_bytes(p->graph);
    for (int32_t k = 0; k < p->n_sub; k++)
        if (p->sub[k]) sum += constant_bytes(p->sub[k]->graph);
    return sum;
}

#define SHAPE_TEXT (12 * TH_MAX_RANK)

/* "1x25x5x64" into buf, which holds TH_MAX_RANK numbers. */
static const char *shape_text(const th_tensor *t, char buf[SHAPE_TEXT])
{
    int at = snprintf(buf, SHAPE_TEXT, "%s", t->shape.rank ? "" : "scalar");
    for (int32_t i = 0; i < t->shape.rank; i++)
        at += snprintf(buf + at, (size_t)(SHAPE_TEXT - at), "%s%ld", i ? "x" : "", (long)t->shape.d[i]);
    return buf;
}

/* First scale and zero point, and how many there are. */
static void print_quant(const th_tensor *t)
{
    if (t->quant.n == 0)
        printf(" %-22s", th_type_name(t->type));
    else
        printf(" %-6s %.5g, zero %-4ld", th_type_name(t->type), (double)t->quant.scale[0], (long)t->quant.zero[0]);
}

/* Letters of the longest operator name, at least as many as most have. */
static int name_width(const th_plan *plan)
{
    size_t width = 18;
    for (int32_t i = 0; i < plan->graph->n_nodes; i++) {
        const size_t n = strlen(th_op_find((int32_t)plan->graph->nodes[i].op)->name);
        if (n > width) width = n;
    }
    return (int)width;
}

static void print_node(const th_plan *plan, int32_t i, int width)
{
    const th_graph *g = plan->graph;
    const th_node *n = &g->nodes[i];
    const th_tensor *in = n->n_in > 0 && n->in[0] >= 0 ? &g->tensors[n->in[0]] : NULL,
                    *out = n->n_out > 0 ? &g->tensors[n->out[0]] : NULL;
    const th_tensor *w = n->n_in > 1 && n->in[1] >= 0 && n->op != TH_OP_RESHAPE ? &g->tensors[n->in[1]] : NULL;
    char a[SHAPE_TEXT], b[SHAPE_TEXT], c[SHAPE_TEXT];
    printf("  %3ld  %-*s %-14s %-14s %-14s %10lld %9lld ", (long)i, width, th_op_find((int32_t)n->op)->name,
           in ? shape_text(in, a) : "", w && w->data ? shape_text(w, c) : "", out ? shape_text(out, b) : "",
           (long long)plan->steps[i].macs, (long long)parameters(g, n));
    if (out) print_quant(out);
    if (w && w->quant.n > 1) printf("  %ld weight scales", (long)w->quant.n);
    puts("");
}

static void print_ends(const th_graph *g, const char *what, const int32_t *list, int32_t n)
{
    char shape[SHAPE_TEXT];
    for (int32_t i = 0; i < n; i++) {
        const th_tensor *t = &g->tensors[list[i]];
        printf("%-7s %s", what, shape_text(t, shape));
        print_quant(t);
        puts("");
    }
}

static void print_pipeline(const th_pipeline *p)
{
    printf("labels ");
    for (int32_t i = 0; i < p->n_labels; i++) printf(" %s", p->labels[i]);
    printf("\nsound   %ld Hz, %ld frames of %ld %s, window %ld, hop %ld samples; preset %s\n",
           (long)p->frontend.rate_hz, (long)p->n_frames, (long)p->frontend.n_coef,
           p->frontend.kind == TH_MFCC ? "MFCC" : "log-mel bands", (long)p->frontend.window, (long)p->frontend.hop,
           p->preset);
}

/* What a tensor is: the most that `thimble edit` has to be told. */
static const char *role(const th_graph *g, int32_t number)
{
    const th_tensor *t = &g->tensors[number];
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == number) return "input";
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == number) return "output";
    return t->is_variable ? "variable" : t->data ? "constant" : "made";
}

/* Of each tensor the operator that makes it, else the first one that reads it; -1 for none. */
static void find_operators(const th_graph *g, int32_t *of)
{
    for (int32_t i = 0; i < g->n_tensors; i++) of[i] = -1;
    for (int32_t k = g->n_nodes - 1; k >= 0; k--)
        for (int32_t i = 0; i < g->nodes[k].n_in; i++)
            if (g->nodes[k].in[i] >= 0) of[g->nodes[k].in[i]] = k;
    for (int32_t k = 0; k < g->n_nodes; k++)
        for (int32_t i = 0; i < g->nodes[k].n_out; i++) of[g->nodes[k].out[i]] = k;
}

/* graph: its number, which stands before the tensors' where it is not 0. */
static void print_graph_tensors(const th_graph *g, int32_t graph, const int32_t *of)
{
    char shape[SHAPE_TEXT], number[24], op[64];
    printf("\n  %-6s  %-8s  %-22s  %-8s  %-14s  %s\n", "tensor", "what", "of operator", "type", "shape",
           graph ? "name (in a graph that others run)" : "name");
    for (int32_t i = 0; i < g->n_tensors; i++) {
        if (graph)
            snprintf(number, sizeof number, "#%d:%d", (int)graph, (int)i);
        else
            snprintf(number, sizeof number, "#%d", (int)i);
        op[0] = '\0';
        if (of[i] >= 0) snprintf(op, sizeof op, "%d %s", (int)of[i], th_op_find((int32_t)g->nodes[of[i]].op)->name);
        printf("  %-6s  %-8s  %-22s  %-8s  %-14s  ", number, role(g, i), op, th_type_name(g->tensors[i].type),
               shape_text(&g->tensors[i], shape));
        for (const char *c = g->tensors[i].name; *c; c++) putchar((unsigned char)*c < 32 || *c == 127 ? '?' : *c);
        puts("");
    }
}

static th_err print_tensors(const th_model *m, th_why *why)
{
    for (int32_t k = 0; k < m->n_graphs; k++) {
        int32_t *of = calloc((size_t)m->graphs[k].n_tensors + 1, sizeof *of);
        if (!of) return th_why_set(why, TH_ENOMEM, "out of memory");
        find_operators(&m->graphs[k], of);
        print_graph_tensors(&m->graphs[k], k, of);
        free(of);
    }
    return TH_OK;
}

/* Bytes of an arena of the same plan without row bands. */
static th_err unbanded_bytes(const th_target *t, size_t *bytes, th_why *why)
{
    th_plan *plan;
    *bytes = t->plan->arena_bytes;
    if (!t->plan->n_bands) return TH_OK;
    TH_TRY(th_plan_make_for(t->plan->graph, t->plan->isa, &plan, why));
    *bytes = plan->arena_bytes;
    th_plan_free(plan);
    return TH_OK;
}

static void print_bands(const th_plan *plan, size_t unbanded)
{
    for (int32_t i = 0; i < plan->n_bands; i++) {
        const th_bands *b = &plan->bands[i];
        printf("operators");
        for (int32_t j = 0; j < b->n_nodes; j++) printf(" %ld", (long)plan->order[b->first + j]);
        printf(" run in %ld bands of %ld rows\n", (long)b->n, (long)b->rows);
    }
    if (plan->n_bands)
        printf("bands save %ld bytes of arena and cost %.1f %% more MACs; --bands off: an arena of %zu bytes\n",
               (long)unbanded - (long)plan->arena_bytes,
               100.0 * (double)th_bands_more_macs(plan) / (double)(plan->macs > 0 ? plan->macs : 1), unbanded);
}

static void print_all(const th_target *t, const th_measure *m, size_t unbanded)
{
    const th_plan *plan = t->plan;
    const th_graph *g = plan->graph;
    printf("%s\n", t->path);
    print_ends(g, "input", g->inputs, g->n_inputs);
    print_ends(g, "output", g->outputs, g->n_outputs);
    if (t->has_pipe) print_pipeline(&t->pipe);
    const int width = name_width(plan);
    printf("\n  %3s  %-*s %-14s %-14s %-14s %10s %9s  %s\n", "#", width, "operator", "input", "weights", "output",
           "MACs", "params", "output type, scale");
    for (int32_t i = 0; i < g->n_nodes; i++) print_node(plan, i, width);
    for (int32_t k = 0; k < plan->n_sub; k++) {
        if (!plan->sub[k]) continue;
        printf("\n  graph %ld, which others run\n", (long)k);
        for (int32_t i = 0; i < plan->sub[k]->graph->n_nodes; i++) print_node(plan->sub[k], i, width);
    }
    for (int32_t i = 0; i < plan->n_variables; i++)
        printf("  variable %s: %zu bytes\n", plan->variables[i].name, plan->variables[i].bytes);
    printf("\n%ld operators, %lld MACs, %lld parameters, %zu bytes of constants\n", (long)g->n_nodes,
           (long long)plan->macs, (long long)total_parameters(plan), total_constants(plan));
    printf("arena %zu bytes", plan->arena_bytes);
    if (g->n_nodes > 0)
        printf(", largest at operator %ld (%s); no plan in this order needs less than %zu", (long)plan->peak_node,
               th_op_find((int32_t)g->nodes[plan->peak_node].op)->name, plan->lower_bound);
    puts("");
    print_bands(plan, unbanded);
    if (m) th_measure_print(stdout, m, t->board);
}

/* ---- JSON ---- */

static json_t *tensor_json(const th_graph *g, int32_t number)
{
    const th_tensor *t = &g->tensors[number];
    json_t *shape = json_array();
    for (int32_t i = 0; i < t->shape.rank; i++) json_array_append_new(shape, json_integer(t->shape.d[i]));
    json_t *o = json_pack("{s:i, s:o, s:s, s:o, s:b}", "tensor", (int)number, "name", th_name_json(t->name), "type",
                          th_type_name(t->type), "shape", shape, "constant", t->data != NULL && !t->is_variable);
    if (t->quant.n > 0) {
        json_object_set_new(o, "scale", json_real((double)t->quant.scale[0]));
        json_object_set_new(o, "zero", json_integer(t->quant.zero[0]));
        json_object_set_new(o, "scales", json_integer(t->quant.n));
    }
    return o;
}

static json_t *tensors_json(const th_graph *g, const int32_t *list, int32_t n)
{
    json_t *o = json_array();
    for (int32_t i = 0; i < n; i++) json_array_append_new(o, list[i] < 0 ? json_null() : tensor_json(g, list[i]));
    return o;
}

static json_t *nodes_json(const th_plan *plan)
{
    const th_graph *g = plan->graph;
    json_t *o = json_array();
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const th_node *n = &g->nodes[i];
        json_array_append_new(o, json_pack("{s:i, s:s, s:o, s:o, s:I, s:I, s:s}", "index", (int)i, "op",
                                           th_op_find((int32_t)n->op)->name, "inputs", tensors_json(g, n->in, n->n_in),
                                           "outputs", tensors_json(g, n->out, n->n_out), "macs",
                                           (json_int_t)plan->steps[i].macs, "parameters", (json_int_t)parameters(g, n),
                                           "kernel", plan->steps[i].kernel_name));
    }
    return o;
}

/* The graphs that operators of others run. */
static json_t *subs_json(const th_plan *plan)
{
    json_t *o = json_array();
    for (int32_t k = 0; k < plan->n_sub; k++)
        if (plan->sub[k])
            json_array_append_new(o, json_pack("{s:i, s:o}", "index", (int)k, "operators", nodes_json(plan->sub[k])));
    return o;
}

static json_t *bands_json(const th_plan *plan)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < plan->n_bands; i++) {
        const th_bands *b = &plan->bands[i];
        json_t *nodes = json_array();
        for (int32_t j = 0; j < b->n_nodes; j++) json_array_append_new(nodes, json_integer(plan->order[b->first + j]));
        json_array_append_new(
            list, json_pack("{s:o, s:i, s:i}", "operators", nodes, "bands", (int)b->n, "rows", (int)b->rows));
    }
    return list;
}

static json_t *all_json(const th_target *t, const th_measure *m, size_t unbanded)
{
    const th_graph *g = t->plan->graph;
    json_t *o = json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:i}", "file", th_name_json(t->path), "inputs",
                          tensors_json(g, g->inputs, g->n_inputs), "outputs", tensors_json(g, g->outputs, g->n_outputs),
                          "operators", nodes_json(t->plan), "macs", (json_int_t)t->plan->macs, "parameters",
                          (json_int_t)total_parameters(t->plan), "constant_bytes", (json_int_t)total_constants(t->plan),
                          "arena_bytes", (json_int_t)t->plan->arena_bytes, "arena_lower_bound",
                          (json_int_t)t->plan->lower_bound, "peak_operator", (int)t->plan->peak_node);
    json_object_set_new(o, "graphs", subs_json(t->plan));
    json_object_set_new(o, "bands", bands_json(t->plan));
    json_object_set_new(o, "bands_more_macs", json_integer((json_int_t)th_bands_more_macs(t->plan)));
    json_object_set_new(o, "arena_without_bands", json_integer((json_int_t)unbanded));
    if (t->has_pipe) {
        json_t *labels = json_array();
        for (int32_t i = 0; i < t->pipe.n_labels; i++) json_array_append_new(labels, json_string(t->pipe.labels[i]));
        json_object_set_new(o, "labels", labels);
    }
    if (m) json_object_set_new(o, "board", th_measure_json(m, t->board));
    return o;
}

static th_err inspect(const th_args *a, const th_target *t, th_why *why)
{
    th_measure m;
    size_t unbanded;
    const bool measured = th_arg(a, "board") != NULL;
    TH_TRY(unbanded_bytes(t, &unbanded, why));
    if (measured) TH_TRY(th_measure_model(t->plan, &t->app, t->board, &m, why));
    if (th_arg_on(a, "json")) return th_json_print(all_json(t, measured ? &m : NULL, unbanded), why);
    print_all(t, measured ? &m : NULL, unbanded);
    return th_arg_on(a, "tensors") ? print_tensors(t->model, why) : TH_OK;
}

/* So that a script that asked for JSON gets it. */
static th_err refusal_json(const th_target *t, th_err err, th_why *why)
{
    const char *reason = why->err ? why->text : th_err_text(err);
    const th_err other =
        th_json_print(json_pack("{s:o, s:o}", "file", th_name_json(t->path), "refused", th_name_json(reason)), NULL);
    return other ? other : err;
}

static th_err run(const th_args *a, th_why *why)
{
    th_target t;
    if (a->n_words > 1) return th_inspect_many(a, why);
    th_err err = th_target_open(th_word(a, 0, "."), th_arg(a, "board"), th_arg(a, "bands"), &t, why);
    if (!err)
        err = inspect(a, &t, why);
    else if (th_arg_on(a, "json") && t.path[0])
        err = refusal_json(&t, err, why);
    th_target_free(&t);
    return err;
}

const th_cmd th_cmd_inspect = {
    .name = "inspect",
    .words = "[MODEL.tflite|MODEL.thm|PROJECT]..",
    .summary = "operators, memory, and whether it fits a board",
    .detail = "The arena is exact. With --board the firmware is built (and run, where the emulator is installed) to "
              "give exact\n"
              "flash, RAM and stack. Several models: what they take in one arena, when one runs after the other.\n\n"
              "  thimble inspect my-words/model/int8.tflite --board nano33ble\n"
              "  thimble inspect int8.tflite --tensors\n"
              "  thimble inspect wake.tflite words.tflite --board nano33ble",
    .opts = options,
    .min_words = 0,
    .max_words = TH_MAX_JOINT,
    .run = run,
};
