/* Any bytes as an ELF file: no read outside of them, and every name ends. */
#include "fmt/elf.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_elf elf;
    size_t sum = 0;
    if (th_elf_open((th_span){data, size}, &elf, NULL)) return 0;
    for (uint32_t i = 0; i < elf.n_sections; i++) sum += strlen(th_elf_section_at(&elf, i).name);
    for (uint32_t i = 0; i < elf.n_symbols && i < 4096; i++) sum += strlen(th_elf_symbol_at(&elf, i).name);
    return sum > SIZE_MAX / 2 ? -1 : 0; /* the sum is used, so the names are read */
}
