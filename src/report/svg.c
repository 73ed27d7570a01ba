#include "report/svg.h"

#include <math.h>
#include <stdio.h>

void th_svg_open(th_html *h, int32_t height, const char *alt)
{
    th_html_fmt(h, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", TH_SVG_WIDTH, (int)height);
    th_html_text(h, alt);
    th_html_put(h, "\">\n");
}

void th_svg_close(th_html *h)
{
    th_html_put(h, "</svg>\n");
}

void th_svg_text(th_html *h, double x, double y, const char *anchor, const char *text)
{
    th_html_fmt(h, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    th_html_text(h, text);
    th_html_put(h, "</text>\n");
}

void th_svg_box(th_html *h, const char *css_class, double x, double y, double w, double height, const char *tip)
{
    th_html_fmt(h, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"", css_class, x, y, w,
                height);
    if (!tip) {
        th_html_put(h, "/>\n");
        return;
    }
    th_html_put(h, "><title>");
    th_html_text(h, tip);
    th_html_put(h, "</title></rect>\n");
}

void th_svg_line(th_html *h, const char *css_class, double x1, double y1, double x2, double y2)
{
    th_html_fmt(h, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", css_class, x1, y1, x2, y2);
}

double th_svg_tick(double most, int n)
{
    if (!(most > 0.0) || !isfinite(most)) return 1.0;
    const double rough = most / n, power = pow(10.0, floor(log10(rough)));
    const double step[4] = {1.0, 2.0, 5.0, 10.0};
    for (int i = 0; i < 3; i++)
        if (rough <= step[i] * power * 1.0000001) return step[i] * power;
    return 10.0 * power;
}

/* The plot's frame inside the 360 units. */
enum { LEFT = 44, RIGHT = 348, TOP = 14, BOTTOM = 190, CHART_HEIGHT = 226 };

static double place_x(const th_chart *c, double x)
{
    const double low = c->x[0], high = c->x[c->n - 1];
    return high > low ? LEFT + (x - low) / (high - low) * (RIGHT - LEFT) : (LEFT + RIGHT) / 2.0;
}

static double place_y(const th_chart *c, double y)
{
    const double part = (y - c->y_low) / (c->y_high - c->y_low);
    return BOTTOM - (isfinite(part) ? fmin(fmax(part, 0.0), 1.0) : 1.0) * (BOTTOM - TOP);
}

/* Number of the first tick at or above `low`; past every end when numbers are out of all proportion. */
static int first_tick(double low, double step)
{
    const double n = ceil(low / step - 1e-9);
    return fabs(n) < 1e6 ? (int)n : 1000000000;
}

static void draw_axes(th_html *h, const th_chart *c)
{
    char text[32];
    const double dy = th_svg_tick(c->y_high - c->y_low, 4);
    for (int i = first_tick(c->y_low, dy); i * dy <= c->y_high + dy * 1e-6; i++) {
        const double y = i * dy;
        th_svg_line(h, "axis", LEFT, place_y(c, y), RIGHT, place_y(c, y));
        if (c->percent)
            snprintf(text, sizeof text, "%.0f %%", y * 100.0);
        else
            snprintf(text, sizeof text, "%.3g", y);
        th_svg_text(h, LEFT - 6, place_y(c, y) + 4.0, "end", text);
    }
    double dx = th_svg_tick(c->x[c->n - 1] - c->x[0], 5);
    if (dx < 1.0) dx = 1.0; /* epochs are whole */
    for (int i = first_tick(c->x[0], dx); i * dx <= c->x[c->n - 1]; i++) {
        const double x = i * dx;
        snprintf(text, sizeof text, "%.0f", x);
        th_svg_text(h, place_x(c, x), BOTTOM + 16, "middle", text);
    }
    th_svg_text(h, (LEFT + RIGHT) / 2.0, BOTTOM + 33, "middle", c->x_text);
}

static void draw_mark(th_html *h, const th_chart *c, const th_series *s)
{
    const double x = place_x(c, c->x[c->mark]), y = place_y(c, s->y[c->mark]);
    th_svg_line(h, "mark", x, TOP, x, BOTTOM);
    th_html_fmt(h, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n", x, y);
    const bool left = x > (LEFT + RIGHT) / 2.0;
    const double below = y < (TOP + BOTTOM) / 2.0 ? BOTTOM - 8 : TOP + 12; /* away from the line */
    th_svg_text(h, left ? x - 6 : x + 6, below, left ? "end" : "start", c->mark_text);
}

void th_svg_chart(th_html *h, const th_chart *c, const th_series *series, int n_series)
{
    if (c->n < 1 || !(c->y_high > c->y_low)) return;
    th_svg_open(h, CHART_HEIGHT, c->alt);
    draw_axes(h, c);
    for (int s = 0; s < n_series; s++) {
        th_html_fmt(h, "<polyline class=\"%s\" points=\"", series[s].css_class);
        bool first = true;
        for (int32_t i = 0; i < c->n; i++) {
            if (isnan(series[s].y[i])) continue;
            th_html_fmt(h, "%s%.1f,%.1f", first ? "" : " ", place_x(c, c->x[i]), place_y(c, series[s].y[i]));
            first = false;
        }
        th_html_put(h, "\"/>\n");
    }
    if (c->mark >= 0 && c->mark < c->n) draw_mark(h, c, &series[0]);
    th_svg_close(h);
}
