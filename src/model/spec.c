/* Lines -> words -> layers -> shapes; then what only the whole can be wrong about: layers that nobody reads, the end.
 */
#include "model/spec_priv.h"

#include "base/text.h"

#include <string.h>

th_err th_spec_bad(const th_spec_line *w, th_err err, const char *fmt, ...)
{
    char text[640];
    va_list args;
    va_start(args, fmt);
    th_text_vfmt(text, sizeof text, fmt, args);
    va_end(args);
    return th_why_set(w->why, err, "%s, line %d: %s", w->file, (int)w->number, text);
}

static th_err split_words(const char *line, size_t len, th_spec_line *w)
{
    const char *hash = memchr(line, '#', len);
    if (hash) len = (size_t)(hash - line);
    if (len >= sizeof w->text) return th_spec_bad(w, TH_EFORMAT, "this line is longer than 255 characters");
    memcpy(w->text, line, len);
    w->text[len] = 0;
    w->n = w->next = 0;
    for (char *c = w->text; *c;) {
        c += strspn(c, " \t\r");
        if (!*c) break;
        if (w->n == TH_SPEC_WORDS) return th_spec_bad(w, TH_EFORMAT, "more than %d words on this line", TH_SPEC_WORDS);
        w->word[w->n++] = c;
        c += strcspn(c, " \t\r");
        if (*c) *c++ = 0;
    }
    return TH_OK;
}

/* ---- the whole ---- */

static bool is_read(const th_spec *s, int32_t layer)
{
    for (int32_t i = layer + 1; i < s->n_layers; i++)
        for (int32_t k = 0; k < s->layer[i].n_in; k++)
            if (s->layer[i].in[k] == layer) return true;
    return false;
}

static th_err check_readers(th_spec_line *w, const th_spec *s)
{
    for (int32_t i = 0; i < s->n_layers; i++) {
        const th_layer *l = &s->layer[i];
        w->number = l->line;
        if (i + 1 < s->n_layers && !is_read(s, i))
            return th_spec_bad(w, TH_EFORMAT,
                               "nobody reads the output of this layer (%s). Remove the line, or read it: as NAME here, "
                               "and from NAME, add NAME or concat NAME below",
                               th_layer_kind_name(l->kind));
    }
    return TH_OK;
}

/* With lines "input" every value of an example is one of theirs, and nobody reads the whole. */
static th_err check_inputs(th_spec_line *w, const th_spec *s)
{
    const th_layer *last = NULL;
    for (int32_t i = 0; i < s->n_layers; i++)
        if (s->layer[i].kind == TH_LAYER_INPUT) last = &s->layer[i];
    if (!last) return TH_OK;
    for (int32_t i = 0; i < s->n_layers; i++)
        for (int32_t k = 0; k < s->layer[i].n_in; k++) {
            w->number = s->layer[i].line;
            if (s->layer[i].in[k] == TH_NET_INPUT && s->layer[i].kind != TH_LAYER_INPUT)
                return th_spec_bad(w, TH_EFORMAT,
                                   "%s reads the whole input, of which other lines take a part each. Write "
                                   "an input line before it",
                                   th_layer_kind_name(s->layer[i].kind));
        }
    const int64_t all = (int64_t)s->in_h * s->in_w * s->in_c,
                  taken = last->first + (int64_t)last->out_h * last->out_w * last->out_c;
    w->number = last->line;
    if (taken == all) return TH_OK;
    return th_spec_bad(w, TH_ESHAPE, "the inputs take %lld values in all, but an example has %lld", (long long)taken,
                       (long long)all);
}

/* A classifier ends in one value per class, to which the soft-max is added. */
static th_err check_end(th_spec_line *w, const th_spec *s)
{
    if (s->n_layers == 0)
        return th_why_set(w->why, TH_EFORMAT, "%s: there is no layer in it. The smallest network is the line: dense %s",
                          w->file, s->n_classes ? "classes" : "1");
    const th_layer *last = &s->layer[s->n_layers - 1];
    w->number = last->line;
    if (last->kind == TH_LAYER_DROPOUT) return th_spec_bad(w, TH_EFORMAT, "the last layer cannot be dropout");
    if (s->n_classes == 0) return TH_OK;
    if (last->kind == TH_LAYER_SOFTMAX)
        return th_spec_bad(w, TH_EFORMAT, "the soft-max at the end comes by itself. Remove this line");
    if (last->act != TH_LAYER_ACT_NONE || last->batch_norm)
        return th_spec_bad(w, TH_EFORMAT,
                           "the last layer must end without bn and without activation, as in: dense classes (the "
                           "soft-max comes by itself)");
    if ((int64_t)last->out_h * last->out_w * last->out_c == s->n_classes) return TH_OK;
    return th_spec_bad(
        w, TH_EFORMAT,
        "the last layer gives %dx%dx%d values, but there are %d classes. End with the line: dense classes",
        (int)last->out_h, (int)last->out_w, (int)last->out_c, (int)s->n_classes);
}

static th_err check_sizes(const th_spec *s, th_why *why)
{
    const int32_t most = TH_SPEC_DIM;
    if (s->in_h < 1 || s->in_w < 1 || s->in_c < 1 || s->in_h > most || s->in_w > most || s->in_c > most ||
        (int64_t)s->in_h * s->in_w * s->in_c > TH_SPEC_VALUES)
        return th_why_set(why, TH_ERANGE,
                          "a model input of %dx%dx%d: each must be from 1 to 4096, and all together at "
                          "most 67 million",
                          (int)s->in_h, (int)s->in_w, (int)s->in_c);
    if (s->n_classes < 0 || s->n_classes == 1 || s->n_classes > most)
        return th_why_set(why, TH_ERANGE, "a model for %d classes: at least 2 are needed, and at most 4096 possible",
                          (int)s->n_classes);
    return TH_OK;
}

static th_err parse_lines(const char *text, th_spec_line *w, th_spec *s)
{
    for (; *text; w->number++) {
        const size_t len = strcspn(text, "\n");
        TH_TRY(split_words(text, len, w));
        text += len + (text[len] == '\n');
        if (w->n == 0) continue;
        if (s->n_layers == TH_MAX_LAYERS)
            return th_spec_bad(w, TH_EFORMAT, "\"%.*s\": at most %d layers are possible", 40, w->word[0],
                               TH_MAX_LAYERS);
        TH_TRY(th_spec_words(w, s));
        TH_TRY(th_spec_infer(w, s));
        s->n_layers++;
    }
    TH_TRY(check_end(w, s));
    TH_TRY(check_inputs(w, s));
    return check_readers(w, s);
}

th_err th_spec_parse_part(const char *text, const char *file, int32_t first_line, int32_t in_h, int32_t in_w,
                          int32_t in_c, int32_t n_classes, th_spec *s, th_why *why)
{
    *s = (th_spec){.in_h = in_h, .in_w = in_w, .in_c = in_c, .n_classes = n_classes};
    TH_TRY(check_sizes(s, why));
    th_spec_line w = {.file = file, .number = first_line, .why = why};
    const th_err err = parse_lines(text, &w, s);
    if (err) s->bad_line = w.number;
    return err;
}

th_err th_spec_parse(const char *text, int32_t in_h, int32_t in_w, int32_t in_c, int32_t n_classes, th_spec *s,
                     th_why *why)
{
    return th_spec_parse_part(text, "model description", 1, in_h, in_w, in_c, n_classes, s, why);
}
