/* What stands between { and }.  "####" begins the general explanation; before it:
 *
 *   nothing             an essay
 *   # ..                numbers: VALUE, VALUE:NEAR, LO..HI, or a list of them with = and ~
 *   T, F with feedback  true or false: {T#of the wrong answer#of the right one}
 *   = and ~, or only ~  choices; without any = several of them count, each its part
 *   only =              matching where there are "->", else short texts
 */
#include "course/gift_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "%50%" before an answer. */
static th_err read_part(th_gift *g, const char **p, const char *end, double *part)
{
    while (*p < end && (**p == ' ' || **p == '\t' || **p == '\n')) ++*p;
    if (*p == end || **p != '%') return TH_OK;
    const char *stop = memchr(*p + 1, '%', (size_t)(end - *p - 1));
    if (!stop || !th_gift_number(*p + 1, stop, part) || *part < -100 || *part > 100)
        return th_why_set(g->why, TH_EFORMAT,
                          "line %d: %%..%% before an answer takes a number from -100 to 100, as in ~%%50%%half right",
                          th_gift_line(g, *p));
    *p = stop + 1;
    return TH_OK;
}

/* VALUE:NEAR with VALUE a number or "computed", NEAR a number or so many per cent of the value (known later). */
static bool read_near(const char *p, const char *end, th_choice *c)
{
    const char *colon = memchr(p, ':', (size_t)(end - p));
    const char *stop = colon ? colon : end;
    const bool computed = stop - p == 8 && memcmp(p, "computed", 8) == 0;
    double percent = 0;
    if (computed ? !colon : !th_gift_number(p, stop, &c->value)) return false;
    if (!colon) return true;
    if (end[-1] != '%') return th_gift_number(colon + 1, end, &c->near) && c->near >= 0;
    if (!th_gift_number(colon + 1, end - 1, &percent) || percent < 0) return false;
    c->near = fabs(c->value) * percent / 100;
    return true;
}

/* c->text is what was written. */
static bool read_value(th_choice *c)
{
    const char *p = c->text, *end = p + strlen(p), *dots = strstr(p, "..");
    double lo, hi;
    if (strcmp(p, "*") == 0) {
        c->near = (double)INFINITY;
        return true;
    }
    if (!dots) return end > p && read_near(p, end, c);
    if (!th_gift_number(p, dots, &lo) || !th_gift_number(dots + 2, end, &hi) || lo > hi) return false;
    c->value = lo + (hi - lo) / 2;
    c->near = (hi - lo) / 2;
    return true;
}

static th_err add_choice(th_gift *g, th_choice **choice)
{
    th_item *item = g->item;
    th_choice *more = realloc(item->choices, (item->n_choices + 1) * sizeof *more);
    if (!more) return th_gift_no_memory(g);
    item->choices = more;
    *choice = &more[item->n_choices++];
    **choice = (th_choice){0};
    return TH_OK;
}

static th_err fill_number(th_gift *g, const char *at, th_choice *c)
{
    static const char any[] = "*";
    if (!c->text && c->part == 0) c->text = th_gift_plain(any, any + 1); /* "~#feedback" */
    if (!c->text && c->part == 0) return th_gift_no_memory(g);
    if (c->text && read_value(c)) return TH_OK;
    return th_why_set(g->why, TH_EFORMAT,
                      "line %d: \"%.40s\" is no number, as in {#3.14:0.01}, {#3..4} or {#computed:0.02}",
                      th_gift_line(g, at), c->text ? c->text : "");
}

static th_err fill_pair(th_gift *g, const char *p, const char *end, th_choice *c)
{
    const char *arrow = th_gift_find_text(p, end, "->");
    if (arrow == end)
        return th_why_set(g->why, TH_EFORMAT, "line %d: each pair to be matched has a -> in its middle",
                          th_gift_line(g, p));
    c->text = th_gift_plain(p, arrow);
    if (!c->text) return th_gift_no_memory(g);
    TH_TRY(th_gift_part(g, arrow + 2, end, &c->match));
    if (c->match) return TH_OK;
    return th_why_set(g->why, TH_EFORMAT, "line %d: nothing stands behind the ->", th_gift_line(g, p));
}

/* One answer: [p, end) behind its = or ~. */
static th_err read_choice(th_gift *g, const char *p, const char *end, double part)
{
    th_choice *c = NULL;
    const char *hash, *at = p;
    TH_TRY(add_choice(g, &c));
    c->part = part;
    TH_TRY(read_part(g, &p, end, &c->part));
    hash = th_gift_find(p, end, "#");
    if (hash < end) TH_TRY(th_gift_part(g, hash + 1, end, &c->feedback));
    if (g->item->kind == TH_ITEM_MATCHING) return fill_pair(g, p, hash, c);
    TH_TRY(th_gift_part(g, p, hash, &c->text));
    if (g->item->kind == TH_ITEM_NUMBER) return fill_number(g, at, c);
    if (c->text) return TH_OK;
    return th_why_set(g->why, TH_EFORMAT, "line %d: an answer without a text", th_gift_line(g, at));
}

static th_err read_choices(th_gift *g, const char *p, const char *end)
{
    const char *next = th_gift_find(p, end, "=~");
    char *before = th_gift_plain(p, next);
    if (!before) return th_gift_no_memory(g);
    const bool stray = *before != 0;
    free(before);
    if (stray)
        return th_why_set(g->why, TH_EFORMAT, "line %d: each answer begins with = (right) or ~ (wrong)",
                          th_gift_line(g, p));
    while (next < end) {
        const double part = *next == '=' ? 100 : 0;
        p = next + 1;
        next = th_gift_find(p, end, "=~");
        TH_TRY(read_choice(g, p, next, part));
    }
    return TH_OK;
}

/* T, TRUE, F or FALSE, whatever the case. */
static bool is_truth(const char *p, const char *end, bool *yes)
{
    static const char *const words[] = {"t", "true", "f", "false"};
    while (p < end && strchr(" \t\n", end[-1])) end--;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = 0;
        while (words[i][n] && p + n < end && (p[n] | 0x20) == words[i][n]) n++;
        if (words[i][n] || p + n != end) continue;
        *yes = i < 2;
        return true;
    }
    return false;
}

/* {T#of the wrong answer#of the right one} */
static th_err read_truth(th_gift *g, const char *p, const char *end, bool yes)
{
    const char *wrong = th_gift_find(p, end, "#"), *right = wrong;
    g->item->truth = true;
    for (int i = 0; i < 2; i++) {
        th_choice *c = NULL;
        const char *word = i == 0 ? "True" : "False";
        TH_TRY(add_choice(g, &c));
        c->part = (i == 0) == yes ? 100 : 0;
        c->text = th_gift_plain(word, word + strlen(word));
        if (!c->text) return th_gift_no_memory(g);
    }
    if (wrong < end) right = th_gift_find(wrong + 1, end, "#");
    if (wrong < end) TH_TRY(th_gift_part(g, wrong + 1, right, &g->item->choices[yes ? 1 : 0].feedback));
    if (right < end) TH_TRY(th_gift_part(g, right + 1, end, &g->item->choices[yes ? 0 : 1].feedback));
    return TH_OK;
}

/* An arrow in an answer, not in its feedback. */
static bool has_arrow(const char *p, const char *end)
{
    for (p = th_gift_find(p, end, "="); p < end;) {
        const char *next = th_gift_find(p + 1, end, "="), *hash = th_gift_find(p + 1, next, "#");
        if (th_gift_find_text(p + 1, hash, "->") < hash) return true;
        p = next;
    }
    return false;
}

static th_err check_right(const th_gift *g, const char *p)
{
    const th_item *item = g->item;
    double best = 0;
    size_t lefts = 0;
    for (size_t i = 0; i < item->n_choices; i++) {
        if (item->choices[i].part > best) best = item->choices[i].part;
        lefts += item->kind == TH_ITEM_MATCHING && item->choices[i].text[0] != 0;
    }
    if (item->kind == TH_ITEM_MATCHING && lefts < 2)
        return th_why_set(g->why, TH_EFORMAT, "line %d: matching takes two pairs or more: {=a -> b =c -> d}",
                          th_gift_line(g, p));
    if (item->kind == TH_ITEM_ESSAY || (item->kind == TH_ITEM_MULTIPLE ? best > 0 : best >= 100)) return TH_OK;
    return th_why_set(g->why, TH_EFORMAT,
                      item->kind == TH_ITEM_MULTIPLE
                          ? "line %d: none of the answers is right: mark it with =, or several with ~%%50%%"
                          : "line %d: none of the answers gives the whole points: mark the right one with =",
                      th_gift_line(g, p));
}

static th_item_kind kind_of(const char *p, const char *end)
{
    if (th_gift_find(p, end, "~") < end) return th_gift_find(p, end, "=") < end ? TH_ITEM_SINGLE : TH_ITEM_MULTIPLE;
    return has_arrow(p, end) ? TH_ITEM_MATCHING : TH_ITEM_TEXT;
}

th_err th_gift_answers(th_gift *g, const char *p, const char *end)
{
    const char *general = th_gift_find_text(p, end, "####"), *at = p;
    bool yes;
    if (general < end) TH_TRY(th_gift_part(g, general + 4, end, &g->item->explanation));
    end = general;
    while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r'))) p++;
    if (p == end) {
        g->item->kind = TH_ITEM_ESSAY;
        return TH_OK;
    }
    if (*p == '#') {
        g->item->kind = TH_ITEM_NUMBER;
        p++;
        const bool list = th_gift_find(p, end, "=~") < th_gift_find(p, end, "#");
        TH_TRY(list ? read_choices(g, p, end) : read_choice(g, p, end, 100));
        return check_right(g, at);
    }
    if (is_truth(p, th_gift_find(p, end, "#"), &yes)) {
        g->item->kind = TH_ITEM_SINGLE;
        return read_truth(g, p, end, yes);
    }
    g->item->kind = kind_of(p, end);
    TH_TRY(read_choices(g, p, end));
    return check_right(g, at);
}
