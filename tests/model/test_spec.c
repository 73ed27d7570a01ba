/* Every word of the language, every error with its exact words, and what only whole descriptions can be wrong about. */
#include "../test.h"

#include "model/near.h"
#include "model/spec.h"

/* ---- words ---- */

typedef struct word_case {
    const char *text;
    int32_t in[3];
    const char *says; /* th_layer_text of the last layer; NULL: the text itself */
    int32_t out[3];
    int64_t parameters, macs; /* of the last layer */
} word_case;

/* Figures from the formulas of docs/models.md, written out. */
static const word_case words[] = {
    {"conv2d 8 3x5", {10, 12, 3}, NULL, {10, 12, 8}, 3 * 5 * 3 * 8 + 8, 3 * 5 * 3 * 8 * 120},
    {"conv2d 8 3x5 same", {10, 12, 3}, "conv2d 8 3x5", {10, 12, 8}, 368, 43200},
    {"conv2d 8 3x5 valid", {10, 12, 3}, NULL, {8, 8, 8}, 368, 360 * 64},
    {"conv2d 8 3x5 stride 2x3", {10, 13, 3}, NULL, {5, 5, 8}, 368, 360 * 25},
    {"conv2d 8 3x5 valid stride 3x2", {10, 12, 3}, "conv2d 8 3x5 stride 3x2 valid", {3, 4, 8}, 368, 360 * 12},
    {"conv2d 8 3x3 dilation 2x4 valid", {10, 12, 3}, NULL, {6, 4, 8}, 224, 216 * 24},
    {"conv2d 8 3x3 groups 4 no-bias", {10, 12, 4}, NULL, {10, 12, 8}, 72, 72 * 120},
    {"conv2d 8 1x1 bn", {2, 2, 4}, NULL, {2, 2, 8}, 32 + 16, 128},
    {"conv2d 8 1x1 no-bias bn relu", {2, 2, 4}, "conv2d 8 1x1 bn relu", {2, 2, 8}, 48, 128},
    {"conv2d 8 1x1 batchnorm relu6", {2, 2, 4}, "conv2d 8 1x1 bn relu6", {2, 2, 8}, 48, 128},
    {"conv1d 8 4", {128, 1, 3}, "conv2d 8 4x1", {128, 1, 8}, 4 * 3 * 8 + 8, 96 * 128},
    {"conv1d 8 4 stride 3 dilation 2 valid",
     {128, 1, 3},
     "conv2d 8 4x1 stride 3x1 dilation 2x1 valid",
     {41, 1, 8},
     104,
     96 * 41},
    {"conv1d 9 4 groups 3", {128, 1, 3}, "conv2d 9 4x1 groups 3", {128, 1, 9}, 4 * 9 + 9, 36 * 128},
    {"depthwise 3x3", {7, 5, 6}, NULL, {7, 5, 6}, 54 + 6, 54 * 35},
    {"depthwise 3x3 stride 2x2 dilation 1x2 valid no-bias hard-swish", {7, 5, 6}, NULL, {3, 1, 6}, 54, 54 * 3},
    {"transpose 4 3x3", {7, 5, 6}, NULL, {7, 5, 4}, 9 * 24 + 4, 216 * 35},
    {"transpose 4 3x3 stride 2x2", {7, 5, 6}, NULL, {14, 10, 4}, 220, 216 * 35},
    {"transpose 4 3x2 stride 2x4 valid", {7, 5, 6}, NULL, {15, 20, 4}, 6 * 24 + 4, 144 * 35},
    {"dense 10", {3, 4, 5}, NULL, {1, 1, 10}, 610, 600},
    {"dense 10 no-bias tanh", {3, 4, 5}, NULL, {1, 1, 10}, 600, 600},
    {"bn", {3, 4, 5}, NULL, {3, 4, 5}, 10, 0},
    {"batchnorm", {3, 4, 5}, "bn", {3, 4, 5}, 10, 0},
    {"bn relu", {3, 4, 5}, NULL, {3, 4, 5}, 10, 0},
    {"relu", {3, 4, 5}, NULL, {3, 4, 5}, 0, 0},
    {"relu6", {3, 4, 5}, NULL, {3, 4, 5}, 0, 0},
    {"leaky", {3, 4, 5}, "leaky 0.01", {3, 4, 5}, 0, 0},
    {"leaky 0.25", {3, 4, 5}, NULL, {3, 4, 5}, 0, 0},
    {"conv2d 1 1x1 leaky as a", {3, 4, 5}, "conv2d 1 1x1 leaky 0.01 as a", {3, 4, 1}, 6, 60},
    {"conv2d 1 1x1 leaky 0 as a", {3, 4, 5}, NULL, {3, 4, 1}, 6, 60},
    {"hard-swish", {3, 4, 5}, NULL, {3, 4, 5}, 0, 0},
    {"sigmoid", {3, 4, 5}, NULL, {3, 4, 5}, 0, 0},
    {"tanh", {3, 4, 5}, NULL, {3, 4, 5}, 0, 0},
    {"softmax", {3, 4, 5}, NULL, {3, 4, 5}, 0, 0},
    {"avgpool 2x2", {5, 4, 3}, NULL, {3, 2, 3}, 0, 0},
    {"maxpool 2x2 valid", {5, 4, 3}, NULL, {2, 2, 3}, 0, 0},
    {"maxpool 3x2 stride 1x2", {5, 4, 3}, NULL, {5, 2, 3}, 0, 0},
    {"avgpool global", {5, 4, 3}, NULL, {1, 1, 3}, 0, 0},
    {"maxpool global", {70, 80, 3}, NULL, {1, 1, 3}, 0, 0},
    {"relu as a\nadd a input", {5, 4, 3}, "add input", {5, 4, 3}, 0, 0},
    {"relu\nadd input", {5, 4, 3}, NULL, {5, 4, 3}, 0, 0},
    {"relu as a\ntanh as b\nmultiply b a sigmoid", {5, 4, 3}, "multiply a sigmoid", {5, 4, 3}, 0, 0},
    {"relu as a\ntanh from input as b\nadd a b relu6", {5, 4, 3}, NULL, {5, 4, 3}, 0, 0},
    {"relu as a\nconv2d 2 1x1 as b\nconcat input a b a", {5, 4, 3}, NULL, {5, 4, 11}, 0, 0},
    {"conv2d 2 1x1\nconcat input", {5, 4, 3}, NULL, {5, 4, 5}, 0, 0},
    {"flatten", {5, 4, 3}, NULL, {1, 1, 60}, 0, 0},
    {"reshape 1x1x60", {5, 4, 3}, "flatten", {1, 1, 60}, 0, 0},
    {"reshape 10x6x1", {5, 4, 3}, NULL, {10, 6, 1}, 0, 0},
    {"input 3x4x5", {3, 4, 5}, NULL, {3, 4, 5}, 0, 0},
    {"upsample 2x3", {5, 4, 3}, NULL, {10, 12, 3}, 0, 0},
    {"lstm 7", {5, 4, 3}, NULL, {1, 1, 7}, 4 * 7 * (12 + 7) + 28, 4 * 7 * 19 * 5},
    {"lstm 7 sequence", {5, 4, 3}, NULL, {5, 1, 7}, 560, 532 * 5},
    {"gru 7", {5, 4, 3}, NULL, {1, 1, 7}, 3 * 7 * 19 + 42, 399 * 5},
    {"gru 7 sequence as g", {5, 4, 3}, NULL, {5, 1, 7}, 441, 399 * 5},
    {"svdf 7", {5, 4, 3}, "svdf 7 rank 1 memory 5", {1, 1, 7}, 7 * 17 + 7, 7 * (5 * 12 + 5)},
    {"svdf 7 rank 2 memory 3 relu", {5, 4, 3}, NULL, {1, 1, 7}, 14 * 15 + 7, 14 * (5 * 12 + 3)},
    {"svdf 7 memory 8 sequence no-bias",
     {5, 4, 3},
     "svdf 7 rank 1 memory 8 sequence no-bias",
     {5, 1, 7},
     7 * 20,
     7 * 20 * 5},
    {"  conv2d\t8   1x1 # a remark\r\n\n# another\n", {2, 2, 4}, "conv2d 8 1x1", {2, 2, 8}, 40, 128},
};

static void words_mean_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const word_case *c = &words[i];
        char said[256];
        th_spec s;
        th_why why = {0};
        if (th_spec_parse(c->text, c->in[0], c->in[1], c->in[2], 0, &s, &why)) fail_msg("%s: %s", c->text, why.text);
        const th_layer *l = &s.layer[s.n_layers - 1];
        const char *says = c->says ? c->says : strrchr(c->text, '\n') ? strrchr(c->text, '\n') + 1 : c->text;
        (void)th_layer_text(&s, s.n_layers - 1, said, sizeof said);
        if (strcmp(said, says) != 0) fail_msg("%s: is said as \"%s\"", c->text, said);
        if (l->out_h != c->out[0] || l->out_w != c->out[1] || l->out_c != c->out[2])
            fail_msg("%s: gives %dx%dx%d", c->text, (int)l->out_h, (int)l->out_w, (int)l->out_c);
        if (th_layer_parameters(l) != c->parameters || th_layer_macs(l) != c->macs)
            fail_msg("%s: %lld parameters, %lld MACs", c->text, (long long)th_layer_parameters(l),
                     (long long)th_layer_macs(l));
    }
}

static const th_layer *only_layer(const char *text, th_spec *s)
{
    th_why why = {0};
    if (th_spec_parse(text, 8, 1, 4, 0, s, &why)) fail_msg("%s: %s", text, why.text);
    return &s->layer[s->n_layers - 1];
}

static void words_set_their_members(void **state)
{
    (void)state;
    th_spec s;
    const th_layer *l = only_layer("conv2d 6 3x1 stride 2x1 dilation 1x1 groups 2 valid no-bias leaky 0.3 as x", &s);
    assert_int_equal(l->kind, TH_LAYER_CONV2D);
    assert_int_equal(l->filters, 6);
    assert_int_equal(l->k_h * 10 + l->k_w, 31);
    assert_int_equal(l->stride_h * 10 + l->stride_w, 21);
    assert_int_equal(l->dilation_h * 10 + l->dilation_w, 11);
    assert_int_equal(l->groups, 2);
    assert_int_equal(l->padding, TH_PAD_VALID);
    assert_int_equal(l->act, TH_LAYER_ACT_LEAKY_RELU);
    assert_true(l->leak > 0.2999f && l->leak < 0.3001f && !l->bias && !l->batch_norm);
    assert_string_equal(l->name, "x");
    assert_int_equal(l->in[0], TH_NET_INPUT);
    assert_int_equal(l->in_h * 100 + l->in_w * 10 + l->in_c, 814);

    l = only_layer("conv1d 6 3 dilation 2 bn", &s);
    assert_int_equal(l->k_h * 10 + l->k_w, 31);
    assert_int_equal(l->dilation_h * 10 + l->dilation_w, 21);
    assert_true(l->batch_norm && !l->bias && l->padding == TH_PAD_SAME);

    l = only_layer("relu as a\ntanh as b\nsigmoid from a as c\nconcat c b input", &s);
    assert_int_equal(l->n_in, 3);
    assert_int_equal(l->in[0], 2);
    assert_int_equal(l->in[1], 1);
    assert_int_equal(l->in[2], TH_NET_INPUT);
    assert_int_equal(s.layer[2].in[0], 0);
    assert_int_equal(l->line, 4);

    l = only_layer("dense 3 bn", &s);
    assert_int_equal(l->k_h * 10 + l->k_w, 81);
    l = only_layer("svdf 5 rank 3 memory 6 sequence", &s);
    assert_int_equal(l->rank * 100 + l->memory * 10 + l->sequence, 361);
    assert_true(l->bias);
    l = only_layer("upsample 2x3", &s);
    assert_int_equal(l->scale_h * 10 + l->scale_w, 23);
    l = only_layer("relu\ndropout 0.25\nrelu", &s) - 1;
    assert_int_equal(l->kind, TH_LAYER_DROPOUT);
    assert_true(l->rate > 0.2499f && l->rate < 0.2501f);
    l = only_layer("maxpool global", &s);
    assert_int_equal(l->k_h * 10 + l->k_w, 81);
    assert_int_equal(l->padding, TH_PAD_VALID);
}

static void acts_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"", "relu", "relu6", "leaky", "hard-swish", "sigmoid", "tanh"};
    for (int i = 0; i < 7; i++) {
        char text[48];
        th_spec s;
        assert_string_equal(th_layer_act_name((th_layer_act)i), names[i]);
        snprintf(text, sizeof text, "conv2d 1 1x1 %s", names[i]);
        assert_int_equal(only_layer(text, &s)->act, i);
    }
    assert_string_equal(th_layer_kind_name(TH_LAYER_TRANSPOSE_CONV), "transpose");
    assert_string_equal(th_layer_kind_name(TH_LAYER_ACTIVATION), "activation");
    assert_string_equal(th_layer_kind_name(TH_LAYER_RESHAPE), "reshape");
    assert_string_equal(th_layer_kind_name(TH_LAYER_SVDF), "svdf");
}

/* ---- errors ---- */

#define AT_1 "model description, line 1: "
#define AT_2 "model description, line 2: "
#define AT_3 "model description, line 3: "
#define LAYERS                                                                                                         \
    "The layers are: conv2d, conv1d, depthwise, transpose, dense, bn, relu, relu6, leaky, hard-swish, sigmoid, tanh, " \
    "softmax, avgpool, maxpool, add, multiply, concat, dropout, flatten, reshape, input, upsample, lstm, gru, svdf"
#define ACTS    "relu, relu6, leaky [SLOPE], hard-swish, sigmoid, tanh"
#define LEARNS  "no-bias, bn, " ACTS ", from NAME, as NAME"
#define CONV    "Possible here: stride HxW, dilation HxW, groups N, valid, same, " LEARNS
#define FILTERS "expected the number of filters, 1 to 4096, or the word classes"
#define OUTPUTS "expected the number of outputs, 1 to 4096"
#define KERNEL  "expected the kernel as HEIGHTxWIDTH, 1 to 64 each, such as 3x3"
#define WINDOW  "expected the window as HEIGHTxWIDTH, 1 to 64 each, such as 2x2, or the word global"
#define RATE    "expected the part that is dropped, from 0 to less than 0.95, such as 0.2"
#define SLOPE   "expected the slope below zero, from 0 to less than 1, such as leaky 0.1"
#define SHAPE   "expected the new shape as HEIGHTxWIDTHxCHANNELS, such as 7x7x32"
#define A_NAME  "expected a name: a letter, then letters, digits, _ - or ., at most 23 of them"
#define END     ", but there are 4 classes. End with the line: dense classes"
#define BARE_END                                                                                                       \
    "the last layer must end without bn and without activation, as in: dense classes (the soft-max comes by itself)"
#define UNREAD(kind)                                                                                                   \
    "nobody reads the output of this layer (" kind "). Remove the line, or read it: as NAME here, and from NAME, add " \
    "NAME or concat NAME below"
#define NO_NAME "No layer before this line has this name. There are: "

static const struct {
    const char *text; /* for an 8x8x2 input and 4 classes */
    const char *says;
} bad[] = {
    /* the first word */
    {"conv3d 4 3x3", AT_1 "\"conv3d\": did you mean \"conv2d\"? " LAYERS},
    {"\n# x\nDense classes", AT_3 "\"Dense\": did you mean \"dense\"? " LAYERS},
    {"maxpol 2x2", AT_1 "\"maxpol\": did you mean \"maxpool\"? " LAYERS},
    {"dropuot 0.1", AT_1 "\"dropuot\": did you mean \"dropout\"? " LAYERS},
    {"x", AT_1 "\"x\": " LAYERS},
    {"Linear 4", AT_1 "\"Linear\": did you mean \"dense\"? " LAYERS},
    {"padding 4", AT_1 "\"padding\": " LAYERS},
    {"dense 4 leakyrelu", AT_1 "\"leakyrelu\": did you mean \"leaky\"? Possible here: " LEARNS},
    {"dense 4 linear", AT_1 "\"linear\": Possible here: " LEARNS},
    {"self-attention", AT_1 "\"self-attention\": " LAYERS},
    /* what must follow it */
    {"conv2d", AT_1 "after \"conv2d\": " FILTERS},
    {"conv2d four 3x3", AT_1 "\"four\": " FILTERS},
    {"conv2d 0 3x3", AT_1 "\"0\": " FILTERS},
    {"conv2d 4097 3x3", AT_1 "\"4097\": " FILTERS},
    {"conv2d 99999999999 3x3", AT_1 "\"99999999999\": " FILTERS},
    {"conv2d -4 3x3", AT_1 "\"-4\": " FILTERS},
    {"conv2d 4", AT_1 "after \"4\": " KERNEL},
    {"conv2d 4 3", AT_1 "\"3\": " KERNEL},
    {"conv2d 4 0x3", AT_1 "\"0x3\": " KERNEL},
    {"conv2d 4 3x65", AT_1 "\"3x65\": " KERNEL},
    {"conv2d 4 3x3x3", AT_1 "\"3x3x3\": " KERNEL},
    {"conv2d 4 3X3", AT_1 "\"3X3\": " KERNEL},
    {"conv1d 4 3x1", AT_1 "\"3x1\": expected the length of the kernel, 1 to 64, such as 5"},
    {"depthwise relu", AT_1 "\"relu\": " KERNEL},
    {"transpose 4", AT_1 "after \"4\": " KERNEL},
    {"dense", AT_1 "after \"dense\": " OUTPUTS ", or the word classes"},
    {"dense many", AT_1 "\"many\": " OUTPUTS ", or the word classes"},
    {"avgpool 2", AT_1 "\"2\": " WINDOW},
    {"maxpool", AT_1 "after \"maxpool\": " WINDOW},
    {"dense 4\ndropout 0.95", AT_2 "\"0.95\": " RATE},
    {"dense 4\ndropout 0,2", AT_2 "\"0,2\": " RATE},
    {"dense 4\ndropout", AT_2 "after \"dropout\": " RATE},
    {"dense 4\ndropout .", AT_2 "\".\": " RATE},
    {"dense 4\ndropout 1.2.3", AT_2 "\"1.2.3\": " RATE},
    {"leaky 1", AT_1 "\"1\": " SLOPE},
    {"conv2d 4 3x3 leaky -0.1", AT_1 "\"-0.1\": " SLOPE},
    {"reshape 8x8", AT_1 "\"8x8\": " SHAPE},
    {"reshape 8x8x0", AT_1 "\"8x8x0\": " SHAPE},
    {"reshape 1x1x1048577", AT_1 "\"1x1x1048577\": " SHAPE},
    {"upsample 2", AT_1 "\"2\": expected how many times larger as HEIGHTxWIDTH, 1 to 64 each, such as 2x2"},
    {"lstm classes", AT_1 "\"classes\": " OUTPUTS},
    {"gru 5000", AT_1 "\"5000\": " OUTPUTS},
    {"svdf", AT_1 "after \"svdf\": " OUTPUTS},
    {"add",
     AT_1 "after \"add\": expected the names of the layers that it reads; one name: the line before and that one"},
    {"add relu",
     AT_1 "\"relu\": expected the names of the layers that it reads; one name: the line before and that one"},
    /* what may follow */
    {"conv2d 4 3x3 tahn", AT_1 "\"tahn\": did you mean \"tanh\"? " CONV},
    {"conv2d 4 3x3 foo", AT_1 "\"foo\": " CONV},
    {"conv2d 4 3x3 sequence", AT_1 "\"sequence\" does not go with conv2d. " CONV},
    {"conv1d 4 3 foo", AT_1 "\"foo\": Possible here: stride N, dilation N, groups N, valid, same, " LEARNS},
    {"depthwise 3x3 groups 2",
     AT_1 "\"groups\" does not go with depthwise. Possible here: stride HxW, dilation HxW, valid, same, " LEARNS},
    {"transpose 4 3x3 dilation 2x2",
     AT_1 "\"dilation\" does not go with transpose. Possible here: stride HxW, valid, same, " LEARNS},
    {"dense classes stride 2x2", AT_1 "\"stride\" does not go with dense. Possible here: " LEARNS},
    {"avgpool 2x2 relu",
     AT_1 "\"relu\" does not go with avgpool. Possible here: stride HxW, valid, same, from NAME, as NAME"},
    {"avgpool global valid", AT_1 "\"valid\" does not go with avgpool. Possible here: from NAME, as NAME"},
    {"bn no-bias", AT_1 "\"no-bias\" does not go with bn. Possible here: " ACTS ", from NAME, as NAME"},
    {"relu tanh", AT_1 "\"tanh\" does not go with relu. Possible here: from NAME, as NAME"},
    {"dense 4\ndropout 0.5 relu", AT_2 "\"relu\" does not go with dropout. Possible here: as NAME"},
    {"add input input bn", AT_1 "\"bn\" does not go with add. Possible here: " ACTS ", as NAME"},
    {"lstm 4 rank 2", AT_1 "\"rank\" does not go with lstm. Possible here: sequence, from NAME, as NAME"},
    {"svdf 4 bn", AT_1 "\"bn\" does not go with svdf. Possible here: rank N, memory N, sequence, no-bias, " ACTS
                       ", from NAME, as NAME"},
    {"conv2d 4 3x3 relu relu6", AT_1 "\"relu6\": a line has one activation; write the second on a line of its own"},
    {"conv2d 4 3x3 valid same", AT_1 "\"same\": this was said already on this line"},
    {"conv2d 4 3x3 as a as b", AT_1 "\"as\": this was said already on this line"},
    {"conv2d 4 3x3 relu bn",
     AT_1 "\"bn\": batch norm comes before the activation; write it before, or on a line of its own"},
    {"conv2d 4 3x3 stride",
     AT_1 "after \"stride\": expected the stride as HEIGHTxWIDTH, 1 to 64 each, such as stride 2x2"},
    {"conv2d 4 3x3 stride 2", AT_1 "\"2\": expected the stride as HEIGHTxWIDTH, 1 to 64 each, such as stride 2x2"},
    {"conv2d 4 3x3 dilation 2",
     AT_1 "\"2\": expected the dilation as HEIGHTxWIDTH, 1 to 64 each, such as dilation 2x2"},
    {"conv2d 4 3x3 groups x", AT_1 "\"x\": expected the number of groups, 1 to 4096, such as groups 2"},
    {"conv1d 4 3 stride 2x1", AT_1 "\"2x1\": expected the stride, 1 to 64, such as stride 2"},
    {"conv1d 4 3 dilation 0", AT_1 "\"0\": expected the dilation, 1 to 64, such as dilation 2"},
    {"svdf 4 rank 65", AT_1 "\"65\": expected the rank, 1 to 64, such as rank 2"},
    {"svdf 4 memory", AT_1 "after \"memory\": expected the steps to remember, 1 to 4096, such as memory 10"},
    /* names */
    {"conv2d 4 3x3 as", AT_1 "after \"as\": " A_NAME},
    {"conv2d 4 3x3 as 4x", AT_1 "\"4x\": " A_NAME},
    {"conv2d 4 3x3 as a/b", AT_1 "\"a/b\": " A_NAME},
    {"conv2d 4 3x3 as abcdefghijklmnopqrstuvwx", AT_1 "\"abcdefghijklmnopqrstuvwx\": " A_NAME},
    {"conv2d 4 3x3 as input", AT_1 "\"input\": this word means something else here. Take another name"},
    {"conv2d 4 3x3 as gru", AT_1 "\"gru\": this word means something else here. Take another name"},
    {"relu as a\nrelu as a", AT_2 "\"a\": line 1 has this name already. Take another one"},
    {"relu from a", AT_1 "\"a\": " NO_NAME "input"},
    {"relu from", AT_1 "after \"from\": expected the name of a layer before this line (they get one with: as NAME)"},
    {"relu as left\nrelu as right\nadd left rihgt",
     AT_3 "\"rihgt\": did you mean \"right\"? " NO_NAME "input, left, right"},
    {"add input input input", AT_1 "\"input\": only two inputs are possible"},
    {"concat input input input input input", AT_1 "\"input\": only four inputs are possible"},
    /* shapes */
    {"conv2d 4 9x9 valid",
     AT_1 "a kernel of 9x9 does not fit into the 8x8 values that are left here; take a smaller kernel "
          "or drop the word valid"},
    {"conv2d 4 5x5 valid dilation 2x2",
     AT_1 "a kernel of 5x5, spread out by its dilation, does not fit into the 8x8 values that are left here; take a "
          "smaller kernel or drop the word valid"},
    {"conv2d 4 3x3 groups 3", AT_1 "groups 3 must divide the 2 channels that come in and the 4 filters"},
    {"conv2d 3 3x3 groups 2", AT_1 "groups 2 must divide the 2 channels that come in and the 3 filters"},
    {"conv1d 4 3", AT_1 "conv1d runs along time over signals, which are 1 wide; here the width is 8. Write conv2d, or "
                        "reshape first"},
    {"reshape 3x3x3", AT_1 "3x3x3 are 27 values, but 128 come in (8x8x2)"},
    {"conv2d 3 1x1 as a\nconv2d 4 1x1\nadd a", AT_3 "add needs inputs of one shape; here they are 8x8x4 and 8x8x3"},
    {"multiply input input\nmaxpool 2x2\nmultiply input",
     AT_3 "multiply needs inputs of one shape; here they are 4x4x2 and 8x8x2"},
    {"conv2d 3 1x1 stride 2x2\nconcat input",
     AT_2 "concat needs inputs of equal height and width; here they are 4x4x3 and 8x8x2"},
    {"upsample 64x64\nupsample 64x64", AT_2 "the output of this layer has more than 67 million values"},
    {"upsample 64x64\nupsample 64x64\nupsample 64x64", AT_2 "the output of this layer has more than 67 million values"},
    {"transpose 4096 3x3 stride 64x64", AT_1 "the output of this layer has more than 67 million values"},
    {"conv2d 4096 64x64 relu\ndense classes", NULL}, /* 33 million weights go */
    {"conv2d 4096 3x3\nconv2d 4096 3x3",
     AT_2 "this layer would learn 150999040 numbers; more than 67 million are too many"},
    /* the whole */
    {"relu\nconv2d 4 3x3 from input\ndense classes", AT_1 UNREAD("activation")},
    {"relu as a\ntanh\nconv2d 4 1x1 from a\ndense classes", AT_2 UNREAD("activation")},
    {"dense 5 as a\ndense 4 from a\ndense 4 from a", AT_2 UNREAD("dense")},
    {"dense classes\ndropout 0.1", AT_2 "the last layer cannot be dropout"},
    {"conv2d 4 3x3", AT_1 "the last layer gives 8x8x4 values" END},
    {"dense 3", AT_1 "the last layer gives 1x1x3 values" END},
    {"dense classes relu", AT_1 BARE_END},
    {"dense classes bn", AT_1 BARE_END},
    {"dense 4\nrelu", AT_2 BARE_END},
    {"dense classes\nsoftmax", AT_2 "the soft-max at the end comes by itself. Remove this line"},
    {"", "model description: there is no layer in it. The smallest network is the line: dense classes"},
    {"# only a remark\n",
     "model description: there is no layer in it. The smallest network is the line: dense classes"},
    /* ends of another kind */
    {"dense classes", NULL},
    {"conv2d classes 1x1\navgpool global", NULL},
    {"reshape 64x1x2\nconv1d classes 3\nmaxpool global", NULL},
    {"gru 4", NULL},
    /* several inputs */
    {"input 8x8x1\nflatten as a\ninput 1x1x64\ndense 3 as b\nconcat a b\ndense classes", NULL},
    {"input 8x8x3\ndense classes", AT_1 "this input takes 192 values, but of the 128 of an example only 128 are left"},
    {"input 8x8x1 as a\ninput 8x9x1\nadd a",
     AT_2 "this input takes 72 values, but of the 128 of an example only 64 are left"},
    {"input 8x8x1\ndense classes", AT_1 "the inputs take 64 values in all, but an example has 128"},
    {"input 8x8x1\ndense 2 as a\ninput 8x8x1\ndense 2 as b\ndense 2 from input\nconcat a b layer\ndense classes",
     "model description, line 6: \"layer\": " NO_NAME "input, a, b"},
    {"input 8x8x1\ndense 2 as a\ninput 8x8x1\ndense 2 as b\ndense 2 from input as c\nconcat a b c\ndense classes",
     "model description, line 5: dense reads the whole input, of which other lines take a part each. Write an input "
     "line before it"},
};

static void errors_say_where_what_and_what_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_spec s;
        th_why why = {0};
        const th_err err = th_spec_parse(bad[i].text, 8, 8, 2, 4, &s, &why);
        if (!bad[i].says) {
            if (err) fail_msg("%s: %s", bad[i].text, why.text);
            continue;
        }
        if (!err) fail_msg("%s: there is no error", bad[i].text);
        assert_int_equal(err, why.err);
        if (strcmp(why.text, bad[i].says) != 0) fail_msg("%s:\n%s\nis not\n%s", bad[i].text, why.text, bad[i].says);
        assert_int_not_equal(th_spec_parse(bad[i].text, 8, 8, 2, 4, &s, NULL), TH_OK);
    }
}

static void says(const char *text, const int32_t in[4], const char *want)
{
    th_spec s;
    th_why why = {0};
    assert_int_not_equal(th_spec_parse(text, in[0], in[1], in[2], in[3], &s, &why), TH_OK);
    assert_string_equal(why.text, want);
}

static void networks_without_classes(void **state)
{
    (void)state;
    static const int32_t values[] = {8, 8, 2, 0};
    th_spec s;
    assert_int_equal(th_spec_parse("conv2d 3 3x3 relu", 8, 8, 2, 0, &s, NULL), TH_OK);
    assert_int_equal(th_spec_parse("softmax", 8, 8, 2, 0, &s, NULL), TH_OK);
    says("dense classes", values,
         AT_1 "\"classes\": this network has no classes, it gives values; expected how many, such as dense 1");
    says("dense x", values, AT_1 "\"x\": " OUTPUTS);
    says("", values, "model description: there is no layer in it. The smallest network is the line: dense 1");
    says("dense 4\ndropout 0.2", values, AT_2 "the last layer cannot be dropout");
}

static void limits(void **state)
{
    (void)state;
    static const int32_t empty[] = {0, 2, 1, 4}, huge[] = {4096, 4096, 5, 4}, one[] = {2, 2, 1, 1},
                         many[] = {2, 2, 1, 4097}, fine[] = {2, 2, 1, 4};
    const char *input = ": each must be from 1 to 4096, and all together at most 67 million";
    char text[TH_MAX_LAYERS * 8 + 300], want[200];
    th_spec s;
    snprintf(want, sizeof want, "a model input of 0x2x1%s", input);
    says("dense classes", empty, want);
    snprintf(want, sizeof want, "a model input of 4096x4096x5%s", input);
    says("dense classes", huge, want);
    says("dense classes", one, "a model for 1 classes: at least 2 are needed, and at most 4096 possible");
    says("dense classes", many, "a model for 4097 classes: at least 2 are needed, and at most 4096 possible");
    text[0] = 0;
    for (int i = 0; i < TH_MAX_LAYERS; i++) strcat(text, "dense 4\n");
    assert_int_equal(th_spec_parse(text, 2, 2, 1, 4, &s, NULL), TH_OK);
    assert_int_equal(s.n_layers, TH_MAX_LAYERS);
    strcat(text, "dense 4\n");
    says(text, fine, "model description, line 129: \"dense\": at most 128 layers are possible");
    strcpy(text, "dense 4");
    for (int i = 0; i < 25; i++) strcat(text, " bn");
    says(text, fine, AT_1 "more than 24 words on this line");
    memset(text, ' ', 256);
    strcpy(text + 256, "dense 4");
    says(text, fine, AT_1 "this line is longer than 255 characters");
    text[0] = '#';
    strcpy(text + 256, "\ndense 4");
    assert_int_equal(th_spec_parse(text, 2, 2, 1, 4, &s, NULL), TH_OK);
    memset(text, 'x', 200);
    text[200] = 0;
    snprintf(want, sizeof want, AT_1 "\"%.40s\": The layers are: conv2d, ", text);
    th_why why = {0};
    assert_int_not_equal(th_spec_parse(text, 2, 2, 1, 4, &s, &why), TH_OK);
    assert_memory_equal(why.text, want, strlen(want));
}

static void a_part_of_a_file_has_its_name_and_lines(void **state)
{
    (void)state;
    th_spec s;
    th_why why = {0};
    assert_int_equal(th_spec_parse_part("\ndense 4 relu\ndens 4", "p/thimble.ini", 30, 2, 2, 1, 4, &s, &why),
                     TH_EFORMAT);
    assert_string_equal(why.text, "p/thimble.ini, line 32: \"dens\": did you mean \"dense\"? " LAYERS);
    assert_int_equal(th_spec_parse_part("\ndense 4\n", "p/thimble.ini", 30, 2, 2, 1, 4, &s, NULL), TH_OK);
    assert_int_equal(s.layer[0].line, 31);
}

static void memory_of_layers(void **state)
{
    (void)state;
    th_spec s;
    static const int64_t want[] = {
        32 + 64,        /* input, conv */
        64 + 64,        /* a stays: conv reads it */
        64 + 64,        /* relu changes the conv's output where it lies, and a stays */
        64 + 64 + 64,   /* add: two in, one out */
        64,             /* dropout changes nothing */
        64 + 4,         /* flatten neither; dense */
        4 + 12 + 4 + 4, /* LSTM of 4: cells and outputs that it keeps, outputs of its one step, and its output */
    };
    const char *text = "conv2d 4 1x1 as a\nconv2d 4 1x1\nrelu\nadd a\ndropout 0.5\nflatten\ndense 4\nlstm 4";
    assert_int_equal(th_spec_parse(text, 4, 4, 2, 4, &s, NULL), TH_OK);
    for (int i = 0, k = 0; i < s.n_layers; i++) {
        if (s.layer[i].kind == TH_LAYER_RESHAPE) continue;
        assert_int_equal(th_spec_live_values(&s, i), want[k++]);
    }
    /* an activation whose input another one reads later has an output of its own */
    assert_int_equal(th_spec_parse("relu as a\ntanh\nadd a", 4, 4, 2, 0, &s, NULL), TH_OK);
    assert_int_equal(th_spec_live_values(&s, 0), 32);
    assert_int_equal(th_spec_live_values(&s, 1), 64);
    assert_int_equal(th_spec_live_values(&s, 2), 96);
}

static void built_descriptions_get_names(void **state)
{
    (void)state;
    char line[64];
    th_spec s = {.in_h = 4, .in_w = 4, .in_c = 2, .n_layers = 3};
    for (int i = 0; i < 3; i++)
        s.layer[i] = (th_layer){.kind = TH_LAYER_ACTIVATION, .act = TH_LAYER_ACT_RELU, .in = {i - 1}, .n_in = 1};
    s.layer[2] = (th_layer){.kind = TH_LAYER_ADD, .in = {1, 0}, .n_in = 2};
    static const char *const want[] = {"relu as layer1", "relu", "add layer1"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(th_layer_text(&s, i, line, sizeof line), strlen(want[i]));
        assert_string_equal(line, want[i]);
    }
    s.layer[2].in[0] = TH_NET_INPUT;
    assert_int_equal(th_layer_text(&s, 2, line, 5), strlen("add input layer1"));
    assert_string_equal(line, "add ");
}

static void distances_of_words(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int32_t d;
    } cases[] = {{"", "", 0},          {"", "abc", 3},        {"abc", "", 3},          {"Dense", "dense", 0},
                 {"dens", "dense", 1}, {"dnese", "dense", 1}, {"conv3d", "conv2d", 1}, {"kitten", "sitting", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(th_word_distance(cases[i].a, cases[i].b), cases[i].d);
        assert_int_equal(th_word_distance(cases[i].b, cases[i].a), cases[i].d);
    }
    char longer[64];
    memset(longer, 'a', 63);
    longer[63] = 0;
    assert_int_equal(th_word_distance(longer, ""), 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_mean_what_they_say),
        cmocka_unit_test(words_set_their_members),
        cmocka_unit_test(acts_have_names),
        cmocka_unit_test(errors_say_where_what_and_what_else),
        cmocka_unit_test(networks_without_classes),
        cmocka_unit_test(limits),
        cmocka_unit_test(a_part_of_a_file_has_its_name_and_lines),
        cmocka_unit_test(memory_of_layers),
        cmocka_unit_test(built_descriptions_get_names),
        cmocka_unit_test(distances_of_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
