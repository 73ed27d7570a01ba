/* Presets: sizes against PyTorch's and Keras's own, names with parameters, and that each is a network. */
#include "../test.h"

#include "dsp/frontend.h"
#include "model/spec.h"

static void parse(const th_preset *p, int32_t classes, th_spec *s)
{
    th_why why = {0};
    if (th_spec_parse(p->text, p->in_h, p->in_w, p->in_c, classes, s, &why)) fail_msg("%s: %s", p->name, why.text);
}

static void make(const char *name, char text[TH_PRESET_BYTES], th_preset *p)
{
    th_why why = {0};
    if (th_preset_make(name, text, p, &why)) fail_msg("%s", why.text);
    assert_ptr_equal(p->text, text);
    assert_string_equal(p->name, name);
}

/* PyTorch has a bias before a batch norm where its layer says so; it changes nothing, and we have none.  Its gesture
 * net computes one step more in each convolution and throws it away. */
static void nets_of_the_bench_are_those_of_pytorch(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t h, w, c, classes;
        int64_t torch_parameters, useless, torch_macs, thrown_away; /* printed by torch_bench.py: params, fwd_macs */
    } nets[] = {
        {"tiny-conv", 49, 40, 1, 4, 16652, 0, 336000, 0},
        {"ds-cnn", 49, 10, 1, 12, 23180, 0, 2656768, 0},
        {"mobilenet-v1-0.25-96", 96, 96, 3, 2, 213586, 0, 7489664, 0},
        {"resnet-8", 32, 32, 3, 10, 78058, 16 + 32 + 64, 12501632, 0},
        {"autoencoder", 1, 1, 640, 0, 267928, 8 * 128 + 8, 264192, 0},
        {"gesture", 128, 1, 3, 4, 4300, 0, 38048, 4 * 3 * 8 + 4 * 8 * 16},
        {"sine", 1, 1, 1, 0, 321, 0, 288, 0},
    };
    char text[TH_PRESET_BYTES];
    th_preset p;
    th_spec s;
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        assert_int_equal(th_preset_bench(nets[i].name, text, &p, NULL), TH_OK);
        assert_int_equal(p.in_h, nets[i].h);
        assert_int_equal(p.in_w, nets[i].w);
        assert_int_equal(p.in_c, nets[i].c);
        assert_int_equal(p.n_classes, nets[i].classes);
        parse(&p, p.n_classes, &s);
        assert_int_equal(th_spec_parameters(&s), nets[i].torch_parameters - nets[i].useless);
        assert_int_equal(th_spec_macs(&s), nets[i].torch_macs - nets[i].thrown_away);
    }
    assert_int_equal(th_preset_bench("ds-cnn", text, &p, NULL), TH_OK);
    parse(&p, 12, &s);
    assert_int_equal(s.n_layers, 13); /* dropout after the first layer and before the pool, as MLPerf Tiny has it */
    assert_int_equal(s.layer[1].kind, TH_LAYER_DROPOUT);
    assert_int_equal(s.layer[10].kind, TH_LAYER_DROPOUT);
    th_why why = {0};
    assert_int_equal(th_preset_bench("vgg", text, &p, &why), TH_EUSAGE);
    assert_string_equal(why.text, "there is no net \"vgg\" to measure. The nets are: tiny-conv, ds-cnn, "
                                  "mobilenet-v1-0.25-96, resnet-8, autoencoder, gesture, sine");
}

static void known_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t classes;
        int64_t parameters, macs;
    } known[] = {
        /* the same nets written in PyTorch, 1000 classes; Keras has as many at 1.0; the papers: 569 and 300 million
           MACs */
        {"mobilenet-v1-1.0-224", 1000, 4231976, 568740352},
        {"mobilenet-v1-0.5-160", 1000, 1331592, 76524800},
        {"mobilenet-v2-1.0-224", 1000, 3504872, 300774272},
        {"mobilenet-v2-1.4-224", 1000, 6108776, 582195824},
        {"mobilenet-v2-0.35-96", 1000, 1677128, 11934128},
        /* TensorFlow's speech_commands: frequency and time weights, bias; three dense layers */
        {"low-latency-svdf", 4, 2560 * (40 + 49) + 1280 + 1281 * 256 + 257 * 256 + 257 * 4, 5537280},
        {"single-fc", 12, 1961 * 12, 1960 * 12},
        {"tiny-conv", 4, 16652, 336000}, /* micro_speech of TFLite Micro */
        {"ds-cnn-s", 4, 13924, 1608192},
        {"ds-cnn", 12, 23180, 2656768}, /* MLPerf Tiny keyword spotting */
        {"ds-cnn-m", 12, 172 * 42 + 4 * (172 * 11 + 172 * 174) + 173 * 12, 9816384},
        {"ds-cnn-l", 12, 276 * 42 + 5 * (276 * 11 + 276 * 278) + 277 * 12, 28327812},
        {"lstm", 12, 4 * 64 * (10 + 64 + 1) + 65 * 12, 929024},
        {"lstm-118", 12, 4 * 118 * (10 + 118 + 1) + 119 * 12, 2961800},
        {"gru", 12, 3 * 64 * (10 + 64 + 2) + 65 * 12, 696960}, /* as Keras and PyTorch: two biases */
        {"picture-conv", 10, 9 * (32 + 32 * 48 + 48 * 64 + 64 * 96) + 2 * 240 + 97 * 10, 7000512},
        {"autoencoder-320", 0, 321 * 128 + 128 + 3 * 128 * 130 + 8 * 130 + 128 * 10 + 3 * 128 * 130 + 129 * 320,
         182272},
        {"conv-autoencoder", 0, 144 + 32 + 1152 + 16 + 576 + 16 + 1152 + 32 + 145, 589824},
        {"conv-autoencoder-48-3", 0, 432 + 32 + 1152 + 16 + 576 + 16 + 1152 + 32 + 435, 2156544},
    };
    char text[TH_PRESET_BYTES];
    th_preset p;
    th_spec s;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        make(known[i].name, text, &p);
        parse(&p, known[i].classes, &s);
        if (th_spec_parameters(&s) != known[i].parameters || th_spec_macs(&s) != known[i].macs)
            fail_msg("%s: %lld parameters, %lld MACs", p.name, (long long)th_spec_parameters(&s),
                     (long long)th_spec_macs(&s));
    }
}

/* Features and training of audio projects that are there already must not change under them. */
static void settings_stay(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t kind, n_mel, n_coef, epochs, batch, time_mask, freq_mask;
        float learning_rate, weight_decay, smoothing, ema, mixup;
        const char *text;
    } known[] = {
        {"tiny-conv", TH_LOGMEL, 40, 40, 120, 64, 6, 4, 4e-3f, 0.01f, 0.05f, 0.995f, 0.2f,
         "conv2d 8 10x8 stride 2x2 relu\ndropout 0.5\ndense classes\n"},
        {"ds-cnn-s", TH_MFCC, 40, 10, 120, 64, 8, 2, 0.01f, 0.05f, 0.1f, 0.998f, 0.2f,
         "conv2d 48 10x4 stride 2x2 bn relu\ndepthwise 3x3 bn relu\nconv2d 48 1x1 bn relu\ndepthwise 3x3 bn "
         "relu\nconv2d "
         "48 1x1 bn relu\ndepthwise 3x3 bn relu\nconv2d 48 1x1 bn relu\ndepthwise 3x3 bn relu\nconv2d 48 1x1 bn relu\n"
         "avgpool global\ndropout 0.2\ndense classes\n"},
        {"ds-cnn", TH_MFCC, 40, 10, 240, 64, 8, 2, 0.02f, 0.1f, 0.1f, 0.998f, 0.3f, NULL},
    };
    char text[TH_PRESET_BYTES];
    th_preset p;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        make(known[i].name, text, &p);
        assert_int_equal(p.feature_kind, known[i].kind);
        assert_int_equal(p.n_mel, known[i].n_mel);
        assert_int_equal(p.n_coef, known[i].n_coef);
        assert_int_equal(p.epochs, known[i].epochs);
        assert_int_equal(p.batch, known[i].batch);
        assert_int_equal(p.time_mask_frames, known[i].time_mask);
        assert_int_equal(p.freq_mask_coefs, known[i].freq_mask);
        assert_true(p.learning_rate == known[i].learning_rate && p.weight_decay == known[i].weight_decay &&
                    p.label_smoothing == known[i].smoothing && p.ema == known[i].ema && p.mixup == known[i].mixup);
        if (known[i].text) assert_string_equal(text, known[i].text);
    }
}

/* Every preset, also with the ends of its parameters' ranges. */
static void all_are_networks(void **state)
{
    (void)state;
    char text[TH_PRESET_BYTES], takes[48];
    th_preset p;
    th_spec s;
    size_t n = 0;
    for (; th_preset_name(n); n++) {
        make(th_preset_name(n), text, &p);
        parse(&p, p.n_classes, &s);
        assert_true(strlen(p.summary) > 20 && p.epochs > 0 && p.batch > 1 && p.learning_rate > 0 && p.n_coef > 0);
        assert_true(th_preset_parameters(n, takes, sizeof takes) < sizeof takes);
    }
    assert_int_equal(n, 22);
    static const char *const ends[] = {"mobilenet-v1-0.05-16",
                                       "mobilenet-v1-2-512",
                                       "mobilenet-v2-0.05-16",
                                       "mobilenet-v2-2.00-512",
                                       "gesture-conv1d-9",
                                       "gesture-conv1d-4096",
                                       "autoencoder-1",
                                       "autoencoder-4096",
                                       "lstm-1",
                                       "gru-1024",
                                       "conv-autoencoder-16-1",
                                       "conv-autoencoder-512-16"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        make(ends[i], text, &p);
        parse(&p, p.n_classes, &s);
        if (p.n_classes == 0) assert_int_equal(s.layer[s.n_layers - 1].out_h, p.in_h);
    }
    make("mobilenet-v1-0.75-128", text, &p);
    assert_int_equal(p.in_h * 1000 + p.in_w, 128128);
    assert_non_null(strstr(text, "conv2d 24 3x3 stride 2x2 bn relu\n"));
    assert_non_null(strstr(text, "conv2d 768 1x1 bn relu\navgpool global\n"));
}

#define LIST                                                                                                           \
    "The presets are: sine, mlp, single-fc, tiny-conv, ds-cnn-s, ds-cnn, ds-cnn-m, ds-cnn-l, low-latency-svdf, lstm, " \
    "gru, gesture-conv1d, activity-conv1d, gesture-strokes, gesture-raster, mobilenet-v1, mobilenet-v2, resnet-8, "    \
    "picture-conv, "                                                                                                   \
    "autoencoder, neck, conv-autoencoder"
#define V1 "it is written mobilenet-v1-WIDTH-SIZE"

static void wrong_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *says;
    } bad[] = {
        {"huge", "there is no preset \"huge\". " LIST},
        {"", "there is no preset \"\". " LIST},
        {"dscnn", "there is no preset \"dscnn\". Did you mean ds-cnn? " LIST},
        {"mobilnet-v1", "there is no preset \"mobilnet-v1\". Did you mean mobilenet-v1? " LIST},
        {"tiny-conv-3", "there is no preset \"tiny-conv-3\". Did you mean tiny-conv? " LIST},
        {"mobilenet-v1-", "preset \"mobilenet-v1-\": " V1 ", and WIDTH is a number from 0.05 to 2.00, such as 0.25"},
        {"mobilenet-v1-0.04",
         "preset \"mobilenet-v1-0.04\": " V1 ", and WIDTH is a number from 0.05 to 2.00, such as 0.25"},
        {"mobilenet-v1-0.255",
         "preset \"mobilenet-v1-0.255\": " V1 ", and WIDTH is a number from 0.05 to 2.00, such as 0.25"},
        {"mobilenet-v1-0.25-8",
         "preset \"mobilenet-v1-0.25-8\": " V1 ", and SIZE is a number from 16 to 512, such as 96"},
        {"mobilenet-v1-0.25-96x96",
         "preset \"mobilenet-v1-0.25-96x96\": " V1 ", and SIZE is a number from 16 to 512, such as 96"},
        {"mobilenet-v1-0.25-96-3", "preset \"mobilenet-v1-0.25-96-3\": " V1},
        {"mobilenet-v1-0000000000000.25-96", "preset \"mobilenet-v1-0000000000000.25-96\": " V1},
        {"lstm-x", "preset \"lstm-x\": it is written lstm-UNITS, and UNITS is a number from 1 to 1024, such as 64"},
        {"lstm-99999999999999999999", "preset \"lstm-99999999999999999999\": it is written lstm-UNITS, and UNITS is a "
                                      "number from 1 to 1024, such as 64"},
        {"conv-autoencoder-30",
         "preset \"conv-autoencoder-30\": it is written conv-autoencoder-SIZE-CHANNELS, and SIZE is "
         "a number from 16 to 512 in steps of 4, such as 32"},
    };
    char text[TH_PRESET_BYTES];
    th_preset p;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_why why = {0};
        assert_int_equal(th_preset_make(bad[i].name, text, &p, &why), TH_EUSAGE);
        assert_string_equal(why.text, bad[i].says);
        assert_int_equal(th_preset_make(bad[i].name, text, &p, NULL), TH_EUSAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nets_of_the_bench_are_those_of_pytorch),
        cmocka_unit_test(known_sizes),
        cmocka_unit_test(settings_stay),
        cmocka_unit_test(all_are_networks),
        cmocka_unit_test(wrong_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
