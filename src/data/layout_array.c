/* Windows of a sensor in arrays: X.npy [n][rows][channels], or [n][rows] of one channel, with y.npy beside it
 * (data/array_set.h).  Rows have the project's rate. */
#include "data/array_set.h"
#include "data/layout.h"

#include "base/text.h"
#include "data/signal.h"

#include <stdlib.h>
#include <string.h>

static bool fits(const char *path, th_span head)
{
    return head.n > 4 && th_array_set_named(path);
}

static th_err give(const th_array_set *s, const char *file, const th_layout_cfg *cfg, th_recording_take *take,
                   void *ctx, th_why *why)
{
    const int32_t rows = s->x.dim[1], columns = s->x.n_dims == 3 ? s->x.dim[2] : 1;
    char name[600], channels[TH_MAX_CHANNELS * 5] = "";
    for (int32_t k = 0, n = 0; k < columns; k++)
        n += (int32_t)th_text_fmt(channels + n, sizeof channels - (size_t)n, "%sc%d", k ? "," : "", (int)k);
    for (int32_t i = 0; i < s->x.dim[0]; i++) {
        th_text_fmt(name, sizeof name, "%s#%d", file, (int)i + 1);
        const th_recording r = {.name = name,
                                .channels = channels,
                                .label = s->label[i],
                                .subject = "",
                                .device = "",
                                .group = "",
                                .rate_hz = cfg->rate_hz,
                                .rows = s->x.values + (size_t)i * (size_t)rows * (size_t)columns,
                                .n = rows,
                                .n_channels = columns,
                                .has_split = s->has_split,
                                .split = s->split};
        TH_TRY(take(ctx, &r, why));
    }
    return TH_OK;
}

static th_err parse(th_span file, const char *name, const th_layout_cfg *cfg, th_recording_take *take, void *ctx,
                    th_why *why)
{
    th_array_set s;
    TH_TRY(cfg->dir ? th_array_set_load(cfg->dir, name, file, &s, why)
                    : th_array_set_parse(name, file, cfg->beside, (th_span){0}, &s, why));
    const bool fine = (s.x.n_dims == 3 && s.x.dim[2] <= TH_MAX_CHANNELS) || s.x.n_dims == 2;
    const th_err err = fine
                           ? give(&s, name, cfg, take, ctx, why)
                           : th_why_set(why, TH_EFORMAT,
                                        "%s has %d dimensions: examples x rows x channels (at most 256) are needed, or "
                                        "examples x rows",
                                        name, (int)s.x.n_dims);
    th_array_set_free(&s);
    return err;
}

const th_layout th_layout_array = {.name = "arrays",
                                   .what = "X.npy (examples x rows x channels) with y.npy or labels.txt",
                                   .input = TH_IN_SIGNAL,
                                   .fits = fits,
                                   .parse = parse};
