/* COCO's instances and the rule of visual wake words; folders of pictures in the layouts of others. */
#include "sound.h"

#include "data/coco.h"
#include "data/picture.h"
#include "data/task_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE(id, file)    "{\"id\":" #id ",\"file_name\":\"" file "\",\"width\":100,\"height\":100}"
#define BOX(id, kind, box) "{\"image_id\":" #id ",\"category_id\":" #kind ",\"bbox\":" box "}"
#define KINDS              "\"categories\":[{\"id\":1,\"name\":\"person\"},{\"id\":7,\"name\":\"car\"}]"
#define SET                                                                                                            \
    "{\"images\":[" IMAGE(4, "d.png") "," IMAGE(1, "a.png") "," IMAGE(2, "sub/b.png") "," IMAGE(                       \
        3, "c.png") "],"                                                                                               \
                    "\"annotations\":[" BOX(1, 1, "[0,0,10,5]") "," BOX(2, 1, "[5,5,10,4.9]") "," BOX(                 \
                        3, 7, "[0,0,90,90]") "," BOX(1, 7, "[1,2,3,4]") "]," KINDS "}"

static th_err parse(const char *text, size_t n, th_coco *c, th_why *why)
{
    uint8_t *part = malloc(n ? n : 1);
    memcpy(part, text, n);
    const th_err err = th_coco_parse((th_span){part, n}, "x.json", c, why);
    free(part);
    return err;
}

/* 50 pixels of 10,000 are a person, 49 are neither, none is no person. */
static void the_rule(void **state)
{
    (void)state;
    th_coco c;
    th_why why = {0};
    if (parse(SET, sizeof SET - 1, &c, &why)) fail_msg("%s", why.text);
    assert_int_equal(c.n, 4);
    assert_string_equal(c.picture[0].label, "person");
    assert_null(c.picture[1].label);
    assert_string_equal(c.picture[2].label, "no_person");
    assert_string_equal(c.picture[3].label, "no_person");
    assert_true(c.picture[0].n_boxes == 2 && c.picture[3].n_boxes == 0);
    assert_string_equal(c.picture[0].boxes[1].label, "car");
    assert_string_equal(c.picture[3].file, "d.png");
    th_coco_free(&c);
}

static void without_persons(void **state)
{
    (void)state;
    static const char set[] = "{\"images\":[" IMAGE(1, "a") "," IMAGE(2, "b") "],\"annotations\":[" BOX(
        1, 2, "[0,0,5,5]") "," BOX(1, 3, "[0,0,6,5]") "],\"categories\":[{\"id\":2,\"name\":\"cat\"},{\"id\":3,"
                                                      "\"name\":\"dog\"}]}";
    th_coco c;
    assert_int_equal(parse(set, sizeof set - 1, &c, NULL), TH_OK);
    assert_string_equal(c.picture[0].label, "dog");
    assert_null(c.picture[1].label);
    th_coco_free(&c);
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    th_coco c;
    for (size_t n = 0; n < sizeof SET - 1; n++) assert_int_equal(parse(SET, n, &c, NULL), TH_EFORMAT);
}

#define BAD(images, annotations) "{\"images\":[" images "],\"annotations\":" annotations "," KINDS "}"

static void mistyped_fields_are_named(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"[]", "categories"},
        {"{\"categories\":[{\"id\":\"1\",\"name\":\"x\"}]}", "categories, number 1: id"},
        {"{\"categories\":[{\"id\":1,\"name\":3}]}", "categories, number 1: it has no name"},
        {BAD("", "[]"), "images"},
        {BAD("3", "[]"), "images, number 1: id"},
        {BAD("{\"id\":1}", "[]"), "images, number 1: it has no file_name"},
        {BAD("{\"id\":1,\"file_name\":\"a\",\"width\":0,\"height\":1}", "[]"), "images, number 1: width"},
        {BAD("{\"id\":1,\"file_name\":\"a\",\"width\":1,\"height\":1e9}", "[]"), "images, number 1: width"},
        {BAD(IMAGE(1, "a") "," IMAGE(1, "b"), "[]"), "two have the id 1"},
        {BAD(IMAGE(1, "a"), "3"), "annotations"},
        {BAD(IMAGE(1, "a"), "[3]"), "annotations, number 1: image_id"},
        {BAD(IMAGE(1, "a"), "[" BOX(2, 1, "[0,0,1,1]") "]"), "no picture has it"},
        {BAD(IMAGE(1, "a"), "[" BOX(1, 5, "[0,0,1,1]") "]"), "no category has it"},
        {BAD(IMAGE(1, "a"), "[" BOX(1, 1, "[0,0,1,1]") "," BOX(1, 1, "[0,0,1]") "]"), "annotations, number 2: bbox"},
        {BAD(IMAGE(1, "a"), "[" BOX(1, 1, "[0,0,-1,1]") "]"), "bbox"},
        {BAD(IMAGE(1, "a"), "[" BOX(1, 1, "[0,0,\"1\",1]") "]"), "bbox"},
        {BAD(IMAGE(1, "a"), "[" BOX(1, 1, "[0,0,1e30,1]") "]"), "bbox"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        th_why why = {0};
        th_coco c;
        assert_int_equal(parse(bad[i][0], strlen(bad[i][0]), &c, &why), TH_EFORMAT);
        if (!strstr(why.text, bad[i][1])) fail_msg("\"%s\" does not say %s", why.text, bad[i][1]);
    }
}

static void put_picture(const char *dir, const char *file, uint8_t level)
{
    uint8_t pixels[16], *png;
    char path[TH_PATH_BYTES], folder[TH_PATH_BYTES];
    size_t n;
    memset(pixels, level, sizeof pixels);
    snprintf(path, sizeof path, "%s", at(dir, file));
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    assert_int_equal(th_dir_make(folder, NULL), TH_OK);
    assert_int_equal(th_picture_png(pixels, 4, 4, 1, &png, &n, NULL), TH_OK);
    assert_int_equal(th_file_write(path, (th_span){png, n}, NULL), TH_OK);
    free(png);
}

static th_dataset *import(const char *dir, const char *src, th_task_import_report *r)
{
    static th_project p;
    th_dataset *set;
    th_why why = {0};
    if (th_project_defaults("image", NULL, 0, &p, &why)) fail_msg("%s", why.text);
    if (th_project_create(&p, at(dir, "p"), &why)) fail_msg("%s", why.text);
    assert_int_equal(th_project_load(at(dir, "p"), &p, &why), TH_OK);
    assert_int_equal(th_dataset_load(&p, &set, &why), TH_OK);
    const th_task_import_cfg cfg = {.split = {.val = 0.1, .test = 0.1, .seed = 1}};
    if (th_task_import(&p, set, src, &cfg, r, &why)) fail_msg("%s", why.text);
    return set;
}

static const th_sample *sample(const th_dataset *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++)
        if (strcmp(set->samples[i].name, name) == 0) return &set->samples[i];
    fail_msg("no sample %s", name);
    return NULL;
}

static void a_folder_of_coco(void **state)
{
    char src[TH_PATH_BYTES];
    th_task_import_report r;
    assert_int_equal(th_path_join(src, *state, "src", NULL), TH_OK);
    put_picture(src, "val2017/a.png", 10);
    put_picture(src, "val2017/b.png", 20);
    put_picture(src, "val2017/c.png", 30);
    assert_int_equal(th_dir_make(at(src, "annotations"), NULL), TH_OK);
    make_text(at(src, "annotations/instances_val2017.json"), SET);
    th_dataset *set = import(*state, src, &r);
    assert_string_equal(r.layout, "COCO");
    assert_true(r.added == 2 && r.bad == 1 && strstr(r.problem, "d.png"));
    const th_sample *a = sample(set, "val2017/a.png");
    assert_string_equal(a->label, "person");
    assert_true(a->n_boxes == 2 && a->boxes[0].w > 9.9f && a->width == 4);
    assert_string_equal(sample(set, "val2017/c.png")->label, "no_person");
    th_dataset_free(set);
}

/* Edge Impulse's pictures: boxes and labels beside them, a name as the label, a picture that is none. */
static void a_folder_of_edge_impulse(void **state)
{
    char src[TH_PATH_BYTES];
    th_task_import_report r;
    assert_int_equal(th_path_join(src, *state, "src", NULL), TH_OK);
    put_picture(src, "training/cup.1.png", 10);
    put_picture(src, "testing/x.png", 20);
    make_text(at(src, "testing/bad.png"), "no picture");
    make_text(
        at(src, "testing/bounding_boxes.labels"),
        "{\"version\":1,\"type\":\"bounding-box-labels\",\"boundingBoxes\":{\"x.png\":[{\"label\":\"pen\",\"x\":0,"
        "\"y\":0,\"width\":1,\"height\":1},{\"label\":\"plate\",\"x\":0,\"y\":0,\"width\":2,\"height\":1}]}}");
    th_dataset *set = import(*state, src, &r);
    assert_string_equal(r.layout, "Edge Impulse");
    assert_true(r.added == 2 && r.bad == 1 && strstr(r.problem, "bad.png"));
    assert_string_equal(sample(set, "training/cup.1.png")->label, "cup");
    const th_sample *x = sample(set, "testing/x.png");
    assert_string_equal(x->label, "plate");
    assert_true(x->n_boxes == 2 && x->split == TH_TEST);
    th_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule),
        cmocka_unit_test(without_persons),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(mistyped_fields_are_named),
        cmocka_unit_test_setup_teardown(a_folder_of_coco, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(a_folder_of_edge_impulse, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
