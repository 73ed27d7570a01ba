/* One sample as anybody may send it: the first byte says the type and the task, the rest is the body.  Refused with a
 * text, or content whose sizes agree. */
#include "serve/upload.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool good)
{
    if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static th_project p[3];
    static const char *const tasks[] = {"keyword", "image", "activity"}, *const label[] = {"yes"};
    static const char *const types[] = {"audio/wav",  "image/png",        "text/csv",   "audio/ogg",
                                        "image/jpeg", "application/json", "audio/flac", "text/plain"};
    th_why why = {0};
    th_upload u;
    if (size < 1) return 0;
    const int k = data[0] % 8, task = k % 3 < 3 && k != 7 ? k % 3 : 0;
    if (!*p[task].task) hold(!th_project_defaults(tasks[task], label, task == 0, &p[task], NULL));
    const th_upload_cfg cfg = {.type = types[k], .label = data[0] & 8 ? "silence" : "yes", .trim = (data[0] & 16) != 0};
    const th_err err = th_upload_read(&p[task], &cfg, (th_span){data + 1, size - 1}, &u, &why);
    if (err) {
        hold(why.err && *why.text && !u.pcm && !u.rows && !u.channels);
        return 0;
    }
    hold(th_hash_is_good(u.hash));
    if (u.kind == TH_SOUND) hold(u.pcm && u.n > 0);
    if (u.kind == TH_PICTURE) hold(u.width > 0 && u.height > 0);
    if (u.kind == TH_SIGNAL) hold(u.rows && u.n > 0 && u.n_channels == th_channel_count(u.channels));
    th_upload_free(&u);
    return 0;
}
