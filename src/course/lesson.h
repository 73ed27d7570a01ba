/* course/lesson.h -- a page of a course as its reader gets it: blocks of HTML in her language, and where that lacks a
 * paragraph, English. */
#ifndef TH_COURSE_LESSON_H
#define TH_COURSE_LESSON_H

#include "course/shelf.h"

#include <jansson.h>

/* {id, title, minutes, lang, course, chapter, blocks: [{kind, key, html, lang, name, settings, item}], before, after}
 * as docs/api-course.md has it, without what is known of the learner.  For lessons, chapters, labs' instructions,
 * journals, courses.  Errors: TH_ENOENT, TH_EFORMAT with file and line. */
TH_NODISCARD th_err th_lesson_json(const th_shelf *shelf, const char *id, const char *lang, json_t **lesson,
                                   th_why *why);

/* The same pages as plain text for a terminal of `width` columns: explorables as their text, formulas in a line,
 * answers to questions at the end.  free() it.  Errors: as above. */
TH_NODISCARD th_err th_lesson_text(const th_shelf *shelf, const char *id, const char *lang, int width, char **text,
                                   th_why *why);

/* Markdown of anybody (forum, own lessons) as HTML that is safe to show: no raw HTML, links only http(s) and ours;
 * pictures only with `pictures`.  free() it. */
TH_NODISCARD th_err th_markdown_html(th_span markdown, bool pictures, char **html, th_why *why);

#endif
