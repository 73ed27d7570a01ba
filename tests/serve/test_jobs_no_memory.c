/* A job is taken whole or not at all, at whichever request memory runs out. */
#include "../no_memory.h"

#include "jobs.h"

static const char request[] =
    "{\"steps\":[{\"verb\":\"deploy\",\"words\":[\"thimble.ini\"],\"options\":{\"as\":\"arduino\","
    "\"in\":\"thimble.ini\",\"with\":\"b\",\"to\":true}},{\"verb\":\"data set\",\"words\":[\"a=b\"],"
    "\"options\":{\"hash\":[\"aa\",\"bb\",3]}}]}";

/* Nothing starts: threads would ask for memory, too. */
static const th_jobs_limits standing = {.at_once = 0, .inputs = 0, .waiting = 100000, .kept = 100000, .grace_s = 1};

static void a_command_line_is_made_or_not(void **state)
{
    (void)state;
    static th_job_place place;
    json_t *root_of = json_loads(request, 0, NULL), *step = json_array_get(json_object_get(root_of, "steps"), 0);
    place = (th_job_place){.site = site, .files = "jobs/000001/files", .project = "a", .now = true};
    assert_int_equal(th_site_project_dir(site, "a", place.dir, NULL), TH_OK);
    bool over = false;
    for (long n = 0; !over && n < 1000; n++) {
        th_job_line line;
        th_why why = {0};
        request_failed = false;
        requests_left = n;
        const th_err err = th_job_line_make(&place, step, &line, &why);
        requests_left = -1;
        over = !request_failed;
        if (over) assert_int_equal(err, TH_OK);
        if (err) assert_true(err == TH_ENOMEM && why.text[0]);
        if (!err) th_job_line_free(&line);
    }
    assert_true(over);
    json_decref(root_of);
}

static void a_job_is_taken_or_not(void **state)
{
    (void)state;
    close_jobs();
    assert_int_equal(th_jobs_new(site, &standing, &site->jobs, NULL), TH_OK);
    size_t taken = 0;
    bool over = false;
    for (long n = 0; !over && n < 3000; n++) {
        json_t *body = json_loads(request, 0, NULL), *job = NULL, *list;
        const th_job_by by = {.user = "x", .upload_name = "upload.zip", .upload = {(const uint8_t *)"PK", 2}};
        int status = 0;
        th_why why = {0};
        request_failed = false;
        requests_left = n;
        const th_err err = th_jobs_add(site->jobs, "a", body, &by, &job, &status, &why);
        requests_left = -1;
        over = !request_failed;
        if (err) assert_true(why.text[0]);
        if (over) assert_int_equal(err, TH_OK);
        taken += !err;
        assert_int_equal(th_jobs_list(site->jobs, "a", NULL, 100000, &list, NULL), TH_OK);
        assert_int_equal(json_array_size(list), taken);
        json_decref(list);
        json_decref(job);
        json_decref(body);
    }
    assert_true(over && taken);
    close_jobs(); /* what was taken is on the disk */
    json_t *list;
    assert_int_equal(th_jobs_new(site, &standing, &site->jobs, NULL), TH_OK);
    assert_int_equal(th_jobs_list(site->jobs, "a", "queued", 100000, &list, NULL), TH_OK);
    assert_int_equal(json_array_size(list), taken);
    json_decref(list);
}

int main(void)
{
    json_set_alloc_funcs(malloc, free); /* its requests come here, too */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_command_line_is_made_or_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_job_is_taken_or_not, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
