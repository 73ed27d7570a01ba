#include "deploy/board.h"

#include "base/text.h"

#include <string.h>

static const char *const cortex_m4f[] = {"-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", NULL};

static const th_board boards[] = {
    {
        .name = "nano33ble",
        .title = "Arduino Nano 33 BLE Sense",
        .core = "nRF52840, Cortex-M4F",
        .isa = TH_ISA_ARM_DSP,
        .clock_hz = 64000000,
        .flash_at = 0x00000000,
        .flash_bytes = 1024 * 1024,
        .ram_at = 0x20000000,
        .ram_bytes = 256 * 1024,
        .stack_bytes = 2048,
        .compiler = "arm-none-eabi-gcc",
        .objcopy = "arm-none-eabi-objcopy",
        .cpu_flags = cortex_m4f,
        .emulator = "qemu-system-arm",
        .machine = "mps2-an386",
        .timer_at = 0x40000000,
        .instr_per_tick = 40,
        .cycles_per_100_instr = 160,
        .cycles_source =
            "1.6 cycles per instruction: MLPerf Tiny v1.1 publishes 99.8 ms at 120 MHz for microTVM with "
            "CMSIS-NN on a Cortex-M4 (keyword spotting), 7.7 million instructions of CMSIS-NN were counted",
    },
};

const th_board *th_board_all(size_t *n)
{
    *n = sizeof boards / sizeof boards[0];
    return boards;
}

th_err th_board_find(const char *name, const th_board **board, th_why *why)
{
    char names[256] = "";
    size_t at = 0;
    if (!name) name = TH_BOARD_DEFAULT;
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        *board = &boards[i];
        if (strcmp(boards[i].name, name) == 0) return TH_OK;
        at += th_text_fmt(names + at, sizeof names - at, "%s%s", i ? ", " : "", boards[i].name);
    }
    return th_why_set(why, TH_EUSAGE, "there is no board \"%s\". Boards: %s", name, names);
}

double th_board_ms(const th_board *board, double instructions)
{
    return instructions * board->cycles_per_100_instr / 100.0 / board->clock_hz * 1000.0;
}
