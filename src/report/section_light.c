/* Accuracy in other light, from model/light.json: a bar for each step. */
#include "report/sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW_H 15.0
#define LEFT  104.0
#define WIDE  (TH_SVG_WIDTH - LEFT - 40.0)

static const json_t *steps(const th_report *r)
{
    return th_json_at(r->file[TH_R_LIGHT], "light");
}

static bool ready(const th_report *r)
{
    return json_array_size(steps(r)) > 1;
}

/* Of the device's path where it was measured, else of the network alone. */
static double right(const json_t *step)
{
    return th_json_num(step, "camera", th_json_num(step, "int8", th_json_num(step, "float", 0)));
}

static void name_of(const json_t *step, size_t i, char *text, size_t cap)
{
    const char *kind = th_json_str(step, "kind", "?");
    const double amount = th_json_num(step, "amount", 0);
    if (i == 0)
        snprintf(text, cap, "as it is");
    else if (strcmp(kind, "light") == 0)
        snprintf(text, cap, "%+g stops", amount);
    else if (strcmp(kind, "temperature") == 0)
        snprintf(text, cap, "%g K", amount);
    else
        snprintf(text, cap, "%s %g", kind, amount);
}

static void draw(th_html *h, const json_t *list)
{
    char text[64];
    const size_t n = json_array_size(list);
    const double first = right(json_array_get(list, 0));
    th_svg_open(h, (int32_t)((double)n * ROW_H + 8), "Bars: the part of the pictures that is right, in each light.");
    for (size_t i = 0; i < n; i++) {
        const json_t *step = json_array_get(list, i);
        const double part = fmin(fmax(right(step), 0), 1), y = 4 + (double)i * ROW_H;
        name_of(step, i, text, sizeof text);
        th_svg_text(h, LEFT - 6, y + 10, "end", text);
        th_svg_box(h, part < first - 0.1 ? "bad" : "good", LEFT, y, fmax(WIDE * part, 1), ROW_H - 4, text);
        snprintf(text, sizeof text, "%.0f %%", 100 * part);
        th_svg_text(h, LEFT + WIDE * part + 4, y + 10, "start", text);
    }
    th_svg_line(h, "axis", LEFT + WIDE * first, 2, LEFT + WIDE * first, (double)n * ROW_H + 4);
    th_svg_close(h);
}

static void write_table(th_html *h, const json_t *list)
{
    static const char *const headings[] = {"Light", "Float", "Int8", "Camera"}, *const key[] = {"float", "int8",
                                                                                                "camera"};
    char text[64];
    th_html_details(h, "The bars as a table");
    th_html_table(h, "Part of the pictures that is right, in each light", headings, 4);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *step = json_array_get(list, i);
        name_of(step, i, text, sizeof text);
        th_html_put(h, "<tr><td>");
        th_html_text(h, text);
        for (int k = 0; k < 3; k++) {
            th_html_put(h, "</td><td>");
            th_html_percent(h, th_json_num(step, key[k], -1));
        }
        th_html_put(h, "</td></tr>\n");
    }
    th_html_table_end(h);
    th_html_details_end(h);
}

static void write(th_html *h, const th_report *r)
{
    th_report_see(
        h, "The same test pictures, darker and brighter (a stop is half or twice the light), through haze (contrast "
           "below 1), with dark parts lifted or lowered (gamma), and by a lamp or in the shade (kelvin; 6504 is "
           "as it is). The thin line is what is right as it is; where a bar stays far behind it, the "
           "network needs such light in training.");
    static const char *const key[2][2] = {{"good", "right"}, {"bad", "right, 10 points or more below as it is"}};
    th_report_key(h, key, 2);
    draw(h, steps(r));
    th_html_put(h,
                "<p class=\"soft\">Of the int8 network behind a camera's frames, as the board sees them. What helps: "
                "<code>change = light</code> under [picture] in thimble.ini.</p>\n");
    write_table(h, steps(r));
}

const th_section th_section_light = {"light",
                                     "In other light",
                                     "thimble test --light",
                                     "how much is right in the dark, in haze, by a lamp",
                                     ready,
                                     write,
                                     TH_FOR_PICTURES | TH_FOR_LABELS};
