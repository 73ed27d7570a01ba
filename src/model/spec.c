/* Words of a line -> one layer -> its shapes.  Every error names the line and the word. */
#include "model/spec.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DIM    4096
#define MAX_KERNEL 64
#define MAX_VALUES (1 << 26) /* elements of one activation */
#define MAX_WORDS  12

typedef struct line_words {
    char text[256];
    char *word[MAX_WORDS];
    int n, next;
    int32_t number; /* of the line */
} line_words;

/* Text and position of the line that is being read; errors come from here. */
static th_err bad(const line_words *w, th_why *why, const char *word, const char *expected)
{
    return th_why_set(why, TH_EFORMAT, "model description, line %d: \"%s\": %s", (int)w->number, word, expected);
}

static th_err split_words(const char *line, size_t len, line_words *w, th_why *why)
{
    const char *hash = memchr(line, '#', len);
    if (hash) len = (size_t)(hash - line);
    if (len >= sizeof w->text) return bad(w, why, "...", "this line is longer than 255 characters");
    memcpy(w->text, line, len);
    w->text[len] = 0;
    w->n = w->next = 0;
    for (char *c = w->text; *c;) {
        c += strspn(c, " \t\r");
        if (!*c) break;
        if (w->n == MAX_WORDS) return bad(w, why, c, "too many words on this line");
        w->word[w->n++] = c;
        c += strcspn(c, " \t\r");
        if (*c) *c++ = 0;
    }
    return TH_OK;
}

static const char *next_word(line_words *w)
{
    return w->next < w->n ? w->word[w->next++] : "";
}

/* Whole number from 1 to max; returns what follows it, or NULL. */
static const char *number(const char *text, int32_t max, int32_t *v)
{
    char *end;
    if (*text < '0' || *text > '9') return NULL;
    const long n = strtol(text, &end, 10);
    if (n < 1 || n > max) return NULL;
    *v = (int32_t)n;
    return end;
}

/* "10x4" */
static bool pair(const char *text, int32_t max, int32_t *a, int32_t *b)
{
    const char *rest = number(text, max, a);
    if (!rest || *rest != 'x') return false;
    rest = number(rest + 1, max, b);
    return rest && !*rest;
}

static th_err parse_kernel(line_words *w, th_layer *l, th_why *why)
{
    const char *word = next_word(w);
    if (pair(word, MAX_KERNEL, &l->k_h, &l->k_w)) return TH_OK;
    return bad(w, why, word, "expected the kernel as HEIGHTxWIDTH, 1 to 64 each, such as 3x3");
}

static th_err parse_filters(line_words *w, th_layer *l, int32_t n_classes, th_why *why)
{
    const char *word = next_word(w);
    if (l->kind == TH_LAYER_DENSE && strcmp(word, "classes") == 0) {
        l->filters = n_classes;
        return TH_OK;
    }
    const char *rest = number(word, MAX_DIM, &l->filters);
    if (rest && !*rest) return TH_OK;
    return bad(w, why, word,
               l->kind == TH_LAYER_DENSE ? "expected the number of outputs, 1 to 4096, or the word classes"
                                         : "expected the number of filters, 1 to 4096");
}

static th_err parse_rate(line_words *w, th_layer *l, th_why *why)
{
    const char *word = next_word(w);
    /* by hand: strtod would read "0,2" or "0.2" depending on the locale */
    float v = 0, place = 0;
    const char *c = word;
    for (; (*c >= '0' && *c <= '9') || (*c == '.' && place <= 0); c++) {
        if (*c == '.') {
            place = 1;
            continue;
        }
        if (place > 0) place /= 10;
        v = place > 0 ? v + place * (float)(*c - '0') : v * 10 + (float)(*c - '0');
    }
    l->rate = v;
    if (c != word && !*c && v < 0.95f) return TH_OK;
    return bad(w, why, word, "expected the part that is dropped, from 0 to 0.95, such as 0.2");
}

static th_err parse_options(line_words *w, th_layer *l, th_why *why)
{
    const bool spatial = l->kind != TH_LAYER_DENSE && l->kind != TH_LAYER_DROPOUT;
    const bool weights = l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DEPTHWISE || l->kind == TH_LAYER_DENSE;
    while (w->next < w->n) {
        const char *word = next_word(w);
        if (spatial && strcmp(word, "stride") == 0) {
            const char *s = next_word(w);
            if (!pair(s, MAX_KERNEL, &l->stride_h, &l->stride_w))
                return bad(w, why, s, "expected the stride as HEIGHTxWIDTH, such as stride 2x2");
        } else if (spatial && strcmp(word, "valid") == 0) {
            l->padding = TH_PAD_VALID;
        } else if (weights && strcmp(word, "bn") == 0) {
            l->batch_norm = true;
        } else if (weights && strcmp(word, "relu") == 0) {
            l->act = TH_LAYER_ACT_RELU;
        } else {
            return bad(w, why, word,
                       !spatial  ? (weights ? "possible here: bn, relu" : "nothing more is possible here")
                       : weights ? "possible here: stride HxW, valid, bn, relu"
                                 : "possible here: stride HxW, valid");
        }
    }
    return TH_OK;
}

static th_err parse_layer(line_words *w, int32_t n_classes, th_layer *l, th_why *why)
{
    static const struct {
        const char *name;
        th_layer_kind kind;
    } kinds[] = {{"conv2d", TH_LAYER_CONV2D},   {"depthwise", TH_LAYER_DEPTHWISE}, {"dense", TH_LAYER_DENSE},
                 {"avgpool", TH_LAYER_AVGPOOL}, {"maxpool", TH_LAYER_MAXPOOL},     {"dropout", TH_LAYER_DROPOUT}};
    const char *name = next_word(w);
    size_t k = 0;
    while (k < sizeof kinds / sizeof kinds[0] && strcmp(name, kinds[k].name) != 0) k++;
    if (k == sizeof kinds / sizeof kinds[0])
        return bad(w, why, name, "the layers are conv2d, depthwise, dense, avgpool, maxpool and dropout");
    *l = (th_layer){.kind = kinds[k].kind,
                    .line = w->number,
                    .padding = TH_PAD_SAME,
                    .bias = true,
                    .groups = 1,
                    .dilation_h = 1,
                    .dilation_w = 1,
                    .n_in = 1};

    if (l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DENSE) TH_TRY(parse_filters(w, l, n_classes, why));
    if (l->kind == TH_LAYER_DROPOUT) TH_TRY(parse_rate(w, l, why));
    if ((l->kind == TH_LAYER_AVGPOOL || l->kind == TH_LAYER_MAXPOOL) && w->next < w->n &&
        strcmp(w->word[w->next], "global") == 0) {
        w->next++; /* k_h stays 0 until the input is known */
        l->padding = TH_PAD_VALID;
    } else if (l->kind != TH_LAYER_DENSE && l->kind != TH_LAYER_DROPOUT) {
        TH_TRY(parse_kernel(w, l, why));
        const bool pool = l->kind == TH_LAYER_AVGPOOL || l->kind == TH_LAYER_MAXPOOL;
        l->stride_h = pool ? l->k_h : 1;
        l->stride_w = pool ? l->k_w : 1;
    }
    return parse_options(w, l, why);
}

static int32_t out_size(int32_t in, int32_t k, int32_t stride, th_padding padding)
{
    return padding == TH_PAD_SAME ? (in + stride - 1) / stride : in < k ? 0 : (in - k) / stride + 1;
}

/* Shapes of a layer from those of the one before. */
static th_err infer(th_layer *l, th_why *why)
{
    if (l->kind == TH_LAYER_DROPOUT) {
        l->out_h = l->in_h, l->out_w = l->in_w, l->out_c = l->in_c;
        return TH_OK;
    }
    if (l->kind == TH_LAYER_DENSE) {
        l->k_h = l->in_h, l->k_w = l->in_w, l->stride_h = l->stride_w = 1;
        l->padding = TH_PAD_VALID;
        l->out_h = l->out_w = 1, l->out_c = l->filters;
        return TH_OK;
    }
    if (l->k_h == 0) l->k_h = l->stride_h = l->in_h, l->k_w = l->stride_w = l->in_w; /* global */
    l->out_h = out_size(l->in_h, l->k_h, l->stride_h, l->padding);
    l->out_w = out_size(l->in_w, l->k_w, l->stride_w, l->padding);
    l->out_c = l->kind == TH_LAYER_CONV2D ? l->filters : l->in_c;
    if (l->out_h < 1 || l->out_w < 1)
        return th_why_set(why, TH_ESHAPE,
                          "model description, line %d: a kernel of %dx%d does not fit into the %dx%d values that are "
                          "left here; take a smaller kernel or drop the word valid",
                          (int)l->line, (int)l->k_h, (int)l->k_w, (int)l->in_h, (int)l->in_w);
    if ((int64_t)l->out_h * l->out_w * l->out_c > MAX_VALUES)
        return th_why_set(why, TH_ERANGE,
                          "model description, line %d: the layer's output has more than 67 million values",
                          (int)l->line);
    return TH_OK;
}

static th_err check_end(const th_spec *s, th_why *why)
{
    const th_layer *last = s->n_layers ? &s->layer[s->n_layers - 1] : NULL;
    if (last && last->kind == TH_LAYER_DENSE && last->out_c == s->n_classes && last->act == TH_LAYER_ACT_NONE &&
        !last->batch_norm)
        return TH_OK;
    return th_why_set(why, TH_EFORMAT, "model description: the last line must be: dense classes%s",
                      last && last->kind == TH_LAYER_DENSE ? " (without bn and relu; the soft-max comes by itself)"
                                                           : "");
}

th_err th_spec_parse(const char *text, int32_t in_h, int32_t in_w, int32_t in_c, int32_t n_classes, th_spec *s,
                     th_why *why)
{
    *s = (th_spec){.in_h = in_h, .in_w = in_w, .in_c = in_c, .n_classes = n_classes};
    if (in_h < 1 || in_w < 1 || in_c < 1 || in_h > MAX_DIM || in_w > MAX_DIM || in_c > MAX_DIM)
        return th_why_set(why, TH_ERANGE, "a model input of %dx%dx%d: each must be from 1 to 4096", (int)in_h,
                          (int)in_w, (int)in_c);
    if (n_classes < 2 || n_classes > MAX_DIM)
        return th_why_set(why, TH_ERANGE, "a model for %d classes: at least 2 are needed", (int)n_classes);
    line_words w = {.number = 0};
    while (*text) {
        const size_t len = strcspn(text, "\n");
        w.number++;
        TH_TRY(split_words(text, len, &w, why));
        text += len + (text[len] == '\n');
        if (w.n == 0) continue;
        if (s->n_layers == TH_MAX_LAYERS) return bad(&w, why, w.word[0], "at most 128 layers are possible");
        th_layer *l = &s->layer[s->n_layers];
        TH_TRY(parse_layer(&w, n_classes, l, why));
        l->in[0] = s->n_layers - 1;
        l->in_h = s->n_layers ? l[-1].out_h : in_h;
        l->in_w = s->n_layers ? l[-1].out_w : in_w;
        l->in_c = s->n_layers ? l[-1].out_c : in_c;
        TH_TRY(infer(l, why));
        s->n_layers++;
    }
    return check_end(s, why);
}

static int64_t weights_of(const th_layer *l)
{
    if (l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DENSE) return (int64_t)l->k_h * l->k_w * l->in_c * l->out_c;
    return l->kind == TH_LAYER_DEPTHWISE ? (int64_t)l->k_h * l->k_w * l->out_c : 0;
}

int64_t th_layer_macs(const th_layer *l)
{
    return weights_of(l) * l->out_h * l->out_w;
}

int64_t th_layer_parameters(const th_layer *l)
{
    const int64_t w = weights_of(l);
    return w ? w + (l->batch_norm ? 2 : 1) * (int64_t)l->out_c : 0;
}

int64_t th_spec_macs(const th_spec *s)
{
    int64_t n = 0;
    for (int i = 0; i < s->n_layers; i++) n += th_layer_macs(&s->layer[i]);
    return n;
}

int64_t th_spec_parameters(const th_spec *s)
{
    int64_t n = 0;
    for (int i = 0; i < s->n_layers; i++) n += th_layer_parameters(&s->layer[i]);
    return n;
}
