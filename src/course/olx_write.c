#include "course/olx.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A text inside an element of its own. */
static th_err put_text(const th_export *x, const th_item *item, const char *element, const char *text, th_html *out)
{
    if (!text) return TH_OK;
    th_html_fmt(out, "<%s>", element);
    TH_TRY(th_export_text(x, item, text, out));
    th_html_fmt(out, "</%.*s>\n", (int)strcspn(element, " "), element);
    return TH_OK;
}

static th_err put_single(const th_export *x, const th_item *item, th_html *out)
{
    bool parts = false;
    for (size_t i = 0; i < item->n_choices; i++)
        parts = parts || (item->choices[i].part > 0 && item->choices[i].part < 100);
    th_html_put(out, parts ? "<multiplechoiceresponse partial_credit=\"points\">\n" : "<multiplechoiceresponse>\n");
    th_html_put(out, "<choicegroup type=\"MultipleChoice\"");
    th_html_put(out, item->truth ? ">\n" : " shuffle=\"true\">\n");
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        const bool half = c->part > 0 && c->part < 100;
        th_html_fmt(out, "<choice correct=\"%s\"", half ? "partial" : c->part > 0 ? "true" : "false");
        if (half) th_html_fmt(out, " point_value=\"%.6g\"", c->part / 100);
        th_html_put(out, ">");
        if (item->truth)
            th_html_text(out, th_export_say(x, i == 0 ? TH_WORD_TRUE : TH_WORD_FALSE));
        else
            TH_TRY(th_export_text(x, item, c->text, out));
        TH_TRY(put_text(x, item, "choicehint", c->feedback, out));
        th_html_put(out, "</choice>\n");
    }
    th_html_put(out, "</choicegroup>\n</multiplechoiceresponse>\n");
    return TH_OK;
}

static th_err put_multiple(const th_export *x, const th_item *item, th_html *out)
{
    th_html_put(out, "<choiceresponse partial_credit=\"EDC\">\n<checkboxgroup>\n");
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        th_html_fmt(out, "<choice correct=\"%s\">", c->part > 0 ? "true" : "false");
        TH_TRY(th_export_text(x, item, c->text, out));
        TH_TRY(put_text(x, item, "choicehint selected=\"true\"", c->feedback, out));
        th_html_put(out, "</choice>\n");
    }
    th_html_put(out, "</checkboxgroup>\n</choiceresponse>\n");
    return TH_OK;
}

/* The value as an attribute: a range where it was one. */
static void put_value(const th_choice *c, th_html *out)
{
    if (strstr(c->text, ".."))
        th_html_fmt(out, " answer=\"[%.12g,%.12g]\"", c->value - c->near, c->value + c->near);
    else
        th_html_fmt(out, " answer=\"%.12g\"", c->value);
}

static th_err put_number(const th_export *x, const th_item *item, th_html *out)
{
    bool first = true;
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        if (c->part < 100 || isinf(c->near)) continue; /* a part of the points for a number: edX has no words for it */
        th_html_put(out, first ? "<numericalresponse" : "<additional_answer");
        put_value(c, out);
        th_html_put(out, ">\n");
        if (first && c->near > 0 && !strstr(c->text, ".."))
            th_html_fmt(out, "<responseparam type=\"tolerance\" default=\"%.12g\"/>\n", c->near);
        TH_TRY(put_text(x, item, "correcthint", c->feedback, out));
        if (!first) th_html_put(out, "</additional_answer>\n");
        first = false;
    }
    th_html_put(out, "<formulaequationinput/>\n</numericalresponse>\n");
    return TH_OK;
}

static void put_answer(th_html *out, const char *element, const char *answer, const char *more)
{
    th_html_fmt(out, "<%s answer=\"", element);
    th_html_text(out, answer);
    th_html_fmt(out, "\"%s>", more);
}

static th_err put_string(const th_export *x, const th_item *item, th_html *out)
{
    bool first = true;
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        const bool right = c->part >= 100;
        if (!right && (!c->feedback || strcmp(c->text, "*") == 0)) continue;
        if (!right && first) continue; /* the right one comes first */
        put_answer(out,
                   !right  ? "stringequalhint"
                   : first ? "stringresponse"
                           : "additional_answer",
                   c->text, right && first ? " type=\"ci\"" : "");
        if (right)
            TH_TRY(put_text(x, item, "correcthint", c->feedback, out));
        else
            TH_TRY(th_export_text(x, item, c->feedback, out));
        if (!right || !first) th_html_fmt(out, "</%s>\n", right ? "additional_answer" : "stringequalhint");
        if (right) first = false;
    }
    th_html_put(out, "<textline size=\"20\"/>\n</stringresponse>\n");
    return TH_OK;
}

static th_err put_options(const th_export *x, const th_item *item, const th_choice *pair, const size_t *order, size_t n,
                          th_html *out)
{
    th_html_put(out, "<optionresponse>\n");
    TH_TRY(put_text(x, item, "label", pair->text, out));
    th_html_put(out, "<optioninput>\n");
    for (size_t k = 0; k < n; k++) {
        const char *text = item->choices[order[k]].match;
        const bool right = strcmp(text, pair->match) == 0;
        th_html_fmt(out, "<option correct=\"%s\">", right ? "True" : "False");
        th_export_escaped(out, text); /* drop-downs show plain text */
        if (right) TH_TRY(put_text(x, item, "optionhint", pair->feedback, out));
        th_html_put(out, "</option>\n");
    }
    th_html_put(out, "</optioninput>\n</optionresponse>\n");
    return TH_OK;
}

static th_err put_matching(const th_export *x, const th_item *item, th_html *out)
{
    size_t n;
    size_t *order = th_export_rights(item, &n);
    th_err err = order ? TH_OK : th_why_set(x->why, TH_ENOMEM, "out of memory while the course is written");
    for (size_t i = 0; i < item->n_choices && !err; i++)
        if (item->choices[i].text[0]) err = put_options(x, item, &item->choices[i], order, n, out);
    free(order);
    return err;
}

th_err th_olx_problem(const th_export *x, const th_item *item, th_html *out)
{
    static th_err (*const by_kind[])(const th_export *, const th_item *,
                                     th_html *) = {[TH_ITEM_SINGLE] = put_single,
                                                   [TH_ITEM_MULTIPLE] = put_multiple,
                                                   [TH_ITEM_NUMBER] = put_number,
                                                   [TH_ITEM_MATCHING] = put_matching,
                                                   [TH_ITEM_TEXT] = put_string};
    th_html_put(out, "<problem display_name=\"");
    th_html_text(out, item->name ? item->name : "");
    th_html_fmt(out, "\" max_attempts=\"%d\" rerandomize=\"never\">\n<div>",
                item->attempts ? item->attempts : TH_ITEM_ATTEMPTS);
    TH_TRY(th_export_text(x, item, item->stem, out));
    th_html_put(out, "</div>\n");
    TH_TRY(by_kind[item->kind](x, item, out));
    TH_TRY(put_text(x, item, "solution", item->explanation, out));
    if (item->hint) th_html_put(out, "<demandhint>");
    TH_TRY(put_text(x, item, "hint", item->hint, out));
    if (item->hint) th_html_put(out, "</demandhint>\n");
    th_html_put(out, "</problem>\n");
    return TH_OK;
}
