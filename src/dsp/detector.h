/* dsp/detector.h -- from a stream of class scores to detections: average, threshold, suppress.
 *
 * The class with the largest sum of scores over the last `window_ms` is detected when it is a
 * keyword, when at least min_count results stand in the window, when its mean reaches the
 * threshold, and when the last detection is suppress_ms or longer ago.  All in integers, so the
 * device and the host decide alike.  Source: idea of TFLite's micro_speech RecognizeCommands. */
#ifndef TH_DSP_DETECTOR_H
#define TH_DSP_DETECTOR_H

#include <stdint.h>

#define TH_DETECT_HISTORY 64 /* most results in a window */
#define TH_DETECT_CLASSES 32 /* most classes */

/* Times are milliseconds from the start, 0 to 2^31 - 1: after 24 days 20 h they begin again at 0, so that whoever runs
 * for years has no time below 0. */
static inline int32_t th_time_wrap(uint64_t ms)
{
    return (int32_t)(uint32_t)(ms & 0x7fffffffu);
}

static inline int32_t th_time_add(int32_t ms, int32_t more)
{
    return th_time_wrap((uint64_t)(uint32_t)ms + (uint32_t)more);
}

typedef struct th_detector_cfg {
    int32_t window_ms;   /* scores averaged over this long: default 1000 */
    int32_t suppress_ms; /* silence after a detection: default 1500 */
    int32_t min_count;   /* results that must stand in the window: default 3 */
    int32_t threshold;   /* of the mean score, 0 to 255 (256 = 1.0) */
    int32_t stride_ms;   /* time from one inference to the next (for the reader; times come with the
                            scores) */
    int32_t n_classes;
    uint32_t keyword_mask; /* bit c set: class c is reported (unknown and silence are not) */
} th_detector_cfg;

typedef struct th_detector {
    th_detector_cfg cfg;
    int8_t score[TH_DETECT_HISTORY][TH_DETECT_CLASSES];
    int32_t time_ms[TH_DETECT_HISTORY];
    int32_t head, count;
    int32_t quiet, quiet_until_ms; /* quiet 1: nothing is reported before quiet_until_ms */
} th_detector;

typedef struct th_detection {
    int32_t time_ms, label, score; /* score: mean, 0 to 255 (256 would be 1.0) */
} th_detection;

/* cfg: n_classes 1 to TH_DETECT_CLASSES; more than TH_DETECT_HISTORY results in a window: the
 * newest count. */
void th_detector_init(th_detector *d, const th_detector_cfg *cfg);

/* One result: int8 soft-max scores [n_classes] (real = (q + 128) / 256) that end at time_ms.
 * Times grow from call to call; they wrap around at 2^31.
 * Returns 1 and fills `out` when a keyword is detected now. */
int32_t th_detector_push(th_detector *d, int32_t time_ms, const int8_t *score, th_detection *out);

#endif
