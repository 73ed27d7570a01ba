/* The language as tables: which words a layer takes, what a word does, and what stands in the errors about it. */
#include "model/spec_priv.h"

#include "base/text.h"
#include "model/near.h"

#include <stddef.h>
#include <string.h>

/* What a word can ask for after itself. */
typedef enum arg_kind {
    ARG_NONE,
    ARG_FILTERS, /* a number, or the word classes */
    ARG_UNITS,
    ARG_KERNEL,
    ARG_WINDOW, /* a kernel, or the word global */
    ARG_TAPS,
    ARG_STRIDE,
    ARG_STRIDE_1D,
    ARG_DILATION,
    ARG_DILATION_1D,
    ARG_GROUPS,
    ARG_RANK,
    ARG_MEMORY,
    ARG_SHAPE,
    ARG_SCALE,
    ARG_RATE,
    ARG_SLOPE, /* may be left out */
    ARG_TWO,   /* names of layers */
    ARG_MANY,
    ARG_FROM,
    ARG_AS
} arg_kind;

/* Whole numbers with an x between them, each into its member of th_layer. */
typedef struct number_arg {
    const char *looks; /* for the list of what is possible */
    int32_t most;      /* 1 to this */
    int32_t n;
    size_t at[3];
    const char *expected;
} number_arg;

#define AT(member) offsetof(th_layer, member)
static const number_arg numbers[] = {
    [ARG_FILTERS] = {"N", TH_SPEC_DIM, 1, {AT(filters)}, "expected the number of filters, 1 to 4096"},
    [ARG_UNITS] = {"N", TH_SPEC_DIM, 1, {AT(filters)}, "expected the number of outputs, 1 to 4096"},
    [ARG_KERNEL] = {"HxW",
                    TH_SPEC_KERNEL,
                    2,
                    {AT(k_h), AT(k_w)},
                    "expected the kernel as HEIGHTxWIDTH, 1 to 64 each, such as 3x3"},
    [ARG_WINDOW] = {"HxW",
                    TH_SPEC_KERNEL,
                    2,
                    {AT(k_h), AT(k_w)},
                    "expected the window as HEIGHTxWIDTH, 1 to 64 each, such as 2x2, or the word global"},
    [ARG_TAPS] = {"N", TH_SPEC_KERNEL, 1, {AT(k_h)}, "expected the length of the kernel, 1 to 64, such as 5"},
    [ARG_STRIDE] = {"HxW",
                    TH_SPEC_KERNEL,
                    2,
                    {AT(stride_h), AT(stride_w)},
                    "expected the stride as HEIGHTxWIDTH, 1 to 64 each, such as stride 2x2"},
    [ARG_STRIDE_1D] = {"N", TH_SPEC_KERNEL, 1, {AT(stride_h)}, "expected the stride, 1 to 64, such as stride 2"},
    [ARG_DILATION] = {"HxW",
                      TH_SPEC_KERNEL,
                      2,
                      {AT(dilation_h), AT(dilation_w)},
                      "expected the dilation as HEIGHTxWIDTH, 1 to 64 each, such as dilation 2x2"},
    [ARG_DILATION_1D] =
        {"N", TH_SPEC_KERNEL, 1, {AT(dilation_h)}, "expected the dilation, 1 to 64, such as dilation 2"},
    [ARG_GROUPS] = {"N", TH_SPEC_DIM, 1, {AT(groups)}, "expected the number of groups, 1 to 4096, such as groups 2"},
    [ARG_RANK] = {"N", TH_SPEC_KERNEL, 1, {AT(rank)}, "expected the rank, 1 to 64, such as rank 2"},
    [ARG_MEMORY] = {"N", TH_SPEC_DIM, 1, {AT(memory)}, "expected the steps to remember, 1 to 4096, such as memory 10"},
    [ARG_SHAPE] = {"HxWxC",
                   (int32_t)1 << 20,
                   3,
                   {AT(out_h), AT(out_w), AT(out_c)},
                   "expected the new shape as HEIGHTxWIDTHxCHANNELS, such as 7x7x32"},
    [ARG_SCALE] = {"HxW",
                   TH_SPEC_KERNEL,
                   2,
                   {AT(scale_h), AT(scale_w)},
                   "expected how many times larger as HEIGHTxWIDTH, 1 to 64 each, such as 2x2"},
};

/* Words after those that a layer must have. */
enum {
    MAY_STRIDE = 1 << 0,
    MAY_STRIDE_1D = 1 << 1,
    MAY_DILATION = 1 << 2,
    MAY_DILATION_1D = 1 << 3,
    MAY_GROUPS = 1 << 4,
    MAY_PAD = 1 << 5,
    MAY_RANK = 1 << 6,
    MAY_MEMORY = 1 << 7,
    MAY_SEQUENCE = 1 << 8,
    MAY_NO_BIAS = 1 << 9,
    MAY_BN = 1 << 10,
    MAY_ACT = 1 << 11,
    MAY_FROM = 1 << 12,
    MAY_AS = 1 << 13
};

#define MAY_LEARN (MAY_NO_BIAS | MAY_BN | MAY_ACT)
#define ONE_INPUT (MAY_FROM | MAY_AS)

typedef struct option_row {
    const char *word;
    uint32_t bit;
    arg_kind arg;
    th_layer_act act;  /* of the words of MAY_ACT */
    const char *looks; /* in the list of what is possible; NULL: the other word for the same is in it */
} option_row;

static const option_row options[] = {
    {"stride", MAY_STRIDE, ARG_STRIDE, TH_LAYER_ACT_NONE, "stride HxW"},
    {"stride", MAY_STRIDE_1D, ARG_STRIDE_1D, TH_LAYER_ACT_NONE, "stride N"},
    {"dilation", MAY_DILATION, ARG_DILATION, TH_LAYER_ACT_NONE, "dilation HxW"},
    {"dilation", MAY_DILATION_1D, ARG_DILATION_1D, TH_LAYER_ACT_NONE, "dilation N"},
    {"groups", MAY_GROUPS, ARG_GROUPS, TH_LAYER_ACT_NONE, "groups N"},
    {"valid", MAY_PAD, ARG_NONE, TH_LAYER_ACT_NONE, "valid"},
    {"same", MAY_PAD, ARG_NONE, TH_LAYER_ACT_NONE, "same"},
    {"rank", MAY_RANK, ARG_RANK, TH_LAYER_ACT_NONE, "rank N"},
    {"memory", MAY_MEMORY, ARG_MEMORY, TH_LAYER_ACT_NONE, "memory N"},
    {"sequence", MAY_SEQUENCE, ARG_NONE, TH_LAYER_ACT_NONE, "sequence"},
    {"no-bias", MAY_NO_BIAS, ARG_NONE, TH_LAYER_ACT_NONE, "no-bias"},
    {"bn", MAY_BN, ARG_NONE, TH_LAYER_ACT_NONE, "bn"},
    {"batchnorm", MAY_BN, ARG_NONE, TH_LAYER_ACT_NONE, NULL},
    {"relu", MAY_ACT, ARG_NONE, TH_LAYER_ACT_RELU, "relu"},
    {"relu6", MAY_ACT, ARG_NONE, TH_LAYER_ACT_RELU6, "relu6"},
    {"leaky", MAY_ACT, ARG_SLOPE, TH_LAYER_ACT_LEAKY_RELU, "leaky [SLOPE]"},
    {"hard-swish", MAY_ACT, ARG_NONE, TH_LAYER_ACT_HARD_SWISH, "hard-swish"},
    {"sigmoid", MAY_ACT, ARG_NONE, TH_LAYER_ACT_SIGMOID, "sigmoid"},
    {"tanh", MAY_ACT, ARG_NONE, TH_LAYER_ACT_TANH, "tanh"},
    {"from", MAY_FROM, ARG_FROM, TH_LAYER_ACT_NONE, "from NAME"},
    {"as", MAY_AS, ARG_AS, TH_LAYER_ACT_NONE, "as NAME"},
};
#define N_OPTIONS (sizeof options / sizeof options[0])

/* A layer: the words that it must have, and those that it may have. */
typedef struct layer_row {
    const char *word;
    th_layer_kind kind;
    arg_kind arg[2];
    uint32_t may;
    bool batch_norm; /* what the word itself says */
    th_layer_act act;
    bool one_wide; /* its input must be a signal */
} layer_row;

#define ACT_ROW(word, act, arg)                                                                                        \
    {                                                                                                                  \
        word, TH_LAYER_ACTIVATION, {arg}, ONE_INPUT, false, act, false                                                 \
    }
#define BN_ROW(word)                                                                                                   \
    {                                                                                                                  \
        word, TH_LAYER_ACTIVATION, {ARG_NONE}, MAY_ACT | ONE_INPUT, true, TH_LAYER_ACT_NONE, false                     \
    }
#define ROW(word, kind, arg0, arg1, may)                                                                               \
    {                                                                                                                  \
        word, kind, {arg0, arg1}, may, false, TH_LAYER_ACT_NONE, false                                                 \
    }
static const layer_row layers[] = {
    ROW("conv2d", TH_LAYER_CONV2D, ARG_FILTERS, ARG_KERNEL,
        MAY_STRIDE | MAY_PAD | MAY_DILATION | MAY_GROUPS | MAY_LEARN | ONE_INPUT),
    {"conv1d",
     TH_LAYER_CONV2D,
     {ARG_FILTERS, ARG_TAPS},
     MAY_STRIDE_1D | MAY_PAD | MAY_DILATION_1D | MAY_GROUPS | MAY_LEARN | ONE_INPUT,
     false,
     TH_LAYER_ACT_NONE,
     true},
    ROW("depthwise", TH_LAYER_DEPTHWISE, ARG_KERNEL, ARG_NONE,
        MAY_STRIDE | MAY_PAD | MAY_DILATION | MAY_LEARN | ONE_INPUT),
    ROW("transpose", TH_LAYER_TRANSPOSE_CONV, ARG_FILTERS, ARG_KERNEL, MAY_STRIDE | MAY_PAD | MAY_LEARN | ONE_INPUT),
    ROW("dense", TH_LAYER_DENSE, ARG_UNITS, ARG_NONE, MAY_LEARN | ONE_INPUT),
    BN_ROW("bn"),
    BN_ROW("batchnorm"),
    ACT_ROW("relu", TH_LAYER_ACT_RELU, ARG_NONE),
    ACT_ROW("relu6", TH_LAYER_ACT_RELU6, ARG_NONE),
    ACT_ROW("leaky", TH_LAYER_ACT_LEAKY_RELU, ARG_SLOPE),
    ACT_ROW("hard-swish", TH_LAYER_ACT_HARD_SWISH, ARG_NONE),
    ACT_ROW("sigmoid", TH_LAYER_ACT_SIGMOID, ARG_NONE),
    ACT_ROW("tanh", TH_LAYER_ACT_TANH, ARG_NONE),
    ROW("softmax", TH_LAYER_SOFTMAX, ARG_NONE, ARG_NONE, ONE_INPUT),
    ROW("avgpool", TH_LAYER_AVGPOOL, ARG_WINDOW, ARG_NONE, MAY_STRIDE | MAY_PAD | ONE_INPUT),
    ROW("maxpool", TH_LAYER_MAXPOOL, ARG_WINDOW, ARG_NONE, MAY_STRIDE | MAY_PAD | ONE_INPUT),
    ROW("add", TH_LAYER_ADD, ARG_TWO, ARG_NONE, MAY_ACT | MAY_AS),
    ROW("multiply", TH_LAYER_MULTIPLY, ARG_TWO, ARG_NONE, MAY_ACT | MAY_AS),
    ROW("concat", TH_LAYER_CONCAT, ARG_MANY, ARG_NONE, MAY_AS),
    ROW("dropout", TH_LAYER_DROPOUT, ARG_RATE, ARG_NONE, MAY_AS),
    ROW("flatten", TH_LAYER_RESHAPE, ARG_NONE, ARG_NONE, ONE_INPUT),
    ROW("reshape", TH_LAYER_RESHAPE, ARG_SHAPE, ARG_NONE, ONE_INPUT),
    ROW("input", TH_LAYER_INPUT, ARG_SHAPE, ARG_NONE, MAY_AS),
    ROW("upsample", TH_LAYER_UPSAMPLE, ARG_SCALE, ARG_NONE, ONE_INPUT),
    ROW("lstm", TH_LAYER_LSTM, ARG_UNITS, ARG_NONE, MAY_SEQUENCE | ONE_INPUT),
    ROW("gru", TH_LAYER_GRU, ARG_UNITS, ARG_NONE, MAY_SEQUENCE | ONE_INPUT),
    ROW("svdf", TH_LAYER_SVDF, ARG_UNITS, ARG_NONE,
        MAY_RANK | MAY_MEMORY | MAY_SEQUENCE | MAY_NO_BIAS | MAY_ACT | ONE_INPUT),
};
#define N_LAYERS (sizeof layers / sizeof layers[0])

static const layer_row *find_layer(const char *word)
{
    for (size_t i = 0; i < N_LAYERS; i++)
        if (strcmp(layers[i].word, word) == 0) return &layers[i];
    return NULL;
}

/* The option of this word that is in `may`; any one when `may` is 0. */
static const option_row *find_option(const char *word, uint32_t may)
{
    for (size_t i = 0; i < N_OPTIONS; i++)
        if (strcmp(options[i].word, word) == 0 && (!may || (may & options[i].bit))) return &options[i];
    return NULL;
}

/* ---- errors ---- */

#define LIST_BYTES 320

static void add_to_list(char list[LIST_BYTES], const char *word)
{
    const size_t used = strlen(list);
    th_text_fmt(list + used, LIST_BYTES - used, "%s%s", used ? ", " : "", word);
}

/* `word` is not what was expected; "" stands for the end of the line. */
static th_err wrong(const th_spec_line *w, const char *word, const char *expected)
{
    return *word ? th_spec_bad(w, TH_EFORMAT, "\"%.*s\": %s", 40, word, expected)
                 : th_spec_bad(w, TH_EFORMAT, "after \"%.*s\": %s", 40, w->word[w->n - 1], expected);
}

static th_err wrong_near(const th_spec_line *w, const char *word, const char *near, const char *says, const char *list)
{
    if (!near) return th_spec_bad(w, TH_EFORMAT, "\"%.*s\": %s%s", 40, word, says, list);
    return th_spec_bad(w, TH_EFORMAT, "\"%.*s\": did you mean \"%s\"? %s%s", 40, word, near, says, list);
}

/* What other programs call it: no spelling is near, but everybody knows what is meant. */
static const char *other_name(const char *word)
{
    static const char *const names[][2] = {
        {"linear", "dense"},    {"fc", "dense"},           {"fully-connected", "dense"},
        {"conv", "conv2d"},     {"deconv", "transpose"},   {"conv2d-transpose", "transpose"},
        {"mul", "multiply"},    {"concatenate", "concat"}, {"pool", "maxpool"},
        {"leakyrelu", "leaky"}, {"leaky-relu", "leaky"},   {"swish", "hard-swish"},
        {"batch-norm", "bn"},   {"batch_norm", "bn"},      {"padding", "valid"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (th_word_distance(word, names[i][0]) == 0) return names[i][1];
    return NULL;
}

static th_err no_such_layer(const th_spec_line *w, const char *word)
{
    char list[LIST_BYTES] = "";
    const char *near = other_name(word);
    int32_t distance = 0; /* nothing is nearer than that */
    if (near && !find_layer(near)) near = NULL;
    for (size_t i = 0; i < N_LAYERS; i++) {
        if (strcmp(layers[i].word, "batchnorm") != 0) add_to_list(list, layers[i].word);
        th_word_nearer(word, layers[i].word, &near, &distance);
    }
    return wrong_near(w, word, near, "The layers are: ", list);
}

/* A word that is none of row's options. */
static th_err no_such_option(const th_spec_line *w, const layer_row *row, const char *word)
{
    char list[LIST_BYTES] = "";
    const char *near = other_name(word);
    int32_t distance = 0;
    bool known = false;
    if (near && !find_option(near, row->may)) near = NULL;
    for (size_t i = 0; i < N_OPTIONS; i++) {
        known = known || strcmp(options[i].word, word) == 0;
        if (!(row->may & options[i].bit)) continue;
        if (options[i].looks) add_to_list(list, options[i].looks);
        th_word_nearer(word, options[i].word, &near, &distance);
    }
    if (!known) return wrong_near(w, word, near, "Possible here: ", list);
    return th_spec_bad(w, TH_EFORMAT, "\"%s\" does not go with %s. Possible here: %s", word, row->word, list);
}

/* ---- words ---- */

static const char *next_word(th_spec_line *w)
{
    return w->next < w->n ? w->word[w->next++] : "";
}

/* Whole number from 1 to `most`; returns what follows it, or NULL. */
static const char *whole(const char *text, int32_t most, int32_t *v)
{
    int32_t n = 0;
    const char *c = text;
    for (; *c >= '0' && *c <= '9' && n <= most; c++) n = n * 10 + (*c - '0');
    *v = n;
    return c == text || n < 1 || n > most ? NULL : c;
}

/* "0.25", by hand: strtod would read "0,2" or "0.2" depending on the locale. */
static bool decimal(const char *text, float *v)
{
    float place = 0, sum = 0;
    bool digits = false;
    const char *c = text;
    for (; (*c >= '0' && *c <= '9') || (*c == '.' && place <= 0); c++) {
        if (*c == '.') {
            place = 1;
            continue;
        }
        digits = true;
        if (place > 0) place /= 10;
        sum = place > 0 ? sum + place * (float)(*c - '0') : sum * 10 + (float)(*c - '0');
    }
    *v = sum;
    return digits && !*c;
}

/* The whole word: numbers of `a` with an x between them. */
static bool numbers_of(const char *word, const number_arg *a, th_layer *l)
{
    for (int32_t i = 0; i < a->n; i++) {
        int32_t v;
        const char *rest = whole(word, a->most, &v);
        if (!rest || *rest != (i + 1 < a->n ? 'x' : 0)) return false;
        memcpy((char *)l + a->at[i], &v, sizeof v);
        word = rest + 1;
    }
    return true;
}

static th_err read_numbers(th_spec_line *w, arg_kind arg, th_layer *l)
{
    const char *word = next_word(w);
    return numbers_of(word, &numbers[arg], l) ? TH_OK : wrong(w, word, numbers[arg].expected);
}

static th_err read_outputs(th_spec_line *w, arg_kind arg, const th_spec *s, th_layer *l)
{
    char expected[96];
    const char *word = next_word(w);
    if (numbers_of(word, &numbers[arg], l)) return TH_OK;
    l->filters = s->n_classes;
    if (strcmp(word, "classes") == 0) {
        if (s->n_classes) return TH_OK;
        return wrong(w, word, "this network has no classes, it gives values; expected how many, such as dense 1");
    }
    th_text_fmt(expected, sizeof expected, "%s%s", numbers[arg].expected, s->n_classes ? ", or the word classes" : "");
    return wrong(w, word, expected);
}

static th_err read_window(th_spec_line *w, th_layer *l)
{
    if (w->next == w->n || strcmp(w->word[w->next], "global") != 0) return read_numbers(w, ARG_WINDOW, l);
    w->next++; /* k_h stays 0 until the input is known */
    l->padding = TH_PAD_VALID;
    return TH_OK;
}

static th_err read_rate(th_spec_line *w, th_layer *l)
{
    const char *word = next_word(w);
    if (decimal(word, &l->rate) && l->rate < 0.95f) return TH_OK;
    return wrong(w, word, "expected the part that is dropped, from 0 to less than 0.95, such as 0.2");
}

/* A word that begins like a number must be one. */
static th_err read_slope(th_spec_line *w, th_layer *l)
{
    l->leak = 0.01f;
    if (w->next == w->n || !strchr("0123456789.-+", *w->word[w->next])) return TH_OK;
    const char *word = next_word(w);
    if (decimal(word, &l->leak) && l->leak < 1) return TH_OK;
    return wrong(w, word, "expected the slope below zero, from 0 to less than 1, such as leaky 0.1");
}

/* ---- names ---- */

static bool is_word_of_ours(const char *word)
{
    return find_layer(word) || find_option(word, 0) || strcmp(word, "input") == 0 || strcmp(word, "classes") == 0 ||
           strcmp(word, "global") == 0;
}

static int32_t find_name(const th_spec *s, const char *name)
{
    for (int32_t i = 0; i < s->n_layers; i++)
        if (strcmp(s->layer[i].name, name) == 0) return i;
    return -1;
}

static th_err read_reference(const th_spec_line *w, const th_spec *s, const char *word, int32_t *layer)
{
    char list[LIST_BYTES] = "";
    const char *near = NULL;
    int32_t distance = 0;
    *layer = TH_NET_INPUT;
    if (!*word) return wrong(w, word, "expected the name of a layer before this line (they get one with: as NAME)");
    if (strcmp(word, "input") == 0) return TH_OK;
    *layer = find_name(s, word);
    if (*layer >= 0) return TH_OK;
    add_to_list(list, "input");
    for (int32_t i = 0; i < s->n_layers; i++) {
        if (!s->layer[i].name[0]) continue;
        add_to_list(list, s->layer[i].name);
        th_word_nearer(word, s->layer[i].name, &near, &distance);
    }
    return wrong_near(w, word, near, "No layer before this line has this name. There are: ", list);
}

/* "add A B", or "add A": the line before and A.  Ends at the first word of an option. */
static th_err read_inputs(th_spec_line *w, const th_spec *s, int32_t most, th_layer *l)
{
    int32_t n = 0;
    for (; w->next < w->n && !find_option(w->word[w->next], 0); n++) {
        const char *word = next_word(w);
        if (n == most)
            return wrong(w, word, most == 2 ? "only two inputs are possible" : "only four inputs are possible");
        TH_TRY(read_reference(w, s, word, &l->in[n]));
    }
    if (n == 0)
        return wrong(w, w->next < w->n ? w->word[w->next] : "",
                     "expected the names of the layers that it reads; one name: the line before and that one");
    if (n == 1) l->in[1] = l->in[0], l->in[0] = s->n_layers - 1, n = 2;
    l->n_in = n;
    return TH_OK;
}

static bool is_name(const char *word)
{
    const size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    return n && !word[n] && n < sizeof((th_layer *)0)->name && word[0] > '9';
}

static th_err read_name(th_spec_line *w, const th_spec *s, th_layer *l)
{
    const char *word = next_word(w);
    if (!is_name(word))
        return wrong(w, word, "expected a name: a letter, then letters, digits, _ - or ., at most 23 of them");
    if (is_word_of_ours(word)) return wrong(w, word, "this word means something else here. Take another name");
    const int32_t other = find_name(s, word);
    if (other >= 0)
        return th_spec_bad(w, TH_EFORMAT, "\"%s\": line %d has this name already. Take another one", word,
                           (int)s->layer[other].line);
    memcpy(l->name, word, strlen(word) + 1);
    return TH_OK;
}

/* ---- a line ---- */

static th_err read_arg(th_spec_line *w, arg_kind arg, const th_spec *s, th_layer *l)
{
    switch (arg) {
    case ARG_NONE: return TH_OK;
    case ARG_FILTERS: return read_outputs(w, arg, s, l);
    case ARG_UNITS: return l->kind == TH_LAYER_DENSE ? read_outputs(w, arg, s, l) : read_numbers(w, arg, l);
    case ARG_WINDOW: return read_window(w, l);
    case ARG_KERNEL:
    case ARG_TAPS:
    case ARG_STRIDE:
    case ARG_STRIDE_1D:
    case ARG_DILATION:
    case ARG_DILATION_1D:
    case ARG_GROUPS:
    case ARG_RANK:
    case ARG_MEMORY:
    case ARG_SHAPE:
    case ARG_SCALE: return read_numbers(w, arg, l);
    case ARG_RATE: return read_rate(w, l);
    case ARG_SLOPE: return read_slope(w, l);
    case ARG_TWO: return read_inputs(w, s, 2, l);
    case ARG_MANY: return read_inputs(w, s, TH_MAX_LAYER_INPUTS, l);
    case ARG_FROM: return read_reference(w, s, next_word(w), &l->in[0]);
    case ARG_AS: return read_name(w, s, l);
    }
    return TH_OK;
}

static th_err read_option(th_spec_line *w, const layer_row *row, const th_spec *s, uint32_t *seen, th_layer *l)
{
    const char *word = next_word(w);
    const option_row *o = find_option(word, row->may);
    if (!o) return no_such_option(w, row, word);
    if (*seen & o->bit)
        return wrong(w, word,
                     o->bit == MAY_ACT ? "a line has one activation; write the second on a line of its own"
                                       : "this was said already on this line");
    if (o->bit == MAY_BN && l->act != TH_LAYER_ACT_NONE)
        return wrong(w, word, "batch norm comes before the activation; write it before, or on a line of its own");
    *seen |= o->bit;
    if (o->bit == MAY_ACT) l->act = o->act;
    if (o->bit == MAY_BN) l->batch_norm = true;
    if (o->bit == MAY_NO_BIAS) l->bias = false;
    if (o->bit == MAY_SEQUENCE) l->sequence = true;
    if (o->bit == MAY_PAD) l->padding = strcmp(word, "valid") == 0 ? TH_PAD_VALID : TH_PAD_SAME;
    return read_arg(w, o->arg, s, l);
}

/* Members that no word has set. */
static void set_defaults(th_layer *l)
{
    const bool pool = l->kind == TH_LAYER_AVGPOOL || l->kind == TH_LAYER_MAXPOOL;
    if (l->stride_h == 0) l->stride_h = pool ? l->k_h : 1;
    if (l->stride_w == 0) l->stride_w = pool ? l->k_w : 1;
    if (l->batch_norm) l->bias = false; /* the norm's own takes its place */
}

th_err th_spec_words(th_spec_line *w, th_spec *s)
{
    const char *word = next_word(w);
    const layer_row *row = find_layer(word);
    if (!row) return no_such_layer(w, word);
    th_layer *l = &s->layer[s->n_layers];
    *l = (th_layer){.kind = row->kind,
                    .line = w->number,
                    .padding = TH_PAD_SAME,
                    .bias = (row->may & MAY_NO_BIAS) != 0,
                    .batch_norm = row->batch_norm,
                    .act = row->act,
                    .groups = 1,
                    .k_w = row->one_wide,
                    .dilation_h = 1,
                    .dilation_w = 1,
                    .rank = row->kind == TH_LAYER_SVDF,
                    .in = {s->n_layers - 1},
                    .n_in = 1};
    for (size_t i = 0; i < sizeof row->arg / sizeof row->arg[0]; i++) TH_TRY(read_arg(w, row->arg[i], s, l));
    if (l->kind == TH_LAYER_INPUT) l->in[0] = TH_NET_INPUT;
    layer_row rest = *row;
    if (row->arg[0] == ARG_WINDOW && l->k_h == 0) rest.may &= ~(uint32_t)(MAY_STRIDE | MAY_PAD);
    for (uint32_t seen = 0; w->next < w->n;) TH_TRY(read_option(w, &rest, s, &seen, l));
    set_defaults(l);
    const int32_t wide = l->in[0] == TH_NET_INPUT ? s->in_w : s->layer[l->in[0]].out_w;
    if (row->one_wide && wide != 1)
        return th_spec_bad(w, TH_ESHAPE,
                           "%s runs along time over signals, which are 1 wide; here the width is %d. Write conv2d, or "
                           "reshape first",
                           row->word, (int)wide);
    return TH_OK;
}

const char *th_layer_kind_name(th_layer_kind kind)
{
    if (kind == TH_LAYER_ACTIVATION) return "activation";
    if (kind == TH_LAYER_RESHAPE) return "reshape";
    for (size_t i = 0; i < N_LAYERS; i++)
        if (layers[i].kind == kind) return layers[i].word;
    return "?";
}

const char *th_layer_act_name(th_layer_act act)
{
    for (size_t i = 0; i < N_OPTIONS; i++)
        if (options[i].bit == MAY_ACT && options[i].act == act) return options[i].word;
    return "";
}
