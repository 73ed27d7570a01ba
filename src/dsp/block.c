/* The table of kinds, and everything that is done once; dsp/block_run.c is what runs for each window. */
#include "dsp/block_priv.h"

#include <string.h>

static const th_block_row *const rows[TH_BLOCK_KINDS] = {
    &th_block_raw_row,      &th_block_stats_row,   &th_block_crossings_row,   &th_block_autocorrelation_row,
    &th_block_spectral_row, &th_block_wavelet_row, &th_block_spectrogram_row, &th_block_orientation_row,
    &th_block_aligned_row,
};

static const th_block_row *row_of(const th_block_part *part)
{
    return rows[part->kind];
}

const char *th_block_kind_name(th_block_kind kind)
{
    return rows[kind]->name;
}

static th_err check_part(const th_block_cfg *cfg, const th_block_part *part)
{
    if ((uint32_t)part->kind >= TH_BLOCK_KINDS) return TH_ERANGE;
    if (part->axes < 0 || part->axes >> cfg->n_axes) return TH_ERANGE;
    if (!row_of(part)->per_row != !row_of(cfg->part)->per_row) return TH_ERANGE;
    if (part->upright && !(part->upright == 1 && row_of(part)->upright && (cfg->n_axes == 3 || cfg->n_axes == 6)))
        return TH_ERANGE;
    if (!row_of(part)->check(cfg, part)) return TH_ERANGE;
    return cfg->fixed && (part->upright || !row_of(part)->run_s16) ? TH_EUNSUP : TH_OK;
}

th_err th_block_check(const th_block_cfg *cfg, int32_t *part)
{
    int32_t unused;
    if (!part) part = &unused;
    *part = -1;
    if (cfg->n_parts < 1 || cfg->n_parts > TH_BLOCK_PARTS || cfg->n_axes < 1 || cfg->n_axes > TH_BLOCK_AXES ||
        cfg->window < 2 || cfg->window > TH_BLOCK_ROWS || !(cfg->rate_hz > 0.0f && cfg->rate_hz <= 1e6f) ||
        (cfg->fixed != 0 && cfg->fixed != 1))
        return TH_ERANGE;
    for (*part = 0; *part < cfg->n_parts; ++*part) TH_TRY(check_part(cfg, &cfg->part[*part]));
    return TH_OK;
}

static int32_t values_of(const th_block_cfg *cfg)
{
    int32_t n = 0;
    for (int32_t k = 0; k < cfg->n_parts; k++) n += row_of(&cfg->part[k])->values(cfg, &cfg->part[k]);
    return n;
}

th_err th_block_shape(const th_block_cfg *cfg, int32_t *h, int32_t *w, int32_t *c)
{
    const th_block_part *p = cfg->part;
    TH_TRY(th_block_check(cfg, NULL));
    const int32_t all = values_of(cfg);
    *h = *w = 1;
    *c = all;
    if (row_of(p)->per_row) {
        *h = cfg->window;
        *c = all / cfg->window;
    } else if (cfg->n_parts == 1 && p->kind == TH_BLOCK_SPECTROGRAM) {
        *c = th_block_count(cfg, p);
        *w = p->n;
        *h = all / (*w * *c);
    }
    return TH_OK;
}

int32_t th_block_norms(const th_block_cfg *cfg)
{
    int32_t h, w, c;
    return th_block_shape(cfg, &h, &w, &c) ? 0 : w * c;
}

static int is_upright(const th_block_cfg *cfg)
{
    int any = 0;
    for (int32_t k = 0; k < cfg->n_parts; k++) any |= cfg->part[k].upright;
    return any;
}

static th_block_data tables_of(const th_block_cfg *cfg, const th_block_part *part)
{
    th_block_data d = {0};
    if (row_of(part)->fill) row_of(part)->fill(cfg, part, &d);
    return d;
}

static size_t rounded(int32_t n, size_t size)
{
    return ((size_t)n * size + TH_ARENA_ALIGN - 1) & ~(size_t)(TH_ARENA_ALIGN - 1);
}

size_t th_block_mem(const th_block_cfg *cfg)
{
    size_t bytes = 0;
    if (th_block_check(cfg, NULL)) return 0;
    for (int32_t k = 0; k < cfg->n_parts; k++) {
        const th_block_data d = tables_of(cfg, &cfg->part[k]);
        bytes +=
            rounded(d.n_f32, sizeof(float)) + rounded(d.n_s16, sizeof(int16_t)) + rounded(d.n_s32, sizeof(int32_t));
    }
    return bytes;
}

static th_err init_step(th_block_step *s, const th_block_cfg *cfg, const th_block_part *part, th_arena *arena)
{
    th_block_data d = tables_of(cfg, part);
    if (d.n_f32 && !(d.f32 = TH_NEW(arena, float, (size_t)d.n_f32))) return TH_ENOMEM;
    if (d.n_s16 && !(d.s16 = TH_NEW(arena, int16_t, (size_t)d.n_s16))) return TH_ENOMEM;
    if (d.n_s32 && !(d.s32 = TH_NEW(arena, int32_t, (size_t)d.n_s32))) return TH_ENOMEM;
    s->f32 = d.f32;
    s->s16 = d.s16;
    s->s32 = d.s32;
    s->n_f32 = d.n_f32;
    s->n_s16 = d.n_s16;
    s->n_s32 = d.n_s32;
    if (d.n_f32 || d.n_s16 || d.n_s32) row_of(part)->fill(cfg, part, &d);
    if (cfg->fixed)
        s->run_s16 = row_of(part)->run_s16;
    else
        s->run = row_of(part)->run;
    s->n_out = s->advance = row_of(part)->values(cfg, part);
    if (row_of(part)->per_row) {
        s->advance = row_of(part)->per_row(cfg, part);
        s->stride = values_of(cfg) / cfg->window;
    }
    return TH_OK;
}

th_err th_block_init(th_block *b, const th_block_cfg *cfg, th_arena *arena)
{
    TH_TRY(th_block_check(cfg, NULL));
    memset(b, 0, sizeof *b);
    b->cfg = *cfg;
    b->n_out = values_of(cfg);
    b->n_norm = th_block_norms(cfg);
    b->turn = is_upright(cfg) ? th_block_aligned : NULL;
    for (int32_t k = 0; k < cfg->n_parts; k++) TH_TRY(init_step(&b->step[k], cfg, &cfg->part[k], arena));
    return TH_OK;
}

size_t th_block_scratch(const th_block_cfg *cfg)
{
    const th_block_part all = {.kind = TH_BLOCK_ALIGNED};
    const int upright = is_upright(cfg);
    size_t most = upright ? th_block_aligned_row.scratch(cfg, &all) : 1;
    for (int32_t k = 0; k < cfg->n_parts; k++) {
        const size_t n = row_of(&cfg->part[k])->scratch(cfg, &cfg->part[k]);
        if (n > most) most = n;
    }
    return most + (upright ? (size_t)(cfg->window * cfg->n_axes) : 0);
}

static th_block_table table_of(const char *name, int32_t part, const void *data, int32_t count, th_block_type type)
{
    const th_block_table t = {name, part, data, data ? count : 0, type};
    return t;
}

int32_t th_block_tables(const th_block *b, th_block_table t[TH_BLOCK_TABLES])
{
    int32_t n = 0;
    for (int32_t k = 0; k < b->cfg.n_parts; k++) {
        const th_block_step *s = &b->step[k];
        t[n++] = table_of("f32", k, s->f32, s->n_f32, TH_BLOCK_F32);
        t[n++] = table_of("s16", k, s->s16, s->n_s16, TH_BLOCK_S16);
        t[n++] = table_of("s32", k, s->s32, s->n_s32, TH_BLOCK_S32);
    }
    t[n++] = table_of("mean", -1, b->mean, b->n_norm, TH_BLOCK_F32);
    t[n++] = table_of("inv_std", -1, b->inv_std, b->n_norm, TH_BLOCK_F32);
    return n;
}
