/* Arduino libraries: every file is compiled for a Cortex-M4 against a stand-in of the core (tests/arduino), the
 * sketches run here with a sensor that is played back and say what the host's own loops say, and the checker finds what
 * is broken. */
#include "kinds.h"

#include "deploy/arduino.h"

/* What stands in front of a compiler's words: every C file, every C++ file, the sketch; nothing is joined and rounded
 * once (vfma) although nobody says -ffp-contract=off. */
static const char compile_m4[] =
    "set -e; flags='-mcpu=cortex-m4 -mthumb -mfloat-abi=softfp -mfpu=fpv4-sp-d16 -Os -ffunction-sections -Wall -Wextra "
    "-Werror'; n=0\n"
    "for f in $(find src -name '*.c'); do n=$((n + 1)); arm-none-eabi-gcc -std=gnu11 $flags -Isrc -c $f -o $n.o; done\n"
    "for f in src/*.cpp examples/*/*.cpp; do [ ! -f $f ] || { n=$((n + 1)); arm-none-eabi-g++ -std=gnu++14 "
    "-fno-exceptions -fno-rtti $flags -Isrc -I$CORE -c $f -o $n.o; }; done\n"
    "for f in examples/*/*.ino; do n=$((n + 1)); arm-none-eabi-g++ -std=gnu++14 -fno-exceptions -fno-rtti $flags -Isrc "
    "-I$CORE -include Arduino.h -x c++ -c $f -o $n.o; done\n"
    "! arm-none-eabi-objdump -d *.o | grep -E 'vfn?m[as]'\nrm -f *.o\n";

/* With the options of every core that leave out what is not called. */
static const char run_here[] =
    "set -e; n=0; flags='-O1 -ffunction-sections -fdata-sections -Isrc'\n"
    "for f in $(find src -name '*.c'); do n=$((n + 1)); cc $flags -c $f -o $n.o; done\n"
    "for f in src/*.cpp examples/*/*.cpp $CORE/core.cpp; do [ ! -f $f ] || { n=$((n + 1)); c++ $flags -I$CORE -c $f "
    "-o $n.o; }; done\n"
    "for f in examples/*/*.ino; do c++ $flags -I$CORE -include Arduino.h -x c++ -c $f -o sketch.o; done\n"
    "c++ *.o -Wl,--gc-sections -lm -o sketch\n./sketch >said\nrm -f *.o sketch\n";

static void shell(const world *w, const char *script)
{
    char tail[4096];
    char absolute[TH_PATH_BYTES], core[TH_PATH_BYTES + 8];
    assert_int_equal(th_path_absolute(absolute, "tests/arduino", NULL), TH_OK);
    th_text_fmt(core, sizeof core, "CORE=%s", absolute);
    const char *const argv[] = {"env", core, "sh", "-c", script, NULL};
    if (run_program(w->out, argv, tail, sizeof tail) != 0) fail_msg("%s", tail);
}

static size_t check(const char *path, th_library_report *report)
{
    th_bundle library;
    char root[TH_PATH_BYTES];
    th_why why = {0};
    if (th_bundle_read(path, root, &library, &why)) fail_msg("%s", why.text);
    th_library_check(&library, root, report);
    th_bundle_free(&library);
    return report->n_errors + report->n_warnings;
}

/* Writes the library, holds it against the rules, compiles it, runs its sketch on `feed`. */
static void export_and_run(world *w, const th_plan *plan, const th_app *app, th_span feed)
{
    th_why why = {0};
    static th_library_report report;
    size_t bytes;
    if (th_export_arduino(plan, app, w->out, &bytes, &why)) fail_msg("%s", why.text);
    if (check(w->out, &report)) fail_msg("%s: %s", report.finding[0].path, report.finding[0].text);
    if (th_program_exists("arm-none-eabi-g++")) shell(w, compile_m4);
    if (!th_program_exists("c++")) return;
    if (feed.n) put(w, "feed", feed);
    shell(w, run_here);
    if (feed.n) said_is_wanted(w);
}

static void words(void **state)
{
    (void)state;
    with_words(open_world("Words"), export_and_run);
}

static void motion(void **state)
{
    (void)state;
    with_motion(open_world("Motion"), 6, export_and_run);
    with_motion(open_world("Acceleration"), 3, export_and_run);
}

/* Neither 3 nor 6 axes: analog pins. */
static void other_sensors(void **state)
{
    (void)state;
    with_motion(open_world("Pump"), 4, export_and_run);
}

static void pictures(void **state)
{
    (void)state;
    with_pictures(open_world("Eye"), export_and_run);
}

static void tensors_alone(void **state)
{
    (void)state;
    world *w = open_world("a.b-c_4");
    export_and_run(w, w->s.plan, NULL, (th_span){NULL, 0});
    close_world(w);
}

/* The zip has the folder's files, and is the same whenever it is written. */
static void zip_is_the_folder(void **state)
{
    (void)state;
    world *w = open_world("Words.zip");
    th_why why = {0};
    th_bundle a, b;
    size_t bytes;
    char root[TH_PATH_BYTES];
    uint8_t *first, *again;
    size_t n, n_again;
    const th_app app = {.sound = &w->s.pipe};
    if (th_arduino_library(w->s.plan, &app, "Words", &a, &bytes, &why) ||
        th_export_arduino(w->s.plan, &app, w->out, &bytes, &why) || th_bundle_read(w->out, root, &b, &why))
        fail_msg("%s", why.text);
    assert_string_equal(root, "Words");
    assert_int_equal(b.n, a.n + 1); /* .thimble */
    for (size_t i = 0; i < a.n; i++) {
        const th_bundle_file *f = th_bundle_find(&b, a.file[i].name);
        assert_non_null(f);
        assert_int_equal(f->n, a.file[i].n);
        assert_memory_equal(f->bytes, a.file[i].bytes, f->n);
    }
    assert_int_equal(th_file_read(w->out, 0, &first, &n, NULL), TH_OK);
    assert_int_equal(th_export_arduino(w->s.plan, &app, w->out, &bytes, &why), TH_OK); /* ours: replaced */
    assert_int_equal(th_file_read(w->out, 0, &again, &n_again, NULL), TH_OK);
    assert_int_equal(n, n_again);
    assert_memory_equal(first, again, n);
    /* cut short or spoiled it is refused, or has the same files; never anything else */
    for (size_t cut = 0; cut < n; cut += 97) {
        th_bundle c;
        char path[TH_PATH_BYTES];
        assert_int_equal(th_path_join(path, w->dir, "cut.zip", NULL), TH_OK);
        assert_int_equal(th_file_write_unsynced(path, (th_span){first, cut}, NULL), TH_OK);
        if (th_bundle_read(path, root, &c, NULL) == TH_OK) assert_int_equal(c.n, b.n); /* only its list is damaged */
        th_bundle_free(&c);
    }
    assert_int_equal(th_file_write(w->out, (th_span){(const uint8_t *)"mine", 4}, NULL), TH_OK);
    assert_int_equal(th_export_arduino(w->s.plan, &app, w->out, &bytes, &why), TH_EEXIST);
    free(first);
    free(again);
    th_bundle_free(&a);
    th_bundle_free(&b);
    close_world(w);
}

/* Each rule, broken once: the file that is put there (or taken away: text NULL), and the words of the finding. */
static const struct {
    const char *file, *text, *words;
} broken[] = {
    {"library.properties", NULL, "it is missing"},
    {"library.properties", "name=Words\n", "version is missing"},
    {"library.properties", "version=1.0.0\n", "name is missing"},
    {"library.properties", "name=_x\nversion=1.0.0\n", "a name has 1 to 63"},
    {"library.properties", "name=x\nversion=1.0\n", "is no version"},
    {"library.properties", "name=x\nversion=1.0.0\nversion=1.0.1\n", "a second time"},
    {"library.properties", "name=x\nversion=1.02.0\n", "is no version"},
    {"library.properties", "name=x\nversion=1.0.0\nnothing\n", "is no field"},
    {"library.properties", "name=x\nversion=1.0.0\ncolour=red\n", "nobody knows the field"},
    {"library.properties", "name=Arduino X\nversion=1.0.0\n", "kept for Arduino"},
    {"library.properties", "name=x\nversion=1.0.0\ncategory=Toys\n", "is no category"},
    {"library.properties", "name=x\nversion=1.0.0\ncategory=Uncategorized\n", "under no topic"},
    {"library.properties", "name=x\nversion=1.0.0\narchitectures=\n", "no architecture"},
    {"library.properties", "name=x\nversion=1.0.0\nincludes=Gone.h\n", "not in src/"},
    {"library.properties", "name=x\nversion=1.0.0\ndepends=Good One (>=1.0.0), /bad\n", "no library's name"},
    {"library.properties", "name=x\nversion=1.0.0\nprecompiled=yes\n", "precompiled can only"},
    {"library.properties", "name=x\nversion=1.0.0\ndot_a_linkage=false\n", "dot_a_linkage can only"},
    {"library.properties", "name=x\nversion=1.0.0\nsentence=A.\nparagraph=A. B.\n", "begins with the sentence"},
    {"library.properties", "name=x\xff\nversion=1.0.0\n", "not UTF-8"},
    {"keywords.txt", "model_init KEYWORD2\n", "one tab"},
    {"keywords.txt", "model_init\tKEYWORD9\n", "is no kind"},
    {"keywords.txt", "model_init\t\tKEYWORD2\n", "is no kind"},
    {"src/model.c", "#include \"../nowhere.h\"\n", "no such file"},
    {"src/nn/op.c", "#  include \"gone.h\"\n", "no such file"},
    {"src/Words.ino", "", "belongs into examples"},
    {"utility/x.c", "", "is not compiled"},
    {"main.c", "", "is not compiled"},
    {"examples/One/Two.ino", "", "the name of its folder"},
    {"examples/a b/a b.ino", "", "cannot be a sketch's name"},
    {"example/One/One.ino", "", "is not looked at"},
    {".development", "", "in work"},
    {"extras/tool.EXE", "", "takes no library with programs"},
    {"src/MODEL.h", "", "the same name"},
};

static void checker_finds_what_is_broken(void **state)
{
    (void)state;
    world *w = open_world("Words");
    size_t bytes;
    static th_library_report report;
    const th_app app = {.sound = &w->s.pipe};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        th_bundle a, b = {0};
        bool found = false;
        assert_int_equal(th_arduino_library(w->s.plan, &app, "Words", &a, &bytes, NULL), TH_OK);
        for (size_t k = 0; k < a.n; k++)
            if (strcmp(a.file[k].name, broken[i].file) != 0)
                th_bundle_put(&b, a.file[k].name, (th_span){a.file[k].bytes, a.file[k].n});
        th_library_check(&a, "Words", &report);
        assert_int_equal(report.n, 0);
        if (broken[i].text)
            th_bundle_put(&b, broken[i].file, (th_span){(const uint8_t *)broken[i].text, strlen(broken[i].text)});
        th_library_check(&b, "Words", &report);
        for (size_t k = 0; k < report.n; k++) found = found || strstr(report.finding[k].text, broken[i].words);
        if (!found) fail_msg("%s: nobody says \"%s\"", broken[i].file, broken[i].words);
        th_bundle_free(&a);
        th_bundle_free(&b);
    }
    close_world(w);
}

static void names_and_empty_folders(void **state)
{
    (void)state;
    world *w = open_world("x");
    static th_library_report report;
    th_bundle b = {0};
    size_t bytes;
    static const char *const bad[] = {
        "", "a b", "-a", "model", "MODEL", "a1234567890123456789012345678901234567890123456789012345678901234"};
    th_library_check(&b, "a b", &report);
    assert_true(report.n_errors >= 3); /* name, properties, src */
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_why why = {0};
        assert_int_equal(th_arduino_library(w->s.plan, NULL, bad[i], &b, &bytes, &why), TH_EUSAGE);
        assert_non_null(strstr(why.text, "librar"));
        th_bundle_free(&b);
    }
    close_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(motion),
        cmocka_unit_test(other_sensors),
        cmocka_unit_test(pictures),
        cmocka_unit_test(tensors_alone),
        cmocka_unit_test(zip_is_the_folder),
        cmocka_unit_test(checker_finds_what_is_broken),
        cmocka_unit_test(names_and_empty_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
