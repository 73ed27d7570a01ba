/* Standard input: "-". */
#include "os/capture_priv.h"

#include "base/text.h"

#include <string.h>
#include <unistd.h>

static bool knows(const char *from)
{
    return strcmp(from, "-") == 0;
}

static th_err open_stdin(th_capture *c, const char *place, th_why *why)
{
    (void)place;
    if (isatty(STDIN_FILENO))
        return th_why_set(why, TH_EUSAGE,
                          "- is standard input, which is your keyboard here. Put a program in front that writes "
                          "(PROGRAM | thimble data record --from - ..), or a file behind (< FILE)");
    c->fd = STDIN_FILENO;
    th_text_fmt(c->info.source, sizeof c->info.source, "standard input");
    return TH_OK;
}

static void leave_open(th_capture *c)
{
    c->fd = -1; /* it is not ours */
}

const th_capture_kind th_capture_stdin = {
    .name = "", .knows = knows, .open = open_stdin, .read = th_capture_read_fd, .close = leave_open};
