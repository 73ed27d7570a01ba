/* False alarms per hour against misses, of `thimble test --curve`. */
#include "report/sections.h"

#include <math.h>
#include <stdio.h>

#define MOST 256

static const json_t *curve(const th_report *r)
{
    return th_json_at(r->file[TH_R_CURVE], "curve");
}

static bool ready(const th_report *r)
{
    return th_json_len(curve(r), "points") > 1;
}

/* Points from the highest threshold on, whose rates grow; those above `most` are left out. */
static int32_t take_points(const json_t *points, double marked, double most, double *x, double *y, int32_t *mark)
{
    int32_t n = 0;
    double rate = 0.0;
    *mark = -1;
    for (size_t i = json_array_size(points); i-- > 0 && n < MOST;) {
        const json_t *p = json_array_get(points, i);
        rate = fmax(rate, th_json_num(p, "false_accepts_per_hour", 0.0));
        if (!(rate <= most)) break;
        x[n] = rate;
        y[n] = fmin(fmax(th_json_num(p, "miss_rate", 0.0), 0.0), 1.0);
        if (fabs(th_json_num(p, "threshold", -1.0) - marked) < 0.0005) *mark = n;
        n++;
    }
    return n;
}

static void draw(th_html *h, const json_t *c)
{
    double x[MOST], y[MOST];
    char text[64];
    int32_t mark;
    const double marked = th_json_num(c, "marked.threshold", -1.0),
                 rate = th_json_num(c, "marked.false_accepts_per_hour", 0.0);
    const double most = fmax(10.0, 4.0 * fmax(rate, th_json_num(c, "asked_per_hour", 0.0)));
    const int32_t n = take_points(th_json_at(c, "points"), marked, most, x, y, &mark);
    snprintf(text, sizeof text, "%s %.3f", json_is_true(th_json_at(c, "chosen")) ? "chosen:" : "now:", marked);
    if (n < 1 || !isfinite(x[n - 1])) return;
    const th_chart chart = {.alt = "Part of the words that are missed, over false alarms per hour.",
                            .y_high = 1,
                            .percent = true,
                            .x = x,
                            .n = n,
                            .mark = mark,
                            .mark_text = text,
                            .x_text = "false alarms per hour"};
    const th_series series[] = {{"main", y}};
    th_svg_chart(h, &chart, series, 1);
}

static void write_words(th_html *h, const json_t *c)
{
    static const char *const headings[] = {"Word", "Said", "Heard", "False alarms"};
    const json_t *list = th_json_at(c, "labels");
    if (!json_array_size(list)) return;
    th_html_table(h, "Words at the marked threshold", headings, 4);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *w = json_array_get(list, i);
        th_html_put(h, "<tr><td>");
        th_html_name(h, th_json_str(w, "label", "?"));
        th_html_fmt(h, "</td><td>%.0f</td><td>%.0f</td><td>%.0f</td></tr>\n", th_json_num(w, "said", 0),
                    th_json_num(w, "hits", 0), th_json_num(w, "false_accepts", 0));
    }
    th_html_table_end(h);
}

static void write(th_html *h, const th_report *r)
{
    const json_t *c = curve(r), *m = th_json_at(c, "marked");
    const double hours = th_json_num(c, "seconds", 0.0) / 3600.0;
    th_report_see(h,
                  "Each point is a threshold. The lower left corner is best: no false alarm and no word missed. A high "
                  "threshold is on the left, a low one on the right.");
    draw(h, c);
    th_html_fmt(h,
                "<p>At %.3f it misses <b>%.1f %%</b> of the words and gives <b>%.2f false alarms per hour</b>. In %.2f "
                "hours that were heard these are %.0f, which says with 95 %% certainty: fewer than %.2f per "
                "hour.</p>\n",
                th_json_num(m, "threshold", 0), 100.0 * th_json_num(m, "miss_rate", 0),
                th_json_num(m, "false_accepts_per_hour", 0), hours, th_json_num(m, "false_accepts", 0),
                th_json_num(m, "at_most_per_hour", 0));
    if (th_json_num(c, "repeats", 1.0) > 1.5)
        th_html_fmt(h,
                    "<p class=\"soft\">Each clip was heard %.1f times; what is heard again says nothing new, and "
                    "counts once for that limit.</p>\n",
                    th_json_num(c, "repeats", 1.0));
    write_words(h, c);
}

const th_section th_section_wake = {"wake",
                                    "False alarms and misses",
                                    "thimble test --curve",
                                    "how many words are missed for how few false alarms",
                                    ready,
                                    write,
                                    TH_FOR_SOUND};
