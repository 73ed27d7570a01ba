/* Any bytes as a .tflite file: it is refused, or read, written again, and its pipeline checked. */
#include "model/pipeline.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_model *m = NULL, *back = NULL;
    th_why why = {0};
    th_pipeline p;
    uint8_t *bytes = NULL;
    size_t n = 0;
    if (th_model_from_tflite((th_span){data, size}, &m, &why)) return 0;
    if (th_pipeline_from(m, &p, &why)) why = (th_why){0};
    if (th_model_to_tflite(m, &bytes, &n, &why) == TH_OK) {
        if (th_model_from_tflite((th_span){bytes, n}, &back, &why)) abort(); /* what we write, we read */
        th_model_free(back);
        free(bytes);
    }
    th_model_free(m);
    return 0;
}
