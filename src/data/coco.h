/* data/coco.h -- COCO's instances: {"images": [{"id", "file_name", "width", "height"}, ..], "annotations":
 * [{"image_id", "category_id", "bbox": [x, y, width, height]}, ..], "categories": [{"id", "name"}, ..]}.
 *
 * The labels are by the rule of visual wake words (Chowdhery and others 2019, arXiv 1906.05721): "person" where the box
 * of a person covers at least 0.5 % of the picture, "no_person" where there is no box of a person; pictures between the
 * two are left out.  Where no category is called person, the label is the category of the largest box. */
#ifndef TH_DATA_COCO_H
#define TH_DATA_COCO_H

#include "base/span.h"
#include "store/samples.h"

#define TH_COCO_PERSON    "person"
#define TH_COCO_NO_PERSON "no_person"
#define TH_COCO_PART      0.005 /* of the picture */

typedef struct th_coco_picture {
    int64_t id;
    const char *file;  /* as written */
    const char *label; /* NULL: left out */
    int32_t w, h;
    th_box *boxes; /* [n_boxes] */
    size_t n_boxes, cap;
} th_coco_picture;

typedef struct th_coco {
    th_coco_picture *picture; /* [n] by id */
    size_t n;
    void *tree; /* what the texts point into */
} th_coco;

/* Errors: TH_EFORMAT (file, list, entry and field, and what is wrong with it), TH_ENOMEM. */
TH_NODISCARD th_err th_coco_parse(th_span text, const char *name, th_coco *c, th_why *why);
void th_coco_free(th_coco *c);

#endif
