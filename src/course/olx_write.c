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
    th_html_put(out, "<choicegroup type=\"MultipleChoice\">\n");
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

/* A right side that an earlier pair has, too. */
static bool is_repeated(const th_item *item, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(item->choices[k].match, item->choices[i].match) == 0) return true;
    return false;
}

static th_err put_matching(const th_export *x, const th_item *item, th_html *out)
{
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        if (!c->text[0]) continue;
        th_html_put(out, "<optionresponse>\n");
        TH_TRY(put_text(x, item, "label", c->text, out));
        th_html_put(out, "<optioninput>\n");
        for (size_t k = 0; k < item->n_choices; k++) {
            const bool right = strcmp(item->choices[k].match, c->match) == 0;
            if (is_repeated(item, k)) continue;
            th_html_fmt(out, "<option correct=\"%s\">", right ? "True" : "False");
            th_html_text(out, item->choices[k].match); /* drop-downs show plain text */
            if (right) TH_TRY(put_text(x, item, "optionhint", c->feedback, out));
            th_html_put(out, "</option>\n");
        }
        th_html_put(out, "</optioninput>\n</optionresponse>\n");
    }
    return TH_OK;
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
