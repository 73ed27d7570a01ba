/* tests/course/gift_equal.h -- are two items the same, whatever line they stand in? */
#ifndef TH_TEST_GIFT_EQUAL_H
#define TH_TEST_GIFT_EQUAL_H

#include "course/gift.h"

#include <string.h>

static inline bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static inline bool same_choice(const th_choice *a, const th_choice *b)
{
    return same_text(a->text, b->text) && same_text(a->match, b->match) && same_text(a->feedback, b->feedback) &&
           !(a->part < b->part || a->part > b->part) && !(a->value < b->value || a->value > b->value) &&
           !(a->near < b->near || a->near > b->near);
}

static inline bool same_item(const th_item *a, const th_item *b)
{
    bool same = a->kind == b->kind && same_text(a->name, b->name) && same_text(a->of, b->of) &&
                same_text(a->stem, b->stem) && a->html == b->html && a->truth == b->truth &&
                same_text(a->explanation, b->explanation) && same_text(a->hint, b->hint) &&
                same_text(a->lesson, b->lesson) && a->attempts == b->attempts && same_text(a->compute, b->compute) &&
                same_text(a->key, b->key) && a->n_choices == b->n_choices && a->n_vars == b->n_vars;
    for (size_t i = 0; same && i < a->n_choices; i++) same = same_choice(&a->choices[i], &b->choices[i]);
    for (size_t i = 0; same && i < a->n_vars; i++)
        same = same_text(a->vars[i].name, b->vars[i].name) && !memcmp(&a->vars[i].lo, &b->vars[i].lo, sizeof(double)) &&
               !memcmp(&a->vars[i].hi, &b->vars[i].hi, sizeof(double)) &&
               !memcmp(&a->vars[i].step, &b->vars[i].step, sizeof(double));
    return same;
}

static inline bool same_quiz(const th_quiz *a, const th_quiz *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) same = same_item(&a->items[i], &b->items[i]);
    return same;
}

#endif
