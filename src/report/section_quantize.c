/* What int8 costs, layer by layer, from model/quantize.json. */
#include "report/sections.h"

#include <stdio.h>

#define EXACT 199.0 /* dB; 200 is written for a layer without any error */

static bool ready(const th_report *r)
{
    return th_json_len(r->file[TH_R_QUANTIZE], "layers") > 0;
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
}

const th_section th_section_quantize = {
    "int8", "What the small numbers cost", "thimble quantize", "how much each layer lost by 8-bit numbers", ready,
    write};
