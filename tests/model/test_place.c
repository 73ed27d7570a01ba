#include "../test.h"

#include "base/rng.h"
#include "model/place.h"

static void check_no_overlap(const th_block *b, int32_t n, const th_placed *p)
{
    assert_true(p->bytes >= p->lower_bound);
    for (int32_t i = 0; i < n; i++) {
        assert_int_equal(b[i].offset % TH_PLACE_ALIGN, 0);
        assert_true(b[i].offset + b[i].bytes <= p->bytes);
        for (int32_t j = 0; j < i; j++)
            if (b[i].first <= b[j].last && b[j].first <= b[i].last)
                assert_true(b[i].offset + b[i].bytes <= b[j].offset || b[j].offset + b[j].bytes <= b[i].offset);
    }
}

/* A chain: each tensor lives from its maker to its reader. The largest neighbours decide. */
static void chain_by_hand(void **state)
{
    (void)state;
    th_block b[] = {{.bytes = 100, .first = 0, .last = 1},
                    {.bytes = 64, .first = 1, .last = 2},
                    {.bytes = 160, .first = 2, .last = 3},
                    {.bytes = 16, .first = 3, .last = 4}};
    th_placed p;
    assert_int_equal(th_place(b, 4, 5, &p), TH_OK);
    check_no_overlap(b, 4, &p);
    assert_int_equal(b[0].bytes, 112);
    assert_int_equal(p.lower_bound, 64 + 160);
    assert_int_equal(p.bytes, 64 + 160);
    assert_int_equal(p.peak, 2);
}

static void empty_is_nothing(void **state)
{
    (void)state;
    th_placed p;
    assert_int_equal(th_place(NULL, 0, 3, &p), TH_OK);
    assert_int_equal(p.bytes, 0);
}

static void too_much_is_refused(void **state)
{
    (void)state;
    th_block b[] = {{.bytes = SIZE_MAX / 2, .last = 1}, {.bytes = SIZE_MAX / 2, .last = 1}};
    th_placed p;
    assert_int_equal(th_place(b, 2, 2, &p), TH_ERANGE);
}

static void random_blocks_never_overlap(void **state)
{
    (void)state;
    size_t used = 0, bound = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        th_rng rng = th_rng_make(seed, 1);
        th_block b[40], again[40];
        const int32_t n = 1 + (int32_t)th_rng_below(&rng, 40), steps = 1 + (int32_t)th_rng_below(&rng, 30);
        for (int32_t i = 0; i < n; i++) {
            const int32_t first = (int32_t)th_rng_below(&rng, (uint32_t)steps), rest = steps - first;
            b[i] = (th_block){.bytes = 1 + th_rng_below(&rng, 5000),
                              .first = first,
                              .last = first + (int32_t)th_rng_below(&rng, (uint32_t)(rest < 6 ? rest : 6))};
        }
        memcpy(again, b, sizeof b);
        th_placed p, q;
        assert_int_equal(th_place(b, n, steps, &p), TH_OK);
        check_no_overlap(b, n, &p);
        assert_int_equal(th_place(again, n, steps, &q), TH_OK);
        for (int32_t i = 0; i < n; i++) assert_int_equal(b[i].offset, again[i].offset);
        used += p.bytes;
        bound += p.lower_bound;
    }
    assert_true(used * 100 <= bound * 108); /* greedy stays within 8 % of the bound on average */
}

static void pinned_blocks_stay_and_others_go_around(void **state)
{
    (void)state;
    th_block b[] = {{.bytes = 100, .last = 2},
                    {.bytes = 40, .last = 2, .offset = 20, .pinned = true},
                    {.bytes = 16, .last = 2},
                    {.bytes = 48, .first = 1, .last = 1, .offset = 64, .pinned = true}};
    th_placed placed;
    assert_int_equal(th_place(b, 4, 3, &placed), TH_OK);
    assert_int_equal(b[1].offset, 20);
    assert_int_equal(b[3].offset, 64);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < i; k++)
            assert_true(b[i].offset >= b[k].offset + (k == 1 ? 40 : b[k].bytes) ||
                        b[k].offset >= b[i].offset + (i == 1 ? 40 : b[i].bytes));
    assert_int_equal(b[0].offset % TH_PLACE_ALIGN, 0);
    assert_int_equal(b[2].offset, 0); /* the gap before the first pinned one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pinned_blocks_stay_and_others_go_around),
        cmocka_unit_test(chain_by_hand),
        cmocka_unit_test(empty_is_nothing),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(random_blocks_never_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
