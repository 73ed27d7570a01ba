/* The confusion matrix as a table that is also the picture: every cell is text on a tint. */
#include "report/sections.h"

#include "evaluate/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *which(const th_report *r)
{
    return th_json_at(r->file[TH_R_TEST], "confusion.int8") ? "int8" : "float";
}

/* The counts; false when the file has no matrix of a sensible size. */
static bool read_matrix(const th_report *r, const char *net, th_confusion *c)
{
    const json_t *m = th_json_at(th_json_at(r->file[TH_R_TEST], "confusion"), net);
    const size_t n = th_json_len(r->file[TH_R_TEST], "confusion.labels");
    *c = (th_confusion){.n = (int32_t)n};
    if (n < 1 || n > TH_MAX_LABELS || json_array_size(m) != n) return false;
    for (size_t t = 0; t < n; t++)
        for (size_t s = 0; s < n; s++) {
            const json_int_t v = json_integer_value(json_array_get(json_array_get(m, t), s));
            c->count[t][s] = v < 0 ? 0 : v > 1000000 ? 1000000 : (int32_t)v;
        }
    return true;
}

static const char *label(const th_report *r, int32_t k)
{
    const char *s = json_string_value(json_array_get(th_json_at(r->file[TH_R_TEST], "confusion.labels"), (size_t)k));
    return s ? s : "?";
}

static bool ready(const th_report *r)
{
    th_confusion c;
    return read_matrix(r, which(r), &c) && th_confusion_total(&c) > 0;
}

static void write_cell(th_html *h, const th_confusion *c, int32_t truth, int32_t said)
{
    const int32_t n = c->count[truth][said], row = th_confusion_row(c, truth);
    const double part = row ? (double)n / row : 0.0;
    /* the root makes rare mistakes visible beside a strong diagonal */
    th_html_fmt(h, "<td class=\"%s\" style=\"--v:%.3f\">%d</td>",
                n == 0          ? "z"
                : truth == said ? "r"
                                : "w",
                truth == said ? part : sqrt(part), (int)n);
}

static void write_matrix(th_html *h, const th_report *r, const th_confusion *c)
{
    th_html_fmt(
        h,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Confusion matrix\"><table class=\"heat%s\">"
        "<caption>Rows: what it was. Columns: what the network (%s) called it. Numbers are "
        "%s.</caption><thead><tr><td></td>",
        c->n > 5 ? c->n > 16 ? " many wide" : " many" : "", which(r), th_report_task(r)->noun);
    for (int32_t k = 0; k < c->n; k++) {
        th_html_put(h, "<th scope=\"col\">");
        th_html_name(h, label(r, k));
        th_html_put(h, "</th>");
    }
    th_html_put(h, "</tr></thead><tbody>\n");
    for (int32_t t = 0; t < c->n; t++) {
        th_html_put(h, "<tr><th scope=\"row\">");
        th_html_name(h, label(r, t));
        th_html_put(h, "</th>");
        for (int32_t s = 0; s < c->n; s++) write_cell(h, c, t, s);
        th_html_put(h, "</tr>\n");
    }
    th_html_put(h, "</tbody></table></div>\n");
}

static void write_worst(th_html *h, const th_report *r, const th_confusion *c)
{
    int32_t truth = -1, said = -1, most = 0;
    for (int32_t t = 0; t < c->n; t++)
        for (int32_t s = 0; s < c->n; s++)
            if (t != s && c->count[t][s] > most) most = c->count[truth = t][said = s];
    if (truth < 0) {
        th_html_fmt(h, "<p>There is not one mistake. With so few %s that can be luck: test with more.</p>\n",
                    th_report_task(r)->noun);
        return;
    }
    th_html_put(h, "<p>The most frequent mistake: \xe2\x80\x9c");
    th_html_name(h, label(r, truth));
    th_html_put(h, "\xe2\x80\x9d taken for \xe2\x80\x9c");
    th_html_name(h, label(r, said));
    th_html_fmt(h, "\xe2\x80\x9d, %d of %d times.", (int)most, (int)th_confusion_row(c, truth));
    th_html_put(h, " More examples of these two, of many people, help most.</p>\n");
}

static void write_classes(th_html *h, const th_report *r, const th_confusion *c)
{
    static const char *const headings[] = {"Label", "How many", "Found (recall)", "Trusted (precision)"};
    th_html_put(h, "<p><b>Found</b> says: of all that have this label, how many were recognised? <b>Trusted</b> says: "
                   "when the network says this label, how often is it true?</p>\n");
    th_html_table(h, "Found and trusted, label by label", headings, 4);
    for (int32_t k = 0; k < c->n; k++) {
        th_html_put(h, "<tr><td>");
        th_html_name(h, label(r, k));
        th_html_fmt(h, "</td><td>%d</td><td>", (int)th_confusion_row(c, k));
        th_html_percent(h, th_confusion_recall(c, k));
        th_html_put(h, "</td><td>");
        th_html_percent(h, th_confusion_precision(c, k));
        th_html_put(h, "</td></tr>\n");
    }
    th_html_table_end(h);
}

static void write(th_html *h, const th_report *r)
{
    th_confusion c, f;
    if (!read_matrix(r, which(r), &c)) return;
    th_report_see(h, "Blue cells on the diagonal are right answers: the stronger, the better. Orange cells are "
                     "mistakes; find the strongest.");
    write_matrix(h, r, &c);
    write_worst(h, r, &c);
    write_classes(h, r, &c);
    if (strcmp(which(r), "int8") == 0 && read_matrix(r, "float", &f)) {
        th_html_put(h, "<p>The int8 network, which the board runs, and the float network, which was trained, give the "
                       "same answer on ");
        th_html_percent(h, th_json_num(r->file[TH_R_TEST], "agreement", -1));
        th_html_fmt(h, " of the %s. With every label counted equally (balanced), int8 is right in ",
                    th_report_task(r)->noun);
        th_html_percent(h, th_confusion_balanced(&c));
        th_html_put(h, " and float in ");
        th_html_percent(h, th_confusion_balanced(&f));
        th_html_put(h, ".</p>\n");
    }
}

const th_section th_section_confusion = {
    "mistakes", "What it gets right and wrong", "thimble test", "which words it mixes up", ready, write, TH_FOR_LABELS};
