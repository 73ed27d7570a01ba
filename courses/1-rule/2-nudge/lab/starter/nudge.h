/* One step of gradient descent for the line y = w x + b, and whether a training diverged. */
#ifndef NUDGE_H
#define NUDGE_H

/* n readings x[0..n-1], y[0..n-1]; *w and *b are the guess, and are changed by one step with this rate. */
void step(const float *x, const float *y, int n, float rate, float *w, float *b);

/* loss[0] is the one before the first step, loss[n - 1] the last. 1: it diverged; 0: it did not. */
int diverges(const float *loss, int n);

#endif
