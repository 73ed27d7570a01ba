#include "../test.h"

#include "elf_image.h"

#include "fmt/elf.h"

static void sections_and_symbols_are_read(void **state)
{
    (void)state;
    uint8_t bytes[ELF_IMAGE_BYTES];
    th_elf elf;
    elf_image(bytes);
    assert_int_equal(th_elf_open((th_span){bytes, sizeof bytes}, &elf, NULL), TH_OK);
    assert_int_equal(elf.n_sections, 5);
    assert_int_equal(elf.n_symbols, 2);
    const th_elf_section s = th_elf_section_at(&elf, 1);
    assert_string_equal(s.name, ".text");
    assert_int_equal(s.bytes, 8);
    assert_int_equal(s.flags, TH_ELF_ALLOC | TH_ELF_EXEC);
    const th_elf_symbol y = th_elf_symbol_at(&elf, 1);
    assert_string_equal(y.name, "main");
    assert_int_equal(y.address, 0x100);
    assert_int_equal(y.bytes, 8);
    assert_true(y.is_function);
}

static size_t walk(const uint8_t *bytes, size_t n)
{
    th_elf elf;
    th_diag diag = {0};
    size_t sum = 0;
    uint8_t *copy = malloc(n ? n : 1); /* exact size, so that ASan sees a read too far */
    memcpy(copy, bytes, n);
    if (th_elf_open((th_span){copy, n}, &elf, &diag) == TH_OK) {
        for (uint32_t i = 0; i < elf.n_sections; i++) sum += strlen(th_elf_section_at(&elf, i).name);
        for (uint32_t i = 0; i < elf.n_symbols; i++) sum += strlen(th_elf_symbol_at(&elf, i).name);
        sum++;
    } else {
        assert_non_null(diag.msg);
    }
    free(copy);
    return sum;
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[ELF_IMAGE_BYTES];
    elf_image(bytes);
    for (size_t n = 0; n < sizeof bytes; n++) assert_int_equal(walk(bytes, n), 0);
    assert_int_equal(walk(bytes, sizeof bytes) > 0, 1);
}

static void every_changed_byte_is_survived(void **state)
{
    (void)state;
    uint8_t bytes[ELF_IMAGE_BYTES];
    static const uint8_t value[] = {0, 1, 0x7f, 0x80, 0xff};
    elf_image(bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        for (size_t k = 0; k < sizeof value; k++) {
            const uint8_t was = bytes[i];
            bytes[i] = value[k];
            (void)walk(bytes, sizeof bytes);
            bytes[i] = was;
        }
}

static void other_elf_files_are_named(void **state)
{
    (void)state;
    uint8_t bytes[ELF_IMAGE_BYTES];
    th_elf elf;
    th_diag diag = {0};
    elf_image(bytes);
    bytes[4] = 2; /* 64 bits */
    assert_int_equal(th_elf_open((th_span){bytes, sizeof bytes}, &elf, &diag), TH_EUNSUP);
    bytes[0] = 'x';
    assert_int_equal(th_elf_open((th_span){bytes, sizeof bytes}, &elf, &diag), TH_EFORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_symbols_are_read),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_changed_byte_is_survived),
        cmocka_unit_test(other_elf_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
