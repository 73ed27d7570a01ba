#include "fmt/elf.h"

#include <string.h>

enum { HEADER = 52, SECTION = 40, SYMBOL = 16, SYMTAB = 2 };

/* A name that ends inside its string table, or "?". */
static const char *name_in(th_span file, uint32_t table_at, uint32_t table_bytes, uint32_t at)
{
    if (at >= table_bytes) return "?";
    const uint8_t *s = file.p + table_at + at;
    for (uint32_t i = 0; i < table_bytes - at; i++)
        if (!s[i]) return (const char *)s;
    return "?";
}

static const uint8_t *section_header(const th_elf *e, uint32_t i)
{
    return e->file.p + e->section_at + (size_t)i * SECTION;
}

/* Bounds of the section's bytes in the file. */
static th_err bytes_of(const th_elf *e, uint32_t i, uint32_t *at, uint32_t *n, th_diag *diag)
{
    if (i >= e->n_sections) return th_fail(diag, TH_EFORMAT, e->section_at, "ELF section number out of range");
    const uint8_t *h = section_header(e, i);
    *at = th_le32(h + 16);
    *n = th_le32(h + 20);
    if (!th_span_has(e->file, *at, *n)) return th_fail(diag, TH_ETRUNC, *at, "ELF section lies outside of the file");
    return TH_OK;
}

static th_err find_symbols(th_elf *e, th_diag *diag)
{
    for (uint32_t i = 0; i < e->n_sections; i++) {
        const uint8_t *h = section_header(e, i);
        uint32_t n;
        if (th_le32(h + 4) != SYMTAB) continue;
        TH_TRY(bytes_of(e, i, &e->symbols_at, &n, diag));
        e->n_symbols = n / SYMBOL;
        return bytes_of(e, th_le32(h + 24), &e->strings_at, &e->strings_bytes, diag);
    }
    return TH_OK;
}

th_err th_elf_open(th_span file, th_elf *elf, th_diag *diag)
{
    *elf = (th_elf){.file = file};
    if (file.n < HEADER) return th_fail(diag, TH_ETRUNC, file.n, "too short for an ELF file");
    if (memcmp(file.p, "\177ELF", 4) != 0) return th_fail(diag, TH_EFORMAT, 0, "not an ELF file");
    if (file.p[4] != 1 || file.p[5] != 1)
        return th_fail(diag, TH_EUNSUP, 4, "only 32-bit little-endian ELF files are read");
    elf->section_at = th_le32(file.p + 32);
    elf->n_sections = th_le16(file.p + 48);
    if (elf->n_sections && th_le16(file.p + 46) != SECTION)
        return th_fail(diag, TH_EFORMAT, 46, "ELF section headers have an unknown size");
    if (!th_span_has(file, elf->section_at, (size_t)elf->n_sections * SECTION))
        return th_fail(diag, TH_ETRUNC, elf->section_at, "ELF section headers lie outside of the file");
    if (elf->n_sections) TH_TRY(bytes_of(elf, th_le16(file.p + 50), &elf->names_at, &elf->names_bytes, diag));
    return find_symbols(elf, diag);
}

th_elf_section th_elf_section_at(const th_elf *e, uint32_t i)
{
    const uint8_t *h = section_header(e, i);
    return (th_elf_section){
        .name = name_in(e->file, e->names_at, e->names_bytes, th_le32(h)),
        .type = th_le32(h + 4),
        .flags = th_le32(h + 8),
        .address = th_le32(h + 12),
        .offset = th_le32(h + 16),
        .bytes = th_le32(h + 20),
    };
}

th_elf_symbol th_elf_symbol_at(const th_elf *e, uint32_t i)
{
    const uint8_t *s = e->file.p + e->symbols_at + (size_t)i * SYMBOL;
    const int32_t is_function = (s[12] & 15) == 2;
    return (th_elf_symbol){
        .name = name_in(e->file, e->strings_at, e->strings_bytes, th_le32(s)),
        .address = th_le32(s + 4) & ~(uint32_t)is_function,
        .bytes = th_le32(s + 8),
        .section = th_le16(s + 14),
        .is_function = is_function,
    };
}
