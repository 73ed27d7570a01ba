/* dsp/micro.h -- the front end of TensorFlow Lite Micro's micro_speech, byte for byte: its "microfrontend".
 *
 *   pcm --window--> x 2^s --FFT--> |X|^2 --bands--> root --noise off--> --gain control--> log --> uint16 [bands]
 *
 * All on whole numbers; a frame is window_ms long, one begins every step_ms:
 *   window   y = (x w) >> 12,  w = floor(4096 (1/2 - cos(2 pi (i + 1/2) / n) / 2) + 1/2)
 *   scale    2^s, s = 15 - bits of max |y|: as large as 16 bits hold; after the root it is divided away
 *   FFT      dsp/signal_fft.h, of the next power of two
 *   bands    triangles in 1/4096 that overlap by half, centres equally far apart in mel(f) = 1127 ln(1 + f/700), none
 *            below low_hz, 0 Hz never (dsp/signal_levels.h)
 *   noise    each band has its estimate, a mean that forgets: even bands with even_smoothing, odd ones with
 * odd_smoothing; it is taken away, but min_signal of the level always stays gain     PCAN: level times 2^gain_bits
 * (noise + offset)^-strength, then shrunk log      2^scale_shift ln(level) The estimates last from frame to frame, so a
 * frame depends on all that came before it since th_micro_reset.
 *
 * The tables are computed on a computer (base/sincos.h); a device gets them as constants.
 * Source: tensorflow/lite/experimental/microfrontend/lib of tensorflow/tflite-micro 90b983c2; Wang et al., "Trainable
 * frontend for robust and far-field keyword spotting", 2017. */
#ifndef TH_DSP_MICRO_H
#define TH_DSP_MICRO_H

#include "base/arena.h"
#include "base/err.h"
#include "dsp/signal_fft.h"
#include "dsp/signal_levels.h"

#define TH_MICRO_BANDS  128  /* most bands */
#define TH_MICRO_WINDOW 4096 /* most samples of a frame */

typedef struct th_micro_cfg {
    int32_t rate_hz;                     /* 1000 to 96000 */
    int32_t window_ms, step_ms;          /* step not longer than the window */
    int32_t bands;                       /* 1 to TH_MICRO_BANDS */
    float low_hz, high_hz;               /* 0 <= low < high; the bands must end below rate / 2 */
    int32_t smoothing_bits;              /* of the noise's estimate, after the point: 0 to 16 */
    float even_smoothing, odd_smoothing; /* 0 to 1: how much of a frame goes into the estimate */
    float min_signal;                    /* 0 to 1 */
    int32_t pcan;                        /* 1: gain control */
    float strength, offset;              /* 0 to 1; above 0 */
    int32_t gain_bits;                   /* 16 to 30 */
    int32_t log;                         /* 1: logarithm */
    int32_t scale_shift;                 /* 0 to 12 */
} th_micro_cfg;

/* Settings of the micro_speech example: 30 ms every 20 ms at 16 kHz, 40 bands from 125 to 7500 Hz. */
th_micro_cfg th_micro_speech(void);

/* Tables; constant after th_micro_init. */
typedef struct th_micro {
    th_micro_cfg cfg;
    int32_t size, step, n_fft; /* samples of a frame, from one to the next, of the transform */
    int32_t first, end;        /* FFT bins that are heard */
    int32_t even, odd, least;  /* smoothing and min_signal in 1/2^14 */
    int32_t correction;        /* bits that roots have too few: log2 n_fft - 6, may be below 0 */
    const int16_t *window;     /* [size] */
    th_fft_s16_par fft;
    th_signal_bands bands; /* what it points to: [bands + 1] and the weights */
    const int16_t *gain;   /* [TH_PCAN_TABLE], NULL without pcan */
} th_micro;

/* Bytes of arena that th_micro_init takes; 0 when cfg is not valid. */
size_t th_micro_mem(const th_micro_cfg *cfg);

/* Errors: TH_ERANGE (a member of cfg, or bands above rate / 2), TH_ENOMEM. */
TH_NODISCARD th_err th_micro_init(th_micro *m, const th_micro_cfg *cfg, th_arena *arena);

/* A stream: what lasts between frames, and room to work in. */
typedef struct th_micro_stream {
    const th_micro *m;
    int16_t *pcm; /* [size] samples of the next frame, filled to n_pcm */
    int32_t n_pcm;
    uint32_t *noise;  /* [bands] */
    int16_t *scaled;  /* [size] */
    uint32_t *energy; /* [n_fft / 2 + 1]; first the spectrum, which has the same size */
    uint64_t *level;  /* [bands] */
} th_micro_stream;

size_t th_micro_stream_mem(const th_micro *m);
TH_NODISCARD th_err th_micro_stream_init(th_micro_stream *s, const th_micro *m, th_arena *arena);

/* As at the beginning: no samples, no noise. */
void th_micro_reset(th_micro_stream *s);

/* Takes samples, n >= 0, until a frame is complete or none are left; *used of them were taken.  Returns 1 and fills
 * out [bands] when a frame was completed: call again with the rest. */
int32_t th_micro_push(th_micro_stream *s, const int16_t *pcm, int32_t n, int32_t *used, uint16_t *out);

/* Frames of a clip, and the clip after th_micro_reset -> out [frames][bands]. */
int32_t th_micro_frames(const th_micro *m, int32_t n_samples);
void th_micro_clip(th_micro_stream *s, const int16_t *pcm, int32_t n_samples, uint16_t *out);

/* As micro_speech has them for its int8 network: clamp((256 v + 333) / 666 - 128). */
void th_micro_to_s8(const uint16_t *v, int32_t n, int8_t *out);

#endif
