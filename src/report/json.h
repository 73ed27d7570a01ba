/* report/json.h -- reading the JSON files of a project by path, with defaults for what is not there. */
#ifndef TH_REPORT_JSON_H
#define TH_REPORT_JSON_H

#include <jansson.h>

#include <stdint.h>

/* Member by path: th_json_at(root, "int8.accuracy"); NULL when a part of the way is missing. */
const json_t *th_json_at(const json_t *root, const char *path);

/* The number there, `def` when it is missing or no number. */
double th_json_num(const json_t *root, const char *path, double def);

/* The text there, `def` when it is missing or no text. */
const char *th_json_str(const json_t *root, const char *path, const char *def);

/* Elements of the array there, 0 when it is missing or no array. */
size_t th_json_len(const json_t *root, const char *path);

#endif
