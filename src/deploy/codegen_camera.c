/* What stands around a network that looks at a camera: the way from rows to its tensor, and the labels. */
#include "deploy/codegen_priv.h"

static void write_h(const th_eye *e, size_t bytes, th_writer *w)
{
    th_code_banner(w, "model_camera.h", "looking at a camera's frames with the network of model.h");
    th_writer_add(w,
                  "#ifndef MODEL_CAMERA_H\n#define MODEL_CAMERA_H\n\n#include \"dsp/camera.h\"\n\n"
                  "/* What the sensor sends: an OV7675 (or OV7670) set to QQVGA and RGB565. */\n"
                  "#define MODEL_FRAME_ROWS %d\n#define MODEL_ROW_PIXELS %d\n"
                  "#define MODEL_ROW_BYTES %d /* two a pixel, the high byte first */\n"
                  "#define MODEL_LABELS %d\n#define MODEL_CAMERA_BYTES %zu\n\n",
                  (int)e->pixels.h, (int)e->pixels.w, (int)th_pixel_row_bytes(&e->pixels), (int)e->n_labels, bytes);
    th_writer_add(
        w,
        "extern const char *const model_labels[MODEL_LABELS]; /* UTF-8 */\n\n"
        "/* A new frame begins; one that was not complete is forgotten. Its tensor is the network's input, so\n"
        " * nothing else may use the arena until the answer. Returns 0. */\n"
        "int model_camera_start(void);\n\n"
        "/* The next row, from above; it may be overwritten after the call. 1: the network has all that it\n"
        " * looks at (%d x %d pixels from row %d on), rows that follow are ignored. */\n"
        "int model_camera_row(const uint8_t line[MODEL_ROW_BYTES]);\n\n"
        "/* Runs the network: what is seen, model_labels[*label], with *score / 256. Returns 0; negative:\n"
        " * it came to no end. The scores themselves are model_output(0). */\n"
        "int model_camera_answer(int32_t *label, int32_t *score);\n\n#endif\n",
        (int)e->crop.h, (int)e->crop.w, (int)e->crop.top);
}

static void write_start(const th_eye *e, int has_state, th_writer *w)
{
    th_writer_add(w,
                  "static const th_camera_cfg cfg = {\n"
                  "    .pixels = {.kind = (th_pixel_kind)%d, .h = MODEL_FRAME_ROWS, .w = MODEL_ROW_PIXELS},\n"
                  "    .crop = {.top = %d, .left = %d, .h = %d, .w = %d},\n"
                  "    .to_h = %d, .to_w = %d, .c = %d, .map = map\n};\n\n",
                  (int)e->pixels.kind, (int)e->crop.top, (int)e->crop.left, (int)e->crop.h, (int)e->crop.w, (int)e->h,
                  (int)e->w, (int)e->c);
    th_writer_add(w,
                  "int model_camera_start(void)\n{\n"
                  "    th_arena arena = th_arena_over(memory.byte, sizeof memory.byte);\n"
                  "    if (th_camera_init(&camera, &cfg, &arena)) return -1;\n%s"
                  "    th_camera_start(&camera, (int8_t *)model_input(0));\n    return 0;\n}\n\n",
                  has_state ? "    model_init(); /* every frame stands alone, as in training */\n" : "");
    th_writer_add(w,
                  "int model_camera_row(const uint8_t line[MODEL_ROW_BYTES])\n{\n"
                  "    return (int)th_camera_row(&camera, line, 0, 0);\n}\n\n"
                  "int model_camera_answer(int32_t *label, int32_t *score)\n{\n"
                  "    if (model_invoke()) return -1;\n"
                  "    *label = th_camera_best((const int8_t *)model_output(0), MODEL_LABELS, %d, %ld, score);\n"
                  "    return 0;\n}\n",
                  (int)e->zero, (long)e->gain);
}

static void write_c(const th_plan *plan, const th_eye *e, th_writer *w)
{
    th_code_banner(w, "model_camera.c", "crop, size, what each byte becomes, labels");
    th_writer_add(w, "#include \"model_camera.h\"\n\n#include \"model.h\"\n\n" TH_CODE_ALIGN_TEXT
                     "\nconst char *const model_labels[MODEL_LABELS] = {");
    for (int32_t i = 0; i < e->n_labels; i++) {
        th_writer_add(w, i ? ", " : "");
        th_writer_string(w, e->labels[i]);
    }
    th_writer_add(w, "};\n\nstatic th_camera camera;\n"
                     "static union {\n    uint8_t byte[MODEL_CAMERA_BYTES];\n    int64_t whole;\n} memory "
                     "TH_CODE_ALIGN(16);\n\n");
    th_writer_array(w, "map", TH_S8, e->map, sizeof e->map);
    write_start(e, th_code_has_state(plan), w);
}

th_err th_code_camera(const th_plan *plan, const th_eye *e, th_code *code, th_why *why)
{
    const th_camera_cfg cfg = th_eye_camera(e);
    code->listener_bytes = th_camera_mem(&cfg);
    code->app_name[0] = "model_camera.h";
    code->app_name[1] = "model_camera.c";
    write_h(e, code->listener_bytes, &code->app_h);
    write_c(plan, e, &code->app_c);
    TH_TRY(th_embed_add(&code->ring, "dsp/image_resize.c", why)); /* of image.h, called otherwise */
    return th_embed_add(&code->ring, "dsp/camera.h", why);
}
