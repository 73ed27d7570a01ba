#include "../test.h"

#include "report/table.h"

static void columns_of_texts_in_many_scripts(void **state)
{
    (void)state;
    assert_int_equal(th_text_columns("yes"), 3);
    assert_int_equal(th_text_columns("na\xc3\xafve"), 5);
    assert_int_equal(th_text_columns("nai\xcc\x88ve"), 5);            /* i + combining diaeresis */
    assert_int_equal(th_text_columns("\xd9\x86\xd8\xb9\xd9\x85"), 3); /* Arabic */
    assert_int_equal(th_text_columns("\xe3\x81\xaf\xe3\x81\x84"), 4); /* Japanese: two cells each */
    assert_int_equal(th_text_columns("a\xff"
                                     "b"),
                     3);
    assert_int_equal(th_text_columns("\xe2"), 1);
    assert_int_equal(th_text_columns(""), 0);
}

static void print(bool terminal, char *text, size_t cap)
{
    th_table t = th_table_make(2);
    th_table_cell(&t, "word");
    th_table_cell(&t, "n");
    th_table_cell(&t, "\xe3\x81\xaf");
    th_table_cell(&t, "%d", 100);
    th_table_cell(&t, "\x1b[2J");
    th_table_cell(&t, "%d", 7);
    th_table_strong(&t);
    FILE *f = tmpfile();
    assert_non_null(f);
    th_table_print(&t, f, terminal);
    rewind(f);
    text[fread(text, 1, cap - 1, f)] = '\0';
    fclose(f);
    th_table_free(&t);
}

static void aligned_plain_and_safe(void **state)
{
    (void)state;
    char text[200];
    print(false, text, sizeof text);
    assert_string_equal(text, "word    n\n\xe3\x81\xaf    100\n?[2J    7\n");
    print(true, text, sizeof text);
    assert_string_equal(text, "word    n\n\xe3\x81\xaf    100\n?[2J    \033[1m7\033[0m\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(columns_of_texts_in_many_scripts),
                                       cmocka_unit_test(aligned_plain_and_safe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
