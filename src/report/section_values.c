/* What a network of numbers answers: the curve of one number over another, or the ROC curve of anomalies. */
#include "report/sections.h"

#include <math.h>
#include <stdlib.h>

#define MOST 400

static const json_t *test(const th_report *r)
{
    return r->file[TH_R_TEST];
}

static bool ready(const th_report *r)
{
    return th_json_len(test(r), "curve") > 1 || th_json_len(test(r), "roc") > 1;
}

typedef struct point {
    double x, truth, said;
} point;

static int by_x(const void *a, const void *b)
{
    const point *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

static double number_at(const json_t *row, size_t i)
{
    return json_number_value(json_array_get(row, i));
}

/* Points of the file by rising x; the lowest and highest value. */
static int32_t read_points(const json_t *rows, point *p, double *low, double *high)
{
    const size_t n = json_array_size(rows) < MOST ? json_array_size(rows) : MOST;
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(rows, i);
        p[i] = (point){number_at(row, 0), number_at(row, 1), number_at(row, 2)};
        *low = fmin(*low, fmin(p[i].truth, p[i].said));
        *high = fmax(*high, fmax(p[i].truth, p[i].said));
    }
    qsort(p, n, sizeof *p, by_x);
    return (int32_t)n;
}

static void write_curve(th_html *h, const th_report *r)
{
    static const char *const key[2][2] = {{"main", "what the network says"}, {"other", "what is right"}};
    point p[MOST];
    double x[MOST], said[MOST], truth[MOST], low = 0, high = 0;
    const int32_t n = read_points(th_json_at(test(r), "curve"), p, &low, &high);
    for (int32_t i = 0; i < n; i++) x[i] = p[i].x, said[i] = p[i].said, truth[i] = p[i].truth;
    const th_chart chart = {.alt = "The network's answers beside the right ones, over what went in.",
                            .y_low = low - 0.1 * (high - low),
                            .y_high = high + 0.1 * (high - low),
                            .x = x,
                            .n = n,
                            .mark = -1,
                            .x_text = "what goes in"};
    const th_series series[] = {{"other", truth}, {"main", said}};
    th_report_see(h, "The solid line lies on the dashed one where the network has learned the curve.");
    th_html_put(h, "<h3>The curve</h3>\n");
    th_svg_chart(h, &chart, series, 2);
    th_report_key(h, key, 2);
}

static void write_roc(th_html *h, const th_report *r)
{
    static const char *const key[2][2] = {{"main", "this network"}, {"other", "guessing"}};
    double x[MOST], y[MOST], guess[MOST];
    const json_t *rows = th_json_at(test(r), "roc");
    const int32_t n = (int32_t)(json_array_size(rows) < MOST ? json_array_size(rows) : MOST);
    for (int32_t i = 0; i < n; i++) {
        x[i] = guess[i] = number_at(json_array_get(rows, (size_t)i), 0);
        y[i] = number_at(json_array_get(rows, (size_t)i), 1);
    }
    const double alarms = th_json_num(test(r), "int8.false_rate", -1);
    int32_t mark = -1; /* the point of the threshold, or the one before it */
    for (int32_t i = 0; i < n && x[i] <= alarms; i++) mark = i;
    const th_chart chart = {.alt = "Part of the anomalies that are noticed, over the part of false alarms.",
                            .y_high = 1,
                            .percent = true,
                            .x = x,
                            .n = n,
                            .mark = mark,
                            .mark_text = "the threshold",
                            .x_text = "false alarms, part of what is normal"};
    const th_series series[] = {{"main", y}, {"other", guess}};
    th_report_see(h,
                  "The line should go up at once and then along the top: all anomalies noticed, hardly a false alarm.");
    th_html_put(h, "<h3>Alarms at every threshold (ROC)</h3>\n");
    th_svg_chart(h, &chart, series, 2);
    th_report_key(h, key, 2);
    th_html_fmt(h,
                "<p>The threshold is %.4g, the marked point: %.1f %% of the anomalies are above it, and %.1f %% of "
                "what is normal.</p>\n",
                th_json_num(test(r), "limit", 0), 100.0 * th_json_num(test(r), "int8.recall", 0),
                100.0 * th_json_num(test(r), "int8.false_rate", 0));
}

static void write(th_html *h, const th_report *r)
{
    if (th_json_len(test(r), "curve") > 1)
        write_curve(h, r);
    else
        write_roc(h, r);
}

const th_section th_section_values = {"answers", "What it answers", "thimble test", "its answers as a picture", ready,
                                      write,     TH_FOR_VALUES};
