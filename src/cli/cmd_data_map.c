/* thimble data map: all samples as points of the plane. */
#include "cli/map_draw.h"
#include "cli/table.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("map", part);
}

static json_t *point_json(const th_dataset *set, const th_map *map, int32_t i)
{
    const th_sample *s = &set->samples[map->sample[i]];
    return json_pack("{s:s,s:f,s:f,s:s%,s:s}", "hash", s->hash, "x", (double)map->xy[2 * i], "y",
                     (double)map->xy[2 * i + 1], "label", s->label, strlen(s->label), "split", th_split_name(s->split));
}

static json_t *map_json(const th_dataset *set, const th_map_cfg *cfg, const th_map *map)
{
    json_t *points = json_array();
    for (int32_t i = 0; i < map->n; i++) json_array_append_new(points, point_json(set, map, i));
    json_t *o =
        json_pack("{s:s,s:I,s:I,s:I,s:I,s:f,s:I,s:o}", "method", cfg->tsne ? "tsne" : "pca", "samples",
                  (json_int_t)set->n, "n", (json_int_t)map->n, "left_out", (json_int_t)map->left_out, "columns",
                  (json_int_t)map->columns, "trust", map->trust, "seed", (json_int_t)cfg->seed, "points", points);
    if (o && cfg->tsne) {
        json_object_set_new(o, "perplexity", json_real(cfg->perplexity));
        json_object_set_new(o, "divergence", json_real(map->divergence));
    } else if (o) {
        json_object_set_new(o, "share", json_real(map->share));
    }
    if (o && *map->reason) json_object_set_new(o, "reason", json_stringn_nocheck(map->reason, strlen(map->reason)));
    return o;
}

static th_err write_svg(const char *path, const char *title, const th_dataset *set, const th_map *map,
                        const th_map_labels *l, th_why *why)
{
    th_html h = {0};
    th_map_svg(set, map, l, title, &h);
    const th_err err = h.failed ? th_why_set(why, TH_ENOMEM, "out of memory")
                                : th_file_write(path, (th_span){(const uint8_t *)h.text, h.n}, why);
    th_html_free(&h);
    return err;
}

static th_err show(const th_args *a, const th_project *p, const th_dataset *set, const th_map_cfg *cfg,
                   const th_map *map, th_why *why)
{
    const char *out = th_arg(a, "out");
    th_map_labels l;
    th_err err = th_map_labels_make(set, map, &l, why);
    if (!err && out)
        err = write_svg(out, cfg->tsne ? "t-SNE" : "PCA", set, map, &l, why);
    else if (!err)
        th_map_print(map, &l, th_terminal_columns() - 1);
    th_map_labels_free(&l);
    if (err) return err;
    printf("%d of %zu samples, %s; trust %.3f: 1 when all neighbours here are neighbours by their features\n",
           (int)map->n, set->n, cfg->tsne ? "t-SNE" : "two principal axes", map->trust);
    if (map->left_out) printf("note: %zu samples are left out. The first: %s\n", map->left_out, map->reason);
    if (out) printf("%s\n", out);
    json_t *o = map_json(set, cfg, map);
    th_json_keep(p, TH_FILE_MAP, o);
    if (th_arg_on(a, "json")) return th_json_print(o, why);
    json_decref(o);
    return TH_OK;
}

static th_err read_options(const th_args *a, th_map_cfg *cfg, th_why *why)
{
    const char *method = th_arg(a, "method");
    int64_t seed;
    *cfg = (th_map_cfg){.tsne = !method || strcmp(method, "tsne") == 0, .progress = on_progress};
    if (!cfg->tsne && strcmp(method, "pca") != 0)
        return th_why_set(why, TH_EUSAGE, "--method takes pca or tsne, not \"%s\"", method);
    TH_TRY(th_arg_int(a, "limit", 1, TH_MAP_MOST, 2000, &cfg->limit, why));
    TH_TRY(th_arg_float(a, "perplexity", 2, 500, 30, &cfg->perplexity, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    cfg->seed = (uint64_t)seed;
    return TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    static th_project p;
    th_dataset *set;
    th_map_cfg cfg;
    th_map map;
    th_interrupt_catch();
    TH_TRY(read_options(a, &cfg, why));
    TH_TRY(th_arg_project(a, &p, why));
    if (th_project_task(&p)->input == TH_IN_NUMBER)
        return th_why_set(why, TH_EUSAGE, "task %s makes its data itself: there is nothing to put on a map", p.task);
    TH_TRY(th_dataset_load(&p, &set, why));
    th_err err = th_map_make(&p, set, &cfg, &map, why);
    if (!err) err = show(a, &p, set, &cfg, &map, why);
    th_map_free(&map);
    th_dataset_free(set);
    return err;
}

static const th_opt opts[] = {
    {"project", "DIR", ".", "the project"},
    {"method", "M", "tsne", "tsne: neighbours stay neighbours; pca: the two directions that vary most, fast"},
    {"limit", "N", "2000", "so many samples at most, drawn by the seed; up to 10000"},
    {"perplexity", "X", "30", "of t-SNE: about how many neighbours count"},
    {"seed", "N", "1", "of the draw, and of what t-SNE shakes apart"},
    {"out", "FILE", NULL, "write an SVG there, in place of the picture of letters"},
    {"json", NULL, NULL, "end with one line of JSON: each point with its sample"},
    {0}};

const th_cmd th_cmd_data_map = {
    .name = "data map",
    .words = "",
    .summary = "draw all samples as a map: what is alike lies together",
    .detail =
        "By what the network is given of each sample. Samples that stand among those of another label are worth a\n"
        "look. How far apart two groups lie says little, nor how wide they are. PROJECT/model/map.json keeps it.\n\n"
        "  thimble data map --method pca\n  thimble data map --perplexity 50 --out map.svg",
    .opts = opts,
    .run = run,
};
