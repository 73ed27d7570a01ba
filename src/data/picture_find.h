/* data/picture_find.h -- between data/picture_folder.h and the layouts of pictures that it knows, one file each. */
#ifndef TH_DATA_PICTURE_FIND_H
#define TH_DATA_PICTURE_FIND_H

#include "data/picture_folder.h"

typedef struct th_picture_finding {
    th_picture_take *take;
    void *ctx;
    size_t n, *bad, cap;
    char *problem; /* of the first bad file, [cap] */
    const char *layout;
} th_picture_finding;

/* Counts a file that is of no use; the text of the first is kept. */
void th_picture_bad(th_picture_finding *f, const char *what);

/* Reads the picture at `path` and gives it away, with its size; all else as in `like`. Errors: those of take. */
TH_NODISCARD th_err th_picture_give(th_picture_finding *f, const char *path, const th_found_picture *like, th_why *why);

/* The layouts: each gives away what it finds, and nothing where the folder is another. */
TH_NODISCARD th_err th_pictures_edge(th_picture_finding *f, const char *dir, th_why *why);  /* Edge Impulse */
TH_NODISCARD th_err th_pictures_array(th_picture_finding *f, const char *dir, th_why *why); /* X.npy, X.idx */
TH_NODISCARD th_err th_pictures_coco(th_picture_finding *f, const char *dir, th_why *why);  /* COCO */

#endif
