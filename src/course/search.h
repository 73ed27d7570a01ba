/* course/search.h -- words sought in the courses, whatever their case and accents.
 *
 *   shelf --once for each language--> index of words --query--> pages that have all its words, best first
 *
 * A word of the query is found where a word of a text begins with it: "neuro" finds "Neuronas".  A page that has a word
 * in its title comes before one that has it in a heading, and that before one that has it in its text. */
#ifndef TH_COURSE_SEARCH_H
#define TH_COURSE_SEARCH_H

#include "course/shelf.h"

#include <jansson.h>

#define TH_SEARCH_MOST  30  /* pages that are told */
#define TH_SEARCH_BYTES 200 /* of a query; more are not looked at */

/* [{id, title, course, lang, piece}]: piece is HTML around the first hit, hits in <mark>; a term of the glossary has
 * the id "glossary/arena".  An empty query finds nothing.  Errors: TH_ENOMEM, those of reading the pages. */
TH_NODISCARD th_err th_search_json(const th_shelf *shelf, const char *sought, const char *lang, json_t **found,
                                   th_why *why);

/* The same of one text, of a learner's own notes: *piece is NULL when it does not have all words; free() it. */
TH_NODISCARD th_err th_search_text(const char *sought, const char *text, char **piece, th_why *why);

#endif
