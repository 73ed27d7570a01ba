/* Where the memory goes: flash and RAM as stacked bars, and the arena as a packing picture:
 * to the right the layers one after another, upwards the bytes; a box is a tensor, as long as it is needed. */
#include "report/sections.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct life {
    int32_t first, last; /* layers; -1: never */
} life;

static bool ready(const th_report *r)
{
    return r->plan && r->plan->arena_bytes > 0 && r->plan->graph->n_nodes > 0;
}

/* First and last layer that touch each tensor, in the order in which they run; fresh memory [n_tensors]. */
static life *lives(const th_plan *p)
{
    const th_graph *g = p->graph;
    life *v = malloc((size_t)g->n_tensors * sizeof *v);
    if (!v) return NULL;
    for (int32_t i = 0; i < g->n_tensors; i++) v[i] = (life){-1, -1};
    for (int32_t i = 0; i < g->n_inputs; i++) v[g->inputs[i]] = (life){0, 0};
    for (int32_t k = 0; k < g->n_nodes; k++) {
        const th_node *n = &g->nodes[p->order[k]];
        for (int32_t i = 0; i < n->n_in + n->n_out; i++) {
            const int32_t t = i < n->n_in ? n->in[i] : n->out[i - n->n_in];
            if (t < 0) continue;
            if (v[t].first < 0) v[t].first = k;
            v[t].last = k;
        }
    }
    for (int32_t i = 0; i < g->n_outputs; i++) v[g->outputs[i]].last = g->n_nodes - 1;
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].is_variable) v[i] = (life){0, g->n_nodes - 1};
    return v;
}

static int32_t place_in_order(const th_plan *p, int32_t node)
{
    int32_t k = 0;
    while (p->order[k] != node) k++;
    return k;
}

enum { LEFT = 50, RIGHT = 356, TOP = 8, BOTTOM = 208, HEIGHT = 244 };

static void draw_box(th_html *h, const th_plan *p, const char *css_class, life l, size_t offset, size_t bytes,
                     const char *tip)
{
    const double w = (double)(RIGHT - LEFT) / p->graph->n_nodes, scale = (BOTTOM - TOP) / (double)p->arena_bytes;
    th_svg_box(h, css_class, LEFT + l.first * w + 0.5, BOTTOM - (double)(offset + bytes) * scale + 0.5,
               (l.last - l.first + 1) * w - 1.0, fmax((double)bytes * scale - 1.0, 1.0), tip);
}

static void draw_axes(th_html *h, const th_plan *p)
{
    char text[48];
    const double step = th_svg_tick((double)p->arena_bytes / 1024.0, 4) * 1024.0;
    for (int i = 0; i * step <= (double)p->arena_bytes; i++) {
        const double y = i * step, at = BOTTOM - y / (double)p->arena_bytes * (BOTTOM - TOP);
        th_svg_line(h, "axis", LEFT, at, RIGHT, at);
        snprintf(text, sizeof text, "%g KB", y / 1024.0);
        th_svg_text(h, LEFT - 6, at + 4, "end", text);
    }
    const double w = (double)(RIGHT - LEFT) / p->graph->n_nodes;
    const int32_t every = 1 + p->graph->n_nodes / 16;
    for (int32_t k = 0; k < p->graph->n_nodes; k += every) {
        snprintf(text, sizeof text, "%d", (int)p->order[k]);
        th_svg_text(h, LEFT + (k + 0.5) * w, BOTTOM + 16, "middle", text);
    }
    th_svg_text(h, (LEFT + RIGHT) / 2.0, BOTTOM + 33, "middle", "layer");
}

static void draw(th_html *h, const th_plan *p, const life *v)
{
    char text[200], size[32];
    snprintf(text, sizeof text, "Packing picture of the working memory: %s in all, fullest at layer %d.",
             th_report_size((double)p->arena_bytes, size), (int)p->peak_node);
    th_svg_open(h, HEIGHT, text);
    draw_axes(h, p);
    const int32_t peak = place_in_order(p, p->peak_node);
    for (int32_t t = 0; t < p->graph->n_tensors; t++) {
        if (p->offset[t] == TH_NO_OFFSET || v[t].first < 0) continue;
        const size_t bytes = th_tensor_bytes(&p->graph->tensors[t]);
        const bool at_peak = v[t].first <= peak && peak <= v[t].last;
        snprintf(text, sizeof text, "tensor %d, %s: layers %d to %d", (int)t, th_report_size((double)bytes, size),
                 (int)p->order[v[t].first], (int)p->order[v[t].last]);
        draw_box(h, p, at_peak ? "full" : "half", v[t], p->offset[t], bytes, text);
    }
    for (int32_t k = 0; k < p->graph->n_nodes; k++) {
        if (p->state[k] != TH_NO_OFFSET) {
            snprintf(text, sizeof text, "state of layer %d, %s", (int)k,
                     th_report_size((double)p->steps[k].state_bytes, size));
            draw_box(h, p, "full", (life){0, p->graph->n_nodes - 1}, p->state[k], p->steps[k].state_bytes, text);
        }
        if (p->scratch[k] == TH_NO_OFFSET || !p->steps[k].scratch_bytes) continue;
        snprintf(text, sizeof text, "scratch of layer %d, %s", (int)k,
                 th_report_size((double)p->steps[k].scratch_bytes, size));
        const int32_t at = place_in_order(p, k);
        draw_box(h, p, "scratch", (life){at, at}, p->scratch[k], p->steps[k].scratch_bytes, text);
    }
    th_svg_close(h);
}

static void write_packing_table(th_html *h, const th_plan *p, const life *v)
{
    static const char *const headings[] = {"Tensor", "Bytes", "From byte", "First layer", "Last layer"};
    th_html_details(h, "The working memory as a table");
    th_html_table(h, "Every tensor in the working memory", headings, 5);
    for (int32_t t = 0; t < p->graph->n_tensors; t++) {
        if (p->offset[t] == TH_NO_OFFSET || v[t].first < 0) continue;
        th_html_fmt(h, "<tr><td>%d ", (int)t);
        th_html_name(h, p->graph->tensors[t].name);
        th_html_fmt(h, "</td><td>%zu</td><td>%zu</td><td>%d</td><td>%d</td></tr>\n",
                    th_tensor_bytes(&p->graph->tensors[t]), p->offset[t], (int)p->order[v[t].first],
                    (int)p->order[v[t].last]);
    }
    for (int32_t k = 0; k < p->graph->n_nodes; k++) {
        if (p->state[k] != TH_NO_OFFSET)
            th_html_fmt(h, "<tr><td>state of layer %d</td><td>%zu</td><td>%zu</td><td>0</td><td>%d</td></tr>\n", (int)k,
                        p->steps[k].state_bytes, p->state[k], (int)p->graph->n_nodes - 1);
        if (p->scratch[k] != TH_NO_OFFSET && p->steps[k].scratch_bytes)
            th_html_fmt(h, "<tr><td>scratch of layer %d</td><td>%zu</td><td>%zu</td><td>%d</td><td>%d</td></tr>\n",
                        (int)k, p->steps[k].scratch_bytes, p->scratch[k], (int)k, (int)k);
    }
    th_html_table_end(h);
    th_html_details_end(h);
}

/* One stacked bar and its numbers; the last part, what is left, is not drawn. */
static void write_stack(th_html *h, const char *name, const double part[3], const char *const part_name[3],
                        double limit)
{
    static const char *const css_class[3] = {"good", "half", "quiet"};
    char size[32];
    double used = 0.0;
    for (int i = 0; i < 3; i++) used += part[i];
    const double whole = limit > used ? limit : used;
    th_html_fmt(h, "<h3>%s: %s", name, th_report_size(used, size));
    if (limit > 0.0) th_html_fmt(h, " of %s, %.0f %%", th_report_size(limit, size), 100.0 * used / limit);
    th_html_put(h, "</h3>\n<div class=\"stack\" aria-hidden=\"true\">");
    for (int i = 0; i < 3; i++)
        th_html_fmt(h, "<i class=\"k-%s\" style=\"width:%.2f%%\"></i>", css_class[i], 100.0 * part[i] / whole);
    th_html_put(h, "</div>\n<ul class=\"key\">");
    for (int i = 0; i < 3; i++)
        if (part[i] > 0.0)
            th_html_fmt(h, "<li><i class=\"k-%s\"></i>%s: %s</li>", css_class[i], part_name[i],
                        th_report_size(part[i], size));
    if (limit > used) th_html_fmt(h, "<li>free: %s</li>", th_report_size(limit - used, size));
    th_html_put(h, "</ul>\n");
}

static double weight_bytes(const th_graph *g)
{
    double sum = 0.0;
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].data) sum += (double)th_tensor_bytes(&g->tensors[t]);
    return sum;
}

static void write_board(th_html *h, const th_report *r)
{
    th_figures f;
    th_report_figures(r, &f);
    const double weights = weight_bytes(r->plan->graph), arena = f.arena_bytes;
    if (f.flash_bytes < 0.0 || f.ram_bytes < 0.0) {
        char size[32];
        th_html_fmt(h, "<p>The weights take %s of flash. ", th_report_size(weights, size));
        th_html_fmt(h,
                    "<code>thimble emulate %s</code> builds the firmware and adds its program, tables and stack.</p>\n",
                    th_report_task(r)->feed);
        return;
    }
    const double tables = th_json_num(r->file[TH_R_EMULATE], "flash_parts.tables", 0.0);
    const double flash[3] = {weights, tables, fmax(f.flash_bytes - weights - tables, 0.0)};
    static const char *const flash_name[3] = {"weights", "tables of the front end", "program"};
    const double stack = f.stack_bytes > 0.0 ? f.stack_bytes : 0.0;
    const double ram[3] = {arena, stack, fmax(f.ram_bytes - arena - stack, 0.0)};
    static const char *const ram_name[3] = {"working memory of the network", "stack", "sound buffers and the rest"};
    write_stack(h, "Flash", flash, flash_name, f.flash_limit);
    write_stack(h, "RAM", ram, ram_name, f.ram_limit);
}

static void write(th_html *h, const th_report *r)
{
    char size[32];
    th_report_see(h, "Each box is one intermediate result: as wide as the time it is needed, as high as its bytes. The "
                     "network needs as much "
                     "memory as the highest stack, which is drawn in the strongest colour; no space between boxes "
                     "means nothing is wasted.");
    if (!r->is_int8)
        th_html_put(
            h, "<p>This is the float network. Run <code>thimble quantize</code>: int8 needs a quarter of it.</p>\n");
    life *v = lives(r->plan);
    if (!v) {
        h->failed = true;
        return;
    }
    th_html_fmt(h, "<h3>Working memory (arena): %s</h3>\n", th_report_size((double)r->plan->arena_bytes, size));
    if (r->plan->arena_bytes == r->plan->lower_bound)
        th_html_put(h, "<p>No other arrangement of these boxes can be lower.</p>\n");
    static const char *const key[3][2] = {
        {"good", "there when memory is fullest"}, {"half", "other results"}, {"scratch", "scratch space"}};
    th_report_key(h, key, 3);
    draw(h, r->plan, v);
    write_packing_table(h, r->plan, v);
    write_board(h, r);
    free(v);
}

const th_section th_section_memory = {
    "memory", "Where the memory goes", "thimble train", "what fills flash and RAM", ready, write, 0};
