/* Where the instructions go: counted by the emulator, or multiplications when it has not run. */
#include "report/sections.h"

#include <stdio.h>

static bool ready(const th_report *r)
{
    return th_json_len(r->file[TH_R_EMULATE], "instructions_by_layer") > 0 || (r->plan && r->plan->macs > 0);
}

typedef struct cost {
    const char *op;
    double value;
} cost;

/* Cost of layer i: instructions, or multiply-accumulates of the plan. */
static cost cost_of(const th_report *r, bool counted, size_t i)
{
    if (!counted) {
        const th_op_row *row = th_op_find((int32_t)r->plan->graph->nodes[i].op);
        return (cost){row ? row->name : "?", (double)r->plan->steps[i].macs};
    }
    const json_t *item = json_array_get(th_json_at(r->file[TH_R_EMULATE], "instructions_by_layer"), i);
    return (cost){th_json_str(item, "op", "?"), th_json_num(item, "instructions", 0.0)};
}

static void write_sums(th_html *h, const th_report *r)
{
    th_figures f;
    th_report_figures(r, &f);
    if (f.instr_inference < 0.0) return;
    th_html_put(h, "<p>One answer takes ");
    th_html_count(h, (int64_t)f.instr_inference);
    th_html_put(h, " instructions");
    if (f.instr_second >= 0.0) {
        th_html_put(h, th_report_task(r)->input == TH_IN_SOUND
                           ? "; one second of listening, sound pictures included, takes "
                           : "; one second of the sensor, features included, takes ");
        th_html_count(h, (int64_t)f.instr_second);
    }
    if (f.instr_frame >= 0.0) {
        th_html_put(h, "; to bring one frame of the camera to the size of its picture takes ");
        th_html_count(h, (int64_t)f.instr_frame);
    }
    th_html_put(h, ". These are counted exactly, in an emulator.");
    if (f.duty >= 0.0)
        th_html_fmt(h,
                    " On the board that would keep the processor busy %.1f %% of the time; that is an <b>estimate</b>, "
                    "since a real chip waits for its memory now and then.",
                    f.duty * 100.0);
    th_html_put(h, "</p>\n");
}

static void write(th_html *h, const th_report *r)
{
    const bool counted = th_json_len(r->file[TH_R_EMULATE], "instructions_by_layer") > 0;
    const char *const headings[] = {"Layer", "Kind", counted ? "Instructions" : "Multiplications"};
    const size_t n =
        counted ? th_json_len(r->file[TH_R_EMULATE], "instructions_by_layer") : (size_t)r->plan->graph->n_nodes;
    double sum = 0.0, most = 1.0;
    for (size_t i = 0; i < n; i++) {
        const double v = cost_of(r, counted, i).value;
        sum += v;
        if (v > most) most = v;
    }
    th_report_see(h,
                  "The longest bar is the layer to make smaller when the board is too slow or the battery too weak.");
    write_sums(h, r);
    if (!counted)
        th_html_fmt(h,
                    "<p>These are multiplications, from the plan. <code>thimble emulate %s</code> counts real "
                    "instructions.</p>\n",
                    th_report_task(r)->feed);
    th_html_table(
        h, counted ? "Instructions of one answer, layer by layer" : "Multiplications of one answer, layer by layer",
        headings, 3);
    for (size_t i = 0; i < n; i++) {
        const cost c = cost_of(r, counted, i);
        char text[48];
        snprintf(text, sizeof text, c.value >= 1e5 ? "%.2f M, %.0f %%" : "%.0f, %.0f %%",
                 c.value >= 1e5 ? c.value / 1e6 : c.value, sum > 0.0 ? 100.0 * c.value / sum : 0.0);
        th_html_fmt(h, "<tr><td>%zu</td><td class=\"op\">", i);
        th_report_op(h, c.op);
        th_html_put(h, "</td>");
        th_html_bar(h, c.value / most, text);
        th_html_put(h, "</tr>\n");
    }
    th_html_table_end(h);
}

const th_section th_section_time = {
    "time", "Where the time goes", "thimble emulate", "which layer takes how many instructions", ready, write, 0};
