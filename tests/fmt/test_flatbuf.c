#include "../test.h"

#include "fmt/flatbuf.h"

/* root {0: u32 7, 1: string, 2: [i64], 3: [table{0: f32, 1: u8}], 5: u8} */
static size_t build(uint8_t *mem, size_t cap)
{
    static const int32_t wide[3] = {-1, 0, 2000000000};
    th_fb_writer w;
    th_fb_ref item[4];
    th_fb_start(&w, mem, cap);
    for (unsigned i = 0; i < 4; i++) {
        th_fb_table_begin(&w);
        th_fb_set_u8(&w, 1, (uint8_t)i);
        th_fb_set_f32(&w, 0, (float)i / 4.0f);
        item[i] = th_fb_table_end(&w);
    }
    const th_fb_ref items = th_fb_put_refs(&w, item, 4), text = th_fb_put_string(&w, "abc"),
                    longs = th_fb_put_i64s(&w, wide, 3);
    th_fb_table_begin(&w);
    th_fb_set_u8(&w, 5, 9);
    th_fb_set_ref(&w, 3, items);
    th_fb_set_ref(&w, 1, text);
    th_fb_set_ref(&w, 4, 0);
    th_fb_set_ref(&w, 2, longs);
    th_fb_set_u32(&w, 0, 7);
    return th_fb_finish(&w, th_fb_table_end(&w), "TEST");
}

static void check_content(th_fb *fb, th_fb_table root)
{
    assert_int_equal(th_fb_u32(&root, 0, 0), 7);
    const th_span text = th_fb_string(&root, 1);
    assert_int_equal(text.n, 3);
    assert_string_equal((const char *)text.p, "abc");
    const th_fb_vector longs = th_fb_vec(&root, 2, 8), items = th_fb_vec(&root, 3, 4);
    assert_int_equal(longs.n, 3);
    assert_true(th_fb_vec_i64(&longs, 0) == -1 && th_fb_vec_i64(&longs, 2) == 2000000000);
    assert_int_equal(items.n, 4);
    for (uint32_t i = 0; i < 4; i++) {
        const th_fb_table t = th_fb_vec_table(&items, i);
        assert_int_equal(th_fb_u8(&t, 1, 0), i);
        assert_true(th_fb_f32(&t, 0, -1.0f) == (float)i / 4.0f);
        assert_int_equal(th_fb_i32(&t, 2, 42), 42); /* absent: the default */
    }
    assert_false(th_fb_has(&root, 4));
    assert_true(th_fb_has(&root, 5));
    assert_int_equal(th_fb_u8(&root, 5, 0), 9);
    assert_int_equal(fb->err, TH_OK);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    const size_t n = build(NULL, 0); /* counts only */
    assert_int_equal(n % 16, 0);
    uint8_t *mem = aligned_alloc(16, n);
    assert_int_equal(build(mem, n), n);
    th_fb fb;
    check_content(&fb, th_fb_open(&fb, (th_span){mem, n}, "TEST"));
    uint8_t large[1024]; /* with room to spare the file stands at the end */
    assert_int_equal(build(large, sizeof large), n);
    assert_memory_equal(large + sizeof large - n, mem, n);
    free(mem);
}

static void equal_vtables_are_written_once(void **state)
{
    (void)state;
    th_fb_writer w;
    size_t size[2];
    for (size_t many = 0; many < 2; many++) {
        th_fb_ref last = 0;
        th_fb_start(&w, NULL, 0);
        for (size_t i = 0; i < 1 + 100 * many; i++) {
            th_fb_table_begin(&w);
            th_fb_set_u32(&w, 0, 1);
            last = th_fb_table_end(&w);
        }
        size[many] = th_fb_finish(&w, last, "TEST");
    }
    assert_in_range(size[1] - size[0], 0, 100 * 8 + 16); /* distance and value, no vtable */
}

static void bytes_are_aligned_as_asked(void **state)
{
    (void)state;
    uint8_t mem[512];
    for (size_t n = 1; n < 40; n++) {
        th_fb_writer w;
        th_fb_start(&w, mem, sizeof mem);
        const th_fb_ref odd = th_fb_put_string(&w, "odd");
        const th_fb_ref data = th_fb_put_bytes(&w, "0123456789012345678901234567890123456789", n, 16);
        th_fb_table_begin(&w);
        th_fb_set_ref(&w, 0, data);
        th_fb_set_ref(&w, 1, odd);
        const size_t size = th_fb_finish(&w, th_fb_table_end(&w), "TEST");
        th_fb fb;
        const th_fb_table root = th_fb_open(&fb, (th_span){mem + sizeof mem - size, size}, "TEST");
        const th_fb_vector v = th_fb_vec(&root, 0, 1);
        assert_int_equal(fb.err, TH_OK);
        assert_int_equal(v.n, n);
        assert_int_equal(v.at % 16, 0);
    }
}

/* Every byte of the file set to several values: reading goes on or stops, and never reads outside (ASan). */
static void every_changed_byte_is_survived(void **state)
{
    (void)state;
    static const uint8_t value[] = {0, 1, 3, 4, 0x7f, 0x80, 0xfc, 0xff};
    const size_t n = build(NULL, 0);
    uint8_t *good = malloc(n);
    build(good, n);
    int faults = 0;
    for (size_t at = 0; at < n; at++)
        for (size_t k = 0; k < sizeof value; k++) {
            uint8_t *copy = malloc(n);
            memcpy(copy, good, n);
            copy[at] = value[k];
            th_fb fb;
            const th_fb_table root = th_fb_open(&fb, (th_span){copy, n}, "TEST");
            (void)th_fb_string(&root, 1);
            const th_fb_vector longs = th_fb_vec(&root, 2, 8), items = th_fb_vec(&root, 3, 4);
            int64_t sum = 0;
            for (uint32_t i = 0; i < longs.n; i++) sum ^= th_fb_vec_i64(&longs, i);
            for (uint32_t i = 0; i < items.n; i++) {
                const th_fb_table t = th_fb_vec_table(&items, i);
                sum ^= th_fb_u8(&t, 1, 0);
            }
            if (fb.err) {
                faults++;
                assert_non_null(fb.diag.msg);
                assert_in_range(fb.diag.pos, 0, n);
            }
            free(copy);
            (void)sum;
        }
    assert_in_range(faults, (uint64_t)n, (uint64_t)(8 * n));
    free(good);
}

static void a_fault_sticks(void **state)
{
    (void)state;
    th_fb fb;
    const uint8_t bytes[12] = {8, 0, 0, 0, 'T', 'E', 'S', 'T', 0xff, 0xff, 0xff, 0x7f};
    const th_fb_table root = th_fb_open(&fb, (th_span){bytes, sizeof bytes}, "TEST");
    assert_int_equal(fb.err, TH_EFORMAT);
    const size_t pos = fb.diag.pos;
    assert_int_equal(th_fb_i32(&root, 0, 5), 5);
    th_fb_fault(&fb, TH_ENOMEM, 99, "later");
    assert_int_equal(fb.err, TH_EFORMAT);
    assert_int_equal(fb.diag.pos, pos);
    (void)th_fb_open(&fb, (th_span){bytes, sizeof bytes}, "TFL3");
    assert_int_equal(fb.err, TH_EFORMAT);
    assert_int_equal(fb.diag.pos, 4);
    (void)th_fb_open(&fb, (th_span){bytes, 7}, "TEST");
    assert_int_equal(fb.err, TH_ETRUNC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(equal_vtables_are_written_once),
        cmocka_unit_test(bytes_are_aligned_as_asked),
        cmocka_unit_test(every_changed_byte_is_survived),
        cmocka_unit_test(a_fault_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
