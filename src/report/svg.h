/* report/svg.h -- charts as inline SVG, drawn 360 units wide so that their text stays readable on a phone.
 *
 * Colours and fonts come from the page's style by class, so that light, dark and print all work:
 *   axis  thin grey line      text  grey label      main  accent colour      other  grey, dashed
 *   good  accent area         bad   warning area    miss  outline only       quiet  pale area */
#ifndef TH_REPORT_SVG_H
#define TH_REPORT_SVG_H

#include "report/html.h"

#define TH_SVG_WIDTH 360

/* <svg> of TH_SVG_WIDTH x height units; `alt` says in a sentence what it shows (foreign text is fine). */
void th_svg_open(th_html *h, int32_t height, const char *alt);
void th_svg_close(th_html *h);

/* Label at (x, y); anchor "start", "middle" or "end"; foreign text is fine. */
void th_svg_text(th_html *h, double x, double y, const char *anchor, const char *text);

/* Filled box; `tip` is shown when pointed at, may be NULL; foreign text is fine. */
void th_svg_box(th_html *h, const char *css_class, double x, double y, double w, double height, const char *tip);
void th_svg_line(th_html *h, const char *css_class, double x1, double y1, double x2, double y2);

/* A round step for about n ticks from 0 to `most`: 1, 2 or 5 times a power of ten. */
double th_svg_tick(double most, int n);

typedef struct th_series {
    const char *css_class; /* "main", "other", or "run r1" to "run r6" */
    const double *y;       /* [n]; NaN: no point there */
} th_series;

typedef struct th_chart {
    const char *alt;
    double y_low, y_high;
    bool percent;    /* y axis 0 to 1 is written 0 % to 100 % */
    const double *x; /* [n] rising */
    int32_t n;
    int32_t mark; /* index of the point that is marked, -1 for none */
    const char *mark_text, *x_text;
} th_chart;

/* Lines over a common x axis; values outside y_low..y_high are drawn at the edge. */
void th_svg_chart(th_html *h, const th_chart *c, const th_series *series, int n_series);

#endif
