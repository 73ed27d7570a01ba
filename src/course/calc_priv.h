/* course/calc_priv.h -- how a computation gets its values and gives its results.  Errors are kept: a function asks for
 * all values, looks at c->err once and then computes. */
#ifndef TH_COURSE_CALC_PRIV_H
#define TH_COURSE_CALC_PRIV_H

#include "course/calc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TH_CALC_VALUES 1024 /* numbers in a list or table */
#define TH_CALC_KEYS   16

typedef struct th_calc {
    const th_calc_row *row;
    struct {
        const char *name, *text; /* what was given, or the default; neither ends with a NUL */
        size_t name_n, text_n;
    } value[TH_CALC_KEYS];
    int n;
    json_t *out;
    th_why *why;
    th_err err; /* the first one */
} th_calc;

/* Numbers of a list, or of a table with its rows one after another. */
typedef struct th_numbers {
    double v[TH_CALC_VALUES];
    float f[TH_CALC_VALUES]; /* the same */
    int32_t n, rows, columns;
} th_numbers;

/* A number from lo to hi, a whole one; a list of lo to hi numbers; a table whose rows are equally long; a place in
 * `words`, which NULL ends. */
double th_calc_number(th_calc *c, const char *name, double lo, double hi);
int32_t th_calc_whole(th_calc *c, const char *name, int32_t lo, int32_t hi);
void th_calc_list(th_calc *c, const char *name, int32_t lo, int32_t hi, th_numbers *list);
void th_calc_table(th_calc *c, const char *name, th_numbers *table);
int th_calc_word(th_calc *c, const char *name, const char *const *words);
/* As it was given, into text [cap]. */
void th_calc_text(th_calc *c, const char *name, char *text, size_t cap);

/* TH_EUSAGE when the condition does not hold. */
void th_calc_need(th_calc *c, bool holds, const char *text);

void th_calc_set(th_calc *c, const char *name, double v);
void th_calc_set_whole(th_calc *c, const char *name, int64_t v);
void th_calc_set_yes(th_calc *c, const char *name, bool yes);
void th_calc_set_list(th_calc *c, const char *name, const double *v, int32_t n);
void th_calc_set_floats(th_calc *c, const char *name, const float *v, int32_t n);
void th_calc_set_table(th_calc *c, const char *name, const float *v, int32_t rows, int32_t columns);

/* The functions of the rows, by file. */
typedef void th_calc_fn(th_calc *c);
th_calc_fn th_calc_line, th_calc_step, th_calc_descend, th_calc_neuron, th_calc_layer, th_calc_softmax,
    th_calc_crossentropy, th_calc_parameters, th_calc_split, th_calc_patience; /* calc_learn.c */
th_calc_fn th_calc_conv, th_calc_size, th_calc_pool, th_calc_macs;             /* calc_see.c */
th_calc_fn th_calc_alias, th_calc_bin, th_calc_frames, th_calc_mel, th_calc_band, th_calc_decibel, th_calc_bits;
th_calc_fn th_calc_scale, th_calc_quantize, th_calc_arena;              /* calc_chip.c */
th_calc_fn th_calc_energy, th_calc_budget, th_calc_speed, th_calc_send; /* calc_chip.c */
th_calc_fn th_calc_matrix, th_calc_threshold, th_calc_auc, th_calc_cheapest, th_calc_cost, th_calc_rates, th_calc_most,
    th_calc_sure, th_calc_fair, th_calc_smooth;           /* calc_judge.c */
th_calc_fn th_calc_distance, th_calc_knn, th_calc_kmeans; /* calc_near.c */

#endif
