/* thimble deploy --as firmware --generic, and --as package --send PORT. */
#include "cli/deploy.h"
#include "deploy/export.h"
#include "deploy/send.h"

#include <stdio.h>
#include <stdlib.h>

th_err th_deploy_loader(const th_args *a, const char *out, th_why *why)
{
    const th_board *board;
    th_firmware fw;
    if (a->n_words) return th_why_set(why, TH_EUSAGE, "--generic is for any model: name none, and send one later");
    TH_TRY(th_board_find(th_arg(a, "board"), &board, why));
    const th_err err = th_export_loader(board, out, &fw, why);
    const unsigned long room = board->ram_bytes - fw.ram_bound;
    if (!err && th_arg_on(a, "json"))
        printf("{\"board\":\"%s\",\"flash\":%lu,\"ram_free\":%lu}\n", board->name, (unsigned long)fw.flash, room);
    else if (!err)
        printf("%s: firmware for %s that takes models\n  flash %7lu bytes of %lu\n  RAM   %7lu bytes of %lu are for a "
               "package "
               "and its arena\n",
               out, board->title, (unsigned long)fw.flash, (unsigned long)board->flash_bytes, room,
               (unsigned long)board->ram_bytes);
    th_firmware_free(&fw);
    return err;
}

/* Sizes of the graph's inputs and outputs. */
typedef struct ends {
    uint32_t in[64], out[64];
    uint32_t in_bytes, out_bytes;
    th_sender_sizes sizes;
} ends;

static th_err measure(const th_graph *g, ends *e, th_why *why)
{
    *e = (ends){.sizes = {NULL, NULL, g->n_inputs, g->n_outputs}};
    if (g->n_inputs > 64 || g->n_outputs > 64) return th_why_set(why, TH_ERANGE, "more than 64 inputs or outputs");
    for (int32_t i = 0; i < g->n_inputs; i++)
        e->in_bytes += e->in[i] = (uint32_t)th_tensor_bytes(&g->tensors[g->inputs[i]]);
    for (int32_t i = 0; i < g->n_outputs; i++)
        e->out_bytes += e->out[i] = (uint32_t)th_tensor_bytes(&g->tensors[g->outputs[i]]);
    e->sizes.in = e->in;
    e->sizes.out = e->out;
    return TH_OK;
}

/* Every set of inputs in the file, or as many as the board's sensor gives. */
static th_err run_there(const th_args *a, const th_graph *g, th_sender *s, th_why *why)
{
    ends e;
    int64_t rounds;
    uint8_t *in = NULL;
    size_t n = 0;
    TH_TRY(measure(g, &e, why));
    TH_TRY(th_arg_int(a, "sensor", 1, 1000000, 0, &rounds, why));
    if (th_arg(a, "in")) {
        TH_TRY(th_file_read(th_arg(a, "in"), 0, &in, &n, why));
        rounds = e.in_bytes ? (int64_t)(n / e.in_bytes) : 0;
        if (!rounds || n % e.in_bytes) {
            free(in);
            return th_why_set(why, TH_EUSAGE, "%s has %zu bytes, and the model's inputs are %lu: whole sets are needed",
                              th_arg(a, "in"), n, (unsigned long)e.in_bytes);
        }
    }
    uint8_t *out = malloc((size_t)rounds * e.out_bytes + 1);
    th_err err = out ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    for (int64_t i = 0; i < rounds && !err; i++)
        err = th_sender_run(s, &e.sizes, in ? in + (size_t)i * e.in_bytes : NULL, out + (size_t)i * e.out_bytes, why);
    if (!err && th_arg(a, "to"))
        err = th_file_write(th_arg(a, "to"), (th_span){out, (size_t)rounds * e.out_bytes}, why);
    if (!err && rounds && !th_arg_on(a, "json"))
        printf("%lld runs on the board; %lu bytes of output each\n", (long long)rounds, (unsigned long)e.out_bytes);
    free(in);
    free(out);
    return err;
}

static th_err send(const th_args *a, const th_target *t, const th_packed *packed, th_why *why)
{
    const char *port = th_arg(a, "send");
    th_sender *s = NULL;
    th_sender_board board;
    uint32_t memory = 0;
    TH_TRY(th_sender_open(port, &s, &board, why));
    th_err err = th_sender_package(s, (th_span){packed->bytes, packed->run_bytes}, packed->memory[0], &memory, why);
    if (!err && th_arg_on(a, "json"))
        printf("{\"sent_bytes\":%zu,\"memory_bytes\":%lu,\"board_memory\":%lu,\"isa\":\"%s\"}\n", packed->run_bytes,
               (unsigned long)memory, (unsigned long)board.memory, board.isa);
    else if (!err)
        printf("%s: package of %zu bytes sent, and it runs in %lu bytes more; the board has %lu\n", port,
               packed->run_bytes, (unsigned long)memory, (unsigned long)board.memory);
    if (!err) err = run_there(a, &t->model->graphs[0], s, why);
    th_sender_close(s);
    return err;
}

th_err th_deploy_send(const th_args *a, const th_target *t, th_why *why)
{
    th_packed packed = {0};
    th_err err = th_package_make(t->plan, t->model, &packed, why);
    if (!err) err = send(a, t, &packed, why);
    th_packed_free(&packed);
    return err;
}
