/* fmt/elf.h -- 32-bit little-endian ELF: sections and symbols, every offset verified.
 *
 *   bytes 0..51         header: e_shoff at 32, e_shentsize 46, e_shnum 48, e_shstrndx 50
 *   e_shoff + 40 * i    section header i
 *
 * Source: System V ABI, chapters 4 and 5 (edition 4.1). */
#ifndef TH_FMT_ELF_H
#define TH_FMT_ELF_H

#include "base/err.h"
#include "base/span.h"

typedef struct th_elf {
    th_span file;
    uint32_t section_at, n_sections;
    uint32_t names_at, names_bytes;     /* section names */
    uint32_t symbols_at, n_symbols;     /* 0 when there is no symbol table */
    uint32_t strings_at, strings_bytes; /* symbol names */
} th_elf;

typedef struct th_elf_section {
    const char *name;
    uint32_t type, flags, address, offset, bytes;
} th_elf_section;

enum { TH_ELF_PROGBITS = 1, TH_ELF_NOBITS = 8 };              /* section types */
enum { TH_ELF_WRITE = 1, TH_ELF_ALLOC = 2, TH_ELF_EXEC = 4 }; /* section flags */

typedef struct th_elf_symbol {
    const char *name;
    uint32_t address, bytes, section; /* address: bit 0 of a Thumb function is cleared */
    int32_t is_function;
} th_elf_symbol;

/* Checks the file; `elf` points into it.
 * Errors: TH_EFORMAT, TH_EUNSUP (64 bits, big-endian), TH_ETRUNC, with offset and text in diag. */
TH_NODISCARD th_err th_elf_open(th_span file, th_elf *elf, th_diag *diag);

/* i < n_sections, i < n_symbols.  Never fail after th_elf_open: a name out of bounds reads "?". */
th_elf_section th_elf_section_at(const th_elf *elf, uint32_t i);
th_elf_symbol th_elf_symbol_at(const th_elf *elf, uint32_t i);

#endif
