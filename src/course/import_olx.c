/* Problems of Open edX as items.  A problem is found wherever it stands in a file: alone, in a unit, in a library. */
#include "course/import_priv.h"
#include "course/map.h"
#include "course/quiz.h"
#include "course/xml_text.h"

#include "base/text.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 200 /* elements inside each other that are looked into; libxml2 itself allows 256 */

/* One problem on its way. */
typedef struct problem {
    const xmlNode *node;
    const char *file;
    th_item item;
    const char *fault; /* why it can't be taken; NULL: it can */
    bool failed;       /* out of memory */
} problem;

static const char *const responses[] = {"multiplechoiceresponse", "choiceresponse", "numericalresponse",
                                        "stringresponse",         "optionresponse", NULL};

/* What is no part of the question's text. */
static const char *const answers[] = {"multiplechoiceresponse",
                                      "choiceresponse",
                                      "numericalresponse",
                                      "stringresponse",
                                      "optionresponse",
                                      "choicegroup",
                                      "checkboxgroup",
                                      "optioninput",
                                      "textline",
                                      "formulaequationinput",
                                      "responseparam",
                                      "additional_answer",
                                      "correcthint",
                                      "stringequalhint",
                                      "regexphint",
                                      "solution",
                                      "demandhint",
                                      "compoundhint",
                                      NULL};
static const char *const hints[] = {"choicehint", "optionhint", "correcthint", NULL};

static bool is_response(const xmlNode *n)
{
    return n->type == XML_ELEMENT_NODE && th_text_ends((const char *)n->name, "response");
}

/* The text that was collected, trimmed, in fresh memory; NULL: there is none. */
static char *take_text(problem *p, th_html *text)
{
    char *start = text->text, *copy = NULL;
    if (text->failed) p->failed = true;
    while (start && text->n && strchr(" \n\t", text->text[text->n - 1])) text->text[--text->n] = 0;
    if (start) start += strspn(start, " \n\t");
    if (start && *start && !text->failed) {
        copy = malloc(strlen(start) + 1);
        if (copy)
            memcpy(copy, start, strlen(start) + 1);
        else
            p->failed = true;
    }
    th_html_free(text);
    return copy;
}

static char *text_inside(problem *p, const xmlNode *n, const char *const *without)
{
    th_html text = {0};
    th_xml_text(n, without, &text);
    return take_text(p, &text);
}

static char *copy_of(problem *p, const char *text)
{
    th_html copy = {0};
    th_html_put(&copy, text);
    return take_text(p, &copy);
}

/* The text of the first child that is `name` (with selected="true" or none). */
static char *child_text(problem *p, const xmlNode *n, const char *name)
{
    for (const xmlNode *c = n->children; c; c = c->next) {
        if (!th_xml_is(c, name)) continue;
        char *selected = th_xml_value(c, "selected");
        const bool other = selected && strcmp(selected, "false") == 0;
        xmlFree(selected);
        if (!other) return text_inside(p, c, NULL);
    }
    return NULL;
}

static th_choice *add_choice(problem *p)
{
    th_choice *more = realloc(p->item.choices, (p->item.n_choices + 1) * sizeof *more);
    if (!more) {
        p->failed = true;
        return NULL;
    }
    p->item.choices = more;
    more[p->item.n_choices] = (th_choice){0};
    return &more[p->item.n_choices++];
}

/* An answer with its text, which becomes the item's. */
static th_choice *add_answer(problem *p, char *text, double part, char *feedback)
{
    th_choice *c = text ? add_choice(p) : NULL;
    if (!text && !p->failed) p->fault = "an answer without a text";
    if (!c) {
        free(text);
        free(feedback);
        return NULL;
    }
    c->text = text;
    c->part = part;
    c->feedback = feedback;
    return c;
}

static bool says(const xmlNode *n, const char *name, const char *value)
{
    char *v = th_xml_value(n, name);
    bool same = v != NULL && strlen(v) == strlen(value);
    for (size_t i = 0; same && v[i]; i++) same = (v[i] | 0x20) == (value[i] | 0x20);
    xmlFree(v);
    return same;
}

/* ---- the five kinds ---------------------------------------------------------------------------------------------- */

static const xmlNode *child(const xmlNode *n, const char *name)
{
    for (const xmlNode *c = n->children; c; c = c->next)
        if (th_xml_is(c, name)) return c;
    return NULL;
}

static void read_single(problem *p, const xmlNode *response)
{
    const xmlNode *group = child(response, "choicegroup");
    p->item.kind = TH_ITEM_SINGLE;
    for (const xmlNode *c = group ? group->children : NULL; c; c = c->next) {
        if (!th_xml_is(c, "choice")) continue;
        char *points = th_xml_value(c, "point_value");
        const double part = says(c, "correct", "true")                ? 100
                            : says(c, "correct", "partial") && points ? 100 * strtod(points, NULL)
                                                                      : 0;
        xmlFree(points);
        add_answer(p, text_inside(p, c, hints), part >= 0 && part <= 100 ? part : 0, child_text(p, c, "choicehint"));
    }
    const th_item *item = &p->item;
    p->item.truth = item->n_choices == 2 && strcmp(item->choices[0].text, "True") == 0 &&
                    strcmp(item->choices[1].text, "False") == 0 && item->choices[0].part + item->choices[1].part == 100;
    if (item->n_choices < 2) p->fault = "a choice of fewer than two";
}

static void read_multiple(problem *p, const xmlNode *response)
{
    const xmlNode *group = child(response, "checkboxgroup");
    size_t right = 0;
    p->item.kind = TH_ITEM_MULTIPLE;
    for (const xmlNode *c = group ? group->children : NULL; c; c = c->next) {
        if (!th_xml_is(c, "choice")) continue;
        const bool yes = says(c, "correct", "true");
        right += yes;
        add_answer(p, text_inside(p, c, hints), yes ? 1 : -100, child_text(p, c, "choicehint"));
    }
    for (size_t i = 0; i < p->item.n_choices; i++)
        if (p->item.choices[i].part > 0) p->item.choices[i].part = 100.0 / (double)right;
    if (!right) p->fault = "no right choice: in GIFT at least one is";
}

/* "3.14" with "0.01" or "5%", or "[3,4]", as GIFT writes it; NULL: it is an expression. */
static char *number_text(problem *p, const char *answer, const char *tolerance)
{
    char text[128], *comma;
    const size_t n = strlen(answer);
    const bool range = n > 2 && strchr("[(", answer[0]) && strchr("])", answer[n - 1]);
    if (n >= sizeof text / 2 || (tolerance && strlen(tolerance) >= sizeof text / 2)) return NULL;
    if (range) {
        th_text_fmt(text, sizeof text, "%.*s", (int)n - 2, answer + 1);
        comma = strchr(text, ',');
        if (!comma) return NULL;
        const size_t lo = (size_t)(comma - text);
        th_text_fmt(text, sizeof text, "%.*s..%.*s", (int)lo, answer + 1, (int)(n - 3 - lo), answer + 2 + lo);
    } else {
        th_text_fmt(text, sizeof text, tolerance ? "%s:%s" : "%s", answer, tolerance);
    }
    return strspn(text, "0123456789+-.eE:% ") == strlen(text) ? copy_of(p, text) : NULL;
}

static void read_number(problem *p, const xmlNode *response)
{
    char *answer = th_xml_value(response, "answer"), *tolerance = NULL;
    p->item.kind = TH_ITEM_NUMBER;
    for (const xmlNode *c = response->children; c && !tolerance; c = c->next)
        if (th_xml_is(c, "responseparam") && says(c, "type", "tolerance")) tolerance = th_xml_value(c, "default");
    char *text = answer ? number_text(p, answer, tolerance) : NULL;
    if (text)
        add_answer(p, text, 100, child_text(p, response, "correcthint"));
    else if (!p->failed)
        p->fault = "its number is computed by an expression or a script";
    for (const xmlNode *c = response->children; c && !p->fault; c = c->next) {
        char *other = th_xml_is(c, "additional_answer") ? th_xml_value(c, "answer") : NULL;
        char *more = other ? number_text(p, other, NULL) : NULL;
        xmlFree(other);
        if (more) add_answer(p, more, 100, child_text(p, c, "correcthint"));
    }
    xmlFree(answer);
    xmlFree(tolerance);
}

static void read_string(problem *p, const xmlNode *response)
{
    char *type = th_xml_value(response, "type"), *answer = th_xml_value(response, "answer");
    p->item.kind = TH_ITEM_TEXT;
    if (type && strstr(type, "regexp"))
        p->fault = "its answer is a regular expression";
    else if (answer)
        add_answer(p, copy_of(p, answer), 100, child_text(p, response, "correcthint"));
    else
        p->fault = "a text without an answer";
    xmlFree(type);
    xmlFree(answer);
    for (const xmlNode *c = response->children; c && !p->fault; c = c->next) {
        const bool more = th_xml_is(c, "additional_answer"), hint = th_xml_is(c, "stringequalhint");
        if (!more && !hint) continue;
        char *text = th_xml_value(c, "answer");
        char *feedback = more ? child_text(p, c, "correcthint") : text_inside(p, c, NULL);
        add_answer(p, text ? copy_of(p, text) : NULL, more ? 100 : 0, feedback);
        xmlFree(text);
    }
}

/* options="('a','b')" correct="a", as older courses have it. */
static void read_old_options(problem *p, const xmlNode *input)
{
    char *options = th_xml_value(input, "options"), *correct = th_xml_value(input, "correct"), *save = NULL;
    for (char *word = options ? strtok_r(options, "()", &save) : NULL; word; word = NULL) {
        char *inner = NULL;
        for (char *one = strtok_r(word, ",", &inner); one; one = strtok_r(NULL, ",", &inner)) {
            one += strspn(one, " '\"");
            size_t n = strlen(one);
            while (n && strchr(" '\"", one[n - 1])) one[--n] = 0;
            add_answer(p, copy_of(p, one), correct && strcmp(one, correct) == 0 ? 100 : 0, NULL);
        }
    }
    xmlFree(options);
    xmlFree(correct);
}

/* A drop-down alone: a choice. */
static void read_option(problem *p, const xmlNode *response)
{
    const xmlNode *input = child(response, "optioninput");
    p->item.kind = TH_ITEM_SINGLE;
    if (!input) return;
    read_old_options(p, input);
    for (const xmlNode *c = input->children; c; c = c->next)
        if (th_xml_is(c, "option"))
            add_answer(p, text_inside(p, c, hints), says(c, "correct", "true") ? 100 : 0,
                       child_text(p, c, "optionhint"));
}

static bool has_match(const th_item *item, const char *text)
{
    for (size_t i = 0; i < item->n_choices; i++)
        if (item->choices[i].match && strcmp(item->choices[i].match, text) == 0) return true;
    return false;
}

/* Several drop-downs: each is a pair, .. */
static void read_pair(problem *p, const xmlNode *response)
{
    static const char *const input[] = {"optioninput", "solution", NULL};
    problem one = {.file = p->file};
    read_option(&one, response);
    char *left = text_inside(p, response, input);
    const th_choice *right = NULL;
    for (size_t i = 0; i < one.item.n_choices; i++)
        if (one.item.choices[i].part >= 100) right = &one.item.choices[i];
    if (!left || !right) {
        p->fault = "a drop-down without a label, or without a right choice";
        free(left);
    } else {
        th_choice *c = add_answer(p, left, 100, right->feedback ? copy_of(p, right->feedback) : NULL);
        if (c) c->match = copy_of(p, right->text);
    }
    p->failed = p->failed || one.failed;
    th_item_free(&one.item);
}

/* .. and what is right nowhere belongs to nothing. */
static void read_leftovers(problem *p, const xmlNode *response)
{
    problem one = {.file = p->file};
    read_option(&one, response);
    for (size_t i = 0; i < one.item.n_choices && !p->failed; i++) {
        const char *text = one.item.choices[i].text;
        char *nothing = has_match(&p->item, text) ? NULL : calloc(1, 1);
        th_choice *c = nothing ? add_answer(p, nothing, 100, NULL) : NULL;
        if (c) c->match = copy_of(p, text);
    }
    p->failed = p->failed || one.failed;
    th_item_free(&one.item);
}

/* ---- a problem --------------------------------------------------------------------------------------------------- */

typedef struct found {
    const xmlNode *response[64];
    int n, options;
    const char *fault;
} found;

static void look(const xmlNode *n, int depth, found *f)
{
    for (const xmlNode *c = n->children; c; c = c->next) {
        if (c->type != XML_ELEMENT_NODE || depth > DEEPEST) continue;
        if (th_xml_is(c, "script")) f->fault = "it needs a script, and scripts are not run";
        if (is_response(c) && !th_xml_is_one(c, responses)) f->fault = "a kind of question that GIFT has no words for";
        if (th_xml_is_one(c, responses)) {
            if (f->n == 64) f->fault = "more than 64 questions in one problem";
            if (f->n < 64) f->response[f->n++] = c;
            f->options += th_xml_is(c, "optionresponse");
        }
        look(c, depth + 1, f);
    }
}

/* Problem's text: everything but answers, in the response's own frame, too. */
static void read_stem(problem *p, const xmlNode *response)
{
    th_html text = {0};
    th_xml_text(p->node, answers, &text);
    if (response) {
        if (text.n) th_html_put(&text, "\n\n");
        th_xml_text(response, answers, &text);
    }
    p->item.stem = take_text(p, &text);
    if (!p->item.stem && !p->failed && !p->fault) p->fault = "a question without a text";
}

/* Explanation and hints, wherever they stand. */
static void read_rest(problem *p, const xmlNode *n, int depth)
{
    for (const xmlNode *c = n->children; c && depth < DEEPEST; c = c->next) {
        if (th_xml_is(c, "solution") && !p->item.explanation) p->item.explanation = text_inside(p, c, NULL);
        if (th_xml_is(c, "demandhint")) {
            th_html all = {0};
            for (const xmlNode *h = c->children; h; h = h->next) {
                if (!th_xml_is(h, "hint")) continue;
                if (all.n) th_html_put(&all, "\n\n");
                th_xml_text(h, NULL, &all);
            }
            free(p->item.hint);
            p->item.hint = take_text(p, &all);
            continue;
        }
        read_rest(p, c, depth + 1);
    }
}

static void read_answers(problem *p, const found *f)
{
    static void (*const by_kind[])(problem *, const xmlNode *) = {read_single, read_multiple, read_number, read_string,
                                                                  read_option};
    if (f->n > 1) {
        p->item.kind = TH_ITEM_MATCHING;
        for (int i = 0; i < f->n && !p->fault; i++) read_pair(p, f->response[i]);
        for (int i = 0; i < f->n && !p->fault; i++) read_leftovers(p, f->response[i]);
        return;
    }
    for (int i = 0; responses[i]; i++)
        if (th_xml_is(f->response[0], responses[i])) by_kind[i](p, f->response[0]);
}

static void read_problem(problem *p)
{
    found f = {0};
    look(p->node, 0, &f);
    p->fault = f.fault ? f.fault : f.n == 0 ? "no question that can be answered" : NULL;
    if (!p->fault && f.n > 1 && f.options < f.n) p->fault = "several questions in one problem: divide it";
    if (p->fault) return;
    char *attempts = th_xml_value(p->node, "max_attempts");
    const long n = attempts ? strtol(attempts, NULL, 10) : 0;
    xmlFree(attempts);
    p->item.attempts = n >= 1 && n <= 99 && n != TH_ITEM_ATTEMPTS ? (int)n : 0;
    read_stem(p, f.n == 1 ? f.response[0] : NULL);
    read_answers(p, &f);
    read_rest(p, p->node, 0);
}

/* "Two errors" -> "two-errors" */
static void read_name(problem *p)
{
    char *title = th_xml_value(p->node, "display_name"), slug[TH_SLUG_BYTES];
    if (!title) title = th_xml_value(p->node, "url_name");
    th_slug((th_span){(const uint8_t *)(title ? title : ""), title ? strlen(title) : 0}, slug);
    if (slug[0]) p->item.name = copy_of(p, slug);
    xmlFree(title);
}

static th_err take_problem(const xmlNode *n, const char *file, th_quiz *quiz, th_left_out *left, th_why *why)
{
    problem p = {.node = n, .file = file};
    char text[400];
    th_err err = TH_OK;
    read_name(&p);
    read_problem(&p);
    if (p.failed) {
        err = th_why_set(why, TH_ENOMEM, "out of memory while %s is read", file);
    } else if (p.fault) {
        th_text_fmt(text, sizeof text, "%s, line %ld, problem \"%s\": %s", file, xmlGetLineNo(n),
                    p.item.name ? p.item.name : "", p.fault);
        err = th_left_out_add(left, text, why);
    } else {
        err = th_quiz_take(quiz, &p.item, text, sizeof text, why);
        if (err == TH_EFORMAT) {
            char whole[800];
            th_text_fmt(whole, sizeof whole, "%s, line %ld, problem \"%s\": %s", file, xmlGetLineNo(n),
                        p.item.name ? p.item.name : "", text);
            err = th_left_out_add(left, whole, why);
        }
    }
    th_item_free(&p.item);
    return err;
}

static th_err walk(const xmlNode *n, int depth, const char *file, th_quiz *quiz, th_left_out *left, th_why *why)
{
    for (; n; n = n->next) {
        if (th_xml_is(n, "problem")) {
            if (n->children) TH_TRY(take_problem(n, file, quiz, left, why)); /* else it stands in a file of its own */
        } else if (n->type == XML_ELEMENT_NODE && depth < DEEPEST) {
            TH_TRY(walk(n->children, depth + 1, file, quiz, left, why));
        }
    }
    return TH_OK;
}

th_err th_import_olx_xml(th_span xml, const char *name, th_quiz *quiz, th_left_out *left, th_why *why)
{
    xmlParserCtxtPtr c = xml.n <= TH_OLX_MOST ? xmlNewParserCtxt() : NULL;
    th_err err = TH_OK;
    if (xml.n > TH_OLX_MOST) return th_why_set(why, TH_ERANGE, "%s has more than 4 MB: no problem is as long", name);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory while %s is read", name);
    xmlDocPtr doc = xmlCtxtReadMemory(c, (const char *)xml.p, (int)xml.n, "", NULL,
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
    const char *fault = c->lastError.message ? c->lastError.message : "no more is known";
    if (!doc)
        err = th_why_set(why, c->lastError.code == XML_ERR_NO_MEMORY ? TH_ENOMEM : TH_EFORMAT, "%s, line %d: %.*s",
                         name, c->lastError.line, (int)strcspn(fault, "\n"), fault);
    else if (doc->intSubset)
        err = th_why_set(why, TH_EFORMAT,
                         "%s has a document type of its own, with which a file can be made to swell: "
                         "refused; take out <!DOCTYPE ..>",
                         name);
    else
        err = walk(xmlDocGetRootElement(doc), 0, name, quiz, left, why);
    xmlFreeDoc(doc);
    xmlFreeParserCtxt(c);
    return err;
}
