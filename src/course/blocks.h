/* course/blocks.h -- a file of Markdown as its blocks (docs/courses.md): what empty lines divide; code between ``` and
 * `:::` blocks stay whole.  Comments of HTML are no blocks; "<!-- of KEY -->" says what the block below translates. */
#ifndef TH_COURSE_BLOCKS_H
#define TH_COURSE_BLOCKS_H

#include "course/front.h"

typedef enum th_passage_kind {
    TH_PASSAGE_HTML, /* plain Markdown */
    TH_PASSAGE_EXPLORE,
    TH_PASSAGE_ASK,
    TH_PASSAGE_STORY,
    TH_PASSAGE_TRY,
    TH_PASSAGE_CARE
} th_passage_kind;

const char *th_passage_kind_name(th_passage_kind kind); /* "html", "explore", .. */

/* All spans point into the text that was read. */
typedef struct th_passage {
    th_passage_kind kind;
    char key[TH_COURSE_KEY_BYTES];
    char of[TH_COURSE_KEY_BYTES]; /* of a translation; "" when not said */
    th_span text;                 /* all of it, what the key is of */
    th_span words;                /* what stands behind ":::explore" */
    th_span body;                 /* without the lines of ":::" */
    int line, body_line;          /* of the file */
} th_passage;

typedef struct th_passages {
    th_passage *block;
    size_t n;
} th_passages;

/* text: a file's body, which begins in its line `line`; file: its name, for errors.  Free it either way.
 * Errors: TH_EFORMAT with file and line, TH_ENOMEM. */
TH_NODISCARD th_err th_passages_read(th_span text, int line, const char *file, th_passages *blocks, th_why *why);
void th_passages_free(th_passages *blocks);

/* The same of a file as it is, after its front matter. */
TH_NODISCARD th_err th_passages_of_file(th_span bytes, const char *file, th_passages *blocks, th_why *why);

/* The blocks of a page in a language: those of its English file, and for each the translation that holds.  blocks and
 * others point into the shelf.  in[i] is what a reader gets for blocks.block[i], and lang says of which language. */
typedef struct th_page_text {
    th_passages english, others;
    const th_passage **shown; /* [english.n] */
    const char *lang;         /* "en" when there is no translation at all */
} th_page_text;
TH_NODISCARD th_err th_page_text_read(const th_shelf *shelf, const th_page *page, const char *lang, th_page_text *text,
                                      th_why *why);
void th_page_text_free(th_page_text *text);
/* Is block i shown in the language that was asked for (or is that English)? */
bool th_page_text_current(const th_page_text *text, size_t i);

#endif
