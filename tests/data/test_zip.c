/* Archives from anybody. */
#include "sound.h"

#include "data/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define ALL 1024

typedef struct made {
    uint8_t b[4096], list[2048];
    size_t n, n_list;
    int files;
} made;

static void put(uint8_t *to, size_t *n, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) to[(*n)++] = (uint8_t)(v >> 8 * i);
}

static void add(made *z, const char *name, const char *text, int method)
{
    uint8_t packed[512];
    const uint32_t n = (uint32_t)strlen(name), size = (uint32_t)strlen(text), at = (uint32_t)z->n;
    uint32_t n_packed = size, crc = (uint32_t)crc32(crc32(0, NULL, 0), (const Bytef *)text, size);
    memcpy(packed, text, size);
    if (method) {
        z_stream s = {.avail_in = size, .next_out = packed, .avail_out = sizeof packed};
        s.next_in = (Bytef *)(uintptr_t)text;
        assert_int_equal(deflateInit2(&s, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
        assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
        n_packed = (uint32_t)s.total_out;
        deflateEnd(&s);
    }
    const uint32_t head[] = {20, 0, (uint32_t)method, 0, 0};
    put(z->b, &z->n, 0x04034b50, 4);
    put(z->list, &z->n_list, 0x02014b50, 4);
    put(z->list, &z->n_list, 20, 2);
    for (int i = 0; i < 5; i++) put(z->b, &z->n, head[i], 2), put(z->list, &z->n_list, head[i], 2);
    const uint32_t sizes[] = {crc, n_packed, size};
    for (int i = 0; i < 3; i++) put(z->b, &z->n, sizes[i], 4), put(z->list, &z->n_list, sizes[i], 4);
    put(z->b, &z->n, n, 4);
    put(z->list, &z->n_list, n, 4);
    put(z->list, &z->n_list, 0, 4);
    put(z->list, &z->n_list, 0, 2);
    put(z->list, &z->n_list, 0, 4);
    put(z->list, &z->n_list, at, 4);
    memcpy(z->b + z->n, name, n), z->n += n;
    memcpy(z->list + z->n_list, name, n), z->n_list += n;
    memcpy(z->b + z->n, packed, n_packed), z->n += n_packed;
    z->files++;
}

static void end(made *z)
{
    const uint32_t at = (uint32_t)z->n;
    memcpy(z->b + z->n, z->list, z->n_list), z->n += z->n_list;
    put(z->b, &z->n, 0x06054b50, 4);
    put(z->b, &z->n, 0, 4);
    put(z->b, &z->n, (uint32_t)z->files, 2);
    put(z->b, &z->n, (uint32_t)z->files, 2);
    put(z->b, &z->n, (uint32_t)z->n_list, 4);
    put(z->b, &z->n, at, 4);
    put(z->b, &z->n, 0, 2);
}

static th_err take(void *ctx, const char *path, th_span bytes, th_why *why)
{
    char *all = ctx;
    (void)why;
    const size_t n = strlen(all);
    snprintf(all + n, ALL - n, "%s=%.*s;", path, (int)bytes.n, (const char *)bytes.p);
    return TH_OK;
}

/* Memory of exactly this size. */
static th_err read_zip(const uint8_t *b, size_t n, char all[ALL], th_why *why)
{
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, b, n);
    all[0] = 0;
    const th_err err = th_zip_read((th_span){copy, n}, "a.zip", take, all, why);
    free(copy);
    return err;
}

static void files_come_out(void **state)
{
    (void)state;
    static made z;
    char all[ALL];
    th_why why = {0};
    add(&z, "./", "", 0); /* as tar programs write the folder itself */
    add(&z, "set/", "", 0);
    add(&z, "./set/a.txt", "hello", 0);
    add(&z, "set/b.txt", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 8);
    add(&z, "set/.hidden", "x", 0);
    add(&z, "__MACOSX/a", "x", 0);
    add(&z, "set/empty", "", 8);
    end(&z);
    if (read_zip(z.b, z.n, all, &why)) fail_msg("%s", why.text);
    assert_string_equal(all, "set/a.txt=hello;set/b.txt=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;set/empty=;");
    for (size_t cut = 0; cut < z.n; cut++) assert_int_equal(read_zip(z.b, cut, all, NULL), TH_EFORMAT);
    for (size_t i = 0; i < z.n; i++) { /* any byte changed: refused or read, and the sanitizers look on */
        const uint8_t was = z.b[i];
        for (int v = 1; v < 256; v = v * 3 + 1) {
            z.b[i] = (uint8_t)(was ^ v);
            why = (th_why){0};
            if (read_zip(z.b, z.n, all, &why)) assert_true(why.text[0] != 0);
        }
        z.b[i] = was;
    }
}

static void no_way_out(void **state)
{
    (void)state;
    static const char *const names[] = {"../x", "/x",   "a/../../x", "..\\x", "a/./x",
                                        "a//x", "\xff", "a/..",      "x\ny",  ".."};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static made z;
        char all[ALL];
        th_why why = {0};
        z = (made){0};
        add(&z, "good", "x", 0);
        add(&z, names[i], "x", 0);
        end(&z);
        if (read_zip(z.b, z.n, all, &why) != TH_EFORMAT) fail_msg("%s is taken", names[i]);
        assert_non_null(strstr(why.text, "leads out"));
        assert_string_equal(all, ""); /* nothing was given away before */
    }
}

/* Unix modes in the list (host 3) make the last file a link. */
static void make_link(made *z, size_t from)
{
    z->list[from + 5] = 3;
    z->list[from + 40] = 0xff, z->list[from + 41] = 0xa1;
}

static void no_links(void **state)
{
    (void)state;
    static made z;
    char all[ALL];
    th_why why = {0};
    z = (made){0};
    add(&z, "good", "x", 0);
    const size_t from = z.n_list;
    add(&z, "link", "/etc/passwd", 0);
    make_link(&z, from);
    end(&z);
    assert_int_equal(read_zip(z.b, z.n, all, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "file link: it is a link"));
    assert_string_equal(all, "");
}

/* Names that are UTF-8, said to be so or not, come out as they are in any locale. */
static void names_of_any_language(void **state)
{
    (void)state;
    for (int flag = 0; flag < 2; flag++) {
        static made z;
        char all[ALL];
        th_why why = {0};
        z = (made){0};
        add(&z, "\u0646\u0639\u0645/1.csv", "x", 0);
        if (flag) z.list[9] |= 8, z.b[7] |= 8;
        end(&z);
        if (read_zip(z.b, z.n, all, &why)) fail_msg("%s", why.text);
        assert_string_equal(all, "\u0646\u0639\u0645/1.csv=x;");
    }
}

/* Entries of the list that name the same packed bytes, and sizes that lie. */
static void bombs(void **state)
{
    (void)state;
    static made z;
    char all[ALL], text[400];
    th_why why = {0};
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    z = (made){0};
    add(&z, "a", text, 0);
    for (int i = 0; i < 3; i++) {
        memcpy(z.list + z.n_list, z.list, 47);
        z.n_list += 47;
        z.files++;
    }
    end(&z);
    if (read_zip(z.b, z.n, all, &why)) fail_msg("%s", why.text);
    assert_int_equal(strlen(all), 2 + sizeof text); /* once: the same bytes are one file */
    z = (made){0};
    add(&z, "a", text, 8);
    memset(z.list + 24, 0x70, 4), memset(z.b + 22, 0x70, 4); /* the size unpacked */
    end(&z);
    assert_int_equal(read_zip(z.b, z.n, all, NULL), TH_ERANGE);
    z = (made){0};
    add(&z, "a", text, 8);
    z.list[24]--, z.b[22]--;
    end(&z);
    assert_int_equal(read_zip(z.b, z.n, all, NULL), TH_EFORMAT);
    z = (made){0};
    add(&z, "a", text, 8);
    z.list[8] |= 1, z.b[6] |= 1;
    end(&z);
    why = (th_why){0};
    assert_int_equal(read_zip(z.b, z.n, all, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "file a: it is encrypted"));
}

static void into_a_folder(void **state)
{
    static made z;
    const char *dir = *state;
    char root[TH_PATH_BYTES], zip[TH_PATH_BYTES], to[TH_PATH_BYTES];
    th_why why = {0};
    add(&z, "all/up/1.csv", "x\n1\n", 8);
    add(&z, "all/down/1.csv", "x\n2\n", 0);
    end(&z);
    assert_int_equal(th_path_join(zip, dir, "a.zip", NULL), TH_OK);
    assert_int_equal(th_path_join(to, dir, "to", NULL), TH_OK);
    assert_int_equal(th_dir_make(to, NULL), TH_OK);
    assert_int_equal(th_file_write(zip, (th_span){z.b, z.n}, NULL), TH_OK);
    if (th_zip_unpack(zip, to, root, &why)) fail_msg("%s", why.text);
    assert_true(strlen(root) > 7 && strcmp(root + strlen(root) - 7, "/to/all") == 0);
    assert_true(th_file_exists(at(root, "down/1.csv")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_out), cmocka_unit_test(no_way_out),
        cmocka_unit_test(no_links),       cmocka_unit_test(names_of_any_language),
        cmocka_unit_test(bombs),          cmocka_unit_test_setup_teardown(into_a_folder, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
