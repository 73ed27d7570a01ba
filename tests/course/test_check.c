/* The check of courses: each thing that can be wrong is said once, with its line; a good course has nothing. */
#include "put_file.h"

#include "course/check.h"
#include "course/check_priv.h"

static char dir[TH_PATH_BYTES];

/* What was told: "FILE:LINE: what" lines. */
static char told[20000];

static void tell(void *ctx, const th_course_finding *f)
{
    const size_t n = strlen(told);
    (void)ctx;
    snprintf(told + n, sizeof told - n, "%s:%d: %s%s\n", f->file, f->line, f->note ? "(note) " : "", f->what);
}

static int check(const char *lang)
{
    th_shelf *shelf;
    th_why why = {0};
    int wrong = 0;
    told[0] = 0;
    if (th_shelf_open(dir, &shelf, &why)) fail_msg("%s", why.text);
    const th_course_checks how = {.lang = lang, .program = "none", .tell = tell};
    if (th_course_check(shelf, &how, &wrong, &why)) fail_msg("%s", why.text);
    th_shelf_close(shelf);
    return wrong;
}

#define LESSON "---\ntitle: T\nminutes: 3\n---\n\n"
#define GRID   ":::explore grid bits=4\nOne sees a grid.\n:::\n"

static void put(const char *name, const char *text)
{
    put_file(dir, name, text);
}

static void put_quiz(const char *first)
{
    char text[3000];
    size_t n = (size_t)snprintf(text, sizeof text, "%s\n", first);
    for (int i = 0; i < 5; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "\n::q%d:: Is it? {T#No.#Yes.####Because.}\n", i);
    put("1-rule/1-coin/quiz.gift", text);
}

#define COMPUTED                                                                                                       \
    "// @var w 1..2 step 1\n// @compute calc line w=[[w]] b=1\n// @key /loss\n// @lesson rule/coin/one\n"              \
    "::loss:: Loss of w = [[w]]? {#computed:0.01 ####It is so.}\n"

/* Nothing in it is wrong but that it has no lab. */
static int make_courses(void **state)
{
    (void)state;
    if (th_dir_temp(dir, NULL)) return -1;
    put("glossary.md", "## arena\n\nMemory.\n\n## quantisation\n\nRounding.\n");
    put("1-rule/course.md", "---\ntitle: T\nsummary: s\nhours: 2\n---\n\nAbout.\n");
    put("1-rule/1-coin/chapter.md", "---\ntitle: T\nquestion: q\ngoals: g\n---\n\nA story.\n");
    put("1-rule/1-coin/fit.svg", "<svg/>");
    put("1-rule/1-coin/1-one.md", LESSON "Hello.\n\n" GRID);
    put("1-rule/1-coin/2-two.md", LESSON "Hello.\n");
    put("1-rule/1-coin/3-three.md", LESSON "Hello.\n");
    put("1-rule/1-coin/journal.md", "---\ntitle: T\n---\n\nWrite.\n");
    put_quiz(COMPUTED);
    return 0;
}

static int remove_courses(void **state)
{
    (void)state;
    th_dir_remove(dir);
    return 0;
}

static void a_good_course_has_nothing(void **state)
{
    (void)state;
    check(NULL);
    assert_string_equal(told, "1-rule/1-coin/chapter.md:0: this chapter has no lab/lab.md\n");
}

/* A lesson with this text is told of so; begin with the line. */
static void lesson_is_told(const char *text, const char *words)
{
    char whole[200];
    put("1-rule/1-coin/2-two.md", text);
    snprintf(whole, sizeof whole, "1-rule/1-coin/2-two.md:%s", words);
    check(NULL);
    if (!strstr(told, whole)) fail_msg("%s\nis told so:\n%sexpected: %s", text, told, whole);
    put("1-rule/1-coin/2-two.md", LESSON "Hello.\n");
    assert_int_equal(check(NULL), 1);
}

static void front_matter_is_looked_at(void **state)
{
    (void)state;
    lesson_is_told("Hello.\n", "1: front matter has no \"title: ..\"");
    lesson_is_told("---\ntitle: T\n---\n\nHello.\n", "1: front matter has no \"minutes: ..\"");
    lesson_is_told("---\ntitle: T\nminutes: 9\n---\n\nHello.\n", "3: a lesson takes 8 minutes at most");
    lesson_is_told("---\ntitle: T\nminutes: few\n---\n\nHello.\n", "3: \"few\" is no number");
    lesson_is_told("---\ntitle: T\nminuts: 3\n---\n\nHello.\n",
                   "3: front matter knows \"name: value\" with title minutes");
    lesson_is_told(LESSON, "0: this page is empty");
}

static void texts_are_looked_at(void **state)
{
    (void)state;
    lesson_is_told(LESSON "a\n\nb\n[c](lesson:rule/coin/none)\n", "9: there is no lesson rule/coin/none");
    lesson_is_told(LESSON "[c](lab:rule/coin)", "6: chapter rule/coin has no lab");
    lesson_is_told(LESSON "[c](quiz:rule/none)", "6: chapter rule/none has no quiz");
    lesson_is_told(LESSON "[c](glossary:none)", "6: the glossary has no \"none\"");
    lesson_is_told(LESSON "[c](studio:none)", "6: the studio has no page \"none\"");
    lesson_is_told(LESSON "[c](http://x.org)", "6: \"http://x.org\" leads nowhere");
    lesson_is_told(LESSON "![c](fit.svg)", "6: the picture fit.svg has no alt text");
    lesson_is_told(LESSON "![What one learns from this.](no.svg)", "6: there is no picture no.svg");
    lesson_is_told(LESSON "# Title", "6: the title stands in the front matter");
    lesson_is_told(LESSON "### Title", "6: a heading ## comes first");
    lesson_is_told(LESSON "a\n$\\foo$", "7: $\\foo$: \\foo is not known");
    lesson_is_told(LESSON "it costs 5 $ a piece", "6: a single dollar");
    lesson_is_told(LESSON ":::story\nx\n", "6: this block has no end");
}

static void explorables_and_questions_are_looked_at(void **state)
{
    (void)state;
    lesson_is_told(LESSON ":::explore gird\nx\n:::\n", "6: there is no explorable \"gird\"");
    lesson_is_told(LESSON ":::explore grid bit=3\nx\n:::\n", "6: the explorable grid has no setting \"bit\"");
    lesson_is_told(LESSON ":::explore grid bits\nx\n:::\n", "6: the setting \"bits\" has no value");
    lesson_is_told(LESSON ":::explore grid\n:::\n", "6: this explorable has no text");
    lesson_is_told(LESSON "a\n\n:::ask\n::a:: b {=c #d ~e ####f}\n:::\n", "8: ::a::, answer 2 has no feedback");
    lesson_is_told(LESSON ":::ask\n::a:: b {=c #d ~e #f}\n:::\n", "6: ::a:: has no explanation");
    lesson_is_told(LESSON ":::ask\nb {=c #d ~e #f ####g}\n:::\n", "6: a question without a name");
    lesson_is_told(LESSON ":::ask\n::a:: b {=c\n:::\n", "6: this question can't be read");
}

static void length_and_words_are_looked_at(void **state)
{
    char text[8000] = LESSON;
    (void)state;
    for (int i = 0; i < 700; i++) strcat(text, i % 10 == 9 ? "go. " : "we ");
    lesson_is_told(text, "0: 700 words, 0 explorables and 0 questions take 3.9 minutes, not 3");
    snprintf(text, sizeof text, LESSON);
    for (int i = 0; i < 60; i++) strcat(text, "institutional responsibility ");
    lesson_is_told(text, "0: hard to read: grade ");
}

static void quizzes_are_looked_at(void **state)
{
    (void)state;
    put_quiz("::one:: a {T#b#c####d}\n");
    check(NULL);
    assert_non_null(strstr(told, "quiz.gift:0: none of the questions is computed"));
    put("1-rule/1-coin/quiz.gift", COMPUTED);
    check(NULL);
    assert_non_null(strstr(told, "quiz.gift:0: a quiz has 6 to 10 questions; this one has 1"));
    put_quiz("// @compute calc lime w=1\n// @key /loss\n::loss:: Loss? {#computed:0.01 ####It is so.}\n");
    check(NULL);
    assert_non_null(strstr(told, "::loss::, the key of seed 1: "));
    put_quiz(COMPUTED "\n// @lesson rule/coin/none\n::five:: a {T#b#c####d}\n");
    check(NULL);
    assert_non_null(strstr(told, "::five:: names the lesson rule/coin/none"));
    put_quiz(COMPUTED "\n::q1:: again {T#b#c####d}\n");
    check(NULL);
    assert_non_null(strstr(told, "::q1::"));
    put_quiz(COMPUTED);
    assert_int_equal(check(NULL), 1);
}

static void files_and_chapters_are_looked_at(void **state)
{
    char path[TH_PATH_BYTES];
    (void)state;
    put("1-rule/1-coin/lesson.md", LESSON "x\n");
    check(NULL);
    assert_non_null(strstr(told, "1-rule/1-coin/lesson.md:0: this is no page"));
    assert_int_equal(th_path_join(path, dir, "1-rule/1-coin/lesson.md", NULL), TH_OK);
    th_file_remove(path);
    put("1-rule/1-coin/1-one.md", LESSON "Hello.\n");
    check(NULL);
    assert_non_null(strstr(told, "chapter.md:0: no lesson of this chapter has an explorable"));
    put("1-rule/1-coin/1-one.md", LESSON "Hello.\n\n" GRID);
    assert_int_equal(check(NULL), 1);
}

static void languages_are_looked_at(void **state)
{
    char path[TH_PATH_BYTES];
    (void)state;
    assert_int_equal(check("es"), 1); /* what nobody began to translate is no fault */
    assert_non_null(strstr(told, "1-rule/1-coin/1-one.md:0: (note) not translated yet"));
    put("1-rule/1-coin/1-one.es.md", "---\ntitle: Uno  # of 00000000\n---\n\nHola.\n\n<!-- of 00000000 -->\nViejo.\n");
    check("es");
    assert_non_null(strstr(told, "1-one.es.md:2: title fell behind: the English is now \"T\" (# of "));
    assert_non_null(strstr(told, "1-one.es.md:0: the paragraph in 1-rule/1-coin/1-one.md:6 has no translation"));
    assert_non_null(strstr(told, "1-one.es.md:5: a comment <!-- of KEY --> is missing"));
    assert_non_null(strstr(told, "1-one.es.md:8: what this translates has changed"));
    assert_int_equal(check(NULL), 1);
    assert_int_equal(th_path_join(path, dir, "1-rule/1-coin/1-one.es.md", NULL), TH_OK);
    th_file_remove(path);
}

/* The names in the table are those that docs/explorables.md explains, and the settings, too. */
static void explorables_are_those_of_the_docs(void **state)
{
    uint8_t *bytes;
    size_t n;
    int rows = 0;
    (void)state;
    assert_int_equal(th_file_read("docs/explorables.md", 0, &bytes, &n, NULL), TH_OK);
    char *text = malloc(n + 1), *save = NULL;
    assert_non_null(text);
    memcpy(text, bytes, n);
    text[n] = 0;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char name[40], first[40];
        const char *settings;
        if (strcmp(line, "| | |") == 0) break; /* the next table, of files */
        if (sscanf(line, "| `%39[a-z]` |", name) != 1) continue;
        settings = th_explore_settings(name);
        if (!settings) fail_msg("%s is in docs/explorables.md, not in check_explore.c", name);
        rows++;
        const char *cell = strchr(strchr(line + 2, '|') + 1, '|');
        assert_int_equal(sscanf(cell, "| `%39[a-z0-9_]`", first), 1);
        for (const char *word = settings; sscanf(word, " %39[a-z0-9_]", name) == 1;) {
            char quoted[48];
            snprintf(quoted, sizeof quoted, "`%s` (", name);
            if (!strstr(cell, quoted)) fail_msg("%s: %s is not in docs/explorables.md", line, quoted);
            word += 1 + strlen(name);
        }
    }
    assert_int_equal(rows, 13);
    free(text);
    free(bytes);
}

static void grades_are_those_of_the_formula(void **state)
{
    th_prose p = {0};
    (void)state;
    th_prose_add(&p, "The cat sat. A dog barked at 3.5 cats!\n", NULL);
    assert_int_equal(p.words, 9);
    assert_int_equal(p.sentences, 2);
    assert_int_equal(p.syllables, 9);
    assert_true(th_prose_grade(&p) > -3.0 && th_prose_grade(&p) < -2.0); /* 0.39 * 4.5 + 11.8 - 15.59 = -2.035 */
    p = (th_prose){0};
    th_prose_add(&p, "responsibility", NULL);
    assert_int_equal(p.syllables, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_course_has_nothing),
        cmocka_unit_test(front_matter_is_looked_at),
        cmocka_unit_test(texts_are_looked_at),
        cmocka_unit_test(explorables_and_questions_are_looked_at),
        cmocka_unit_test(length_and_words_are_looked_at),
        cmocka_unit_test(quizzes_are_looked_at),
        cmocka_unit_test(files_and_chapters_are_looked_at),
        cmocka_unit_test(languages_are_looked_at),
        cmocka_unit_test(explorables_are_those_of_the_docs),
        cmocka_unit_test(grades_are_those_of_the_formula),
    };
    return cmocka_run_group_tests(tests, make_courses, remove_courses);
}
