/* course/map.h -- the map of the courses, the glossary: what the pages show besides lessons. */
#ifndef TH_COURSE_MAP_H
#define TH_COURSE_MAP_H

#include "course/shelf.h"

#include <jansson.h>

/* {courses: [{id, title, summary, hours, placement, open, done, chapters: [..]}], last, due, certificates} as
 * docs/api-course.md has it; of a learner who has not begun.  Errors: TH_ENOMEM, TH_EFORMAT. */
TH_NODISCARD th_err th_map_json(const th_shelf *shelf, const char *lang, json_t **map, th_why *why);

/* [{term, slug, html, lang}], by term.  slug: of the English term, small letters with dashes.
 * Errors: TH_EFORMAT with file and line, TH_ENOMEM. */
TH_NODISCARD th_err th_glossary_json(const th_shelf *shelf, const char *lang, json_t **terms, th_why *why);

#define TH_SLUG_BYTES 96
/* "Flash memory" -> "flash-memory". */
void th_slug(th_span text, char slug[TH_SLUG_BYTES]);

#endif
