/* tests/fmt/elf_image.h -- a small ELF file made byte by byte: .text with one function, names, symbols. */
#ifndef TH_TEST_ELF_IMAGE_H
#define TH_TEST_ELF_IMAGE_H

#include <stdint.h>
#include <string.h>

enum { ELF_IMAGE_BYTES = 52 + 8 + 40 + 8 + 32 + 5 * 40 };

static inline void elf_put(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}

static inline void elf_section(uint8_t *p, uint32_t name, uint32_t type, uint32_t flags, uint32_t addr, uint32_t at,
                               uint32_t n, uint32_t link)
{
    const uint32_t v[10] = {name, type, flags, addr, at, n, link, 0, 4, 0};
    for (int i = 0; i < 10; i++) elf_put(p + 4 * i, v[i]);
}

static inline void elf_image(uint8_t out[ELF_IMAGE_BYTES])
{
    static const char names[40] = "\0.text\0.shstrtab\0.symtab\0.strtab";
    static const char strings[8] = "\0main";
    const uint32_t text = 52, name_at = 60, string_at = 100, symbol_at = 108, headers = 140;
    memset(out, 0, ELF_IMAGE_BYTES);
    memcpy(out, "\177ELF\1\1\1", 7);
    elf_put(out + 32, headers);
    out[46] = 40; /* size of a section header */
    out[48] = 5;  /* sections */
    out[50] = 2;  /* the one with the names */
    memcpy(out + name_at, names, sizeof names);
    memcpy(out + string_at, strings, sizeof strings);
    elf_put(out + symbol_at + 16, 1);     /* "main" */
    elf_put(out + symbol_at + 20, 0x101); /* Thumb bit */
    elf_put(out + symbol_at + 24, 8);
    out[symbol_at + 28] = 0x12; /* global function */
    out[symbol_at + 30] = 1;    /* in section 1 */
    elf_section(out + headers + 40, 1, 1, 6, 0x100, text, 8, 0);
    elf_section(out + headers + 80, 7, 3, 0, 0, name_at, 40, 0);
    elf_section(out + headers + 120, 17, 2, 0, 0, symbol_at, 32, 4);
    elf_section(out + headers + 160, 25, 3, 0, 0, string_at, 8, 0);
}

#endif
