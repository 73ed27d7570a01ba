/* thimble emulate: the firmware on the emulated board, held against the host. */
#include "cli/cmd.h"
#include "cli/emulate.h"
#include "cli/pair.h"
#include "base/hash.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const th_opt options[] = {
    {"board", "B", TH_BOARD_DEFAULT, "the board that is emulated"},
    {"feed", "FILE|DIR", NULL,
     "sound, rows of a sensor, or a camera's frames: a file, or a folder of them or of labels"},
    TH_OPT_PAIR,
    TH_OPT_BANDS,
    {"as", "KIND", "c", "c: generated C; package: a model package (.thm) and its executor"},
    {"live", NULL, NULL,
     "what comes over standard input, as it comes; a JSON line for all that the board says and does"},
    {"clips", NULL, NULL, "classify the test clips or pictures of the project on the device"},
    {"in", "FILE", NULL, "raw input tensors, those of one or many invokes one after the other"},
    {"out", "FILE", NULL, "with --in: where the output tensors go"},
    {"json", NULL, NULL, "the measurements as one JSON object"},
    {NULL, NULL, NULL, NULL},
};

static double number(const th_session *s, const char *key)
{
    return json_number_value(json_object_get(s->out, key));
}

static bool has(const th_session *s, const char *key)
{
    return json_object_get(s->out, key) != NULL;
}

static void print_text(const th_session *s)
{
    const th_board *b = s->t.board;
    printf("%s, %s, emulated\n", b->title, b->core->name);
    printf("  flash                    %10.0f bytes of %lu\n", number(s, "flash"), (unsigned long)b->flash_bytes);
    printf("    weights                %10.0f bytes\n", number(s, "flash_model"));
    printf("    everything else        %10.0f bytes\n", number(s, "flash_code"));
    printf("  RAM                      %10.0f bytes of %lu\n", number(s, "ram"), (unsigned long)b->ram_bytes);
    printf("    arena                  %10.0f bytes\n", number(s, "arena"));
    printf("    static                 %10.0f bytes\n", number(s, "static"));
    printf("    stack                  %10.0f bytes used, %.0f reserved\n", number(s, "stack"),
           number(s, "stack_bound"));
    if (has(s, "instructions")) {
        printf("  instructions/inference   %10.0f\n", number(s, "instructions"));
        printf("  time                     %10.*f ms (estimate", number(s, "ms_estimate") < 1.0 ? 3 : 1,
               number(s, "ms_estimate"));
        if (b->core->cycles_error_percent) printf(", +-%ld %%", (long)b->core->cycles_error_percent);
        puts(")");
    }
    if (has(s, "mj_estimate")) printf("  energy                   %10.3f mJ (estimate)\n", number(s, "mj_estimate"));
    if (has(s, "features_instructions_per_frame")) {
        printf("  instructions/frame       %10.0f for features\n", number(s, "features_instructions_per_frame"));
        printf("  instructions/second      %10.0f of audio\n", number(s, "instructions_per_second_audio"));
        printf("  duty cycle               %10.1f %% (estimate)\n", 100.0 * number(s, "duty_cycle_estimate"));
        printf("  latency                  %10.1f ms (estimate)\n", number(s, "latency_ms_estimate"));
    }
    if (has(s, "features_instructions_per_window")) {
        printf("  instructions/window      %10.0f for features\n", number(s, "features_instructions_per_window"));
        printf("  instructions/second      %10.0f of sensor\n", number(s, "instructions_per_second_sensor"));
        printf("  duty cycle               %10.1f %% (estimate)\n", 100.0 * number(s, "duty_cycle_estimate"));
    }
    if (has(s, "camera_instructions_per_frame")) {
        printf("  instructions/frame       %10.0f from the camera's rows to the tensor\n",
               number(s, "camera_instructions_per_frame"));
        printf("  latency                  %10.1f ms (estimate)\n", number(s, "latency_ms_estimate"));
    }
    if (s->clips_ran)
        printf("  accuracy on the device   %10.1f %% of %.0f %s\n", 100.0 * number(s, "accuracy"), number(s, "clips"),
               s->t.has_eye ? "pictures" : "clips");
    printf("  device equals host       %10s\n", s->equal ? "yes" : "NO");
}

/* A string that changes with the firmware: numbers of another one are not mixed in. */
static th_err firmware_id(const th_session *s, char text[20], th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(s->fw.elf, 0, &bytes, &n, why));
    snprintf(text, 20, "%016llx", (unsigned long long)th_fnv1a(TH_FNV1A_START, (th_span){bytes, n}));
    free(bytes);
    return TH_OK;
}

/* Numbers of an earlier run of the same firmware stay: a stream and the clips can be run one by one. */
static th_err start_json(th_session *s, th_why *why)
{
    char id[20], path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    TH_TRY(firmware_id(s, id, why));
    s->out = NULL;
    if (s->t.has_project && th_project_path(&s->t.project, TH_FILE_EMULATE, path, NULL) == TH_OK &&
        th_file_exists(path) && th_file_read(path, 0, &bytes, &n, NULL) == TH_OK) {
        s->out = json_loadb((const char *)bytes, n, 0, NULL);
        free(bytes);
        const char *was = json_string_value(json_object_get(s->out, "firmware"));
        const char *board = json_string_value(json_object_get(s->out, "board"));
        if (!was || strcmp(was, id) != 0 || !board || strcmp(board, s->t.board->name) != 0) {
            json_decref(s->out);
            s->out = NULL;
        }
    }
    if (!s->out) s->out = json_object();
    if (!s->out) return th_why_set(why, TH_ENOMEM, "out of memory");
    json_object_set_new(s->out, "firmware", json_string(id));
    return TH_OK;
}

static th_err save_json(const th_session *s, th_why *why)
{
    char path[TH_PATH_BYTES];
    if (!s->t.has_project) return TH_OK;
    TH_TRY(th_project_path(&s->t.project, TH_FILE_EMULATE, path, why));
    char *text = json_dumps(s->out, JSON_INDENT(1));
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

/* Clips in a folder per label are classified; a folder of recordings alone is listened to, one after the other. */
static th_err feed_dir(th_session *s, const char *dir, th_why *why)
{
    const th_err err = th_session_clips(s, dir, why);
    if (err != TH_ENOENT) return err;
    th_why other = {0};
    const th_err second = th_session_folder(s, dir, &other);
    if (second == TH_ENOENT) return err;
    *why = other;
    return second;
}

static th_err run_feeds(th_session *s, const th_args *a, th_why *why)
{
    const char *feed = th_arg(a, "feed");
    if (th_arg_on(a, "live")) return th_session_live(s, why);
    if (th_arg_on(a, "clips")) TH_TRY(s->t.has_eye ? th_session_look(s, NULL, why) : th_session_clips(s, NULL, why));
    if (th_arg(a, "in")) TH_TRY(th_session_raw(s, th_arg(a, "in"), th_arg(a, "out"), why));
    if (!feed) return TH_OK;
    if (s->t.has_sensor) return th_session_watch(s, feed, why);
    if (s->t.has_eye) return th_session_look(s, feed, why);
    if (th_dir_exists(feed)) return feed_dir(s, feed, why);
    return th_session_stream(s, feed, why);
}

static th_err judge(const th_session *s, th_why *why)
{
    return s->equal ? TH_OK
                    : th_why_set(why, TH_EIO,
                                 "the emulated board and this computer do not agree: this is a bug, please report it "
                                 "with model and feed");
}

static th_err finish(th_session *s, const th_args *a, th_why *why)
{
    if (th_arg_on(a, "live")) return judge(s, why);
    json_object_set_new(s->out, "host_equal", json_boolean(s->equal));
    TH_TRY(save_json(s, why));
    if (th_arg_on(a, "json")) {
        char *text = json_dumps(s->out, JSON_COMPACT | JSON_REAL_PRECISION(10));
        if (text) puts(text);
        free(text);
    } else {
        print_text(s);
    }
    return judge(s, why);
}

static bool is_package(const th_args *a)
{
    const char *as = th_arg(a, "as");
    return as && strcmp(as, "package") == 0;
}

/* What can be seen to be wrong before anything is built. */
static th_err check_args(const th_args *a, th_why *why)
{
    static const char *const from[] = {"feed", "in"};
    const bool live = th_arg_on(a, "live");
    if (live && (th_arg(a, "feed") || th_arg(a, "in") || th_arg_on(a, "clips") || th_arg(a, "with")))
        return th_why_set(why, TH_EUSAGE,
                          "--live takes what comes over standard input: leave --feed, --in, --clips and --with away");
    if (!live && !th_arg(a, "feed") && !th_arg(a, "in") && !th_arg_on(a, "clips"))
        return th_why_set(
            why, TH_EUSAGE,
            "say what the board gets: --feed FILE.wav, --feed DIR or --clips (sound), --feed FILE.csv (rows "
            "of a sensor), --feed FRAMES or --clips (a camera), --live (what comes over standard input), or --in "
            "FILE (raw input tensors)");
    if (th_arg(a, "as") && !is_package(a) && strcmp(th_arg(a, "as"), "c") != 0)
        return th_why_set(why, TH_EUSAGE, "--as takes c or package, not \"%s\"", th_arg(a, "as"));
    if (th_arg(a, "with") && (th_arg_on(a, "clips") || th_arg(a, "in") || is_package(a)))
        return th_why_set(why, TH_EUSAGE, "--with takes feeds and generated C: leave --clips, --in and --as away");
    if (th_arg(a, "out") && !th_arg(a, "in"))
        return th_why_set(why, TH_EUSAGE, "--out is for output tensors, which only --in FILE gives");
    for (size_t i = 0; i < 2; i++) {
        const char *path = th_arg(a, from[i]);
        if (path && !th_file_exists(path) && (i == 1 || !th_dir_exists(path)))
            return th_why_set(why, TH_ENOENT, "there is no file%s %s", i ? "" : " or folder", path);
    }
    return TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    th_session s = {.equal = true};
    TH_TRY(check_args(a, why));
    if (th_arg(a, "with")) return th_arg(a, "gate") ? th_emulate_gate(a, why) : th_emulate_pair(a, why);
    th_interrupt_catch();
    th_err err = th_target_open(th_word(a, 0, "."), th_arg(a, "board"), th_arg(a, "bands"), &s.t, why);
    if (!err) err = th_emulator_tools(s.t.board, why);
    if (!err) err = th_firmware_tools(s.t.board, why);
    if (!err)
        err = th_session_build(
            &s, true, (th_arg_on(a, "live") ? 0u : TH_BUILD_PROFILE) | (is_package(a) ? TH_BUILD_PACKAGE : 0u), why);
    if (!err) err = start_json(&s, why);
    if (!err) th_session_sizes(&s);
    if (!err) err = run_feeds(&s, a, why);
    if (!err) err = finish(&s, a, why);
    th_session_close(&s);
    return err;
}

const th_cmd th_cmd_emulate = {
    .name = "emulate",
    .words = "[PROJECT|MODEL.tflite|MODEL.thm] --feed FILE|DIR | --clips | --live | --in FILE",
    .summary = "the firmware on an emulated board, with sound, a sensor or a camera replayed to it",
    .detail =
        "Prints one JSON line per word that the board hears (per change of what it sees), then what it\n"
        "measured. The same bytes go through the same code here, and every score must be equal. Clips or\n"
        "pictures in a folder per label are classified one by one: accuracy on the device. --in feeds any\n"
        "model with tensors.\n\n"
        "A camera's FRAMES are a file of them as an OV7675 sends them (160 x 120, RGB565, high byte first),\n"
        "or PNG and JPEG files, which are made such frames here: the picture fills what the network looks at.\n\n"
        "--live: standard input is samples of 16 bits (little-endian, one channel, the model's rate), lines of "
        "numbers\n"
        "(a sensor's rows), or a camera's frames. It ends with its input, or by Ctrl-C.\n\n"
        "--with: the first model is always on, and wakes the second; each has its own --feed, in this order. While\n"
        "the second looks the first hears nothing. Told are the looks and their answers, and memory, instructions,\n"
        "duty and energy of the first alone, of the second always on, and of both together. --gate: both hear the\n"
        "one feed, and the first says which windows the second judges; words missed, too, with FILE.tsv beside.\n\n"
        "  thimble emulate my-words --feed an-hour.wav\n"
        "  thimble emulate my-words --clips --json\n"
        "  arecord -q -t raw -f S16_LE -r 16000 | thimble emulate my-words --live\n"
        "  thimble emulate person --feed photos --board microbit\n"
        "  thimble emulate kws.tflite --board m7 --in inputs.bin --out outputs.bin\n"
        "  thimble emulate my-words --with my-eye --feed room.wav --feed photos",
    .opts = options,
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
