/* Shown and marked: both name choices by ids that say nothing, so that the page that shows an item does not hold its
 * key, and need no memory of the order in which it was shown. */
#include "course/quiz.h"

#include "base/hash.h"
#include "base/rng.h"
#include "course/key.h"
#include "course/lesson.h"
#include "course/safe_html.h"
#include "report/html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"single", "multiple", "number", "matching", "text", "essay"};

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory while a question is shown or marked");
}

static th_span span_of(const char *text)
{
    return (th_span){(const uint8_t *)text, strlen(text)};
}

th_err th_item_html(const th_item *item, const char *text, char **html, th_why *why)
{
    return item->html ? th_html_safe(span_of(text), html, why) : th_markdown_html(span_of(text), true, html, why);
}

/* Id of choice i; side: 'c', of pairs 'l' or 'r'.  Right sides with the same text are one. */
static void choice_id(const th_item *item, char side, size_t i, char id[TH_COURSE_KEY_BYTES])
{
    const uint8_t tail[3] = {(uint8_t)side, (uint8_t)(i >> 8), (uint8_t)i};
    for (size_t k = 0; side == 'r' && k < i; k++)
        if (strcmp(item->choices[k].match, item->choices[i].match) == 0) {
            choice_id(item, side, k, id);
            return;
        }
    const uint64_t h = th_fnv1a(TH_FNV1A_START, span_of(item->name ? item->name : ""));
    th_course_key(th_fnv1a(h, (th_span){tail, sizeof tail}), id);
}

/* ---- shown ----------------------------------------------------------------------------------------------------- */

/* object[name] = the text as HTML. */
static th_err set_html(json_t *object, const char *name, const th_item *item, const char *text, th_why *why)
{
    char *html;
    TH_TRY(th_item_html(item, text, &html, why));
    const int failed = json_object_set_new(object, name, json_string(html));
    free(html);
    return failed ? no_memory(why) : TH_OK;
}

/* {id, html} of choice i, at the end of the list. */
static th_err add_choice(json_t *list, const th_item *item, char side, size_t i, th_why *why)
{
    char id[TH_COURSE_KEY_BYTES];
    json_t *o = json_object();
    choice_id(item, side, i, id);
    if (json_array_append_new(list, o) || json_object_set_new(o, "id", json_string(id))) return no_memory(why);
    return set_html(o, "html", item, side == 'r' ? item->choices[i].match : item->choices[i].text, why);
}

/* A right side that was there before, or the empty left side of one that belongs to nothing. */
static bool is_left_out(const th_item *item, char side, size_t i)
{
    if (side == 'l') return item->choices[i].text[0] == 0;
    for (size_t k = 0; side == 'r' && k < i; k++)
        if (strcmp(item->choices[k].match, item->choices[i].match) == 0) return true;
    return false;
}

/* The choices of a side, in an order of the seed's where it is not the author's. */
static th_err add_side(json_t *shown, const char *name, const th_item *item, char side, uint64_t seed, th_why *why)
{
    json_t *list = json_array();
    size_t *order = malloc((item->n_choices + 1) * sizeof *order), n = 0;
    th_err err = TH_OK;
    if (json_object_set_new(shown, name, list) || !order) err = no_memory(why);
    for (size_t i = 0; i < item->n_choices && !err; i++)
        if (!is_left_out(item, side, i)) order[n++] = i;
    if (side != 'l' && !item->truth && !err) {
        th_rng r = th_rng_make(seed, th_fnv1a(TH_FNV1A_START, span_of(item->name ? item->name : "")));
        for (size_t i = n; i > 1; i--) {
            const size_t k = th_rng_below(&r, (uint32_t)i), kept = order[i - 1];
            order[i - 1] = order[k];
            order[k] = kept;
        }
    }
    for (size_t i = 0; i < n && !err; i++) err = add_choice(list, item, side, order[i], why);
    free(order);
    return err;
}

static th_err fill_json(const th_item *item, uint64_t seed, json_t *o, th_why *why)
{
    TH_TRY(set_html(o, "stem", item, item->stem, why));
    if (item->kind == TH_ITEM_MATCHING) {
        TH_TRY(add_side(o, "left", item, 'l', seed, why));
        return add_side(o, "right", item, 'r', seed, why);
    }
    if (item->kind == TH_ITEM_SINGLE || item->kind == TH_ITEM_MULTIPLE)
        return add_side(o, "choices", item, 'c', seed, why);
    return TH_OK;
}

th_err th_item_json(const th_item *item, uint64_t seed, json_t **shown, th_why *why)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:i, s:b}", "name", item->name ? item->name : "", "kind", kinds[item->kind],
                          "lang", item->lang[0] ? item->lang : "en", "attempts",
                          item->attempts ? item->attempts : TH_ITEM_ATTEMPTS, "hint", item->hint != NULL);
    const th_err err = o ? fill_json(item, seed, o, why) : no_memory(why);
    if (err) json_decref(o);
    *shown = err ? NULL : o;
    return err;
}

/* ---- marked ---------------------------------------------------------------------------------------------------- */

/* What is collected while an answer is looked at. */
typedef struct marking {
    const th_item *item;
    double points; /* parts of a hundred */
    bool right;
    th_html feedback, key;
    th_why *why;
} marking;

static th_err put(marking *m, th_html *where, const char *text)
{
    char *html;
    if (!text) return TH_OK;
    TH_TRY(th_item_html(m->item, text, &html, m->why));
    th_html_put(where, html);
    free(html);
    return where->failed ? no_memory(m->why) : TH_OK;
}

static th_err wrong_kind(const marking *m, const char *wanted)
{
    return th_why_set(m->why, TH_EUSAGE, "the question \"%.60s\" is answered with %s",
                      m->item->name ? m->item->name : "", wanted);
}

/* Place of the choice with this id, or n_choices. */
static size_t find_choice(const th_item *item, char side, const json_t *id)
{
    const char *text = json_string_value(id);
    char own[TH_COURSE_KEY_BYTES];
    size_t i = 0;
    for (; text && i < item->n_choices; i++) {
        choice_id(item, side, i, own);
        if (strcmp(own, text) == 0) return i;
    }
    return item->n_choices;
}

static th_err mark_single(marking *m, const json_t *given)
{
    const th_item *item = m->item;
    const size_t i = find_choice(item, 'c', given);
    if (i == item->n_choices) return wrong_kind(m, "the id of one of its choices");
    m->points = item->choices[i].part;
    m->right = m->points >= 100;
    TH_TRY(put(m, &m->feedback, item->choices[i].feedback));
    for (size_t k = 0; k < item->n_choices; k++)
        if (item->choices[k].part >= 100) return put(m, &m->key, item->choices[k].text);
    return TH_OK;
}

static th_err mark_multiple(marking *m, const json_t *given)
{
    const th_item *item = m->item;
    if (!json_is_array(given)) return wrong_kind(m, "a list of ids of its choices");
    bool *chosen = calloc(item->n_choices + 1, sizeof *chosen);
    th_err err = chosen ? TH_OK : no_memory(m->why);
    for (size_t k = 0; k < json_array_size(given) && !err; k++) {
        const size_t i = find_choice(item, 'c', json_array_get(given, k));
        if (i == item->n_choices || chosen[i])
            err = wrong_kind(m, "a list of ids of its choices, each once");
        else
            chosen[i] = true;
    }
    m->right = true;
    for (size_t i = 0; i < item->n_choices && !err; i++) {
        const th_choice *c = &item->choices[i];
        if (chosen[i]) m->points += c->part;
        if (chosen[i] != (c->part > 0)) m->right = false;
        if (chosen[i]) err = put(m, &m->feedback, c->feedback);
        if (!err && c->part > 0) err = put(m, &m->key, c->text);
    }
    if (m->right) m->points = 100; /* three thirds of 33.333 */
    free(chosen);
    return err;
}

/* {left id: right id} */
static th_err mark_matching(marking *m, const json_t *given)
{
    const th_item *item = m->item;
    size_t n = 0, right = 0, known = 0;
    if (!json_is_object(given)) return wrong_kind(m, "an object: an id of the right side for each of the left");
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        char id[TH_COURSE_KEY_BYTES];
        if (!c->text[0]) continue;
        n++;
        choice_id(item, 'l', i, id);
        const json_t *value = json_object_get(given, id);
        const size_t k = find_choice(item, 'r', value);
        if (value && k == item->n_choices) return wrong_kind(m, "ids of its two sides");
        known += value != NULL;
        if (value && strcmp(item->choices[k].match, c->match) == 0)
            right++;
        else
            TH_TRY(put(m, &m->feedback, c->feedback));
        TH_TRY(put(m, &m->key, c->text));
        th_html_put(&m->key, "&#8594; ");
        TH_TRY(put(m, &m->key, c->match));
    }
    if (known != json_object_size(given)) return wrong_kind(m, "ids of its two sides");
    m->points = n ? 100.0 * (double)right / (double)n : 0;
    m->right = right == n;
    return TH_OK;
}

/* What people type for a number, in plain signs: a real minus sign, Arabic digits and signs; no spaces. */
static bool plain_number(const char *text, char plain[64])
{
    size_t n = 0;
    const unsigned char *p = (const unsigned char *)text;
    for (; *p && n + 1 < 64; p++) {
        if (*p == 0xd9 && p[1] >= 0xa0 && p[1] <= 0xa9)
            plain[n++] = (char)('0' + (*++p - 0xa0));
        else if (*p == 0xd9 && p[1] == 0xab)
            p++, plain[n++] = '.';
        else if (*p == 0xd9 && p[1] == 0xac)
            p++; /* the Arabic sign between thousands says nothing else */
        else if (*p == 0xe2 && p[1] == 0x88 && p[2] == 0x92)
            p += 2, plain[n++] = '-';
        else if (*p == 0xc2 && p[1] == 0xa0)
            p++;
        else if (*p != ' ')
            plain[n++] = (char)*p;
    }
    plain[n] = 0;
    return !*p && n > 0 && strspn(plain, "0123456789+-.,eE") == n;
}

/* Takes away what stands between thousands: 12,288 and 1.234.567,5 are 12288 and 1234567,5; false: nothing does. */
static bool without_groups(char *plain)
{
    char *to = plain + strspn(plain, "+-");
    const size_t first = strspn(to, "0123456789");
    const char sign = to[first], *p = to + first;
    if (*to == '0' || first < 1 || first > 3 || (sign != ',' && sign != '.')) return false;
    to += first;
    while (*p == sign) {
        if (strspn(p + 1, "0123456789") != 3) return false;
        memmove(to, p + 1, 3);
        to += 3;
        p += 4;
    }
    memmove(to, p, strlen(p) + 1);
    return true;
}

/* The ways to read a number, 0 to 2: 12,288 is twelve thousand to some and a little above twelve to others. */
static size_t read_number(const char *text, double v[2])
{
    char plain[64], *stop;
    size_t n = 0;
    if (!plain_number(text, plain)) return 0;
    for (int grouped = 0; grouped < 2; grouped++) {
        if (grouped && !without_groups(plain)) break;
        char point[64];
        memcpy(point, plain, sizeof point);
        for (char *c = strchr(point, ','); c; c = strchr(c, ',')) *c = '.';
        v[n] = strtod(point, &stop);
        if (*stop == 0 && isfinite(v[n])) n++;
    }
    return n;
}

static bool is_near(const th_choice *c, double v)
{
    return isinf(c->near) || fabs(v - c->value) <= c->near + 1e-9 * (fabs(c->value) + c->near);
}

static th_err mark_number(marking *m, const json_t *given)
{
    const th_item *item = m->item;
    double v[2] = {json_number_value(given)};
    const size_t readings = json_is_string(given) ? read_number(json_string_value(given), v) : json_is_number(given);
    if (!readings) return wrong_kind(m, "a number such as 12288 or 3.5");
    const th_choice *hit = NULL, *key = NULL;
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        if (strncmp(c->text, "computed", 8) == 0)
            return th_why_set(m->why, TH_EFORMAT, "the question \"%.60s\" has no number yet: it must be computed first",
                              item->name ? item->name : "");
        for (size_t k = 0; k < readings; k++)
            if (is_near(c, v[k]) && (!hit || (k && c->part > hit->part))) hit = c;
        if (!key && c->part >= 100) key = c;
    }
    m->points = hit ? hit->part : 0;
    m->right = m->points >= 100;
    if (key)
        th_html_fmt(&m->key, strstr(key->text, "..") ? "<p>%.6g &#8211; %.6g</p>" : "<p>%.6g</p>",
                    strstr(key->text, "..") ? key->value - key->near : key->value, key->value + key->near);
    return put(m, &m->feedback, hit ? hit->feedback : NULL);
}

/* The next character of a text, small, spaces in a row as one; Latin letters with marks too (U+00C0 to U+00DE). */
static unsigned next_small(const unsigned char **p)
{
    const unsigned char c = *(*p)++;
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
        while (**p == ' ' || (**p >= '\t' && **p <= '\r')) ++*p;
        return ' ';
    }
    if (c >= 'A' && c <= 'Z') return c | 0x20u;
    if (c == 0xc3 && **p >= 0x80 && **p <= 0x9e && **p != 0x97) return 0xc3a0u + (*(*p)++ - 0x80u);
    if (c == 0xc3 && **p) return 0xc300u + *(*p)++;
    return c;
}

static bool same_words(const char *a, const char *b)
{
    const unsigned char *p = (const unsigned char *)a, *q = (const unsigned char *)b;
    while (*p == ' ' || (*p >= '\t' && *p <= '\r')) p++;
    for (;;) {
        const unsigned c = *p ? next_small(&p) : 0, d = *q ? next_small(&q) : 0;
        if (c == ' ' && !*p && d == 0) return true;
        if (c != d) return false;
        if (c == 0) return true;
    }
}

static th_err mark_text(marking *m, const json_t *given)
{
    const th_item *item = m->item;
    const char *said = json_string_value(given);
    const th_choice *hit = NULL, *key = NULL;
    if (!said) return wrong_kind(m, "a text");
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        if (!hit && (strcmp(c->text, "*") == 0 || same_words(said, c->text))) hit = c;
        if (!key && c->part >= 100) key = c;
    }
    m->points = hit ? hit->part : 0;
    m->right = m->points >= 100;
    TH_TRY(put(m, &m->key, key ? key->text : NULL));
    return put(m, &m->feedback, hit ? hit->feedback : NULL);
}

static th_err mark_essay(marking *m, const json_t *given)
{
    const char *said = json_string_value(given);
    if (!said || said[strspn(said, " \t\r\n")] == 0) return wrong_kind(m, "a text");
    m->right = true;
    return TH_OK;
}

static th_err mark(marking *m, const json_t *given)
{
    static th_err (*const by_kind[])(marking *, const json_t *) = {mark_single,   mark_multiple, mark_number,
                                                                   mark_matching, mark_text,     mark_essay};
    TH_TRY(by_kind[m->item->kind](m, given));
    return m->key.failed ? no_memory(m->why) : TH_OK;
}

th_err th_item_mark(const th_item *item, const json_t *given, th_marked *marked, th_why *why)
{
    marking m = {.item = item, .why = why};
    *marked = (th_marked){0};
    th_err err = mark(&m, given);
    if (!err && item->explanation) err = th_item_html(item, item->explanation, &marked->explanation, why);
    marked->points = m.points < 0 ? 0 : m.points > 100 ? 1 : m.points / 100;
    marked->right = m.right;
    marked->feedback = m.feedback.text;
    marked->key = m.key.text;
    if (err) th_marked_free(marked);
    return err;
}

void th_marked_free(th_marked *marked)
{
    free(marked->feedback);
    free(marked->key);
    free(marked->explanation);
    *marked = (th_marked){0};
}

/* {left id: right id} */
static json_t *right_pairs(const th_item *item)
{
    json_t *pairs = json_object();
    for (size_t i = 0; pairs && i < item->n_choices; i++) {
        char left[TH_COURSE_KEY_BYTES], right[TH_COURSE_KEY_BYTES];
        if (!item->choices[i].text[0]) continue;
        choice_id(item, 'l', i, left);
        choice_id(item, 'r', i, right);
        json_object_set_new(pairs, left, json_string(right));
    }
    return pairs;
}

json_t *th_item_right(const th_item *item)
{
    if (item->kind == TH_ITEM_MATCHING) return right_pairs(item);
    json_t *list = item->kind == TH_ITEM_MULTIPLE ? json_array() : NULL;
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        char id[TH_COURSE_KEY_BYTES];
        choice_id(item, 'c', i, id);
        if (list && c->part > 0) json_array_append_new(list, json_string(id));
        if (list || c->part < 100) continue;
        if (item->kind == TH_ITEM_NUMBER) return json_real(c->value);
        return json_string(item->kind == TH_ITEM_TEXT ? c->text : id);
    }
    return list ? list : json_string("..");
}
