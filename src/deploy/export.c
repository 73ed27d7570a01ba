#include "deploy/export.h"

#include "base/text.h"
#include "deploy/folder.h"

#include <string.h>

static th_err put_text(const th_folder *f, const char *name, th_writer *w, th_why *why)
{
    th_err err = w->err ? th_why_set(why, w->err, "out of memory") : th_folder_put(f, name, TH_WRITER_SPAN(w), why);
    th_writer_free(w);
    return err;
}

/* Of several models, each waking the next. */
static void write_round(th_writer *w)
{
    th_writer_add(w, "    #include \"model.h\"\n\n"
                     "    static void fill(void *ctx, int model)\n    {\n"
                     "        /* model_input_bytes(model, 0) bytes at model_input(model, 0) */\n    }\n\n"
                     "    static int wake(void *ctx, int model)\n    {\n"
                     "        /* read model_output(model, 0); not 0: the next model is to run */\n    }\n\n"
                     "    model_init();\n    if (model_round(fill, wake, 0) < 0) { /* a loop came to no end */ }\n\n"
                     "Each model also has its own names: `model1_input(0)`, `MODEL1_INPUT0_SCALE` and so on, and "
                     "`model1_audio.h` when\nit is a keyword model.\n");
}

/* How a camera's rows get in. */
static void write_camera_usage(th_writer *w, const th_code *code, const th_eye *eye)
{
    th_writer_add(w, "    #include \"model.h\"\n    #include \"model_camera.h\"\n\n"
                     "    model_init();\n"
                     "    for (;;) {\n"
                     "        model_camera_start();                         /* a frame begins */\n"
                     "        do read_row(line);                            /* MODEL_ROW_BYTES bytes, from above */\n"
                     "        while (!model_camera_row(line));              /* 1: all that is needed is there */\n"
                     "        if (!model_camera_answer(&label, &score)) {   /* int32_t, int32_t */\n"
                     "            /* model_labels[label] is seen, score / 256 sure */\n"
                     "        }\n    }\n\n");
    th_writer_add(
        w,
        "The rows are those of an OV7675 (OV7670) at QQVGA, %d x %d pixels of RGB565, two bytes a pixel with the high\n"
        "byte first, as the sensor sends them. The network looks at the %d x %d pixels in the middle. No frame is "
        "kept: a\n"
        "row may come from an interrupt or a DMA buffer and be overwritten after the call; rows that come while the\n"
        "network runs must be thrown away, and the next frame begins with its first row. ",
        (int)eye->pixels.w, (int)eye->pixels.h, (int)eye->crop.w, (int)eye->crop.h);
    th_writer_add(w, "Labels: ");
    for (int32_t i = 0; i < eye->n_labels; i++) th_writer_add(w, "%s%s", i ? ", " : "", eye->labels[i]);
    th_writer_add(w, ".\nThe way from rows to the tensor takes %zu bytes of RAM beside the arena.\n",
                  code->listener_bytes);
}

static void write_usage(th_writer *w, const th_code *code, const th_app *app)
{
    if (app && app->sound) {
        const th_pipeline *pipe = app->sound;
        th_writer_add(w,
                      "    #include \"model.h\"\n    #include \"model_audio.h\"\n\n"
                      "    static void on_detect(void *ctx, const th_detection *d)\n    {\n"
                      "        /* model_labels[d->label] was heard, d->time_ms after the start */\n    }\n\n"
                      "    model_init();\n    model_listen_start(0);\n"
                      "    for (;;) model_listen(samples, n, on_detect, 0, 0);   /* 16-bit, mono, %d Hz, any n */\n\n"
                      "Labels: ",
                      (int)pipe->frontend.rate_hz);
        for (int32_t i = 0; i < pipe->n_labels; i++) th_writer_add(w, "%s%s", i ? ", " : "", pipe->labels[i]);
        th_writer_add(w, ". Streaming takes %zu bytes of RAM beside the arena.\n", code->listener_bytes);
    } else if (app && app->sensor) {
        th_writer_add(w,
                      "    #include \"model.h\"\n    #include \"model_sensor.h\"\n\n"
                      "    model_init();\n    model_watch_start(0);\n"
                      "    for (;;) {\n        /* row: %d numbers of the sensor, %g times a second */\n"
                      "        if (model_watch(row, &seen, &changed) && changed) { /* seen.state, seen.score / 256 */ "
                      "}\n    }\n\nStreaming takes %zu bytes of RAM beside the arena.\n",
                      (int)app->sensor->block.n_axes, (double)app->sensor->block.rate_hz, code->listener_bytes);
    } else if (app && app->camera) {
        write_camera_usage(w, code, app->camera);
    } else {
        th_writer_add(w, "    #include \"model.h\"\n\n    model_init();\n"
                         "    /* fill model_input(0), MODEL_INPUT0_BYTES bytes */\n    if (model_invoke()) { /* a loop "
                         "came to no end */ }\n"
                         "    /* read model_output(0) */\n");
    }
}

/* What the README of a package says first. */
static void write_package(th_writer *w, const th_plan *plan, const th_packed *packed)
{
    th_writer_add(
        w,
        "# A model as a package\n\nWritten by `thimble deploy --as package`, for processors of the family \"%s\".\n\n"
        "| | bytes |\n|---|---|\n| `model.thm`, for a computer | %zu |\n| its first part, for a device | %zu |\n"
        "| RAM: arena | %zu |\n| RAM: arena and executor, 32-bit pointers | %zu |\n\n"
        "`model.thm` runs where it lies, in flash at a multiple of 16 bytes; only its first part is needed there. The\n"
        "executor is `nn/package.c`; it needs the kernels in the table at the top of `model.c`, and refuses a package\n"
        "that needs others by their names. `model.c` holds the package, so that this folder is complete; to keep it\n"
        "elsewhere (another flash page, a file, an update over the air):\n\n"
        "    static th_package p;                                    /* #include \"nn/package.h\" */\n"
        "    th_span bytes = {(const uint8_t *)0x00080000, %zu};     /* where model.thm was written */\n"
        "    if (th_package_open(&p, bytes, &kernels, 0)) refuse();  /* kernels: as in model.c */\n"
        "    if (th_package_start(&p, memory, sizeof memory)) refuse();\n"
        "    memcpy(th_package_input(&p, 0), input, n);\n"
        "    if (th_package_invoke(&p) == TH_OK) use(th_package_output(&p, 0));\n\n"
        "Before a package from elsewhere goes into a device: `thimble inspect model.thm` says whether it is what it\n"
        "claims to be. The device itself finds damage, not malice (docs/formats.md).\n\n"
        "Nothing is allocated, no library is needed but `string.h`.\n\n",
        th_isa_name(plan->isa), packed->n, packed->run_bytes, plan->arena_bytes, packed->memory[0], packed->run_bytes);
}

static void write_c(th_writer *w, const th_code *code)
{
    th_writer_add(w,
                  "# %s as C\n\nWritten by `thimble deploy --as c`. No library is needed but `string.h`; nothing is "
                  "allocated.\n"
                  "Arena: %zu bytes of RAM, static. Weights: %zu bytes, const.\n\n",
                  code->n_more ? "Models in one arena," : "A model", code->arena_bytes, code->weight_bytes);
}

static th_err put_c_readme(const th_folder *f, const th_plan *plan, const th_code *code, const th_app *app, th_why *why)
{
    th_writer w = {0};
    if (code->packed.bytes)
        write_package(&w, plan, &code->packed);
    else
        write_c(&w, code);
    th_writer_add(
        &w, "    make test      # builds main_selftest.c and compares with the outputs that the host computed\n\n"
            "By hand, in this folder; `-I.` is needed:\n\n"
            "    cc -std=c99 -pedantic -O2 -I. -ffp-contract=off $(find . -name '*.c') -o selftest && ./selftest\n\n"
            "In a program of your own: all .c files here and below but *_selftest.c, with the same options; "
            "`-ffunction-sections -Wl,--gc-sections` leaves out what is not used.\n\n");
    if (code->usage.n)
        th_writer_add(&w, "%s", code->usage.text);
    else if (code->n_more)
        write_round(&w);
    else
        write_usage(&w, code, app);
    return put_text(f, "README.md", &w, why);
}

static th_err put_makefile(const th_folder *f, th_why *why)
{
    th_writer w = {0};
    th_writer_add(&w, "# make test: does this compiler give the outputs that the host computed?\n"
                      "CC ?= cc\nCFLAGS ?= -O2 -Wall -Wextra\n"
                      "FLAGS = -std=c99 -pedantic -I. -ffp-contract=off -ffunction-sections -fdata-sections $(CFLAGS)\n"
                      "SRC = $(wildcard *.c */*.c */*/*.c)\n\n"
                      "build/selftest: $(SRC) $(wildcard *.h */*.h)\n\t@mkdir -p build\n"
                      "\t$(CC) $(FLAGS) $(SRC) -Wl,--gc-sections -o $@\n\n"
                      "test: build/selftest\n\t./build/selftest && echo same outputs as on the host\n\n"
                      "clean:\n\trm -rf build\n\n.PHONY: test clean\n");
    return put_text(f, "Makefile", &w, why);
}

static th_err put_c_files(const th_folder *f, const th_plan *plan, const th_code *code, const th_app *app, th_why *why)
{
    TH_TRY(th_folder_put(f, "model.h", TH_WRITER_SPAN(&code->model_h), why));
    TH_TRY(th_folder_put(f, "model.c", TH_WRITER_SPAN(&code->model_c), why));
    TH_TRY(th_folder_put(f, "main_selftest.c", TH_WRITER_SPAN(&code->selftest_c), why));
    if (code->app_c.n) {
        TH_TRY(th_folder_put(f, code->app_name[0], TH_WRITER_SPAN(&code->app_h), why));
        TH_TRY(th_folder_put(f, code->app_name[1], TH_WRITER_SPAN(&code->app_c), why));
    }
    for (size_t i = 0; i < code->n_more; i++)
        TH_TRY(th_folder_put(f, code->more[i].name, TH_WRITER_SPAN(&code->more[i].text), why));
    for (size_t i = 0; i < code->ring.n; i++) {
        const th_embed_file *file = code->ring.file[i];
        TH_TRY(th_folder_put(f, file->path, (th_span){file->bytes, file->size}, why));
    }
    TH_TRY(put_makefile(f, why));
    return put_c_readme(f, plan, code, app, why);
}

static th_err put_folder(const char *out, const th_plan *plan, const th_code *code, const th_app *app, th_why *why)
{
    th_folder f;
    TH_TRY(th_folder_begin(out, &f, why));
    th_err err = put_c_files(&f, plan, code, app, why);
    if (!err && code->packed.bytes)
        err = th_folder_put(&f, "model.thm", (th_span){code->packed.bytes, code->packed.n}, why);
    if (!err) err = th_folder_finish(&f, why);
    if (err) th_folder_abort(&f);
    return err;
}

th_err th_export_c(const th_plan *plan, const th_app *app, const char *out, th_why *why)
{
    th_code code;
    th_err err = th_code_make(plan, app, &code, why);
    if (!err) err = put_folder(out, plan, &code, app, why);
    th_code_free(&code);
    return err;
}

th_err th_export_package(const th_plan *plan, const th_model *model, const th_app *app, const char *out,
                         size_t *run_bytes, th_why *why)
{
    th_code code;
    th_err err = th_code_make_package(plan, model, app, &code, why);
    if (!err) err = put_folder(out, plan, &code, app, why);
    *run_bytes = code.packed.run_bytes;
    th_code_free(&code);
    return err;
}

static const char *feed_of(const th_app *app)
{
    return app && app->camera ? "PICTURES" : app && app->sensor ? "ROWS" : "some.wav";
}

static th_err put_firmware_readme(const th_folder *f, const th_board *b, const th_firmware *fw, const th_code *code,
                                  const th_app *app, th_why *why)
{
    th_writer w = {0};
    th_writer_add(
        &w,
        "# Firmware for %s\n\n"
        "| | bytes |\n|---|---|\n| flash (code, weights, tables) | %lu |\n| RAM (arena, buffers, stack) | %lu |\n"
        "| of it arena | %lu |\n| of it stack | %lu |\n\n"
        "`firmware.elf` is for the emulator: it reads its input and prints through a debugger's channel "
        "(semihosting),\n"
        "which a board that runs alone does not have. Run it with\n\n"
        "    thimble emulate %s --board %s --feed %s\n\n"
        "`app.c` is yours: what is to happen when something is heard, felt or seen. `thimble deploy` into this folder "
        "keeps it\nas it is and builds it in; `device/hal.h` has what the board can do for it.\n\n"
        "## On a real board (not tested on hardware)\n\n"
        "The same network as a library for the Arduino IDE, with a sketch that reads the real sensor:\n\n"
        "    thimble deploy PROJECT --board %s --as arduino --out NAME.zip\n\n"
        "To be byte-equal with the emulator compile with `-ffp-contract=off` (that library does so by itself).\n",
        b->title, (unsigned long)fw->flash, (unsigned long)fw->ram_bound, (unsigned long)fw->arena,
        (unsigned long)fw->stack, code->usage.n ? "FIRST --with SECOND" : "PROJECT", b->name,
        code->usage.n ? "A --feed B" : feed_of(app), b->name);
    if (code->usage.n) th_writer_add(&w, "\n## The loop\n\n%s", code->usage.text);
    return put_text(f, "README.md", &w, why);
}

static th_err build_into(const th_folder *f, const th_code *code, const th_app *app, const th_board *board,
                         unsigned flags, th_firmware *fw, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_firmware_sources(code, f->part, why));
    TH_TRY(th_firmware_build(code, board, f->part, flags, fw, why));
    TH_TRY(put_firmware_readme(f, board, fw, code, app, why));
    TH_TRY(th_path_join(path, f->part, "build", why));
    if (!(flags & TH_BUILD_PROFILE)) th_dir_remove(path);
    TH_TRY(th_folder_finish(f, why));
    if (flags & TH_BUILD_PROFILE) TH_TRY(th_path_join(fw->profile_elf, f->path, "build/profile.elf", why));
    return th_path_join(fw->elf, f->path, "firmware.elf", why);
}

static th_err make_several(const th_several *m, th_code *code, th_why *why)
{
    if (m->gate) return th_code_make_gate(m->part, m->gate, code, why);
    return m->wake ? th_code_make_together(m->part, m->wake, code, why)
                   : th_code_make_cascade(m->part, m->n, m->kept, code, why);
}

th_err th_export_cascade(const th_several *m, const char *out, th_why *why)
{
    th_code code;
    th_err err = make_several(m, &code, why);
    if (!err) err = put_folder(out, m->part[0].plan, &code, NULL, why);
    th_code_free(&code);
    return err;
}

th_err th_export_cascade_firmware(const th_several *m, const th_board *board, const char *out, th_firmware *fw,
                                  th_why *why)
{
    th_code code;
    th_folder f;
    memset(fw, 0, sizeof *fw);
    TH_TRY(th_firmware_tools(board, why));
    th_err err = make_several(m, &code, why);
    if (!err) err = th_folder_begin_beside(out, TH_FIRMWARE_YOURS, &f, why);
    if (!err) {
        err = build_into(&f, &code, NULL, board, 0, fw, why);
        if (err) th_folder_abort(&f);
    }
    th_code_free(&code);
    return err;
}

th_err th_export_firmware(const th_plan *plan, const th_app *app, const th_board *board, const char *out,
                          unsigned flags, th_firmware *fw, th_why *why)
{
    th_code code;
    th_folder f;
    memset(fw, 0, sizeof *fw);
    TH_TRY(th_firmware_tools(board, why));
    th_err err = flags & TH_BUILD_PACKAGE ? th_code_make_package(plan, NULL, app, &code, why)
                                          : th_code_make(plan, app, &code, why);
    if (!err && !(flags & TH_BUILD_PROFILE && th_firmware_reuse(&code, board, out, flags, fw))) {
        err = th_folder_begin_beside(out, TH_FIRMWARE_YOURS, &f, why);
        if (!err) {
            err = build_into(&f, &code, app, board, flags, fw, why);
            if (err) th_folder_abort(&f);
        }
    }
    th_code_free(&code);
    return err;
}
