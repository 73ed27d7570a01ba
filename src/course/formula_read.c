/* TeX to a tree. */
#include "course/formula_priv.h"

#include <stdlib.h>
#include <string.h>

typedef struct reader {
    th_span tex;
    size_t at;
    int depth;
    char alphabet; /* of letters: 0, 'r' upright, 'b', 'd', 'c' */
    th_formula *f;
    th_why *why;
} reader;

/* What a row ends at besides the formula's end. */
typedef enum ending { STOP_END, STOP_BRACE, STOP_RIGHT, STOP_CELL, STOP_BRACKET } ending;

static th_err read_row(reader *r, ending stop, int *part);

static th_err new_part(reader *r, th_part_kind kind, int *at)
{
    th_formula *f = r->f;
    if (f->n == f->cap) {
        const int cap = f->cap ? 2 * f->cap : 32;
        th_part *more = realloc(f->part, (size_t)cap * sizeof *more);
        if (!more) return th_why_set(r->why, TH_ENOMEM, "out of memory for a formula");
        f->part = more;
        f->cap = cap;
    }
    *at = f->n++;
    f->part[*at] = (th_part){.kind = kind, .first = -1, .next = -1};
    return TH_OK;
}

static th_err new_text(reader *r, th_part_kind kind, const char *text, int *at)
{
    TH_TRY(new_part(r, kind, at));
    r->f->part[*at].text = text;
    return TH_OK;
}

/* children: numbers of parts, ended by -1. */
static th_err new_of(reader *r, th_part_kind kind, const int *children, int *at)
{
    TH_TRY(new_part(r, kind, at));
    r->f->part[*at].first = children[0];
    for (int i = 0; children[i] >= 0; i++) r->f->part[children[i]].next = children[i + 1];
    return TH_OK;
}

/* ---- letters ----------------------------------------------------------------------------------------------------- */

static bool more(const reader *r)
{
    return r->at < r->tex.n;
}

static char here(const reader *r)
{
    return more(r) ? (char)r->tex.p[r->at] : 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks(reader *r)
{
    while (more(r) && (here(r) == ' ' || here(r) == '\n' || here(r) == '\t' || here(r) == '\r')) r->at++;
}

/* The command that begins at the backslash here, without it. */
static th_span command(const reader *r)
{
    const th_span rest = {r->tex.p + r->at + 1, r->tex.n - r->at - 1};
    size_t n = 0;
    while (n < rest.n && is_letter((char)rest.p[n])) n++;
    return (th_span){rest.p, n ? n : rest.n ? 1 : 0};
}

static bool is_word(th_span name, const char *word)
{
    return strlen(word) == name.n && memcmp(word, name.p, name.n) == 0;
}

static bool is_command(const reader *r, const char *word)
{
    return here(r) == '\\' && is_word(command(r), word);
}

/* "{..}" as it was written, without the braces. */
static th_err raw_group(reader *r, th_span *inner)
{
    skip_blanks(r);
    const size_t from = r->at + 1;
    int depth = 0;
    if (here(r) != '{') return th_why_set(r->why, TH_EFORMAT, "a \"{\" is missing in the formula");
    for (; more(r); r->at++) {
        depth += here(r) == '{' ? 1 : here(r) == '}' ? -1 : 0;
        if (depth) continue;
        *inner = (th_span){r->tex.p + from, r->at++ - from};
        return TH_OK;
    }
    return th_why_set(r->why, TH_EFORMAT, "a \"}\" is missing in the formula");
}

/* ---- atoms ------------------------------------------------------------------------------------------------------- */

static th_err read_number(reader *r, int *part)
{
    const size_t from = r->at;
    TH_TRY(new_part(r, TH_PART_NUMBER, part));
    if (strchr("bd", r->alphabet) && r->alphabet) { /* one digit at a time: it has its own character */
        r->f->part[*part].upright = th_letter_in(r->alphabet, here(r), r->f->part[*part].letter);
        r->at++;
        return TH_OK;
    }
    while (is_digit(here(r)) || (here(r) == '.' && r->at + 1 < r->tex.n && is_digit((char)r->tex.p[r->at + 1])))
        r->at++;
    r->f->part[*part].words = (th_span){r->tex.p + from, r->at - from};
    return TH_OK;
}

/* A letter, or in \mathrm a whole word. */
static th_err read_name(reader *r, int *part)
{
    const size_t from = r->at++;
    TH_TRY(new_part(r, TH_PART_NAME, part));
    th_part *p = &r->f->part[*part];
    if (r->alphabet == 'r')
        while (is_letter(here(r))) r->at++;
    p->words = (th_span){r->tex.p + from, r->at - from};
    p->upright = r->alphabet == 'r';
    if (r->alphabet && r->alphabet != 'r') (void)th_letter_in(r->alphabet, (char)r->tex.p[from], p->letter);
    return TH_OK;
}

/* A character outside of ASCII, as it stands: "é" a name, "≤" a sign would be the same to the eye. */
static th_err read_foreign(reader *r, int *part)
{
    const size_t from = r->at++;
    while (more(r) && ((unsigned char)here(r) & 0xc0) == 0x80) r->at++;
    TH_TRY(new_part(r, TH_PART_NAME, part));
    r->f->part[*part].words = (th_span){r->tex.p + from, r->at - from};
    return TH_OK;
}

static th_err read_sign(reader *r, int *part)
{
    static const struct {
        char c;
        const char *text;
    } signs[] = {{'+', "+"}, {'-', "−"}, {'=', "="}, {'<', "<"}, {'>', ">"},  {'*', "∗"}, {'/', "/"},
                 {'!', "!"}, {'|', "|"}, {',', ","}, {';', ";"}, {':', ":"},  {'.', "."}, {'(', "("},
                 {')', ")"}, {'[', "["}, {']', "]"}, {'?', "?"}, {'"', "\""}, {'@', "@"}, {'`', "`"}};
    const char c = here(r);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].c == c) {
            r->at++;
            return new_text(r, TH_PART_SIGN, signs[i].text, part);
        }
    if (c == '~') {
        r->at++;
        return new_text(r, TH_PART_SPACE, "0.33em", part);
    }
    return th_why_set(r->why, TH_EFORMAT, "\"%c\" can't stand here in a formula", c >= ' ' && c < 127 ? c : '?');
}

/* ---- commands with arguments ------------------------------------------------------------------------------------- */

/* A group, or one atom. */
static th_err read_argument(reader *r, int *part);

static th_err read_two(reader *r, th_part_kind kind, int *part)
{
    int child[3] = {-1, -1, -1};
    TH_TRY(read_argument(r, &child[0]));
    TH_TRY(read_argument(r, &child[1]));
    return new_of(r, kind, child, part);
}

static th_err read_fraction(reader *r, const char *extra, int *part)
{
    (void)extra;
    return read_two(r, TH_PART_FRACTION, part);
}

static th_err read_binomial(reader *r, const char *extra, int *part)
{
    (void)extra;
    return read_two(r, TH_PART_BINOMIAL, part);
}

static th_err read_root(reader *r, const char *extra, int *part)
{
    int child[3] = {-1, -1, -1};
    (void)extra;
    skip_blanks(r);
    if (here(r) == '[') {
        r->at++;
        TH_TRY(read_row(r, STOP_BRACKET, &child[1]));
    }
    TH_TRY(read_argument(r, &child[0]));
    return new_of(r, TH_PART_ROOT, child, part);
}

/* extra: the sign above; a '-' first: over all of it; a '_' first: below. */
static th_err read_accent(reader *r, const char *extra, int *part)
{
    int child[3] = {-1, -1, -1};
    const bool wide = extra[0] == '-', under = extra[0] == '_';
    TH_TRY(read_argument(r, &child[0]));
    TH_TRY(new_text(r, TH_PART_SIGN, extra + (wide || under), &child[1]));
    r->f->part[child[1]].stretch = wide || under;
    TH_TRY(new_of(r, under ? TH_PART_UNDER : TH_PART_OVER, child, part));
    r->f->part[*part].wide = wide || under;
    return TH_OK;
}

static th_err read_words(reader *r, const char *extra, int *part)
{
    th_span words;
    (void)extra;
    TH_TRY(raw_group(r, &words));
    TH_TRY(new_part(r, TH_PART_WORDS, part));
    r->f->part[*part].words = words;
    return TH_OK;
}

static th_err read_alphabet(reader *r, const char *extra, int *part)
{
    const char before = r->alphabet;
    r->alphabet = extra[0];
    const th_err err = read_argument(r, part);
    r->alphabet = before;
    return err;
}

/* The sign behind \left or \right; "." is none. */
static th_err read_delimiter(reader *r, int *part)
{
    skip_blanks(r);
    if (here(r) == '.') {
        r->at++;
        TH_TRY(new_text(r, TH_PART_SIGN, "", part));
    } else if (here(r) == '\\') {
        const th_span name = command(r);
        const th_symbol *s = th_symbol_find(name);
        if (!s || s->kind != TH_PART_SIGN)
            return th_why_set(r->why, TH_EFORMAT, "\\%.*s is no bracket", (int)(name.n < 40 ? name.n : 40),
                              (const char *)name.p);
        r->at += 1 + name.n;
        TH_TRY(new_text(r, TH_PART_SIGN, s->text, part));
    } else {
        TH_TRY(read_sign(r, part));
    }
    r->f->part[*part].stretch = true;
    return TH_OK;
}

static th_err read_fence(reader *r, const char *extra, int *part)
{
    int child[4] = {-1, -1, -1, -1};
    (void)extra;
    TH_TRY(read_delimiter(r, &child[0]));
    TH_TRY(read_row(r, STOP_RIGHT, &child[1]));
    TH_TRY(read_delimiter(r, &child[2]));
    return new_of(r, TH_PART_FENCE, child, part);
}

/* Cells up to \end. */
static th_err read_cells(reader *r, int *table)
{
    int row = -1, cell, last_row = -1, last_cell = -1;
    TH_TRY(new_part(r, TH_PART_TABLE, table));
    for (;;) {
        if (row < 0) {
            TH_TRY(new_part(r, TH_PART_ROW, &row));
            *(last_row < 0 ? &r->f->part[*table].first : &r->f->part[last_row].next) = row;
            last_row = row;
            last_cell = -1;
        }
        TH_TRY(read_row(r, STOP_CELL, &cell));
        *(last_cell < 0 ? &r->f->part[row].first : &r->f->part[last_cell].next) = cell;
        last_cell = cell;
        if (here(r) == '&') {
            r->at++;
        } else if (is_command(r, "\\")) {
            r->at += 2;
            row = -1;
        } else {
            return TH_OK; /* at \end */
        }
    }
}

static th_err read_table(reader *r, const char *extra, int *part)
{
    static const struct {
        const char *name, *before, *behind;
    } kinds[] = {
        {"matrix", "", ""}, {"pmatrix", "(", ")"}, {"bmatrix", "[", "]"}, {"cases", "{", ""}, {"aligned", "", ""}};
    th_span name, end;
    int child[4] = {-1, -1, -1, -1};
    (void)extra;
    TH_TRY(raw_group(r, &name));
    size_t k = 0;
    while (k < sizeof kinds / sizeof *kinds && !is_word(name, kinds[k].name)) k++;
    if (k == sizeof kinds / sizeof *kinds)
        return th_why_set(r->why, TH_EFORMAT, "\\begin{%.*s} is not known: matrix, pmatrix, bmatrix, cases, aligned",
                          (int)(name.n < 40 ? name.n : 40), (const char *)name.p);
    TH_TRY(new_text(r, TH_PART_SIGN, kinds[k].before, &child[0]));
    TH_TRY(read_cells(r, &child[1]));
    r->at += 4; /* \end */
    TH_TRY(raw_group(r, &end));
    if (!is_word(end, kinds[k].name))
        return th_why_set(r->why, TH_EFORMAT, "\\begin{%s} has another \\end", kinds[k].name);
    TH_TRY(new_text(r, TH_PART_SIGN, kinds[k].behind, &child[2]));
    r->f->part[child[0]].stretch = r->f->part[child[2]].stretch = true;
    return new_of(r, TH_PART_FENCE, child, part);
}

static const struct {
    const char *name;
    th_err (*read)(reader *r, const char *extra, int *part);
    const char *extra;
} commands[] = {
    {"frac", read_fraction, ""},        {"tfrac", read_fraction, ""},     {"dfrac", read_fraction, ""},
    {"binom", read_binomial, ""},       {"sqrt", read_root, ""},          {"text", read_words, ""},
    {"textrm", read_words, ""},         {"operatorname", read_words, ""}, {"mathrm", read_alphabet, "r"},
    {"mathbf", read_alphabet, "b"},     {"mathbb", read_alphabet, "d"},   {"mathcal", read_alphabet, "c"},
    {"boldsymbol", read_alphabet, "b"}, {"hat", read_accent, "^"},        {"bar", read_accent, "¯"},
    {"tilde", read_accent, "~"},        {"vec", read_accent, "→"},        {"dot", read_accent, "˙"},
    {"overline", read_accent, "-¯"},    {"widehat", read_accent, "-^"},   {"overbrace", read_accent, "-⏞"},
    {"underbrace", read_accent, "_⏟"},  {"underline", read_accent, "__"}, {"left", read_fence, ""},
    {"begin", read_table, ""},
};

static th_err read_command(reader *r, int *part)
{
    const th_span name = command(r);
    r->at += 1 + name.n;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (is_word(name, commands[i].name)) return commands[i].read(r, commands[i].extra, part);
    const th_symbol *s = th_symbol_find(name);
    if (!s)
        return th_why_set(r->why, TH_EFORMAT, "\\%.*s is not known in formulas (course/formula.h lists what is)",
                          (int)(name.n < 40 ? name.n : 40), (const char *)name.p);
    TH_TRY(new_text(r, s->kind, s->text, part));
    r->f->part[*part].upright = s->text[1] && (unsigned char)s->text[0] < 128;
    return TH_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static th_err read_atom(reader *r, int *part)
{
    const char c = here(r);
    if (c == '{') {
        r->at++;
        return read_row(r, STOP_BRACE, part);
    }
    if (c == '\\') return read_command(r, part);
    if (is_digit(c)) return read_number(r, part);
    if (is_letter(c)) return read_name(r, part);
    if ((unsigned char)c >= 0x80) return read_foreign(r, part);
    return read_sign(r, part);
}

static th_err read_argument(reader *r, int *part)
{
    skip_blanks(r);
    if (!more(r)) return th_why_set(r->why, TH_EFORMAT, "the formula ends where something must follow");
    if (r->depth >= TH_FORMULA_DEEP)
        return th_why_set(r->why, TH_ERANGE, "the formula has more than %d groups in groups", TH_FORMULA_DEEP);
    r->depth++;
    const th_err err = read_atom(r, part);
    r->depth--;
    return err;
}

/* x' as an exponent; several become one. */
static th_err read_primes(reader *r, int *part)
{
    static const char *const primes[] = {"′", "″", "‴"};
    int n = 0;
    for (; here(r) == '\''; r->at++) n++;
    return new_text(r, TH_PART_SIGN, primes[n > 3 ? 2 : n - 1], part);
}

/* Index and exponent behind `base`, in any order. */
static th_err read_scripts(reader *r, int *base)
{
    int low = -1, high = -1;
    for (skip_blanks(r); here(r) == '^' || here(r) == '_' || here(r) == '\''; skip_blanks(r)) {
        int *to = here(r) == '_' ? &low : &high;
        if (*to >= 0) return th_why_set(r->why, TH_EFORMAT, "two \"%c\" at one place of the formula", here(r));
        if (here(r) == '\'') {
            TH_TRY(read_primes(r, to));
            continue;
        }
        r->at++;
        TH_TRY(read_argument(r, to));
    }
    if (low < 0 && high < 0) return TH_OK;
    if (low < 0) TH_TRY(new_part(r, TH_PART_ROW, &low));
    if (high < 0) TH_TRY(new_part(r, TH_PART_ROW, &high));
    const int child[4] = {*base, low, high, -1};
    return new_of(r, TH_PART_SCRIPTS, child, base);
}

/* Does the row end here?  Braces and \right are taken, cells leave their end. */
static bool at_stop(reader *r, ending stop)
{
    switch (stop) {
    case STOP_END: return false;
    case STOP_CELL: return here(r) == '&' || is_command(r, "\\") || is_command(r, "end");
    case STOP_RIGHT:
        if (!is_command(r, "right")) return false;
        r->at += 6;
        return true;
    case STOP_BRACE:
    case STOP_BRACKET:
        if (here(r) != (stop == STOP_BRACE ? '}' : ']')) return false;
        r->at++;
        return true;
    }
    return false;
}

static th_err read_row(reader *r, ending stop, int *part)
{
    static const char *const missing[] = {"", "}", "\\right", "\\end", "]"};
    int last = -1, item;
    if (++r->depth > TH_FORMULA_DEEP)
        return th_why_set(r->why, TH_ERANGE, "the formula has more than %d groups in groups", TH_FORMULA_DEEP);
    TH_TRY(new_part(r, TH_PART_ROW, part));
    for (skip_blanks(r); more(r); skip_blanks(r)) {
        if (at_stop(r, stop)) {
            r->depth--;
            return TH_OK;
        }
        if (here(r) == '^' || here(r) == '_')
            TH_TRY(new_part(r, TH_PART_ROW, &item));
        else
            TH_TRY(read_atom(r, &item));
        TH_TRY(read_scripts(r, &item));
        *(last < 0 ? &r->f->part[*part].first : &r->f->part[last].next) = item;
        last = item;
    }
    r->depth--;
    if (stop == STOP_END) return TH_OK;
    return th_why_set(r->why, TH_EFORMAT, "a \"%s\" is missing in the formula", missing[stop]);
}

th_err th_formula_read(th_span tex, th_formula *f, th_why *why)
{
    reader r = {.tex = tex, .f = f, .why = why};
    *f = (th_formula){.root = -1};
    if (tex.n > TH_FORMULA_BYTES)
        return th_why_set(why, TH_ERANGE, "a formula has more than %d characters", TH_FORMULA_BYTES);
    return read_row(&r, STOP_END, &f->root);
}

void th_formula_free(th_formula *f)
{
    free(f->part);
    *f = (th_formula){0};
}
