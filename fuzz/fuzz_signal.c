/* A signal's text from anybody: refused with its name, or read, and printed to something that reads the same. */
#include "data/signal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *names[2];
    float *rows[2];
    int32_t n[2], channels[2];
    uint8_t *text;
    size_t n_text;
    th_why why = {0};
    if (th_signal_parse((th_span){data, size}, "s.csv", &names[0], &rows[0], &n[0], &channels[0], &why)) {
        if (!strstr(why.text, "s.csv")) abort();
        return 0;
    }
    if (n[0] < 1 || channels[0] != th_channel_count(names[0])) abort();
    if (!th_signal_print(names[0], rows[0], n[0], &text, &n_text, NULL)) { /* names that are there twice are refused */
        if (th_signal_parse((th_span){text, n_text}, "again", &names[1], &rows[1], &n[1], &channels[1], NULL)) abort();
        if (n[0] != n[1] || channels[0] != channels[1] || strcmp(names[0], names[1]) != 0) abort();
        for (size_t i = 0; i < (size_t)n[0] * (size_t)channels[0]; i++)
            if (rows[0][i] < rows[1][i] || rows[0][i] > rows[1][i]) abort();
        free(text);
        free(names[1]);
        free(rows[1]);
    }
    free(names[0]);
    free(rows[0]);
    return 0;
}
