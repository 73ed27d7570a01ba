/* Reductions, running sums, places of extremes and resizing, against exact integers and double; and what must be
 * refused. */
#include "compute_cases.h"

static void every_operator_and_type(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof compute_rows / sizeof *compute_rows; r++)
        for (int32_t k = 0; k < compute_rows[r].n; k++)
            for (uint64_t seed = 0; seed < 60; seed++) {
                op_case *c = compute_rows[r].make(seed, compute_rows[r].op, compute_rows[r].type[k]);
                case_run(c);
                case_check(c);
                if (k < compute_rows[r].n_tflm) case_compare(c);
                case_free(c);
            }
}

static void refusals(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof compute_rows / sizeof *compute_rows; r++)
        for (uint64_t seed = 100; seed < 110; seed++) {
            op_case *c = compute_rows[r].make(seed, compute_rows[r].op, compute_rows[r].type[0]);
            assert_int_equal(case_prepare(c), TH_OK);
            th_tensor *y = &c->t[c->out[0]], *axes = &c->t[c->in[1]];
            const th_tensor good = *y;
            y->type = TH_S64;
            if (c->node.op != TH_OP_ARG_MAX && c->node.op != TH_OP_ARG_MIN)
                assert_int_not_equal(case_prepare(c), TH_OK);
            *y = good;
            y->shape.rank = y->shape.rank ? y->shape.rank : 1;
            y->shape.d[0] = good.shape.rank ? good.shape.d[0] + 1 : 2;
            assert_int_equal(case_prepare(c), TH_ESHAPE);
            *y = good;
            axes->data = NULL;
            assert_int_equal(case_prepare(c), TH_EUNSUP);
            axes->data = c->data[c->in[1]];
            ((int32_t *)(void *)c->data[c->in[1]])[0] = -99;
            assert_int_equal(case_prepare(c), TH_ERANGE);
            case_free(c);
        }
}

static void scales(void **state)
{
    (void)state;
    op_case *c = make_reduce(1, TH_OP_REDUCE_MAX, TH_S8);
    set_quant(c, c->out[0], 0.25f, -7);
    assert_int_equal(case_prepare(c), TH_EUNSUP);
    case_free(c);
    c = make_reduce(1, TH_OP_SUM, TH_S8);
    set_quant(c, c->out[0], 1e-30f, -7);
    assert_int_equal(case_prepare(c), TH_ERANGE);
    set_quant(c, c->out[0], 0.0f, -7);
    assert_int_equal(case_prepare(c), TH_EFORMAT);
    set_quant(c, c->out[0], 3e38f, 5); /* the factor becomes 0 */
    case_run(c);
    assert_int_equal((int8_t)c->data[c->out[0]][0], 5);
    case_free(c);
    c = make_cumsum(1, TH_OP_CUMSUM, TH_S8);
    set_quant(c, c->out[0], 1e-9f, 0);
    assert_int_equal(case_prepare(c), TH_ERANGE);
    case_free(c);
    c = make_bilinear(1, TH_OP_RESIZE_BILINEAR, TH_S8);
    c->node.attr.resize.align_corners = c->node.attr.resize.half_pixel = 1;
    assert_int_equal(case_prepare(c), TH_EFORMAT);
    case_free(c);
}

/* The step of 1/1024 is rounded up here, so that the last pixels lie behind the picture: they repeat its edge. */
static void far_enlargement(void **state)
{
    (void)state;
    op_case *c = case_new(1, TH_OP_RESIZE_BILINEAR);
    const int32_t xd[] = {1, 1, 1, 1}, yd[] = {1, 1, 1500, 1}, size[] = {1, 1500},
                  x = add_input(c, TH_S8, shape_of(4, xd));
    c->data[x][0] = 77;
    add_list(c, 2, size);
    const int32_t o = add_output(c, TH_S8, shape_of(4, yd));
    case_run(c);
    for (int i = 0; i < 1500; i++) assert_int_equal(c->data[o][i], 77);
    case_free(c);
}

/* int16 sums that need more than int32 wrap as the reference's, and are still clamped. */
static void wide_sum(void **state)
{
    (void)state;
    op_case *c = case_new(1, TH_OP_MEAN);
    const int32_t n = 70000, x = add_input(c, TH_S16, list(n)), axis = 0;
    for (int32_t i = 0; i < n; i++) ((int16_t *)(void *)c->data[x])[i] = 32767;
    add_list(c, 1, &axis);
    const int32_t o = add_output(c, TH_S16, (th_shape){.rank = 0});
    case_run(c);
    const int32_t wrapped = (int32_t)(uint32_t)((uint64_t)n * 32767);
    assert_true(abs(((int16_t *)(void *)c->data[o])[0] - (int)lround((double)wrapped / n)) <= 1);
    case_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_and_type), cmocka_unit_test(refusals), cmocka_unit_test(scales),
        cmocka_unit_test(far_enlargement),         cmocka_unit_test(wide_sum), cmocka_unit_test(tflm_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
