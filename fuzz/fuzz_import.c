/* Any bytes as a .tflite file to be trained on: refused, or a network that learns a step and can be written out. */
#include "../tests/train/hostile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_model *m = NULL;
    th_why why = {0};
    if (th_model_from_tflite((th_span){data, size}, &m, &why)) return 0;
    (void)hostile_import(&m->graphs[0]);
    th_model_free(m);
    return 0;
}
