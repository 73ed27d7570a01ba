#include "model/package_priv.h"

#include "base/crc.h"
#include "base/text.h"
#include "model/pipeline.h"
#include "nn/kernels.h"
#include "nn/package_format.h"

#include <stdlib.h>
#include <string.h>

bool th_is_package(th_span bytes)
{
    return bytes.n >= 4 && memcmp(bytes.p, TH_THM_MAGIC, 4) == 0;
}

bool th_package_runs_here(th_isa isa)
{
    return th_isa_runs_here(isa) || isa == TH_ISA_SCALAR || isa == TH_ISA_ARM_DSP || isa == TH_ISA_ARM_MVE;
}

/* Puts the pieces of the model's file together. */
static th_err join(th_span file, uint32_t run, uint8_t **model, size_t *n_model, th_why *why)
{
    const uint32_t n = file.n - run >= 8 ? th_le32(file.p + run) : 0, bytes = n ? th_le32(file.p + run + 4) : 0;
    if (n == 0 || n > (file.n - run - 8) / TH_THM_PIECE || bytes > TH_THM_PLACE_BYTE)
        return th_why_set(why, TH_EFORMAT, "byte %lu: no model stands behind the run part", (unsigned long)run);
    size_t left = bytes;
    uint8_t *to = malloc((size_t)bytes + 1);
    if (!to) return th_why_set(why, TH_ENOMEM, "no memory for a model of %lu bytes", (unsigned long)bytes);
    for (uint32_t i = 0; i < n; i++) {
        const size_t row = run + 8 + i * TH_THM_PIECE;
        const uint32_t at = th_le32(file.p + row), count = th_le32(file.p + row + 4);
        if (!th_span_has(file, at, count) || count > left) {
            free(to);
            return th_why_set(why, TH_EFORMAT, "byte %zu: a piece of the model does not lie in the package", row);
        }
        memcpy(to + bytes - left, file.p + at, count);
        left -= count;
    }
    if (left) {
        free(to);
        return th_why_set(why, TH_EFORMAT, "byte %lu: pieces of the model are missing", (unsigned long)run);
    }
    *model = to;
    *n_model = bytes;
    return TH_OK;
}

/* The package of the model that it holds must be itself. */
static th_err check_same(th_span file, const th_model *model, th_span tflite, th_isa isa, th_why *why)
{
    char made_by[TH_THM_TEXT];
    th_plan *plan = NULL;
    th_packed again = {0};
    memcpy(made_by, file.p + TH_THM_AT_MADE_BY, sizeof made_by);
    const bool banded = th_le16(file.p + TH_THM_AT_BANDED) != 0;
    th_err err = banded ? th_plan_make_banded(&model->graphs[0], isa, &plan, why)
                        : th_plan_make_for(&model->graphs[0], isa, &plan, why);
    if (!err) err = th_package_pack(plan, th_model_metadata(model, TH_PIPELINE_METADATA), tflite, made_by, &again, why);
    size_t at = 0;
    while (!err && at < again.n && at < file.n && again.bytes[at] == file.p[at]) at++;
    if (!err && (at < again.n || at < file.n))
        err = th_why_set(why, TH_EFORMAT,
                         "byte %zu: what it would run is not what its model gives here. It was written by %s; if you "
                         "trust it, write it again from the .tflite file: thimble deploy MODEL.tflite --as package",
                         at, made_by);
    th_packed_free(&again);
    th_plan_free(plan);
    return err;
}

/* Magic, version, lengths, checksums and structure, by the reader that runs it; kernels are not asked for. */
static th_err check_outside(th_span file, th_isa *isa, th_why *why)
{
    const th_kernel_set any = {th_kernels_here.row, th_kernels_here.n, NULL};
    th_diag diag = {0, "it cannot be read"};
    th_package p;
    const th_err err = th_package_open(&p, file, &any, &diag);
    if (err)
        return th_why_set(why, err, "byte %zu: %s%s%s", diag.pos, diag.msg, p.missing ? ": " : "",
                          p.missing ? p.missing : "");
    const uint32_t run = th_le32(file.p + TH_THM_AT_RUN);
    if (file.n == run && th_le32(file.p + TH_THM_AT_FILE) > run)
        return th_why_set(why, TH_ETRUNC, "this is only the part for a device; the whole package has %lu bytes",
                          (unsigned long)th_le32(file.p + TH_THM_AT_FILE));
    if (file.n != th_le32(file.p + TH_THM_AT_FILE))
        return th_why_set(why, file.n < th_le32(file.p + TH_THM_AT_FILE) ? TH_ETRUNC : TH_EFORMAT,
                          "it has %zu bytes and says %lu", file.n, (unsigned long)th_le32(file.p + TH_THM_AT_FILE));
    if (th_crc32c(0, file.p + run, file.n - run) != th_le32(file.p + TH_THM_AT_HOST_CRC))
        return th_why_set(why, TH_EFORMAT, "the checksum of the model in it is wrong: the package is damaged");
    *isa = th_isa_find((const char *)file.p + TH_THM_AT_ISA);
    return *isa < TH_ISA_N ? TH_OK
                           : th_why_set(why, TH_EUNSUP, "it is packed for \"%s\", which this thimble does not know",
                                        (const char *)file.p + TH_THM_AT_ISA);
}

static th_err open_aligned(th_span file, th_model **model, th_isa *isa, th_why *why)
{
    uint8_t *tflite = NULL;
    size_t n = 0;
    th_isa own = TH_ISA_N;
    *model = NULL;
    TH_TRY(check_outside(file, &own, why));
    TH_TRY(join(file, th_le32(file.p + TH_THM_AT_RUN), &tflite, &n, why));
    th_err err = th_model_view_tflite((th_span){tflite, n}, model, why);
    if (!err) err = check_same(file, *model, (th_span){tflite, n}, own, why);
    if (err) {
        th_model_free(*model);
        *model = NULL;
        free(tflite);
        return err;
    }
    (*model)->file = tflite;
    if (isa) *isa = own;
    return TH_OK;
}

th_err th_package_model(th_span file, th_model **model, th_isa *isa, th_why *why)
{
    if ((uintptr_t)file.p % TH_THM_ALIGN == 0) return open_aligned(file, model, isa, why);
    uint8_t *copy = aligned_alloc(TH_THM_ALIGN, (file.n / TH_THM_ALIGN + 1) * TH_THM_ALIGN);
    if (!copy) return th_why_set(why, TH_ENOMEM, "no memory for a package of %zu bytes", file.n);
    memcpy(copy, file.p, file.n);
    const th_err err = open_aligned((th_span){copy, file.n}, model, isa, why);
    free(copy);
    return err;
}
