/* Sound files made for the tests. */
#ifndef TH_TEST_SOUND_H
#define TH_TEST_SOUND_H

#include "../test.h"

#include "base/rng.h"
#include "data/audio.h"
#include "data/dataset.h"
#include "os/file.h"

static inline int in_temp(void **state)
{
    static char dir[TH_PATH_BYTES];
    *state = dir;
    return th_dir_temp(dir, NULL);
}

static inline int remove_temp(void **state)
{
    th_dir_remove(*state);
    return th_dir_exists(*state);
}

/* dir/name in one of a few buffers that are used in turn */
static inline char *at(const char *dir, const char *name)
{
    static char buf[8][TH_PATH_BYTES];
    static int k;
    k = (k + 1) % 8;
    assert_int_equal(th_path_join(buf[k], dir, name, NULL), TH_OK);
    return buf[k];
}

/* A WAV file with noise that `seed` decides; makes the folders above it. */
static inline void make_wav(const char *path, int32_t rate_hz, int32_t n, uint64_t seed)
{
    char dir[TH_PATH_BYTES];
    snprintf(dir, sizeof dir, "%s", path);
    *strrchr(dir, '/') = 0;
    assert_int_equal(th_dir_make(dir, NULL), TH_OK);
    int16_t *pcm = calloc((size_t)n + 1, sizeof *pcm);
    assert_non_null(pcm);
    th_rng r = th_rng_make(seed, 7);
    for (int32_t i = 0; i < n; i++) pcm[i] = (int16_t)(th_rng_range(&r, -1.0f, 1.0f) * 8000.0f);
    assert_int_equal(th_audio_write(path, rate_hz, pcm, n, NULL), TH_OK);
    free(pcm);
}

static inline void make_text(const char *path, const char *text)
{
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, NULL), TH_OK);
}

static inline void make_project(th_project *p, const char *dir, const char *const *labels, int n)
{
    th_why why = {0};
    if (th_project_defaults("keyword", labels, n, p, &why)) fail_msg("%s", why.text);
    if (th_project_create(p, dir, &why)) fail_msg("%s", why.text);
    if (th_project_load(dir, p, &why)) fail_msg("%s", why.text);
}

#endif
