#include "evaluate/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void th_score_log_add(th_score_log *log, int32_t time_ms, const int8_t *score)
{
    if (log->n == log->cap && !log->failed) {
        const size_t cap = log->cap ? 2 * log->cap : 256;
        int8_t *scores = realloc(log->score, cap * (size_t)log->n_classes);
        if (scores) log->score = scores;
        int32_t *times = realloc(log->time_ms, cap * sizeof *times);
        if (times) log->time_ms = times;
        log->failed = !scores || !times;
        if (!log->failed) log->cap = cap;
    }
    if (log->failed) return;
    memcpy(log->score + log->n * (size_t)log->n_classes, score, (size_t)log->n_classes);
    log->time_ms[log->n++] = time_ms;
}

void th_score_log_free(th_score_log *log)
{
    free(log->score);
    free(log->time_ms);
    *log = (th_score_log){0};
}

static void count_words(const th_detection *found, size_t n, const int32_t *match, const th_truth *truth,
                        size_t n_truth, th_sweep_word *word)
{
    memset(word, 0, TH_DETECT_CLASSES * sizeof *word);
    for (size_t i = 0; i < n_truth; i++) word[truth[i].label].said++;
    for (size_t i = 0; i < n; i++)
        if (match[i] < 0)
            word[found[i].label].false_accepts++;
        else
            word[found[i].label].hits++;
}

th_err th_sweep(const th_score_log *log, const th_detector_cfg *cfg, const th_truth *truth, size_t n_truth,
                int64_t audio_ms, th_sweep_point *point, size_t n_points)
{
    th_detection *found = malloc((log->n + 1) * sizeof *found);
    int32_t *match = malloc((log->n + 1) * sizeof *match), *heard = malloc((n_truth + 1) * sizeof *heard);
    th_err err = found && match && heard ? TH_OK : TH_ENOMEM;
    for (size_t i = 0; i < n_points && !err; i++) {
        th_detector d;
        th_detector_cfg c = *cfg;
        size_t n = 0;
        c.threshold = point[i].threshold;
        th_detector_init(&d, &c);
        for (size_t k = 0; k < log->n; k++)
            n += (size_t)th_detector_push(&d, log->time_ms[k], log->score + k * (size_t)log->n_classes, &found[n]);
        err = th_detections_score(found, n, truth, n_truth, audio_ms, match, heard, &point[i].score);
        if (!err) count_words(found, n, match, truth, n_truth, point[i].word);
    }
    free(found);
    free(match);
    free(heard);
    return err;
}

size_t th_sweep_best(const th_sweep_point *point, size_t n_points)
{
    size_t first = 0, last = 0;
    int32_t least = INT32_MAX;
    for (size_t i = 0; i < n_points; i++) {
        const int32_t wrong = point[i].score.misses + point[i].score.false_accepts;
        if (wrong < least) {
            least = wrong;
            first = last = i;
        } else if (wrong == least && last == i - 1) {
            last = i;
        }
    }
    return (first + last) / 2;
}

size_t th_sweep_choose(const th_sweep_point *point, size_t n_points, double per_hour)
{
    size_t first = n_points, last = n_points;
    for (size_t i = 0; i < n_points; i++) {
        const th_stream_score *s = &point[i].score, *b = first < n_points ? &point[first].score : NULL;
        if (s->false_accepts_per_hour > per_hour) continue;
        const bool equal = b && s->misses == b->misses && s->false_accepts == b->false_accepts;
        if (!b || s->misses < b->misses || (s->misses == b->misses && s->false_accepts < b->false_accepts))
            first = last = i;
        else if (equal && last == i - 1)
            last = i;
    }
    return first < n_points ? (first + last) / 2 : n_points;
}

/* P(X <= k) for X of Poisson(m). */
static double poisson_up_to(int32_t k, double m)
{
    double sum = 0.0;
    for (int32_t i = 0; i <= k; i++) sum += exp(i * log(m) - m - lgamma(i + 1.0));
    return sum;
}

double th_sweep_most(int32_t k)
{
    double low = k + 1e-9, high = k + 5.0 + 4.0 * sqrt(k + 1.0);
    for (int i = 0; i < 60; i++) {
        const double m = (low + high) / 2.0;
        if (poisson_up_to(k, m) > 0.05)
            low = m;
        else
            high = m;
    }
    return (low + high) / 2.0;
}
