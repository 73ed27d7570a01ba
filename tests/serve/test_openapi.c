/* The API's description and the table of routes say the same: each operation has a route, each route an operation. */
#include "../test.h"

#include "deploy/embed.h"
#include "serve/routes.h"

#include <jansson.h>

static json_t *description(void)
{
    const th_embed_file *f = th_embed_find("serve/openapi.json");
    assert_non_null(f);
    json_error_t at;
    json_t *root = json_loadb((const char *)f->bytes, f->size, JSON_REJECT_DUPLICATES, &at);
    if (!root) fail_msg("openapi.json: line %d: %s", at.line, at.text);
    return root;
}

/* "GET" as the description writes it; "{file..}" of a route is "{file}" there. */
static void as_described(const th_route *r, char method[16], char path[256])
{
    size_t n = 0;
    for (const char *c = r->method; *c; c++) method[n++] = (char)(*c | 0x20);
    method[n] = 0;
    n = 0;
    for (const char *c = r->path; *c; c++)
        if (*c != '.' || (c[1] != '.' && c[1] != '}')) path[n++] = *c;
    path[n] = 0;
}

static bool is_api(const th_route *r)
{
    return strncmp(r->path, "/api/", 5) == 0;
}

static void each_route_is_described(void **state)
{
    (void)state;
    json_t *root = description(), *paths = json_object_get(root, "paths");
    char method[16], path[256];
    for (const th_route *const *table = th_route_tables; *table; table++)
        for (const th_route *r = *table; r->method; r++) {
            as_described(r, method, path);
            if (is_api(r) && !json_object_get(json_object_get(paths, path), method))
                fail_msg("%s %s is not in openapi.json", r->method, path);
        }
    json_decref(root);
}

static bool has_route(const char *wanted_method, const char *wanted_path)
{
    char method[16], path[256];
    for (const th_route *const *table = th_route_tables; *table; table++)
        for (const th_route *r = *table; r->method; r++) {
            as_described(r, method, path);
            if (strcmp(method, wanted_method) == 0 && strcmp(path, wanted_path) == 0) return true;
        }
    return false;
}

/* Operations of a path; their names are given once, and each says what it answers. */
static void look_at(const char *path, json_t *item, json_t *names)
{
    const char *method;
    json_t *operation;
    json_object_foreach(item, method, operation)
    {
        if (strcmp(method, "parameters") == 0) continue;
        if (!has_route(method, path)) fail_msg("openapi.json has %s %s, the server has not", method, path);
        const char *name = json_string_value(json_object_get(operation, "operationId"));
        if (!name || json_object_get(names, name)) fail_msg("%s %s: no operationId of its own", method, path);
        json_object_set_new(names, name, json_true());
        assert_true(json_object_size(json_object_get(operation, "responses")) > 0);
        assert_non_null(json_object_get(operation, "summary"));
    }
}

static void each_operation_has_a_route(void **state)
{
    (void)state;
    json_t *root = description(), *names = json_object(), *item;
    const char *path;
    json_object_foreach(json_object_get(root, "paths"), path, item) look_at(path, item, names);
    assert_true(json_object_size(names) > 30);
    json_decref(names);
    json_decref(root);
}

/* Every {"$ref": "#/components/.."} leads somewhere. */
static void refs_lead_somewhere(const json_t *root, const json_t *at)
{
    const char *key, *ref = json_string_value(json_object_get(at, "$ref"));
    const json_t *to = root;
    json_t *child;
    size_t i;
    if (ref) {
        char text[256];
        snprintf(text, sizeof text, "%s", ref);
        for (char *save = NULL, *part = strtok_r(text, "#/", &save); part; part = strtok_r(NULL, "#/", &save))
            to = json_object_get(to, part);
        if (!to) fail_msg("%s leads nowhere", ref);
    }
    json_array_foreach(at, i, child) refs_lead_somewhere(root, child);
    json_object_foreach((json_t *)(uintptr_t)at, key, child) refs_lead_somewhere(root, child);
}

static void what_it_refers_to_is_there(void **state)
{
    (void)state;
    json_t *root = description();
    refs_lead_somewhere(root, root);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_route_is_described),
        cmocka_unit_test(each_operation_has_a_route),
        cmocka_unit_test(what_it_refers_to_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
