/* What int8 costs, layer by layer, from model/quantize.json. */
#include "report/sections.h"

#include <math.h>
#include <stdio.h>

#define EXACT 199.0 /* dB; 200 is written for a layer without any error */

static bool ready(const th_report *r)
{
    return th_json_len(r->file[TH_R_QUANTIZE], "layers") > 0;
}

/* ---- what thimble quantize --debug adds ---- */

enum { LEFT = 4, WIDTH = 352, BASE = 72, TOP = 14, HEIGHT = 92 };

/* Text of a number as people read it: 0.0123, 4.5, 3754. */
static const char *number(double v, char buf[32])
{
    snprintf(buf, 32, "%.3g", v);
    return buf;
}

/* The values of a layer's output: bars that the type can say, and those beyond that are cut off. */
static void write_picture(th_html *h, const json_t *item)
{
    const json_t *bars = th_json_at(item, "histogram.share");
    const double lo = th_json_num(item, "histogram.lo", 0.0), hi = th_json_num(item, "histogram.hi", 0.0);
    const double first = th_json_num(item, "histogram.first", lo), last = th_json_num(item, "histogram.last", hi);
    const size_t n = json_array_size(bars);
    char text[160], a[32], b[32];
    double most = 1e-12;
    for (size_t i = 0; i < n; i++) most = fmax(most, json_number_value(json_array_get(bars, i)));
    snprintf(text, sizeof text, "Values of layer %.0f from %s to %s", th_json_num(item, "index", 0.0), number(lo, a),
             number(hi, b));
    th_svg_open(h, HEIGHT, text);
    for (size_t i = 0; i < n; i++) {
        const double share = json_number_value(json_array_get(bars, i)), w = (double)WIDTH / (double)n;
        const double middle = lo + (hi - lo) * ((double)i + 0.5) / (double)n;
        const double height = share > 0.0 ? fmax(1.0, sqrt(share / most) * (BASE - TOP)) : 0.0;
        const bool cut = first < last && (middle < first || middle > last);
        snprintf(text, sizeof text, "%.2f %% of the values%s", 100.0 * share, cut ? ", cut off" : "");
        if (height > 0.0)
            th_svg_box(h, cut ? "miss" : "half", LEFT + (double)i * w, BASE - height, fmax(1.0, w - 1.0), height, text);
    }
    th_svg_line(h, "axis", LEFT, BASE, LEFT + WIDTH, BASE);
    th_svg_text(h, LEFT, HEIGHT - 4, "start", number(lo, a));
    th_svg_text(h, LEFT + WIDTH, HEIGHT - 4, "end", number(hi, b));
    th_svg_close(h);
}

/* What is odd about a layer, in words; the largest channel hides the others from the signal to noise. */
static void write_layer(th_html *h, const json_t *item)
{
    const double imbalance = th_json_num(item, "imbalance", 1.0), cut = th_json_num(item, "saturated", 0.0);
    const double channels = th_json_num(item, "channel_db", 200.0);
    th_html_fmt(h, "<h3>Layer %.0f, ", th_json_num(item, "index", 0.0));
    th_report_op(h, th_json_str(item, "op", "?"));
    th_html_put(h, ", ");
    th_html_text(h, th_json_str(item, "type", "int8"));
    th_html_put(h, "</h3>\n<p>");
    if (imbalance >= 16.0 && channels < 20.0)
        th_html_fmt(
            h,
            "Channel %.0f is %.0f times as large as the middle one, and all share one scale: the others have few "
            "steps left. Try <code>thimble quantize --repair</code>. ",
            th_json_num(item, "channel", 0.0), imbalance);
    if (cut > 0.01) th_html_fmt(h, "%.1f %% of the values are cut off. ", 100.0 * cut);
    if (th_json_at(item, "alone.accuracy"))
        th_html_fmt(h, "With this layer alone in whole numbers %.1f %% are right.",
                    100.0 * th_json_num(item, "alone.accuracy", 0.0));
    else if (th_json_at(item, "alone"))
        th_html_fmt(h, "With this layer alone in whole numbers the output has %.1f dB.",
                    th_json_num(item, "alone.output_db", 0.0));
    th_html_put(h, "</p>\n");
    write_picture(h, item);
}

static void write_debug(th_html *h, const json_t *layers)
{
    if (!th_json_at(json_array_get(layers, 0), "histogram")) return;
    th_html_details(h, "The values of each layer, and what it costs alone");
    for (size_t i = 0; i < json_array_size(layers); i++) write_layer(h, json_array_get(layers, i));
    th_html_details_end(h);
}

static void write_repair(th_html *h, const json_t *repair)
{
    static const char *const headings[] = {"What was changed", "Right", "Output", ""};
    const json_t *tried = th_json_at(repair, "tried");
    if (json_array_size(tried) == 0) return;
    th_html_table(h, "What thimble quantize --repair tried, from the least change to the largest", headings, 4);
    for (size_t i = 0; i < json_array_size(tried); i++) {
        const json_t *t = json_array_get(tried, i);
        th_html_put(h, "<tr><td>");
        th_html_text(h, th_json_str(t, "did", "?"));
        th_html_put(h, "</td><td>");
        th_html_percent(h, th_json_num(t, "accuracy", -1.0));
        th_html_fmt(h, "</td><td>%.1f dB</td><td>%s</td></tr>\n", th_json_num(t, "output_db", 0.0),
                    json_is_true(th_json_at(t, "kept")) ? "kept" : "");
    }
    th_html_table_end(h);
}

static void write(th_html *h, const th_report *r)
{
    static const char *const headings[] = {"Layer", "Kind", "Signal to noise"};
    const json_t *layers = th_json_at(r->file[TH_R_QUANTIZE], "layers");
    size_t worst = 0;
    double most = 1.0, least = EXACT;
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *item = json_array_get(layers, i);
        const double snr = th_json_num(item, "snr_db", 0.0);
        if (snr > most && snr < EXACT) most = snr;
        if (snr < least) least = snr, worst = i;
    }
    th_report_see(h,
                  "For the board every number was rounded to one of 256 steps (int8). The bars say how little of a "
                  "layer's output was "
                  "lost by that: longer is better. 20 dB means the error is a tenth of the signal, 40 dB a hundredth.");
    th_html_fmt(h, "<p>The weakest layer is number %.0f with %.1f dB. %s</p>\n",
                th_json_num(json_array_get(layers, worst), "index", (double)worst), least,
                least < 10.0 ? "Below 10 dB the rounding may cost accuracy: compare int8 and float above."
                             : "Nothing here needs attention.");
    th_html_table(h, "Signal-to-noise ratio of int8 against float, layer by layer", headings, 3);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *item = json_array_get(layers, i);
        char text[32];
        const double snr = th_json_num(item, "snr_db", 0.0);
        if (snr < EXACT)
            snprintf(text, sizeof text, "%.1f dB", snr);
        else
            snprintf(text, sizeof text, "exact");
        th_html_fmt(h, "<tr><td>%.0f</td><td class=\"op\">", th_json_num(item, "index", (double)i));
        th_report_op(h, th_json_str(item, "op", "?"));
        th_html_put(h, "</td>");
        th_html_bar(h, snr / most, text);
        th_html_put(h, "</tr>\n");
    }
    th_html_table_end(h);
    write_repair(h, th_json_at(r->file[TH_R_QUANTIZE], "repair"));
    write_debug(h, layers);
}

const th_section th_section_quantize = {"int8",
                                        "What the small numbers cost",
                                        "thimble quantize",
                                        "how much each layer lost by 8-bit numbers",
                                        ready,
                                        write,
                                        0};
