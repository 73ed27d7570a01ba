/* thimble edit: change numbers, names and metadata of a .tflite file, to see what that does.
 *
 * The changes are applied in the order in which they stand on the command line, each by its row of `edits`. */
#include "cli/cmd.h"

#include "base/rng.h"
#include "compress/equalise.h"
#include "model/graph.h"
#include "os/file.h"
#include "nn/state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const th_opt options[] = {
    {"out", "FILE", NULL, "where the changed model goes (needed; may be the same file)"},
    {"set", "TENSOR[INDEX]=VALUE", NULL, "one element, as it is stored; without [INDEX] all of them"},
    {"noise", "TENSOR=SIGMA", NULL, "add Gaussian noise; SIGMA 0.1: a tenth of the tensor's own spread"},
    {"seed", "N", "1", "for the noise that follows"},
    {"stretch", "OP:CHANNEL=FACTOR", NULL,
     "make a channel larger and read it smaller: the same in float, hard for int8"},
    {"rename", "OLD=NEW", NULL, "give a tensor another name"},
    {"description", "TEXT", NULL, "what the file says of itself"},
    {"metadata", "NAME=FILE", NULL, "add or replace a metadata entry"},
    {"drop-metadata", "NAME", NULL, "take a metadata entry out"},
    {NULL, NULL, NULL, NULL},
};

#define MOST_COPIES TH_MAX_GIVEN

typedef struct edit {
    th_model *model;
    th_rng rng;
    const th_tensor *copied[MOST_COPIES]; /* tensors whose bytes are their own by now */
    int n_copied;
} edit;

/* --- which tensor --- */

/* "#12" or "#1:12": by number, in graph 0 or the one named. */
static th_tensor *by_number(th_model *m, const char *text)
{
    char *end;
    unsigned long graph = 0, t = strtoul(text + 1, &end, 10);
    if (end == text + 1) return NULL;
    if (*end == ':') {
        graph = t;
        t = strtoul(end + 1, &end, 10);
    }
    if (*end || graph >= (unsigned long)m->n_graphs || t >= (unsigned long)m->graphs[graph].n_tensors) return NULL;
    return &m->graphs[graph].tensors[t];
}

static th_err find_tensor(th_model *m, const char *text, th_tensor **out, th_why *why)
{
    int found = 0;
    *out = NULL;
    for (int32_t k = 0; k < m->n_graphs; k++)
        for (int32_t i = 0; i < m->graphs[k].n_tensors; i++)
            if (strcmp(m->graphs[k].tensors[i].name, text) == 0) {
                *out = &m->graphs[k].tensors[i];
                found++;
            }
    if (found == 1) return TH_OK;
    if (found > 1)
        return th_why_set(why, TH_EUSAGE,
                          "%d tensors have the name \"%s\": give its number as #NUMBER or #GRAPH:NUMBER (thimble "
                          "inspect --tensors lists them)",
                          found, text);
    if (*text == '#' && (*out = by_number(m, text)) != NULL) return TH_OK;
    return th_why_set(why, TH_ENOENT,
                      "the model has no tensor \"%s\"; `thimble inspect MODEL.tflite --tensors` lists their "
                      "names and numbers",
                      text);
}

/* Its constant bytes, to be changed: two tensors may share theirs, so they are copied once. */
static th_err own_bytes(edit *e, th_tensor *t, uint8_t **bytes, th_why *why)
{
    for (int i = 0; i < e->n_copied; i++)
        if (e->copied[i] == t) {
            *bytes = (uint8_t *)th_state(t->data);
            return TH_OK;
        }
    if (!t->data)
        return th_why_set(why, TH_EUSAGE, "tensor \"%s\" holds no constants: operators make it while the model runs",
                          t->name);
    const size_t n = th_tensor_bytes(t);
    if (e->n_copied == MOST_COPIES || !(*bytes = th_model_alloc(e->model, n + 1, 1)))
        return th_why_set(why, TH_ENOMEM, "no memory for %zu bytes", n);
    memcpy(*bytes, t->data, n);
    t->data = *bytes;
    e->copied[e->n_copied++] = t;
    return TH_OK;
}

/* --- elements --- */

/* Range of whole numbers of a type; false: it has none that can be set. */
static bool range_of(th_type type, double *lo, double *hi)
{
    static const struct {
        th_type type;
        double lo, hi;
    } range[] = {
        {TH_S4, -8, 7},
        {TH_S8, -128, 127},
        {TH_U8, 0, 255},
        {TH_BOOL, 0, 1},
        {TH_S16, -32768, 32767},
        {TH_U16, 0, 65535},
        {TH_S32, -2147483648.0, 2147483647.0},
        {TH_U32, 0, 4294967295.0},
        {TH_S64, -9007199254740992.0, 9007199254740992.0},
    };
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        if (range[i].type == type) {
            *lo = range[i].lo;
            *hi = range[i].hi;
            return true;
        }
    return false;
}

static double get_element(const th_tensor *t, const uint8_t *bytes, size_t i)
{
    const uint8_t *p = bytes + i * th_type_bytes(t->type);
    float f;
    int32_t s32;
    int64_t s64;
    uint32_t u32;
    switch (t->type) {
    case TH_F32: memcpy(&f, p, 4); return (double)f;
    case TH_S32: memcpy(&s32, p, 4); return s32;
    case TH_U32: memcpy(&u32, p, 4); return u32;
    case TH_S64: memcpy(&s64, p, 8); return (double)s64;
    case TH_S16: return (int16_t)th_le16(p);
    case TH_U16: return th_le16(p);
    case TH_S8: return (int8_t)*p;
    case TH_S4: return (double)(((bytes[i / 2] >> (i % 2 ? 4 : 0) & 15) ^ 8) - 8);
    case TH_U8:
    case TH_BOOL: return *p;
    case TH_F16:
    case TH_U64:
    case TH_RESOURCE: break;
    }
    return 0;
}

/* v is in the range of the type, and whole unless that is float32. */
static void put_element(const th_tensor *t, uint8_t *bytes, size_t i, double v)
{
    const size_t size = th_type_bytes(t->type);
    const float f = (float)v;
    const int64_t whole = t->type == TH_F32 ? 0 : (int64_t)v;
    if (t->type == TH_F32) {
        memcpy(bytes + 4 * i, &f, 4);
    } else if (t->type == TH_S4) {
        const unsigned at = i % 2 ? 4 : 0;
        bytes[i / 2] = (uint8_t)((bytes[i / 2] & ~(15u << at)) | (((unsigned)whole & 15u) << at));
    } else {
        for (size_t b = 0; b < size; b++) bytes[i * size + b] = (uint8_t)((uint64_t)whole >> 8 * b);
    }
}

/* "3" or "0,2,1" of a tensor's element. */
static th_err parse_index(const char *text, const th_tensor *t, size_t *out, th_why *why)
{
    size_t flat = 0;
    int32_t n = 0;
    const char *c = text;
    const int32_t count = th_shape_count(&t->shape);
    const bool many = strchr(text, ',') != NULL;
    for (;; n++) {
        char *end;
        const unsigned long v = strtoul(c, &end, 10);
        const unsigned long size = many ? (n < t->shape.rank ? (unsigned long)t->shape.d[n] : 0) : (unsigned long)count;
        if (end == c || *c == '-' || (*end && *end != ',') || v >= size)
            return th_why_set(
                why, TH_EUSAGE,
                "[%s] is no element of \"%s\", which has %ld: count from 0, or give one number per dimension", text,
                t->name, (long)count);
        flat = many ? flat * size + v : v;
        if (!*end) break;
        c = end + 1;
    }
    if (many && n + 1 != t->shape.rank)
        return th_why_set(why, TH_EUSAGE, "[%s] needs %ld numbers for \"%s\"", text, (long)t->shape.rank, t->name);
    *out = flat;
    return TH_OK;
}

static th_err parse_value(const char *text, const th_tensor *t, double *v, th_why *why)
{
    char *end;
    double lo = -3.4028234663852886e38, hi = -lo;
    if (t->type != TH_F32 && !range_of(t->type, &lo, &hi))
        return th_why_set(why, TH_EUNSUP, "tensor \"%s\" is %s: its elements cannot be set here", t->name,
                          th_type_name(t->type));
    *v = strtod(text, &end);
    if (end == text || *end || !(*v >= lo && *v <= hi) || (t->type != TH_F32 && *v != floor(*v)))
        return th_why_set(why, TH_EUSAGE, "\"%s\" is no value of tensor \"%s\", which is %s: from %.9g to %.9g", text,
                          t->name, th_type_name(t->type), lo, hi);
    return TH_OK;
}

/* --- the edits --- */

/* Cuts text at its last '='; `what` for the message. */
static th_err cut(char *text, const char *what, char **right, th_why *why)
{
    char *equals = strrchr(text, '=');
    if (!equals || equals == text) return th_why_set(why, TH_EUSAGE, "%s, not \"%s\"", what, text);
    *equals = '\0';
    *right = equals + 1;
    return TH_OK;
}

static th_err edit_set(edit *e, char *text, th_why *why)
{
    char *value = NULL, *index = NULL;
    th_tensor *t;
    uint8_t *bytes;
    double v = 0.0;
    size_t at = 0;
    TH_TRY(cut(text, "--set takes TENSOR[INDEX]=VALUE", &value, why));
    const size_t n = strlen(text);
    if (text[n - 1] == ']' && (index = strrchr(text, '[')) != NULL) {
        text[n - 1] = '\0';
        *index++ = '\0';
    }
    TH_TRY(find_tensor(e->model, text, &t, why));
    TH_TRY(parse_value(value, t, &v, why));
    if (index) TH_TRY(parse_index(index, t, &at, why));
    TH_TRY(own_bytes(e, t, &bytes, why));
    const size_t count = (size_t)th_shape_count(&t->shape);
    if (index) put_element(t, bytes, at, v);
    for (size_t i = 0; !index && i < count; i++) put_element(t, bytes, i, v);
    return TH_OK;
}

static double spread(const th_tensor *t, const uint8_t *bytes, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        const double v = get_element(t, bytes, i);
        sum += v;
        squares += v * v;
    }
    const double variance = squares / (double)n - sum / (double)n * (sum / (double)n);
    return variance > 0 ? sqrt(variance) : 0;
}

static th_err edit_noise(edit *e, char *text, th_why *why)
{
    char *value = NULL, *end;
    th_tensor *t;
    uint8_t *bytes;
    double lo = -3.4028234663852886e38, hi = -lo;
    TH_TRY(cut(text, "--noise takes TENSOR=SIGMA", &value, why));
    const double sigma = strtod(value, &end);
    if (end == value || *end || !(sigma >= 0 && sigma <= 1000))
        return th_why_set(why, TH_EUSAGE, "--noise takes a SIGMA from 0 to 1000, not \"%s\"", value);
    TH_TRY(find_tensor(e->model, text, &t, why));
    if (t->type != TH_F32 && !range_of(t->type, &lo, &hi))
        return th_why_set(why, TH_EUNSUP, "tensor \"%s\" is %s, to which no noise can be added", t->name,
                          th_type_name(t->type));
    TH_TRY(own_bytes(e, t, &bytes, why));
    const size_t n = (size_t)th_shape_count(&t->shape);
    const double size = sigma * spread(t, bytes, n);
    for (size_t i = 0; i < n; i++) {
        double v = get_element(t, bytes, i) + size * (double)th_rng_normal(&e->rng);
        if (t->type != TH_F32) v = floor(v + 0.5);
        put_element(t, bytes, i, v < lo ? lo : v > hi ? hi : v);
    }
    return TH_OK;
}

static th_err edit_seed(edit *e, char *text, th_why *why)
{
    char *end;
    errno = 0;
    const unsigned long long v = strtoull(text, &end, 10);
    if (errno || end == text || *end || *text == '-')
        return th_why_set(why, TH_EUSAGE, "--seed takes a whole number, not \"%s\"", text);
    e->rng = th_rng_make(v, 0);
    return TH_OK;
}

/* "0:3=1000": channel 3 of what operator 0 makes. */
static th_err edit_stretch(edit *e, char *text, th_why *why)
{
    char *value = NULL, *end, *colon = strchr(text, ':');
    th_model *stretched = NULL;
    TH_TRY(cut(text, "--stretch takes OP:CHANNEL=FACTOR", &value, why));
    const double factor = strtod(value, &end);
    const bool whole = end != value && !*end;
    const unsigned long op = strtoul(text, &end, 10);
    const bool has_op = end != text && end == colon;
    const unsigned long channel = has_op ? strtoul(colon + 1, &end, 10) : 0;
    if (!whole || !has_op || *end || end == colon + 1 || op > INT32_MAX || channel > INT32_MAX)
        return th_why_set(why, TH_EUSAGE, "--stretch takes OP:CHANNEL=FACTOR, such as 0:3=1000, not \"%s\"", text);
    TH_TRY(th_stretch(e->model, (int32_t)op, (int32_t)channel, factor, &stretched, why));
    th_model_free(e->model);
    e->model = stretched;
    e->n_copied = 0; /* they went with the model */
    return TH_OK;
}

static th_err own_text(edit *e, const char *text, const char **out, th_why *why)
{
    const size_t n = strlen(text) + 1;
    char *copy = th_model_alloc(e->model, n, 1);
    if (!copy) return th_why_set(why, TH_ENOMEM, "no memory for a name");
    memcpy(copy, text, n);
    *out = copy;
    return TH_OK;
}

static th_err edit_rename(edit *e, char *text, th_why *why)
{
    char *name = NULL;
    th_tensor *t;
    TH_TRY(cut(text, "--rename takes OLD=NEW", &name, why));
    TH_TRY(find_tensor(e->model, text, &t, why));
    return own_text(e, name, &t->name, why);
}

static th_err edit_description(edit *e, char *text, th_why *why)
{
    return own_text(e, text, &e->model->description, why);
}

static th_err edit_metadata(edit *e, char *text, th_why *why)
{
    char *file = strchr(text, '=');
    uint8_t *bytes = NULL;
    size_t n = 0;
    if (!file || file == text) return th_why_set(why, TH_EUSAGE, "--metadata takes NAME=FILE, not \"%s\"", text);
    *file++ = '\0';
    TH_TRY(th_file_read(file, 0, &bytes, &n, why));
    const th_err err = th_model_set_metadata(e->model, text, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}

static th_err edit_drop(edit *e, char *text, th_why *why)
{
    th_model *m = e->model;
    for (int32_t i = 0; i < m->n_metadata; i++) {
        if (strcmp(m->metadata[i].name, text) != 0) continue;
        memmove(&m->metadata[i], &m->metadata[i + 1], (size_t)(m->n_metadata - i - 1) * sizeof *m->metadata);
        m->n_metadata--;
        return TH_OK;
    }
    return th_why_set(why, TH_ENOENT, "the model has no metadata entry \"%s\"", text);
}

static const struct {
    const char *option;
    th_err (*apply)(edit *e, char *text, th_why *why);
    bool changes;
} edits[] = {
    {"set", edit_set, true},           {"noise", edit_noise, true},        {"stretch", edit_stretch, true},
    {"seed", edit_seed, false},        {"rename", edit_rename, true},      {"description", edit_description, true},
    {"metadata", edit_metadata, true}, {"drop-metadata", edit_drop, true},
};

static th_err apply_all(const th_args *a, edit *e, int *n_changes, th_why *why)
{
    for (int i = 0; i < a->n_given; i++)
        for (size_t k = 0; k < sizeof edits / sizeof edits[0]; k++) {
            if (strcmp(a->cmd->opts[a->given[i].row].name, edits[k].option) != 0) continue;
            char *text = strdup(a->given[i].value);
            if (!text) return th_why_set(why, TH_ENOMEM, "out of memory");
            const th_err err = edits[k].apply(e, text, why);
            free(text);
            if (err) return err;
            *n_changes += edits[k].changes;
        }
    return TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    const char *out = th_arg(a, "out");
    edit e = {.rng = th_rng_make(1, 0)};
    int n = 0;
    if (!out) return th_why_set(why, TH_EUSAGE, "thimble edit needs --out FILE");
    TH_TRY(th_model_load(th_word(a, 0, NULL), &e.model, why));
    th_err err = apply_all(a, &e, &n, why);
    if (!err) err = th_model_save(e.model, out, why);
    if (!err) printf("%s: %d change%s\n", out, n, n == 1 ? "" : "s");
    th_model_free(e.model);
    return err;
}

const th_cmd th_cmd_edit = {
    .name = "edit",
    .words = "MODEL.tflite",
    .summary = "change weights, names and metadata of a model",
    .detail = "Options can be given several times and are applied in their order. A TENSOR is named as in the file, or "
              "by its\n"
              "number: #12, or #1:12 in graph 1. Values are those that are stored: whole numbers where a tensor is "
              "quantised.\n"
              "The same seed gives the same noise.\n\n"
              "  thimble edit int8.tflite --out worse.tflite --noise conv1/w=0.2 --set \"fc/b[0]=100\"\n"
              "  thimble test my-words --model worse.tflite",
    .opts = options,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
