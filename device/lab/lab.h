/* device/lab/lab.h -- what a harness of a lab says about the learner's functions (docs/labs.md, "c"). */
#ifndef LAB_H
#define LAB_H

#include <stdint.h>

/* The harness writes this one: cases, one after another. */
void lab_grade(void);

/* Begins a case: what follows belongs to it, and has so many instructions (the recipe's `instructions`). */
void lab_case(const char *name);

/* The first thing that is wanted in vain is what is told of the case.  Knows %s %c %d %u %x %ld %lu %g %f %.3f %%. */
void lab_want(int good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Chance, the same in each run of one learner. */
uint32_t lab_seed(void);
uint32_t lab_below(uint32_t n); /* 0 to n - 1; n > 0 */
float lab_range(float lo, float hi);

/* The same bits?  (A zero below zero is not the same as one above.) */
int lab_same(float a, float b);

/* Instructions since the case began, to about 40. */
uint32_t lab_instructions(void);

#endif
