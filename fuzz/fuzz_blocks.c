/* Blocks of features in anybody's words: refused with a text, or possible, said again in the same numbers, and a window
 * of zeros gives numbers.  The first two bytes are axes and rows. */
#include "model/blocks.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(const th_block_cfg *c)
{
    char text[TH_BLOCK_PARTS * 256];
    size_t n = 0;
    th_why why = {0};
    th_block_cfg again = *c;
    for (int32_t k = 0; k < c->n_parts; k++) {
        n += th_blocks_print(&c->part[k], text + n, sizeof text - n);
        if (n + 2 > sizeof text) abort();
        text[n++] = ';';
    }
    text[n] = 0;
    if (th_blocks_parse(text, &again, &why) || memcmp(again.part, c->part, sizeof *c->part * (size_t)c->n_parts) != 0)
        abort();
}

static void check_run(const th_block_cfg *c)
{
    int32_t h, w, ch;
    th_block b;
    const size_t bytes = th_block_mem(c), values = (size_t)c->window * (size_t)c->n_axes;
    if (th_block_shape(c, &h, &w, &ch)) abort();
    void *memory = aligned_alloc(TH_ARENA_ALIGN, bytes + TH_ARENA_ALIGN);
    float *window = calloc(values, sizeof *window), *scratch = malloc(th_block_scratch(c) * sizeof *scratch),
          *out = malloc((size_t)h * (size_t)w * (size_t)ch * sizeof *out);
    if (memory && window && scratch && out) {
        th_arena arena = th_arena_over(memory, bytes);
        if (th_block_init(&b, c, &arena) || b.n_out != h * w * ch) abort();
        th_block_run(&b, window, scratch, out);
        for (int32_t i = 0; i < b.n_out; i++)
            if (!(out[i] - out[i] == 0.0f)) abort();
    }
    free(memory);
    free(window);
    free(scratch);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    th_block_cfg c = {.n_axes = data[0] % 20, .window = data[1], .rate_hz = 50.0f};
    th_why why = {0};
    char *text = malloc(size - 1);
    if (!text) return 0;
    memcpy(text, data + 2, size - 2);
    text[size - 2] = 0;
    if (th_blocks_parse(text, &c, &why)) {
        if (!why.err || !why.text[0]) abort();
    } else {
        check_words(&c);
        check_run(&c);
    }
    free(text);
    return 0;
}
