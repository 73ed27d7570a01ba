/* data/side_labels.h -- files of Edge Impulse that say what the files beside them are:
 *
 *   info.labels               {"version": 1, "files": [{"path", "name", "category", "label": {"type": ..}, "metadata",
 *                             "boundingBoxes"}, ..]}, or a line of JSON per file ({"__key": "files", "__item": {..}})
 *   structured_labels.labels  {"structuredLabels": {FILE: [{"startIndex", "endIndex", "label"}, ..]}}
 *   bounding_boxes.labels     {"boundingBoxes": {FILE: [{"label", "x", "y", "width", "height"}, ..]}}
 *
 * endIndex belongs to the segment.  Of a label of keys and values the first value is the label, and all are further
 * labels.  Source: edge-impulse-cli, bounding-box-file-types.ts. */
#ifndef TH_DATA_SIDE_LABELS_H
#define TH_DATA_SIDE_LABELS_H

#include "base/span.h"
#include "os/file.h"
#include "store/samples.h"

/* What is said of one file. */
typedef struct th_side_row {
    char *path; /* below the folder that was loaded */
    bool has_split, unlabelled;
    th_split split;
    char *label, *labels, *subject, *group; /* "" when not told */
    th_segment *segments;                   /* [n_segments] rising */
    th_box *boxes;                          /* [n_boxes] */
    size_t n_segments, n_boxes;
} th_side_row;

#define TH_SIDE_UNLABELLED "unlabeled" /* a segment with this label is left out */

typedef struct th_side_labels th_side_labels;

/* Everything that such files in a folder and in those below it (three deep) say; none: an empty list.
 * Errors: TH_EFORMAT (file, entry, field and what is wrong), those of reading. */
TH_NODISCARD th_err th_side_labels_load(const char *dir, th_side_labels **l, th_why *why);
void th_side_labels_free(th_side_labels *l); /* NULL is fine */

/* The row of a file below the folder, NULL when nothing is said of it. */
const th_side_row *th_side_labels_find(const th_side_labels *l, const char *path);
size_t th_side_labels_count(const th_side_labels *l);

/* One such file: what it is shows by its fields.  `folder`: its own below the one that is loaded, "" or "training/". */
TH_NODISCARD th_err th_side_labels_parse(th_side_labels *l, th_span text, const char *name, const char *folder,
                                         th_why *why);
TH_NODISCARD th_err th_side_labels_new(th_side_labels **l, th_why *why);

/* What a file's own name says where nothing else does: "training/idle.1.json" -> idle, and whether a folder on its way
 * is called training, testing, validation, train, test or val.  False: the label does not fit. */
bool th_side_name_label(const char *path, char *label, size_t cap);
bool th_side_name_split(const char *path, th_split *split);

#endif
