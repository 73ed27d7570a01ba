/* Jobs run one after the other, are told about, stopped, taken up again, and outlive the server. */
#include "jobs.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* All of a stream that ends. */
static char *stream_of(const char *uri)
{
    answer a = ask(site, "GET", uri, NULL, (th_span){0});
    expect(&a, 200);
    assert_string_equal(a.reply.type, "text/event-stream");
    char *all = calloc(1, 16 << 20);
    long n, at = 0;
    while ((n = a.reply.next(a.reply.ctx, all + at, 4096)) >= 0) at += n;
    done(&a);
    return all;
}

static void a_job_tells_what_it_does(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES];
    start("a", "{\"verb\":\"train\",\"options\":{\"epochs\":3,\"m\":\"--out=/etc/x\"}}", id);
    assert_string_equal(id, "000001");
    json_t *job = wait_for(site, "a", id, "done failed");
    assert_string_equal(text_at(job, "state"), "done");
    assert_string_equal(text_at(job, "title"), "train --epochs 3 -m --out=/etc/x");
    const char *args = text_at(json_object_get(job, "result"), "args");
    assert_string_equal(args, "train|--epochs=3|--m=--out=/etc/x|--json|--|.|");
    assert_non_null(strstr(text_at(json_object_get(job, "result"), "pwd"), "/a"));
    assert_string_equal(text_at(json_object_get(job, "progress"), "what"), "train");
    json_decref(job);
    char *events = stream_of(A "/000001/events");
    assert_non_null(strstr(events, "event: line\ndata: {\"epoch\":{\"epoch\":1,\"loss\":0.5}}"));
    assert_non_null(strstr(events, "words for people"));
    assert_non_null(strstr(events, "\"state\":\"queued\""));
    assert_true(strstr(events, "\"state\":\"running\"") < strstr(events, "\"state\":\"done\""));
    free(events);
    answer bad = ask(site, "GET", A "/000001/events?after=x", NULL, (th_span){0});
    expect(&bad, 400);
    done(&bad);
    bad = ask(site, "GET", "/api/v1/projects/a/events?after=x", NULL, (th_span){0});
    expect(&bad, 400);
    done(&bad);
    events = stream_of(A "/000001/events?after=3"); /* what came before is not told again */
    assert_null(strstr(events, "id: 3\n"));
    assert_non_null(strstr(events, "id: 4\n"));
    free(events);
    answer a = ask(site, "GET", A "/000001/events?after=900", NULL, (th_span){0});
    expect(&a, 204);
    done(&a);
}

static void listeners_hear_at_once_and_all_of_them(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES], uri[128], buf[4096];
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"sleep\"}}", id);
    snprintf(uri, sizeof uri, A "/%s/events", id);
    enum { N = 40 };
    answer a[N];
    for (int i = 0; i < N; i++) {
        a[i] = ask(site, "GET", uri, NULL, (th_span){0});
        bool heard = false;
        for (long n; !heard && (n = a[i].reply.next(a[i].reply.ctx, buf, sizeof buf - 1)) >= 0;) {
            buf[n] = 0;
            heard = strstr(buf, "began") != NULL;
        }
        assert_true(heard);
    }
    answer d = ask(site, "DELETE", strcat(strcpy(buf, A "/"), id), NULL, (th_span){0});
    expect(&d, 202);
    done(&d);
    for (int i = 0; i < N; i++) {
        bool told = false;
        for (long n; (n = a[i].reply.next(a[i].reply.ctx, buf, sizeof buf - 1)) >= 0;) {
            buf[n] = 0;
            told = told || strstr(buf, "cancelled");
        }
        assert_true(told);
        done(&a[i]);
    }
    ends_as("a", id, "cancelled");
}

static void what_goes_wrong_is_said(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES];
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"fail\"}}", id);
    json_t *job = wait_for(site, "a", id, "done failed");
    assert_string_equal(text_at(job, "error"), "there are no clips. Bring some in");
    json_decref(job);
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"crash\"}}", id);
    job = wait_for(site, "a", id, "done failed");
    assert_string_equal(text_at(job, "state"), "failed");
    assert_non_null(strstr(text_at(job, "error"), "signal 11"));
    assert_true(json_is_true(json_object_get(job, "resumable")));
    json_decref(job);
    start("a", "{\"verb\":\"data check\"}", id); /* another one runs after it */
    ends_as("a", id, "done");
    site->program = "/nowhere/thimble";
    start("a", "{\"verb\":\"train\"}", id);
    ends_as("a", id, "failed");
    site->program = program;
}

static void anything_may_be_printed(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES], uri[128];
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"garbage\"}}", id);
    json_t *job = wait_for(site, "a", id, "done failed");
    assert_int_equal(number_at(json_object_get(job, "result"), "garbage"), 1);
    json_decref(job);
    snprintf(uri, sizeof uri, A "/%s/events", id);
    char *events = stream_of(uri);
    assert_non_null(strstr(events, "?[31m"));
    assert_true(th_text_is_utf8(events));
    free(events);
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"flood\"}}", id);
    job = wait_for(site, "a", id, "done failed");
    assert_true(json_is_true(json_object_get(json_object_get(job, "result"), "flooded")));
    json_decref(job);
    char path[TH_PATH_BYTES];
    snprintf(path, sizeof path, "%s/a/jobs/%s/lines.jsonl", root, id);
    assert_in_range(th_file_size(path), 1 << 20, 9 << 20);
}

static void steps_follow_each_other(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES];
    start("a",
          "{\"steps\":[{\"verb\":\"train\"},{\"verb\":\"test\"},{\"verb\":\"deploy\",\"options\":{\"as\":\"c\"}}]}",
          id);
    json_t *job = wait_for(site, "a", id, "done failed");
    assert_int_equal(json_array_size(json_object_get(job, "results")), 3);
    char want[128];
    snprintf(want, sizeof want, "deploy|--as=c|--out=jobs/%s/files|--json|--|.|", id);
    assert_string_equal(text_at(json_object_get(job, "result"), "args"), want);
    assert_string_equal(text_at(job, "title"), "train, test, deploy --as c");
    json_decref(job);
    /* what fills a folder gets an empty one */
    start("a",
          "{\"steps\":[{\"verb\":\"deploy\",\"options\":{\"name\":\"makes\"}},{\"verb\":\"deploy\",\"options\":{\"as\":"
          "\"c\"}}]}",
          id);
    job = wait_for(site, "a", id, "done failed");
    snprintf(want, sizeof want, "deploy|--as=c|--out=jobs/%s/files/deploy|--json|--|.|", id);
    assert_string_equal(text_at(json_object_get(job, "result"), "args"), want);
    json_decref(job);
    start("a", "{\"steps\":[{\"verb\":\"train\",\"options\":{\"name\":\"fail\"}},{\"verb\":\"test\"}]}", id);
    job = wait_for(site, "a", id, "done failed");
    assert_string_equal(text_at(job, "verb"), "train"); /* the second one was not begun */
    assert_string_equal(text_at(job, "state"), "failed");
    json_decref(job);
}

static void one_after_the_other(void **state)
{
    (void)state;
    char id[6][TH_JOB_ID_BYTES];
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"sleep\"}}", id[0]);
    start("a", "{\"verb\":\"train\"}", id[1]);                                  /* waits: one training a project */
    start("b", "{\"verb\":\"train\",\"options\":{\"name\":\"sleep\"}}", id[2]); /* passes it */
    start("a", "{\"verb\":\"test\"}", id[3]);                                   /* waits: two run */
    json_decref(wait_for(site, "a", id[0], "running"));
    json_decref(wait_for(site, "b", id[2], "running"));
    json_t *job = wait_for(site, "a", id[3], "queued");
    assert_int_equal(number_at(job, "place"), 2);
    json_decref(job);
    answer a = ask(site, "GET", A "?state=queued", NULL, (th_span){0});
    expect(&a, 200);
    assert_int_equal(json_array_size(a.json), 2);
    assert_string_equal(text_at(json_array_get(a.json, 0), "id"), id[3]); /* newest first */
    done(&a);
    char uri[128];
    snprintf(uri, sizeof uri, "/api/v1/projects/b/jobs/%s", id[2]);
    a = ask(site, "DELETE", uri, NULL, (th_span){0});
    done(&a);
    ends_as("a", id[3], "done"); /* the place of b's is for the test; the training waits still */
    job = wait_for(site, "a", id[1], "queued");
    json_decref(job);
    snprintf(uri, sizeof uri, A "/%s", id[1]);
    a = ask(site, "DELETE", uri, NULL, (th_span){0}); /* while it waits */
    expect(&a, 202);
    assert_string_equal(text_at(a.json, "state"), "cancelled");
    done(&a);
    a = ask(site, "DELETE", uri, NULL, (th_span){0}); /* now it is forgotten */
    expect(&a, 204);
    done(&a);
    a = ask(site, "GET", uri, NULL, (th_span){0});
    expect(&a, 404);
    done(&a);
    snprintf(uri, sizeof uri, A "/%s", id[0]);
    a = ask(site, "DELETE", uri, NULL, (th_span){0});
    done(&a);
    ends_as("a", id[0], "cancelled");
}

static void the_queue_has_an_order_and_an_end(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES], first[TH_JOB_ID_BYTES], body[128];
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"short\"}}", first);
    for (int i = 0; i < 5; i++) {
        snprintf(body, sizeof body, "{\"verb\":\"train\",\"options\":{\"name\":\"order\",\"epochs\":%d}}", i);
        start("a", body, id);
    }
    answer a = post(site, A, "{\"verb\":\"train\"}");
    if (a.reply.status == 202) /* the first one was quick */
        snprintf(id, sizeof id, "%s", text_at(a.json, "id"));
    else
        expect(&a, 429);
    done(&a);
    ends_as("a", id, "done");
    char path[TH_PATH_BYTES];
    uint8_t *content;
    size_t n;
    snprintf(path, sizeof path, "%s/a/order.txt", root);
    assert_int_equal(th_file_read(path, 0, &content, &n, NULL), TH_OK);
    const char *text = (const char *)content, *end = text + n;
    for (int i = 0; i < 5; i++) {
        snprintf(body, sizeof body, "--epochs=%d", i);
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        assert_non_null(eol);
        const char *at = strstr(text, "--epochs=");
        assert_true(at < eol && strncmp(at, body, strlen(body)) == 0);
        text = eol + 1;
    }
    free(content);
    a = ask(site, "GET", A, NULL, (th_span){0}); /* no more than are kept */
    assert_int_equal(json_array_size(a.json), limits.kept);
    done(&a);
}

static void what_does_not_listen_is_killed(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES], uri[128], path[TH_PATH_BYTES];
    uint8_t *content;
    size_t n;
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"stubborn\"}}", id);
    snprintf(path, sizeof path, "%s/a/trapped", root);
    while (!th_file_exists(path)) th_clock_rest(0.01);
    const double began = th_clock_s();
    snprintf(uri, sizeof uri, A "/%s", id);
    answer a = ask(site, "DELETE", uri, NULL, (th_span){0});
    done(&a);
    ends_as("a", id, "cancelled");
    assert_true(th_clock_s() - began > 0.4);
    /* its children go with it */
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"children\"}}", id);
    snprintf(path, sizeof path, "%s/a/child.pid", root);
    while (th_file_size(path) < 2) th_clock_rest(0.01);
    assert_int_equal(th_file_read(path, 0, &content, &n, NULL), TH_OK);
    const pid_t child = (pid_t)strtol((const char *)content, NULL, 10);
    free(content);
    assert_int_equal(kill(child, 0), 0);
    snprintf(uri, sizeof uri, A "/%s", id);
    a = ask(site, "DELETE", uri, NULL, (th_span){0});
    done(&a);
    ends_as("a", id, "cancelled");
    char stat[64];
    for (int i = 0; i < 200 && kill(child, 0) == 0; i++) { /* nobody may be there to take its status in a container */
        snprintf(stat, sizeof stat, "/proc/%d/stat", (int)child);
        FILE *f = fopen(stat, "r");
        char is = 0;
        if (!f || fscanf(f, "%*d %*s %c", &is) != 1) is = 'Z';
        if (f) fclose(f);
        if (is == 'Z') break;
        th_clock_rest(0.01);
        assert_int_not_equal(i, 199);
    }
}

static void a_job_may_be_spoken_to(void **state)
{
    (void)state;
    char id[TH_JOB_ID_BYTES], uri[128];
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"cat\"},\"input\":true}", id);
    snprintf(uri, sizeof uri, A "/%s/input", id);
    answer a = post(site, uri, "hello\nyou\n");
    expect(&a, 204);
    done(&a);
    snprintf(uri, sizeof uri, A "/%s/input?end=1", id);
    a = post(site, uri, "bye\n");
    expect(&a, 204);
    done(&a);
    ends_as("a", id, "done");
    snprintf(uri, sizeof uri, A "/%s/events", id);
    char *events = stream_of(uri);
    assert_non_null(strstr(events, "{\"heard\":\"you\"}"));
    assert_non_null(strstr(events, "{\"heard\":\"bye\"}"));
    free(events);
    snprintf(uri, sizeof uri, A "/%s/input", id);
    a = post(site, uri, "x");
    expect(&a, 409);
    done(&a);
    start("a", "{\"verb\":\"train\"}", id);
    snprintf(uri, sizeof uri, A "/%s/input", id);
    a = post(site, uri, "x");
    expect(&a, 409);
    done(&a);
    /* no more than so many */
    char deaf[2][TH_JOB_ID_BYTES];
    for (int i = 0; i < 2; i++)
        start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"deaf\"},\"input\":true}", deaf[i]);
    a = post(site, A, "{\"verb\":\"train\",\"options\":{\"name\":\"deaf\"},\"input\":true}");
    expect(&a, 429);
    done(&a);
    for (int i = 0; i < 2; i++) {
        snprintf(uri, sizeof uri, A "/%s", deaf[i]);
        a = ask(site, "DELETE", uri, NULL, (th_span){0});
        done(&a);
        ends_as("a", deaf[i], "cancelled");
    }
}

/* ---- the server ends ---- */

static void jobs_outlive_the_server(void **state)
{
    (void)state;
    char id[4][TH_JOB_ID_BYTES], uri[128];
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"checkpoint\"}}", id[0]);
    start("b", "{\"verb\":\"train\",\"options\":{\"name\":\"sleep\"}}", id[1]);
    start("a", "{\"verb\":\"train\",\"options\":{\"epochs\":7}}", id[2]); /* waits */
    char path[TH_PATH_BYTES];
    snprintf(path, sizeof path, "%s/a/model/checkpoint.thc", root);
    while (!th_file_exists(path)) th_clock_rest(0.01);
    close_jobs();
    open_jobs();
    ends_as("a", id[0], "interrupted");
    ends_as("b", id[1], "interrupted");
    ends_as("a", id[2], "done"); /* it goes on waiting, and its turn comes */
    /* a training goes on from what it has saved */
    site->verbs = fake_verbs;
    snprintf(uri, sizeof uri, A "/%s/resume", id[0]);
    answer a = post(site, uri, "");
    expect(&a, 202);
    done(&a);
    a = post(site, uri, "");
    expect(&a, 409);
    done(&a);
    snprintf(uri, sizeof uri, A "/%s", id[0]);
    json_decref(wait_for(site, "a", id[0], "running"));
    char command[TH_PATH_BYTES + 64];
    snprintf(command, sizeof command, "ps ax -o args | grep -q '[f]ake.sh train --name=checkpoint --resume'");
    assert_int_equal(system(command), 0);
    a = ask(site, "DELETE", uri, NULL, (th_span){0});
    done(&a);
    ends_as("a", id[0], "cancelled");
    start("a", "{\"verb\":\"test\"}", id[3]);
    assert_true(strcmp(id[3], id[2]) > 0); /* a number is given once */
    ends_as("a", id[3], "done");
    snprintf(uri, sizeof uri, A "/%s", id[3]);
    a = ask(site, "DELETE", uri, NULL, (th_span){0});
    expect(&a, 204);
    done(&a);
    close_jobs();
    open_jobs();
    char next[TH_JOB_ID_BYTES];
    start("a", "{\"verb\":\"test\"}", next);
    assert_true(strcmp(next, id[3]) > 0);
    ends_as("a", next, "done");
}

static void kill_9_loses_no_job(void **state)
{
    (void)state;
    close_jobs();
    th_jobs_limits many = limits;
    many.kept = 100000;
    int taken = 0;
    char last[7] = "";
    for (int round = 0; round < 12; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        fflush(NULL);
        const pid_t pid = fork();
        if (pid == 0) {
            th_why why = {0};
            many.waiting = 100000;
            if (th_jobs_new(site, &many, &site->jobs, &why)) _exit(2);
            close(ends[0]);
            for (int i = 0; i < 15; i++) { /* all of them have to be done in the end */
                json_t *request = json_pack("{s:s, s:{s:s}}", "verb", "train", "options", "name", "order"), *job = NULL;
                const th_job_by by = {.user = "x"};
                int status = 0;
                if (!th_jobs_add(site->jobs, "b", request, &by, &job, &status, NULL) &&
                    write(ends[1], text_at(job, "id"), 6) != 6)
                    _exit(1);
                json_decref(job);
                json_decref(request);
            }
            for (;;) th_clock_rest(1);
        }
        close(ends[1]);
        char id[7] = "";
        ssize_t n = read(ends[0], id, 6); /* it has begun */
        th_clock_rest(0.05 + 0.03 * round);
        kill(pid, SIGKILL);
        for (; n == 6; n = read(ends[0], id, 6)) {
            char path[TH_PATH_BYTES];
            assert_true(strcmp(id, last) > 0); /* a new one */
            memcpy(last, id, 7);
            taken++;
            snprintf(path, sizeof path, "%s/b/jobs/%s/job.json", root, id);
            json_t *o = json_load_file(path, 0, NULL);
            if (!o) fail_msg("job %s is lost", id);
            json_decref(o);
        }
        close(ends[0]);
        waitpid(pid, NULL, 0);
    }
    assert_true(taken >= 12);
    assert_int_equal(th_jobs_new(site, &many, &site->jobs, NULL), TH_OK);
    ends_as("b", last, "done"); /* all that waited were done in the end */
    close_jobs();
    open_jobs();
}

static void the_answer_of_a_check_is_an_answer(void **state)
{
    (void)state;
    answer a = ask(site, "GET", "/api/v1/projects/a/results/check", NULL, (th_span){0});
    expect(&a, 404);
    done(&a);
    char id[TH_JOB_ID_BYTES];
    start("a", "{\"verb\":\"data check\",\"options\":{\"labels\":\"bad\"}}", id);
    ends_as("a", id, "done"); /* with exit code 1 */
    a = ask(site, "GET", A "/000001", NULL, (th_span){0});
    expect(&a, 200);
    assert_non_null(strstr(text_at(json_object_get(a.json, "result"), "args"), "data|check"));
    done(&a);
    start("a", "{\"verb\":\"train\",\"options\":{\"name\":\"bad\"}}", id); /* for others 1 is a failure */
    ends_as("a", id, "failed");
}

static void a_project_tells_what_happens(void **state)
{
    (void)state;
    char buf[4096], id[TH_JOB_ID_BYTES];
    answer a = ask(site, "GET", "/api/v1/projects/a/events", NULL, (th_span){0});
    expect(&a, 200);
    assert_true(a.reply.next(a.reply.ctx, buf, sizeof buf) > 0);
    th_jobs_tell(site->jobs, "a", "sample", json_pack("{s:s}", "hash", "abc"));
    long n = a.reply.next(a.reply.ctx, buf, sizeof buf - 1);
    buf[n] = 0;
    assert_non_null(strstr(buf, "event: sample\ndata: {\"hash\":\"abc\"}\n\n"));
    const unsigned long long number = strtoull(strstr(buf, "id: ") + 4, NULL, 10);
    start("a", "{\"verb\":\"train\"}", id);
    ends_as("a", id, "done");
    done(&a);
    char uri[128];
    snprintf(uri, sizeof uri, "/api/v1/projects/a/events?after=%llu", number);
    a = ask(site, "GET", uri, NULL, (th_span){0});
    bool model = false, sample = false;
    for (int i = 0; i < 6 && !model; i++) {
        n = a.reply.next(a.reply.ctx, buf, sizeof buf - 1);
        buf[n] = 0;
        model = strstr(buf, "event: model") != NULL;
        sample = sample || strstr(buf, "event: sample");
    }
    assert_true(model);
    assert_false(sample);
    done(&a);
    a = ask(site, "GET", "/api/v1/projects/a/events?after=5", NULL, (th_span){0}); /* long ago */
    n = a.reply.next(a.reply.ctx, buf, sizeof buf - 1);
    n = a.reply.next(a.reply.ctx, buf, sizeof buf - 1);
    buf[n] = 0;
    assert_non_null(strstr(buf, "event: missed"));
    done(&a);
}

static void a_zip_is_imported(void **state)
{
    (void)state;
    answer a = ask(site, "POST", "/api/v1/projects/a/import", "text/plain",
                   (th_span){(const uint8_t *)"hello, hello, hello, hello", 26});
    expect(&a, 415);
    done(&a);
    uint8_t zip[22] = "PK\5\6"; /* an empty one */
    a = ask(site, "POST", "/api/v1/projects/a/import?labels=yes,no", "application/zip", (th_span){zip, sizeof zip});
    expect(&a, 202);
    char id[TH_JOB_ID_BYTES];
    snprintf(id, sizeof id, "%s", text_at(a.json, "id"));
    done(&a);
    json_t *job = wait_for(site, "a", id, "done failed");
    assert_non_null(strstr(text_at(json_object_get(job, "result"), "args"), "|--labels=yes,no|--json|--|jobs/"));
    assert_int_equal(json_array_size(json_object_get(job, "files")), 0); /* taken away when it is in */
    json_decref(job);
}

static bool has_upload(void)
{
    char path[TH_PATH_BYTES];
    th_names names;
    bool found = false;
    snprintf(path, sizeof path, "%s/a/jobs", root);
    if (th_dir_list(path, &names, NULL)) return false;
    for (size_t i = 0; i < names.n; i++) found = found || strncmp(names.name[i], "upload-", 7) == 0;
    th_names_free(&names);
    return found;
}

static void an_upload_becomes_its_jobs(void **state)
{
    (void)state;
    static const char zip[] = "PK and so on";
    const th_job_by by = {.user = "x", .upload_name = "upload.zip", .upload = {(const uint8_t *)zip, sizeof zip}};
    th_why why = {0};
    char path[TH_PATH_BYTES];
    int status = 0;
    json_t *job = NULL, *request = json_pack("{s:s, s:[s]}", "verb", "data import", "words", "files/another.zip");
    assert_int_not_equal(th_jobs_add(site->jobs, "a", request, &by, &job, &status, &why), TH_OK);
    assert_false(has_upload()); /* what is refused leaves nothing */
    json_decref(request);
    request = json_pack("{s:s, s:{s:s}}", "verb", "train", "options", "name", "sleep");
    if (th_jobs_add(site->jobs, "a", request, &by, &job, &status, &why)) fail_msg("%s", why.text);
    assert_false(has_upload());
    snprintf(path, sizeof path, "%s/a/jobs/%s/files/upload.zip", root, text_at(job, "id"));
    assert_int_equal(th_file_size(path), sizeof zip);
    json_decref(request);
    json_t *now = NULL;
    assert_int_equal(th_jobs_cancel(site->jobs, "a", text_at(job, "id"), &now, NULL), TH_OK);
    json_decref(now);
    json_decref(wait_for(site, "a", text_at(job, "id"), "cancelled"));
    assert_int_equal(th_jobs_cancel(site->jobs, "a", text_at(job, "id"), &now, NULL), TH_OK); /* forgotten */
    assert_null(now);
    *strstr(path, "/files") = 0;
    assert_false(th_dir_exists(path));
    json_decref(job);
    close_jobs(); /* one that was cut off by the end of a studio */
    snprintf(path, sizeof path, "%s/a/jobs/upload-3", root);
    assert_int_equal(th_file_write(path, by.upload, NULL), TH_OK);
    open_jobs();
    assert_false(has_upload());
}

static void files_that_were_damaged_are_survived(void **state)
{
    (void)state;
    char id[3][TH_JOB_ID_BYTES], path[TH_PATH_BYTES];
    for (int i = 0; i < 3; i++) {
        start("a", "{\"verb\":\"test\"}", id[i]);
        ends_as("a", id[i], "done");
    }
    close_jobs();
    static const char *const text[] = {"{\"steps\":[{}],\"state\":\"done\",\"step\":99}", "garbage", ""};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/a/jobs/%s/job.json", root, id[i]);
        assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)text[i], strlen(text[i])}, NULL), TH_OK);
    }
    snprintf(path, sizeof path, "%s/a/jobs/%s/lines.jsonl", root, id[2]);
    FILE *f = fopen(path, "a");
    fputs("{\"id\":99,\"event\":\"text\",\"da", f); /* the power went */
    fclose(f);
    snprintf(path, sizeof path, "%s/a/jobs/000777", root);
    assert_int_equal(th_dir_make(path, NULL), TH_OK);
    open_jobs();
    answer a = ask(site, "GET", A, NULL, (th_span){0});
    assert_int_equal(json_array_size(a.json), 1);
    done(&a);
    assert_false(th_dir_exists(path));
    char uri[128];
    snprintf(uri, sizeof uri, A "/%s/events", id[2]);
    char *events = stream_of(uri);
    assert_null(strstr(events, "id: 99"));
    free(events);
    char next[TH_JOB_ID_BYTES];
    start("a", "{\"verb\":\"test\"}", next);
    assert_true(strcmp(next, "000777") > 0);
    ends_as("a", next, "done");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_job_tells_what_it_does),
        T(listeners_hear_at_once_and_all_of_them),
        T(what_goes_wrong_is_said),
        T(anything_may_be_printed),
        T(steps_follow_each_other),
        T(one_after_the_other),
        T(the_queue_has_an_order_and_an_end),
        T(what_does_not_listen_is_killed),
        T(a_job_may_be_spoken_to),
        T(jobs_outlive_the_server),
        T(kill_9_loses_no_job),
        T(the_answer_of_a_check_is_an_answer),
        T(a_project_tells_what_happens),
        T(a_zip_is_imported),
        T(an_upload_becomes_its_jobs),
        T(files_that_were_damaged_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
