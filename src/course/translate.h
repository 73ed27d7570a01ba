/* course/translate.h -- the file of a translation: what is translated, and in comments what is not yet
 * (docs/courses.md). */
#ifndef TH_COURSE_TRANSLATE_H
#define TH_COURSE_TRANSLATE_H

#include "course/shelf.h"

typedef struct th_translation {
    char path[TH_COURSE_PATH]; /* below courses/ */
    char *text;                /* free() it */
    int done, missing, behind; /* paragraphs, values and questions; behind: their English has changed */
} th_translation;

/* Made anew from the English page and the translation that there is: what holds stays where it belongs, what is missing
 * stands as a comment with the English text, what fell behind stands below that.  Comments of its own are lost.
 * Errors: TH_ENOENT (no such page), TH_EUSAGE (English, no language), TH_EFORMAT. */
TH_NODISCARD th_err th_translate(const th_shelf *shelf, const char *id, const char *lang, th_translation *made,
                                 th_why *why);

#endif
