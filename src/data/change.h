/* data/change.h -- how an example is changed each time that it is shown in training, so that a network learns what
 * does not matter.  One table of words; thimble.ini and --change say them with commas between, a number behind a word
 * is how much.
 *
 *   word         of        usual   what
 *   flip         pictures          left and right, every other time
 *   shift        pictures  0.1     up to that part of the side, both ways
 *   zoom         pictures  0.15    up to that part larger or smaller
 *   light        pictures          brightness 0.15 and contrast 0.2
 *   brightness   pictures  0.15    adds up to that part of the range
 *   contrast     pictures  0.2     times 1 +- up to that, about the middle of the range
 *   noise        pictures  0.05    adds normal noise of that part of the range to each value
 *   cutout       pictures  0.3     a grey square, its side that part of the picture's shorter one
 *   rotate       pictures, strokes   15     up to so many degrees, in the plane
 *   stretch      pictures, strokes   0.15   wider and lower, or higher and narrower, by up to that part
 *   turn         signals   180     the sensor is turned about any axis by up to so many degrees; 180: any direction.
 *                                  Three channels are the axes of space; accelerometer and gyroscope turn together
 *   tilt         signals   30      the same, a little
 *   scale        signals   0.1     all values times 1 +- up to that
 *   warp         signals, strokes   0.2   time runs slower and faster, by up to that part
 *   jitter       signals, strokes, tables   0.05   adds normal noise of that part of the values' deviation
 *
 * Sounds have words of their own: data/sound_change.h.
 *
 * A changed example is a function of (seed, epoch, number) alone. */
#ifndef TH_DATA_CHANGE_H
#define TH_DATA_CHANGE_H

#include "data/examples.h"

typedef enum th_change_kind {
    TH_CHANGE_FLIP,
    TH_CHANGE_SHIFT,
    TH_CHANGE_ZOOM,
    TH_CHANGE_BRIGHTNESS,
    TH_CHANGE_CONTRAST,
    TH_CHANGE_NOISE,
    TH_CHANGE_CUTOUT,
    TH_CHANGE_ROTATE,
    TH_CHANGE_STRETCH,
    TH_CHANGE_TURN,
    TH_CHANGE_SCALE,
    TH_CHANGE_WARP,
    TH_CHANGE_JITTER,
    TH_CHANGES
} th_change_kind;

typedef struct th_change {
    float amount[TH_CHANGES]; /* 0: not */
    int32_t turned;           /* channels that turn: the first ones, a multiple of three; 0: all */
} th_change;

/* One word of such a list; said: what stands behind it, "" for nothing. */
typedef th_err th_change_word(void *ctx, const char *word, const char *said, th_why *why);

/* Gives away the words of a list in their order; "none" has none.  Errors: TH_EUSAGE (too long for a word), those of
 * take. */
TH_NODISCARD th_err th_change_split(const char *text, th_change_word *take, void *ctx, th_why *why);

/* What is said behind a word as a number above 0, up to most; usual for "".  Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_change_number(const char *word, const char *said, float usual, float most, float *value,
                                     th_why *why);

/* "flip,rotate 10" -> *c; "none": nothing.  Errors: TH_EUSAGE: a word or a number; the text says what is possible. */
TH_NODISCARD th_err th_change_parse(const char *text, th_change *c, th_why *why);

/* Can these examples bear all of it?  Errors: TH_EUSAGE: the text names the word, and what it is for. */
TH_NODISCARD th_err th_change_check(const th_change *c, const th_examples *e, const char *name, th_why *why);

/* Example i -> x [h][w][c], as th_examples_get, changed.  Pixels from outside repeat the border. */
void th_change_get(const th_examples *e, const th_examples_scale *s, const th_change *c, uint64_t seed, int32_t epoch,
                   int32_t i, float *x);

#endif
