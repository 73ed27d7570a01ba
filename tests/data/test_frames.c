/* Pictures as a camera's frames: what the network sees of them is the picture. */
#include "../test.h"

#include "base/rng.h"
#include "data/frames.h"
#include "data/picture.h"
#include "dsp/camera.h"
#include "os/file.h"

#include <stdlib.h>

static const th_pixels qqvga = {TH_PIXEL_RGB565_BE, 120, 160, 0};
enum { FRAME = 120 * 160 * 2, MOST = 300 };

static uint8_t picture[MOST * MOST * 3], frame[FRAME], seen[96 * 96 * 3], wanted[96 * 96 * 3];

/* Colours that change slowly, the four corners different. */
static void paint(int32_t h, int32_t w)
{
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            uint8_t *p = picture + 3 * (y * w + x);
            p[0] = (uint8_t)(x * 255 / w);
            p[1] = (uint8_t)(y * 255 / h);
            p[2] = (uint8_t)(255 - (x + y) * 255 / (w + h));
        }
}

/* The frame as a network of 96 x 96 sees it, bytes. */
static void look(const th_crop *crop)
{
    static uint32_t memory[2048] __attribute__((aligned(16)));
    th_arena arena = th_arena_over(memory, sizeof memory);
    th_camera k;
    const th_camera_cfg cfg = {.pixels = qqvga, .crop = *crop, .to_h = 96, .to_w = 96, .c = 3};
    assert_int_equal(th_camera_init(&k, &cfg, &arena), TH_OK);
    th_camera_frame(&k, frame, (int8_t *)seen);
    for (size_t i = 0; i < sizeof seen; i++) seen[i] = (uint8_t)((int8_t)seen[i] + 128);
}

/* Largest difference to the whole of a square picture in that size. */
static int largest_difference(int32_t side)
{
    th_why why = {0};
    int most = 0;
    if (th_picture_resize(picture, side, side, 3, wanted, 96, 96, &why)) fail_msg("%s", why.text);
    for (size_t i = 0; i < sizeof seen; i++) most = abs(seen[i] - wanted[i]) > most ? abs(seen[i] - wanted[i]) : most;
    return most;
}

/* 5 bits are at most 4.2 levels beside the colour; the rest is the way over 120 pixels. */
static void the_whole_of_a_square_picture_is_seen(void **state)
{
    (void)state;
    const int32_t sides[] = {MOST, 96, 120};
    const th_crop crop = th_crop_like(120, 160, 96, 96);
    th_why why = {0};
    for (int i = 0; i < 3; i++) {
        paint(sides[i], sides[i]);
        if (th_frame_of(picture, sides[i], sides[i], &qqvga, &crop, frame, &why)) fail_msg("%s", why.text);
        look(&crop);
        assert_in_range(largest_difference(sides[i]), 0, 7);
    }
}

/* The colour of a pixel of the frame. */
static void colour_at(int32_t y, int32_t x, uint8_t rgb[3])
{
    const th_pixel_lines l = th_pixel_find(&qqvga, frame, y);
    th_pixel_row(&qqvga, &l, y, x, 1, 3, rgb);
}

static void sides_are_cut_or_go_on(void **state)
{
    (void)state;
    const th_crop crop = th_crop_like(120, 160, 96, 96);
    th_why why = {0};
    uint8_t a[3], b[3];
    paint(150, 300); /* twice as wide as high: 240 x 120, of which the frame shows the middle 160 */
    if (th_frame_of(picture, 150, 300, &qqvga, &crop, frame, &why)) fail_msg("%s", why.text);
    colour_at(0, 0, a);
    colour_at(0, 159, b);
    assert_in_range(a[0], 255 / 6 - 6, 255 / 6 + 6);
    assert_in_range(b[0], 255 * 5 / 6 - 6, 255 * 5 / 6 + 6);
    paint(120, 120); /* square: beside it its border goes on */
    if (th_frame_of(picture, 120, 120, &qqvga, &crop, frame, &why)) fail_msg("%s", why.text);
    colour_at(7, 0, a);
    colour_at(7, 20, b);
    assert_memory_equal(a, b, 3);
    colour_at(7, 159, a);
    colour_at(7, 139, b);
    assert_memory_equal(a, b, 3);
    assert_true(a[0] > 240);
    assert_int_equal(th_frame_of(picture, 1, 200, &qqvga, &crop, frame, &why), TH_ERANGE);
}

static void write(const char *dir, const char *name, const void *bytes, size_t n)
{
    char path[TH_PATH_BYTES];
    th_why why = {0};
    assert_int_equal(th_path_join(path, dir, name, &why), TH_OK);
    char *slash = strrchr(path, '/');
    *slash = 0;
    assert_int_equal(th_dir_make(path, &why), TH_OK);
    *slash = '/';
    if (th_file_write(path, (th_span){bytes, n}, &why)) fail_msg("%s", why.text);
}

static th_err read_frames(const char *dir, const char *name, th_frames *f, th_why *why)
{
    static th_card card = {.n_labels = 2, .labels = {"cat", "dog"}};
    char path[TH_PATH_BYTES];
    *f = (th_frames){.pixels = qqvga, .crop = th_crop_like(120, 160, 96, 96)};
    *why = (th_why){0};
    assert_int_equal(th_path_join(path, dir, name, why), TH_OK);
    return th_frames_read(&card, path, f, why);
}

static void files_and_folders(void **state)
{
    (void)state;
    char dir[TH_PATH_BYTES];
    th_why why = {0};
    th_frames f;
    uint8_t *png;
    size_t n;
    assert_int_equal(th_dir_temp(dir, &why), TH_OK);
    paint(40, 40);
    if (th_picture_png(picture, 40, 40, 3, &png, &n, &why)) fail_msg("%s", why.text);
    write(dir, "labels/train/cat/0.png", png, n);
    write(dir, "labels/validation/cat/1.png", png, n);
    write(dir, "labels/validation/cat/2.png", "no picture", 10);
    write(dir, "labels/validation/dog/1.png", png, n);
    write(dir, "labels/validation/cow/1.png", png, n);
    write(dir, "plain/b.png", png, n);
    write(dir, "plain/a.png", png, n);
    write(dir, "plain/notes.txt", "x", 1);
    write(dir, "raw", picture, 3 * FRAME);
    write(dir, "cut", picture, FRAME + 1);
    write(dir, "none", picture, 0);
    free(png);
    if (read_frames(dir, "labels", &f, &why)) fail_msg("%s", why.text);
    assert_true(f.n == 3 && f.n_labelled == 2 && f.n_bad == 1 && strstr(f.problem, "2.png"));
    assert_true(f.label[0] == 0 && f.label[1] == -1 && f.label[2] == 1);
    assert_memory_equal(f.bytes, f.bytes + FRAME, FRAME);
    th_frames_free(&f);
    if (read_frames(dir, "plain", &f, &why)) fail_msg("%s", why.text);
    assert_true(f.n == 2 && f.n_labelled == 0 && strcmp(f.name[0], "a.png") == 0 && f.label[1] == -1);
    th_frames_free(&f);
    if (read_frames(dir, "raw", &f, &why)) fail_msg("%s", why.text);
    assert_true(f.n == 3 && memcmp(f.bytes, picture, 3 * FRAME) == 0 && strcmp(f.name[2], "2") == 0);
    th_frames_free(&f);
    if (read_frames(dir, "plain/b.png", &f, &why)) fail_msg("%s", why.text);
    assert_int_equal(f.n, 1);
    th_frames_free(&f);
    assert_int_equal(read_frames(dir, "cut", &f, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "38400 bytes"));
    assert_int_equal(read_frames(dir, "none", &f, &why), TH_EFORMAT);
    assert_int_equal(read_frames(dir, "labels/validation/cat/2.png", &f, &why), TH_EFORMAT);
    assert_int_equal(read_frames(dir, "labels/train", &f, &why), TH_OK); /* a label's folder above it is one, too */
    th_frames_free(&f);
    th_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_of_a_square_picture_is_seen),
        cmocka_unit_test(sides_are_cut_or_go_on),
        cmocka_unit_test(files_and_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
