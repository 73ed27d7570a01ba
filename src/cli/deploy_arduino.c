/* thimble deploy --as arduino and --check-library. */
#include "cli/deploy.h"
#include "deploy/arduino.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

th_err th_deploy_arduino(const th_args *a, const th_target *t, const char *out, th_why *why)
{
    size_t bytes = 0;
    TH_TRY(th_export_arduino(t->plan, &t->app, out, &bytes, why));
    if (th_arg_on(a, "json"))
        printf("{\"arena_bytes\":%zu,\"weight_bytes\":%zu}\n", t->plan->arena_bytes, bytes);
    else
        printf(
            "%s: Arduino library; arena %zu bytes, weights %zu bytes. In the IDE: Sketch > Include Library > Add .ZIP "
            "Library\n",
            out, t->plan->arena_bytes, bytes);
    return TH_OK;
}

static void print_finding(const th_library_finding *f)
{
    printf("%s: %s", f->error ? "error" : "warning", f->path);
    if (f->line) printf(":%d", (int)f->line);
    printf(": %s\n", f->text);
}

th_err th_deploy_check_library(const th_args *a, const char *path, th_why *why)
{
    char root[TH_PATH_BYTES];
    th_bundle library;
    (void)a;
    th_library_report *report = calloc(1, sizeof *report);
    if (!report) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_bundle_read(path, root, &library, why);
    if (!err) {
        th_library_check(&library, root, report);
        for (size_t i = 0; i < report->n; i++) print_finding(&report->finding[i]);
        if (report->n_errors)
            err = th_why_set(why, TH_EFORMAT,
                             "%s: %zu error(s), %zu warning(s): the Arduino IDE would refuse it or not "
                             "find all of it",
                             path, report->n_errors, report->n_warnings);
        else
            printf("%s: a library by Arduino's rules, %zu warning(s)\n", path, report->n_warnings);
    }
    th_bundle_free(&library);
    free(report);
    return err;
}
