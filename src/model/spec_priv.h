/* model/spec_priv.h -- what the parts of the parser share: words (spec_words.c) -> a layer -> its shapes
 * (spec_shape.c). */
#ifndef TH_MODEL_SPEC_PRIV_H
#define TH_MODEL_SPEC_PRIV_H

#include "model/spec.h"

#define TH_SPEC_DIM    4096               /* largest side of the input, number of filters */
#define TH_SPEC_KERNEL 64                 /* largest side of a kernel, stride, dilation, scale */
#define TH_SPEC_VALUES ((int32_t)1 << 26) /* most values of an activation, and of a layer's weights */
#define TH_SPEC_WORDS  24

/* The line that is read: what its errors say, and its words. */
typedef struct th_spec_line {
    const char *file; /* "model description" */
    int32_t number;
    th_why *why;
    int32_t n, next;
    char *word[TH_SPEC_WORDS];
    char text[256];
} th_spec_line;

/* "FILE, line N: ..."; returns err. */
th_err th_spec_bad(const th_spec_line *w, th_err err, const char *fmt, ...) TH_PRINTF(3, 4);

/* The words of a line -> s->layer[s->n_layers], but for its shapes. */
TH_NODISCARD th_err th_spec_words(th_spec_line *w, th_spec *s);

/* Shapes of s->layer[s->n_layers] from those of its inputs. */
TH_NODISCARD th_err th_spec_infer(const th_spec_line *w, th_spec *s);

#endif
