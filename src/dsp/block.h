/* dsp/block.h -- from a window of a sensor with several axes to the features that a network or a classic learner sees.
 *
 *   rows --th_window--> window [rows][axes] --parts, one after the other--> features --> (x - mean) inv_std
 *
 * What projects of tasks activity, gesture and anomaly use, on computer and device alike.  A block is up to
 * TH_BLOCK_PARTS parts of these kinds; docs/features.md has the formulas.  A window gives the same bits wherever it
 * comes from: there is no state from one window to the next.
 *
 *   kind              values per axis (of the part's axes)
 *   raw               the rows as they are, for each row
 *   aligned           for each row what does not depend on how the sensor is held: vertical, horizontal, strength of
 *                     three axes (and of a gyroscope's three)
 *   stats             one for each word: mean sd rms min max range skew kurtosis step
 *   crossings         share of steps in which the signal crosses its mean
 *   autocorrelation   n lags
 *   spectral          n logarithms of power, then `peaks` pairs of Hz and logarithm
 *   wavelet           for each of n levels and what remains: share of energy, entropy, sd, mean |d|, largest |d|
 *   spectrogram       n logarithms of power for each frame, [frames][n][axes]
 *   orientation       of three axes (and a gyroscope's three) together: TH_ORIENTATION_VALUES
 *
 * stats, crossings, autocorrelation, spectral, wavelet and spectrogram may be `upright`: they look at the values of
 * `aligned` instead of the rows (cfg.n_axes is 3 or 6), so that they do not depend on how the sensor is held either.
 *
 * Parts with values for each row stand among themselves only: [window][values of all parts].
 * Values of one axis stand together, axes in their order, but for raw and spectrogram.  Inputs are finite, |x| < 1e15.
 *
 * Fixed point (cfg.fixed): int16 windows of raw, stats, crossings and spectral to int16 features.  x is in steps of the
 * sensor; what a feature has to be multiplied with to get the one of th_block_run on the same steps as floats is
 *   1           raw, mean, sd, rms, min, max, step       2        range
 *   1/256       skew, 1/8 kurtosis                       2^-15    crossings
 *   1/1024      logarithms of power                      rate_hz / 65536    peaks' Hz
 * all rounded and clamped to 16 bits; there is no normalisation then.  Errors against floats, beside the rounding:
 * skew and kurtosis 1 %; the root of a band's power 0.1 %, and 0.1 % of the axis's deviation for each of its bins
 * (times the root of their number). */
#ifndef TH_DSP_BLOCK_H
#define TH_DSP_BLOCK_H

#include "base/arena.h"
#include "base/err.h"
#include "dsp/biquad.h"

#include <stdint.h>

#define TH_BLOCK_PARTS        8
#define TH_BLOCK_AXES         16
#define TH_BLOCK_ROWS         4096 /* of a window, 2 to this */
#define TH_BLOCK_PEAKS        8
#define TH_BLOCK_LEVELS       10
#define TH_ORIENTATION_VALUES 8
#define TH_POWER_FLOOR        1e-6f

typedef enum th_block_kind {
    TH_BLOCK_RAW,
    TH_BLOCK_STATS,
    TH_BLOCK_CROSSINGS,
    TH_BLOCK_AUTOCORRELATION,
    TH_BLOCK_SPECTRAL,
    TH_BLOCK_WAVELET,
    TH_BLOCK_SPECTROGRAM,
    TH_BLOCK_ORIENTATION,
    TH_BLOCK_ALIGNED,
    TH_BLOCK_KINDS
} th_block_kind;

/* stats: what; bits are 1 << these, values come in this order. d = x - mean, means over the window:
 * sd = sqrt(mean d^2), skew = mean (d/sd)^3, kurtosis = mean (d/sd)^4 - 3 (0 for a constant), step = mean |x[t] -
 * x[t-1]| */
enum {
    TH_STAT_MEAN,
    TH_STAT_SD,
    TH_STAT_RMS,
    TH_STAT_MIN,
    TH_STAT_MAX,
    TH_STAT_RANGE,
    TH_STAT_SKEW,
    TH_STAT_KURTOSIS,
    TH_STAT_STEP,
    TH_STATS
};

enum { TH_POWER_BANDS, TH_POWER_BINS }; /* spectral, spectrogram: what */
enum { TH_WAVELET_HAAR, TH_WAVELET_DB2, TH_WAVELET_DB4, TH_WAVELETS };
enum { TH_GYRO_NONE, TH_GYRO_RAD, TH_GYRO_DEG, TH_GYROS }; /* orientation: what; radians or degrees per second */

/* Numbers of a part; members that a kind does not name are 0. */
typedef struct th_block_part {
    th_block_kind kind;
    int32_t axes;    /* bit a set: axis a takes part; 0: all.  orientation: 3, or 6 with a gyroscope after them */
    int32_t upright; /* 1: the part sees, instead of the rows, what `aligned` makes of all of them */
    int32_t what; /* stats: bits; spectral, spectrogram: bands or bins; wavelet: which; orientation: gyroscope's unit */
    int32_t n;    /* autocorrelation: lags; spectral, spectrogram: bands or bins; wavelet: levels */
    int32_t peaks;    /* spectral: 0 to TH_BLOCK_PEAKS */
    int32_t frame;    /* spectrogram: rows of a frame, 2 to window */
    int32_t hop;      /* spectrogram: rows from frame to frame; autocorrelation: rows from lag to lag, 0 is 1 */
    int32_t n_fft;    /* spectral, spectrogram: even, at least the window or frame; 0: the least */
    th_filter filter; /* spectral, spectrogram: before anything else; orientation: gravity, a low-pass of order 1 */
    float floor;      /* spectral, spectrogram: added to power before the logarithm, 1e-12 to 1e12; 0: TH_POWER_FLOOR */
} th_block_part;

typedef struct th_block_cfg {
    int32_t n_parts; /* 1 to TH_BLOCK_PARTS */
    th_block_part part[TH_BLOCK_PARTS];
    int32_t n_axes; /* 1 to TH_BLOCK_AXES */
    int32_t window; /* rows, 2 to TH_BLOCK_ROWS */
    float rate_hz;  /* rows per second, above 0, to 1e6 */
    int32_t fixed;  /* 1: int16 windows and features */
} th_block_cfg;

typedef struct th_block_step th_block_step;
typedef void th_block_run_fn(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                             const float *window, float *scratch, float *out);
typedef void th_block_run_s16_fn(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                                 const int16_t *window, int32_t *scratch, int16_t *out);

/* A part, ready to run: its function th_block_<kind> or th_block_<kind>_s16, the other one NULL, and its tables. */
struct th_block_step {
    th_block_run_fn *run;
    th_block_run_s16_fn *run_s16;
    const float *f32;
    const int16_t *s16;
    const int32_t *s32;
    int32_t n_f32, n_s16, n_s32; /* numbers in them; NULL where 0 */
    int32_t n_out;               /* values that it gives */
    int32_t advance;             /* from where they begin to where the next part's do */
    int32_t stride;              /* of a kind with values for each row: from row to row; else 0 */
};

/* Constant after th_block_init; printed as C for the device (th_block_tables). */
typedef struct th_block {
    th_block_cfg cfg;
    th_block_step step[TH_BLOCK_PARTS];
    int32_t n_out, n_norm;       /* all values; values of mean and inv_std (th_block_norms) */
    const float *mean, *inv_std; /* [n_norm] feature i becomes (x - mean[i % n_norm]) inv_std[i % n_norm]; or NULL */
    th_block_run_fn *turn;       /* th_block_aligned where a part is upright; else NULL, and no firmware has it */
} th_block;

/* Is everything of cfg possible?  Errors: TH_ERANGE: a member; TH_EUNSUP: a kind has no fixed point.
 * *part (may be NULL): number of the part that is to blame, -1 for the others' members. */
TH_NODISCARD th_err th_block_check(const th_block_cfg *cfg, int32_t *part);

/* Shape of the features: raw and aligned window x 1 x values of a row, spectrogram alone frames x n x axes, else 1 x 1
 * x all. */
TH_NODISCARD th_err th_block_shape(const th_block_cfg *cfg, int32_t *h, int32_t *w, int32_t *c);

/* Values of mean and inv_std: w c of the shape, so raw and aligned have one per value of a row; 0 when cfg is not
 * possible. */
int32_t th_block_norms(const th_block_cfg *cfg);

/* Bytes of arena that th_block_init takes; 0 when cfg is not possible (or needs no tables: see th_block_check). */
size_t th_block_mem(const th_block_cfg *cfg);

/* Fills the tables; mean and inv_std are NULL (set them to arrays that live as long).
 * Errors: those of th_block_check, TH_ENOMEM. */
TH_NODISCARD th_err th_block_init(th_block *b, const th_block_cfg *cfg, th_arena *arena);

/* Words of 32 bits of scratch that a run needs; at least 1. */
size_t th_block_scratch(const th_block_cfg *cfg);

/* window [cfg.window][cfg.n_axes] -> out [n_out].  _s16: of a block with cfg.fixed. */
void th_block_run(const th_block *b, const float *window, float *scratch, float *out);
void th_block_run_s16(const th_block *b, const int16_t *window, int32_t *scratch, int16_t *out);

/* Word of a kind ("raw"); its functions are th_block_<word> and th_block_<word>_s16. */
const char *th_block_kind_name(th_block_kind kind);

/* One table, for a program that prints the struct as C: part k's are step[k].f32, .s16 and .s32, then mean and inv_std
 * of the block (part -1).  count 0 and data NULL where there is none. */
typedef enum th_block_type { TH_BLOCK_F32, TH_BLOCK_S16, TH_BLOCK_S32 } th_block_type;
typedef struct th_block_table {
    const char *name; /* of the member */
    int32_t part;
    const void *data;
    int32_t count;
    th_block_type type;
} th_block_table;
#define TH_BLOCK_TABLES (3 * TH_BLOCK_PARTS + 2)

/* Returns how many there are. */
int32_t th_block_tables(const th_block *b, th_block_table table[TH_BLOCK_TABLES]);

#endif
