/* serve/ini.h -- a project's thimble.ini with its revision, so that nobody writes over what somebody else has changed.
 */
#ifndef TH_SERVE_INI_H
#define TH_SERVE_INI_H

#include "data/project.h"
#include "serve/site.h"

#include <jansson.h>

typedef struct th_ini {
    char *text; /* [n] and a NUL; th_ini_close */
    size_t n;
    char revision[17]; /* of its bytes: hexadecimal */
} th_ini;

TH_NODISCARD th_err th_ini_open(const th_project *p, th_ini *ini, th_why *why);
void th_ini_close(th_ini *ini);

/* Changes the file; p is the project as it is now. */
typedef th_err th_ini_edit(void *ctx, const th_project *p, th_why *why);

/* Calls edit when the file is of this revision still, with nobody else at the project, and tells who listens to it.
 * Errors: TH_EUSAGE (no revision), TH_EEXIST (another revision; somebody is at the data for too long), those of edit.
 */
TH_NODISCARD th_err th_ini_change(const th_request *r, th_project *p, const json_t *revision, th_ini_edit *edit,
                                  void *ctx, th_why *why);

/* 400 with {"error": {code, text, line}}; line 0: none. */
TH_NODISCARD th_err th_ini_wrong(th_reply *out, const char *text, int32_t line, th_why *why);

/* N of ", line N: " in a complaint, *rest behind it; 0 and all of it when there is none. */
int32_t th_ini_complaint(const char *text, const char **rest);

#endif
