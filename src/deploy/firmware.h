/* deploy/firmware.h -- sources to a firmware: compiler, linker, and exact sizes out of the ELF. */
#ifndef TH_DEPLOY_FIRMWARE_H
#define TH_DEPLOY_FIRMWARE_H

#include "deploy/board.h"
#include "deploy/codegen.h"
#include "os/file.h"

#include <stdbool.h>

enum {
    TH_BUILD_PROFILE = 1,  /* a second ELF with a timer around each step */
    TH_BUILD_ANY_SIZE = 2, /* links what does not fit, too, to see its size: not to be run then */
    TH_BUILD_PACKAGE = 4,  /* the model as a package with the executor, not as generated C (th_export_firmware) */
};

/* The file of a firmware's folder that is the user's (device/app.c): written once, then kept. */
#define TH_FIRMWARE_YOURS "app.c"

typedef struct th_symbol {
    char name[96];
    uint32_t bytes;
    bool ram;     /* in RAM; else in flash */
    bool weights; /* constants of the network (codegen.c: t7, w3_weights) */
} th_symbol;

#define TH_MAX_SYMBOLS 256

typedef struct th_firmware {
    char elf[TH_PATH_BYTES];         /* what runs */
    char profile_elf[TH_PATH_BYTES]; /* the same with a timer around each step; "" unless asked for */
    uint32_t text, rodata, data, bss;
    uint32_t flash;       /* text + rodata + data: what is loaded */
    uint32_t flash_model; /* of it weights, biases and the scales of filters, packed */
    uint32_t flash_code;  /* and everything else */
    uint32_t stack;       /* reserved: the bound when there is one, else 2048 */
    uint32_t ram_bound;   /* data + bss (the arena is in it) + stack */
    uint32_t arena;       /* as planned */
    uint32_t fixed;       /* data + bss without the arena */
    uint32_t listener;    /* of it the streaming loop */
    uint32_t stack_bound; /* deepest way through the call graph; 0 when it is not exact */
    th_symbol *symbol;    /* [n_symbols] largest first; th_firmware_free */
    size_t n_symbols;
} th_firmware;

/* Writes the C sources below dir/src and dir/device, dir/app.c when it is not there, and dir/link.ld later. */
TH_NODISCARD th_err th_firmware_sources(const th_code *code, const char *dir, th_why *why);

/* Builds them: dir/firmware.elf, .bin, .hex, .map; objects in dir/build.
 * Errors: TH_ETOOL (no compiler: names the packages; or the compiler's own words), TH_ERANGE (does
 * not fit: memory and bytes), TH_EINTR. */
TH_NODISCARD th_err th_firmware_build(const th_code *code, const th_board *board, const char *dir, unsigned flags,
                                      th_firmware *fw, th_why *why);
void th_firmware_free(th_firmware *fw);

/* The firmware that th_firmware_build left in `dir`, when it was made from the same sources by the same
 * compiler and is unchanged.  false: build it (fw is empty then). */
bool th_firmware_reuse(const th_code *code, const th_board *board, const char *dir, unsigned flags, th_firmware *fw);

/* TH_OK when the board's compiler is there; else TH_ETOOL with what to install. */
TH_NODISCARD th_err th_firmware_tools(const th_board *board, th_why *why);

#endif
