/* tests/tflm.h -- cases of one operator give what TensorFlow Lite Micro (commit 90b983c2) gives.
 *
 * tflm.rows has, for each test, operator and type, what TFLM's outputs were: a hash of the whole numbers, and a sum
 * that stands for the floats.  So a checkout alone tests them.
 *   THIMBLE_TFLM=PROGRAM   is called as `PROGRAM MODEL IN OUT` (as `thimble run` works; it may invoke several times)
 * and runs each case again: whole numbers have to be equal, floats within 1e-5 of the largest THIMBLE_ROWS=FILE the
 * rows of such a run are added there; tools/tflm.sh makes tflm.rows of them */
#ifndef TH_TEST_TFLM_H
#define TH_TEST_TFLM_H

#include "conformance.h"
#include "test.h"

#include "base/hash.h"
#include "base/rng.h"

#include <math.h>
#include <unistd.h>

#define TFLM_ROWS     160
#define TFLM_MESSAGES 3 /* of one operator and type; the others are counted */

typedef struct tflm_row {
    const char *test, *op, *type; /* "test_conv", "CONV_2D", "int8/int4" */
    int32_t cases;
    uint64_t hash; /* FNV-1a of all outputs that are not float, one case after the other */
    double sum;    /* of all float outputs, over the largest of their tensor, times random numbers in (-1, 1) */
} tflm_row;

static const tflm_row tflm_rows[] = {
#include "tflm.rows"
};

/* A model of one operator, and what went in and came out of one invoke or several, one tensor after the other. */
typedef struct tflm_case {
    const th_node *node;
    const th_tensor *tensors;
    const int32_t *fed; /* [n_fed] the model's inputs; constants have their bytes in the tensor */
    int32_t n_fed;
    const uint8_t *in, *made;
    const uint8_t *open; /* NULL, or 1 for each byte that TFLM leaves as it was */
    size_t n_in, n_made;
    const th_model *model; /* NULL: of the node alone */
} tflm_case;

/* What this program has seen. */
typedef struct tflm_book {
    tflm_row row[TFLM_ROWS];
    char type[TFLM_ROWS][32];
    th_rng rng[TFLM_ROWS];
    int32_t n, wrong[TFLM_ROWS];
    int64_t floats[TFLM_ROWS];
} tflm_book;

static tflm_book tflm;

/* "test_conv" of "tests/nn/test_conv.c" */
static inline const char *tflm_test(void)
{
    static char name[64];
    const char *slash = strrchr(__BASE_FILE__, '/');
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : __BASE_FILE__);
    name[strcspn(name, ".")] = 0;
    return name;
}

static inline int32_t tflm_find(const tflm_case *c)
{
    char type[32];
    const char *op = th_op_find((int32_t)c->node->op)->name;
    conforms_type(c->node, c->tensors, type, sizeof type);
    for (int32_t i = 0; i < tflm.n; i++)
        if (!strcmp(tflm.row[i].op, op) && !strcmp(tflm.row[i].type, type)) return i;
    const int32_t i = tflm.n++;
    assert_true(i < TFLM_ROWS);
    memcpy(tflm.type[i], type, sizeof type);
    tflm.row[i] = (tflm_row){tflm_test(), op, tflm.type[i], 0, TH_FNV1A_START, 0};
    tflm.rng[i] = th_rng_make(1, 1);
    return i;
}

static inline void tflm_save(const tflm_case *c, const char *path)
{
    kept_case k;
    th_why why = {0};
    keep_model(&k, c->node, c->tensors);
    for (int32_t i = 0; i < c->n_fed; i++) {
        k.fed[i] = keep_tensor(&k, c->tensors, c->fed[i]);
        k.t[k.fed[i]].data = NULL;
    }
    k.graph.n_inputs = c->n_fed;
    if (th_model_save(c->model ? c->model : &k.model, path, &why)) fail_msg("%s", why.text);
}

/* --- the comparison --- */

static inline void tflm_differ(int32_t row, const char *what)
{
    if (tflm.wrong[row]++ < TFLM_MESSAGES)
        printf("%s %s, case %d: %s\n", tflm.row[row].op, tflm.row[row].type, (int)tflm.row[row].cases, what);
}

static inline double tflm_largest(const float *v, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) most = fmax(most, fabs((double)v[i]));
    return most > 0 ? most : 1;
}

static inline bool tflm_same_float(float a, float b, double largest)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    if (isinf(a) || isinf(b)) return isinf(a) && isinf(b) && signbit(a) == signbit(b);
    return fabs((double)a - (double)b) <= 1e-5 * largest;
}

/* One output of one invoke: `made` by us, `want` by TFLM. */
static inline void tflm_same(int32_t row, const th_tensor *t, const uint8_t *made, const uint8_t *want,
                             const uint8_t *open)
{
    char text[160];
    const size_t bytes = th_tensor_bytes(t), n = bytes / th_type_bytes(t->type);
    for (size_t i = 0; i < n; i++) {
        const size_t at = i * th_type_bytes(t->type);
        if (open && open[at]) continue;
        if (!memcmp(made + at, want + at, th_type_bytes(t->type))) continue;
        long long a = 0, b = 0;
        if (t->type == TH_F32) {
            const float *f = (const float *)(const void *)made, *g = (const float *)(const void *)want;
            if (tflm_same_float(f[i], g[i], tflm_largest(g, n))) continue;
            snprintf(text, sizeof text, "element %zu is %.9g, the reference has %.9g", i, (double)f[i], (double)g[i]);
        } else {
            memcpy(&a, made + at, th_type_bytes(t->type)), memcpy(&b, want + at, th_type_bytes(t->type));
            snprintf(text, sizeof text, "element %zu is 0x%llx, the reference has 0x%llx", i, a, b);
        }
        tflm_differ(row, text);
        return;
    }
}

/* Adds one output to the row. */
static inline void tflm_note(int32_t row, const th_tensor *t, const uint8_t *bytes, const uint8_t *open)
{
    const size_t n = th_tensor_bytes(t);
    tflm_row *r = &tflm.row[row];
    if (t->type != TH_F32) {
        for (size_t i = 0; i < n; i++)
            if (!open || !open[i]) r->hash = th_fnv1a(r->hash, (th_span){bytes + i, 1});
        return;
    }
    const float *v = (const float *)(const void *)bytes;
    const double largest = tflm_largest(v, n / 4);
    for (size_t i = 0; i < n / 4; i++) {
        const double weight = (double)th_rng_range(&tflm.rng[row], -1.0f, 1.0f);
        if (!isfinite(v[i]) || (open && open[4 * i])) continue;
        r->sum += weight * (double)v[i] / largest;
        tflm.floats[row]++;
    }
}

/* Where TFLM has no answer, or a wrong one (OPERATORS.md, "Faults of the references"); the second versions hold us. */
static inline bool tflm_has_none(const tflm_case *c)
{
    const th_node *n = c->node;
    const th_tensor *x = n->n_in > 0 && n->in[0] >= 0 ? &c->tensors[n->in[0]] : NULL, *y = &c->tensors[n->out[0]];
    const bool whole = x && x->type != TH_F32 && x->quant.n && y->quant.n;
    switch ((int)n->op) {
    case TH_OP_RELU6: /* takes the output's scale to be the input's */
        return whole && (fabsf(x->quant.scale[0] - y->quant.scale[0]) > 0 || x->quant.zero[0] != y->quant.zero[0]);
    case TH_OP_SPACE_TO_BATCH_ND: return whole && x->type == TH_S8 && x->quant.zero[0] != 0; /* pads with 0 */
    case TH_OP_SVDF: return n->n_in < 4 || n->in[3] < 0;                  /* crashes without a bias */
    case TH_OP_DEPTHWISE_CONV_2D: return n->n_in < 3 || n->in[2] < 0;     /* the same */
    case TH_OP_SELECT_V2: return y->type == TH_BOOL || y->type == TH_S64; /* no such types */
    case TH_OP_QUANTIZE: return x && x->type == TH_F32 && y->type == TH_U8;
    case TH_OP_FULLY_CONNECTED: /* int4 weights have one scale */
        return c->tensors[n->in[1]].type == TH_S4 && c->tensors[n->in[1]].quant.n > 1;
    case TH_OP_NEAREST: /* ours alone */
    case TH_OP_MIXTURE:
    case TH_OP_TREES: return true;
    default: return false;
    }
}

/* The case's files: the model, its inputs, the outputs and what TFLM said. */
typedef struct tflm_files {
    char path[4][64];
} tflm_files;

static inline tflm_files tflm_paths(int32_t row)
{
    static const char *const end[4] = {"tflite", "in", "out", "err"};
    tflm_files f;
    for (int i = 0; i < 4; i++)
        snprintf(f.path[i], sizeof f.path[i], "/tmp/tflm.%ld.%d.%d.%s", (long)getpid(), (int)row,
                 (int)tflm.row[row].cases, end[i]);
    return f;
}

/* What TFLM makes of it, free() it; NULL: it does not run. */
static inline uint8_t *tflm_reference(const tflm_case *c, const char *program, int32_t row, tflm_files *files)
{
    char(*path)[64] = files->path, line[512], text[400] = "the reference fails: ";
    uint8_t *want = NULL;
    size_t n = 0;
    th_why why = {0};
    tflm_save(c, path[0]);
    FILE *f = fopen(path[1], "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(c->in, 1, c->n_in, f), c->n_in);
    assert_int_equal(fclose(f), 0);
    snprintf(line, sizeof line, "%s %s %s %s 2>%s", program, path[0], path[1], path[2], path[3]);
    if (system(line)) {
        f = fopen(path[3], "rb");
        text[f ? strlen(text) + fread(text + strlen(text), 1, 300, f) : 0] = 0;
        if (f) fclose(f);
        tflm_differ(row, text);
    } else if (th_file_read(path[2], 0, &want, &n, &why)) {
        fail_msg("%s", why.text);
    }
    if (want && n != c->n_made) {
        tflm_differ(row, "the reference gives another number of bytes");
        free(want);
        want = NULL;
    }
    return want;
}

/* Compares a case with TFLM if there is one, and notes its outputs. */
static inline void tflm_compare(const tflm_case *c)
{
    if (tflm_has_none(c)) return;
    const int32_t row = tflm_find(c);
    const char *program = getenv("THIMBLE_TFLM");
    tflm_files files = tflm_paths(row);
    const int32_t wrong = tflm.wrong[row];
    uint8_t *want = program ? tflm_reference(c, program, row, &files) : NULL;
    for (size_t at = 0; at < c->n_made;)
        for (int32_t i = 0; i < c->node->n_out; i++) {
            const th_tensor *t = &c->tensors[c->node->out[i]];
            const uint8_t *open = c->open ? c->open + at : NULL;
            if (want) tflm_same(row, t, c->made + at, want + at, open);
            tflm_note(row, t, (want ? want : c->made) + at, open);
            at += th_tensor_bytes(t);
        }
    free(want);
    for (int i = 0; program && i < 4 && tflm.wrong[row] == wrong; i++) unlink(files.path[i]); /* else to look at */
    tflm.row[row].cases++;
}

/* --- the end --- */

static inline const tflm_row *tflm_known(const tflm_row *r)
{
    for (size_t i = 0; i < sizeof tflm_rows / sizeof *tflm_rows; i++)
        if (!strcmp(tflm_rows[i].test, r->test) && !strcmp(tflm_rows[i].op, r->op) &&
            !strcmp(tflm_rows[i].type, r->type))
            return &tflm_rows[i];
    return NULL;
}

/* Errors of 1e-5 of the largest with random signs add up to their square root. */
static inline bool tflm_row_same(const tflm_row *a, const tflm_row *b, int64_t floats)
{
    return a->cases == b->cases && a->hash == b->hash && fabs(a->sum - b->sum) <= 1e-5 * sqrt((double)floats);
}

/* The last test of a program: everything that it compared is as in tflm.rows, and no row of it is missing. */
static inline void tflm_is_equal(void **state)
{
    (void)state;
    int wrong = 0, rows = 0;
    const char *path = getenv("THIMBLE_TFLM") ? getenv("THIMBLE_ROWS") : NULL;
    FILE *f = path ? fopen(path, "a") : NULL;
    for (int32_t i = 0; i < tflm.n; i++) {
        const tflm_row *r = &tflm.row[i], *known = tflm_known(r);
        if (f && !tflm.wrong[i])
            fprintf(f, "{\"%s\", \"%s\", \"%s\", %d, UINT64_C(0x%016llx), %.9g},\n", r->test, r->op, r->type,
                    (int)r->cases, (unsigned long long)r->hash, r->sum);
        if (tflm.wrong[i]) printf("%s %s: %d cases are not equal\n", r->op, r->type, (int)tflm.wrong[i]), wrong++;
        if (f) continue;
        if (known && tflm_row_same(r, known, tflm.floats[i])) {
            conforms_line(r->op, r->type, CONFORMS_TFLM, r->cases);
            continue;
        }
        printf("%s %s: %d cases, hash %016llx, sum %.9g: not as in tests/tflm.rows (tools/tflm.sh)\n", r->op, r->type,
               (int)r->cases, (unsigned long long)r->hash, r->sum);
        wrong++;
    }
    for (size_t i = 0; i < sizeof tflm_rows / sizeof *tflm_rows; i++) rows += !strcmp(tflm_rows[i].test, tflm_test());
    if (f) assert_int_equal(fclose(f), 0);
    assert_int_equal(wrong, 0);
    assert_true(f || rows == tflm.n);
}

#endif
