#include "../test.h"

#include "model/spec.h"

static void presets_have_the_known_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t w, classes;
        int64_t parameters, macs;
    } want[] = {
        {"tiny-conv", 40, 4, 16652, 336000}, /* 10*8*8+8 + 4000*4+4; micro_speech of TFLite Micro */
        {"ds-cnn", 10, 12, 23180, 2656768},  /* MLPerf Tiny keyword spotting: 2,656,768 MACs */
        {"ds-cnn-s", 10, 4, 13924, 1608192},
    };
    for (size_t i = 0; i < 3; i++) {
        char text[TH_PRESET_BYTES];
        th_preset p;
        th_spec s;
        assert_int_equal(th_preset_make(want[i].name, text, &p, NULL), TH_OK);
        assert_int_equal(th_spec_parse(text, 49, want[i].w, 1, want[i].classes, &s, NULL), TH_OK);
        assert_int_equal(th_spec_parameters(&s), want[i].parameters);
        assert_int_equal(th_spec_macs(&s), want[i].macs);
    }
}

static void shapes_follow_tflite(void **state)
{
    (void)state;
    th_spec s;
    assert_int_equal(th_spec_parse("# a remark\n\nconv2d 3 3x2 stride 2x1 valid relu # more\nmaxpool 2x2\ndepthwise "
                                   "3x3 stride 2x2 bn\navgpool global\ndense 5 relu\ndropout 0.25\ndense classes",
                                   20, 11, 2, 4, &s, NULL),
                     TH_OK);
    static const int32_t want[][3] = {{9, 10, 3}, {5, 5, 3}, {3, 3, 3}, {1, 1, 3}, {1, 1, 5}, {1, 1, 5}, {1, 1, 4}};
    assert_int_equal(s.n_layers, 7);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(s.layer[i].out_h, want[i][0]);
        assert_int_equal(s.layer[i].out_w, want[i][1]);
        assert_int_equal(s.layer[i].out_c, want[i][2]);
    }
    assert_int_equal(s.layer[3].k_h, 3);
    assert_int_equal(s.layer[2].line, 5);
    assert_true(s.layer[5].rate > 0.2499f && s.layer[5].rate < 0.2501f);
}

static void errors_name_line_and_word(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"conv3d 4 3x3\ndense classes", "line 1: \"conv3d\""},
        {"conv2d four 3x3\ndense classes", "\"four\": expected the number of filters"},
        {"conv2d 4 3\ndense classes", "\"3\": expected the kernel"},
        {"conv2d 4 3x3 stride 2\ndense classes", "\"2\": expected the stride"},
        {"conv2d 4 3x3 stride\ndense classes", "after \"stride\": expected the stride"},
        {"conv2d 4 3x3 tahn\ndense classes", "\"tahn\": did you mean \"tanh\"? Possible here: stride HxW"},
        {"conv2d 4 0x3\ndense classes", "\"0x3\""},
        {"conv2d 4 3x3\ndropout 1.0\ndense classes", "line 2: \"1.0\""},
        {"dropout 0,2\ndense classes", "\"0,2\""},
        {"dropout 0.5 relu\ndense classes", "\"relu\" does not go with dropout. Possible here: as NAME"},
        {"dense classes stride 2x2", "\"stride\" does not go with dense. Possible here: no-bias, bn"},
        {"conv2d 4 9x9 valid\ndense classes", "does not fit"},
        {"conv2d 4 3x3", "line 1: the last layer gives 8x8x4 values, but there are 4 classes"},
        {"dense 3", "line 1: the last layer gives 1x1x3 values"},
        {"dense classes relu", "must end without bn and without activation"},
        {"", "there is no layer in it. The smallest network is the line: dense classes"},
        {"conv2d 99999999999 3x3\ndense classes", "99999999999"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_spec s;
        th_why why = {0};
        assert_int_not_equal(th_spec_parse(bad[i].text, 8, 8, 1, 4, &s, &why), TH_OK);
        if (!strstr(why.text, bad[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", bad[i].text, why.text, bad[i].says);
    }
    char many[130 * 12 + 20] = "";
    for (int i = 0; i < 129; i++) strcat(many, "dense 4\n");
    th_spec s;
    assert_int_equal(th_spec_parse(many, 2, 2, 1, 4, &s, NULL), TH_EFORMAT);
    assert_int_equal(th_spec_parse("dense classes", 0, 2, 1, 4, &s, NULL), TH_ERANGE);
    assert_int_equal(th_spec_parse("dense classes", 2, 2, 1, 1, &s, NULL), TH_ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_have_the_known_sizes),
        cmocka_unit_test(shapes_follow_tflite),
        cmocka_unit_test(errors_name_line_and_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
