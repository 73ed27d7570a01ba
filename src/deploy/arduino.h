/* deploy/arduino.h -- a library for the Arduino IDE: the network as C, the board's own part (device/arduino), and an
 * example that reads the real sensor.  And the rules that such a library has to keep.
 *
 *   NAME/library.properties  keywords.txt  README.md
 *   NAME/src/NAME.h          what a sketch includes; the rest of src/: generated C and the ring's sources
 *   NAME/examples/NAME/      NAME.ino, the sketch; sensor.cpp, sensor_read for the board's sensor
 *   NAME/extras/             LICENSE, selftest.c: not compiled by the IDE
 *
 * Source of the rules: Arduino, "Library specification", revision 2.2 (arduino/arduino-cli, docs). */
#ifndef TH_DEPLOY_ARDUINO_H
#define TH_DEPLOY_ARDUINO_H

#include "deploy/bundle.h"
#include "deploy/codegen.h"

/* --as arduino.  out: NAME.zip, or a folder NAME.  *bytes: constants of the network.
 * Errors: TH_EUSAGE (NAME cannot be a library's name), those of th_code_make, of th_bundle_write_zip and _folder. */
TH_NODISCARD th_err th_export_arduino(const th_plan *plan, const th_app *app, const char *out, size_t *bytes,
                                      th_why *why);

/* The files that it writes.  Free with th_bundle_free, also after an error. */
TH_NODISCARD th_err th_arduino_library(const th_plan *plan, const th_app *app, const char *name, th_bundle *library,
                                       size_t *bytes, th_why *why);

/* Starts every C file: compilers of Arduino's cores would join a product and a sum, and round once where the host
 * rounds twice.  An option that one cannot give from a library. */
#define TH_ARDUINO_ROUNDING                                                                                            \
    "#if defined(__clang__)\n#pragma clang fp contract(off)\n#elif defined(__GNUC__)\n"                                \
    "#pragma GCC optimize(\"fp-contract=off\")\n#endif\n"

/* arduino_check.c.  A rule that is broken: `path` in the library, line 0 for all of it. */
typedef struct th_library_finding {
    bool error; /* the IDE or the Library Manager refuses it; else it only works worse */
    char path[160];
    int32_t line;
    char text[256]; /* what is wrong, and what to do */
} th_library_finding;

typedef struct th_library_report {
    th_library_finding finding[64]; /* the first n; n_errors and n_warnings count all */
    size_t n, n_errors, n_warnings;
} th_library_report;

/* root: the folder's name. */
void th_library_check(const th_bundle *library, const char *root, th_library_report *report);

#endif
