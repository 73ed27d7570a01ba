/* course/formula_priv.h -- a formula as a tree: formula_read.c makes it, formula.c prints it. */
#ifndef TH_COURSE_FORMULA_PRIV_H
#define TH_COURSE_FORMULA_PRIV_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>

typedef enum th_part_kind {
    TH_PART_ROW,    /* children, one after the other */
    TH_PART_NAME,   /* a variable or the name of a function */
    TH_PART_NUMBER, /* 3.14 */
    TH_PART_SIGN,   /* + - ( .. */
    TH_PART_LARGE,  /* sum, product: its limits stand below and above; also lim, max */
    TH_PART_WORDS,  /* \text */
    TH_PART_SPACE,
    TH_PART_FRACTION, /* above, below */
    TH_PART_BINOMIAL, /* the same without its line */
    TH_PART_ROOT,     /* of what; second child: which one */
    TH_PART_SCRIPTS,  /* base, below, above: rows without children where there is none */
    TH_PART_FENCE,    /* sign, row, sign */
    TH_PART_OVER,     /* base, sign above */
    TH_PART_UNDER,    /* base, sign below */
    TH_PART_TABLE,    /* rows of cells: children are rows whose children are rows */
} th_part_kind;

typedef struct th_part {
    th_part_kind kind;
    int first, next;  /* numbers of parts, -1: none */
    const char *text; /* a symbol of the table, or .. */
    th_span words;    /* .. what was written */
    bool upright;     /* a name of several letters, or \mathrm */
    bool stretch;     /* a sign that grows with what it stands at */
    bool wide;        /* an accent over all of it */
    char letter[8];   /* a letter in another alphabet; text points to nothing then */
} th_part;

#define TH_FORMULA_BYTES 4000 /* of TeX */
#define TH_FORMULA_DEEP  32   /* groups in groups */

typedef struct th_formula {
    th_part *part;
    int n, cap;
    int root;
} th_formula;

/* Free it either way.  Errors: those of formula.h. */
TH_NODISCARD th_err th_formula_read(th_span tex, th_formula *f, th_why *why);
void th_formula_free(th_formula *f);

/* A command without arguments, "cdot": a row of formula_symbols.c; NULL: there is none. */
typedef struct th_symbol {
    const char *name, *text;
    th_part_kind kind; /* NAME, SIGN, LARGE or SPACE */
} th_symbol;
const th_symbol *th_symbol_find(th_span name);

/* A letter or digit in another alphabet: 'b' bold, 'd' double-struck, 'c' script; as UTF-8.  false: it has none. */
bool th_letter_in(char alphabet, char letter, char utf8[8]);

#endif
