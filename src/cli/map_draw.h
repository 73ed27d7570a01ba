/* cli/map_draw.h -- a map of the data (check/map.h) as a picture for people: letters on a terminal, or an SVG file. */
#ifndef TH_CLI_MAP_DRAW_H
#define TH_CLI_MAP_DRAW_H

#include "check/map.h"
#include "report/html.h"

/* Labels of the points in the order of their first appearance, and which of them each point has. */
typedef struct th_map_labels {
    const char **label; /* [n] texts of the set */
    size_t *count;      /* [n] points */
    int32_t *of;        /* [points] */
    int32_t n;
} th_map_labels;

TH_NODISCARD th_err th_map_labels_make(const th_dataset *set, const th_map *map, th_map_labels *l, th_why *why);
void th_map_labels_free(th_map_labels *l);

/* Letters, one for each label, the most frequent one of each place; then which letter is which label. */
void th_map_print(const th_map *map, const th_map_labels *l, int columns);

/* A file that stands alone: a colour and a shape for each label, names shown when pointed at. */
void th_map_svg(const th_dataset *set, const th_map *map, const th_map_labels *l, const char *title, th_html *h);

#endif
