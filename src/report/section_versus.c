/* What networks and classic learners reach on this project, beside what they cost: `thimble compare`. */
#include "report/sections.h"
#include "report/versus.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEFT = 44, RIGHT = 348, TOP = 14, BOTTOM = 170, HEIGHT = 206 };

static bool ready(const th_report *r)
{
    return th_json_len(r->file[TH_R_VERSUS], "rows") > 0;
}

static double cost_of(const th_versus_row *r, int which)
{
    return which == 0 ? r->flash : which == 1 ? r->ram : r->instructions;
}

typedef struct frame {
    double x_low, x_high; /* powers of ten */
    double y_low, y_high;
} frame;

/* A frame around all points with that cost; false when there is none. */
static bool frame_of(const th_versus *v, int which, frame *f)
{
    *f = (frame){HUGE_VAL, -HUGE_VAL, 1, 0};
    for (int i = 0; i < v->n; i++) {
        const th_versus_row *r = &v->row[i];
        if (!(cost_of(r, which) > 0)) continue;
        f->x_low = fmin(f->x_low, floor(log10(cost_of(r, which))));
        f->x_high = fmax(f->x_high, floor(log10(cost_of(r, which))) + 1);
        f->y_low = fmin(f->y_low, r->score - r->deviation);
        f->y_high = fmax(f->y_high, r->score + r->deviation);
    }
    f->y_low = fmax(0, floor(f->y_low * 20 - 1e-9) / 20);
    f->y_high = fmin(1, ceil(f->y_high * 20 + 1e-9) / 20);
    return f->x_high > f->x_low && f->y_high > f->y_low;
}

static double place_x(const frame *f, double cost)
{
    return LEFT + (log10(cost) - f->x_low) / (f->x_high - f->x_low) * (RIGHT - LEFT);
}

static double place_y(const frame *f, double score)
{
    return BOTTOM - fmin(fmax((score - f->y_low) / (f->y_high - f->y_low), 0), 1) * (BOTTOM - TOP);
}

static void draw_axes(th_html *h, const frame *f, const char *x_text)
{
    static const char *const unit[] = {"", "k", "M", "G", "T"};
    char text[32];
    const double step = th_svg_tick(f->y_high - f->y_low, 4);
    for (double y = ceil(f->y_low / step - 1e-9) * step; y <= f->y_high + 1e-9; y += step) {
        th_svg_line(h, "axis", LEFT, place_y(f, y), RIGHT, place_y(f, y));
        snprintf(text, sizeof text, "%.3g %%", 100 * y);
        th_svg_text(h, LEFT - 6, place_y(f, y) + 4, "end", text);
    }
    for (int p = (int)f->x_low; p <= (int)f->x_high; p++) {
        const double x = place_x(f, pow(10, p));
        const int u = p < 0 ? 0 : p / 3 > 4 ? 4 : p / 3;
        th_svg_line(h, "axis", x, TOP, x, BOTTOM);
        snprintf(text, sizeof text, "%g%s", pow(10, p - 3 * u), unit[u]);
        th_svg_text(h, x, BOTTOM + 16, "middle", text);
    }
    th_svg_text(h, (LEFT + RIGHT) / 2.0, BOTTOM + 33, "middle", x_text);
}

/* Where a name stands beside its point: the first of some heights that no earlier name has taken. */
static double free_height(double (*taken)[3], int n, double x, double width, double y)
{
    static const double step[] = {0, 12, -12, 24, -24, 36, -36};
    for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
        bool clear = y + step[k] > TOP && y + step[k] < BOTTOM;
        for (int i = 0; i < n && clear; i++)
            clear = taken[i][0] > x + width || taken[i][0] + taken[i][2] < x || fabs(taken[i][1] - y - step[k]) > 11;
        if (clear) return y + step[k];
    }
    return y;
}

static void draw_points(th_html *h, const th_versus *v, int which, const frame *f)
{
    double taken[TH_VERSUS_ROWS][3];
    int n = 0;
    for (int i = 0; i < v->n; i++) {
        const th_versus_row *r = &v->row[i];
        if (!(cost_of(r, which) > 0)) continue;
        const double x = place_x(f, cost_of(r, which)), y = place_y(f, r->score), width = 6.5 * (double)strlen(r->name);
        const bool left = x + 8 + width > RIGHT;
        const double from = left ? x - 8 - width : x + 8, at = free_height(taken, n, from, width, y + 4);
        th_svg_line(h, "mark", x, place_y(f, r->score - r->deviation), x, place_y(f, r->score + r->deviation));
        th_html_fmt(h, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>\n",
                    r->stale     ? "miss"
                    : r->learner ? "good"
                                 : "bad",
                    x, y, i == v->take ? 7 : 4);
        th_svg_text(h, left ? x - 8 : x + 8, at, left ? "end" : "start", r->name);
        taken[n][0] = from;
        taken[n][1] = at;
        taken[n++][2] = width;
    }
}

static void draw(th_html *h, const th_versus *v, int which)
{
    static const char *const what[] = {"bytes of flash", "bytes of RAM", "instructions of one answer"};
    char alt[160];
    frame f;
    if (!frame_of(v, which, &f)) return;
    snprintf(alt, sizeof alt, "Points: %s of each model over %s, on a logarithmic axis. The table has the figures.",
             th_versus_measure(v), what[which]);
    th_html_fmt(h, "<figure><figcaption>%s over %s</figcaption>\n", th_versus_measure(v), what[which]);
    th_svg_open(h, HEIGHT, alt);
    draw_axes(h, &f, what[which]);
    draw_points(h, v, which, &f);
    th_svg_close(h);
    th_html_put(h, "</figure>\n");
}

static void count_cell(th_html *h, double v)
{
    th_html_put(h, "<td>");
    if (v < 0)
        th_html_put(h, "-");
    else
        th_html_count(h, (int64_t)v);
    th_html_put(h, "</td>");
}

static void write_table(th_html *h, const th_versus *v)
{
    const char *const headings[] = {"Model", th_versus_measure(v), "\xC2\xB1", "Flash", "RAM", "Instructions", ""};
    th_html_table(h, "int8 on the tested part; bytes and instructions of the board", headings, 7);
    for (int i = 0; i < v->n; i++) {
        const th_versus_row *r = &v->row[i];
        th_html_put(h, i == v->take ? "<tr><td><b>" : "<tr><td>");
        th_html_name(h, r->name);
        th_html_put(h, i == v->take ? "</b></td><td>" : "</td><td>");
        th_html_percent(h, r->score);
        th_html_fmt(h, "</td><td>%.1f</td>", 100 * r->deviation);
        for (int k = 0; k < 3; k++) count_cell(h, cost_of(r, k));
        th_html_put(h, r->stale ? "<td>stale: of other data, settings or model" : "<td>");
        if (r->problem) th_html_text(h, r->problem);
        th_html_put(h, "</td></tr>\n");
    }
    th_html_table_end(h);
}

static void write(th_html *h, const th_report *r)
{
    static const char *const key[][2] = {{"bad", "network"}, {"good", "classic learner"}, {"miss", "stale"}};
    char sentence[640];
    th_versus_now now;
    th_versus v;
    th_versus_know(r->project, &now);
    th_versus_read(r->project, r->file[TH_R_VERSUS], &now, &v);
    th_report_see(h,
                  "Each point is a model, trained on the same examples and tested on the same others. Up is better, "
                  "left is cheaper; each step of the axis below costs ten times as much. The line through a point is "
                  "one standard deviation of the test.");
    th_versus_sentence(&v, sentence, sizeof sentence);
    th_html_put(h, "<p><b>");
    th_html_text(h, sentence);
    th_html_put(h, "</b></p>\n");
    th_report_key(h, key, 3);
    th_html_put(h, "<div class=\"pair\">\n");
    for (int k = 0; k < 3; k++) draw(h, &v, k);
    th_html_put(h, "</div>\n");
    write_table(h, &v);
    for (int i = 0; i < v.n; i++)
        if (v.row[i].stale) {
            th_html_put(h,
                        "<p class=\"soft\">What is stale was measured before the data, thimble.ini or the network "
                        "changed, and is not chosen from. Measure it again with <code>thimble compare</code>.</p>\n");
            break;
        }
}

const th_section th_section_versus = {"versus",
                                      "Networks and classic learners",
                                      "thimble compare",
                                      "whether a classic learner does as well for less memory and work",
                                      ready,
                                      write,
                                      TH_FOR_ROWS};
