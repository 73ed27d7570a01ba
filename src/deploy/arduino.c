#include "deploy/arduino.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif

static void put_source(th_bundle *b, const char *name, th_span bytes)
{
    char path[160];
    const size_t n = strlen(name);
    th_writer w = {0};
    th_text_fmt(path, sizeof path, "src/%s", name);
    if (n > 2 && strcmp(name + n - 2, ".c") == 0) th_writer_add(&w, "%s", TH_ARDUINO_ROUNDING);
    th_writer_add(&w, "%.*s", (int)bytes.n, (const char *)bytes.p);
    th_bundle_text(b, path, &w);
}

/* The network, and what it needs. */
static th_err put_code(th_bundle *b, const th_code *code, th_why *why)
{
    put_source(b, "model.h", TH_WRITER_SPAN(&code->model_h));
    put_source(b, "model.c", TH_WRITER_SPAN(&code->model_c));
    if (code->app_c.n) {
        put_source(b, code->app_name[0], TH_WRITER_SPAN(&code->app_h));
        put_source(b, code->app_name[1], TH_WRITER_SPAN(&code->app_c));
    }
    for (size_t i = 0; i < code->ring.n; i++) {
        const th_embed_file *f = code->ring.file[i];
        put_source(b, f->path, (th_span){f->bytes, f->size});
    }
    th_bundle_put(b, "extras/selftest.c", TH_WRITER_SPAN(&code->selftest_c));
    const th_embed_file *licence = th_embed_find("LICENSE");
    if (!licence) return th_why_set(why, TH_ENOENT, "LICENSE is not part of this program: build thimble again");
    th_bundle_put(b, "extras/LICENSE", (th_span){licence->bytes, licence->size});
    TH_TRY(th_bundle_template(b, "src/hal.h", "device/hal.h", NULL, why));
    return th_bundle_template(b, "src/board.cpp", "device/arduino/board.cpp", NULL, why);
}

/* The header that a sketch includes; the ring's headers don't know of C++. */
static void put_header(th_bundle *b, const char *name, const th_code *code)
{
    char path[160], guard[80];
    size_t n = 0;
    th_writer w = {0};
    for (; name[n] && n + 1 < sizeof guard; n++)
        guard[n] = isalnum((unsigned char)name[n]) ? (char)toupper((unsigned char)name[n]) : '_';
    guard[n] = '\0';
    th_writer_add(&w,
                  "/* %s.h -- what a sketch includes: the network, and what stands around it. */\n"
                  "#ifndef LIBRARY_%s_H\n#define LIBRARY_%s_H\n\n#include <stddef.h>\n#include <stdint.h>\n"
                  "#include <string.h>\n\n#include \"hal.h\"\n#include \"model.h\"\n",
                  name, guard, guard);
    if (code->app_c.n) th_writer_add(&w, "\nextern \"C\" {\n#include \"%s\"\n}\n", code->app_name[0]);
    th_writer_add(&w, "\n#endif\n");
    th_text_fmt(path, sizeof path, "src/%s.h", name);
    th_bundle_text(b, path, &w);
}

/* Which kind of model it is: sketch, sensor, what it says of itself. */
typedef struct kind {
    const char *sketch, *sensor; /* files of device/arduino; sensor NULL: none */
    const char *sentence, *depends;
} kind;

static const th_tensor *only(const th_graph *g, const int32_t *list, int32_t n)
{
    const th_tensor *t = n == 1 ? &g->tensors[list[0]] : NULL;
    const bool number = t && (t->type == TH_F32 || (t->type == TH_S8 && t->quant.n == 1));
    return number && th_shape_count(&t->shape) == 1 ? t : NULL;
}

static kind kind_of(const th_plan *plan, const th_app *app)
{
    const th_graph *g = plan->graph;
    if (app && app->sound)
        return (kind){"hear.ino", "sensor_microphone.cpp", "Hears words with the microphone of the board.", NULL};
    if (app && app->camera)
        return (kind){"look.ino", "sensor_camera.cpp", "Says what a camera sees.", "Arduino_OV767X"};
    if (app && app->sensor && (app->sensor->block.n_axes == 3 || app->sensor->block.n_axes == 6))
        return (kind){"feel.ino", "sensor_motion.cpp", "Says how the board is moved.",
                      "Arduino_LSM9DS1, Arduino_BMI270_BMM150"};
    if (app && app->sensor) return (kind){"feel.ino", "sensor_analog.cpp", "Says what its sensors feel.", NULL};
    if (only(g, g->inputs, g->n_inputs) && only(g, g->outputs, g->n_outputs))
        return (kind){"curve.ino", NULL, "A curve that a network has learnt, as light.", NULL};
    return (kind){"tensors.ino", NULL, "A trained network as C.", NULL};
}

/* How the sketch of one number turns x into the network's number, and back. */
static th_bundle_word number_type(const th_tensor *t, bool in)
{
    return (th_bundle_word){in ? "@IN@" : "@OUT@", t && t->type == TH_F32 ? "float" : "int8_t"};
}

static th_bundle_word number_value(const th_tensor *t, bool in)
{
    const bool real = t && t->type == TH_F32;
    if (in)
        return (th_bundle_word){
            "@QUANTIZE@",
            real ? "x" : "(int8_t)constrain(round(x / MODEL_INPUT0_SCALE) + MODEL_INPUT0_ZERO, -128, 127)"};
    return (th_bundle_word){"@DEQUANTIZE@", real ? "out" : "MODEL_OUTPUT0_SCALE * (out - MODEL_OUTPUT0_ZERO)"};
}

static th_err put_example(th_bundle *b, const char *name, const kind *k, const th_plan *plan, const th_app *app,
                          th_why *why)
{
    const th_graph *g = plan->graph;
    const th_tensor *in = only(g, g->inputs, g->n_inputs), *out = only(g, g->outputs, g->n_outputs);
    char path[256], from[64], rate[32];
    snprintf(rate, sizeof rate, "%g", app && app->sensor ? (double)app->sensor->block.rate_hz : 0.0);
    const th_bundle_word words[] = {
        {"@NAME@", name},        {"@RATE@", rate},         number_type(in, true), number_value(in, true),
        number_type(out, false), number_value(out, false), {NULL, NULL},
    };
    th_text_fmt(path, sizeof path, "examples/%s/%s.ino", name, name);
    th_text_fmt(from, sizeof from, "device/arduino/%s", k->sketch);
    TH_TRY(th_bundle_template(b, path, from, words, why));
    if (!k->sensor) return TH_OK;
    th_text_fmt(path, sizeof path, "examples/%s/sensor.cpp", name);
    th_text_fmt(from, sizeof from, "device/arduino/%s", k->sensor);
    return th_bundle_template(b, path, from, words, why);
}

static void put_properties(th_bundle *b, const char *name, const kind *k)
{
    th_writer w = {0};
    th_writer_add(&w,
                  "name=%s\nversion=1.0.0\nauthor=thimble\nmaintainer=thimble\nsentence=%s\n"
                  "paragraph=Written by thimble deploy: features, network and decision in C. Nothing is allocated.\n"
                  "category=Data Processing\nurl=\narchitectures=*\nincludes=%s.h\n",
                  name, k->sentence, name);
    if (k->depends) th_writer_add(&w, "depends=%s\n", k->depends);
    th_bundle_text(b, "library.properties", &w);
}

static void put_keywords(th_bundle *b, const th_app *app)
{
    static const char *const always[] = {"sensor_start", "sensor_read",  "led_write",    "serial_read",
                                         "serial_write", "time_ms",      "model_init",   "model_input",
                                         "model_output", "model_invoke", "model_memory", NULL};
    static const char *const sound[] = {"model_listen_start", "model_listen", NULL};
    static const char *const sensor[] = {"model_watch_start", "model_watch", NULL};
    static const char *const camera[] = {"model_camera_start", "model_camera_row", "model_camera_answer", NULL};
    static const char *const none[] = {NULL};
    const char *const *more = !app ? none : app->sound ? sound : app->sensor ? sensor : app->camera ? camera : none;
    th_writer w = {0};
    for (const char *const *k = always; *k; k++) th_writer_add(&w, "%s\tKEYWORD2\n", *k);
    for (const char *const *k = more; *k; k++) th_writer_add(&w, "%s\tKEYWORD2\n", *k);
    if (more != none) th_writer_add(&w, "model_labels\tLITERAL1\n");
    th_bundle_text(b, "keywords.txt", &w);
}

static void put_readme(th_bundle *b, const char *name, const kind *k, const th_code *code)
{
    th_writer w = {0};
    th_writer_add(
        &w,
        "# %s\n\n%s A library for the Arduino IDE, written by `thimble deploy --as arduino`.\n"
        "Arena: %zu bytes of RAM, static; %zu more for the way from the sensor to the network. Weights: %zu "
        "bytes.\n\n"
        "1. Arduino IDE: Sketch > Include Library > Add .ZIP Library (or copy the folder into your "
        "`libraries`).\n"
        "2. Tools > Board > Boards Manager: the package of your board; for a Nano 33 BLE Sense \"Arduino Mbed "
        "OS Nano Boards\".\n",
        name, k->sentence, code->arena_bytes, code->listener_bytes, code->weight_bytes);
    if (k->depends) th_writer_add(&w, "3. Sketch > Include Library > Manage Libraries: %s.\n", k->depends);
    th_writer_add(
        &w,
        "%d. File > Examples > %s > %s, choose board and port, Upload. The serial monitor (115200) shows "
        "what it says.\n\n"
        "Without the IDE: `arduino-cli compile --upload -b arduino:mbed_nano:nano33ble` in the sketch's "
        "folder.\n\n"
        "The sketch is the file that is yours: save it under another name and write into it what is to happen. "
        "`sensor.cpp`\nbeside it and `src/board.cpp` are all that knows the board (`src/hal.h`): another "
        "sensor is another `sensor_read`.\n\n",
        k->depends ? 4 : 3, name, name);
    if (strcmp(k->sketch, "feel.ino") == 0)
        th_writer_add(&w, "In `sensor.cpp` say which revision of the board it is, and in which units the recordings "
                          "were.\n\n");
    th_writer_add(&w,
                  "State: compiled for a Cortex-M4 by Thimble's tests against a stand-in of the core; not tested on "
                  "real boards.\n`extras/selftest.c` is a main() that gives 0 when a compiler's outputs are the "
                  "host's, byte for byte.\n");
    th_bundle_text(b, "README.md", &w);
}

static th_err check_name(const th_bundle *b, const char *name, th_why *why)
{
    char header[160];
    const size_t n = strlen(name);
    if (n < 1 || n > 63 || !isalnum((unsigned char)name[0]) ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != n)
        return th_why_set(why, TH_EUSAGE,
                          "\"%.80s\" cannot be a library's name: 1 to 63 letters, digits, _ . and -, a letter or digit "
                          "first. The name is that of --out",
                          name);
    th_text_fmt(header, sizeof header, "src/%s.h", name);
    for (size_t i = 0; i < b->n; i++)
        if (strcasecmp(b->file[i].name, header) == 0)
            return th_why_set(why, TH_EUSAGE, "a library cannot be called %s: it has another file %s.h in it", name,
                              name);
    return TH_OK;
}

static th_err fill(const th_plan *plan, const th_app *app, const char *name, const th_code *code, th_bundle *b,
                   th_why *why)
{
    const kind k = kind_of(plan, app);
    put_properties(b, name, &k);
    put_keywords(b, app);
    put_readme(b, name, &k, code);
    TH_TRY(put_code(b, code, why));
    TH_TRY(check_name(b, name, why));
    put_header(b, name, code);
    TH_TRY(put_example(b, name, &k, plan, app, why));
    return b->err ? th_why_set(why, b->err, "out of memory") : TH_OK;
}

th_err th_arduino_library(const th_plan *plan, const th_app *app, const char *name, th_bundle *library, size_t *bytes,
                          th_why *why)
{
    th_code code;
    memset(library, 0, sizeof *library);
    th_err err = th_code_make(plan, app, &code, why);
    if (!err) err = fill(plan, app, name, &code, library, why);
    *bytes = code.weight_bytes;
    th_code_free(&code);
    return err;
}

th_err th_export_arduino(const th_plan *plan, const th_app *app, const char *out, size_t *bytes, th_why *why)
{
    char name[TH_PATH_BYTES];
    th_bundle library;
    const char *slash = strrchr(out, '/');
    const size_t n = th_text_fmt(name, sizeof name, "%s", slash ? slash + 1 : out);
    const bool zip = n > 4 && n < sizeof name && strcmp(name + n - 4, ".zip") == 0;
    if (zip) name[n - 4] = '\0';
    th_err err = th_arduino_library(plan, app, name, &library, bytes, why);
    if (!err) err = zip ? th_bundle_write_zip(&library, name, out, why) : th_bundle_write_folder(&library, out, why);
    th_bundle_free(&library);
    return err;
}
