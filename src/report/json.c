#include "report/json.h"

#include <string.h>

const json_t *th_json_at(const json_t *root, const char *path)
{
    while (root && *path) {
        const size_t n = strcspn(path, ".");
        char key[64];
        if (n >= sizeof key) return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        root = json_object_get(root, key);
        path += n + (path[n] == '.');
    }
    return root;
}

double th_json_num(const json_t *root, const char *path, double def)
{
    const json_t *v = th_json_at(root, path);
    return json_is_number(v) ? json_number_value(v) : def;
}

const char *th_json_str(const json_t *root, const char *path, const char *def)
{
    const json_t *v = th_json_at(root, path);
    return json_is_string(v) ? json_string_value(v) : def;
}

size_t th_json_len(const json_t *root, const char *path)
{
    const json_t *v = th_json_at(root, path);
    return json_is_array(v) ? json_array_size(v) : 0;
}
