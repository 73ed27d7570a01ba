/* data/picture_folder.h -- the pictures below a folder, for data/task_import.h, which says how they lie. */
#ifndef TH_DATA_PICTURE_FOLDER_H
#define TH_DATA_PICTURE_FOLDER_H

#include "data/dataset.h"

/* Texts and bytes are good until the function that gets them returns. */
typedef struct th_found_picture {
    const char *name, *label, *subject; /* path below the folder */
    bool has_split;
    th_split split;
    int32_t w, h;
    th_span file;        /* a PNG or JPEG file */
    const th_box *boxes; /* [n_boxes] labelled parts */
    size_t n_boxes;
} th_found_picture;

typedef th_err th_picture_take(void *ctx, const th_found_picture *f, th_why *why);

/* Gives them all away; *layout: for people.  A file that cannot be read stops nothing: *bad counts them, `problem`
 * says why of the first.
 * Errors: TH_ENOENT (no picture), those of take. */
TH_NODISCARD th_err th_pictures_find(const char *dir, th_picture_take *take, void *ctx, const char **layout,
                                     size_t *bad, char *problem, size_t cap, th_why *why);

#endif
