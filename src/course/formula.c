/* A formula's tree as MathML and as plain text. */
#include "course/formula.h"

#include "course/formula_priv.h"
#include "report/html.h"

#include <stdlib.h>
#include <string.h>

/* ---- MathML ------------------------------------------------------------------------------------------------------ */

static void put_part(th_html *out, const th_formula *f, int at);

static void put_all(th_html *out, const th_formula *f, int first)
{
    for (int i = first; i >= 0; i = f->part[i].next) put_part(out, f, i);
}

static void put_words(th_html *out, const th_part *p)
{
    if (p->letter[0])
        th_html_put(out, p->letter);
    else if (p->text)
        th_html_text(out, p->text);
    else
        th_html_text_n(out, (const char *)p->words.p, p->words.n);
}

static void put_leaf(th_html *out, const th_part *p, const char *tag, const char *attributes)
{
    th_html_fmt(out, "<%s%s>", tag, attributes);
    put_words(out, p);
    th_html_fmt(out, "</%s>", tag);
}

/* The tag, and in it every child. */
static void put_tag(th_html *out, const th_formula *f, const th_part *p, const char *tag, const char *attributes)
{
    th_html_fmt(out, "<%s%s>", tag, attributes);
    put_all(out, f, p->first);
    th_html_fmt(out, "</%s>", tag);
}

static bool is_empty(const th_formula *f, int at)
{
    return f->part[at].kind == TH_PART_ROW && f->part[at].first < 0;
}

static void put_scripts(th_html *out, const th_formula *f, const th_part *p)
{
    const int base = p->first, low = f->part[base].next, high = f->part[low].next;
    const th_part_kind kind = f->part[base].kind;
    const bool limits =
        kind == TH_PART_LARGE || ((kind == TH_PART_OVER || kind == TH_PART_UNDER) && f->part[base].wide);
    const bool has_low = !is_empty(f, low), has_high = !is_empty(f, high);
    const char *tag = has_low && has_high ? limits ? "munderover" : "msubsup"
                      : has_low           ? limits ? "munder" : "msub"
                      : limits            ? "mover"
                                          : "msup";
    th_html_fmt(out, "<%s>", tag);
    put_part(out, f, base);
    if (has_low) put_part(out, f, low);
    if (has_high || !has_low) put_part(out, f, high);
    th_html_fmt(out, "</%s>", tag);
}

static void put_table(th_html *out, const th_formula *f, const th_part *p)
{
    th_html_put(out, "<mtable>");
    for (int row = p->first; row >= 0; row = f->part[row].next) {
        th_html_put(out, "<mtr>");
        for (int cell = f->part[row].first; cell >= 0; cell = f->part[cell].next) {
            th_html_put(out, "<mtd>");
            put_all(out, f, f->part[cell].first);
            th_html_put(out, "</mtd>");
        }
        th_html_put(out, "</mtr>");
    }
    th_html_put(out, "</mtable>");
}

static void put_sign(th_html *out, const th_part *p)
{
    if (p->text && !p->text[0]) return; /* \left. */
    const bool bracket = p->text && strchr("()[]|{}", p->text[0]);
    put_leaf(out, p, "mo", p->stretch ? " stretchy=\"true\"" : bracket ? " stretchy=\"false\"" : "");
}

static void put_root(th_html *out, const th_formula *f, const th_part *p)
{
    put_tag(out, f, p, f->part[p->first].next < 0 ? "msqrt" : "mroot", "");
}

static void put_part(th_html *out, const th_formula *f, int at)
{
    const th_part *p = &f->part[at];
    switch (p->kind) {
    case TH_PART_ROW: put_tag(out, f, p, "mrow", ""); break;
    case TH_PART_NAME: put_leaf(out, p, "mi", p->upright ? " mathvariant=\"normal\"" : ""); break;
    case TH_PART_NUMBER: put_leaf(out, p, "mn", ""); break;
    case TH_PART_SIGN: put_sign(out, p); break;
    case TH_PART_LARGE: put_leaf(out, p, "mo", " movablelimits=\"true\""); break;
    case TH_PART_WORDS: put_leaf(out, p, "mtext", ""); break;
    case TH_PART_SPACE: th_html_fmt(out, "<mspace width=\"%s\"/>", p->text); break;
    case TH_PART_FRACTION: put_tag(out, f, p, "mfrac", ""); break;
    case TH_PART_BINOMIAL:
        th_html_put(out, "<mrow><mo>(</mo>");
        put_tag(out, f, p, "mfrac", " linethickness=\"0\"");
        th_html_put(out, "<mo>)</mo></mrow>");
        break;
    case TH_PART_ROOT: put_root(out, f, p); break;
    case TH_PART_SCRIPTS: put_scripts(out, f, p); break;
    case TH_PART_FENCE: put_tag(out, f, p, "mrow", ""); break;
    case TH_PART_OVER: put_tag(out, f, p, "mover", p->wide ? "" : " accent=\"true\""); break;
    case TH_PART_UNDER: put_tag(out, f, p, "munder", ""); break;
    case TH_PART_TABLE: put_table(out, f, p); break;
    }
}

/* ---- plain text -------------------------------------------------------------------------------------------------- */

static void say_part(th_html *out, const th_formula *f, int at);

static void say_words(th_html *out, const th_part *p)
{
    if (p->letter[0] || p->text)
        th_html_put(out, p->letter[0] ? p->letter : p->text);
    else
        th_html_bytes(out, (const char *)p->words.p, p->words.n);
}

/* Is it one thing that needs no brackets beside "/" or "^"? */
static bool is_single(const th_formula *f, int at)
{
    const th_part *p = &f->part[at];
    if (p->kind != TH_PART_ROW) return p->kind != TH_PART_FRACTION;
    return p->first < 0 || (f->part[p->first].next < 0 && is_single(f, p->first));
}

static void say_group(th_html *out, const th_formula *f, int at)
{
    const bool single = is_single(f, at);
    if (!single) th_html_put(out, "(");
    say_part(out, f, at);
    if (!single) th_html_put(out, ")");
}

/* Signs that have a form above or below the line; false: one of them has none. */
static bool say_small(th_html *out, const char *text, bool above)
{
    static const char *const plain[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "−",
                                        "=", "(", ")", "n", "i", "T", "′", "j", "k", "m", "t", "x"},
                             *const high[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "⁺", "⁻",
                                              "⁼", "⁽", "⁾", "ⁿ", "ⁱ", "ᵀ", "′", "ʲ", "ᵏ", "ᵐ", "ᵗ", "ˣ"},
                             *const low[] = {"₀", "₁", "₂", "₃", "₄", "₅",  "₆",  "₇", "₈", "₉", "₊", "₋",
                                             "₌", "₍", "₎", "ₙ", "ᵢ", NULL, NULL, "ⱼ", "ₖ", "ₘ", "ₜ", "ₓ"};
    while (*text) {
        size_t i = 0;
        while (i < sizeof plain / sizeof *plain && strncmp(plain[i], text, strlen(plain[i])) != 0) i++;
        const char *small = i == sizeof plain / sizeof *plain ? NULL : above ? high[i] : low[i];
        if (!small) return false;
        th_html_put(out, small);
        text += strlen(plain[i]);
    }
    return true;
}

static void say_script(th_html *out, const th_formula *f, int at, bool above)
{
    th_html inner = {0}, small = {0};
    if (is_empty(f, at)) return;
    th_html_bytes(&inner, "", 0);
    say_part(&inner, f, at);
    if (!inner.failed && say_small(&small, inner.text, above)) {
        if (small.text) th_html_put(out, small.text);
    } else {
        th_html_put(out, above ? "^" : "_");
        say_group(out, f, at);
    }
    out->failed = out->failed || inner.failed || small.failed;
    th_html_free(&inner);
    th_html_free(&small);
}

static void say_sign(th_html *out, const th_part *p)
{
    static const char *const tight[] = {"(", ")", "[", "]", "{", "}", "|", "!", "/", "",  "⌊", "⌋",
                                        "⌈", "⌉", "‖", ".", "′", "″", "‴", "%", "∣", "⟨", "⟩"};
    for (size_t i = 0; i < sizeof tight / sizeof *tight; i++)
        if (strcmp(tight[i], p->text) == 0) {
            th_html_put(out, p->text);
            return;
        }
    const bool comma = strchr(",;:", p->text[0]) != NULL;
    const bool leads = !out->n || strchr(" ([{|/^", out->text[out->n - 1]); /* the minus of -3, not that of 5 - 3 */
    if (leads && strcmp(p->text, "−") == 0) {
        th_html_put(out, p->text);
        return;
    }
    if (!comma && out->n && out->text[out->n - 1] != ' ') th_html_put(out, " ");
    th_html_put(out, p->text);
    th_html_put(out, " ");
}

static void say_table(th_html *out, const th_formula *f, const th_part *p)
{
    for (int row = p->first; row >= 0; row = f->part[row].next) {
        if (row != p->first) th_html_put(out, "; ");
        for (int cell = f->part[row].first; cell >= 0; cell = f->part[cell].next) {
            if (cell != f->part[row].first) th_html_put(out, " ");
            say_part(out, f, cell);
        }
    }
}

static void say_children(th_html *out, const th_formula *f, const th_part *p)
{
    for (int i = p->first; i >= 0; i = f->part[i].next) {
        const th_part *child = &f->part[i];
        const bool word = (child->kind == TH_PART_NAME && child->upright) || child->kind == TH_PART_LARGE;
        say_part(out, f, i);
        if (word && child->next >= 0 && f->part[child->next].kind != TH_PART_SIGN) th_html_put(out, " ");
    }
}

/* Base, then a mark that combines with it; over several letters: a word for it. */
static void say_mark(th_html *out, const th_formula *f, const th_part *p)
{
    static const struct {
        const char *sign, *mark;
    } marks[] = {{"^", "\xcc\x82"}, {"¯", "\xcc\x84"}, {"~", "\xcc\x83"}, {"→", "\xe2\x83\x97"}, {"˙", "\xcc\x87"}};
    const th_part *sign = &f->part[f->part[p->first].next];
    say_group(out, f, p->first);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strcmp(marks[i].sign, sign->text) == 0) th_html_put(out, marks[i].mark);
}

static void say_two(th_html *out, const th_formula *f, const th_part *p, const char *between)
{
    say_group(out, f, p->first);
    th_html_put(out, between);
    say_group(out, f, f->part[p->first].next);
}

static void say_root(th_html *out, const th_formula *f, const th_part *p)
{
    const int which = f->part[p->first].next;
    if (which >= 0) say_script(out, f, which, true);
    th_html_put(out, "√");
    say_group(out, f, p->first);
}

static void say_part(th_html *out, const th_formula *f, int at)
{
    const th_part *p = &f->part[at];
    switch (p->kind) {
    case TH_PART_NAME:
    case TH_PART_NUMBER:
    case TH_PART_LARGE:
    case TH_PART_WORDS: say_words(out, p); break;
    case TH_PART_SIGN: say_sign(out, p); break;
    case TH_PART_SPACE: th_html_put(out, " "); break;
    case TH_PART_FRACTION: say_two(out, f, p, "/"); break;
    case TH_PART_BINOMIAL: say_two(out, f, p, " over "); break;
    case TH_PART_ROOT: say_root(out, f, p); break;
    case TH_PART_SCRIPTS: {
        const int low = f->part[p->first].next;
        say_group(out, f, p->first);
        say_script(out, f, low, false);
        say_script(out, f, f->part[low].next, true);
        break;
    }
    case TH_PART_OVER:
    case TH_PART_UNDER: say_mark(out, f, p); break;
    case TH_PART_TABLE: say_table(out, f, p); break;
    case TH_PART_ROW:
    case TH_PART_FENCE: say_children(out, f, p); break;
    }
}

/* ------------------------------------------------------------------------------------------------------------------ */

/* Hands over the text, or frees it. */
static th_err hand_over(th_html *out, th_err err, char **text, th_why *why)
{
    if (!err && out->failed) err = th_why_set(why, TH_ENOMEM, "out of memory for a formula");
    if (err)
        th_html_free(out);
    else
        *text = out->text;
    return err;
}

th_err th_formula_mathml(th_span tex, bool display, char **mathml, th_why *why)
{
    th_formula f;
    th_html out = {0};
    const th_err err = th_formula_read(tex, &f, why);
    if (!err) {
        th_html_fmt(&out, "<math%s alttext=\"", display ? " display=\"block\"" : "");
        th_html_text_n(&out, (const char *)tex.p, tex.n);
        th_html_put(&out, "\">");
        put_part(&out, &f, f.root);
        th_html_put(&out, "</math>");
    }
    th_formula_free(&f);
    return hand_over(&out, err, mathml, why);
}

th_err th_formula_text(th_span tex, char **text, th_why *why)
{
    th_formula f;
    th_html out = {0};
    const th_err err = th_formula_read(tex, &f, why);
    th_html_bytes(&out, "", 0);
    if (!err) say_part(&out, &f, f.root);
    th_formula_free(&f);
    return hand_over(&out, err, text, why);
}
