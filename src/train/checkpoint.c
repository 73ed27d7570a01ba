#include "train/checkpoint.h"

#include "base/hash.h"
#include "os/file.h"

#include <stdlib.h>
#include <string.h>

#define VERSION     3u /* of the form, and of the order of parameters in it */
#define HEAD_BYTES  48u
#define EPOCH_BYTES (8u + 8u * TH_N_METRICS)

static size_t float_count(const th_train_state *s)
{
    return 5 * s->n_params + 6 * s->n_channels;
}

static void put32(uint8_t **p, uint32_t v)
{
    for (int i = 0; i < 4; i++) *(*p)++ = (uint8_t)(v >> 8 * i);
}

static void put64(uint8_t **p, uint64_t v)
{
    put32(p, (uint32_t)v);
    put32(p, (uint32_t)(v >> 32));
}

static void put_f64(uint8_t **p, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put64(p, bits);
}

static double get_f64(const uint8_t *p)
{
    const uint64_t bits = th_le64(p);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The arrays in the order of the file. */
static void arrays(const th_train_state *s, float *array[8], size_t count[8])
{
    float *const all[8] = {s->params, s->m, s->v, s->average, s->best, s->running, s->average_running, s->best_running};
    for (int i = 0; i < 8; i++) {
        array[i] = all[i];
        count[i] = i < 5 ? s->n_params : 2 * s->n_channels;
    }
}

th_err th_checkpoint_save(const th_train_state *s, const char *path, bool synced, th_why *why)
{
    const size_t n = HEAD_BYTES + (size_t)s->n_epochs * EPOCH_BYTES + 4 * float_count(s) + 8;
    uint8_t *bytes = malloc(n), *p = bytes;
    if (!bytes) return th_why_set(why, TH_ENOMEM, "out of memory while saving %s", path);
    memcpy(p, "THCK", 4);
    p += 4;
    put32(&p, VERSION);
    put64(&p, s->job);
    put64(&p, s->n_params);
    put64(&p, s->n_channels);
    put64(&p, s->step);
    put32(&p, (uint32_t)s->since_best);
    put32(&p, (uint32_t)s->n_epochs);
    for (int32_t i = 0; i < s->n_epochs; i++) {
        const th_epoch_report *e = &s->epochs[i];
        put32(&p, (uint32_t)e->epoch);
        put32(&p, e->best);
        for (int m = 0; m < TH_N_METRICS; m++) put_f64(&p, e->value[m]);
    }
    float *array[8];
    size_t count[8];
    arrays(s, array, count);
    for (int a = 0; a < 8; a++)
        for (size_t i = 0; i < count[a]; i++) {
            uint32_t bits;
            memcpy(&bits, &array[a][i], sizeof bits);
            put32(&p, bits);
        }
    put64(&p, th_fnv1a(TH_FNV1A_START, (th_span){bytes, n - 8}));
    const th_span all = {bytes, n};
    const th_err err = synced ? th_file_write(path, all, why) : th_file_write_unsynced(path, all, why);
    free(bytes);
    return err;
}

static th_err damaged(const char *path, th_why *why)
{
    return th_why_set(why, TH_EFORMAT, "%s is damaged or no checkpoint; train again without --resume", path);
}

static th_err load_bytes(th_train_state *s, const char *path, th_span in, th_why *why)
{
    if (!th_span_has(in, 0, HEAD_BYTES + 8) || memcmp(in.p, "THCK", 4) != 0) return damaged(path, why);
    if (th_le32(in.p + 4) != VERSION)
        return th_why_set(why, TH_EFORMAT,
                          "%s was saved by another version of thimble (form %lu, this one goes on from form %lu only); "
                          "train again without --resume",
                          path, (unsigned long)th_le32(in.p + 4), (unsigned long)VERSION);
    if (th_fnv1a(TH_FNV1A_START, (th_span){in.p, in.n - 8}) != th_le64(in.p + in.n - 8)) return damaged(path, why);
    const uint32_t n_epochs = th_le32(in.p + 44);
    if (th_le64(in.p + 8) != s->job || th_le64(in.p + 16) != s->n_params || th_le64(in.p + 24) != s->n_channels ||
        n_epochs > (uint32_t)s->max_epochs)
        return th_why_set(
            why, TH_EUSAGE,
            "%s belongs to a training of another model, or with other clips or settings; give the same ones "
            "(thimble.ini, preset, seed, epochs, ..), or train without --resume",
            path);
    if (in.n != HEAD_BYTES + n_epochs * (size_t)EPOCH_BYTES + 4 * float_count(s) + 8) return damaged(path, why);
    s->step = th_le64(in.p + 32);
    s->since_best = (int32_t)th_le32(in.p + 40);
    s->n_epochs = (int32_t)n_epochs;
    const uint8_t *p = in.p + HEAD_BYTES;
    for (uint32_t i = 0; i < n_epochs; i++, p += EPOCH_BYTES) {
        th_epoch_report *e = &s->epochs[i];
        *e = (th_epoch_report){.epoch = (int32_t)th_le32(p), .best = th_le32(p + 4) != 0, .restored = true};
        for (int m = 0; m < TH_N_METRICS; m++) e->value[m] = get_f64(p + 8 + 8 * m);
    }
    float *array[8];
    size_t count[8];
    arrays(s, array, count);
    for (int a = 0; a < 8; a++)
        for (size_t i = 0; i < count[a]; i++, p += 4) {
            const uint32_t bits = th_le32(p);
            memcpy(&array[a][i], &bits, sizeof bits);
        }
    return TH_OK;
}

th_err th_checkpoint_load(th_train_state *s, const char *path, th_why *why)
{
    if (!th_file_exists(path))
        return th_why_set(why, TH_ENOENT, "there is no checkpoint %s to go on from; train without --resume", path);
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    const th_err err = load_bytes(s, path, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}
