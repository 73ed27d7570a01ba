/* Courses in a folder: which files are pages, in which order, in which language; the map, the glossary, search. */
#include "put_file.h"

#include "course/fold.h"
#include "course/lesson.h"
#include "course/map.h"
#include "course/search.h"
#include "course/translate.h"
#include "os/run.h"

static char dir[TH_PATH_BYTES];

static void put(const char *name, const char *text)
{
    put_file(dir, name, text);
}

static int make_courses(void **state)
{
    (void)state;
    if (th_dir_temp(dir, NULL)) return -1;
    put("2-late/course.md", "---\ntitle: Late\nsummary: It comes second.\nhours: 2\n---\n\nAbout.\n");
    put("2-late/placement.gift", "::a:: b {T}\n");
    put("1-rule/course.md", "---\ntitle: Rule\nsummary: s\nhours: 1\n---\n\nAbout.\n");
    put("1-rule/10-ten/chapter.md", "---\ntitle: Ten\nquestion: q\ngoals: g\n---\n\nA story.\n");
    put("1-rule/2-two/chapter.md",
        "---\ntitle: Two\nquestion: Why?\ngoals: see a; hear b\ncare: yes\nsense: voice; eye\n---\n\nA story.\n");
    put("1-rule/2-two/2-second.md", "---\ntitle: Second\nminutes: 4\n---\n\nIt mentions neurons, and <b>.\n");
    put("1-rule/2-two/1-first.md",
        "---\ntitle: The neuron\nminutes: 3\n---\n\nOne & two.\n\n## Éclair\n\nThree.\n\n"
        ":::explore grid bits=4 per=channel open\nWhat one sees.\n:::\n\n:::ask\n::q:: Why? {=a #b ~c #d}\n:::\n");
    put("1-rule/2-two/quiz.gift", "// ::not-this:: x\n::one:: a {T}\n\n::two:: b {F}\n");
    put("1-rule/2-two/journal.md", "---\ntitle: Think\n---\n\nThink.\n");
    put("1-rule/2-two/lab/lab.md", "---\ntitle: Do\nminutes: 20\n---\n\nDo it.\n");
    put("1-rule/2-two/lab/starter/readme.md", "no page\n");
    put("1-rule/2-two/fit.svg", "<svg/>");
    put("1-rule/2-two/.hidden.md", "x");
    put("1-rule/2-two/1-first.md~", "x");
    put("glossary.md", "## Weight\n\nA number.\n\n## Arena\nMemory, [weight](glossary:weight).\n");
    return 0;
}

static int remove_courses(void **state)
{
    (void)state;
    th_dir_remove(dir);
    return 0;
}

static th_shelf *opened(void)
{
    th_shelf *shelf;
    th_why why = {0};
    if (th_shelf_open(dir, &shelf, &why)) fail_msg("%s", why.text);
    return shelf;
}

static void pages_stand_in_order(void **state)
{
    static const char *const ids[] = {"rule",          "rule/two",       "rule/two/first",   "rule/two/second",
                                      "rule/two/quiz", "rule/two/lab",   "rule/two/journal", "rule/ten",
                                      "late",          "late/placement", "glossary"};
    (void)state;
    th_shelf *shelf = opened();
    size_t n;
    const th_page *p = th_shelf_pages(shelf, &n);
    assert_int_equal(n, sizeof ids / sizeof *ids);
    for (size_t i = 0; i < n; i++) assert_string_equal(p[i].id, ids[i]);
    const th_page *first = th_shelf_find(shelf, "rule/two/first");
    assert_string_equal(p[first->course].id, "rule");
    assert_string_equal(p[first->chapter].id, "rule/two");
    assert_int_equal(th_shelf_find(shelf, "late/placement")->chapter, -1);
    assert_string_equal(th_page_value(shelf, first, "es", "title"), "The neuron");
    assert_string_equal(th_page_value(shelf, th_shelf_find(shelf, "rule/two/quiz"), "en", "title"), "Two");
    assert_string_equal(th_page_value(shelf, first, "en", "nothing"), "");
    th_shelf_close(shelf);
}

static void files_are_those_of_the_folder(void **state)
{
    (void)state;
    th_span bytes;
    th_shelf *shelf = opened();
    assert_int_equal(th_shelf_file(shelf, "1-rule/2-two/fit.svg", &bytes, NULL), TH_OK);
    assert_int_equal(bytes.n, 6);
    assert_int_equal(th_shelf_file(shelf, "../etc/passwd", &bytes, NULL), TH_ENOENT);
    assert_int_equal(th_shelf_file(shelf, "1-rule/2-two/.hidden.md", &bytes, NULL), TH_ENOENT);
    assert_int_equal(th_shelf_file(shelf, "1-rule/2-two/1-first.md~", &bytes, NULL), TH_ENOENT);
    th_shelf_close(shelf);
}

static void ids_are_there_once(void **state)
{
    th_shelf *shelf;
    th_why why = {0};
    char path[TH_PATH_BYTES];
    (void)state;
    put("1-rule/2-two/7-first.md", "x");
    assert_int_equal(th_shelf_open(dir, &shelf, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "rule/two/first"));
    assert_int_equal(th_path_join(path, dir, "1-rule/2-two/7-first.md", NULL), TH_OK);
    th_file_remove(path);
    put("1-rule/2-two/7-Größe.md", "x");
    assert_int_equal(th_shelf_open(dir, &shelf, NULL), TH_EFORMAT);
    assert_int_equal(th_path_join(path, dir, "1-rule/2-two/7-Größe.md", NULL), TH_OK);
    th_file_remove(path);
    assert_int_equal(th_shelf_open("/nowhere", &shelf, NULL), TH_ENOENT);
}

static const char *text_at(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

static void a_lesson_is_its_blocks(void **state)
{
    (void)state;
    json_t *o, *b;
    th_shelf *shelf = opened();
    assert_int_equal(th_lesson_json(shelf, "rule/two/first", "en", &o, NULL), TH_OK);
    assert_string_equal(text_at(o, "before"), "rule/two");
    assert_string_equal(text_at(o, "after"), "rule/two/second");
    assert_int_equal(json_integer_value(json_object_get(o, "minutes")), 3);
    const json_t *blocks = json_object_get(o, "blocks");
    assert_int_equal(json_array_size(blocks), 5);
    assert_string_equal(text_at(json_array_get(blocks, 0), "html"), "<p>One &amp; two.</p>\n");
    b = json_array_get(blocks, 3);
    assert_string_equal(text_at(b, "kind"), "explore");
    assert_string_equal(text_at(b, "name"), "grid");
    assert_true(json_real_value(json_object_get(json_object_get(b, "settings"), "bits")) == 4);
    assert_string_equal(text_at(json_object_get(b, "settings"), "per"), "channel");
    assert_true(json_is_true(json_object_get(json_object_get(b, "settings"), "open")));
    b = json_object_get(json_array_get(blocks, 4), "item");
    assert_string_equal(text_at(b, "name"), "q");
    json_decref(o);
    assert_int_equal(th_lesson_json(shelf, "rule/two/quiz", "en", &o, NULL), TH_ENOENT);
    assert_int_equal(th_lesson_json(shelf, "rule/two/none", "en", &o, NULL), TH_ENOENT);
    assert_int_equal(th_lesson_json(shelf, "rule/two/first", "../x", &o, NULL), TH_EUSAGE);
    th_shelf_close(shelf);
}

/* What is kept of a lesson is not what somebody changed in her copy. */
static void copies_are_her_own(void **state)
{
    (void)state;
    json_t *a, *b;
    th_shelf *shelf = opened();
    assert_int_equal(th_lesson_json(shelf, "rule/two/first", "en", &a, NULL), TH_OK);
    json_object_clear(a);
    assert_int_equal(th_lesson_json(shelf, "rule/two/first", "en", &b, NULL), TH_OK);
    assert_string_equal(text_at(b, "title"), "The neuron");
    json_decref(a);
    json_decref(b);
    th_shelf_close(shelf);
}

static void the_map_has_all(void **state)
{
    (void)state;
    json_t *map;
    th_shelf *shelf = opened();
    assert_int_equal(th_map_json(shelf, "en", &map, NULL), TH_OK);
    const json_t *courses = json_object_get(map, "courses");
    assert_int_equal(json_array_size(courses), 2);
    assert_string_equal(text_at(json_array_get(courses, 1), "placement"), "late/placement");
    const json_t *two = json_array_get(json_object_get(json_array_get(courses, 0), "chapters"), 0);
    assert_string_equal(text_at(two, "question"), "Why?");
    assert_true(json_is_true(json_object_get(two, "care")));
    assert_int_equal(json_array_size(json_object_get(two, "goals")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(two, "sense"), 1)), "eye");
    assert_int_equal(json_array_size(json_object_get(two, "lessons")), 2);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(two, "quiz"), "items")), 2);
    assert_string_equal(text_at(json_object_get(two, "lab"), "title"), "Do");
    json_decref(map);
    th_shelf_close(shelf);
}

static void the_glossary_is_sorted(void **state)
{
    (void)state;
    json_t *terms;
    th_shelf *shelf = opened();
    assert_int_equal(th_glossary_json(shelf, "en", &terms, NULL), TH_OK);
    assert_int_equal(json_array_size(terms), 2);
    assert_string_equal(text_at(json_array_get(terms, 0), "term"), "Arena");
    assert_string_equal(text_at(json_array_get(terms, 1), "html"), "<p>A number.</p>\n");
    json_decref(terms);
    char slug[TH_SLUG_BYTES];
    th_slug((th_span){(const uint8_t *)"  Flash (memory)!", 17}, slug);
    assert_string_equal(slug, "flash-memory");
    th_shelf_close(shelf);
}

/* ---- in Spanish -------------------------------------------------------------------------------------------------- */

/* In text, what stands between the `from` and the next `to` becomes `with`. */
static char *swap(char *text, const char *from, const char *with)
{
    char *at = strstr(text, from);
    if (!at) fail_msg("\"%s\" is not in: %s", from, text);
    const size_t n = strlen(from), m = strlen(with), rest = strlen(at + n);
    char *fresh = malloc(strlen(text) + m + 1);
    assert_non_null(fresh);
    const size_t before = (size_t)(at - text);
    memcpy(fresh, text, before);
    memcpy(fresh + before, with, m);
    memcpy(fresh + before + m, at + n, rest + 1);
    free(text);
    return fresh;
}

static char *translation(const char *id, int done, int missing, int behind)
{
    th_translation t;
    th_why why = {0};
    th_shelf *shelf = opened();
    if (th_translate(shelf, id, "es", &t, &why)) fail_msg("%s", why.text);
    assert_int_equal(t.done, done);
    assert_int_equal(t.missing, missing);
    assert_int_equal(t.behind, behind);
    th_shelf_close(shelf);
    return t.text;
}

static void spanish_is(const char *title, const char *html, const char *lang)
{
    json_t *o;
    th_shelf *shelf = opened();
    assert_int_equal(th_lesson_json(shelf, "rule/two/second", "es", &o, NULL), TH_OK);
    assert_string_equal(text_at(o, "title"), title);
    const json_t *b = json_array_get(json_object_get(o, "blocks"), 0);
    assert_string_equal(text_at(b, "html"), html);
    assert_string_equal(text_at(b, "lang"), lang);
    json_decref(o);
    th_shelf_close(shelf);
}

/* A translator's way: the file is written, filled in; the English changes, and readers get that until it is mended. */
static void a_translation_holds_until_the_english_changes(void **state)
{
    static const char english[] = "1-rule/2-two/2-second.md", spanish[] = "1-rule/2-two/2-second.es.md";
    (void)state;
    put(english, "---\ntitle: Second\nminutes: 4\n---\n\nIt goes --> on.\n");
    char *text = translation("rule/two/second", 0, 2, 0);
    text = swap(text, "# title: Second", "title: Segundo");
    text = swap(text, "<!-- to translate, as: of ", "<!-- of ");
    text = swap(text, "\nIt goes -- > on.\n-->", " -->\nSigue.");
    put(spanish, text);
    free(text);
    spanish_is("Segundo", "<p>Sigue.</p>\n", "es");
    free(translation("rule/two/second", 2, 0, 0));

    put(english, "---\ntitle: The second\nminutes: 4\n---\n\nIt goes on and on.\n");
    spanish_is("The second", "<p>It goes on and on.</p>\n", "en");
    text = translation("rule/two/second", 0, 1, 2);
    assert_non_null(strstr(text, "title: Segundo"));
    assert_non_null(strstr(text, "Sigue."));
    put(spanish, text); /* once more from what was written: nothing is lost, nothing twice */
    char *again = translation("rule/two/second", 0, 1, 2);
    assert_string_equal(again, text);
    free(again);
    free(text);
    spanish_is("The second", "<p>It goes on and on.</p>\n", "en");

    put(english, "---\ntitle: Second\nminutes: 4\n---\n\nIt mentions neurons, and <b>.\n");
    char path[TH_PATH_BYTES];
    assert_int_equal(th_path_join(path, dir, spanish, NULL), TH_OK);
    th_file_remove(path);
}

static void questions_are_translated_one_by_one(void **state)
{
    static const char spanish[] = "1-rule/2-two/quiz.es.gift";
    (void)state;
    char *text = translation("rule/two/quiz", 0, 2, 0);
    assert_non_null(strstr(text, "// ::one:: a {T}"));
    text = swap(text, "// to translate, as: of", "// of");
    text = swap(text, "// ::one:: a", "::one:: á");
    put(spanish, text);
    free(text);
    free(translation("rule/two/quiz", 1, 1, 0));
    put("1-rule/2-two/quiz.gift", "::one:: a bit {T}\n\n::two:: b {F}\n");
    text = translation("rule/two/quiz", 0, 1, 1);
    assert_non_null(strstr(text, "á"));
    free(text);
    put("1-rule/2-two/quiz.gift", "// ::not-this:: x\n::one:: a {T}\n\n::two:: b {F}\n");
    char path[TH_PATH_BYTES];
    assert_int_equal(th_path_join(path, dir, spanish, NULL), TH_OK);
    th_file_remove(path);
}

static void english_is_no_translation(void **state)
{
    th_translation t;
    (void)state;
    th_shelf *shelf = opened();
    assert_int_equal(th_translate(shelf, "rule", "en", &t, NULL), TH_EUSAGE);
    assert_int_equal(th_translate(shelf, "rule", "Spanish", &t, NULL), TH_EUSAGE);
    assert_int_equal(th_translate(shelf, "none", "es", &t, NULL), TH_ENOENT);
    th_shelf_close(shelf);
}

/* ---- search ------------------------------------------------------------------------------------------------------ */

static void found_are(th_shelf *shelf, const char *query, const char *first, size_t n, const char *piece)
{
    json_t *list;
    assert_int_equal(th_search_json(shelf, query, "en", &list, NULL), TH_OK);
    if (json_array_size(list) != n) fail_msg("\"%s\": %zu found, not %zu", query, json_array_size(list), n);
    if (n) assert_string_equal(text_at(json_array_get(list, 0), "id"), first);
    if (piece) assert_non_null(strstr(text_at(json_array_get(list, 0), "piece"), piece));
    json_decref(list);
}

static void words_are_found(void **state)
{
    (void)state;
    th_shelf *shelf = opened();
    found_are(shelf, "NEURO", "rule/two/first", 2, NULL); /* a title before a text */
    found_are(shelf, "neurons", "rule/two/second", 1, "<mark>neurons</mark>, and &lt;b&gt;.");
    found_are(shelf, "eclair", "rule/two/first", 1, "<mark>Éclair</mark>");
    found_are(shelf, "éclair three", "rule/two/first", 1, "<mark>Three</mark>");
    found_are(shelf, "eclair neurons", "", 0, NULL);
    found_are(shelf, "clair", "", 0, NULL); /* beginnings only */
    found_are(shelf, "memory", "glossary/arena", 1, "<mark>Memory</mark>, weight.");
    found_are(shelf, "", "", 0, NULL);
    found_are(shelf, " .,;- ", "", 0, NULL);
    json_t *list;
    assert_int_equal(th_search_json(shelf, "a", "english", &list, NULL), TH_EUSAGE);
    th_shelf_close(shelf);
}

static void notes_are_searched(void **state)
{
    char *piece;
    (void)state;
    assert_int_equal(th_search_text("camara", "Una <cámara>\nde fotos", &piece, NULL), TH_OK);
    assert_string_equal(piece, "Una &lt;<mark>cámara</mark>&gt; de fotos");
    free(piece);
    assert_int_equal(th_search_text("foto perro", "Una cámara de fotos", &piece, NULL), TH_OK);
    assert_null(piece);
    assert_int_equal(th_search_text("مدرسة", "المُدَرِّسَةُ", &piece, NULL), TH_OK);
    assert_null(piece); /* its article is part of the word: beginnings only */
    assert_int_equal(th_search_text("المدرسة", "المُدَرِّسَةُ", &piece, NULL), TH_OK);
    assert_non_null(piece);
    free(piece);
}

static void letters_lose_case_and_accents(void **state)
{
    static const struct {
        const char *from, *to;
    } pairs[] = {{"É", "e"}, {"ß", "ss"}, {"Ő", "o"}, {"Œ", "oe"}, {"ſ", "s"},
                 {"Ä", "a"}, {"Σ", "σ"},  {"Д", "д"}, {"أ", "ا"}};
    char out[TH_FOLD_BYTES + 1];
    size_t used;
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const size_t n = th_fold(pairs[i].from, strlen(pairs[i].from), &used, out);
        out[n < TH_FOLD_BYTES ? n : TH_FOLD_BYTES] = 0;
        assert_string_equal(out, pairs[i].to);
        assert_int_equal(used, strlen(pairs[i].from));
    }
    assert_int_equal(th_fold("\xff", 1, &used, out), 0);
    assert_int_equal(th_fold("\xc3", 1, &used, out), 0); /* cut */
    assert_int_equal(used, 1);
    assert_int_equal(th_fold("×", 2, &used, out), 0);
}

/* ---- a shelf that changes ---------------------------------------------------------------------------------------- */

static void a_library_sees_what_changed(void **state)
{
    th_library *library;
    const th_shelf *old, *fresh;
    (void)state;
    assert_int_equal(th_library_new(dir, &library, NULL), TH_OK);
    assert_int_equal(th_library_borrow(library, &old, NULL), TH_OK);
    put("1-rule/2-two/3-third.md", "---\ntitle: Third\nminutes: 1\n---\n\nNew.\n");
    th_clock_rest(1.1);
    assert_int_equal(th_library_borrow(library, &fresh, NULL), TH_OK);
    assert_null(th_shelf_find(old, "rule/two/third")); /* who holds the old one goes on with it */
    assert_non_null(th_shelf_find(fresh, "rule/two/third"));
    th_library_return(library, old);
    th_library_return(library, fresh);
    th_library_free(library);
    assert_int_equal(th_library_new("/nowhere", &library, NULL), TH_ENOENT);
}

/* What is built into the program opens, too. */
static void the_courses_of_the_program_open(void **state)
{
    th_shelf *shelf;
    th_why why = {0};
    (void)state;
    if (th_shelf_open(NULL, &shelf, &why)) fail_msg("%s", why.text);
    assert_non_null(th_shelf_find(shelf, "rule"));
    assert_non_null(th_shelf_find(shelf, "signal"));
    th_shelf_close(shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_stand_in_order),
        cmocka_unit_test(files_are_those_of_the_folder),
        cmocka_unit_test(ids_are_there_once),
        cmocka_unit_test(a_lesson_is_its_blocks),
        cmocka_unit_test(copies_are_her_own),
        cmocka_unit_test(the_map_has_all),
        cmocka_unit_test(the_glossary_is_sorted),
        cmocka_unit_test(a_translation_holds_until_the_english_changes),
        cmocka_unit_test(questions_are_translated_one_by_one),
        cmocka_unit_test(english_is_no_translation),
        cmocka_unit_test(words_are_found),
        cmocka_unit_test(notes_are_searched),
        cmocka_unit_test(letters_lose_case_and_accents),
        cmocka_unit_test(a_library_sees_what_changed),
        cmocka_unit_test(the_courses_of_the_program_open),
    };
    return cmocka_run_group_tests(tests, make_courses, remove_courses);
}
