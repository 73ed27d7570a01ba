/* data/examples.h -- labelled examples that are no recordings, whole in memory: pictures or rows of numbers.
 *
 *   FOLDER/LABEL/FILE.png, .jpg       pictures; labels in the order of their names, brought to one size
 *   IMAGES-idx3-ubyte[.gz]            grey pictures as MNIST has them, with LABELS-idx1-ubyte[.gz] beside it
 *   FILE.csv                          numbers, a row an example; the last column is the label (a word or a number)
 *   FILE.bin                          float32, one example after another, with FILE.labels: a class number for each */
#ifndef TH_DATA_EXAMPLES_H
#define TH_DATA_EXAMPLES_H

#include "base/why.h"
#include "model/pipeline.h"
#include "os/file.h"

typedef struct th_examples {
    int32_t n, h, w, c;
    uint8_t *u8;    /* [n][h][w][c] of pictures, or NULL */
    float *f32;     /* the same of numbers, or NULL */
    int32_t *label; /* [n]; -1: not known */
    float *target;  /* [n][n_targets] what the network shall say where that is no label, or NULL */
    int32_t n_targets;
    int32_t n_labels;
    char labels[TH_MAX_LABELS][TH_LABEL_BYTES];
    char **file;       /* [n] of a folder: the picture's file, or NULL */
    int32_t n_skipped; /* files of a folder that could not be read */
    char skipped[512]; /* why the first of them */
} th_examples;

/* What the network wants. */
typedef struct th_examples_shape {
    int32_t h, w, c; /* h = 0: as the first picture is; a file of numbers has 1 x 1 x columns, or h*w*c columns */
} th_examples_shape;

/* Errors: TH_ENOENT (nothing of any kind: the text says what is possible), TH_EFORMAT (names file and line),
 * TH_ESHAPE (not the shape that is wanted), TH_ENOMEM. */
TH_NODISCARD th_err th_examples_load(const char *path, const th_examples_shape *shape, th_examples **e, th_why *why);

/* The same of bytes, which may be anybody's; `name` stands in messages.  IDX may be gzip, either of both. */
TH_NODISCARD th_err th_examples_from_csv(const char *name, th_span text, const th_examples_shape *shape,
                                         th_examples **e, th_why *why);
TH_NODISCARD th_err th_examples_from_idx(const char *name, th_span pictures, th_span labels,
                                         const th_examples_shape *shape, th_examples **e, th_why *why);

/* The inputs of a network as they are, float32 one after another, whatever the file is called.
 *   labels     a text of class numbers, one for each input; NULL: they are not known
 *   n_values   numbers of an input, of n_classes classes; labels have their numbers as names, the first TH_MAX_LABELS
 * Errors: TH_EFORMAT, TH_ENOMEM, those of files. */
TH_NODISCARD th_err th_examples_load_raw(const char *path, const char *labels, int32_t n_values, int32_t n_classes,
                                         th_examples **e, th_why *why);

/* The file of labels of FILE.bin: FILE.labels; false when the name is another, or too long. */
bool th_examples_labels_path(const char *path, char labels[TH_PATH_BYTES]);

void th_examples_free(th_examples *e); /* NULL is fine */

/* Takes the examples with keep [n] false out. */
void th_examples_keep(th_examples *e, const bool *keep);

/* How bytes and numbers become inputs. */
typedef struct th_examples_scale {
    float pixel_lo, pixel_hi; /* bytes 0 and 255 */
    const float *mean, *inv;  /* [h * w * c] numbers: (x - mean) * inv; NULL: as they are */
    float most;               /* above 0: what is farther from 0 then is this far */
} th_examples_scale;

/* Example i -> x [h][w][c]. */
void th_examples_get(const th_examples *e, const th_examples_scale *s, int32_t i, float *x);

#endif
