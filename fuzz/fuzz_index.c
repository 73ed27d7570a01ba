/* data/index.tsv of an old project, from anybody: refused with its line, or read as clips that stay in their folder. */
#include "data/old_index.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static th_err take(void *ctx, const th_sample *s, th_why *why)
{
    size_t *n = ctx;
    (void)why;
    if (*s->file == '/' || strstr(s->file, "../") || th_label_check(s->label, NULL) || s->n_rows < 1) abort();
    if (!s->name || !s->source || strlen(s->word) + strlen(s->subject) > 1u << 30) abort();
    ++*n;
    return TH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_why why = {0};
    size_t n = 0;
    const th_err err = th_old_index_parse((th_span){data, size}, "index.tsv", take, &n, &why);
    if (err && !strstr(why.text, "line ")) abort();
    if (n > size) abort();
    return 0;
}
