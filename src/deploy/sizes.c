#include "deploy/sizes.h"

#include "deploy/codegen_priv.h"

#include <stdlib.h>
#include <string.h>

/* Of the loops over row bands, about, as gcc 12 makes them for a Cortex-M4. */
enum { LOOP_BYTES = 40, COLUMN_BYTES = 9 };

typedef struct sum {
    int core;
    uint8_t *done; /* [rows of the table] */
    uint32_t bytes;
    int32_t unknown;
} sum;

static int core_of(const th_board *board)
{
    for (int k = 0; th_sizes_core[k]; k++)
        if (strcmp(th_sizes_core[k], board->core->name) == 0) return k;
    return -1;
}

static size_t n_rows(void)
{
    size_t n = 0;
    while (th_sizes_table[n].name) n++;
    return n;
}

/* The row with this name of `len` letters, or with this function in any file; -1: none. */
static int32_t find(const char *name, size_t len)
{
    for (int32_t i = 0; th_sizes_table[i].name; i++) {
        const char *row = th_sizes_table[i].name, *colon = strchr(row, ':');
        if (strlen(row) == len && memcmp(row, name, len) == 0) return i;
        if (colon && strlen(colon + 1) == len && memcmp(colon + 1, name, len) == 0) return i;
    }
    return -1;
}

/* A row and all that it needs, once. Chains are short: a kernel, its helpers, theirs. */
static void take(sum *s, int32_t row)
{
    if (row < 0 || s->done[row]) return;
    s->done[row] = 1;
    s->bytes += th_sizes_table[row].bytes[s->core];
    for (const char *c = th_sizes_table[row].needs; *c;) {
        const size_t n = strcspn(c, "@");
        char *end;
        const unsigned long cores = strtoul(c + n + 1, &end, 16);
        if (cores >> s->core & 1) take(s, find(c, n));
        c = end + (*end == ' ');
    }
}

static uint32_t size_of(const char *name, int core)
{
    const int32_t row = find(name, strlen(name));
    return row < 0 ? 0 : th_sizes_table[row].bytes[core];
}

/* Of a field in the device's struct, and of its array behind a pointer unless that is the model's, or an earlier one.
 */
static uint32_t field_bytes(const th_plan *plan, int32_t step, size_t field)
{
    const th_step *s = &plan->steps[step];
    const th_field *f = &s->fields[field];
    size_t first = field;
    const void *data;
    int32_t n;
    if (f->kind == TH_FIELD_I64) return 8;
    if (f->kind == TH_FIELD_I32_FIXED) return (uint32_t)(4 * f->count);
    if (f->kind < TH_FIELD_S8_ARRAY) return 4;
    memcpy(&data, (const char *)s->par + f->offset, sizeof data);
    if (!data || th_field_is_model(f) || th_plan_first_array(plan, step, &first) < step || first != field) return 4;
    memcpy(&n, (const char *)s->par + f->count, sizeof n);
    return 4 + (uint32_t)(((size_t)n * th_field_element_bytes(f->kind) + 3) / 4 * 4);
}

static void add_steps(sum *s, const th_plan *plan)
{
    for (int32_t i = 0; i < plan->graph->n_nodes; i++) {
        const th_step *step = &plan->steps[i];
        if (step->control != TH_CONTROL_KERNEL) continue;
        const int32_t row = find(step->kernel_name, strlen(step->kernel_name));
        take(s, row);
        if (row < 0) s->bytes += TH_SIZES_KERNEL;
        s->unknown += row < 0;
        const bool own = step->par_type && th_plan_first_par(plan, i) == i;
        for (size_t k = 0; own && k < step->n_fields; k++) s->bytes += field_bytes(plan, i, k);
        s->bytes += 4 * (uint32_t)((step->n_in ? step->n_in : 1) + (step->n_out ? step->n_out : 1));
    }
    for (int32_t i = 0; i < plan->n_bands; i++) {
        size_t columns;
        const size_t words = th_code_band_words(plan, i, &columns);
        s->bytes += (uint32_t)(4 * words + LOOP_BYTES + COLUMN_BYTES * columns);
    }
    for (int32_t k = 0; k < plan->n_sub; k++)
        if (plan->sub[k]) add_steps(s, plan->sub[k]);
}

uint32_t th_sizes_bands_ram(const th_plan *plan)
{
    uint32_t bytes = 0;
    for (int32_t i = 0; i < plan->graph->n_nodes; i++) {
        const th_step *s = &plan->steps[i];
        const bool changes = th_code_par_changes(plan, i);
        for (size_t k = 0; k < s->n_fields; k++) {
            const th_field *f = &s->fields[k];
            const uint32_t all = field_bytes(plan, i, k), array = f->kind < TH_FIELD_S8_ARRAY ? 0 : all - 4;
            if (changes) bytes += all - array;
            if (array && th_code_member_changes(plan, i, k)) bytes += array;
        }
        if (th_code_place_moves(plan, i, true)) bytes += 4 * (uint32_t)s->n_in;
        if (th_code_place_moves(plan, i, false)) bytes += 4 * (uint32_t)s->n_out;
    }
    return bytes;
}

th_err th_sizes_code(const th_plan *plan, const th_board *board, uint32_t *bytes, int32_t *unknown, th_why *why)
{
    static const char *const always[] = {
        "cortexm:.vectors",      "riscv:.vectors",     "cortexm:device_trap",  "main:main",
        "cortexm:device_entry",  "riscv:device_entry", "model_one:model_init", "model_one:model_input",
        "model_one:model_output"};
    sum s = {.core = core_of(board), .done = calloc(n_rows() + 1, 1)};
    if (!s.done) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (s.core < 0) {
        free(s.done);
        return th_why_set(why, TH_ENOENT, "%s is not in the table of sizes: make size-table writes it again",
                          board->core->name);
    }
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) take(&s, find(always[i], strlen(always[i])));
    const uint32_t one = size_of("model_one:model_invoke", s.core), nine = size_of("model_nine:model_invoke", s.core);
    s.bytes += 8 + one + (nine - one) * (uint32_t)(plan->graph->n_nodes - 1) / 8; /* and the two lists of sizes */
    add_steps(&s, plan);
    *bytes = s.bytes;
    *unknown = s.unknown;
    free(s.done);
    return TH_OK;
}
