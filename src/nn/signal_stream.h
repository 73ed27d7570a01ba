/* nn/signal_stream.h -- audio operators that keep samples from one run to the next: SignalFramer, SignalStacker,
 * SignalOverlapAdd, SignalDelay.  The state is the last input; all zero is its start.
 *
 *   framer       Frames of `size` samples, each `step` after the one before.  The samples of `step` per frame are added
 * to what waits (at first nothing, or size - step zeros with `prefill`); the oldest `size` are a frame, the oldest
 * `step` then go. in[0] x [.., frames * step] int16   out[0] y [.., frames, size]   out[1] valid, bool scalar: 0 when
 * samples were missing for a frame; that frame stays what it was state int32 n, int16 [rows][room]: n more wait than at
 * first; room = size rounded up to whole steps
 *
 *   stacker      y = the last 1 + left + right inputs, one after the other, every `step` inputs; before the first
 *                input there were `left` more of it
 *     in[0] x [channels] int16   out[0] y [channels * (1 + left + right)]   out[1] valid, bool scalar; else y stays
 *     state int32 has_first, int32 n, int16 [channels * (1 + left + right)], of which n wait
 *
 *   overlap-add  y[t] = sum of all frames that cover t, each `step` after the one before; int16: limited after each sum
 *     in[0] x [.., frames, size] int16 or float32   out[0] y [.., frames * step]
 *     state [rows][size] of that type: the sums that further frames may still be added to
 *
 *   delay        y[t] = x[t - delay], zeros before
 *     in[0] x [.., n] int16   out[0] y, the same shape   state int16 [rows][delay]
 *
 * Source: signal/micro/kernels/{framer,stacker,overlap_add,delay}.cc, signal/src/{circular_buffer,overlap_add}.cc
 * of tensorflow/tflite-micro 90b983c2.  There the samples stand in rings; here they move up, which costs as
 * much as copying the frame out. */
#ifndef TH_NN_SIGNAL_STREAM_H
#define TH_NN_SIGNAL_STREAM_H

#include <stdint.h>

typedef struct th_signal_framer_par {
    int32_t rows, frames, size, step, room;
    int32_t at_first; /* samples that wait at the start */
} th_signal_framer_par;

typedef struct th_signal_stacker_par {
    int32_t channels, left;
    int32_t room; /* values of y */
    int32_t gone; /* values that go after each y: step * channels <= room */
} th_signal_stacker_par;

typedef struct th_signal_overlap_par {
    int32_t rows, frames, size, step; /* step <= size */
} th_signal_overlap_par;

typedef struct th_signal_delay_par {
    int32_t rows, n, delay;
} th_signal_delay_par;

void th_signal_framer(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_stacker(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_overlap_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_overlap_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_delay(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
