#include "course/gift_priv.h"
#include "deploy/writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The line that begins at p would be left out by a reader, or end the item. */
static bool line_is_lost(const char *p)
{
    p += strspn(p, " \t\v\f\r");
    return *p == 0 || *p == '\n' || (p[0] == '/' && p[1] == '/');
}

/* A text with backslashes before what is in `special`, and where a line could not stand as it is. */
static void put_text(th_writer *w, const char *text, const char *special)
{
    const char *from = text;
    for (const char *p = text; *p; p++) {
        const bool lost = *p == '\n' && line_is_lost(p + 1);
        const bool slash = *p == '\\' && (!p[1] || strchr(TH_GIFT_SPECIAL "\\n\n", p[1]) != NULL);
        if (!lost && !slash && !strchr(special, *p)) continue;
        th_writer_add(w, "%.*s%s", (int)(p - from), from, lost ? "\\n" : "\\");
        from = lost ? p + 1 : p;
    }
    th_writer_add(w, "%s", from);
}

static void put_feedback(th_writer *w, const char *feedback)
{
    if (!feedback) return;
    th_writer_add(w, " #");
    put_text(w, feedback, TH_GIFT_SPECIAL);
}

static void put_truth(th_writer *w, const th_item *item)
{
    const bool yes = item->n_choices > 0 && item->choices[0].part > 0;
    const char *of[2] = {NULL, NULL}; /* of True, of False */
    for (size_t i = 0; i < item->n_choices && i < 2; i++) of[i] = item->choices[i].feedback;
    const char *right = of[yes ? 0 : 1], *wrong = of[yes ? 1 : 0];
    th_writer_add(w, "%s", yes ? "T" : "F");
    if (wrong || right) put_feedback(w, wrong ? wrong : "");
    put_feedback(w, right);
}

/* The fewest digits that read back as the same number. */
static void put_number(th_writer *w, double v)
{
    char text[40];
    for (int digits = 9; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) break;
    }
    th_writer_add(w, "%s", text);
}

/* Choices that are all right have one ~ among them all the same, or they would be short texts. */
static bool is_only_tilde(const th_item *item, const th_choice *c)
{
    if (item->kind != TH_ITEM_SINGLE || c != &item->choices[item->n_choices - 1]) return false;
    for (size_t i = 0; i < item->n_choices; i++)
        if (item->choices[i].part < 100) return false;
    return true;
}

/* "\n  =%50%", the mark of an answer. */
static void put_mark(th_writer *w, const th_item *item, const th_choice *c)
{
    const bool whole = c->part >= 100 && item->kind != TH_ITEM_MULTIPLE && !is_only_tilde(item, c);
    const bool choice = item->kind == TH_ITEM_SINGLE || item->kind == TH_ITEM_MULTIPLE;
    const bool nothing = c->part == 0 && (choice || isinf(c->near));
    th_writer_add(w, "\n  %s", (whole || !(choice || nothing)) ? "=" : "~");
    if (!whole && !nothing) {
        th_writer_add(w, "%%");
        put_number(w, c->part);
        th_writer_add(w, "%%");
    } else if (c->text[0] == '%') { /* would be read as that */
        th_writer_add(w, "%%%d%%", whole ? 100 : 0);
    }
}

static th_err put_choice(th_writer *w, const th_item *item, const th_choice *c, bool frozen, th_why *why)
{
    const bool apart = item->kind == TH_ITEM_MATCHING || item->kind == TH_ITEM_TEXT;
    if (apart && strstr(c->text, "->"))
        return th_why_set(why, TH_EUNSUP, "GIFT has no way to write the answer \"%.60s\": say it without \"->\"",
                          c->text);
    put_mark(w, item, c);
    if (item->kind != TH_ITEM_NUMBER)
        put_text(w, c->text, TH_GIFT_SPECIAL);
    else if (!isinf(c->near) || c->part != 0)
        th_writer_add(w, "%s", c->text);
    if (c->match) {
        th_writer_add(w, " -> ");
        put_text(w, c->match, TH_GIFT_SPECIAL);
    }
    if (!frozen || item->kind != TH_ITEM_MATCHING) put_feedback(w, c->feedback); /* Moodle's pairs have none */
    return TH_OK;
}

static th_err put_answers(th_writer *w, const th_item *item, bool frozen, th_why *why)
{
    const bool number = item->kind == TH_ITEM_NUMBER;
    const bool lines = item->n_choices > 0 && !item->truth && !(number && item->n_choices == 1);
    th_writer_add(w, "{%s", number ? "#" : "");
    if (item->truth) put_truth(w, item);
    for (size_t i = 0; i < item->n_choices && lines; i++) TH_TRY(put_choice(w, item, &item->choices[i], frozen, why));
    if (number && !lines && item->n_choices == 1) {
        th_writer_add(w, "%s", item->choices[0].text);
        put_feedback(w, item->choices[0].feedback);
    }
    if (item->explanation) {
        th_writer_add(w, lines ? "\n  ####" : " ####");
        put_text(w, item->explanation, TH_GIFT_SPECIAL);
    }
    th_writer_add(w, lines ? "\n}\n" : "}\n");
    return TH_OK;
}

static void put_comment(th_writer *w, const char *word, const char *text)
{
    if (text) th_writer_add(w, "// %s %s\n", word, text);
}

static void put_comments(th_writer *w, const th_item *item)
{
    put_comment(w, "of", item->of);
    for (const char *p = item->hint; p;) {
        const char *stop = strchr(p, '\n');
        th_writer_add(w, "// @hint %.*s\n", stop ? (int)(stop - p) : (int)strlen(p), p);
        p = stop ? stop + 1 : NULL;
    }
    if (item->attempts) th_writer_add(w, "// @attempts %d\n", item->attempts);
    put_comment(w, "@lesson", item->lesson);
    for (size_t i = 0; i < item->n_vars; i++) {
        th_writer_add(w, "// @var %s ", item->vars[i].name);
        put_number(w, item->vars[i].lo);
        th_writer_add(w, "..");
        put_number(w, item->vars[i].hi);
        th_writer_add(w, " step ");
        put_number(w, item->vars[i].step);
        th_writer_add(w, "\n");
    }
    put_comment(w, "@compute", item->compute);
    put_comment(w, "@key", item->key);
}

/* Where a text without a name could be taken for something else at the beginning of a line. */
static bool begins_badly(const char *stem)
{
    static const char *const bad[] = {"[html]", "[markdown]", "[plain]", "[moodle]", "//", "$CATEGORY", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (strncmp(stem, bad[i], strlen(bad[i])) == 0) return true;
    return false;
}

static th_err put_item(th_writer *w, const th_item *item, bool frozen, th_why *why)
{
    if (!frozen) put_comments(w, item);
    if (item->name) {
        th_writer_add(w, "::");
        put_text(w, item->name, TH_GIFT_SPECIAL);
        th_writer_add(w, ":: ");
    }
    if (item->html || frozen || begins_badly(item->stem)) th_writer_add(w, item->html ? "[html]" : "[markdown]");
    put_text(w, item->stem, frozen || !item->name ? TH_GIFT_SPECIAL : "{}");
    th_writer_add(w, " ");
    return put_answers(w, item, frozen, why);
}

th_err th_gift_write(const th_quiz *quiz, bool frozen, char **text, th_why *why)
{
    th_writer w = {0};
    th_err err = TH_OK;
    th_writer_add(&w, "%s", "");
    for (size_t i = 0; i < quiz->n && !err; i++) {
        if (i) th_writer_add(&w, "\n");
        err = put_item(&w, &quiz->items[i], frozen, why);
    }
    if (!err && w.err) err = th_why_set(why, w.err, "out of memory while questions are written");
    if (err) th_writer_free(&w);
    *text = w.text;
    return err;
}
