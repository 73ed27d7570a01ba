/* cli/curve_plot.h -- misses over false alarms per hour as a picture of characters. */
#ifndef TH_CLI_CURVE_PLOT_H
#define TH_CLI_CURVE_PLOT_H

#include <stddef.h>

/* rate [n] false alarms per hour, miss [n] 0 to 1; point `mark` is an "O".  The axis of rates is logarithmic from
 * `least` (> 0) on; what is below stands in the first column, which is 0.  Fresh memory; NULL: there is none. */
char *th_curve_plot(const double *rate, const double *miss, size_t n, size_t mark, double least);

#endif
