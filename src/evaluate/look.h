/* evaluate/look.h -- the device's looking at a camera's frames, on the host: the same rows, the same kernels. */
#ifndef TH_EVALUATE_LOOK_H
#define TH_EVALUATE_LOOK_H

#include "model/camera.h"
#include "model/plan.h"

/* A frame was judged: the network's output [n_labels], its label, 256 times the label's score. */
typedef void th_on_frame_fn(void *ctx, const int8_t *scores, int32_t label, int32_t score);

/* Feeds n frames [n][th_pixel_bytes(&eye->pixels)], row by row.
 * Errors: TH_ERANGE (settings), those of the network, TH_EINTR after Ctrl-C, TH_ENOMEM. */
TH_NODISCARD th_err th_look_run(const th_eye *eye, const th_plan *plan, const uint8_t *frames, int32_t n,
                                th_on_frame_fn *on_frame, void *ctx, th_why *why);

/* The same by hand, a frame at a time. */
typedef struct th_look th_look;
TH_NODISCARD th_err th_look_new(const th_eye *eye, const th_plan *plan, th_look **look, th_why *why);
TH_NODISCARD th_err th_look_frame(th_look *l, const uint8_t *frame, th_on_frame_fn *on_frame, void *ctx, th_why *why);
void th_look_free(th_look *l);

#endif
