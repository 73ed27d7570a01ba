#include "evaluate/detections.h"

#include <stdbool.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static bool is_over(const th_truth *t, int32_t time_ms)
{
    return (int64_t)time_ms > (int64_t)t->end_ms + TH_MATCH_AFTER_MS;
}

/* The earliest interval from `from` on without a hit that this detection fits; -1 when there is none. */
static int32_t interval_of(const th_detection *d, const th_truth *truth, size_t from, size_t n, const int32_t *heard)
{
    for (size_t i = from; i < n && truth[i].start_ms <= d->time_ms; i++)
        if (heard[i] < 0 && truth[i].label == d->label && !is_over(&truth[i], d->time_ms)) return (int32_t)i;
    return -1;
}

th_err th_detections_score(const th_detection *found, size_t n_found, const th_truth *truth, size_t n_truth,
                           int64_t audio_ms, int32_t *match, int32_t *heard, th_stream_score *score)
{
    int32_t *latency = malloc((n_found + 1) * sizeof *latency);
    if (!latency) return TH_ENOMEM;
    *score = (th_stream_score){.n_truth = (int32_t)n_truth,
                               .audio_ms = audio_ms,
                               .recall = -1.0,
                               .latency_mean_ms = -1.0,
                               .latency_p95_ms = -1.0};
    for (size_t i = 0; i < n_truth; i++) heard[i] = -1;
    double sum = 0.0;
    size_t from =
        0; /* intervals before are over for all detections that follow: hours of sound take time linear in n */
    for (size_t i = 0; i < n_found; i++) {
        while (from < n_truth && is_over(&truth[from], found[i].time_ms)) from++;
        const int32_t t = interval_of(&found[i], truth, from, n_truth, heard);
        match[i] = t;
        if (t < 0) continue;
        heard[t] = (int32_t)i;
        latency[score->hits] = found[i].time_ms - truth[t].start_ms;
        sum += latency[score->hits++];
    }
    score->misses = score->n_truth - score->hits;
    score->false_accepts = (int32_t)n_found - score->hits;
    if (n_truth) score->recall = (double)score->hits / (double)n_truth;
    if (audio_ms > 0) score->false_accepts_per_hour = score->false_accepts * 3.6e6 / (double)audio_ms;
    if (score->hits) {
        qsort(latency, (size_t)score->hits, sizeof *latency, by_value);
        score->latency_mean_ms = sum / score->hits;
        const int32_t rank = (score->hits * 95 + 99) / 100; /* rounded up */
        score->latency_p95_ms = latency[rank - 1];
    }
    free(latency);
    return TH_OK;
}
