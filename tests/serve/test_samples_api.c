/* Samples by HTTP's requests without HTTP: what is sent is there, in memory and on the disk, from many threads at once,
 * beside other programs and after kill -9; what is deleted comes back; what is wrong is refused with its reason. */
#include "one_site.h"

#include "data/lock.h"
#include "data/picture.h"
#include "os/run.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS "/api/v1/projects/words/samples"

static answer send_wav(const char *uri, int32_t n, uint64_t seed, double loud, double noise)
{
    bytes b = wav_of(n, seed, loud, noise);
    const answer a = ask(site, "POST", uri, "audio/wav", span_of(&b));
    free(b.p);
    return a;
}

static json_int_t count(const char *uri)
{
    answer a = get(uri);
    expect(&a, 200);
    const json_int_t n = number_at(a.json, "total");
    done(&a);
    return n;
}

/* What a fresh reader of the project finds. */
static size_t on_disk(const char *name)
{
    static th_project p;
    th_dataset *set;
    char dir[TH_PATH_BYTES];
    assert_int_equal(th_path_join(dir, site->root, name, NULL), TH_OK);
    assert_int_equal(th_project_load(dir, &p, NULL), TH_OK);
    assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
    for (size_t i = 0; i < set->n; i++) {
        char path[TH_PATH_BYTES];
        assert_int_equal(th_dataset_path(set, &set->samples[i], path, NULL), TH_OK);
        assert_true(th_file_exists(path));
    }
    const size_t n = set->n;
    th_dataset_free(set);
    return n;
}

/* ---- one sound ---- */

static void a_sound_is_kept(void **state)
{
    (void)state;
    answer a = send_wav(WORDS "?label=yes&subject=ada&consent=yes&device=phone&notes=by%20the%20window&trim=1", 32000,
                        1, 9000, 30);
    expect(&a, 201);
    const json_t *s = json_object_get(a.json, "sample");
    assert_string_equal(text_at(s, "label"), "yes");
    assert_string_equal(text_at(s, "subject"), "ada");
    assert_string_equal(text_at(s, "consent"), "yes");
    assert_string_equal(text_at(s, "device"), "phone");
    assert_string_equal(text_at(s, "notes"), "by the window");
    assert_string_equal(text_at(s, "source"), "studio");
    assert_int_equal(number_at(s, "n_rows"), 16000); /* trimmed */
    assert_int_equal(json_array_size(json_object_get(a.json, "warnings")), 0);
    char uri[256], hash[TH_HASH_BYTES];
    snprintf(hash, sizeof hash, "%s", text_at(s, "hash"));
    done(&a);
    assert_int_equal(on_disk("words"), 1);

    snprintf(uri, sizeof uri, WORDS "/%.12s", hash);
    a = get(uri);
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "hash"), hash);
    done(&a);
    snprintf(uri, sizeof uri, WORDS "/%s/file", hash);
    a = get(uri);
    expect(&a, 200);
    assert_string_equal(a.reply.type, "audio/wav");
    int16_t *pcm;
    int32_t n, loud = 0;
    assert_int_equal(th_audio_read(a.reply.file, 16000, 10, &pcm, &n, NULL), TH_OK);
    assert_int_equal(n, 16000);
    for (int32_t i = 0; i < n; i++) loud += abs(pcm[i]) > 4000;
    assert_true(loud > 1000); /* the word is in it */
    free(pcm);
    done(&a);

    a = send_wav(WORDS "?label=yes&subject=ada&trim=1", 32000, 1, 9000, 30); /* the page was not sure and sends again */
    expect(&a, 200);
    assert_string_equal(text_at(json_object_get(a.json, "sample"), "hash"), hash);
    assert_true(warns(&a, "already"));
    done(&a);
    assert_int_equal(on_disk("words"), 1);
}

static void warnings_say_what_to_do(void **state)
{
    (void)state;
    static const struct {
        int32_t n;
        double loud, noise;
        const char *code;
    } rows[] = {{16000, 9000, 20, NULL},     {16000, 90000, 20, "clipped"}, {16000, 0, 20, "silent"},
                {16000, 0, 0, "silent"},     {16000, 1200, 20, "quiet"},    {1200, 9000, 20, "short"},
                {16000, 9000, 8000, "noisy"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer a = send_wav(WORDS "?label=no", rows[i].n, 100 + i, rows[i].loud, rows[i].noise);
        expect(&a, 201);
        if (rows[i].code && !warns(&a, rows[i].code)) fail_msg("%s is not said", rows[i].code);
        if (!rows[i].code) assert_int_equal(json_array_size(json_object_get(a.json, "warnings")), 0);
        done(&a);
    }
    answer a = send_wav(WORDS "?label=silence", 160000, 200, 0, 20); /* ten seconds of the room: ten clips */
    expect(&a, 201);
    assert_int_equal(number_at(a.json, "pieces"), 10);
    assert_int_equal(json_array_size(json_object_get(a.json, "warnings")), 0);
    done(&a);
}

static void labels_are_those_of_the_project(void **state)
{
    (void)state;
    answer a = send_wav(WORDS "?label=dog", 16000, 300, 9000, 20);
    expect(&a, 400);
    assert_non_null(strstr(text_at(json_object_get(a.json, "error"), "text"), "new=1"));
    done(&a);
    a = send_wav(WORDS "?label=unknown&word=cat", 16000, 301, 9000, 20);
    expect(&a, 201);
    assert_string_equal(text_at(json_object_get(a.json, "sample"), "label"), "unknown");
    assert_string_equal(text_at(json_object_get(a.json, "sample"), "word"), "cat");
    done(&a);
    a = send_wav(WORDS "?label=cat&new=1", 16000, 302, 9000, 20);
    expect(&a, 201);
    assert_string_equal(text_at(json_object_get(a.json, "sample"), "label"), "cat");
    done(&a);
    assert_int_equal(count(WORDS "?label=cat"), 2); /* the unknown one is one now, too */
    static const char *const bad[] = {"",
                                      "?label=",
                                      "?label=Yes&new=1",
                                      "?label=a/b&new=1",
                                      "?label=silence%20&new=1",
                                      "?label=yes&split=both",
                                      "?label=yes&trim=2",
                                      "?label=yes&rate_hz=0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char uri[128];
        snprintf(uri, sizeof uri, WORDS "%s", bad[i]);
        a = send_wav(uri, 16000, 310 + i, 9000, 20);
        if (i != 4) expect(&a, 400);
        done(&a);
    }
}

/* ---- delete, restore, change ---- */

static void deleted_ones_come_back(void **state)
{
    (void)state;
    char uri[256], undo[256], hash[TH_HASH_BYTES];
    answer a = send_wav(WORDS "?label=yes&subject=bob&consent=yes", 16000, 400, 9000, 20);
    expect(&a, 201);
    snprintf(hash, sizeof hash, "%s", text_at(json_object_get(a.json, "sample"), "hash"));
    done(&a);
    snprintf(uri, sizeof uri, WORDS "/%s", hash);
    snprintf(undo, sizeof undo, WORDS "/%s/restore", hash);
    a = ask(site, "POST", undo, NULL, (th_span){0});
    expect(&a, 404); /* nothing to take back */
    done(&a);

    static const char patch[] = "{\"label\": \"no\", \"notes\": \"was yes\"}";
    a = ask(site, "PATCH", uri, "application/json", (th_span){(const uint8_t *)patch, sizeof patch - 1});
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "label"), "no");
    done(&a);
    a = ask(site, "DELETE", uri, NULL, (th_span){0});
    expect(&a, 200);
    done(&a);
    a = get(uri);
    expect(&a, 404);
    done(&a);
    a = ask(site, "DELETE", uri, NULL, (th_span){0});
    expect(&a, 404);
    done(&a);

    th_site *before = site;
    site = site_open(before->root); /* another day */
    site_close(before);
    a = ask(site, "POST", undo, NULL, (th_span){0});
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "label"), "no");
    assert_string_equal(text_at(a.json, "consent"), "yes");
    done(&a);
    a = ask(site, "POST", undo, NULL, (th_span){0});
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "label"), "yes");
    assert_string_equal(text_at(a.json, "notes"), "");
    done(&a);
    a = ask(site, "POST", undo, NULL, (th_span){0});
    expect(&a, 404);
    done(&a);
}

static void changes_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {"{\"label\": \"bird\"}",      "{\"label\": 5}",         "{\"hash\": \"00\"}",
                                      "{\"split\": \"both\"}",      "{\"colour\": \"red\"}",  "[]",
                                      "{\"notes\": \"a\\u0000b\"}", "{\"labels\": \"a,,b\"}", "{\"label\": \"yes\""};
    answer a = send_wav(WORDS "?label=yes&subject=cy", 16000, 500, 9000, 20);
    expect(&a, 201);
    char uri[256];
    snprintf(uri, sizeof uri, WORDS "/%s", text_at(json_object_get(a.json, "sample"), "hash"));
    done(&a);
    const size_t before = on_disk("words");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        a = ask(site, "PATCH", uri, "application/json", (th_span){(const uint8_t *)bad[i], strlen(bad[i])});
        if (a.reply.status != 400) fail_msg("%s gave %d", bad[i], a.reply.status);
        done(&a);
    }
    a = get(uri);
    assert_string_equal(text_at(a.json, "label"), "yes");
    done(&a);
    assert_int_equal(on_disk("words"), before);
    static const char *const nobody[] = {"/0123456789", "/x",
                                         "/ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(uri, sizeof uri, WORDS "%s", nobody[i]);
        a = ask(site, "DELETE", uri, NULL, (th_span){0});
        expect(&a, i == 1 ? 400 : 404);
        done(&a);
    }
}

static void lists_have_pages(void **state)
{
    (void)state;
    const json_int_t all = count(WORDS), yes = count(WORDS "?label=yes");
    assert_true(all > yes && yes > 0);
    answer a = get(WORDS "?offset=2&limit=3");
    expect(&a, 200);
    assert_int_equal(json_array_size(json_object_get(a.json, "samples")), 3);
    char third[TH_HASH_BYTES], uri[128];
    snprintf(third, sizeof third, "%s", text_at(json_array_get(json_object_get(a.json, "samples"), 0), "hash"));
    done(&a);
    snprintf(uri, sizeof uri, WORDS "?reverse=1&limit=1&offset=%d", (int)all - 3);
    a = get(uri);
    assert_string_equal(text_at(json_array_get(json_object_get(a.json, "samples"), 0), "hash"), third);
    done(&a);
    assert_int_equal(count(WORDS "?subject=ada&split=train&kind=sound"), 1);
    assert_int_equal(count(WORDS "?name=no-such-name"), 0);
    static const char *const bad[] = {"?limit=-1", "?limit=100000", "?offset=x", "?split=half", "?kind=smell"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(uri, sizeof uri, WORDS "%s", bad[i]);
        a = get(uri);
        expect(&a, 400);
        done(&a);
    }
    a = get("/api/v1/projects/words/wanted");
    expect(&a, 200);
    assert_string_equal(text_at(a.json, "input"), "sound");
    const json_t *row = json_array_get(json_object_get(a.json, "labels"), 0);
    assert_string_equal(text_at(row, "label"), "yes");
    assert_int_equal(number_at(row, "train") + number_at(row, "val") + number_at(row, "test"), yes);
    done(&a);
}

/* ---- other kinds ---- */

static answer send_text(const char *uri, const char *type, const char *text)
{
    return ask(site, "POST", uri, type, (th_span){(const uint8_t *)text, strlen(text)});
}

static char *rows_csv(int n, int seed, bool timed)
{
    char *text = malloc(64 + (size_t)n * 48), *at = text;
    assert_non_null(text);
    at += sprintf(at, timed ? "time_ms,x,y,z\n" : "x,y,z\n");
    for (int i = 0; i < n; i++) {
        if (timed) at += sprintf(at, "%d,", 20 * i);
        at += sprintf(at, "%d.5,%d,9.81\n", (i * 7 + seed) % 13, i % 5);
    }
    return text;
}

static void rows_of_a_sensor(void **state)
{
    (void)state;
    static const char moves[] = "/api/v1/projects/moves/samples?label=wave&subject=ada&consent=yes&rate_hz=50";
    for (int i = 0; i < 2; i++) {
        char *text = rows_csv(300, i, i == 1);
        answer a = send_text(moves, "text/csv; charset=utf-8", text);
        free(text);
        expect(&a, 201);
        const json_t *s = json_object_get(a.json, "sample");
        assert_string_equal(text_at(s, "channels"), "x,y,z");
        assert_int_equal(number_at(s, "n_rows"), 300);
        assert_true(fabs(json_number_value(json_object_get(s, "rate_hz")) - 50) < 1e-9);
        done(&a);
    }
    answer a =
        send_text("/api/v1/projects/moves/samples?label=rest&subject=bob", "application/json",
                  "{\"rate_hz\": 62.5, \"channels\": [\"x\", \"y\", \"z\"], \"rows\": [[0, 1, 2], [3, 4, 5.5]]}");
    expect(&a, 201);
    assert_true(warns(&a, "short"));
    done(&a);
    assert_int_equal(on_disk("moves"), 3);
    a = get("/api/v1/projects/moves/wanted"); /* labels came with the samples */
    assert_int_equal(json_array_size(json_object_get(a.json, "labels")), 2);
    done(&a);
    a = send_text("/api/v1/projects/moves/samples?label=rest", "text/csv", "a,b\n1,2\n3,4\n"); /* other channels */
    expect(&a, 400);
    done(&a);
    a = send_text("/api/v1/projects/signs/samples?label=z&subject=ada", "application/json",
                  "{\"channels\": \"x,y\", \"rows\": [[0, 0], [1, 0], [0, 1], [1, 1]]}");
    expect(&a, 201);
    assert_null(json_object_get(json_object_get(a.json, "sample"), "rate_hz"));
    done(&a);
}

static void rows_that_are_none(void **state)
{
    (void)state;
    static const char uri[] = "/api/v1/projects/moves/samples?label=wave";
    static const char *const csv[] = {"",
                                      "x,y,z",
                                      "x,y,z\n1,2\n",
                                      "x,y,z\n1,2,nan\n",
                                      "1,2,3\n4,5,6\n",
                                      "x,x,x\n1,2,3\n",
                                      "\xff\xfe",
                                      "x,y,z\n1,2,3e999\n"};
    static const char *const json[] = {"",
                                       "[]",
                                       "{}",
                                       "{\"rows\": []}",
                                       "{\"rows\": [[1,2,3]]}",
                                       "{\"channels\": [\"x\",\"y\",\"z\"], \"rows\": [[1,2]]}",
                                       "{\"channels\": [\"x\",\"y\",\"z\"], \"rows\": [[1,2,\"3\"]]}",
                                       "{\"channels\": [\"x\",\"y\",\"z\"], \"rows\": [1]}",
                                       "{\"channels\": [\"x\",\"y\",\"z\"], \"rows\": [[1,2,1e300]]}",
                                       "{\"channels\": [1], \"rows\": [[1]]}",
                                       "{\"channels\": [\"\"], \"rows\": [[1]]}",
                                       "{\"rate_hz\": \"5\", \"channels\": \"x,y,z\", \"rows\": [[1,2,3]]}",
                                       "{\"rate_hz\": 1e12, \"channels\": \"x,y,z\", \"rows\": [[1,2,3]]}"};
    const size_t before = on_disk("moves");
    for (size_t i = 0; i < sizeof csv / sizeof *csv; i++) {
        answer a = send_text(uri, "text/csv", csv[i]);
        if (a.reply.status != 400) fail_msg("csv %zu gave %d", i, a.reply.status);
        done(&a);
    }
    for (size_t i = 0; i < sizeof json / sizeof *json; i++) {
        answer a = send_text(uri, "application/json", json[i]);
        if (a.reply.status != 400) fail_msg("json %zu gave %d", i, a.reply.status);
        done(&a);
    }
    assert_int_equal(on_disk("moves"), before);
}

/* What would be a hundred times its size in memory is refused by its bytes. */
static void json_that_would_be_huge(void **state)
{
    (void)state;
    static const char *const begin[] = {"{\"rows\":[", "{\"rows\":", "{\"x\":1,\"rows\":["}, *const part[] = {
                                                                                                 "[],", "[",
                                                                                                 "{\"a\":[]},"};
    static const size_t times[] = {5000000, 33, 1500000};
    for (size_t k = 0; k < 3; k++) {
        const size_t head = strlen(begin[k]), n = strlen(part[k]);
        bytes b = {malloc(head + times[k] * n), head + times[k] * n};
        assert_non_null(b.p);
        memcpy(b.p, begin[k], head);
        for (size_t i = 0; i < times[k]; i++) memcpy(b.p + head + i * n, part[k], n);
        answer a = ask(site, "POST", "/api/v1/projects/moves/samples?label=wave", "application/json", span_of(&b));
        expect(&a, 400);
        assert_non_null(strstr((const char *)a.reply.bytes, "the JSON"));
        done(&a);
        free(b.p);
    }
    json_t *all;
    static const char text[] = "{\"a\": \"[[[[[[,,,\\\"[[[[[,,,,:::\"}"; /* what stands in texts weighs nothing */
    assert_int_equal(th_json_read((th_span){(const uint8_t *)text, sizeof text - 1}, 0, 5, &all, NULL), TH_OK);
    json_decref(all);
    assert_int_equal(th_json_read((th_span){(const uint8_t *)text, sizeof text - 1}, 0, 4, &all, NULL), TH_ERANGE);
    assert_null(all);
}

static bytes png_of(int32_t side, unsigned seed)
{
    bytes b = {0};
    uint8_t *rgb = malloc((size_t)side * (size_t)side * 3);
    assert_non_null(rgb);
    for (size_t i = 0; i < (size_t)side * (size_t)side * 3; i++) rgb[i] = (uint8_t)(i * 31 + seed * 7919 + i / 97);
    assert_int_equal(th_picture_png(rgb, side, side, 3, &b.p, &b.n, NULL), TH_OK);
    free(rgb);
    return b;
}

static void pictures(void **state)
{
    (void)state;
    bytes b = png_of(40, 1);
    static const char uri[] = "/api/v1/projects/views/samples?label=cup&subject=ada";
    answer a = ask(site, "POST", uri, "image/png", span_of(&b));
    expect(&a, 201);
    assert_int_equal(number_at(json_object_get(a.json, "sample"), "width"), 40);
    done(&a);
    a = ask(site, "POST", uri, "image/png", span_of(&b));
    expect(&a, 200);
    done(&a);
    for (size_t cut = 0; cut < b.n; cut += cut < 200 ? 1 : 97) { /* every cut of it */
        a = ask(site, "POST", uri, "image/png", (th_span){b.p, cut});
        if (a.reply.status != 400) fail_msg("cut at %zu gave %d", cut, a.reply.status);
        done(&a);
    }
    free(b.p);
    assert_int_equal(on_disk("views"), 1);
}

static void sounds_that_are_none(void **state)
{
    (void)state;
    bytes b = wav_of(1600, 600, 9000, 20);
    const size_t before = on_disk("words");
    for (size_t cut = 0; cut < b.n; cut += cut < 120 ? 1 : 61) {
        answer a = ask(site, "POST", WORDS "?label=yes", "audio/wav", (th_span){b.p, cut});
        if (a.reply.status != 400) fail_msg("cut at %zu gave %d", cut, a.reply.status);
        done(&a);
    }
    for (size_t at = 0; at < 44; at++) { /* any byte of the header turned over: refused, or a sound; never a crash */
        b.p[at] ^= 0xff;
        answer a = ask(site, "POST", WORDS "?label=yes", "audio/wav", span_of(&b));
        assert_true(a.reply.status == 400 || a.reply.status / 100 == 2);
        done(&a);
        b.p[at] ^= 0xff;
    }
    static const uint8_t junk[64] = "OggS and nothing that follows it is a sound";
    answer a = ask(site, "POST", WORDS "?label=yes", "audio/ogg", (th_span){junk, sizeof junk});
    expect(&a, 400);
    done(&a);
    free(b.p);
    assert_true(on_disk("words") >= before);
    b = wav_of(16000 * 11, 601, 9000, 20); /* eleven seconds are no word, but one may be in them */
    a = ask(site, "POST", WORDS "?label=yes", "audio/wav", span_of(&b));
    expect(&a, 400);
    done(&a);
    a = ask(site, "POST", WORDS "?label=yes&trim=1", "audio/wav", span_of(&b));
    expect(&a, 201);
    done(&a);
    free(b.p);
}

static void types_that_do_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *project, *type;
        int status;
    } rows[] = {{"words", "image/png", 415},  {"words", NULL, 415},        {"words", "audio/webm", 415},
                {"words", "audio/", 415},     {"views", "audio/wav", 415}, {"moves", "image/jpeg", 415},
                {"signs", "text/plain", 415}, {"sum", "text/csv", 400},    {"nobody", "audio/wav", 404},
                {"..", "audio/wav", 400}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char uri[128];
        snprintf(uri, sizeof uri, "/api/v1/projects/%s/samples?label=yes", rows[i].project);
        answer a = send_text(uri, rows[i].type, "x");
        if (a.reply.status != rows[i].status)
            fail_msg("%s of %s gave %d", rows[i].type ? rows[i].type : "none", rows[i].project, a.reply.status);
        done(&a);
    }
}

/* ---- many at once ---- */

#define PHONES 30
#define EACH   4

typedef struct phone {
    int number, sent;
} phone;

static void *use_phone(void *ctx)
{
    phone *p = ctx;
    for (int i = 0; i < EACH; i++) {
        char uri[160];
        snprintf(uri, sizeof uri, WORDS "?label=%s&subject=phone%d&consent=yes&trim=1", i % 2 ? "yes" : "no",
                 p->number);
        bytes b = wav_of(20000, (uint64_t)(10000 + p->number * EACH + i), 9000, 20);
        answer a = ask(site, "POST", uri, "audio/wav", span_of(&b));
        p->sent += a.reply.status == 201;
        done(&a);
        free(b.p);
    }
    return NULL;
}

static void thirty_phones_lose_nothing(void **state)
{
    (void)state;
    pthread_t thread[PHONES];
    phone p[PHONES] = {0};
    const size_t before = on_disk("words");
    for (int i = 0; i < PHONES; i++) {
        p[i].number = i;
        assert_int_equal(pthread_create(&thread[i], NULL, use_phone, &p[i]), 0);
    }
    for (int i = 0; i < 20; i++) (void)count(WORDS "?label=yes"); /* somebody looks on */
    for (int i = 0; i < PHONES; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_int_equal(p[i].sent, EACH);
    }
    assert_int_equal(on_disk("words"), before + PHONES * EACH);
    for (int i = PHONES - 10; i < PHONES; i++) { /* nobody who came late is on two sides */
        char uri[128];
        int sides = 0;
        for (int s = 0; s < TH_N_SPLITS; s++) {
            snprintf(uri, sizeof uri, WORDS "?subject=phone%d&split=%s", i, th_split_name((th_split)s));
            sides += count(uri) > 0;
        }
        assert_int_equal(sides, 1);
    }
}

/* What another program writes is seen, and nothing of it is lost. */
static void beside_another_program(void **state)
{
    (void)state;
    static th_project p;
    th_dataset *set;
    char dir[TH_PATH_BYTES];
    assert_int_equal(th_path_join(dir, site->root, "words", NULL), TH_OK);
    const json_int_t before = count(WORDS);
    assert_int_equal(th_project_load(dir, &p, NULL), TH_OK);
    assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
    int16_t pcm[4000] = {1, 2, 3};
    const th_sample s = {.name = "other.wav", .label = "yes", .word = "yes", .source = "elsewhere"};
    assert_int_equal(th_dataset_put_sound(set, &s, pcm, 4000, NULL), TH_OK);
    assert_int_equal(th_dataset_save(&p, set, NULL), TH_OK);
    th_dataset_free(set);
    assert_int_equal(count(WORDS), before + 1);
    answer a = send_wav(WORDS "?label=yes", 16000, 700, 9000, 20);
    expect(&a, 201);
    done(&a);
    assert_int_equal(count(WORDS), before + 2);
    assert_int_equal(on_disk("words"), (size_t)before + 2);
}

/* Killed at any moment: what was acknowledged is there. */
static void killed_after_any_reply(void **state)
{
    (void)state;
    for (int turn = 0; turn < 6; turn++) {
        int line[2], acknowledged = 0;
        const size_t before = on_disk("words");
        assert_int_equal(pipe(line), 0);
        const pid_t child = fork();
        if (child == 0) {
            th_site *own = site_open(site->root);
            for (int i = 0; i < 200; i++) {
                bytes b = wav_of(4000, (uint64_t)(20000 + turn * 1000 + i), 9000, 20);
                answer a = ask(own, "POST", WORDS "?label=yes", "audio/wav", span_of(&b));
                const char ok = a.reply.status == 201;
                if (write(line[1], &ok, 1) != 1) _exit(1);
                done(&a);
                free(b.p);
            }
            _exit(0);
        }
        close(line[1]);
        char ok;
        while (acknowledged < 3 + turn && read(line[0], &ok, 1) == 1 && ok) acknowledged++;
        kill(child, SIGKILL);
        while (read(line[0], &ok, 1) == 1) acknowledged += ok;
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(line[0]);
        assert_true(acknowledged >= 3 + turn);
        const size_t now = on_disk("words");
        assert_true(now >= before + (size_t)acknowledged && now <= before + (size_t)acknowledged + 1);
    }
}

/* A project of ten thousand: one more takes no longer than writing it does. */
static void many_are_no_burden(void **state)
{
    (void)state;
    static th_project p;
    th_dataset *set;
    char dir[TH_PATH_BYTES], name[32], hash[TH_HASH_BYTES], who[16];
    site_project(site, "large", "keyword", "yes,no");
    assert_int_equal(th_path_join(dir, site->root, "large", NULL), TH_OK);
    assert_int_equal(th_project_load(dir, &p, NULL), TH_OK);
    assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
    for (unsigned i = 0; i < 10000; i++) {
        th_hash_of((th_span){(const uint8_t *)&i, sizeof i}, hash);
        snprintf(name, sizeof name, "yes/%06u.wav", i);
        snprintf(who, sizeof who, "s%u", i % 200);
        const th_sample s = {.name = name,
                             .hash = hash,
                             .suffix = "wav",
                             .label = i % 2 ? "yes" : "no",
                             .word = i % 2 ? "yes" : "no",
                             .subject = who,
                             .rate_hz = 16000,
                             .n_rows = 16000};
        assert_int_equal(th_dataset_add(set, &s, NULL), TH_OK);
    }
    assert_int_equal(th_dataset_save(&p, set, NULL), TH_OK);
    th_dataset_free(set);
    assert_int_equal(count("/api/v1/projects/large/samples?limit=1"), 10000);
    const double start = th_clock_s();
    for (int i = 0; i < 20; i++) {
        answer a =
            send_wav("/api/v1/projects/large/samples?label=yes&subject=s7", 16000, (uint64_t)(30000 + i), 9000, 20);
        expect(&a, 201);
        done(&a);
    }
    const double each = (th_clock_s() - start) / 20;
    print_message("one more of 10,000: %.1f ms\n", each * 1000);
    assert_true(each < 0.5);
    assert_int_equal(count("/api/v1/projects/large/samples?limit=1"), 10020);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_is_kept),
        cmocka_unit_test(warnings_say_what_to_do),
        cmocka_unit_test(labels_are_those_of_the_project),
        cmocka_unit_test(deleted_ones_come_back),
        cmocka_unit_test(changes_are_checked),
        cmocka_unit_test(lists_have_pages),
        cmocka_unit_test(rows_of_a_sensor),
        cmocka_unit_test(rows_that_are_none),
        cmocka_unit_test(json_that_would_be_huge),
        cmocka_unit_test(pictures),
        cmocka_unit_test(sounds_that_are_none),
        cmocka_unit_test(types_that_do_not_fit),
        cmocka_unit_test(thirty_phones_lose_nothing),
        cmocka_unit_test(beside_another_program),
        cmocka_unit_test(killed_after_any_reply),
        cmocka_unit_test(many_are_no_burden),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
