/* data/seen.h -- what the network is given of one sample, by the project's settings: to look at it, and to hold samples
 * against each other.
 *
 *   sound    frames x coefficients of the window that is heard: the front end's, before mean and deviation
 *   signal   windows x features; where features are rows of the window (raw, aligned) or a spectrogram, those of the
 *            window in the middle; before [signal] baseline, mean and deviation
 *   stroke   points x (x, y), or the picture of the stroke
 *   picture  rows x columns x channels, 0 to 255, of the box that is seen at the size of [picture] */
#ifndef TH_DATA_SEEN_H
#define TH_DATA_SEEN_H

#include "data/dataset.h"

typedef enum th_seen_kind {
    TH_SEEN_FRAMES,
    TH_SEEN_WINDOWS,
    TH_SEEN_ROWS,
    TH_SEEN_POINTS,
    TH_SEEN_PIXELS,
    TH_SEEN_KINDS
} th_seen_kind;
const char *th_seen_kind_name(th_seen_kind kind); /* "frames", "windows", "rows", "points", "pixels" */

#define TH_SEEN_NAME 48

typedef struct th_seen {
    th_seen_kind kind;
    int32_t rows, columns, channels; /* channels: 1 but for pixels */
    float *values;                   /* [rows][columns][channels] */
    char (*name)[TH_SEEN_NAME];      /* [columns] "1250 Hz", "x sd"; NULL of pixels */
    double row_ms;                   /* from row to row; 0 where rows have no times */
} th_seen;

void th_seen_free(th_seen *seen);

/* Looks at samples of one project; what many of them need is made once. */
typedef struct th_seer th_seer;
/* Errors: TH_ERANGE, TH_EFORMAT, TH_EUSAGE: thimble.ini makes no sense (the text names the line or word), TH_ENOMEM. */
TH_NODISCARD th_err th_seer_new(const th_project *p, th_seer **seer, th_why *why);
void th_seer_free(th_seer *seer); /* NULL is fine */

/* A sample of any kind that the task takes.  From several threads at once.
 * Errors: TH_ESHAPE (too short for a window, or of another kind than the task's), those of reading and of features. */
TH_NODISCARD th_err th_seer_look(const th_seer *s, const th_dataset *set, const th_sample *sample, th_seen *seen,
                                 th_why *why);

/* The window of a sound that is heard -> log-mel energies in dB of full scale, whatever the features are: [frames]
 * [bands], fresh memory.  whole: of the whole recording, not of that window alone. */
typedef struct th_spectrogram {
    int32_t frames, bands;
    double hop_ms, low_hz, high_hz;
    float *db; /* [frames][bands] */
} th_spectrogram;
TH_NODISCARD th_err th_seer_spectrogram(const th_seer *s, const th_dataset *set, const th_sample *sample, bool whole,
                                        th_spectrogram *out, th_why *why);

#endif
