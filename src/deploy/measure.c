#include "deploy/measure.h"

#include "base/text.h"
#include "deploy/emulator.h"
#include "deploy/sizes.h"

#include <stdlib.h>
#include <string.h>

/* Rough sizes for a computer without the compiler, rounded up from builds with gcc 12. */
enum {
    MFCC_ESTIMATE = 1400, /* beside log-mel bands */
    CAMERA_ESTIMATE = 3000,
    ROWS_ESTIMATE = 6500,      /* of a sensor that is seen as it is */
    FEATURES_ESTIMATE = 21800, /* ..or by its spectrum and statistics */
    SOFT_FLOAT_ESTIMATE = 12000,
    DATA_ESTIMATE = 40,
    SENSOR_DATA_ESTIMATE = 270,
    AUDIO_DATA_ESTIMATE = 3240,
    CAMERA_DATA_ESTIMATE = 600,
    STACK_ESTIMATE = 512,
    APP_STACK_ESTIMATE = 700
};

/* Code of the listener and its front end: floats are computed by functions where the core has no unit for them. */
static uint32_t audio_code(const th_board *board, const th_pipeline *sound)
{
    const char *core = board->core->name;
    const uint32_t logmel = strncmp(core, "RV", 2) == 0          ? 19100
                            : strncmp(core, "Cortex-M0", 9) == 0 ? 18400
                            : strcmp(core, "Cortex-M3") == 0     ? 16200
                                                                 : 13600;
    return logmel + (sound->frontend.kind == TH_MFCC ? MFCC_ESTIMATE : 0);
}

static uint32_t sensor_code(const th_board *board, const th_sensor *sensor)
{
    const th_block_kind first = sensor->block.n_parts ? sensor->block.part[0].kind : TH_BLOCK_RAW;
    const bool rows = first == TH_BLOCK_RAW || first == TH_BLOCK_ALIGNED;
    const bool unit = board->isa == TH_ISA_ARM_DSP || board->isa == TH_ISA_ARM_MVE;
    return (uint32_t)((rows ? ROWS_ESTIMATE : FEATURES_ESTIMATE) + (unit ? 0 : SOFT_FLOAT_ESTIMATE));
}

/* The operator with the most bytes of constants; -1: none has any. */
static int32_t heaviest(const th_graph *g, size_t *bytes)
{
    int32_t most = -1;
    *bytes = 0;
    for (int32_t i = 0; i < g->n_nodes; i++) {
        size_t sum = 0;
        for (int32_t k = 0; k < g->nodes[i].n_in; k++) {
            const int32_t t = g->nodes[i].in[k];
            if (t >= 0 && g->tensors[t].data) sum += th_tensor_bytes(&g->tensors[t]);
        }
        if (sum > *bytes) {
            *bytes = sum;
            most = i;
        }
    }
    return most;
}

static bool has_float(const th_graph *g)
{
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].type == TH_F32 && g->tensors[t].data) return true;
    return false;
}

static bool fits(const th_measure *m, const th_board *board)
{
    return m->flash <= board->flash_bytes && m->ram_bound <= board->ram_bytes;
}

/* Appends to a text; nothing when it is full. */
#define APPEND(text, n, ...)                                                                                           \
    do {                                                                                                               \
        if ((n) < sizeof(text)) (n) += th_text_fmt((text) + (n), sizeof(text) - (n), __VA_ARGS__);                     \
    } while (0)

static void help_ram(const th_plan *plan, const th_board *board, th_measure *m, size_t *n)
{
    const size_t others = m->fixed + m->stack_bound, room = others < board->ram_bytes ? board->ram_bytes - others : 0;
    APPEND(m->help, *n,
           "the arena may have %zu bytes here. What operator %ld reads and what it writes must be in RAM together: a "
           "smaller input (fewer pixels or frames), fewer channels there, or a stride of 2 in a layer before it makes "
           "both smaller. ",
           room, (long)plan->peak_node);
}

static void help_flash(const th_graph *g, th_measure *m, size_t *n)
{
    size_t bytes;
    const int32_t most = heaviest(g, &bytes);
    if (most >= 0)
        APPEND(m->help, *n, "operator %ld has the most weights, %zu bytes: fewer channels there help most. ",
               (long)most, bytes);
}

/* What is too large and why, for a person who must shrink it. */
static void explain(const th_plan *plan, const th_board *board, th_measure *m)
{
    const th_graph *g = plan->graph;
    size_t n = 0, h = 0, bytes, n_boards;
    m->breaks[0] = m->help[0] = '\0';
    m->fits = fits(m, board);
    if (m->fits) return;
    if (has_float(g)) APPEND(m->help, h, "int8 needs about a quarter of float: thimble quantize. ");
    if (m->ram_bound > board->ram_bytes && g->n_nodes > 0) {
        APPEND(m->breaks, n, "RAM: %lu bytes too many; the arena of %zu bytes peaks at operator %ld (%s)",
               (unsigned long)(m->ram_bound - board->ram_bytes), m->arena, (long)plan->peak_node,
               th_op_find((int32_t)g->nodes[plan->peak_node].op)->name);
        help_ram(plan, board, m, &h);
    }
    if (m->flash > board->flash_bytes) {
        const int32_t most = heaviest(g, &bytes);
        APPEND(m->breaks, n, "%sflash: %lu bytes too many", n ? "; " : "",
               (unsigned long)(m->flash - board->flash_bytes));
        if (most >= 0)
            APPEND(m->breaks, n, "; most weights, %zu bytes, are those of operator %ld (%s)", bytes, (long)most,
                   th_op_find((int32_t)g->nodes[most].op)->name);
        help_flash(g, m, &h);
    }
    const th_board *all = th_board_all(&n_boards);
    const char *before = "It would fit: ";
    for (size_t i = 0; i < n_boards; i++)
        if (fits(m, &all[i])) {
            APPEND(m->help, h, "%s%s", before, all[i].name);
            before = ", ";
        }
}

static int64_t about_instructions(const th_plan *plan, const th_board *board)
{
    return (int64_t)th_board_instructions(board, (double)plan->macs) + 300 * (int64_t)plan->graph->n_nodes;
}

/* Without the compiler: the arena and the weights are exact, the code is what the table of sizes says. */
static th_err estimate(const th_plan *plan, const th_app *app, const th_board *board, const th_code *code,
                       th_measure *m, th_why *why)
{
    int32_t unknown;
    m->estimate = true;
    m->instructions = about_instructions(plan, board);
    m->stack_bound = STACK_ESTIMATE;
    m->flash_model = (uint32_t)code->weight_bytes;
    TH_TRY(th_sizes_code(plan, board, &m->flash_code, &unknown, why));
    const bool audio = app && app->sound;
    const bool camera = app && app->camera;
    if (audio) m->flash_code += audio_code(board, app->sound);
    if (camera) m->flash_code += CAMERA_ESTIMATE;
    const bool sensor = app && app->sensor;
    if (sensor) m->flash_code += sensor_code(board, app->sensor);
    if (audio || sensor) m->stack_bound = APP_STACK_ESTIMATE;
    m->flash = m->flash_model + m->flash_code;
    m->fixed = (uint32_t)code->listener_bytes +
               (audio    ? AUDIO_DATA_ESTIMATE
                : camera ? CAMERA_DATA_ESTIMATE
                : sensor ? SENSOR_DATA_ESTIMATE
                         : DATA_ESTIMATE) +
               th_sizes_bands_ram(plan);
    m->ram_bound = (uint32_t)m->arena + m->fixed + m->stack_bound;
    return TH_OK;
}

/* One inference on silence, or on zeros. */
static th_err try_run(const th_plan *plan, const th_app *app, const th_board *board, const char *elf, th_measure *m,
                      th_why *why)
{
    size_t n = 0;
    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        n += th_tensor_bytes(&plan->graph->tensors[plan->graph->inputs[i]]);
    const th_pipeline *sound = app ? app->sound : NULL;
    if (sound) n = 2 * (size_t)(sound->clip_samples + 4 * th_pipeline_stride_frames(sound) * sound->frontend.hop);
    uint8_t *zeros = calloc(n + 1, 1);
    if (!zeros) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_emulation e;
    const th_err err = th_emulator_run(board, elf, sound ? TH_EMULATE_STREAM : TH_EMULATE_RAW, (th_span){zeros, n},
                                       true, 120, NULL, NULL, &e, why);
    free(zeros);
    if (!err) {
        m->ran = true;
        m->stack = e.stack;
        m->instructions = e.inference.mean;
    }
    th_emulation_free(&e);
    return err;
}

static th_err build_and_run(const th_plan *plan, const th_app *app, const th_board *board, const th_code *code,
                            const char *dir, th_measure *m, th_why *why)
{
    th_firmware fw = {0};
    th_err err = th_firmware_sources(code, dir, why);
    if (!err) err = th_firmware_build(code, board, dir, TH_BUILD_ANY_SIZE, &fw, why);
    if (!err) {
        m->flash = fw.flash;
        m->flash_model = fw.flash_model;
        m->flash_code = fw.flash_code;
        m->fixed = fw.fixed;
        m->instructions = about_instructions(plan, board);
        m->stack_bound = fw.stack;
        m->ram_bound = fw.ram_bound;
        if (fits(m, board) && th_emulator_tools(board, NULL) == TH_OK) err = try_run(plan, app, board, fw.elf, m, why);
    }
    th_firmware_free(&fw);
    return err;
}

static th_err measure(const th_plan *plan, const th_app *app, const th_board *board, const th_code *code, th_measure *m,
                      th_why *why)
{
    char dir[TH_PATH_BYTES];
    if (th_firmware_tools(board, NULL) != TH_OK) return estimate(plan, app, board, code, m, why);
    TH_TRY(th_dir_temp(dir, why));
    const th_err err = build_and_run(plan, app, board, code, dir, m, why);
    th_dir_remove(dir);
    return err;
}

typedef th_err measure_fn(const th_plan *plan, const th_app *app, const th_board *board, const th_code *code,
                          th_measure *m, th_why *why);

static th_err measure_with(measure_fn *how, const th_plan *plan, const th_app *app, const th_board *board,
                           th_measure *m, th_why *why)
{
    th_code code;
    *m = (th_measure){.arena = plan->arena_bytes};
    th_err err = th_code_make(plan, app, &code, why);
    m->listener = (uint32_t)code.listener_bytes;
    if (!err) err = how(plan, app, board, &code, m, why);
    if (!err) explain(plan, board, m);
    th_code_free(&code);
    return err;
}

th_err th_measure_model(const th_plan *plan, const th_app *app, const th_board *board, th_measure *m, th_why *why)
{
    return measure_with(measure, plan, app, board, m, why);
}

th_err th_measure_guess(const th_plan *plan, const th_app *app, const th_board *board, th_measure *m, th_why *why)
{
    return measure_with(estimate, plan, app, board, m, why);
}
