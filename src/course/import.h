/* course/import.h -- questions of other programs as ours.
 *
 *   GIFT (Moodle ..)            --th_gift_read--> items
 *   OLX of Open edX             --libxml2--> items: multiplechoiceresponse, choiceresponse, numericalresponse,
 *   (.tar.gz, .zip, one .xml)                       stringresponse, optionresponse
 *
 * Scripts are not run and not kept: a problem that needs one is left out, and told. */
#ifndef TH_COURSE_IMPORT_H
#define TH_COURSE_IMPORT_H

#include "course/gift.h"

/* What could not be taken: a sentence for each. */
typedef struct th_left_out {
    char **text;
    size_t n;
} th_left_out;

/* format: "gift", "olx" or NULL (as the bytes look); name: of the file, for errors.  Every item has a name, each is
 * there once.  Free quiz and left either way. Errors: TH_EUSAGE (no such format), TH_EFORMAT (no questions in it; names
 * or links that lead out of the archive; a document type with entities), TH_EUNSUP, TH_ERANGE (beyond the limits of
 * data/zip.h), TH_ENOMEM. */
TH_NODISCARD th_err th_course_import(th_span bytes, const char *name, const char *format, th_quiz *quiz,
                                     th_left_out *left, th_why *why);
void th_left_out_free(th_left_out *left);

/* The XML of one file of OLX: items behind those of quiz.  Errors: TH_EFORMAT, TH_ENOMEM. */
TH_NODISCARD th_err th_import_olx_xml(th_span xml, const char *name, th_quiz *quiz, th_left_out *left, th_why *why);

#endif
