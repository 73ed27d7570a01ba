/* A file of GIFT is lines; an empty line ends an item:
 *
 *   // comment, or a word of ours: // @hint ..
 *   ::name:: [html] stem {answers} rest of the stem
 */
#include "course/gift.h"

#include "base/hash.h"
#include "course/gift_priv.h"
#include "course/key.h"
#include "data/project.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

th_err th_gift_no_memory(const th_gift *g)
{
    return th_why_set(g->why, TH_ENOMEM, "out of memory while questions are read");
}

int th_gift_line(const th_gift *g, const char *at)
{
    size_t k = 0;
    for (const char *p = g->text; p < at; p++) k += *p == '\n';
    return g->line[k < g->n_lines ? k : g->n_lines - 1];
}

/* A backslash takes away the meaning of what follows, where that has one. */
static bool is_escape(const char *p, const char *end)
{
    return *p == '\\' && p + 1 < end && strchr(TH_GIFT_SPECIAL "\\n", p[1]) != NULL;
}

const char *th_gift_find(const char *p, const char *end, const char *set)
{
    for (; p < end; p++) {
        if (is_escape(p, end))
            p++;
        else if (strchr(set, *p))
            return p;
    }
    return end;
}

const char *th_gift_find_text(const char *p, const char *end, const char *text)
{
    const size_t n = strlen(text);
    const char set[2] = {text[0], 0};
    for (p = th_gift_find(p, end, set); p < end; p = th_gift_find(p + 1, end, set))
        if ((size_t)(end - p) >= n && memcmp(p, text, n) == 0) return p;
    return end;
}

char *th_gift_plain(const char *p, const char *end)
{
    char *text = malloc((size_t)(end - p) + 1);
    size_t n = 0, from = 0;
    if (!text) return NULL;
    for (; p < end; p++) {
        if (is_escape(p, end))
            text[n++] = (char)(*++p == 'n' ? '\n' : *p);
        else
            text[n++] = *p;
    }
    while (n && is_space(text[n - 1])) n--;
    while (from < n && is_space(text[from])) from++;
    memmove(text, text + from, n - from);
    text[n - from] = 0;
    return text;
}

th_err th_gift_part(const th_gift *g, const char *p, const char *end, char **text)
{
    *text = th_gift_plain(p, end);
    if (!*text) return th_gift_no_memory(g);
    if (!**text) {
        free(*text);
        *text = NULL;
    }
    return TH_OK;
}

bool th_gift_number(const char *p, const char *end, double *v)
{
    char copy[64], *stop;
    while (p < end && is_space(*p)) p++;
    while (p < end && is_space(end[-1])) end--;
    const size_t n = (size_t)(end - p);
    if (n == 0 || n >= sizeof copy) return false;
    memcpy(copy, p, n);
    copy[n] = 0;
    if (strspn(copy, "0123456789+-.eE") != n) return false; /* strtod would take "nan" and "0x1p3", too */
    *v = strtod(copy, &stop);
    return *stop == 0 && isfinite(*v);
}

/* ---- our comments -------------------------------------------------------------------------------------------- */

static th_err keep(th_gift *g, char **where, const char *what, const char *p, const char *end)
{
    if (*where)
        return th_why_set(g->why, TH_EFORMAT, "line %d: a second @%s for one question: keep one", g->item->line, what);
    *where = malloc((size_t)(end - p) + 1);
    if (!*where) return th_gift_no_memory(g);
    memcpy(*where, p, (size_t)(end - p));
    (*where)[end - p] = 0;
    return TH_OK;
}

/* Several lines of hints are one hint of several lines. */
static th_err read_hint(th_gift *g, const char *p, const char *end)
{
    char *old = g->item->hint;
    if (!old) return keep(g, &g->item->hint, "hint", p, end);
    const size_t n = strlen(old), more = (size_t)(end - p);
    char *both = realloc(old, n + more + 2);
    if (!both) return th_gift_no_memory(g);
    both[n] = '\n';
    memcpy(both + n + 1, p, more);
    both[n + 1 + more] = 0;
    g->item->hint = both;
    return TH_OK;
}

static th_err read_attempts(th_gift *g, const char *p, const char *end)
{
    double v;
    if (!th_gift_number(p, end, &v) || v < 1 || v > 99 || v != floor(v))
        return th_why_set(g->why, TH_EFORMAT,
                          "line %d: @attempts takes a whole number from 1 to 99, as in // @attempts 2", g->item->line);
    g->item->attempts = (int)v;
    return TH_OK;
}

static size_t name_length(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end && ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z') || p[n] == '_' ||
                           (n > 0 && p[n] >= '0' && p[n] <= '9')))
        n++;
    return n;
}

/* "NAME LO..HI step S" */
static bool parse_var(const char *p, const char *end, th_var *v)
{
    static const char step[] = " step ";
    const char *dots, *word = NULL;
    p += name_length(p, end);
    for (dots = p; dots + 2 < end && memcmp(dots, "..", 2) != 0;) dots++;
    for (const char *c = dots; c + sizeof step - 1 <= end && !word; c++)
        if (memcmp(c, step, sizeof step - 1) == 0) word = c;
    return word && th_gift_number(p, dots, &v->lo) && th_gift_number(dots + 2, word, &v->hi) &&
           th_gift_number(word + sizeof step - 1, end, &v->step) && v->step > 0 && v->lo <= v->hi &&
           (v->hi - v->lo) / v->step < 1e6;
}

static th_err read_var(th_gift *g, const char *p, const char *end)
{
    th_item *item = g->item;
    th_var v = {0};
    const size_t n = name_length(p, end);
    if (n == 0 || !parse_var(p, end, &v))
        return th_why_set(g->why, TH_EFORMAT,
                          "line %d: @var takes a name, a range and a step, as in // @var w 0.5..3 step 0.5",
                          item->line);
    for (size_t i = 0; i < item->n_vars; i++)
        if (strlen(item->vars[i].name) == n && memcmp(item->vars[i].name, p, n) == 0)
            return th_why_set(g->why, TH_EFORMAT, "line %d: a second @var %s for one question: give it another name",
                              item->line, item->vars[i].name);
    th_var *more = realloc(item->vars, (item->n_vars + 1) * sizeof *more);
    if (!more) return th_gift_no_memory(g);
    item->vars = more;
    TH_TRY(keep(g, &v.name, "var", p, p + n));
    more[item->n_vars++] = v;
    return TH_OK;
}

static bool is_key(const char *p, const char *end)
{
    bool hex = end - p == 8;
    for (; hex && p < end; p++) hex = strchr("0123456789abcdef", *p) != NULL;
    return hex;
}

static bool begins(const char **p, const char *end, const char *word)
{
    const size_t n = strlen(word);
    if ((size_t)(end - *p) < n || memcmp(*p, word, n) != 0 || ((size_t)(end - *p) > n && !is_space((*p)[n])))
        return false;
    *p += n;
    while (*p < end && is_space(**p)) ++*p;
    return true;
}

/* [p, end): behind the slashes, without outer spaces.  What is none of our words is a comment for people. */
static th_err read_comment(th_gift *g, const char *p, const char *end, int line)
{
    th_item *item = g->item;
    const bool ours = p < end && *p == '@';
    if (!g->n) item->line = line; /* until its stem begins: errors name it */
    if (!ours && begins(&p, end, "of") && memchr(p, ' ', (size_t)(end - p)) == NULL && p < end) {
        if (!is_key(p, end))
            return th_why_set(g->why, TH_EFORMAT,
                              "line %d: // of takes the key of an English question, eight digits of 0-9 and a-f", line);
        g->has_comment = true;
        return keep(g, &item->of, "of", p, end);
    }
    if (!ours) return TH_OK;
    g->has_comment = true;
    if (begins(&p, end, "@hint")) return read_hint(g, p, end);
    if (begins(&p, end, "@attempts")) return read_attempts(g, p, end);
    if (begins(&p, end, "@lesson")) return keep(g, &item->lesson, "lesson", p, end);
    if (begins(&p, end, "@var")) return read_var(g, p, end);
    if (begins(&p, end, "@compute")) return keep(g, &item->compute, "compute", p, end);
    if (begins(&p, end, "@key")) return keep(g, &item->key, "key", p, end);
    return th_why_set(g->why, TH_EFORMAT,
                      "line %d: \"%.*s\" is none of @hint, @attempts, @lesson, @var, @compute and @key", line,
                      end - p < 40 ? (int)(end - p) : 40, p);
}

/* ---- an item --------------------------------------------------------------------------------------------------- */

/* Outer spaces go. */
static void trim(const char **p, const char **end)
{
    while (*p < *end && is_space(**p)) ++*p;
    while (*p < *end && is_space((*end)[-1])) --*end;
}

static th_err read_name(th_gift *g, const char **p, const char *end)
{
    if (end - *p < 2 || memcmp(*p, "::", 2) != 0) return TH_OK;
    const char *close = th_gift_find_text(*p + 2, end, "::");
    if (close == end)
        return th_why_set(g->why, TH_EFORMAT, "line %d: the name that begins with :: has no :: behind it",
                          th_gift_line(g, *p));
    TH_TRY(th_gift_part(g, *p + 2, close, &g->item->name));
    *p = close + 2;
    while (*p < end && is_space(**p)) ++*p;
    return TH_OK;
}

static void read_format(th_gift *g, const char **p, const char *end)
{
    static const char *const format[] = {"[html]", "[markdown]", "[plain]", "[moodle]"};
    for (size_t i = 0; i < sizeof format / sizeof format[0]; i++) {
        const size_t n = strlen(format[i]);
        if ((size_t)(end - *p) < n || memcmp(*p, format[i], n) != 0) continue;
        g->item->html = i == 0;
        *p += n;
        return;
    }
}

/* The stem, with a gap where an answer stands in its middle. */
static th_err read_stem(th_gift *g, const char *p, const char *open, const char *after, const char *end)
{
    static const char gap[] = "_____";
    size_t n = 0;
    trim(&after, &end);
    if (after == end) {
        TH_TRY(th_gift_part(g, p, open, &g->item->stem));
    } else {
        char *raw = malloc((size_t)(open - p) + sizeof gap + (size_t)(end - after) + 2);
        if (!raw) return th_gift_no_memory(g);
        memcpy(raw, p, n = (size_t)(open - p));
        memcpy(raw + n, gap, sizeof gap - 1);
        n += sizeof gap - 1;
        if (!strchr(".,;:!?)", *after)) raw[n++] = ' ';
        memcpy(raw + n, after, (size_t)(end - after));
        n += (size_t)(end - after);
        const th_err err = th_gift_part(g, raw, raw + n, &g->item->stem);
        free(raw);
        TH_TRY(err);
    }
    if (!g->item->stem)
        return th_why_set(g->why, TH_EFORMAT, "line %d: answers without a question: write it before the {",
                          th_gift_line(g, open));
    return TH_OK;
}

/* Where the answers stand: [*open, *close] with their braces. */
static th_err find_answers(th_gift *g, const char *p, const char *end, const char **open, const char **close)
{
    *open = th_gift_find(p, end, "{}");
    if (*open == end)
        return th_why_set(g->why, TH_EFORMAT,
                          "line %d: a question without answers: write them in { }, before the next empty line",
                          th_gift_line(g, p));
    *close = th_gift_find(*open + 1, end, "{}");
    if (**open == '}' || *close == end || **close == '{')
        return th_why_set(g->why, TH_EFORMAT,
                          "line %d: { and } do not go together here: answers stand in one pair of them (without an "
                          "empty line inside), a brace of a text is written \\{ or \\}",
                          th_gift_line(g, *open));
    const char *more = th_gift_find(*close + 1, end, "{}");
    if (more == end) return TH_OK;
    return th_why_set(g->why, TH_EFORMAT,
                      "line %d: a second { or } in one question: an empty line stands between questions, and a brace "
                      "of a text is written \\{ or \\}",
                      th_gift_line(g, more));
}

/* [[w]] with a w that is none of its variables, in a text where each must be one. */
static th_err check_values(const th_gift *g, const char *text)
{
    const th_item *item = g->item;
    for (const char *p = text; p && (p = strstr(p, "[[")) != NULL; p += 2) {
        const size_t n = name_length(p + 2, p + strlen(p));
        bool known = n == 0 || strncmp(p + 2 + n, "]]", 2) != 0;
        for (size_t i = 0; i < item->n_vars && !known; i++)
            known = strlen(item->vars[i].name) == n && memcmp(item->vars[i].name, p + 2, n) == 0;
        if (!known)
            return th_why_set(g->why, TH_EFORMAT,
                              "line %d: [[%.*s]] is no variable of this question: add // @var %.*s ..", item->line,
                              (int)n, p + 2, (int)n, p + 2);
    }
    return TH_OK;
}

static bool is_computed(const th_choice *c)
{
    return strncmp(c->text, "computed", 8) == 0;
}

/* Variables, command, pointer and {#computed} belong together. */
static th_err check_computed(const th_gift *g)
{
    const th_item *item = g->item;
    bool computed = false;
    for (size_t i = 0; i < item->n_choices && item->kind == TH_ITEM_NUMBER; i++)
        computed = computed || is_computed(&item->choices[i]);
    if (computed && (!item->compute || !item->key))
        return th_why_set(g->why, TH_EFORMAT,
                          "line %d: {#computed} needs // @compute (what is run) and // @key (where its number stands)",
                          item->line);
    if (!computed && (item->compute || item->key))
        return th_why_set(g->why, TH_EFORMAT, "line %d: @compute and @key go with an answer {#computed:0.01}",
                          item->line);
    if (item->key && item->key[0] != '/')
        return th_why_set(g->why, TH_EFORMAT, "line %d: @key is a JSON pointer, as in // @key /loss", item->line);
    TH_TRY(check_values(g, item->compute));
    return item->n_vars ? check_values(g, item->stem) : TH_OK;
}

static th_err read_item(th_gift *g)
{
    const char *p = g->text, *end = g->text + g->n, *open = NULL, *close = NULL;
    g->item->line = g->line[0];
    trim(&p, &end);
    TH_TRY(read_name(g, &p, end));
    read_format(g, &p, end);
    TH_TRY(find_answers(g, p, end, &open, &close));
    TH_TRY(read_stem(g, p, open, close + 1, end));
    TH_TRY(th_gift_answers(g, open + 1, close));
    return check_computed(g);
}

/* ---- a file ---------------------------------------------------------------------------------------------------- */

/* The item that was read goes to the others, and the next one begins. */
static th_err end_item(th_gift *g, th_quiz *quiz)
{
    if (!g->n) return TH_OK;
    TH_TRY(read_item(g));
    th_item *more = realloc(quiz->items, (quiz->n + 1) * sizeof *more);
    if (!more) return th_gift_no_memory(g);
    quiz->items = more;
    more[quiz->n++] = *g->item;
    *g->item = (th_item){0};
    g->n = g->n_lines = 0;
    g->has_comment = false;
    return TH_OK;
}

static th_err read_line(th_gift *g, const char *p, const char *end, int number, th_quiz *quiz)
{
    const char *a = p, *b = end;
    trim(&a, &b);
    if (a == b) return end_item(g, quiz);
    if (b - a >= 2 && memcmp(a, "//", 2) == 0) {
        a += 2;
        trim(&a, &b);
        return read_comment(g, a, b, number);
    }
    if (!g->n && b - a >= 9 && memcmp(a, "$CATEGORY", 9) == 0) return TH_OK;
    g->line[g->n_lines++] = number;
    memcpy(g->text + g->n, p, (size_t)(end - p));
    g->n += (size_t)(end - p);
    g->text[g->n++] = '\n';
    g->text[g->n] = 0;
    return TH_OK;
}

static th_err read_lines(th_gift *g, const char *text, size_t n, th_quiz *quiz)
{
    const char *end = text + n;
    int number = 1;
    for (const char *p = text; p < end; number++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop) stop = end;
        TH_TRY(read_line(g, p, stop, number, quiz));
        p = stop + (stop < end);
    }
    TH_TRY(end_item(g, quiz));
    if (!g->has_comment) return TH_OK;
    return th_why_set(g->why, TH_EFORMAT, "line %d: this comment belongs to a question, and none follows",
                      g->item->line);
}

/* A byte-order mark and carriage returns go; *n: what is left. */
static void plain_lines(th_span bytes, char *text, size_t *n)
{
    const size_t skip = bytes.n >= 3 && memcmp(bytes.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    *n = 0;
    for (size_t i = skip; i < bytes.n; i++)
        if (bytes.p[i] != '\r') text[(*n)++] = (char)bytes.p[i];
    text[*n] = 0;
}

th_err th_gift_read(th_span bytes, th_quiz *quiz, th_why *why)
{
    th_item item = {0};
    size_t n, lines = 2;
    *quiz = (th_quiz){0};
    for (size_t i = 0; i < bytes.n; i++) lines += bytes.p[i] == '\n';
    char *text = malloc(bytes.n + 1);
    th_gift g = {malloc(bytes.n + 2), 0, malloc(lines * sizeof(int)), 0, &item, false, why};
    th_err err = text && g.text && g.line ? TH_OK : th_gift_no_memory(&g);
    if (!err) {
        plain_lines(bytes, text, &n);
        if (strlen(text) != n || !th_text_is_utf8(text))
            err = th_why_set(why, TH_EFORMAT, "these questions are no text in UTF-8: save the file as UTF-8");
    }
    if (!err) err = read_lines(&g, text, n, quiz);
    th_item_free(&item);
    free(text);
    free(g.text);
    free(g.line);
    return err;
}

void th_item_free(th_item *item)
{
    for (size_t i = 0; i < item->n_choices; i++) {
        free(item->choices[i].text);
        free(item->choices[i].match);
        free(item->choices[i].feedback);
    }
    for (size_t i = 0; i < item->n_vars; i++) free(item->vars[i].name);
    char *const texts[] = {item->name, item->of,     item->stem,    item->explanation,
                           item->hint, item->lesson, item->compute, item->key};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) free(texts[i]);
    free(item->choices);
    free(item->vars);
    *item = (th_item){0};
}

void th_quiz_free(th_quiz *quiz)
{
    for (size_t i = 0; i < quiz->n; i++) th_item_free(&quiz->items[i]);
    free(quiz->items);
    *quiz = (th_quiz){0};
}

/* Two texts one after another are not one longer text: the NUL counts, too. */
static uint64_t hash_text(uint64_t h, const char *text)
{
    return text ? th_fnv1a(h, (th_span){(const uint8_t *)text, strlen(text) + 1})
                : th_fnv1a(h, (th_span){(const uint8_t *)"\1", 1});
}

void th_item_key(const th_item *item, char key[9])
{
    uint64_t h = hash_text(TH_FNV1A_START, item->stem);
    h = hash_text(h, item->explanation);
    h = hash_text(h, item->hint);
    h = hash_text(h, item->compute);
    for (size_t i = 0; i < item->n_choices; i++) {
        const th_choice *c = &item->choices[i];
        const int16_t part = (int16_t)lround(c->part * 100);
        const uint8_t bytes[2] = {(uint8_t)((uint16_t)part >> 8), (uint8_t)part};
        h = th_fnv1a(h, (th_span){bytes, sizeof bytes});
        h = hash_text(h, c->text);
        h = hash_text(h, c->match);
        h = hash_text(h, c->feedback);
    }
    th_course_key(h, key);
}
