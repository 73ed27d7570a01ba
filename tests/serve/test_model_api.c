/* The network of a project by HTTP's requests without HTTP: its lines are shown and changed, what is wrong has its
 * line, and what it costs is told before it is trained, the same for the command line and for the page. */
#include "one_site.h"

#define MODEL    "/api/v1/projects/words/model"
#define SETTINGS "/api/v1/projects/words/settings"

/* Takes o. */
static answer give(const char *method, const char *uri, json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT);
    assert_non_null(text);
    const answer a = ask(site, method, uri, "application/json", (th_span){(const uint8_t *)text, strlen(text)});
    free(text);
    json_decref(o);
    return a;
}

static json_t *error_of(const answer *a)
{
    return json_object_get(a->json, "error");
}

static void revision_of(const char *uri, char revision[17])
{
    answer a = get(uri);
    expect(&a, 200);
    snprintf(revision, 17, "%s", text_at(a.json, "revision"));
    done(&a);
}

static void boards_and_presets(void **state)
{
    (void)state;
    answer a = get("/api/v1/boards");
    expect(&a, 200);
    assert_string_equal(text_at(json_array_get(a.json, 0), "name"), "nano33ble");
    assert_int_equal(number_at(json_array_get(a.json, 0), "ram"), 262144);
    done(&a);
    a = get("/api/v1/presets?task=image");
    expect(&a, 200);
    size_t i;
    json_t *p;
    assert_true(json_array_size(a.json) >= 3);
    json_array_foreach(a.json, i, p)
    {
        assert_string_equal(text_at(p, "tasks"), "image");
        assert_true(strlen(text_at(p, "sentence")) > 20);
    }
    done(&a);
    a = get("/api/v1/presets?task=nothing");
    expect(&a, 400);
    done(&a);
}

static void lines_are_changed(void **state)
{
    char revision[17], settings[17];
    (void)state;
    answer a = get(MODEL);
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "preset"), "ds-cnn-s");
    assert_non_null(strstr(text_at(a.json, "text"), "depthwise 3x3"));
    assert_false(json_is_true(json_object_get(a.json, "own")));
    snprintf(revision, sizeof revision, "%s", text_at(a.json, "revision"));
    done(&a);
    a = give(
        "PUT", MODEL,
        json_pack("{s:s, s:s}", "revision", revision, "text", "# mine\nconv2d 8 3x3 stride 2x2 relu\ndense classes"));
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "text"), "# mine\nconv2d 8 3x3 stride 2x2 relu\ndense classes");
    assert_true(json_is_true(json_object_get(a.json, "own")));
    assert_string_not_equal(text_at(a.json, "revision"), revision);
    done(&a);
    a = give("PUT", MODEL, json_pack("{s:s, s:s}", "revision", revision, "preset", "tiny-conv"));
    expect(&a, 409); /* that revision is gone */
    done(&a);
    revision_of(MODEL, revision);
    revision_of(SETTINGS, settings);
    assert_string_equal(revision, settings);
    a = give("PUT", MODEL, json_pack("{s:s, s:s}", "revision", revision, "preset", "tiny-conv"));
    expect(&a, 200); /* a preset: the own lines go */
    assert_string_equal(text_at(a.json, "preset"), "tiny-conv");
    assert_false(json_is_true(json_object_get(a.json, "own")));
    assert_non_null(strstr(text_at(a.json, "text"), "conv2d 8 10x8"));
    done(&a);
}

static void wrong_lines(void **state)
{
    char revision[17];
    (void)state;
    revision_of(MODEL, revision);
    static const struct {
        const char *text;
        int line;
    } wrong[] = {{"conv2d 8 3x3\n\ndropuot 0.2\ndense classes", 3},
                 {"conv2d 8 3x3\n[deploy]\nboard = x", 2},
                 {"conv2d 8 3x3", 1},
                 {"# nothing", 2}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        answer a = give("PUT", MODEL, json_pack("{s:s, s:s}", "revision", revision, "text", wrong[i].text));
        expect(&a, 400);
        if (i < 3) assert_int_equal(number_at(error_of(&a), "line"), wrong[i].line);
        done(&a);
        a = give("POST", MODEL "/preview", json_pack("{s:s}", "text", wrong[i].text));
        expect(&a, 200);
        if (i < 3) assert_int_equal(number_at(error_of(&a), "line"), wrong[i].line);
        assert_null(strstr(text_at(error_of(&a), "text"), "thimble.ini, line"));
        done(&a);
    }
    answer a = give("PUT", MODEL, json_pack("{s:s, s:s}", "revision", revision, "preset", "sine\n[deploy]"));
    expect(&a, 400);
    done(&a);
    a = give("PUT", MODEL,
             json_pack("{s:s, s:s, s:s}", "revision", revision, "preset", "x\ny", "text", "dense classes"));
    expect(&a, 400);
    done(&a);
    a = give("PUT", MODEL, json_pack("{s:s}", "revision", revision));
    expect(&a, 400);
    done(&a);
    a = give("PUT", MODEL, json_pack("{s:s}", "text", "dense classes"));
    expect(&a, 400); /* no revision */
    done(&a);
    a = give("POST", MODEL "/preview", json_pack("{s:i}", "text", 5));
    expect(&a, 400);
    done(&a);
    a = give("POST", MODEL "/preview", json_pack("{s:s}", "board", "none"));
    expect(&a, 400);
    done(&a);
    a = give("POST", "/api/v1/projects/nobody/model/preview", json_object());
    expect(&a, 404);
    done(&a);
}

static void costs_are_told(void **state)
{
    (void)state;
    static const char *const projects[] = {"words", "moves", "views", "signs", "machine", "sum"};
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++) {
        char uri[128];
        snprintf(uri, sizeof uri, "/api/v1/projects/%s/model/preview", projects[i]);
        answer a = give("POST", uri, json_object());
        expect(&a, 200);
        const json_t *board = json_object_get(a.json, "board");
        if (error_of(&a)) fail_msg("%s: %s", projects[i], text_at(error_of(&a), "text"));
        assert_true(json_array_size(json_object_get(a.json, "layers")) >= 1);
        assert_true(number_at(board, "arena") > 0 && number_at(board, "ram_bound") > number_at(board, "arena"));
        assert_true(number_at(board, "flash") > 1000);
        assert_true(json_is_true(json_object_get(board, "fits")));
        done(&a);
    }
    answer a = give("POST", MODEL "/preview", json_pack("{s:s, s:s}", "preset", "ds-cnn-l", "board", "microbit"));
    expect(&a, 200);
    assert_false(json_is_true(json_object_get(json_object_get(a.json, "board"), "fits")));
    done(&a);
    /* Far too large: said so at once, and no memory taken. */
    a = give("POST", MODEL "/preview", json_pack("{s:s}", "text", "conv2d 4096 3x3\nconv2d 4096 3x3\ndense classes"));
    expect(&a, 200);
    assert_false(json_is_true(json_object_get(json_object_get(a.json, "board"), "fits")));
    done(&a);
}

static void settings_are_changed(void **state)
{
    char revision[17];
    (void)state;
    answer a = get(SETTINGS);
    expect(&a, 200);
    snprintf(revision, sizeof revision, "%s", text_at(a.json, "revision"));
    char *text = strdup(text_at(a.json, "text"));
    done(&a);
    char *seed = strstr(text, "seed = 1");
    assert_non_null(seed);
    seed[7] = '7';
    a = give("PUT", SETTINGS, json_pack("{s:s, s:s}", "revision", revision, "text", text));
    expect(&a, 200);
    done(&a);
    a = give("PUT", SETTINGS, json_pack("{s:s, s:s}", "revision", revision, "text", text));
    expect(&a, 409);
    done(&a);
    revision_of(SETTINGS, revision);
    a = give("PUT", SETTINGS,
             json_pack("{s:s, s:s}", "revision", revision, "text", "[project]\ntask = keyword\nlables = a\n"));
    expect(&a, 400);
    assert_int_equal(number_at(error_of(&a), "line"), 3);
    done(&a);
    a = give("PUT", SETTINGS, json_pack("{s:s}", "revision", revision));
    expect(&a, 400);
    done(&a);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boards_and_presets), cmocka_unit_test(lines_are_changed),    cmocka_unit_test(wrong_lines),
        cmocka_unit_test(costs_are_told),     cmocka_unit_test(settings_are_changed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
