/* What a request for a job may ask for, what becomes of it, and what is refused. */
#include "jobs.h"

#include <unistd.h>

/* Bodies of requests, the status they get and a word of its text. */
static const struct {
    const char *body;
    int status;
    const char *says;
} refused[] = {
    {"{}", 400, "verb"},
    {"[]", 400, "object"},
    {"{\"verb\":3}", 400, "verb"},
    {"{\"verb\":\"new\"}", 400, "new"},
    {"{\"verb\":\"bench\"}", 400, "bench"},
    {"{\"verb\":\"serve\"}", 400, "serve"},
    {"{\"verb\":\"--help\"}", 400, "--help"},
    {"{\"verb\":\"train --name x\"}", 400, "can't be a job"},
    {"{\"verb\":\"train\",\"option\":{}}", 400, "option"},
    {"{\"verb\":\"train\",\"options\":[]}", 400, "object"},
    {"{\"verb\":\"train\",\"options\":{\"nonsense\":1}}", 400, "nonsense"},
    {"{\"verb\":\"train\",\"options\":{\"out\":\"x\"}}", 400, "out"},
    {"{\"verb\":\"data check\",\"options\":{\"project\":\"/etc\"}}", 400, "project"},
    {"{\"verb\":\"train\",\"options\":{\"--epochs\":1}}", 400, "--epochs"},
    {"{\"verb\":\"train\",\"options\":{\"epochs\":true}}", 400, "value"},
    {"{\"verb\":\"train\",\"options\":{\"epochs\":{}}}", 400, "text"},
    {"{\"verb\":\"train\",\"options\":{\"resume\":\"yes\"}}", 400, "switch"},
    {"{\"verb\":\"train\",\"options\":{\"name\":\"a\\u0000b\"}}", 400, ""},
    {"{\"verb\":\"train\",\"options\":{\"name\":\"a\\u001bb\"}}", 400, "control"},
    {"{\"verb\":\"train\",\"words\":[\"b\"]}", 400, "words"},
    {"{\"verb\":\"train\",\"words\":\"b\"}", 400, "list"},
    {"{\"verb\":\"test\",\"words\":[\"a\",\"b\"]}", 400, "words"},
    {"{\"verb\":\"data import\"}", 400, "words"},
    {"{\"verb\":\"data record\",\"options\":{\"list\":true}}", 400, "list"},
    {"{\"verb\":\"data record\",\"options\":{\"from\":\"fifo:/etc/passwd\"}}", 400, "fifo"},
    {"{\"verb\":\"data record\",\"options\":{\"from\":\"serial:/etc/passwd\"}}", 400, "serial"},
    {"{\"verb\":\"data record\",\"options\":{\"from\":\"serial:/dev/ttyS0/../../etc/passwd\"}}", 400, "serial"},
    {"{\"verb\":\"deploy\",\"options\":{\"send\":\"tcp:10.0.0.1:22\"}}", 400, "send"},
    {"{\"verb\":\"deploy\",\"options\":{\"send\":\"-\"}}", 400, "send"},
    {"{\"verb\":\"data synth\",\"options\":{\"voice\":\"../../etc/passwd\"}}", 400, "voice"},
    {"{\"verb\":\"data synth\",\"options\":{\"voice\":\"/etc/passwd\"}}", 400, "voice"},
    {"{\"verb\":\"data synth\",\"options\":{\"voice\":\"-w\"}}", 400, "voice"},
    {"{\"verb\":\"data synth\",\"options\":{\"voice\":\"\"}}", 400, "voice"},
    {"{\"verb\":\"train\",\"input\":1}", 400, "input"},
    {"{\"steps\":[]}", 400, "steps"},
    {"{\"steps\":[3]}", 400, "object"},
    {"{\"steps\":[{\"verb\":\"train\"}],\"verb\":\"train\"}", 400, "verb"},
    {"{\"steps\":[{\"verb\":\"train\"},{\"verb\":\"new\"}]}", 400, "new"},
    {"{\"verb\":\"train\"", 400, "JSON"},
};

static void what_may_not_be_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        answer a = post(site, A, refused[i].body);
        if (a.reply.status != refused[i].status) fail_msg("%s: %d", refused[i].body, a.reply.status);
        if (!strstr((const char *)a.reply.bytes, refused[i].says))
            fail_msg("%s: %s", refused[i].body, (char *)a.reply.bytes);
        done(&a);
    }
    answer s = ask(site, "GET", A "?state=asleep", NULL, (th_span){0});
    expect(&s, 400);
    done(&s);
    answer a = post(site, "/api/v1/projects/c/jobs", "{\"verb\":\"train\"}");
    expect(&a, 404);
    done(&a);
    a = ask(site, "GET", A, NULL, (th_span){0});
    assert_int_equal(json_array_size(a.json), 0); /* nothing of it was kept */
    done(&a);
}

/* Errors repeat what was said and cut it, wherever a letter ends: they must stay texts. */
static void an_error_that_is_cut_stays_a_text(void **state)
{
    (void)state;
    static const char *const shift[] = {"", "a"}; /* one of them is cut inside of a letter */
    for (size_t k = 0; k < 2; k++) {
        char word[401] = "", body[900], id[TH_JOB_ID_BYTES];
        for (int i = 0; i < 150; i++) strcat(word, "\u00e9");
        snprintf(body, sizeof body, "{\"verb\":\"%s%s\"}", shift[k], word);
        answer a = post(site, A, body);
        expect(&a, 400);
        assert_non_null(strstr((const char *)a.reply.bytes, "can't be a job"));
        done(&a);
        snprintf(body, sizeof body,
                 "{\"steps\":[{\"verb\":\"train\"},{\"verb\":\"data import\",\"words\":[\"%s%s\"]}]}", shift[k], word);
        start("a", body, id);
        json_t *job = wait_for(site, "a", id, "done failed");
        assert_string_equal(text_at(job, "state"), "failed");
        assert_non_null(strstr(text_at(job, "error"), "there is no"));
        json_decref(job);
    }
}

/* Files and links that a path may lead over. */
static void lay_traps(void)
{
    char path[TH_PATH_BYTES];
    snprintf(path, sizeof path, "%s/a/link", root);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/a/up", root);
    assert_int_equal(symlink("..", path), 0);
    snprintf(path, sizeof path, "%s/a/inner", root);
    assert_int_equal(th_dir_make(path, NULL), TH_OK);
    snprintf(path, sizeof path, "%s/a/inner/passwd", root);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/a/inner/good.zip", root);
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)"x", 1}, NULL), TH_OK);
}

static void no_path_leads_out(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/",
        "/etc/passwd",
        "..",
        "../b",
        "../../etc/passwd",
        "x/../../b",
        "x/..",
        "./x",
        "x//y",
        "x/",
        "x/.",
        ".",
        "link",
        "link/x",
        "inner/passwd",
        "files/..",
        "files/../..",
        "files/../../../../b",
        "jobs/../../b",
        "a\\u0007b",
        "files//x",
        "up/b/thimble.ini",
        "~/x/..",
    };
    char body[512];
    lay_traps();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(body, sizeof body, "{\"verb\":\"data import\",\"words\":[\"%s\"]}", bad[i]);
        answer a = post(site, A, body);
        if (a.reply.status != 400 && a.reply.status != 404) fail_msg("%s: %d", body, a.reply.status);
        done(&a);
        snprintf(body, sizeof body,
                 "{\"steps\":[{\"verb\":\"test\"},{\"verb\":\"test\",\"options\":{\"data\":\"%s\"}}]}", bad[i]);
        a = post(site, A, body);
        if (a.reply.status == 202) { /* it is not there yet; when its turn comes it must be */
            char late[TH_JOB_ID_BYTES];
            snprintf(late, sizeof late, "%s", text_at(a.json, "id"));
            ends_as("a", late, "failed");
        } else if (a.reply.status != 400) {
            fail_msg("%s: %d", body, a.reply.status);
        }
        done(&a);
    }
}

static void what_is_asked_for_becomes_words(void **state)
{
    (void)state;
    lay_traps();
    char id[TH_JOB_ID_BYTES];
    start("a",
          "{\"verb\":\"data "
          "import\",\"words\":[\"inner/good.zip\"],\"options\":{\"labels\":\"-x,--y\",\"hash\":[\"aa\",\"bb\"]}}",
          id);
    json_t *job = wait_for(site, "a", id, "done failed");
    const char *args = text_at(json_object_get(job, "result"), "args");
    assert_non_null(strstr(args, "data|import|--project=.|"));
    assert_non_null(strstr(args, "|--labels=-x,--y|"));
    assert_non_null(strstr(args, "|--hash=aa|--hash=bb|"));
    assert_non_null(strstr(args, "|--|inner/good.zip|"));
    json_decref(job);
    start("a", "{\"verb\":\"data set\",\"words\":[\"--project=/etc\",\"notes=x\"]}", id);
    job = wait_for(site, "a", id, "done failed");
    assert_non_null(strstr(text_at(json_object_get(job, "result"), "args"), "|--|--project=/etc|notes=x|"));
    json_decref(job);
}

static void a_link_that_comes_late_leads_nowhere(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES], path[TH_PATH_BYTES];
    /* a link that is put there between asking and running */
    start("a",
          "{\"steps\":[{\"verb\":\"train\",\"options\":{\"name\":\"short\"}},{\"verb\":\"data "
          "import\",\"words\":[\"late\"]}]}",
          id);
    snprintf(path, sizeof path, "%s/a/late", root);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    json_t *job = wait_for(site, "a", id, "done failed");
    assert_string_equal(text_at(job, "state"), "failed");
    assert_non_null(strstr(text_at(job, "error"), "leads out"));
    json_decref(job);
}

static void files_of_a_job_and_nothing_else(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES], uri[256], path[TH_PATH_BYTES];
    start("a", "{\"verb\":\"train\"}", id);
    ends_as("a", id, "done");
    snprintf(path, sizeof path, "%s/a/jobs/%s/files/sub", root, id);
    assert_int_equal(th_dir_make(path, NULL), TH_OK);
    snprintf(path, sizeof path, "%s/a/jobs/%s/files/sub/page.html", root, id);
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)"<p>", 3}, NULL), TH_OK);
    snprintf(path, sizeof path, "%s/a/jobs/%s/files/link", root, id);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/a/jobs/%s/files/dir", root, id);
    assert_int_equal(symlink("/etc", path), 0);
    snprintf(uri, sizeof uri, A "/%s/files", id);
    answer a = ask(site, "GET", uri, NULL, (th_span){0});
    expect(&a, 200);
    assert_int_equal(json_array_size(a.json), 1);
    assert_string_equal(text_at(json_array_get(a.json, 0), "path"), "sub/page.html");
    done(&a);
    snprintf(uri, sizeof uri, A "/%s/files/sub/page.html", id);
    a = ask(site, "GET", uri, NULL, (th_span){0});
    expect(&a, 200);
    assert_string_equal(a.reply.type, "text/html; charset=utf-8");
    assert_string_equal(a.reply.save_as, "page.html"); /* it is saved, and runs nowhere */
    done(&a);
    static const char *const bad[] = {"link", "dir/passwd",      "dir",           "sub",
                                      "none", "%2e%2e/job.json", "..%2fjob.json", "sub//page.html"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(uri, sizeof uri, A "/%s/files/%s", id, bad[i]);
        a = ask(site, "GET", uri, NULL, (th_span){0});
        if (a.reply.status != 404 && a.reply.status != 400) fail_msg("%s: %d", uri, a.reply.status);
        done(&a);
    }
    snprintf(uri, sizeof uri, A "/%s/archive", id);
    a = ask(site, "GET", uri, NULL, (th_span){0});
    expect(&a, 200);
    char buf[65536];
    size_t n = 0;
    for (long got; (got = a.reply.next(a.reply.ctx, buf + n, sizeof buf - n)) > 0;) n += (size_t)got;
    assert_memory_equal(buf, "PK", 2);
    done(&a);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(what_may_not_be_is_refused),      T(no_path_leads_out),
        T(what_is_asked_for_becomes_words), T(a_link_that_comes_late_leads_nowhere),
        T(files_of_a_job_and_nothing_else), T(an_error_that_is_cut_stays_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
