/* Examples kept on disk, from anybody who can compute a hash: refused, or examples with labels and names. */
#include "data/kept.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static th_card card;
    char key[TH_HASH_BYTES] = {0}, hash[TH_HASH_BYTES];
    const size_t n = size + TH_HASH_BYTES - 1;
    uint8_t *bytes = malloc(n);
    if (!bytes) return 0;
    if (size) memcpy(bytes, data, size);
    th_hash_of((th_span){bytes, size}, hash);
    memcpy(bytes + size, hash, TH_HASH_BYTES - 1);
    if (size >= 8 + TH_HASH_BYTES - 1) memcpy(key, data + 8, TH_HASH_BYTES - 1);
    card = (th_card){.n_labels = 2};
    th_examples *e = th_kept_parse((th_span){bytes, n}, key, &card);
    free(bytes);
    if (!e) return 0;
    for (int32_t i = 0; i < e->n; i++)
        if (e->label[i] < -1 || e->label[i] > 1 || strlen(e->file[i]) > size) abort();
    th_examples_free(e);
    return 0;
}
