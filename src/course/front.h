/* course/front.h -- front matter: lines "name: value" between two lines "---", before a file's text.
 *
 *     ---
 *     title: Lo que cabe  # of 5f3a91c2
 *     minutes: 6
 *     ---
 *
 * Lines that begin with "#" are comments.  In a translation "# of KEY" behind a value names the English value that it
 * translates: the key of its text (th_text_key). */
#ifndef TH_COURSE_FRONT_H
#define TH_COURSE_FRONT_H

#include "course/key.h"
#include "course/shelf.h"

/* Its key (course/key.h); carriage returns and blanks at its end don't count. */
void th_text_key(th_span text, char key[TH_COURSE_KEY_BYTES]);

/* Is it a key: eight digits or a to f? */
bool th_is_key(const char *text, size_t n);

/* Without blanks and line ends at both ends. */
th_span th_text_trim(th_span text);

/* The next line of text from *at on, without its end; false: there is none. */
bool th_text_line(th_span text, size_t *at, th_span *line);

/* Does the text begin with these bytes? */
bool th_text_begins(th_span text, const char *with);

/* The text behind front matter, and in which line of the file it begins; front: the lines between "---", empty when
 * there are none. */
void th_front_split(th_span file, th_span *front, th_span *body, int *body_line);

typedef struct th_front_line {
    th_span name, value;          /* name.n is 0 where the line has no colon */
    char of[TH_COURSE_KEY_BYTES]; /* "" when not said */
    int line;                     /* of the file */
} th_front_line;

/* The lines of front matter one after the other: begin with *at = 0; false: that was the last. */
bool th_front_next(th_span front, size_t *at, th_front_line *line);

/* Is it a value that people read, and that is translated: title, summary, question, goals? */
bool th_front_is_text(th_span name);

struct th_front;
/* All values of a page that hold, English and translated.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_front_load(const th_shelf *shelf, const th_page *page, struct th_front *front, th_why *why);

#endif
