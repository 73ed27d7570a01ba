/* dsp/frontend.h -- from sound to the picture a network hears: log-mel or MFCC frames.
 *
 *   pcm --window--> Hann --FFT--> |X|^2 --mel bands--> ln --(DCT)--> (x - mean) * inv_std
 *
 * The same file runs in training, in the browser and on the device, and gives the same bits
 * there: float additions and multiplications in a fixed order (-ffp-contract=off), sqrt from the
 * hardware, a logarithm of our own (base/fmath.h), and tables that are computed once by the host
 * and printed into the firmware. */
#ifndef TH_DSP_FRONTEND_H
#define TH_DSP_FRONTEND_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

#define TH_MAX_COEFS 64 /* most coefficients of a frame */

/* Added to the energy of each band before the logarithm: about the energy of the rounding to 16
 * bits, so digital silence is a number (ln 1e-6 = -13.8) and not far from quiet rooms. */
#define TH_MEL_FLOOR 1e-6f

typedef enum th_feature_kind { TH_LOGMEL = 0, TH_MFCC = 1 } th_feature_kind;

typedef struct th_frontend_cfg {
    th_feature_kind kind;
    int32_t rate_hz;       /* 100 to 192000 */
    int32_t window;        /* samples of a frame, 2 to n_fft */
    int32_t hop;           /* samples from one frame to the next, 1 to window*4 */
    int32_t n_fft;         /* even, 2 to TH_FFT_MAX; products of 2, 3 and 5 are fast */
    int32_t n_mel;         /* bands, 1 to TH_MAX_COEFS */
    int32_t n_coef;        /* values per frame: n_mel for log-mel, 1 to n_mel for MFCC */
    float low_hz, high_hz; /* edges of the mel bands; high_hz <= rate_hz / 2 */
} th_frontend_cfg;

/* Tables; constant after th_frontend_init, printed as C for the device (th_frontend_tables). */
typedef struct th_frontend {
    th_frontend_cfg cfg;
    const float *window;  /* [cfg.window] Hann, scaled by 1/32768 */
    const float *twiddle; /* for the FFT of cfg.n_fft; layout in dsp/fft.h */
    int32_t n_twiddle;
    const int32_t *mel_start; /* [n_mel + 1] first weight of each band; last: number of weights */
    const int32_t *mel_bin;   /* [n_mel] first FFT bin of each band */
    const float *mel_weight;  /* [mel_start[n_mel]] triangles of height 1 */
    const float *dct;         /* [n_coef][n_mel] orthonormal DCT-II, or NULL for log-mel */
    const float *mean;        /* [n_coef] subtracted */
    const float *inv_std;     /* [n_coef] multiplied */
} th_frontend;

/* Bytes of arena that th_frontend_init takes; 0 when cfg is not valid. */
size_t th_frontend_mem(const th_frontend_cfg *cfg);

/* Fills the tables.  mean and inv_std: [n_coef], or both NULL for 0 and 1; copied.
 * Errors: TH_ERANGE (a member of cfg), TH_ENOMEM. */
TH_NODISCARD th_err th_frontend_init(th_frontend *f, const th_frontend_cfg *cfg, const float *mean,
                                     const float *inv_std, th_arena *arena);

/* One table of th_frontend, for a program that prints the struct as C: first `cfg` by its members,
 * then per table a const array of int32_t (is_float 0) or float (1), and the struct's members
 * `name`, in this order; NULL where count is 0.  n_twiddle is printed before mel_start. */
typedef struct th_frontend_table {
    const char *name; /* of the member of th_frontend */
    const void *data; /* [count] float or int32_t */
    int32_t count, is_float;
} th_frontend_table;
#define TH_FRONTEND_TABLES 8
void th_frontend_tables(const th_frontend *f, th_frontend_table table[TH_FRONTEND_TABLES]);

/* floats of scratch that th_frontend_frame needs: 2 (n_fft + 2) */
size_t th_frontend_scratch(const th_frontend_cfg *cfg);

/* One frame: pcm [cfg.window] samples -> out [cfg.n_coef].
 * Error against exact arithmetic: below 1e-4 of a logarithm's unit. */
void th_frontend_frame(const th_frontend *f, const int16_t *pcm, float *scratch, float *out);

/* Whole clip: frames = th_frontend_frames(cfg, n) rows of n_coef; equal to frame by frame.
 * Only whole frames count: 0 when the clip is shorter than a window. */
int32_t th_frontend_frames(const th_frontend_cfg *cfg, int32_t n_samples);
void th_frontend_clip(const th_frontend *f, const int16_t *pcm, int32_t n_samples, float *scratch, float *out);

/* Features to the int8 input of a network: clamp(round_half_up(x / scale) + zero), n values. */
void th_features_to_s8(const float *x, int32_t n, float scale, int32_t zero, int8_t *out);

#endif
