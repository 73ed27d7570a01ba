/* Any bytes as COCO's instances: refused with a text, or pictures whose labels follow the rule. */
#include "data/coco.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_coco c;
    th_why why = {0};
    if (th_coco_parse((th_span){data, size}, "fuzz", &c, &why)) {
        if (!why.err || !why.text[0]) abort();
        return 0;
    }
    for (size_t i = 0; i < c.n; i++)
        for (size_t k = 0; k < c.picture[i].n_boxes; k++)
            if (c.picture[i].label && strcmp(c.picture[i].label, TH_COCO_NO_PERSON) == 0 &&
                strcmp(c.picture[i].boxes[k].label, TH_COCO_PERSON) == 0)
                abort();
    th_coco_free(&c);
    return 0;
}
