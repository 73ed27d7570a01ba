/* Any bytes as a label track: read or refused, and what is read is in order. */
#include "evaluate/detections.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const th_pipeline pipe = {.n_labels = 3,
                                     .labels = {"yes", "unknown", "silence"},
                                     .frontend = {.rate_hz = 16000, .hop = 320},
                                     .detect = {1000, 1500, 3, 200, 0.5f}};
    th_truth *truth;
    size_t n;
    if (th_truth_parse("fuzz", (const char *)data, size, &pipe, &truth, &n, NULL)) return 0;
    for (size_t i = 0; i < n; i++)
        if (truth[i].label != 0 || truth[i].start_ms < 0 || truth[i].end_ms < truth[i].start_ms ||
            (i && truth[i].start_ms < truth[i - 1].start_ms))
            abort();
    free(truth);
    return 0;
}
