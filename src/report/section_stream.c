/* A long recording: what was said above the line, what was detected below it, 20 seconds a row. */
#include "report/sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW_S     20.0 /* seconds in a row */
#define MOST_ROWS 30   /* the first ten minutes */
#define ROW_H     58.0
#define LEFT      34.0
#define SCALE     ((TH_SVG_WIDTH - LEFT - 4.0) / ROW_S)

/* The run of `thimble test --stream`, else that of the emulated board. */
static const json_t *run(const th_report *r)
{
    const json_t *s = th_json_at(r->file[TH_R_STREAM], "stream");
    if (s) return s;
    s = th_json_at(r->file[TH_R_EMULATE], "stream");
    return s ? s : r->file[TH_R_EMULATE];
}

static bool ready(const th_report *r)
{
    return th_json_num(run(r), "seconds", 0.0) > 0.0 && th_json_at(run(r), "detections");
}

static void draw_truth(th_html *h, const json_t *t, double from)
{
    const double start = th_json_num(t, "start_s", 0.0), end = th_json_num(t, "end_s", start);
    const double a = fmax(start, from), b = fmin(end, from + ROW_S);
    if (b <= a) return;
    char tip[200];
    const bool heard = json_is_true(json_object_get(t, "heard"));
    snprintf(tip, sizeof tip, "%s at %.1f s: %s", th_json_str(t, "label", "?"), start, heard ? "heard" : "missed");
    th_svg_box(h, heard ? "half" : "miss", LEFT + (a - from) * SCALE, 16, fmax((b - a) * SCALE, 2.0), 12, tip);
    if (start >= from) th_svg_text(h, LEFT + (a - from) * SCALE, 12, "start", th_json_str(t, "label", "?"));
}

static void draw_detection(th_html *h, const json_t *d, double from)
{
    const double t = th_json_num(d, "time_s", -1.0);
    if (t < from || t >= from + ROW_S) return;
    const double x = LEFT + (t - from) * SCALE;
    const json_t *hit = json_object_get(d, "hit");
    const bool false_accept = json_is_false(hit);
    /* shape tells what colour tells: a round dot is right, a triangle is a false alarm */
    if (false_accept)
        th_html_fmt(h, "<path class=\"bad\" d=\"M%.1f %.1fl5 9h-10z\"/>\n", x, 31.0);
    else
        th_html_fmt(h, "<circle class=\"good\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>\n", x, 36.0);
    if (!hit || false_accept) th_svg_text(h, x, 53, "middle", th_json_str(d, "label", "?"));
}

static void draw_row(th_html *h, const json_t *s, double from, double seconds)
{
    const json_t *truth = th_json_at(s, "truth"), *found = th_json_at(s, "detections");
    const double end = fmin(seconds, from + ROW_S);
    char text[32];
    snprintf(text, sizeof text, "%.0f s", from);
    th_svg_open(h, (int32_t)ROW_H, text);
    th_svg_line(h, "axis", LEFT, 29.5, LEFT + (end - from) * SCALE, 29.5);
    th_svg_text(h, LEFT - 6, 33, "end", text);
    for (size_t i = 0; i < json_array_size(truth); i++) draw_truth(h, json_array_get(truth, i), from);
    for (size_t i = 0; i < json_array_size(found); i++) draw_detection(h, json_array_get(found, i), from);
    th_svg_close(h);
}

static void draw(th_html *h, const json_t *s, double seconds)
{
    char text[200];
    const int rows = (int)fmin(ceil(seconds / ROW_S), MOST_ROWS);
    snprintf(
        text, sizeof text,
        "Timeline of %.0f seconds of sound: %zu words were said, %zu detections were made. The tables below list them.",
        seconds, th_json_len(s, "truth"), th_json_len(s, "detections"));
    th_html_put(h, "<div class=\"pair rows\" role=\"img\" aria-label=\"");
    th_html_text(h, text);
    th_html_put(h, "\">\n");
    for (int row = 0; row < rows; row++) draw_row(h, s, row * ROW_S, seconds);
    th_html_put(h, "</div>\n");
    if (seconds > ROW_S * MOST_ROWS) th_html_put(h, "<p class=\"soft\">The picture shows the first ten minutes.</p>\n");
}

static void write_tables(th_html *h, const json_t *s)
{
    static const char *const said[] = {"Word", "From", "To", "Heard"}, *const got[] = {"Detected", "At", "Score",
                                                                                       "Right"};
    const json_t *truth = th_json_at(s, "truth"), *found = th_json_at(s, "detections");
    th_html_details(h, "What was said and what was detected, as tables");
    if (json_array_size(truth)) th_html_table(h, "What was said", said, 4);
    for (size_t i = 0; i < json_array_size(truth); i++) {
        const json_t *item = json_array_get(truth, i);
        th_html_put(h, "<tr><td>");
        th_html_name(h, th_json_str(item, "label", "?"));
        th_html_fmt(h, "</td><td>%.2f s</td><td>%.2f s</td><td>%s</td></tr>\n", th_json_num(item, "start_s", 0),
                    th_json_num(item, "end_s", 0), json_is_true(json_object_get(item, "heard")) ? "yes" : "no");
    }
    if (json_array_size(truth)) th_html_table_end(h);
    th_html_table(h, "What was detected", got, 4);
    for (size_t i = 0; i < json_array_size(found); i++) {
        const json_t *item = json_array_get(found, i);
        const json_t *hit = json_object_get(item, "hit");
        th_html_put(h, "<tr><td>");
        th_html_name(h, th_json_str(item, "label", "?"));
        th_html_fmt(h, "</td><td>%.2f s</td><td>%.2f</td><td>%s</td></tr>\n", th_json_num(item, "time_s", 0),
                    th_json_num(item, "score", 0),
                    json_is_true(hit)    ? "yes"
                    : json_is_false(hit) ? "no, a false alarm"
                                         : "-");
    }
    th_html_table_end(h);
    th_html_details_end(h);
}

/* What the same run would have given at other thresholds. */
static void write_thresholds(th_html *h, const json_t *s)
{
    static const char *const headings[] = {"Threshold", "False alarms", "Words heard"};
    const json_t *list = th_json_at(s, "thresholds");
    const double words = th_json_num(s, "words", 0.0), now = th_json_num(s, "threshold", -1.0);
    if (!json_array_size(list) || words < 1.0) return;
    th_html_put(h, "<h3>How sure must it be?</h3>\n<p>The threshold says how sure the network must be before it "
                   "reports a word. A low one hears "
                   "more words and gives more false alarms. The bold row is the threshold of this run; "
                   "<code>thimble.ini</code> sets it.</p>\n");
    th_html_table(h, "Words heard and false alarms at other thresholds", headings, 3);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const double t = th_json_num(item, "threshold", 0.0), hits = th_json_num(item, "hits", 0.0);
        const char *b = fabs(t - now) < 0.005 ? "b" : "span";
        char text[64];
        snprintf(text, sizeof text, "%.0f of %.0f", hits, words);
        th_html_fmt(h, "<tr><td><%s>%.2f</%s></td><td>%.0f</td>", b, t, b, th_json_num(item, "false_accepts", 0.0));
        th_html_bar(h, hits / words, text);
        th_html_put(h, "</tr>\n");
    }
    th_html_table_end(h);
}

static void write_score(th_html *h, const json_t *s, double seconds)
{
    const double words = th_json_num(s, "words", -1.0), hits = th_json_num(s, "hits", -1.0),
                 wrong = th_json_num(s, "false_accepts", 0);
    th_html_put(h, "<p>");
    if (words > 0.0 && hits >= 0.0)
        th_html_fmt(h,
                    "In %.0f seconds of sound it heard <b>%.0f of %.0f</b> words, with <b>%.0f</b> false alarm%s (%.0f "
                    "an hour).",
                    seconds, hits, words, wrong, wrong > 0.5 && wrong < 1.5 ? "" : "s",
                    th_json_num(s, "false_accepts_per_hour", 0));
    else
        th_html_fmt(h, "In %.0f seconds of sound it made <b>%zu</b> detections.", seconds,
                    th_json_len(s, "detections"));
    const double latency = th_json_num(s, "latency_ms.mean", -1.0);
    if (latency >= 0.0)
        th_html_fmt(h, " A word was reported %.1f seconds after it began, on average; 95 of 100 within %.1f seconds.",
                    latency / 1e3, th_json_num(s, "latency_ms.p95", 0) / 1e3);
    th_html_put(h, "</p>\n");
    if (seconds < 3600.0 && words > 0.0)
        th_html_put(h, "<p class=\"soft\">With less than an hour of sound the number of false alarms per hour is a "
                       "rough guess.</p>\n");
}

static void write(th_html *h, const th_report *r)
{
    const json_t *s = run(r);
    const double seconds = th_json_num(s, "seconds", 0.0);
    th_report_see(h,
                  "A board listens all the time, not to single clips. Above each line stand the words that were said, "
                  "below it what the "
                  "network reported. Every word should have one round dot soon after it; triangles are false alarms.");
    write_score(h, s, seconds);
    static const char *const key[4][2] = {{"half", "word, heard"},
                                          {"miss", "word, missed"},
                                          {"good", "detection, right (dot)"},
                                          {"bad", "false alarm (triangle)"}};
    th_report_key(h, key, 4);
    draw(h, s, seconds);
    write_thresholds(h, s);
    write_tables(h, s);
}

const th_section th_section_stream = {"listening",
                                      "Listening without a break",
                                      "thimble test --stream FILE.wav --truth FILE.tsv",
                                      "a long recording as a timeline: words, detections, false alarms",
                                      ready,
                                      write,
                                      TH_FOR_SOUND};
