#include "../test.h"

#include "base/rng.h"
#include "data/picture.h"
#include "dsp/image_pixel.h"
#include "os/file.h"

#include <jpeglib.h>
#include <png.h>

enum { H = 24, W = 32 };

/* Colours that change slowly, so that JPEG keeps them nearly. */
static void paint(uint8_t *rgb)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            rgb[(y * W + x) * 3] = (uint8_t)(x * 7);
            rgb[(y * W + x) * 3 + 1] = (uint8_t)(y * 9);
            rgb[(y * W + x) * 3 + 2] = (uint8_t)(200 - x * 2 - y * 2);
        }
}

typedef enum file_kind { RGB, GREY, PROGRESSIVE, CMYK, PNG } file_kind;

static th_span write_jpeg(file_kind kind, const uint8_t *rgb)
{
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr errors;
    uint8_t row[W * 4];
    unsigned char *bytes = NULL;
    unsigned long n = 0;
    j.err = jpeg_std_error(&errors);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &bytes, &n);
    j.image_width = W;
    j.image_height = H;
    j.input_components = kind == GREY ? 1 : kind == CMYK ? 4 : 3;
    j.in_color_space = kind == GREY ? JCS_GRAYSCALE : kind == CMYK ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&j);
    jpeg_set_quality(&j, 95, TRUE);
    if (kind == PROGRESSIVE) jpeg_simple_progression(&j);
    jpeg_start_compress(&j, TRUE);
    for (int y = 0; y < H; y++) {
        JSAMPROW at = row;
        for (int x = 0; x < W; x++) {
            const uint8_t *px = rgb + (y * W + x) * 3;
            if (kind == GREY)
                row[x] = th_pixel_grey(px[0], px[1], px[2]);
            else
                memcpy(row + x * j.input_components, px, 3);
            if (kind == CMYK) row[x * 4 + 3] = 0;
        }
        (void)jpeg_write_scanlines(&j, &at, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    return (th_span){bytes, n};
}

static th_span write_png(const uint8_t *rgb)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = W, .height = H, .format = PNG_FORMAT_RGB};
    png_alloc_size_t n = 0;
    assert_true(png_image_write_to_memory(&image, NULL, &n, 0, rgb, 0, NULL));
    uint8_t *bytes = malloc(n);
    assert_true(png_image_write_to_memory(&image, bytes, &n, 0, rgb, 0, NULL));
    return (th_span){bytes, n};
}

static th_span write_file(file_kind kind)
{
    uint8_t rgb[H * W * 3];
    paint(rgb);
    return kind == PNG ? write_png(rgb) : write_jpeg(kind, rgb);
}

static void drop(th_span file)
{
    union {
        const uint8_t *in;
        void *out;
    } p = {file.p};
    free(p.out);
}

static void test_kinds(void **state)
{
    (void)state;
    static const int far[] = {[RGB] = 12, [GREY] = 4, [PROGRESSIVE] = 12, [PNG] = 0};
    uint8_t rgb[H * W * 3];
    paint(rgb);
    for (file_kind kind = RGB; kind <= PNG; kind++) {
        const th_span file = write_file(kind);
        uint8_t *three, *one;
        int32_t h, w;
        if (kind == CMYK) {
            th_why why = {0};
            assert_int_equal(th_picture_parse(file, "four.jpg", 3, &three, &h, &w, &why), TH_EUNSUP);
            assert_non_null(strstr(why.text, "four.jpg: a JPEG picture of 4 colours"));
            assert_null(three);
            drop(file);
            continue;
        }
        assert_int_equal(th_picture_parse(file, "x", 3, &three, &h, &w, NULL), TH_OK);
        assert_true(h == H && w == W);
        assert_int_equal(th_picture_parse(file, "x", 1, &one, &h, &w, NULL), TH_OK);
        for (int i = 0; i < H * W; i++) {
            const uint8_t *a = three + 3 * i, *b = rgb + 3 * i, grey = th_pixel_grey(b[0], b[1], b[2]);
            assert_int_equal(one[i], th_pixel_grey(a[0], a[1], a[2]));
            for (int k = 0; k < 3; k++) assert_true(abs(a[k] - (kind == GREY ? grey : b[k])) <= far[kind]);
        }
        free(one);
        free(three);
        drop(file);
    }
}

/* Every cut, and bytes changed at random: a picture or a text that names the file, no leak, no step outside. */
static void test_hostile(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(8, 0);
    for (file_kind kind = RGB; kind <= PNG; kind++) {
        const th_span file = write_file(kind);
        uint8_t *copy = malloc(file.n), *px;
        int32_t h, w, read = 0;
        for (size_t n = 0; n < file.n; n++) {
            th_why why = {0};
            uint8_t *cut = malloc(n + 1); /* so that a byte behind it is seen */
            memcpy(cut, file.p, n);
            const th_err err = th_picture_parse((th_span){cut, n}, "cut", 3, &px, &h, &w, &why);
            if (n + 2 < file.n && kind != PNG) assert_true(err); /* PNG: its last chunk says nothing */
            if (err) assert_non_null(strstr(why.text, "cut"));
            free(px);
            free(cut);
        }
        for (int i = 0; i < 3000; i++) {
            memcpy(copy, file.p, file.n);
            for (int k = 0; k <= i % 4; k++)
                copy[th_rng_below(&rng, (uint32_t)file.n)] = (uint8_t)th_rng_below(&rng, 256);
            read += th_picture_parse((th_span){copy, file.n}, "x", 1, &px, &h, &w, NULL) == TH_OK;
            free(px);
        }
        assert_true(read < 3000);
        free(copy);
        drop(file);
    }
}

/* A header that promises 65500 x 65500 pixels is refused before anything is taken for them. */
static void test_large(void **state)
{
    (void)state;
    const th_span file = write_file(RGB);
    uint8_t *copy = malloc(file.n), *px;
    int32_t h, w;
    th_why why = {0};
    memcpy(copy, file.p, file.n);
    for (size_t i = 0; i + 9 < file.n; i++)
        if (copy[i] == 0xff && copy[i + 1] == 0xc0) { /* start of frame: length, bits, height, width */
            memcpy(copy + i + 5, "\xff\xdc\xff\xdc", 4);
            break;
        }
    assert_int_equal(th_picture_parse((th_span){copy, file.n}, "huge.jpg", 3, &px, &h, &w, &why), TH_ERANGE);
    assert_string_equal(why.text, "huge.jpg has 65500x65500 pixels; at most 4096x4096 are read");
    free(copy);
    drop(file);
}

static void test_names(void **state)
{
    (void)state;
    assert_true(th_picture_named("a.png") && th_picture_named("a.b.JPG") && th_picture_named("x.Jpeg"));
    assert_false(th_picture_named("png") || th_picture_named("a.png.txt") || th_picture_named("a."));
}

static void test_resize(void **state)
{
    (void)state;
    const uint8_t from[4] = {0, 10, 20, 31};
    uint8_t to[9];
    th_why why = {0};
    assert_int_equal(th_picture_resize(from, 2, 2, 1, to, 1, 1, &why), TH_OK);
    assert_int_equal(to[0], 15); /* 61 / 4 */
    assert_int_equal(th_picture_resize(from, 2, 2, 1, to, 1, 20000, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "pictures of 2x2 cannot become 20000x1"));
}

/* The middle is seen as it is; what is beside it, above or below, is not. */
static void test_fit(void **state)
{
    (void)state;
    static const uint8_t wide[] = {9, 10, 20, 9, 9, 30, 40, 9}, high[] = {9, 9, 10, 20, 30, 40, 9, 9},
                         middle[] = {10, 20, 30, 40};
    uint8_t to[8];
    assert_int_equal(th_picture_fit(wide, 2, 4, 1, to, 2, 2, NULL), TH_OK);
    assert_memory_equal(to, middle, 4);
    assert_int_equal(th_picture_fit(high, 4, 2, 1, to, 2, 2, NULL), TH_OK);
    assert_memory_equal(to, middle, 4);
    assert_int_equal(th_picture_fit(wide, 2, 4, 1, to, 1, 2, NULL), TH_OK); /* the same proportions: all is seen */
    assert_int_equal(to[0], 15);
    assert_int_equal(th_picture_fit(middle, 2, 2, 1, to, 2, 2, NULL), TH_OK);
    assert_memory_equal(to, middle, 4);
    assert_int_equal(th_picture_fit(wide, 2, 4, 1, to, 0, 2, NULL), TH_ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds), cmocka_unit_test(test_hostile), cmocka_unit_test(test_large),
        cmocka_unit_test(test_names), cmocka_unit_test(test_resize),  cmocka_unit_test(test_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
