/* The few numbers that stand above everything, and in the table that ends `thimble report`. */
#include "report/sections.h"

#include <stdio.h>

void th_report_figures(const th_report *r, th_figures *f)
{
    const json_t *t = r->file[TH_R_TEST], *e = r->file[TH_R_EMULATE];
    *f = (th_figures){
        .accuracy_float = th_json_num(t, "float.accuracy", -1.0),
        .accuracy_int8 = th_json_num(t, "int8.accuracy", -1.0),
        .accuracy_device = th_json_num(e, "accuracy", th_json_num(t, "device.accuracy", -1.0)),
        .test_clips = th_json_num(t, "clips", th_json_num(t, "examples", -1.0)),
        .rmse = th_json_num(t, "int8.rmse", th_json_num(t, "float.rmse", -1.0)),
        .auc = th_json_num(t, "int8.auc", th_json_num(t, "float.auc", -1.0)),
        .f1 = th_json_num(t, "int8.f1", th_json_num(t, "float.f1", -1.0)),
        .flash_bytes = th_json_num(e, "flash", -1.0),
        .flash_limit = th_json_num(e, "flash_limit", -1.0),
        .ram_bytes = th_json_num(e, "ram", -1.0),
        .ram_limit = th_json_num(e, "ram_limit", -1.0),
        .stack_bytes = th_json_num(e, "stack", -1.0),
        .arena_bytes = th_json_num(e, "arena", r->plan && r->is_int8 ? (double)r->plan->arena_bytes : -1.0),
        .instr_inference = th_json_num(e, "instructions", -1.0),
        .instr_second =
            th_json_num(e, "instructions_per_second_audio", th_json_num(e, "instructions_per_second_sensor", -1.0)),
        .instr_frame = th_json_num(e, "camera_instructions_per_frame", -1.0),
        .duty = th_json_num(e, "duty_cycle_estimate", -1.0),
        .latency_ms = th_json_num(e, "latency_ms_estimate", th_json_num(e, "ms_estimate", -1.0)),
        .board = th_json_str(e, "board", NULL),
    };
    if (f->accuracy_float >= 0 || f->accuracy_int8 >= 0) f->auc = -1; /* of two labels: the accuracy says it here */
}

static void tile(th_html *h, const char *css_class, const char *number, const char *unit, const char *text)
{
    th_html_fmt(h, "<li%s%s%s><b>", *css_class ? " class=\"" : "", css_class, *css_class ? "\"" : "");
    th_html_text(h, number);
    if (*unit) {
        th_html_put(h, " <small>");
        th_html_text(h, unit);
        th_html_put(h, "</small>");
    }
    th_html_put(h, "</b><span>");
    th_html_text(h, text);
    th_html_put(h, "</span></li>\n");
}

/* Of networks that give no labels. */
static void value_tiles(th_html *h, const th_figures *f)
{
    char number[32];
    if (f->rmse >= 0.0) {
        snprintf(number, sizeof number, "%.3f", f->rmse);
        tile(h, "first", number, "",
             "is how far its answers are from the right ones in the test: the root of the mean square.");
    }
    if (f->auc >= 0.0) {
        snprintf(number, sizeof number, "%.3f", f->auc);
        tile(h, "first", number, "AUC", "how often an anomaly looks stranger to it than what is normal.");
    }
    if (f->auc < 0.0 || f->f1 < 0.0) return;
    snprintf(number, sizeof number, "%.2f", f->f1);
    tile(h, "", number, "F1", "of its alarms: 1 is none missed and none false.");
}

static void accuracy_tile(th_html *h, const th_figures *f, const char *noun)
{
    char number[32], text[160];
    const double best = f->accuracy_int8 >= 0.0 ? f->accuracy_int8 : f->accuracy_float;
    snprintf(number, sizeof number, "%.1f", best * 100.0);
    const int n = snprintf(text, sizeof text, "of %.0f test %s right: ", f->test_clips, noun);
    if (best < 1.0)
        snprintf(text + n, sizeof text - (size_t)n, "one mistake in %.0f. None of them was used for training.",
                 1.0 / (1.0 - best));
    else
        snprintf(text + n, sizeof text - (size_t)n, "not one mistake. None of them was used for training.");
    tile(h, "first", number, "%", text);
    if (f->accuracy_int8 < 0.0 || f->accuracy_float < 0.0) return;
    snprintf(number, sizeof number, "%+.1f", (f->accuracy_int8 - f->accuracy_float) * 100.0);
    snprintf(text, sizeof text, "from squeezing the network to 8-bit numbers (before: %.1f\xc2\xa0%%).",
             f->accuracy_float * 100.0);
    tile(h, "", number, "points", text);
}

static void memory_tile(th_html *h, const char *name, double used, double limit, const char *what)
{
    char number[32], text[160];
    if (used < 0.0) return;
    snprintf(number, sizeof number, "%.1f", used / 1024.0);
    if (limit > 0.0)
        snprintf(text, sizeof text, "of %s: %.0f\xc2\xa0%% of the board's %.0f\xc2\xa0KB. %s", name,
                 100.0 * used / limit, limit / 1024.0, what);
    else
        snprintf(text, sizeof text, "of %s. %s", name, what);
    tile(h, "", number, "KB", text);
}

void th_report_headline(th_html *h, const th_report *r)
{
    th_figures f;
    th_report_figures(r, &f);
    char number[32];
    th_html_put(h, "<ul class=\"tiles\" aria-label=\"The most important figures\">\n");
    const size_t before = h->n;
    if (f.test_clips > 0.0 && (f.accuracy_int8 >= 0.0 || f.accuracy_float >= 0.0))
        accuracy_tile(h, &f, th_report_task(r)->noun);
    value_tiles(h, &f);
    memory_tile(h, "flash", f.flash_bytes, f.flash_limit, "Flash keeps program and weights.");
    memory_tile(h, "RAM", f.ram_bytes, f.ram_limit, "RAM is for numbers that change.");
    if (f.duty >= 0.0) {
        snprintf(number, sizeof number, "%.1f", f.duty * 100.0);
        tile(h, f.duty > 1.0 ? "over" : "", number, "%",
             f.duty > 1.0 ? "of the time the processor would have to work (estimate): more than there is. Use a longer "
                            "stride or a smaller network."
                          : "of the time the processor is busy (estimate); it can sleep for the rest.");
    }
    if (f.latency_ms >= 0.0) {
        snprintf(number, sizeof number, "%.0f", f.latency_ms);
        tile(h, "", number, "ms", "to think about one answer (estimate).");
    }
    if (h->n == before)
        th_html_put(h, "<li class=\"first\"><b>No figures yet</b><span>Run <code>thimble train</code>, then "
                       "<code>thimble test</code>.</span></li>\n");
    th_html_put(h, "</ul>\n");
}
