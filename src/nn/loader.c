#include "nn/loader.h"

#include "nn/package_format.h"

#include <string.h>

/* An answer as it grows, in l->out behind the frame's head. */
typedef struct answer {
    uint8_t *p; /* [TH_FRAME_MOST] */
    uint16_t n;
} answer;

static void add(answer *a, int32_t bytes, uint32_t v)
{
    th_frame_put(a->p + a->n, bytes, v);
    a->n = (uint16_t)(a->n + bytes);
}

/* As much of a text as there is room for. */
static void add_text(answer *a, const char *text)
{
    while (text && *text && a->n < TH_FRAME_MOST) a->p[a->n++] = (uint8_t)*text++;
}

static th_err fails(answer *a, th_err err, const char *text)
{
    add_text(a, text);
    return err;
}

static th_err hello(th_loader *l, answer *a)
{
    const char *isa = l->kernels->isa ? l->kernels->isa : "plain";
    const uint16_t from = a->n;
    add(a, 2, TH_LOADER_PROTOCOL);
    add(a, 2, TH_LOADER_DATA);
    add(a, 4, l->bytes);
    add(a, 4, l->ready ? l->crc : 0);
    add_text(a, isa);
    while (a->n < from + 28u) add(a, 1, 0);
    return TH_OK;
}

/* Bytes of memory behind the package, which ends at a multiple of 16. */
static uint32_t behind(const th_loader *l)
{
    const uint32_t end = (l->want + 15u) & ~(uint32_t)15u;
    return end > l->bytes ? 0 : l->bytes - end;
}

static th_err begin(th_loader *l, const th_frame *f, answer *a)
{
    if (f->n != 12) return fails(a, TH_EFORMAT, "BEGIN has 12 bytes");
    l->ready = 0;
    l->want = th_frame_get(f->payload, 4);
    l->crc = th_frame_get(f->payload + 4, 4);
    l->have = 0;
    if (l->want >= TH_THM_HEADER && l->want <= l->bytes && th_frame_get(f->payload + 8, 4) <= behind(l)) return TH_OK;
    l->want = 0;
    return fails(a, TH_ERANGE, "the package and the memory that it runs in do not fit into this board's memory");
}

static th_err data(th_loader *l, const th_frame *f, answer *a)
{
    uint32_t crc, at, n;
    if (f->n < 8) return fails(a, TH_EFORMAT, "DATA has 8 bytes or more");
    crc = th_frame_get(f->payload, 4);
    at = th_frame_get(f->payload + 4, 4);
    n = (uint32_t)f->n - 8;
    if (!l->want || crc != l->crc || l->ready)
        return fails(a, TH_ENOENT, "these bytes belong to no package that has begun");
    if (at > l->have || n > l->want - at) return fails(a, TH_ERANGE, "bytes are missing before these, or too many");
    if (at + n > l->have) {
        memcpy(l->memory + l->have, f->payload + 8 + (l->have - at), at + n - l->have);
        l->have = at + n;
    }
    add(a, 4, l->have);
    return TH_OK;
}

static th_err open_package(th_loader *l, answer *a)
{
    const th_span whole = {l->memory, l->want};
    th_diag diag = {0, NULL};
    th_err err;
    if (!l->want || l->have != l->want) return fails(a, TH_ETRUNC, "the package is not complete");
    if (th_frame_get(l->memory + TH_THM_AT_CRC, 4) != l->crc)
        return fails(a, TH_EFORMAT, "another package was announced");
    err = th_package_open(&l->package, whole, l->kernels, &diag);
    if (err) {
        add_text(a, diag.msg);
        if (l->package.missing) {
            add_text(a, ": ");
            add_text(a, l->package.missing);
        }
        return err;
    }
    if (l->package.memory_bytes > behind(l))
        return fails(a, TH_ENOMEM, "the package fits, but not with the memory that it needs to run");
    err = th_package_start(&l->package, l->memory + (l->bytes - behind(l)), behind(l));
    if (err) return fails(a, err, "it does not start");
    l->ready = 1;
    add(a, 4, (uint32_t)l->package.memory_bytes);
    add(a, 2, l->package.n_inputs);
    add(a, 2, l->package.n_outputs);
    return TH_OK;
}

static th_err input(th_loader *l, const th_frame *f, answer *a)
{
    uint32_t i, at, n;
    if (f->n < 6) return fails(a, TH_EFORMAT, "INPUT has 6 bytes or more");
    i = th_frame_get(f->payload, 2);
    at = th_frame_get(f->payload + 2, 4);
    n = (uint32_t)f->n - 6;
    if (i >= l->package.n_inputs) return fails(a, TH_ERANGE, "there is no such input");
    if (at > th_package_describe(&l->package, i).bytes || n > th_package_describe(&l->package, i).bytes - at)
        return fails(a, TH_ERANGE, "the input is not that long");
    memcpy((uint8_t *)th_package_input(&l->package, i) + at, f->payload + 6, n);
    return TH_OK;
}

static th_err output(th_loader *l, const th_frame *f, answer *a)
{
    uint32_t i, at, n, bytes;
    if (f->n != 8) return fails(a, TH_EFORMAT, "OUTPUT has 8 bytes");
    i = th_frame_get(f->payload, 2);
    at = th_frame_get(f->payload + 2, 4);
    n = th_frame_get(f->payload + 6, 2);
    if (i >= l->package.n_outputs) return fails(a, TH_ERANGE, "there is no such output");
    bytes = th_package_describe(&l->package, l->package.n_inputs + i).bytes;
    if (n > TH_LOADER_DATA || at > bytes || n > bytes - at) return fails(a, TH_ERANGE, "the output is not that long");
    memcpy(a->p + a->n, (const uint8_t *)th_package_output(&l->package, i) + at, n);
    a->n = (uint16_t)(a->n + n);
    return TH_OK;
}

static th_err invoke(th_loader *l, answer *a)
{
    return th_package_invoke(&l->package) ? fails(a, TH_EENDLESS, "its loops do not come to an end") : TH_OK;
}

static th_err sense(th_loader *l, answer *a)
{
    uint32_t i;
    if (!l->sensor) return fails(a, TH_EUNSUP, "this board has no sensor to read");
    for (i = 0; i < l->package.n_inputs; i++) {
        const uint32_t n = th_package_describe(&l->package, i).bytes;
        if (l->sensor(l->ctx, th_package_input(&l->package, i), n) != (int32_t)n)
            return fails(a, TH_ETRUNC, "the sensor has come to its end");
    }
    return invoke(l, a);
}

/* What changes more than the memory that it names is not done twice, should its answer have been lost. */
static int32_t is_repeated(const th_loader *l, const th_frame *f)
{
    return (f->kind == TH_LOADER_INVOKE || f->kind == TH_LOADER_SENSOR) && l->last_kind == f->kind &&
           l->last_number == f->number;
}

static th_err obey(th_loader *l, const th_frame *f, answer *a)
{
    if (is_repeated(l, f)) return (th_err)-l->last_status;
    if (f->kind == TH_LOADER_HELLO) return hello(l, a);
    if (f->kind == TH_LOADER_BEGIN) return begin(l, f, a);
    if (f->kind == TH_LOADER_BYTES) return data(l, f, a);
    if (f->kind < TH_LOADER_HELLO || f->kind > TH_LOADER_SENSOR) return fails(a, TH_EUNSUP, "there is no such command");
    if (f->kind == TH_LOADER_END) return open_package(l, a);
    if (!l->ready) return fails(a, TH_ENOENT, "there is no model: send one first");
    if (f->kind == TH_LOADER_INPUT) return input(l, f, a);
    if (f->kind == TH_LOADER_OUTPUT) return output(l, f, a);
    if (f->kind == TH_LOADER_INVOKE) return invoke(l, a);
    if (f->kind == TH_LOADER_SENSOR) return sense(l, a);
    th_package_reset(&l->package);
    return TH_OK;
}

void th_loader_take(th_loader *l, uint8_t byte)
{
    th_frame f, reply;
    answer a;
    uint8_t status;
    if (!th_frame_take(&l->reader, byte, &f) || f.kind & TH_LOADER_ANSWER) return;
    a.p = l->out + 6;
    a.n = 1;
    status = (uint8_t)-obey(l, &f, &a);
    a.p[0] = status;
    l->last_kind = f.kind;
    l->last_number = f.number;
    l->last_status = status;
    reply.kind = f.kind | TH_LOADER_ANSWER;
    reply.number = f.number;
    reply.payload = a.p;
    reply.n = a.n;
    l->send(l->ctx, l->out, th_frame_write(&reply, l->out));
}
