#include "deploy/board.h"

#include "base/text.h"

#include <string.h>

#define KB 1024u
#define MB (1024u * 1024u)

/* Cycles per instruction of a Cortex-M4: MLPerf Tiny v1.1 publishes what microTVM with CMSIS-NN takes on a
 * NUCLEO-L4R5ZI at 120 MHz; CMSIS-NN's instructions for the same four models were counted
 * (../shared/docs/BASELINES.md):
 *
 *   keyword spotting  99.8 ms / 7,696,920   1.556        image classification  389.6 ms / 29,862,840   1.566
 *   person            300.8 ms / 24,101,960 1.498        anomaly                8.61 ms /    583,000   1.772 */
#define M4_SOURCE                                                                                                      \
    "MLPerf Tiny v1.1, microTVM with CMSIS-NN on a NUCLEO-L4R5ZI: 1.50 to 1.77 cycles per instruction of CMSIS-NN, "   \
    "four models"
#define NOT_CALIBRATED "as a Cortex-M4; no published result for this core was held against it"

#define ARM .compiler = "arm-none-eabi-gcc", .objcopy = "arm-none-eabi-objcopy"
#define FLAGS(...)                                                                                                     \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }

static const th_core cortex_m0 = {
    .name = "Cortex-M0",
    .isa = TH_ISA_SCALAR,
    ARM,
    .flags = FLAGS("-mcpu=cortex-m0", "-mthumb", "-mfloat-abi=soft"),
    .library_frame = 64,
    .cycles_per_100_instr = 160,
    .cycles_source = NOT_CALIBRATED,
};
static const th_core cortex_m0plus = {
    .name = "Cortex-M0+",
    .isa = TH_ISA_SCALAR,
    ARM,
    .flags = FLAGS("-mcpu=cortex-m0plus", "-mthumb", "-mfloat-abi=soft"),
    .library_frame = 64,
    .cycles_per_100_instr = 160,
    .cycles_source = NOT_CALIBRATED,
};
static const th_core cortex_m3 = {
    .name = "Cortex-M3",
    .isa = TH_ISA_SCALAR,
    ARM,
    .flags = FLAGS("-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft"),
    .library_frame = 64,
    .cycles_per_100_instr = 160,
    .cycles_source = NOT_CALIBRATED,
};
static const th_core cortex_m4f = {
    .name = "Cortex-M4F",
    .isa = TH_ISA_ARM_DSP,
    ARM,
    .flags = FLAGS("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    .library_frame = 64,
    .cycles_per_100_instr = 160,
    .cycles_error_percent = 11,
    .cycles_source = M4_SOURCE,
};
static const th_core cortex_m7 = {
    .name = "Cortex-M7",
    .isa = TH_ISA_ARM_DSP,
    ARM,
    .flags = FLAGS("-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
    .library_frame = 64,
    .cycles_per_100_instr = 160,
    .cycles_source = NOT_CALIBRATED,
};
static const th_core cortex_m33 = {
    .name = "Cortex-M33",
    .isa = TH_ISA_ARM_DSP,
    ARM,
    .flags = FLAGS("-mcpu=cortex-m33", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
    .library_frame = 64,
    .cycles_per_100_instr = 160,
    .cycles_source = NOT_CALIBRATED,
};
static const th_core cortex_m55 = {
    .name = "Cortex-M55",
    .isa = TH_ISA_ARM_MVE,
    ARM,
    .flags = FLAGS("-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"),
    .library_frame = 64,
    .cycles_per_100_instr = 160,
    .cycles_source = NOT_CALIBRATED,
};
static const th_core rv32imac = {
    .name = "RV32IMAC",
    .isa = TH_ISA_SCALAR,
    .compiler = "riscv64-unknown-elf-gcc",
    .objcopy = "riscv64-unknown-elf-objcopy",
    .flags = FLAGS("-march=rv32imac", "-mabi=ilp32"),
    .library_frame = 96,
    .cycles_per_100_instr = 160,
    .cycles_source = NOT_CALIBRATED,
};

/* Arm's images for its MPS2 and MPS3 FPGA boards: a timer of 25 MHz on the older ones. */
#define CMSDK(at, instr) .clock = "clock_cmsdk.h", .clock_at = (at), .clock_instr = (instr), .clock_ticks = 1
#define CMSDK_SERIAL(at) .serial = "serial_cmsdk.h", .serial_at = (at)
#define QEMU_ARM(...)                                                                                                  \
    .emulator = "qemu-system-arm", .emulator_package = "qemu-system-arm", .emulator_options = FLAGS("-M", __VA_ARGS__)

static const th_board boards[] = {
    {
        .name = "nano33ble",
        .title = "Arduino Nano 33 BLE Sense",
        .chip = "nRF52840",
        .core = &cortex_m4f,
        .isa = TH_ISA_ARM_DSP,
        .clock_hz = 64000000,
        .flash_at = 0x00000000,
        .flash_bytes = 1 * MB,
        .ram_at = 0x20000000,
        .ram_bytes = 256 * KB,
        QEMU_ARM("mps2-an386"),
        CMSDK(0x40000000, 40),
        CMSDK_SERIAL(0x40004000),
        .pj_per_cycle = 155,
        .energy_source =
            "Nordic nRF52840 Product Specification: 3.3 mA (52 uA/MHz), CoreMark from flash at 64 MHz, 3 V, "
            "DC/DC converter on",
    },
    {
        .name = "stm32f405",
        .title = "STM32F405 (Netduino Plus 2, Feather STM32F405)",
        .chip = "STM32F405RG",
        .core = &cortex_m4f,
        .isa = TH_ISA_ARM_DSP,
        .clock_hz = 168000000,
        .flash_at = 0x08000000,
        .flash_bytes = 1 * MB,
        .ram_at = 0x20000000,
        .ram_bytes = 128 * KB,
        QEMU_ARM("netduinoplus2"),
        .serial = "serial_stm32.h",
        .serial_at = 0x40011000,
        .clock = "clock_stm32.h",
        .clock_at = 0x40000000,
        .clock_instr = 1,
        .clock_ticks = 1,
        .pj_per_cycle = 785,
        .energy_source = "ST's page of the STM32F405/407: from flash \"as low as\" 238 uA/MHz at 168 MHz, 3.3 V",
    },
    {
        .name = "microbit",
        .title = "BBC micro:bit V1",
        .chip = "nRF51822",
        .core = &cortex_m0,
        .isa = TH_ISA_SCALAR,
        .clock_hz = 16000000,
        .flash_at = 0x00000000,
        .flash_bytes = 256 * KB,
        .ram_at = 0x20000000,
        .ram_bytes = 16 * KB,
        QEMU_ARM("microbit"),
        .serial = "serial_nrf51.h",
        .serial_at = 0x40002000,
        .clock = "clock_nrf51.h",
        .clock_at = 0x40008000,
        .clock_instr = 125,
        .clock_ticks = 2,
        .pj_per_cycle = 870,
        .energy_source = "measured on an nRF51 DK: 4.71 mA at 16 MHz and 2.957 V (devzone.nordicsemi.com/blogs/756)",
    },
    {
        .name = "m3",
        .title = "Arm MPS2 with a Cortex-M3 (AN385)",
        .chip = "FPGA",
        .core = &cortex_m3,
        .isa = TH_ISA_SCALAR,
        .clock_hz = 25000000,
        .flash_at = 0x00000000,
        .flash_bytes = 4 * MB,
        .ram_at = 0x20000000,
        .ram_bytes = 4 * MB,
        QEMU_ARM("mps2-an385"),
        CMSDK(0x40000000, 40),
        CMSDK_SERIAL(0x40004000),
    },
    {
        .name = "m7",
        .title = "Arm MPS2 with a Cortex-M7 (AN500)",
        .chip = "FPGA",
        .core = &cortex_m7,
        .isa = TH_ISA_ARM_DSP,
        .clock_hz = 25000000,
        .flash_at = 0x00000000,
        .flash_bytes = 4 * MB,
        .ram_at = 0x20000000,
        .ram_bytes = 4 * MB,
        QEMU_ARM("mps2-an500"),
        CMSDK(0x40000000, 40),
        CMSDK_SERIAL(0x40004000),
    },
    {
        .name = "m33",
        .title = "Arm MPS2+ with a Cortex-M33 (AN505)",
        .chip = "FPGA",
        .core = &cortex_m33,
        .isa = TH_ISA_ARM_DSP,
        .clock_hz = 20000000,
        .flash_at = 0x10000000, /* the secure names of code and data memory */
        .flash_bytes = 4 * MB,
        .ram_at = 0x38000000,
        .ram_bytes = 4 * MB,
        QEMU_ARM("mps2-an505"),
        CMSDK(0x50000000, 50),
        CMSDK_SERIAL(0x50200000),
    },
    {
        .name = "m55",
        .title = "Arm MPS3 with a Cortex-M55 (Corstone SSE-300, AN547)",
        .chip = "FPGA",
        .core = &cortex_m55,
        .isa = TH_ISA_ARM_MVE,
        .clock_hz = 32000000,
        .flash_at = 0x10000000, /* the tightly coupled memories, by their secure names */
        .flash_bytes = 512 * KB,
        .ram_at = 0x30000000,
        .ram_bytes = 512 * KB,
        QEMU_ARM("mps3-an547"),
        .clock = "clock_sse.h",
        .clock_at = 0x58100000,
        CMSDK_SERIAL(0x59303000),
        .clock_instr = 125,
        .clock_ticks = 4,
    },
    {
        .name = "rv32",
        .title = "RISC-V of 32 bits (QEMU's virt machine)",
        .chip = "none",
        .core = &rv32imac,
        .isa = TH_ISA_SCALAR,
        .clock_hz = 100000000,
        .flash_at = 0x80000000, /* one memory; its first 4 MB are closed to writing (device/riscv.c) */
        .flash_bytes = 4 * MB,
        .ram_at = 0x80400000,
        .ram_bytes = 512 * KB,
        .emulator = "qemu-system-riscv32",
        .emulator_package = "qemu-system-misc",
        .emulator_options = FLAGS("-M", "virt", "-bios", "none"),
        .serial = "serial_16550.h",
        .serial_at = 0x10000000,
        .clock = "clock_riscv.h",
        .clock_instr = 1,
        .clock_ticks = 1,
    },
    {
        .name = "rp2040",
        .title = "Raspberry Pi Pico",
        .chip = "RP2040",
        .core = &cortex_m0plus,
        .isa = TH_ISA_SCALAR,
        .clock_hz = 125000000,
        .flash_at = 0x10000100, /* behind the second-stage boot loader */
        .flash_bytes = 2 * MB - 256,
        .ram_at = 0x20000000,
        .ram_bytes = 264 * KB,
        .clock = "clock_none.h",
        .clock_instr = 1,
        .clock_ticks = 1,
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

double th_board_instructions(const th_board *board, double macs)
{
    const double each = board->isa == TH_ISA_ARM_MVE               ? 0.4
                        : board->isa == TH_ISA_ARM_DSP             ? 1.5
                        : strncmp(board->core->name, "RV", 2) == 0 ? 4.4
                                                                   : 2.9;
    return each * macs;
}

static double cycles(const th_board *board, double instructions)
{
    return instructions * board->core->cycles_per_100_instr / 100.0;
}

double th_board_ms(const th_board *board, double instructions)
{
    return cycles(board, instructions) / board->clock_hz * 1000.0;
}

double th_board_mj(const th_board *board, double instructions)
{
    return cycles(board, instructions) * board->pj_per_cycle * 1e-9;
}
