/* cli/test_curve.h -- the curve of false alarms per hour against misses, of the streaming path of the device.
 *
 * All thresholds from 1/256 to 255/256 are judged by one run (evaluate/sweep.h). */
#ifndef TH_CLI_TEST_CURVE_H
#define TH_CLI_TEST_CURVE_H

#include "cli/test.h"

#include "evaluate/sweep.h"

enum { TH_CURVE_POINTS = 255 };

typedef struct th_curve_request {
    const char *stream, *truth; /* a recording; NULL: a stream of validation clips is made, */
    double hours;               /* so long */
    double per_hour;            /* the threshold for at most so many false alarms is chosen and written; 0: none */
    bool own;                   /* of the project's own model: the report shows it */
} th_curve_request;

/* The options of thimble test; *asked: is the curve what is wanted?  Errors: TH_EUSAGE. */
TH_NODISCARD th_err th_curve_request_from(const th_args *a, th_curve_request *ask, bool *asked, th_why *why);

/* Listens, prints table, plot and words, or one JSON object; keeps model/curve.json; writes what is chosen.
 * Errors: TH_ENOENT (no int8 network, no truth, no validation clips), TH_ERANGE (no threshold is that quiet), those of
 * th_stream_make and th_stream_push. */
TH_NODISCARD th_err th_test_curve(th_test *t, const th_curve_request *ask, bool json, th_why *why);

/* --threshold T: into thimble.ini and the int8 model, nothing is tested.  Errors: TH_EUSAGE, those of the files. */
TH_NODISCARD th_err th_test_threshold(th_test *t, const th_args *a, th_why *why);

#endif
