/* course/shelf_priv.h -- what shelf*.c and front.c share. */
#ifndef TH_COURSE_SHELF_PRIV_H
#define TH_COURSE_SHELF_PRIV_H

#include "course/shelf.h"

#include "os/thread.h"

#include <jansson.h>

typedef struct th_course_file {
    char *path; /* below courses/ */
    th_span bytes;
    uint8_t *own; /* the same when they were read from a folder, else NULL */
} th_course_file;

/* A line of front matter that holds: of a translation only while its English has not changed. */
typedef struct th_front_value {
    char lang[TH_LANG_BYTES];
    char *name, *value;
} th_front_value;

typedef struct th_front {
    th_front_value *value;
    size_t n;
} th_front;

/* What was computed once; guarded by the lock, so that a shelf that is const may have it. */
typedef struct th_shelf_kept {
    th_mutex lock;                 /* of made */
    json_t *made;                  /* "lesson es rule/coin/what-fits" (kept.c) */
    th_mutex search_lock;          /* of index; it is taken first where both are */
    struct th_search_index *index; /* search.c: one for each language that was asked for, linked */
} th_shelf_kept;

struct th_shelf {
    th_course_file *file; /* [n_files], sorted by path */
    size_t n_files;
    th_page *page; /* [n_pages], in the order of reading */
    th_front *front;
    size_t n_pages;
    th_shelf_kept *kept;
};

/* shelf_files.c: the files of a folder, or of the program where dir is NULL. */
TH_NODISCARD th_err th_shelf_load(th_shelf *s, const char *dir, th_why *why);
/* A number that is another one once a file of the folder was changed, added or removed. */
TH_NODISCARD th_err th_shelf_revision(const char *dir, uint64_t *revision, th_why *why);

/* shelf_pages.c: what is a page among the files, in order; their front matter. */
TH_NODISCARD th_err th_shelf_sort(th_shelf *s, th_why *why);

/* kept.c: what `make` makes of a page in a language, made once; `what` names it.  The copy is the caller's.
 * A language that there is no translation into is English.  Errors: TH_EUSAGE (no language), those of make. */
typedef th_err th_page_make(const th_shelf *s, const th_page *page, const char *lang, json_t **made, th_why *why);
TH_NODISCARD th_err th_kept_json(const th_shelf *s, const th_page *page, const char *what, const char *lang,
                                 th_page_make *make, json_t **copy, th_why *why);

/* search.c; NULL is fine. */
void th_search_free(struct th_search_index *index);

#endif
