/* What takes the memory, symbol by symbol, as JSON. */
#include "cli/emulate.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SYMBOLS = 40 };

static bool is_table(const char *name)
{
    static const char *const table[] = {"window", "twiddle", "mel_start", "mel_bin",  "mel_weight",
                                        "dct",    "mean",    "inv_std",   "frontend", "map"};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(name, table[i]) == 0) return true;
    return false;
}

/* What generated names stand for: t7 is the constant tensor 7, p3_1 belongs to the parameters of step 3. */
static const char *kind_of(const th_graph *g, const th_symbol *s, const char **title)
{
    char *end;
    const long number = strtol(s->name + 1, &end, 10);
    *title = s->name;
    if (s->ram) return strcmp(s->name, "arena") == 0 ? "arena" : "buffer";
    if (s->name[0] == 't' && s->weights && number >= 0 && number < g->n_tensors) *title = g->tensors[number].name;
    if (s->weights) return "weights";
    if (s->name[0] == 'p' && end > s->name + 1 && (!*end || *end == '_')) return "parameters";
    return is_table(s->name) ? "tables" : "program";
}

void th_session_sizes(th_session *s)
{
    const th_firmware *fw = &s->fw;
    const th_graph *g = s->t.plan->graph;
    json_int_t parameters = 0, tables = 0;
    json_t *list[2] = {json_array(), json_array()}; /* flash, RAM */
    for (size_t i = 0; i < fw->n_symbols; i++) {
        const th_symbol *y = &fw->symbol[i];
        const char *title, *kind = kind_of(g, y, &title);
        if (strcmp(kind, "parameters") == 0) parameters += y->bytes;
        if (strcmp(kind, "tables") == 0) tables += y->bytes;
        if (json_array_size(list[y->ram]) < MOST_SYMBOLS)
            json_array_append_new(
                list[y->ram], json_pack("{s:s,s:s,s:I}", "name", title, "kind", kind, "bytes", (json_int_t)y->bytes));
    }
    json_t *o =
        json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "board", s->t.board->name, "flash",
                  (json_int_t)fw->flash, "flash_code", (json_int_t)fw->flash_code, "flash_model",
                  (json_int_t)fw->flash_model, "flash_limit", (json_int_t)s->t.board->flash_bytes, "ram_limit",
                  (json_int_t)s->t.board->ram_bytes, "arena", (json_int_t)fw->arena, "static", (json_int_t)fw->fixed,
                  "stack_bound", (json_int_t)fw->stack, "listener_bytes", (json_int_t)fw->listener);
    json_object_set_new(o, "flash_parts",
                        json_pack("{s:I,s:I,s:I,s:I}", "weights", (json_int_t)fw->flash_model, "parameters", parameters,
                                  "tables", tables, "program",
                                  (json_int_t)fw->flash - fw->flash_model - parameters - tables));
    json_object_set_new(o, "flash_by_symbol", list[0]);
    json_object_set_new(o, "ram_by_symbol", list[1]);
    json_object_update(s->out, o);
    json_decref(o);
}

void th_session_memory(th_session *s, const th_emulation *e)
{
    json_object_set_new(s->out, "stack", json_integer(e->stack));
    json_object_set_new(s->out, "ram", json_integer((json_int_t)s->fw.arena + s->fw.fixed + e->stack));
}
