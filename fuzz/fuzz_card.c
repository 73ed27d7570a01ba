/* What a model says of the examples that it was trained on, from anybody: refused with a text, or finite numbers and
 * labels that are printed back to the same. */
#include "data/card.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static th_card a, b;
    th_why why = {0};
    if (th_card_parse((th_span){data, size}, &a, &why)) {
        if (!why.err || !why.text[0]) abort();
        return 0;
    }
    if (a.n_labels < 0 || a.n_labels > TH_MAX_LABELS || a.n_values < 0 || a.n_values > TH_CARD_VALUES) abort();
    if (!isfinite(a.pixel_lo) || !isfinite(a.pixel_hi)) abort();
    for (int32_t i = 0; i < a.n_values; i++)
        if (!isfinite(a.mean[i]) || !isfinite(a.inv[i])) abort();
    char *text = th_card_print(&a);
    if (!text || th_card_parse((th_span){(const uint8_t *)text, strlen(text)}, &b, NULL)) abort();
    free(text);
    if (a.n_labels != b.n_labels || a.n_values != b.n_values || memcmp(a.labels, b.labels, sizeof a.labels) != 0)
        abort();
    for (int32_t i = 0; i < a.n_values; i++)
        if (a.mean[i] < b.mean[i] || a.mean[i] > b.mean[i] || a.inv[i] < b.inv[i] || a.inv[i] > b.inv[i]) abort();
    return 0;
}
