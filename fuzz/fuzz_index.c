/* data/index.tsv from anybody: refused, or read and printed back to something that reads the same. */
#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"yes", "no"};
    static th_project p;
    th_dataset *a, *b;
    th_why why = {0};
    uint8_t *text;
    size_t n;
    if (th_project_defaults("keyword", labels, 2, &p, NULL)) abort();
    if (th_dataset_parse((th_span){data, size}, "index.tsv", &p, &a, &why)) {
        if (!strstr(why.text, "line ") || a) abort();
        return 0;
    }
    if (th_dataset_print(a, &text, &n, NULL)) abort();
    if (th_dataset_parse((th_span){text, n}, "again", &p, &b, NULL) || a->n != b->n) abort();
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->clips[i].file, b->clips[i].file) || strcmp(a->clips[i].source, b->clips[i].source) ||
            a->clips[i].hash != b->clips[i].hash)
            abort();
    free(text);
    th_dataset_free(a);
    th_dataset_free(b);
    return 0;
}
