#include "data/kept.h"

#include "base/text.h"
#include "data/version.h"
#include "dsp/block.h"

#include <stdlib.h>
#include <string.h>

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif

#define MAGIC   0x584b4854u /* "THKX" */
#define FORMAT  1
#define HASH    ((size_t)TH_HASH_BYTES - 1)
#define LARGEST ((size_t)1 << 31)

typedef struct head {
    uint32_t magic, format;
    char key[HASH];
    int32_t n, h, w, c, value_bytes, axes;
    char device[32];
} head;

th_err th_kept_key(const th_project *p, const th_dataset *set, th_split split, const th_card *card,
                   char key[TH_HASH_BYTES], th_why *why)
{
    char id[TH_HASH_BYTES];
    TH_TRY(th_dataset_id(set, id, why));
    th_card *seen = calloc(1, sizeof *seen); /* what a model's card knows besides (scale, limit) changes nothing */
    if (seen) {
        *seen = (th_card){.n_labels = card->n_labels, .recipe = card->recipe};
        memcpy(seen->labels, card->labels, sizeof seen->labels);
        memcpy(seen->task, card->task, sizeof seen->task);
    }
    char *text = seen ? th_card_print(seen) : NULL;
    free(seen);
    const size_t cap = (text ? strlen(text) : 0) + 512;
    char *all = malloc(cap);
    if (text && all) {
        const size_t n = th_text_fmt(all, cap, "%s %s %s %d %dx%d crop %s %d\n%s", TH_VERSION, id, th_split_name(split),
                                     FORMAT, (int)p->picture_h, (int)p->picture_w, p->colour, (int)p->seed, text);
        th_hash_of((th_span){(const uint8_t *)all, n < cap ? n : cap - 1}, key);
    }
    const bool made = text && all;
    free(text);
    free(all);
    return made ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

static uint8_t *add(uint8_t *at, const void *from, size_t n)
{
    memcpy(at, from, n);
    return at + n;
}

th_err th_kept_clips_key(const th_dataset *set, th_split split, const th_pipeline *pipe, int32_t at_most,
                         char key[TH_HASH_BYTES], th_why *why)
{
    char id[TH_HASH_BYTES], text[256];
    TH_TRY(th_dataset_id(set, id, why));
    const size_t n =
        th_text_fmt(text, sizeof text, "%s %s %s %d clips %d of %d samples, %d frames", TH_VERSION, id,
                    th_split_name(split), FORMAT, (int)at_most, (int)pipe->clip_samples, (int)pipe->n_frames) +
        1;
    const size_t labels = (size_t)pipe->n_labels * TH_LABEL_BYTES;
    const size_t total = n + labels + sizeof pipe->frontend + sizeof pipe->mean + sizeof pipe->inv_std;
    uint8_t *all = n <= sizeof text ? calloc(1, total) : NULL, *at = all;
    if (!all) return th_why_set(why, TH_ENOMEM, "out of memory");
    at = add(at, text, n);
    for (int32_t i = 0; i < pipe->n_labels; i++, at += TH_LABEL_BYTES)
        (void)add(at, pipe->labels[i], strlen(pipe->labels[i]));
    at = add(at, &pipe->frontend, sizeof pipe->frontend); /* members of four bytes, nothing between them */
    at = add(at, pipe->mean, sizeof pipe->mean);
    (void)add(at, pipe->inv_std, sizeof pipe->inv_std);
    th_hash_of((th_span){all, total}, key);
    free(all);
    return TH_OK;
}

static th_err path_of(const th_project *p, th_split split, char path[TH_PATH_BYTES])
{
    char name[32];
    th_text_fmt(name, sizeof name, "cache/%s.kept", th_split_name(split));
    return th_project_path(p, name, path, NULL);
}

static bool whole(th_span bytes)
{
    char hash[TH_HASH_BYTES];
    if (bytes.n < sizeof(head) + HASH) return false;
    th_hash_of((th_span){bytes.p, bytes.n - HASH}, hash);
    return memcmp(hash, bytes.p + bytes.n - HASH, HASH) == 0;
}

/* Bytes of all values; 0 when the head makes no sense for so many bytes. */
static size_t values_of(const head *h, size_t room)
{
    if (h->n < 1 || h->h < 1 || h->w < 1 || h->c < 1 || (h->value_bytes != 1 && h->value_bytes != 4)) return 0;
    const int32_t factor[5] = {h->n, h->h, h->w, h->c, h->value_bytes};
    size_t n = 1;
    for (int i = 0; i < 5; i++) {
        if (n > room / (size_t)factor[i]) return 0;
        n *= (size_t)factor[i];
    }
    return n;
}

static bool copy_names(th_examples *e, th_span names)
{
    const char *at = (const char *)names.p, *end = at + names.n;
    for (int32_t i = 0; i < e->n; i++) {
        const char *stop = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
        if (!stop || !(e->file[i] = strdup(at))) return false;
        at = stop + 1;
    }
    return at == end;
}

static bool copy_all(th_examples *e, const head *h, const uint8_t *at, size_t values, const uint8_t *end)
{
    void *x = malloc(values);
    if (h->value_bytes == 1)
        e->u8 = x;
    else
        e->f32 = x;
    e->label = malloc((size_t)h->n * sizeof *e->label);
    e->file = calloc((size_t)h->n, sizeof *e->file);
    if (!x || !e->label || !e->file) return false;
    memcpy(x, at, values);
    at += values;
    memcpy(e->label, at, (size_t)h->n * sizeof *e->label);
    at += (size_t)h->n * sizeof *e->label;
    for (int32_t i = 0; i < h->n; i++)
        if (e->label[i] < -1 || e->label[i] >= e->n_labels) return false;
    return copy_names(e, (th_span){at, (size_t)(end - at)});
}

th_examples *th_kept_parse(th_span bytes, const char *key, th_card *card)
{
    head h;
    if (!whole(bytes)) return NULL;
    memcpy(&h, bytes.p, sizeof h);
    if (h.magic != MAGIC || h.format != FORMAT || memcmp(h.key, key, HASH) != 0) return NULL;
    const size_t room = bytes.n - sizeof h - HASH, values = values_of(&h, room);
    if (!values || (room - values) / sizeof(int32_t) < (size_t)h.n || memchr(h.device, 0, sizeof h.device) == NULL ||
        h.axes < 0 || h.axes > TH_BLOCK_AXES)
        return NULL;
    if ((card->axes && card->axes != h.axes) || (card->device[0] && strcmp(card->device, h.device) != 0)) return NULL;
    th_examples *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    *e = (th_examples){.n = h.n, .h = h.h, .w = h.w, .c = h.c, .n_labels = card->n_labels};
    memcpy(e->labels, card->labels, sizeof e->labels);
    if (!copy_all(e, &h, bytes.p + sizeof h, values, bytes.p + bytes.n - HASH)) {
        th_examples_free(e);
        return NULL;
    }
    card->axes = h.axes;
    memcpy(card->device, h.device, sizeof card->device);
    return e;
}

th_examples *th_kept_load(const th_project *p, th_split split, const char *key, th_card *card)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (path_of(p, split, path) || !th_file_exists(path) || th_file_read(path, LARGEST, &bytes, &n, NULL)) return NULL;
    th_examples *e = th_kept_parse((th_span){bytes, n}, key, card);
    free(bytes);
    return e;
}

void th_kept_save(const th_project *p, th_split split, const char *key, const th_card *card, const th_examples *e)
{
    char path[TH_PATH_BYTES], folder[TH_PATH_BYTES], hash[TH_HASH_BYTES];
    head h = {.magic = MAGIC,
              .format = FORMAT,
              .n = e->n,
              .h = e->h,
              .w = e->w,
              .c = e->c,
              .value_bytes = e->u8 ? 1 : 4,
              .axes = card->axes};
    const size_t values = values_of(&h, LARGEST / 2);
    size_t total = sizeof h + values + (size_t)e->n * sizeof *e->label + HASH;
    if (!values || !e->file || e->target || path_of(p, split, path) || th_project_path(p, "cache", folder, NULL))
        return;
    for (int32_t i = 0; i < e->n; i++) total += strlen(e->file[i]) + 1;
    uint8_t *bytes = total < LARGEST ? malloc(total) : NULL, *at = bytes;
    if (!bytes || th_dir_make(folder, NULL)) {
        free(bytes);
        return;
    }
    memcpy(h.key, key, HASH);
    memcpy(h.device, card->device, sizeof h.device);
    at = add(at, &h, sizeof h);
    at = add(at, e->u8 ? (const void *)e->u8 : (const void *)e->f32, values);
    at = add(at, e->label, (size_t)e->n * sizeof *e->label);
    for (int32_t i = 0; i < e->n; i++) at = add(at, e->file[i], strlen(e->file[i]) + 1);
    th_hash_of((th_span){bytes, (size_t)(at - bytes)}, hash);
    at = add(at, hash, HASH);
    if (th_file_write_unsynced(path, (th_span){bytes, total}, NULL)) th_file_remove(path);
    free(bytes);
}
