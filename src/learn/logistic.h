/* learn/logistic.h -- the fit behind logistic regression, for those who want to look at it. */
#ifndef TH_LEARN_LOGISTIC_H
#define TH_LEARN_LOGISTIC_H

#include "learn/learning.h"

/* Weights [classes][d + 1], the last one of each the bias, and what is left of the gradient at them.
 * Errors: TH_ENOMEM, TH_EINTR. */
TH_NODISCARD th_err th_logistic_fit(th_learning *l, double **weights, double **gradient);

#endif
