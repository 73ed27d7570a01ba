#include "course/qti.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_field(th_html *out, const char *label, const char *entry)
{
    th_html_fmt(out, "<qtimetadatafield><fieldlabel>%s</fieldlabel><fieldentry>%s</fieldentry></qtimetadatafield>",
                label, entry);
}

/* HTML as text inside an element. */
static th_err put_material(const th_export *x, const th_item *item, const char *text, const char *more, th_html *out)
{
    th_html html = {0};
    th_err err = th_export_text(x, item, text, &html);
    if (!err && more) err = th_export_text(x, item, more, &html);
    th_html_put(out, "<material><mattext texttype=\"text/html\">");
    th_export_escaped(out, html.text ? html.text : "");
    th_html_put(out, "</mattext></material>");
    if (html.failed) out->failed = true;
    th_html_free(&html);
    return err;
}

static void open_item(const char *id, size_t number, size_t part, const th_item *item, const char *profile,
                      th_html *out)
{
    th_html_put(out, "<item ident=\"");
    th_html_text(out, id);
    th_html_fmt(out, "-%zu-%zu\" title=\"", number, part);
    th_html_text(out, item->name ? item->name : "");
    th_html_put(out, "\"><itemmetadata><qtimetadata>");
    put_field(out, "cc_profile", profile);
    th_html_put(out, "</qtimetadata></itemmetadata>\n<presentation>");
}

static void open_processing(const th_item *item, th_html *out)
{
    th_html_put(out,
                "</presentation>\n<resprocessing><outcomes><decvar maxvalue=\"100\" minvalue=\"0\" varname=\"SCORE\" "
                "vartype=\"Decimal\"/></outcomes>\n");
    if (item->explanation)
        th_html_put(out, "<respcondition continue=\"Yes\"><conditionvar><other/></conditionvar>"
                         "<displayfeedback feedbacktype=\"Response\" linkrefid=\"general_fb\"/></respcondition>\n");
}

static th_err put_feedback(const th_export *x, const th_item *item, const char *ident, const char *text, th_html *out)
{
    if (!text) return TH_OK;
    th_html_fmt(out, "<itemfeedback ident=\"%s\"><flow_mat>", ident);
    TH_TRY(put_material(x, item, text, NULL, out));
    th_html_put(out, "</flow_mat></itemfeedback>\n");
    return TH_OK;
}

static void put_score(th_html *out, const char *condition, double points, const char *feedback)
{
    th_html_fmt(out, "<respcondition continue=\"%s\"><conditionvar>", feedback ? "Yes" : "No");
    th_html_put(out, condition);
    th_html_put(out, "</conditionvar>");
    if (feedback)
        th_html_fmt(out, "<displayfeedback feedbacktype=\"Response\" linkrefid=\"%s\"/>", feedback);
    else
        th_html_fmt(out, "<setvar action=\"Set\" varname=\"SCORE\">%.6g</setvar>", points);
    th_html_put(out, "</respcondition>\n");
}

/* ---- choices -------------------------------------------------------------------------------------------------------
 */

static th_err put_label(const th_export *x, const th_item *item, size_t i, const char *text, th_html *out)
{
    th_html_fmt(out, "<response_label ident=\"c%zu\">", i);
    TH_TRY(put_material(x, item, text, NULL, out));
    th_html_put(out, "</response_label>\n");
    return TH_OK;
}

static th_err put_labels(const th_export *x, const th_item *item, th_html *out)
{
    for (size_t i = 0; i < item->n_choices; i++) {
        const char *text = item->choices[i].text;
        if (item->truth) text = th_export_say(x, i == 0 ? TH_WORD_TRUE : TH_WORD_FALSE);
        TH_TRY(put_label(x, item, i, text, out));
    }
    return TH_OK;
}

static th_err put_rights(const th_export *x, const th_item *item, th_html *out)
{
    size_t n;
    size_t *order = th_export_rights(item, &n);
    th_err err = order ? TH_OK : th_why_set(x->why, TH_ENOMEM, "out of memory while the course is written");
    for (size_t k = 0; k < n && !err; k++) err = put_label(x, item, order[k], item->choices[order[k]].match, out);
    free(order);
    return err;
}

static th_err put_choices(const th_export *x, const th_item *item, const char *left, bool several, th_html *out)
{
    TH_TRY(put_material(x, item, item->stem, left, out));
    th_html_fmt(out, "\n<response_lid ident=\"response1\" rcardinality=\"%s\"><render_choice>\n",
                several ? "Multiple" : "Single");
    TH_TRY(left ? put_rights(x, item, out) : put_labels(x, item, out));
    th_html_put(out, "</render_choice></response_lid>");
    open_processing(item, out);
    return TH_OK;
}

static th_err put_feedbacks(const th_export *x, const th_item *item, th_html *out)
{
    char ident[32];
    th_html_put(out, "</resprocessing>\n");
    TH_TRY(put_feedback(x, item, "general_fb", item->explanation, out));
    for (size_t i = 0; i < item->n_choices; i++) {
        snprintf(ident, sizeof ident, "c%zu_fb", i);
        TH_TRY(put_feedback(x, item, ident, item->choices[i].feedback, out));
    }
    return TH_OK;
}

static void put_hints(const th_item *item, th_html *out)
{
    char ident[32], condition[96];
    for (size_t i = 0; i < item->n_choices; i++) {
        snprintf(ident, sizeof ident, "c%zu_fb", i);
        snprintf(condition, sizeof condition, "<varequal respident=\"response1\">c%zu</varequal>", i);
        if (item->choices[i].feedback) put_score(out, condition, 0, ident);
    }
}

static th_err put_single(const th_export *x, const th_item *item, th_html *out)
{
    char condition[96];
    TH_TRY(put_choices(x, item, NULL, false, out));
    put_hints(item, out);
    for (size_t i = 0; i < item->n_choices; i++) {
        snprintf(condition, sizeof condition, "<varequal respident=\"response1\">c%zu</varequal>", i);
        if (item->choices[i].part > 0) put_score(out, condition, item->choices[i].part, NULL);
    }
    return put_feedbacks(x, item, out);
}

static th_err put_multiple(const th_export *x, const th_item *item, th_html *out)
{
    th_html all = {0};
    TH_TRY(put_choices(x, item, NULL, true, out));
    put_hints(item, out);
    th_html_put(&all, "<and>");
    for (size_t i = 0; i < item->n_choices; i++)
        th_html_fmt(&all,
                    item->choices[i].part > 0 ? "<varequal respident=\"response1\">c%zu</varequal>"
                                              : "<not><varequal respident=\"response1\">c%zu</varequal></not>",
                    i);
    th_html_put(&all, "</and>");
    put_score(out, all.text ? all.text : "", 100, NULL);
    if (all.failed) out->failed = true;
    th_html_free(&all);
    return put_feedbacks(x, item, out);
}

/* Item `left` of the pairs: which of the right sides is its? */
static th_err put_pair(const th_export *x, const th_item *item, size_t left, th_html *out)
{
    char condition[96];
    size_t first = 0;
    while (strcmp(item->choices[first].match, item->choices[left].match) != 0) first++;
    TH_TRY(put_choices(x, item, item->choices[left].text, false, out));
    snprintf(condition, sizeof condition, "<varequal respident=\"response1\">c%zu</varequal>", first);
    put_score(out, condition, 100, NULL);
    th_html_put(out, "</resprocessing>\n");
    return put_feedback(x, item, "general_fb", item->explanation, out);
}

/* ---- texts and numbers ---------------------------------------------------------------------------------------------
 */

static void put_accepted(th_html *out, const char *text)
{
    th_html_put(out, "<varequal respident=\"response1\" case=\"No\">");
    th_html_text(out, text);
    th_html_put(out, "</varequal>");
}

/* The value rounded to 0 .. 6 digits, as far as that is near enough, each once. */
static void put_roundings(const th_choice *c, th_html *out)
{
    char text[64], before[64] = "";
    for (int digits = 0; digits <= 6; digits++) {
        snprintf(text, sizeof text, "%.*f", digits, c->value);
        const double off = fabs(strtod(text, NULL) - c->value);
        if (off > c->near + 1e-9 * fabs(c->value) && digits < 6) continue;
        const bool same = before[0] && strtod(text, NULL) == strtod(before, NULL); /* "3.10" after "3.1" */
        if (same) continue;
        snprintf(before, sizeof before, "%s", text);
        put_accepted(out, text);
        char *point = strchr(text, '.');
        if (point) *point = ',';
        if (point) put_accepted(out, text);
    }
}

static th_err put_text(const th_export *x, const th_item *item, th_html *out)
{
    TH_TRY(put_material(x, item, item->stem, NULL, out));
    th_html_put(out,
                "\n<response_str ident=\"response1\" rcardinality=\"Single\"><render_fib columns=\"30\" rows=\"1\" "
                "prompt=\"Dashes\"/></response_str>");
    open_processing(item, out);
    th_html_put(out, "<respcondition continue=\"No\"><conditionvar>");
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        if (c->part < 100 || isinf(c->near)) continue;
        if (item->kind == TH_ITEM_NUMBER)
            put_roundings(c, out);
        else
            put_accepted(out, c->text);
    }
    th_html_put(
        out,
        "</conditionvar><setvar action=\"Set\" varname=\"SCORE\">100</setvar></respcondition>\n</resprocessing>\n");
    return put_feedback(x, item, "general_fb", item->explanation, out);
}

static th_err put_essay(const th_export *x, const th_item *item, th_html *out)
{
    TH_TRY(put_material(x, item, item->stem, NULL, out));
    th_html_put(out, "\n<response_str ident=\"response1\" rcardinality=\"Single\"><render_fib/></response_str>");
    open_processing(item, out);
    th_html_put(out, "</resprocessing>\n");
    return put_feedback(x, item, "general_fb", item->explanation, out);
}

/* ---- a quiz --------------------------------------------------------------------------------------------------------
 */

static th_err put_pairs(const th_export *x, const th_item *item, const char *id, size_t number, th_html *out)
{
    for (size_t i = 0; i < item->n_choices; i++) {
        if (!item->choices[i].text[0]) continue;
        open_item(id, number, i, item, "cc.multiple_choice.v0p1", out);
        TH_TRY(put_pair(x, item, i, out));
        th_html_put(out, "</item>\n");
    }
    return TH_OK;
}

static th_err put_item(const th_export *x, const th_item *item, const char *id, size_t number, th_html *out)
{
    static const struct {
        const char *profile;
        th_err (*put)(const th_export *, const th_item *, th_html *);
    } by_kind[] = {[TH_ITEM_SINGLE] = {"cc.multiple_choice.v0p1", put_single},
                   [TH_ITEM_MULTIPLE] = {"cc.multiple_response.v0p1", put_multiple},
                   [TH_ITEM_NUMBER] = {"cc.fib.v0p1", put_text},
                   [TH_ITEM_TEXT] = {"cc.fib.v0p1", put_text},
                   [TH_ITEM_ESSAY] = {"cc.essay.v0p1", put_essay}};
    if (item->kind == TH_ITEM_MATCHING) return put_pairs(x, item, id, number, out);
    open_item(id, number, 0, item, item->truth ? "cc.true_false.v0p1" : by_kind[item->kind].profile, out);
    TH_TRY(by_kind[item->kind].put(x, item, out));
    th_html_put(out, "</item>\n");
    return TH_OK;
}

th_err th_qti_assessment(const th_export *x, const th_quiz *quiz, const char *id, const char *title, th_html *out)
{
    th_html_put(out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<questestinterop xmlns=\"http://www.imsglobal.org/xsd/ims_qtiasiv1p2\" "
                "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                "xsi:schemaLocation=\"http://www.imsglobal.org/xsd/ims_qtiasiv1p2 "
                "http://www.imsglobal.org/profile/cc/ccv1p3/ccv1p3_qtiasiv1p2p1_v1p0.xsd\">\n<assessment ident=\"");
    th_html_text(out, id);
    th_html_put(out, "\" title=\"");
    th_html_text(out, title);
    th_html_put(out, "\"><qtimetadata>");
    put_field(out, "cc_profile", "cc.exam.v0p1");
    put_field(out, "qmd_assessmenttype", "Examination");
    put_field(out, "qmd_scoretype", "Percentage");
    put_field(out, "cc_maxattempts", "2");
    th_html_put(out, "</qtimetadata>\n<section ident=\"root_section\">\n");
    for (size_t i = 0; i < quiz->n; i++) TH_TRY(put_item(x, &quiz->items[i], id, i + 1, out));
    th_html_put(out, "</section>\n</assessment>\n</questestinterop>\n");
    return TH_OK;
}
