/* Operators in row bands as C: one loop over groups of bands that differ in addresses only, in it one over their bands.
 *
 *   static const int32_t bands0[] = {1, in_h, .., 0, 0,  4, in_h, .., 1152, 768,  ..};      a row for each group
 *   for (v = bands0; v != bands0 + 30; v += 10) {
 *       p0.win.in_h = v[1]; ..                        what of the parameters is not the same in all bands
 *       in0[0] = arena.byte + v[8]; ..                where the first band of the group begins
 *       for (n = v[0]; n > 0; n--) {
 *           th_conv_2d_s8(&p0, in0, out0, ..); ..     the operators
 *           in0[0] = (const uint8_t *)in0[0] + 1152;  to the next band
 *       }
 *   } */
#include "base/text.h"
#include "deploy/codegen_priv.h"

#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 256

/* Something that is not the same in all bands: a member of operator j's parameters, or a place. */
typedef struct column {
    int32_t j;
    const th_field *field; /* NULL: a place */
    int32_t k, index;      /* number of the member; in its array */
    int32_t end;           /* of input 0 or 1, or -1: of the output */
    size_t base;           /* byte of the tensor */
} column;

typedef struct table {
    const th_plan *plan;
    const th_bands *b;
    column c[MOST_COLUMNS]; /* members, then places */
    int32_t n, n_members;
} table;

static const th_band_part *part_of(const th_bands *b, int32_t band, int32_t j, int32_t end)
{
    const th_band_ends *ends = &b->ends[band * b->n_nodes + j];
    return end < 0 ? &ends->out : &ends->in[end];
}

static int32_t member(const th_bands *b, int32_t band, int32_t j, const th_field *f, int32_t index)
{
    int32_t v;
    const char *in_struct = (const char *)b->step[band * b->n_nodes + j].par + f->offset, *list = in_struct;
    if (f->kind == TH_FIELD_I32_ARRAY) memcpy(&list, in_struct, sizeof list);
    memcpy(&v, list + 4 * (size_t)index, sizeof v);
    return v;
}

/* int32 numbers of the member; only those change, and arrays of the model never. */
static int32_t numbers(const th_step *s, const th_field *f)
{
    int32_t n;
    const void *array;
    if (f->kind == TH_FIELD_I32) return 1;
    if (f->kind == TH_FIELD_I32_FIXED) return (int32_t)f->count;
    if (f->kind != TH_FIELD_I32_ARRAY || th_field_is_model(f)) return 0;
    memcpy(&array, (const char *)s->par + f->offset, sizeof array);
    memcpy(&n, (const char *)s->par + f->count, sizeof n);
    return array ? n : 0;
}

static bool number_changes(const th_bands *b, int32_t j, const th_field *f, int32_t index)
{
    bool changes = false;
    for (int32_t k = 1; k < b->n; k++) changes |= member(b, k, j, f, index) != member(b, 0, j, f, index);
    return changes;
}

static bool place_moves(const th_bands *b, int32_t j, int32_t end)
{
    bool moves = false;
    for (int32_t k = 0; end < TH_BAND_INPUTS && k < b->n; k++) moves |= part_of(b, k, j, end)->at != 0;
    return moves;
}

bool th_code_member_changes(const th_plan *plan, int32_t node, size_t k)
{
    int32_t j;
    const int32_t i = th_bands_of(plan, node, &j);
    const th_step *s = &plan->steps[node];
    bool changes = false;
    for (int32_t n = 0; i >= 0 && n < numbers(s, &s->fields[k]); n++)
        changes |= number_changes(&plan->bands[i], j, &s->fields[k], n);
    return changes;
}

bool th_code_par_changes(const th_plan *plan, int32_t node)
{
    const th_step *s = &plan->steps[node];
    bool changes = false;
    for (size_t k = 0; k < s->n_fields; k++)
        changes |= s->fields[k].kind < TH_FIELD_S8_ARRAY && th_code_member_changes(plan, node, k);
    return changes;
}

bool th_code_place_moves(const th_plan *plan, int32_t node, bool input)
{
    int32_t j;
    const int32_t i = th_bands_of(plan, node, &j);
    if (i < 0) return false;
    return input ? place_moves(&plan->bands[i], j, 0) || place_moves(&plan->bands[i], j, 1)
                 : place_moves(&plan->bands[i], j, -1);
}

static th_err add(table *t, column c)
{
    if (t->n == MOST_COLUMNS) return TH_ERANGE;
    t->c[t->n++] = c;
    return TH_OK;
}

static th_err find_columns(const th_plan *plan, int32_t i, table *t)
{
    const th_bands *b = &plan->bands[i];
    t->plan = plan;
    t->b = b;
    t->n = 0;
    for (int32_t j = 0; j < b->n_nodes; j++)
        for (size_t k = 0; k < b->step[j].n_fields; k++) {
            const th_field *f = &b->step[j].fields[k];
            for (int32_t n = 0; n < numbers(&b->step[j], f); n++)
                if (number_changes(b, j, f, n))
                    TH_TRY(add(t, (column){.j = j, .field = f, .k = (int32_t)k, .index = n}));
        }
    t->n_members = t->n;
    for (int32_t j = 0; j < b->n_nodes; j++) {
        const th_node *node = &plan->graph->nodes[plan->order[b->first + j]];
        for (int32_t end = -1; end < TH_BAND_INPUTS && end < b->step[j].n_in; end++)
            if (place_moves(b, j, end))
                TH_TRY(
                    add(t, (column){.j = j, .end = end, .base = plan->offset[end < 0 ? node->out[0] : node->in[end]]}));
    }
    return TH_OK;
}

/* Bytes from one band's place to the next one's: the same between all but the first, which may begin in the padding. */
static size_t stride_of(const table *t, const column *c)
{
    const int32_t to = t->b->n > 2 ? 2 : 1;
    return part_of(t->b, to, c->j, c->end)->at - part_of(t->b, to - 1, c->j, c->end)->at;
}

/* Whether the band follows the one before it in the same group. */
static bool follows(const table *t, int32_t band)
{
    bool yes = true;
    for (int32_t i = 0; i < t->n; i++) {
        const column *c = &t->c[i];
        if (c->field)
            yes &= member(t->b, band, c->j, c->field, c->index) == member(t->b, band - 1, c->j, c->field, c->index);
        else
            yes &= part_of(t->b, band, c->j, c->end)->at == part_of(t->b, band - 1, c->j, c->end)->at + stride_of(t, c);
    }
    return yes;
}

static int32_t count_groups(const table *t)
{
    int32_t n = 1;
    for (int32_t k = 1; k < t->b->n; k++) n += !follows(t, k);
    return n;
}

size_t th_code_band_words(const th_plan *plan, int32_t i, size_t *columns)
{
    table *t = malloc(sizeof *t);
    size_t words = 0;
    *columns = 0;
    if (t && !find_columns(plan, i, t)) {
        words = (size_t)count_groups(t) * (size_t)(t->n + 1);
        *columns = (size_t)t->n;
    }
    free(t);
    return words;
}

static void write_rows(th_writer *w, const table *t)
{
    for (int32_t band = 0, n; band < t->b->n; band += n) {
        for (n = 1; band + n < t->b->n && follows(t, band + n); n++) {
        }
        th_writer_add(w, "%s\n    %d", band ? "," : "", (int)n);
        for (int32_t i = 0; i < t->n; i++) {
            const column *c = &t->c[i];
            th_writer_add(w, ", ");
            if (c->field)
                th_writer_int(w, member(t->b, band, c->j, c->field, c->index));
            else
                th_writer_add(w, "%zu", c->base + part_of(t->b, band, c->j, c->end)->at);
        }
    }
}

th_err th_code_band_tables(th_writer *w, const th_plan *plan, th_why *why)
{
    table *t = malloc(sizeof *t);
    th_err err = t ? TH_OK : TH_ENOMEM;
    for (int32_t i = 0; !err && i < plan->n_bands; i++) {
        err = find_columns(plan, i, t);
        if (err) break;
        const th_bands *b = t->b;
        th_writer_add(w,
                      "\n/* %d operators in %d bands: how many are alike, what changes in their parameters, bytes */\n",
                      (int)b->n_nodes, (int)b->n);
        th_writer_add(w, "static const int32_t bands%d[%d] = {", (int)i, (int)(count_groups(t) * (t->n + 1)));
        write_rows(w, t);
        th_writer_add(w, "\n};\n");
    }
    free(t);
    return err ? th_why_set(why, err,
                            err == TH_ENOMEM ? "out of memory while writing C"
                                             : "operators in bands have too many parameters that change")
               : TH_OK;
}

/* The places that change, set to `from` or moved on. */
static void write_place(th_writer *w, const table *t, const column *c, int32_t v)
{
    const int node = (int)t->plan->order[t->b->first + c->j];
    const char *type = c->end < 0 ? "uint8_t" : "const uint8_t";
    char list[32];
    if (c->end < 0)
        th_text_fmt(list, sizeof list, "out%d[0]", node);
    else
        th_text_fmt(list, sizeof list, "in%d[%d]", node, (int)c->end);
    if (v)
        th_writer_add(w, "        %s = arena.byte + v[%d];\n", list, (int)v);
    else
        th_writer_add(w, "            %s = (%s *)%s + %zu;\n", list, type, list, stride_of(t, c));
}

th_err th_code_band_loop(th_writer *w, const th_plan *plan, int32_t i, void (*call)(th_writer *, const th_plan *, int),
                         th_why *why)
{
    table *t = malloc(sizeof *t);
    if (!t || find_columns(plan, i, t)) {
        free(t);
        return th_why_set(why, TH_ENOMEM, "out of memory while writing C");
    }
    const int width = (int)t->n + 1, all = (int)count_groups(t) * width;
    th_writer_add(w, "    for (v = bands%d; v != bands%d + %d; v += %d) {\n", (int)i, (int)i, all, width);
    for (int32_t c = 0; c < t->n_members; c++) {
        const column *of = &t->c[c];
        const int node = (int)plan->order[t->b->first + of->j];
        if (of->field->kind == TH_FIELD_I32_ARRAY) /* as codegen.c names it */
            th_writer_add(w, "        p%d_%d", node, (int)of->k);
        else
            th_writer_add(w, "        p%d.%s", node, of->field->name);
        if (of->field->kind != TH_FIELD_I32) th_writer_add(w, "[%d]", (int)of->index);
        th_writer_add(w, " = v[%d];\n", (int)c + 1);
    }
    for (int32_t c = t->n_members; c < t->n; c++) write_place(w, t, &t->c[c], c + 1);
    th_writer_add(w, "        for (n = v[0]; n > 0; n--) {\n");
    for (int32_t j = 0; j < t->b->n_nodes; j++) call(w, plan, (int)plan->order[t->b->first + j]);
    for (int32_t c = t->n_members; c < t->n; c++) write_place(w, t, &t->c[c], 0);
    th_writer_add(w, "        }\n    }\n");
    free(t);
    return TH_OK;
}
