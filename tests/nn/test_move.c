/* Operators that only move numbers, against the definition of each element; and what must be refused. */
#include "move_cases.h"

static void every_operator_and_type(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof move_rows / sizeof *move_rows; r++)
        for (int32_t k = 0; k < move_rows[r].n; k++)
            for (uint64_t seed = 0; seed < 40; seed++) {
                op_case *c = move_rows[r].make(seed, move_rows[r].op, move_rows[r].type[k]);
                case_run(c);
                case_check(c);
                if (k < move_rows[r].n_tflm) case_compare(c);
                case_free(c);
            }
}

/* x = 0 .. 23 as [2, 3, 4]; begin, end, stride of three places. */
static op_case *strided(const int32_t *begin, const int32_t *end, const int32_t *stride, int32_t n, th_shape y)
{
    op_case *c = case_new(1, TH_OP_STRIDED_SLICE);
    const int32_t d[] = {2, 3, 4}, x = add_input(c, TH_S32, shape_of(3, d));
    for (int32_t i = 0; i < 24; i++) ((int32_t *)(void *)c->data[x])[i] = i;
    add_list(c, n, begin);
    add_list(c, n, end);
    add_list(c, n, stride);
    add_output(c, TH_S32, y);
    return c;
}

static void expect(op_case *c, const int32_t *want)
{
    case_run(c);
    assert_memory_equal(c->data[c->out[0]], want, th_tensor_bytes(&c->t[c->out[0]]));
    case_free(c);
}

static void strided_slice_masks(void **state)
{
    (void)state;
    const int32_t one[] = {1, 1, 1, 1}, zero[] = {0, 0, 0, 0};
    const int32_t d21[] = {2, 3}, d1[] = {1, 3, 4}, d112[] = {1, 2, 1, 3}, d3[] = {2, 3, 1};
    { /* x[..., 1]: the ellipsis stands for two dimensions */
        const int32_t begin[] = {0, 1}, end[] = {0, 2}, want[] = {1, 5, 9, 13, 17, 21};
        op_case *c = strided(begin, end, one, 2, shape_of(2, d21));
        c->node.attr.strided_slice.ellipsis_mask = 1;
        c->node.attr.strided_slice.shrink_axis_mask = 2;
        expect(c, want);
    }
    { /* x[..., 3:2:-1]: without shrink, backwards */
        const int32_t begin[] = {0, 3}, end[] = {0, 2}, stride[] = {1, -1}, want[] = {3, 7, 11, 15, 19, 23};
        op_case *c = strided(begin, end, stride, 2, shape_of(3, d3));
        c->node.attr.strided_slice.ellipsis_mask = 1;
        expect(c, want);
    }
    { /* x[newaxis, :, 0:1, 1:4]: a new dimension in front, a mask of both ends */
        const int32_t begin[] = {0, 5, 0, 1}, end[] = {0, 5, 1, 4}, want[] = {1, 2, 3, 13, 14, 15};
        op_case *c = strided(begin, end, one, 4, shape_of(4, d112));
        c->node.attr.strided_slice.new_axis_mask = 1;
        c->node.attr.strided_slice.begin_mask = c->node.attr.strided_slice.end_mask = 2;
        expect(c, want);
    }
    { /* fewer places than dimensions: the rest is whole; with the flag offset, end counts from begin */
        const int32_t begin[] = {1}, end[] = {1}, want[] = {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};
        op_case *c = strided(begin, end, one, 1, shape_of(3, d1));
        c->node.attr.strided_slice.offset = 1;
        expect(c, want);
    }
    { /* empty, a stride of 0, an index outside, two ellipses, too many places */
        const int32_t begin[] = {1, 0, 0, 0}, end[] = {1, 3, 4, 1}, out[] = {2, 0, 0}, d[] = {3, 4};
        op_case *c = strided(begin, end, one, 3, shape_of(3, d1));
        assert_int_equal(case_prepare(c), TH_ESHAPE);
        case_free(c);
        c = strided(zero, end, zero, 3, shape_of(3, d1));
        assert_int_equal(case_prepare(c), TH_EFORMAT);
        case_free(c);
        c = strided(out, end, one, 3, shape_of(2, d));
        c->node.attr.strided_slice.shrink_axis_mask = 1;
        assert_int_equal(case_prepare(c), TH_ESHAPE);
        c->node.attr.strided_slice.ellipsis_mask = 3;
        assert_int_equal(case_prepare(c), TH_EFORMAT);
        case_free(c);
        c = strided(zero, end, one, 4, shape_of(3, d1));
        assert_int_equal(case_prepare(c), TH_ESHAPE);
        case_free(c);
    }
}

/* Every operator refuses: another output type, an output of another size, a constant that is not constant. */
static void refusals(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof move_rows / sizeof *move_rows; r++)
        for (uint64_t seed = 100; seed < 110; seed++) {
            op_case *c = move_rows[r].make(seed, move_rows[r].op, move_rows[r].type[0]);
            assert_int_equal(case_prepare(c), TH_OK);
            th_tensor *y = &c->t[c->out[c->node.n_out - 1]];
            const th_tensor good = *y;
            y->type = y->type == TH_F32 ? TH_S32 : TH_F32;
            assert_int_not_equal(case_prepare(c), TH_OK);
            *y = good;
            y->shape.rank = y->shape.rank ? y->shape.rank : 1;
            y->shape.d[0] = good.shape.rank ? good.shape.d[0] + (c->node.op == TH_OP_SLICE ? 10 : 1) : 2;
            assert_int_not_equal(case_prepare(c), TH_OK);
            *y = good;
            for (int i = 0; i < c->node.n_in; i++) {
                th_tensor *t = &c->t[c->in[i]];
                if (!t->data) continue;
                t->data = NULL;
                if (c->node.op != TH_OP_SLICE) assert_int_equal(case_prepare(c), TH_EUNSUP);
                t->data = c->data[c->in[i]];
                ((int32_t *)(void *)c->data[c->in[i]])[0] =
                    INT32_MIN + (int32_t)seed; /* no axis, size or padding is like that */
                if (c->node.op != TH_OP_STRIDED_SLICE)
                    assert_int_not_equal(case_prepare(c), TH_OK);
                else
                    (void)!case_prepare(c);
                break;
            }
            c->node.n_in++;
            c->in[c->node.n_in - 1] = -1;
            if (c->node.op != TH_OP_PAD) assert_int_not_equal(case_prepare(c), TH_OK);
            case_free(c);
        }
}

static void concatenation_needs_equal_scales(void **state)
{
    (void)state;
    op_case *c = make_concat(3, TH_OP_CONCATENATION, TH_S8);
    set_quant(c, c->in[0], 0.25f, -7);
    assert_int_equal(case_prepare(c), TH_EUNSUP);
    set_quant(c, c->in[0], 0.125f, -6);
    assert_int_equal(case_prepare(c), TH_EUNSUP);
    set_quant(c, c->in[0], 0.125f, -7);
    assert_int_equal(case_prepare(c), TH_OK);
    c->node.attr.concat.act = TH_ACT_RELU;
    assert_int_equal(case_prepare(c), TH_EUNSUP);
    case_free(c);
}

/* A picked row that is not there is zeros; a constant index is refused before. */
static void gather_outside(void **state)
{
    (void)state;
    const int32_t bad[] = {-1, 5, INT32_MAX, INT32_MIN};
    for (int k = 0; k < 4; k++) {
        op_case *c = case_new(1, TH_OP_GATHER);
        const int32_t d[] = {5, 3}, two[] = {2, 3}, x = add_input(c, TH_S8, shape_of(2, d)),
                      i = add_input(c, TH_S32, list(2));
        int32_t *index = (void *)c->data[i];
        index[0] = 4, index[1] = bad[k];
        const int32_t o = add_output(c, TH_S8, shape_of(2, two));
        case_run(c);
        assert_memory_equal(c->data[o], c->data[x] + 12, 3);
        assert_memory_equal(c->data[o] + 3, "\0\0\0", 3);
        c->t[i].data = index;
        assert_int_equal(case_prepare(c), TH_ERANGE);
        case_free(c);
    }
    op_case *c = case_new(1, TH_OP_GATHER_ND);
    const int32_t d[] = {2, 3}, n[] = {2, 2};
    add_input(c, TH_F32, shape_of(2, d));
    const int32_t i = add_input(c, TH_S32, shape_of(2, n));
    const int32_t index[] = {0, 3, 1, 2}; /* (0, 3) is outside, although its place in memory is not */
    memcpy(c->data[i], index, sizeof index);
    const int32_t o = add_output(c, TH_F32, list(2));
    case_run(c);
    assert_memory_equal(c->data[o], "\0\0\0\0", 4);
    assert_memory_equal(c->data[o] + 4, c->data[0] + 20, 4);
    case_free(c);
}

/* A begin that is told while running stays inside of x, whatever it is. */
static void slice_outside(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        op_case *c = make_slice_at_from(seed, TH_OP_SLICE, seed % 2 ? TH_S8 : TH_F32, 9);
        case_run(c);
        case_check(c);
        case_free(c);
    }
    op_case *c = make_slice_at(1, TH_OP_SLICE, TH_S8);
    c->t[c->in[1]].shape.d[0]++;
    assert_int_not_equal(case_prepare(c), TH_OK);
    c->t[c->in[1]].shape.d[0]--;
    assert_int_equal(case_prepare(c), TH_OK);
    c->t[c->out[0]].shape.d[0] = c->t[c->in[0]].shape.d[0] + 1;
    assert_int_equal(case_prepare(c), TH_ESHAPE);
    case_free(c);
}

/* A copy of everything may lie on its input; a list of boxes that is not, may not. */
static void in_place(void **state)
{
    (void)state;
    const struct {
        th_op op;
        maker *make;
        uint32_t want;
    } row[] = {
        {TH_OP_EXPAND_DIMS, make_reshape_like, 1},   {TH_OP_SQUEEZE, make_reshape_like, 1},
        {TH_OP_SPACE_TO_BATCH_ND, make_to_batch, 0}, {TH_OP_DYNAMIC_UPDATE_SLICE, make_update, 1},
        {TH_OP_ZEROS_LIKE, make_reshape_like, 0},
    };
    for (size_t r = 0; r < sizeof row / sizeof *row; r++) {
        op_case *c = row[r].make(7, row[r].op, TH_F32);
        assert_int_equal(case_prepare(c), TH_OK);
        assert_int_equal(c->step.in_place, row[r].want);
        case_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_and_type),
        cmocka_unit_test(strided_slice_masks),
        cmocka_unit_test(refusals),
        cmocka_unit_test(concatenation_needs_equal_scales),
        cmocka_unit_test(gather_outside),
        cmocka_unit_test(slice_outside),
        cmocka_unit_test(in_place),
        cmocka_unit_test(tflm_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
