/* course/gift_priv.h -- shared by the files that read GIFT: gift.c takes a file apart into items, gift_answers.c reads
 * what stands between { and }. */
#ifndef TH_COURSE_GIFT_PRIV_H
#define TH_COURSE_GIFT_PRIV_H

#include "course/gift.h"

/* Characters that mean something; in a text a backslash stands before them. */
#define TH_GIFT_SPECIAL "~=#{}:"

/* One item on its way. */
typedef struct th_gift {
    char *text; /* its lines without comments, NUL-terminated */
    size_t n;   /* bytes of it */
    int *line;  /* [n_lines] where each of them stands in the file */
    size_t n_lines;
    th_item *item;
    bool has_comment; /* an item must follow */
    th_why *why;
} th_gift;

/* Line of the file of a place in g->text. */
int th_gift_line(const th_gift *g, const char *at);

/* First character of `set` in [p, end) without a backslash before it, or end. */
const char *th_gift_find(const char *p, const char *end, const char *set);
/* The same of a text. */
const char *th_gift_find_text(const char *p, const char *end, const char *text);

/* [p, end) without backslashes and outer spaces, in fresh memory; NULL without memory. */
char *th_gift_plain(const char *p, const char *end);
/* The same, but NULL in *text where nothing is left. */
TH_NODISCARD th_err th_gift_part(const th_gift *g, const char *p, const char *end, char **text);

/* The whole of [p, end), spaces aside, is a decimal number. */
bool th_gift_number(const char *p, const char *end, double *v);

TH_NODISCARD th_err th_gift_no_memory(const th_gift *g);

/* What stands between { and }: kind, choices, explanation of g->item. */
TH_NODISCARD th_err th_gift_answers(th_gift *g, const char *p, const char *end);

#endif
