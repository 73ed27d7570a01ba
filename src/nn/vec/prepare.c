/* Which kernel takes the place of which. */
#include "nn/vec/prepare.h"

#include "nn/vec/pack.h"

static const struct {
    const char *plain;
    th_err (*prepare)(const th_vec_family *f, const th_prepare *p, th_step *step);
    bool any; /* looks at its inputs itself; the others have weights and a bias, which must be constant */
} replaced[] = {
    {"th_conv_2d_s8", th_vec_prepare_conv_s8, false},
    {"th_conv_2d_s8w4", th_vec_prepare_conv_s8, false},
    {"th_conv_2d_s16", th_vec_prepare_conv_s16, false},
    {"th_conv_2d_f32", th_vec_prepare_conv_f32, false},
    {"th_fully_connected_s8", th_vec_prepare_dense_s8, false},
    {"th_fully_connected_s8w4", th_vec_prepare_dense_s8, false},
    {"th_fully_connected_s16", th_vec_prepare_dense_s16, false},
    {"th_fully_connected_f32", th_vec_prepare_dense_f32, false},
    {"th_depthwise_conv_2d_s8", th_vec_prepare_depthwise_s8, false},
    {"th_depthwise_conv_2d_s8w4", th_vec_prepare_depthwise_s8, false},
    {"th_depthwise_conv_2d_f32", th_vec_prepare_depthwise_f32, false},
    {"th_add_s8", th_vec_prepare_add_s8, true},
    {"th_sub_s8", th_vec_prepare_sub_s8, true},
    {"th_add_f32", th_vec_prepare_add_f32, true},
    {"th_lstm_f32", th_vec_prepare_lstm_f32, true},
    {"th_lstm_s8", th_vec_prepare_lstm_s8, true},
};

/* What can be packed is known now. */
static bool is_constant(const th_prepare *p)
{
    const th_tensor *bias = th_prepare_in(p, 2);
    return th_prepare_in(p, 1)->data && (!bias || bias->data);
}

const char *th_vec_replaces(size_t i)
{
    return i < sizeof replaced / sizeof *replaced ? replaced[i].plain : NULL;
}

th_err th_vec_prepare(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
        if (th_same_name(replaced[i].plain, step->kernel_name))
            return replaced[i].any || is_constant(p) ? replaced[i].prepare(f, p, step) : TH_OK;
    return TH_OK;
}
