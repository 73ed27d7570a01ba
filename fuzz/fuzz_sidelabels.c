/* Any bytes as info.labels, structured_labels.labels or bounding_boxes.labels: refused, or segments that rise. */
#include "data/side_labels.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_side_labels *l;
    if (th_side_labels_new(&l, NULL)) return 0;
    if (!th_side_labels_parse(l, (th_span){data, size}, "fuzz", "", NULL)) {
        const th_side_row *r = th_side_labels_find(l, "a.json");
        for (size_t i = 1; r && i < r->n_segments; i++)
            if (r->segments[i].from < r->segments[i - 1].to) abort();
    }
    th_side_labels_free(l);
    return 0;
}
