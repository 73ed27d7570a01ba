/* model/camera.h -- a network that looks at a camera's frames (dsp/camera.h), as its file describes it. */
#ifndef TH_MODEL_CAMERA_H
#define TH_MODEL_CAMERA_H

#include "base/why.h"
#include "dsp/camera.h"
#include "model/graph.h"
#include "model/pipeline.h"

typedef struct th_eye {
    th_pixels pixels;   /* of the sensor: an OV7675's QQVGA, RGB565 with the high byte first, 120 rows of 160 pixels */
    th_crop crop;       /* as much of its middle as has the proportions of the network's picture */
    int32_t h, w, c;    /* of that */
    int8_t map[256];    /* what each byte becomes */
    int32_t zero, gain; /* of the scores (th_camera_best) */
    int32_t n_labels;
    const char (*labels)[TH_LABEL_BYTES]; /* [n_labels] somebody else's */
} th_eye;

/* Can it be a network of pictures: one input of 1 x h x w x 1 or 3?  Of others th_eye_make says why not. */
bool th_eye_fits(const th_graph *g);

/* lo, hi: what the bytes 0 and 255 of a picture stood for in training.
 * Errors: TH_ESHAPE, TH_EUNSUP (the network is not int8, or no picture goes in, or it does not give n_labels scores),
 * TH_ERANGE (a size that no camera's frame can be brought to). */
TH_NODISCARD th_err th_eye_make(const th_graph *g, float lo, float hi, const char (*labels)[TH_LABEL_BYTES],
                                int32_t n_labels, th_eye *eye, th_why *why);

/* The settings of the loop; they point into the eye. */
th_camera_cfg th_eye_camera(const th_eye *eye);

#endif
