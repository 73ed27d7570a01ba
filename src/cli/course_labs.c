/* Labs are held against their own solutions. */
#include "cli/course_labs.h"

#include "cli/version.h"
#include "course/lab.h"
#include "os/process.h"

#include <stdio.h>

static void tell(void *ctx, bool good, const char *text)
{
    (void)ctx;
    printf("%-5s %s\n", good ? "ok" : "WRONG", text);
    (void)fflush(stdout);
}

th_err th_course_labs(const th_shelf *shelf, const char *id, uint64_t seed, th_why *why)
{
    char program[TH_PROGRAM_BYTES];
    int bad = 0;
    TH_TRY(th_program_self(program, why));
    const th_lab_cfg cfg = {.program = program, .version = th_version(), .lang = "en", .seed = seed};
    TH_TRY(th_lab_check(shelf, id, &cfg, tell, NULL, &bad, why));
    if (bad) return th_why_set(why, TH_EFORMAT, "%d thing%s wrong with the labs", bad, bad == 1 ? " is" : "s are");
    return TH_OK;
}
