#include "model/graph.h"

#include "model/package.h"
#include "os/file.h"

#include <stdlib.h>
#include <string.h>

/* A block: this header, then memory for the arena. */
typedef struct block {
    struct block *older;
    uint8_t pad[TH_ARENA_ALIGN - sizeof(void *)]; /* what follows keeps malloc's alignment */
} block;

/* What the arena takes at a time; what is larger than an eighth of it gets a block of its own, so that little is left
 * over at the end of a block. */
#define BLOCK_BYTES ((size_t)16384)

static block *add_block(th_model *m, size_t bytes)
{
    if (bytes > SIZE_MAX - sizeof(block)) return NULL;
    block *b = malloc(sizeof *b + bytes);
    if (!b) return NULL;
    b->older = m->memory;
    m->memory = b;
    m->memory_bytes += sizeof *b + bytes;
    return b;
}

th_err th_model_new(th_model **model, th_why *why)
{
    th_model *m = calloc(1, sizeof *m);
    if (!m) return th_why_set(why, TH_ENOMEM, "no memory for a model");
    m->description = "";
    *model = m;
    return TH_OK;
}

void th_model_free(th_model *model)
{
    if (!model) return;
    for (block *b = model->memory; b;) {
        block *older = b->older;
        free(b);
        b = older;
    }
    free(model->file);
    free(model);
}

void *th_model_alloc(th_model *model, size_t n, size_t size)
{
    if (n == 0) n = 1;
    if (size && n > (SIZE_MAX / 4) / size) return NULL;
    void *p = th_arena_get(&model->arena, n, size);
    if (p) return p;
    const bool own = n * size > BLOCK_BYTES / 8;
    block *b = add_block(model, own ? n * size : BLOCK_BYTES);
    if (!b) return NULL;
    if (own) return memset(b + 1, 0, n * size);
    model->arena = th_arena_over(b + 1, BLOCK_BYTES);
    return th_arena_get(&model->arena, n, size);
}

th_span th_model_metadata(const th_model *model, const char *name)
{
    for (int32_t i = 0; i < model->n_metadata; i++)
        if (strcmp(model->metadata[i].name, name) == 0) return model->metadata[i].bytes;
    return (th_span){NULL, 0};
}

th_err th_model_set_metadata(th_model *model, const char *name, th_span bytes, th_why *why)
{
    uint8_t *copy = th_model_alloc(model, bytes.n + 1, 1);
    if (!copy) return th_why_set(why, TH_ENOMEM, "no memory for %zu bytes of metadata", bytes.n);
    if (bytes.n) memcpy(copy, bytes.p, bytes.n);
    for (int32_t i = 0; i < model->n_metadata; i++)
        if (strcmp(model->metadata[i].name, name) == 0) {
            model->metadata[i].bytes = (th_span){copy, bytes.n};
            return TH_OK;
        }

    const size_t n = (size_t)model->n_metadata, len = strlen(name);
    th_metadata *list = th_model_alloc(model, n + 1, sizeof *list);
    char *own = th_model_alloc(model, len + 1, 1);
    if (!list || !own) return th_why_set(why, TH_ENOMEM, "no memory for metadata");
    if (n) memcpy(list, model->metadata, n * sizeof *list);
    memcpy(own, name, len);
    list[n] = (th_metadata){own, {copy, bytes.n}};
    model->metadata = list;
    model->n_metadata++;
    return TH_OK;
}

th_err th_model_load(const char *path, th_model **model, th_why *why)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    th_why inner = {0};
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    if (th_is_package((th_span){bytes, n})) {
        const th_err err = th_package_model((th_span){bytes, n}, model, NULL, &inner);
        free(bytes);
        return err ? th_why_set(why, err, "%s: %s", path, inner.text) : TH_OK;
    }
    const th_err err = th_model_view_tflite((th_span){bytes, n}, model, &inner);
    if (err) {
        free(bytes);
        return th_why_set(why, err, "%s: %s", path, inner.text);
    }
    (*model)->file = bytes;
    return TH_OK;
}

th_err th_model_save(const th_model *model, const char *path, th_why *why)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    TH_TRY(th_model_to_tflite(model, &bytes, &n, why));
    const th_err err = th_file_write(path, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}
