/* Courses for other programs, and questions back from them. */
#include "../test.h"
#include "gift_equal.h"

#include "course/export.h"
#include "course/import.h"
#include "course/pack.h"
#include "course/quiz.h"
#include "os/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <math.h>

static char folder[TH_PATH_BYTES];

static const char *in_folder(const char *name)
{
    static char path[TH_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    char path[TH_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s", in_folder(name));
    char *slash = strrchr(path, '/');
    *slash = 0;
    assert_int_equal(th_dir_make(path, NULL), TH_OK);
    *slash = '/';
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, NULL), TH_OK);
}

static const char questions[] =
    "// @hint It **is** one,\n// @hint and $x^2$.\n// @attempts 3\n"
    "::single:: Which *one* of `a<b`, 1 < 2 & so on?\\n\\n- a \\\\* b\\n- c_d_e {=a_b #good: $\\\\frac\\{1\\}\\{2\\}$ "
    "~no \\{x\\} #bad\n"
    "~%50%[half](https://example.org/a_b) ####Because\\n\\n1. one\\n2. two}\n\n"
    "::several:: Which? {~%50%this #y ~%-100%that #n ~%50%these}\n\n"
    "::truth:: 2 \\* 2 is 4. {T#wrong#right####always}\n\n"
    "::near:: Pi? {#3.14:0.01 #good}\n\n::percent:: Ten? {#10:5%}\n\n::range:: Between? {#-3..4.5}\n\n"
    "::two-values:: Either? {#=3 #a =5 #b}\n\n"
    "::word:: Who? {=cat #yes =Two words =%0%dog #no}\n\n"
    "::pairs:: Where? {=arena & co -> RAM =weights -> flash #why =bias -> flash = -> paper}\n\n"
    "// @var w 2..2 step 1\n// @compute calc line w=[[w]] b=0\n// @key /loss\n::computed:: w = [[w]]? "
    "{#computed:0.01}\n";

static int make_course(void **state)
{
    (void)state;
    if (th_dir_temp(folder, NULL)) return -1;
    put("c/1-rule/course.md", "---\ntitle: Rules & more\nsummary: A <short> one\nhours: 1\n---\n\nAbout it.\n");
    put("c/1-rule/1-coin/chapter.md", "---\ntitle: Coin\nquestion: q\ngoals: g\n---\n\nA story.\n");
    put("c/1-rule/1-coin/1-fits.md", "---\ntitle: What fits\nminutes: 2\n---\n\nText with $x^2$, [a "
                                     "lesson](lesson:rule/coin/fits), [a term](glossary:arena).\n\n"
                                     "![What one sees](p.svg)\n\n:::explore descent rate=0.1\nA ball rolls.\n:::\n\n"
                                     ":::ask\n::mine:: Is *it*? {T#no#yes####So it is.}\n:::\n\nMore text.\n");
    put("c/1-rule/1-coin/p.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>");
    put("c/1-rule/1-coin/quiz.gift", questions);
    put("c/1-rule/1-coin/journal.md", "---\ntitle: Write\n---\n\nThink.\n");
    put("c/glossary.md", "---\ntitle: Terms\n---\n\n## arena\n\nWhere outputs live.\n");
    return 0;
}

static int remove_course(void **state)
{
    (void)state;
    th_dir_remove(folder);
    return 0;
}

/* Exports a course of a folder (NULL: those in the program) and reads the file. */
static void exported(const char *courses, const char *course, const char *format, uint8_t **bytes, size_t *n)
{
    th_shelf *shelf;
    th_why why = {0};
    if (th_shelf_open(courses, &shelf, &why)) fail_msg("%s", why.text);
    const th_export_cfg cfg = {shelf, course, "en", "thimble"};
    if (th_course_export(&cfg, format, in_folder("out"), &why)) fail_msg("%s: %s", format, why.text);
    th_shelf_close(shelf);
    assert_int_equal(th_file_read(in_folder("out"), 0, bytes, n, NULL), TH_OK);
}

static th_err import(const void *bytes, size_t n, const char *format, th_quiz *quiz, th_left_out *left, th_why *why)
{
    return th_course_import((th_span){bytes, n}, "x", format, quiz, left, why);
}

/* Equal as HTML, spaces between words aside. */
static void same_shown(const th_item *a, const char *x, const th_item *b, const char *y)
{
    char *html[2] = {NULL, NULL};
    assert_true((x == NULL) == (y == NULL));
    if (!x || !y) return;
    assert_int_equal(th_item_html(a, x, &html[0], NULL), TH_OK);
    assert_int_equal(th_item_html(b, y, &html[1], NULL), TH_OK);
    for (int i = 0; i < 2; i++) {
        char *to = html[i];
        for (const char *p = html[i]; *p; p++) {
            const int gap = *p == ' ' || *p == '\n';
            const int edge = to == html[i] || to[-1] == ' ' || to[-1] == '>' || p[1] == '<' || p[1] == 0;
            if (!gap || !edge) *to++ = gap ? ' ' : *p;
        }
        *to = 0;
    }
    assert_string_equal(html[0], html[1]);
    free(html[0]);
    free(html[1]);
}

static const th_item *find(const th_quiz *quiz, const char *name)
{
    for (size_t i = 0; i < quiz->n; i++)
        if (strcmp(quiz->items[i].name, name) == 0) return &quiz->items[i];
    fail_msg("no question %s", name);
    return NULL;
}

static void same_questions(const th_item *a, const th_item *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->truth, b->truth);
    assert_int_equal(a->attempts, b->attempts);
    assert_int_equal(a->n_choices, b->n_choices);
    same_shown(a, a->stem, b, b->stem);
    same_shown(a, a->explanation, b, b->explanation);
    same_shown(a, a->hint, b, b->hint);
    for (size_t i = 0; i < a->n_choices; i++) {
        const th_choice *c = &a->choices[i], *d = &b->choices[i];
        assert_true(fabs(c->part - d->part) < 1e-9 && fabs(c->value - d->value) < 1e-9 &&
                    fabs(c->near - d->near) < 1e-9);
        if (a->kind != TH_ITEM_NUMBER) same_shown(a, c->text, b, d->text);
        same_shown(a, c->match, b, d->match);
        same_shown(a, c->feedback, b, d->feedback);
    }
}

static th_quiz own_items(const char *courses, const char *id)
{
    th_shelf *shelf;
    th_quiz quiz;
    th_why why = {0};
    assert_int_equal(th_shelf_open(courses, &shelf, NULL), TH_OK);
    if (th_quiz_load(shelf, id, "en", &quiz, &why)) fail_msg("%s", why.text);
    for (size_t i = 0; i < quiz.n; i++)
        if (th_item_freeze(&quiz.items[i], 1, "thimble", &why)) fail_msg("%s", why.text);
    th_shelf_close(shelf);
    return quiz;
}

/* gift -> olx -> gift, gift -> gift: nothing is lost of what both can say. */
static void questions_come_back(void **state)
{
    (void)state;
    static const char *const formats[] = {"olx", "gift"};
    char courses[TH_PATH_BYTES + 64];
    snprintf(courses, sizeof courses, "%s", in_folder("c"));
    th_quiz own = own_items(courses, "rule/coin/quiz");
    for (int k = 0; k < 2; k++) {
        uint8_t *bytes;
        size_t n;
        th_quiz back;
        th_left_out left;
        th_why why = {0};
        exported(courses, "rule", formats[k], &bytes, &n);
        if (import(bytes, n, NULL, &back, &left, &why)) fail_msg("%s", why.text);
        assert_int_equal(left.n, 0);
        assert_int_equal(back.n, own.n + (k == 0)); /* OLX has what the lesson asks, too */
        for (size_t i = 0; i < own.n; i++) {
            th_item frozen = own.items[i];
            if (k == 1) frozen.hint = NULL, frozen.attempts = 0; /* GIFT knows neither */
            th_item one = *find(&back, own.items[i].name);
            if (k == 1 && frozen.kind == TH_ITEM_MATCHING) /* Moodle's pairs have no feedback */
                one.choices[1].feedback = frozen.choices[1].feedback;
            same_questions(&frozen, &one);
            if (k == 1 && frozen.kind == TH_ITEM_MATCHING) one.choices[1].feedback = NULL;
        }
        th_quiz_free(&back);
        th_left_out_free(&left);
        free(bytes);
    }
    th_quiz_free(&own);
}

/* Of the courses in the program: each question is there, and the answer that was right is. */
static void our_courses_come_back(void **state)
{
    (void)state;
    th_shelf *shelf;
    size_t n, bytes_n, compared = 0;
    assert_int_equal(th_shelf_open(NULL, &shelf, NULL), TH_OK);
    const th_page *pages = th_shelf_pages(shelf, &n);
    if (n < 10) {
        th_shelf_close(shelf);
        print_message("SKIPPED: there are no courses in the program\n");
        skip();
    }
    for (size_t c = 0; c < n; c++) {
        uint8_t *bytes;
        th_quiz back;
        th_left_out left;
        th_why why = {0};
        if (pages[c].kind != TH_PAGE_COURSE) continue;
        exported(NULL, pages[c].id, "olx", &bytes, &bytes_n);
        if (import(bytes, bytes_n, "olx", &back, &left, &why)) fail_msg("%s", why.text);
        if (left.n) fail_msg("%s", left.text[0]);
        free(bytes);
        for (size_t p = 0; p < n; p++) {
            if (pages[p].kind != TH_PAGE_QUIZ || pages[p].course != (int)c) continue;
            th_quiz own = own_items(NULL, pages[p].id);
            for (size_t i = 0; i < own.n; i++) {
                const th_item *a = &own.items[i], *b = find(&back, a->name);
                th_marked m;
                json_t *right = th_item_right(a);
                assert_int_equal(a->kind, b->kind);
                same_shown(a, a->stem, b, b->stem);
                same_shown(a, a->explanation, b, b->explanation);
                assert_int_equal(th_item_mark(b, right, &m, NULL), TH_OK);
                assert_true(m.right);
                th_marked_free(&m);
                json_decref(right);
                compared++;
            }
            th_quiz_free(&own);
        }
        th_quiz_free(&back);
        th_left_out_free(&left);
    }
    th_shelf_close(shelf);
    assert_true(compared > 20);
}

static void the_same_bytes_each_time(void **state)
{
    (void)state;
    char courses[TH_PATH_BYTES + 64];
    const char *name;
    snprintf(courses, sizeof courses, "%s", in_folder("c"));
    for (size_t i = 0; (name = th_export_name(i, NULL)) != NULL; i++) {
        uint8_t *a, *b;
        size_t n, m;
        exported(courses, "rule", name, &a, &n);
        exported(courses, "rule", name, &b, &m);
        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
        free(a);
        free(b);
    }
}

static void what_cannot_be_exported_is_told(void **state)
{
    (void)state;
    th_shelf *shelf;
    th_why why = {0};
    assert_int_equal(th_shelf_open(in_folder("c"), &shelf, NULL), TH_OK);
    th_export_cfg cfg = {shelf, "rule", "en", "thimble"};
    assert_int_equal(th_course_export(&cfg, "pdf", in_folder("no"), &why), TH_EUSAGE);
    assert_non_null(strstr(why.text, "gift, olx, cartridge or epub"));
    cfg.course = "rule/coin";
    assert_int_equal(th_course_export(&cfg, "epub", in_folder("no"), NULL), TH_ENOENT);
    cfg.course = "rule";
    assert_int_equal(th_course_export(&cfg, "epub", in_folder("none/no"), NULL), TH_ENOENT);
    assert_false(th_file_exists(in_folder("no")));
    th_shelf_close(shelf);
}

/* ---- OLX as others write it ---- */

static th_quiz olx(const char *xml, size_t wanted, th_left_out *left)
{
    th_quiz quiz;
    th_why why = {0};
    if (import(xml, strlen(xml), NULL, &quiz, left, &why)) fail_msg("%s", why.text);
    assert_int_equal(quiz.n, wanted);
    return quiz;
}

static void problems_of_studio(void **state)
{
    (void)state;
    th_left_out left;
    th_quiz q =
        olx("<library><problem display_name=\"Multiple Choice\" max_attempts=\"4\"><multiplechoiceresponse>"
            "<label>Which <b>is</b> x_1 &lt; 2?</label><description>Choose one.</description>"
            "<choicegroup type=\"MultipleChoice\"><choice correct=\"false\">a <choicehint label=\"H\">no</choicehint>"
            "</choice><choice correct=\"TRUE\" name=\"b\"><div>b</div></choice></choicegroup>"
            "<solution><div class=\"detailed-solution\"><p>Explanation</p><p>So.</p></div></solution>"
            "</multiplechoiceresponse><demandhint><hint>h1</hint><hint>h2</hint></demandhint></problem>"
            "<vertical><problem display_name=\"Multiple Choice\"><p>Pick:</p><optionresponse>"
            "<optioninput options=\"('red','green ','blue')\" correct=\"green\"/></optionresponse></problem>"
            "<problem><p>How many?</p><numericalresponse answer=\"(2,4]\"><formulaequationinput/></numericalresponse>"
            "</problem></vertical></library>",
            3, &left);
    assert_int_equal(left.n, 0);
    const th_item *a = &q.items[0];
    assert_string_equal(a->name, "multiple-choice");
    assert_string_equal(a->stem, "Which **is** x\\_1 \\< 2?\n\nChoose one.");
    assert_string_equal(a->choices[0].text, "a");
    assert_string_equal(a->choices[0].feedback, "no");
    assert_true(a->choices[1].part == 100);
    assert_string_equal(a->explanation, "Explanation\n\nSo.");
    assert_string_equal(a->hint, "h1\n\nh2");
    assert_int_equal(a->attempts, 4);
    assert_string_equal(q.items[1].name, "multiple-choice-2");
    assert_int_equal(q.items[1].n_choices, 3);
    assert_string_equal(q.items[1].choices[1].text, "green");
    assert_true(q.items[1].choices[1].part == 100);
    assert_true(q.items[2].choices[0].value == 3 && q.items[2].choices[0].near == 1);
    assert_string_equal(q.items[2].name, "how-many");
    th_quiz_free(&q);
    th_left_out_free(&left);
}

static void what_needs_more_is_left_out(void **state)
{
    (void)state;
    static const char *const row[][2] = {
        {"<script type=\"loncapa/python\">x=1</script><p>q</p><numericalresponse answer=\"$x\"/>", "script"},
        {"<p>q</p><customresponse cfn=\"f\"/>", "no words for"},
        {"<p>q</p><numericalresponse answer=\"2*3\"/>", "expression"},
        {"<p>q</p><stringresponse answer=\".*\" type=\"ci regexp\"/>", "regular expression"},
        {"<p>q</p><stringresponse answer=\"a\"/><numericalresponse answer=\"1\"/>", "several questions"},
        {"<stringresponse answer=\"a\"/>", "without a text"},
        {"<p>q</p>", "no question"},
        {"<p>q</p><choiceresponse><checkboxgroup><choice correct=\"false\">a</choice></checkboxgroup></choiceresponse>",
         "no right choice"},
        {"<p>q</p><multiplechoiceresponse><choicegroup><choice correct=\"true\">a</choice></choicegroup>"
         "</multiplechoiceresponse>",
         "fewer than two"},
        {"<p>q</p><multiplechoiceresponse><choicegroup><choice "
         "correct=\"false\">a</choice><choice>b</choice></choicegroup>"
         "</multiplechoiceresponse>",
         "problem \"bad\": none of the answers is right"},
        {"<p>q</p><stringresponse answer=\"a -&gt; b\"/>", "without \"->\""},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char xml[1024];
        th_left_out left;
        snprintf(
            xml, sizeof xml,
            "<x>\n<problem url_name=\"bad\">%s</problem><problem url_name=\"ok\"><p>q</p><stringresponse answer=\"a\"/>"
            "</problem></x>",
            row[i][0]);
        th_quiz q = olx(xml, 1, &left);
        assert_int_equal(left.n, 1);
        if (!strstr(left.text[0], row[i][1])) fail_msg("\"%s\" lacks \"%s\"", left.text[0], row[i][1]);
        assert_non_null(strstr(left.text[0], "x, line 2, problem \"bad\": "));
        th_quiz_free(&q);
        th_left_out_free(&left);
    }
}

/* A .tar.gz with one file of this name (type: AE_IFREG, AE_IFLNK). */
static size_t make_tar(const char *name, unsigned type, const char *text, uint8_t *room, size_t cap)
{
    size_t used = 0;
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    archive_write_set_format_ustar(a);
    archive_write_add_filter_gzip(a);
    assert_int_equal(archive_write_open_memory(a, room, cap, &used), ARCHIVE_OK);
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, type);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, type == AE_IFREG ? (int64_t)strlen(text) : 0);
    if (type != AE_IFREG) archive_entry_set_symlink(e, "/etc/passwd");
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    if (type == AE_IFREG) (void)archive_write_data(a, text, strlen(text));
    archive_write_close(a);
    archive_entry_free(e);
    archive_write_free(a);
    return used;
}

static void hostile_files_are_refused(void **state)
{
    (void)state;
    static const char good[] = "<problem><p>q</p><stringresponse answer=\"a\"/></problem>";
    static uint8_t room[1 << 16];
    static const struct {
        const char *name;
        unsigned type;
        th_err err;
        const char *says;
    } row[] = {
        {"c/problem/a.xml", AE_IFREG, TH_OK, ""},
        {"/etc/a.xml", AE_IFREG, TH_EFORMAT, "leads out of the archive"},
        {"c/../../a.xml", AE_IFREG, TH_EFORMAT, "leads out of the archive"},
        {"c/a.xml", AE_IFLNK, TH_EUNSUP, "link"},
        {"c/a.txt", AE_IFREG, TH_EFORMAT, "no question"},
    };
    th_quiz quiz;
    th_left_out left;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        th_why why = {0};
        const size_t n = make_tar(row[i].name, row[i].type, good, room, sizeof room);
        assert_int_equal(import(room, n, NULL, &quiz, &left, &why), row[i].err);
        assert_non_null(strstr(why.text, row[i].says));
        th_quiz_free(&quiz);
        th_left_out_free(&left);
    }
    static const char *const xml[][2] = {
        {"<!DOCTYPE a [<!ENTITY b \"cccc\"><!ENTITY d \"&b;&b;\">]><problem>&d;</problem>", "document type"},
        {"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><problem>&b;</problem>", "document type"},
        {"<problem><p>q</problem>", "line 1: "},
        {"<problem/>", "no question"},
        {"<!-- only -->", "x, line"},
        {"PK\3\4 nothing", "x"},
        {"\x1f\x8b nothing", "x"},
    };
    for (size_t i = 0; i < sizeof xml / sizeof xml[0]; i++) {
        th_why why = {0};
        assert_int_equal(import(xml[i][0], strlen(xml[i][0]), NULL, &quiz, &left, &why), TH_EFORMAT);
        if (!strstr(why.text, xml[i][1])) fail_msg("\"%s\" lacks \"%s\"", why.text, xml[i][1]);
        th_quiz_free(&quiz);
        th_left_out_free(&left);
    }
    assert_int_equal(import("a", 1, "qti", &quiz, &left, NULL), TH_EUSAGE);
}

static void a_bomb_is_refused(void **state)
{
    (void)state;
    th_pack *pack;
    th_span bytes;
    th_quiz quiz;
    th_left_out left;
    th_why why = {0};
    const size_t large = (size_t)90 << 20;
    uint8_t *zeros = calloc(large, 1);
    assert_non_null(zeros);
    assert_int_equal(th_pack_new(false, &pack, NULL), TH_OK);
    for (int i = 0; i < 4; i++) { /* 360 MB in 360 KB */
        char name[32];
        snprintf(name, sizeof name, "a%d.xml", i);
        assert_int_equal(th_pack_add(pack, name, (th_span){zeros, large}, false, NULL), TH_OK);
    }
    free(zeros);
    assert_int_equal(th_pack_end(pack, &bytes, NULL), TH_OK);
    assert_int_equal(import(bytes.p, bytes.n, NULL, &quiz, &left, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "no honest archive"));
    th_pack_free(pack);
}

/* Cut at each byte: refused, or questions that can be written. */
static void every_cut(void **state)
{
    (void)state;
    static const char xml[] =
        "<x><problem display_name=\"a\"><p>q <i>r</i></p><optionresponse><label>l</label><optioninput>"
        "<option correct=\"True\">a</option><option>b</option></optioninput></optionresponse>"
        "<optionresponse><label>m</label><optioninput><option>a</option><option correct=\"True\">c"
        "<optionhint>h</optionhint></option></optioninput></optionresponse></problem></x>";
    for (size_t n = 0; n < sizeof xml - 1; n++) {
        uint8_t *copy = malloc(n + 1);
        th_quiz quiz;
        th_left_out left;
        memcpy(copy, xml, n);
        assert_int_not_equal(import(copy, n, "olx", &quiz, &left, NULL), TH_OK);
        th_quiz_free(&quiz);
        th_left_out_free(&left);
        free(copy);
    }
    th_left_out left;
    th_quiz q = olx(xml, 1, &left);
    assert_int_equal(q.items[0].n_choices, 3);
    assert_string_equal(q.items[0].choices[2].match, "b");
    assert_string_equal(q.items[0].choices[1].feedback, "h");
    th_quiz_free(&q);
    th_left_out_free(&left);
}

static void moodles_gift_gets_names(void **state)
{
    (void)state;
    static const char gift[] =
        "// question: 1  name: x\n$CATEGORY: $course$/top\n\n::Q1:: [html]<p>One?</p> {=a ~b}\n\n"
        "::Q1:: Two? {T}\n\nWho is it? {=me}\n";
    th_quiz quiz;
    th_left_out left;
    th_why why = {0};
    if (import(gift, sizeof gift - 1, NULL, &quiz, &left, &why)) fail_msg("%s", why.text);
    assert_string_equal(quiz.items[0].name, "Q1");
    assert_string_equal(quiz.items[1].name, "q1");
    assert_string_equal(quiz.items[2].name, "who-is-it");
    assert_true(quiz.items[0].html);
    th_quiz_free(&quiz);
    th_left_out_free(&left);
    assert_int_equal(import("::a:: b", 7, NULL, &quiz, &left, &why), TH_EFORMAT);
    th_quiz_free(&quiz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_come_back),
        cmocka_unit_test(our_courses_come_back),
        cmocka_unit_test(the_same_bytes_each_time),
        cmocka_unit_test(what_cannot_be_exported_is_told),
        cmocka_unit_test(problems_of_studio),
        cmocka_unit_test(what_needs_more_is_left_out),
        cmocka_unit_test(hostile_files_are_refused),
        cmocka_unit_test(a_bomb_is_refused),
        cmocka_unit_test(every_cut),
        cmocka_unit_test(moodles_gift_gets_names),
    };
    return cmocka_run_group_tests(tests, make_course, remove_course);
}
