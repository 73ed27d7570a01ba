/* Audio operators against second versions written from their definitions, in wide integers or double; and, where only
 * the reference's own rounding decides (the integer transforms), hashes of outputs that equalled its bytes. */
#include "one_op.h"

#include <math.h>

static int64_t floor_div(int64_t a, int64_t b) /* b > 0 */
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static int64_t limit16(int64_t v)
{
    return v < -32768 ? -32768 : v > 32767 ? 32767 : v;
}

static void window(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_WINDOW);
        const int32_t size = one_between(o, 1, 80), rows = one_between(o, 1, 3), shift = one_between(o, 6, 16);
        int16_t w[80];
        one_random(o, TH_S16, w, sizeof w);
        w[0] = -32768;
        one_in(o, TH_S16, one_shape(2, rows, size, 0), NULL);
        one_in(o, TH_S16, one_shape(1, size, 0, 0), w);
        one_out(o, TH_S16, one_shape(2, rows, size, 0));
        one_option(o, "shift", shift, false);
        one_feed(o, 2);
        one_run(o);
        const int16_t *x = (const int16_t *)(void *)o->fed_bytes, *y = (const int16_t *)(void *)o->made;
        for (int32_t i = 0; i < 2 * rows * size; i++)
            assert_int_equal(y[i], limit16(floor_div((int64_t)x[i] * w[i % size], (int64_t)1 << shift)));
        one_free(o);
    }
}

static void auto_scale(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_FFT_AUTO_SCALE);
        const int32_t n = one_between(o, 1, 60);
        one_in(o, TH_S16, one_shape(1, n, 0, 0), NULL);
        one_out(o, TH_S16, one_shape(1, n, 0, 0));
        one_out(o, TH_S32, one_shape(0, 0, 0, 0));
        one_feed(o, 1);
        if (seed % 10 == 0) memset(o->fed_bytes, 0, o->n_fed);
        one_run(o);
        const int16_t *x = (const int16_t *)(void *)o->fed_bytes, *y = (const int16_t *)(void *)o->made;
        int32_t most = 0, shift = 0, told;
        for (int32_t i = 0; i < n; i++) most = abs(x[i]) > most ? abs(x[i]) : most;
        while (most && most << (shift + 1) <= 32767) shift++; /* as large as fits */
        memcpy(&told, y + n, sizeof told);
        assert_int_equal(told, shift);
        for (int32_t i = 0; i < n; i++) assert_int_equal(y[i], x[i] * (1 << shift));
        one_free(o);
    }
}

/* The reference's answer to -32768, whose size does not fit: what comes after it counts, and then everything wraps. */
static void auto_scale_of_the_lowest_value(void **state)
{
    (void)state;
    const int16_t x[4] = {9, -32768, 100, -3}, want[4] = {9 * 256, 0, 25600, -768};
    int32_t told;
    one_op *o = one_new(1, TH_OP_SIGNAL_FFT_AUTO_SCALE);
    one_in(o, TH_S16, one_shape(1, 4, 0, 0), NULL);
    one_out(o, TH_S16, one_shape(1, 4, 0, 0));
    one_out(o, TH_S32, one_shape(0, 0, 0, 0));
    one_feed(o, 1);
    memcpy(o->fed_bytes, x, sizeof x);
    one_run(o);
    memcpy(&told, o->made + 8, sizeof told);
    assert_int_equal(told, 8);
    assert_memory_equal(o->made, want, sizeof want);
    one_free(o);
}

static void energy(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_ENERGY);
        const int32_t n = one_between(o, 1, 60), start = 0, end = n;
        one_in(o, TH_S16, one_shape(1, 2 * n, 0, 0), NULL);
        one_out(o, TH_U32, one_shape(1, n, 0, 0));
        one_option(o, "end_index", end, false);
        one_option(o, "start_index", start, false);
        one_feed(o, 1);
        int16_t *x = (int16_t *)(void *)o->fed_bytes;
        x[0] = x[1] = -32768; /* 2^31 */
        one_run(o);
        const uint32_t *y = (const uint32_t *)(void *)o->made;
        for (int32_t k = 0; k < n; k++)
            assert_true((int64_t)y[k] == (int64_t)x[2 * k] * x[2 * k] + (int64_t)x[2 * k + 1] * x[2 * k + 1]);
        one_free(o);
    }
}

/* Outside start .. end there is 0: nothing of what the memory held before. */
static void energy_of_a_part(void **state)
{
    (void)state;
    for (int32_t start = 0; start < 6; start++) {
        one_op *o = one_new((uint64_t)start, TH_OP_SIGNAL_ENERGY);
        one_in(o, TH_S16, one_shape(1, 20, 0, 0), NULL);
        one_out(o, TH_U32, one_shape(1, 10, 0, 0));
        one_option(o, "end_index", start + 3, false);
        one_option(o, "start_index", start, false);
        one_feed(o, 2);
        int16_t *x = (int16_t *)(void *)o->fed_bytes;
        for (int32_t i = 0; i < 40; i++) x[i] = (int16_t)(i + 1);
        one_run(o);
        const uint32_t *y = (const uint32_t *)(void *)o->made;
        for (int32_t k = 0; k < 10; k++) {
            const int32_t a = 2 * k + 1, b = 2 * k + 2;
            assert_int_equal(y[k], k < start || k >= start + 3 ? 0 : a * a + b * b);
        }
        one_free(o);
    }
}

/* Every output on its own: its rising flank in the tables of band c + 1, its falling one in those of band c. */
static void filter_bank(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_FILTER_BANK);
        const int32_t n = one_between(o, 1, 12), bins = 64;
        int16_t start[13], first[13], width[13], w[200], u[200];
        int32_t total = 0;
        for (int32_t i = 0; i <= n; i++) {
            width[i] = (int16_t)one_between(o, 0, 14);
            start[i] = (int16_t)one_between(o, 0, bins - width[i]);
            first[i] = (int16_t)total;
            total += width[i];
        }
        if (total == 0) width[0] = 1, total = 1;
        one_random(o, TH_S16, w, sizeof w);
        one_random(o, TH_S16, u, sizeof u);
        one_in(o, TH_U32, one_shape(1, bins, 0, 0), NULL);
        one_in(o, TH_S16, one_shape(1, total, 0, 0), w);
        one_in(o, TH_S16, one_shape(1, total, 0, 0), u);
        one_in(o, TH_S16, one_shape(1, n + 1, 0, 0), start);
        one_in(o, TH_S16, one_shape(1, n + 1, 0, 0), first);
        one_in(o, TH_S16, one_shape(1, n + 1, 0, 0), width);
        one_out(o, TH_U64, one_shape(1, n, 0, 0));
        one_option(o, "num_channels", n, false);
        one_feed(o, 1);
        one_run(o);
        const uint32_t *x = (const uint32_t *)(void *)o->fed_bytes;
        for (int32_t c = 0; c < n; c++) {
            int64_t sum = 0;
            uint64_t y;
            for (int32_t k = 0; k < width[c]; k++) sum += (int64_t)u[first[c] + k] * x[start[c] + k];
            for (int32_t k = 0; k < width[c + 1]; k++) sum += (int64_t)w[first[c + 1] + k] * x[start[c + 1] + k];
            memcpy(&y, o->made + 8 * c, 8);
            assert_true(y == (uint64_t)sum);
        }
        one_free(o);
    }
}

/* r = round(sqrt x):  (2r - 1)^2 <= 4x < (2r + 1)^2, or the largest value where that is above it. */
static bool is_root(uint64_t x, uint64_t r)
{
    const uint64_t most = x >> 32 ? UINT32_MAX : UINT16_MAX;
    const bool above = r * r < x && x - r * r > r, below = r > 0 && r * r > x && r * r - x >= r;
    return !below && r <= most && (!above || r == most);
}

static void square_root(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_FILTER_BANK_SQUARE_ROOT);
        const int32_t n = one_between(o, 1, 60), shift = seed % 2 ? 0 : one_between(o, 0, 15);
        one_in(o, TH_U64, one_shape(1, n, 0, 0), NULL);
        one_in(o, TH_S32, one_shape(0, 0, 0, 0), NULL);
        one_out(o, TH_U32, one_shape(1, n, 0, 0));
        one_feed(o, 1);
        uint64_t *x = (uint64_t *)(void *)o->fed_bytes;
        x[0] = seed < 3 ? seed : (seed << 28) * (seed << 28) + seed % 5; /* small ones, squares and their neighbours */
        memcpy(o->fed_bytes + 8 * n, &shift, sizeof shift);
        one_run(o);
        const uint32_t *y = (const uint32_t *)(void *)o->made;
        for (int32_t i = 0; i < n; i++) {
            if (shift == 0) assert_true(is_root(x[i], y[i]));
            const double r = sqrt((double)x[i]);
            assert_true(fabs((double)y[i] - r / (1 << shift)) <= 1.0 + 1e-15 * r);
        }
        one_free(o);
    }
}

static const char *const subtraction_key[] = {"alternate_one_minus_smoothing",
                                              "alternate_smoothing",
                                              "clamping",
                                              "min_signal_remaining",
                                              "num_channels",
                                              "one_minus_smoothing",
                                              "smoothing",
                                              "smoothing_bits",
                                              "spectral_subtraction_bits"};

static void subtraction(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION);
        const int32_t n = one_between(o, 1, 40), bits = 14, clamping = (int32_t)(seed % 2), q = one_between(o, 0, 12),
                      runs = 5;
        const int32_t even = one_between(o, 1, 16383), odd = one_between(o, 1, 16383), least = one_between(o, 0, 16383);
        const int32_t value[] = {16384 - odd, odd, clamping, least, n, 16384 - even, even, q, bits};
        for (int i = 0; i < 9; i++) one_option(o, subtraction_key[i], value[i], i == 2);
        one_in(o, TH_U32, one_shape(1, n, 0, 0), NULL);
        one_out(o, TH_U32, one_shape(1, n, 0, 0));
        one_out(o, TH_U32, one_shape(1, n, 0, 0));
        one_feed(o, runs);
        uint32_t *x = (uint32_t *)(void *)o->fed_bytes;
        if (seed % 4)
            for (int32_t i = 0; i < n * runs; i++) x[i] >>= q; /* else the upper bits go */
        one_run(o);
        const uint32_t *y = (const uint32_t *)(void *)o->made;
        for (int32_t c = 0; c < n; c++) {
            uint64_t noise = 0;
            for (int32_t r = 0; r < runs; r++) {
                const uint64_t v = x[r * n + c] * ((uint64_t)1 << q) % 4294967296u, a = (uint64_t)(c % 2 ? odd : even);
                noise = (v * a + noise * (16384 - a)) / 16384;
                const uint64_t taken = noise < v ? noise : v, left = (v - taken) >> q,
                               floor = (uint64_t)x[r * n + c] * (uint64_t)least / 16384;
                if (clamping) noise = taken;
                assert_int_equal(y[2 * r * n + c], left > floor ? left : floor);
                assert_int_equal(y[2 * r * n + n + c], noise);
            }
        }
        one_free(o);
    }
}

/* The gain of the definition: three values, then one parabola an octave. */
static int64_t plain_gain(const int16_t *table, uint32_t x)
{
    int32_t octave = 0;
    if (x <= 2) return table[x];
    while ((uint64_t)x >> (octave + 1)) octave++;
    const int16_t *t = table + 4 * (octave + 1) - 6;
    const int64_t frac = (int64_t)floor(ldexp((double)x, 10 - octave)) % 1024;
    const int64_t slope = t[1] * 32 + floor_div(t[2] * frac, 32);
    return (int16_t)(uint16_t)(floor_div(slope * frac + 16384, 32768) + t[0]);
}

static void pcan(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_PCAN);
        const int32_t n = one_between(o, 1, 60), shift = one_between(o, 0, 20);
        int16_t table[125];
        one_random(o, TH_S16, table, sizeof table);
        for (int i = 0; i < 125; i++) table[i] = (int16_t)(table[i] / 2); /* slopes whose products fit 32 bits */
        one_in(o, TH_U32, one_shape(1, n, 0, 0), NULL);
        one_in(o, TH_U32, one_shape(1, n, 0, 0), NULL);
        one_in(o, TH_S16, one_shape(1, 125, 0, 0), table);
        one_out(o, TH_U32, one_shape(1, n, 0, 0));
        one_option(o, "snr_shift", shift, false);
        one_feed(o, 1);
        one_run(o);
        const uint32_t *x = (const uint32_t *)(void *)o->fed_bytes, *y = (const uint32_t *)(void *)o->made;
        for (int32_t i = 0; i < n; i++) {
            const uint32_t gain = (uint32_t)(int32_t)plain_gain(table, x[n + i]),
                           snr = (uint32_t)((uint64_t)x[i] * gain >> shift);
            assert_int_equal(y[i], snr < 8192 ? (uint64_t)snr * snr / 1048576 : snr / 64 - 64);
        }
        one_free(o);
    }
}

/* 2^16 log2 of 1 + i/128, less the straight line. */
static int64_t bow(int64_t i)
{
    return llround(65536.0 * (log2(1.0 + (double)i / 128.0) - (double)i / 128.0));
}

/* 128 pieces an octave; between their ends the reference divides by 2^16, where 2^9 would make a straight line. */
static int64_t plain_log(uint32_t v, int32_t scale)
{
    const int32_t octave = (int32_t)floor(log2((double)v));
    const int64_t frac = (int64_t)floor(ldexp((double)v, 16 - octave)) - 65536, piece = frac / 512;
    const int64_t log2_16 =
        octave * 65536 + frac + bow(piece) + floor_div((bow(piece + 1) - bow(piece)) * (frac % 512), 65536);
    const int64_t ln_16 = (log2_16 * 45426 + 32768) / 65536;
    return (scale * ln_16 + 32768) % 4294967296 / 65536;
}

static void logarithm(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_FILTER_BANK_LOG);
        const int32_t n = one_between(o, 1, 60), scale = one_between(o, 1, 1600), bits = one_between(o, 0, 4);
        one_in(o, TH_U32, one_shape(1, n, 0, 0), NULL);
        one_out(o, TH_S16, one_shape(1, n, 0, 0));
        one_option(o, "input_correction_bits", bits, false);
        one_option(o, "output_scale", scale, false);
        one_feed(o, 1);
        uint32_t *x = (uint32_t *)(void *)o->fed_bytes;
        x[0] = (uint32_t)(seed % 3);
        one_run(o);
        const int16_t *y = (const int16_t *)(void *)o->made;
        for (int32_t i = 0; i < n; i++) {
            const uint32_t v = x[i] << bits;
            const int64_t want = v > 1 ? plain_log(v, scale) : 0;
            assert_int_equal(y[i], limit16(want));
            if (v > 1 && want < 32767) assert_true(fabs((double)want - scale * log((double)v)) <= 0.6 + scale * 2.5e-3);
        }
        one_free(o);
    }
}

/* Frame f of all samples so far, `size` long, begins f * step after the first one, or size - step before it. */
static void framer(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_FRAMER);
        const int32_t step = one_between(o, 1, 12), prefill = (int32_t)(seed % 2),
                      size = one_between(o, prefill ? step : 1, 40);
        const int32_t frames = one_between(o, 1, 4), rows = one_between(o, 1, 3), runs = 8, n = frames * step;
        one_in(o, TH_S16, one_shape(2, rows, n, 0), NULL);
        one_out(o, TH_S16, one_shape(3, rows, frames, size));
        one_out(o, TH_BOOL, one_shape(0, 0, 0, 0));
        one_option(o, "frame_size", size, false);
        one_option(o, "frame_step", step, false);
        one_option(o, "prefill", prefill, true);
        const size_t bytes = 2 * (size_t)(rows * frames * size);
        const int32_t late = prefill ? size - step : 0,
                      wait = prefill ? 0 : (size + step - 1) / step - 1; /* steps before the first frame */
        for (int32_t r = 0; r < runs; r++)
            for (size_t i = 0; i < bytes; i++)
                o->open[(size_t)r * (bytes + 1) + i] = r * frames + (int32_t)i / (2 * size) % frames < wait;
        one_feed(o, runs);
        one_run(o);
        const int16_t *x = (const int16_t *)(void *)o->fed_bytes;
        for (int32_t r = 0; r < runs; r++) {
            const uint8_t *made = o->made + (size_t)r * (bytes + 1);
            assert_int_equal(made[bytes], r * frames >= wait);
            for (int32_t i = 0; i < rows * frames * size; i++) {
                const int32_t row = i / (frames * size), f = r * frames + i / size % frames - wait,
                              t = f * step + i % size - late;
                if (f < 0) continue;
                int16_t y, want = t < 0 ? 0 : x[t / n * rows * n + row * n + t % n];
                memcpy(&y, made + 2 * i, 2);
                assert_int_equal(y, want);
            }
        }
        one_free(o);
    }
}

static void stacker(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_STACKER);
        const int32_t channels = one_between(o, 1, 9), left = one_between(o, 0, 4), right = one_between(o, 0, 4),
                      deep = 1 + left + right;
        const int32_t step = one_between(o, 1, deep), runs = 20;
        one_in(o, TH_S16, one_shape(1, channels, 0, 0), NULL);
        one_out(o, TH_S16, one_shape(1, channels * deep, 0, 0));
        one_out(o, TH_BOOL, one_shape(0, 0, 0, 0));
        one_option(o, "num_channels", channels, false);
        one_option(o, "stacker_left_context", left, false);
        one_option(o, "stacker_right_context", right, false);
        one_option(o, "stacker_step", step, false);
        one_feed(o, runs);
        one_run(o);
        const int16_t *x = (const int16_t *)(void *)o->fed_bytes;
        const size_t bytes = 2 * (size_t)(channels * deep);
        for (int32_t r = 0; r < runs; r++) {
            const uint8_t *made = o->made + (size_t)r * (bytes + 1);
            const bool valid = r >= right && (r - right) % step == 0;
            assert_int_equal(made[bytes], valid);
            for (int32_t i = 0; valid && i < channels * deep; i++) {
                const int32_t from = r - deep + 1 + i / channels;
                int16_t y;
                memcpy(&y, made + 2 * i, 2);
                assert_int_equal(y, x[(from < 0 ? 0 : from) * channels + i % channels]);
            }
        }
        one_free(o);
    }
}

/* Every output sample from the frames that cover it, added in their order. */
static void overlap_add(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        const bool is_float = seed % 2;
        one_op *o = one_new(seed, TH_OP_SIGNAL_OVERLAP_ADD);
        const th_type type = is_float ? TH_F32 : TH_S16;
        const int32_t size = one_between(o, 1, 30), step = one_between(o, 1, size), frames = one_between(o, 1, 3),
                      rows = one_between(o, 1, 3), runs = 6;
        one_in(o, type, one_shape(3, rows, frames, size), NULL);
        one_out(o, type, one_shape(2, rows, frames * step, 0));
        one_option(o, "T", (int32_t)type, false);
        one_option(o, "frame_step", step, false);
        one_feed(o, runs);
        one_run(o);
        for (int32_t i = 0; i < runs * rows * frames * step; i++) {
            const int32_t run = i / (rows * frames * step), row = i / (frames * step) % rows,
                          t = run * frames * step + i % (frames * step);
            float sum = 0.0f;
            int64_t whole = 0;
            for (int32_t f = 0; f * step <= t; f++) {
                if (t - f * step >= size) continue;
                const int32_t at = ((f / frames * rows + row) * frames + f % frames) * size + t - f * step;
                if (is_float)
                    sum += ((const float *)(void *)o->fed_bytes)[at];
                else
                    whole = limit16(whole + ((const int16_t *)(void *)o->fed_bytes)[at]);
            }
            if (is_float)
                assert_true(memcmp(&sum, o->made + 4 * i, 4) == 0);
            else
                assert_int_equal(((const int16_t *)(void *)o->made)[i], whole);
        }
        one_free(o);
    }
}

static void delay(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_SIGNAL_DELAY);
        const int32_t n = one_between(o, 1, 20), late = one_between(o, seed % 10 ? 1 : 0, 45),
                      rows = one_between(o, 1, 3), runs = 6;
        one_in(o, TH_S16, one_shape(2, rows, n, 0), NULL);
        one_out(o, TH_S16, one_shape(2, rows, n, 0));
        one_option(o, "delay_length", late, false);
        one_feed(o, runs);
        one_run(o);
        const int16_t *x = (const int16_t *)(void *)o->fed_bytes, *y = (const int16_t *)(void *)o->made;
        for (int32_t i = 0; i < runs * rows * n; i++) {
            const int32_t row = i / n % rows, t = i / (rows * n) * n + i % n - late;
            assert_int_equal(y[i], t < 0 ? 0 : x[(t / n * rows + row) * n + t % n]);
        }
        one_free(o);
    }
}

/* What cannot be run is refused, with the option's name. */
static void refusals(void **state)
{
    (void)state;
    th_why why = {0};
    one_op *o = one_new(1, TH_OP_SIGNAL_WINDOW);
    one_in(o, TH_S16, one_shape(1, 8, 0, 0), NULL);
    one_in(o, TH_S16, one_shape(1, 8, 0, 0), NULL);
    one_out(o, TH_S16, one_shape(1, 8, 0, 0));
    assert_int_equal(one_plan(o, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "shift"));
    one_option(o, "shift", 32, false);
    assert_int_equal(one_plan(o, &why), TH_EFORMAT);
    o->option[0].value = 31;
    assert_int_equal(one_plan(o, &why), TH_OK);
    o->g->tensors[1].shape.d[0] = 3;
    assert_int_equal(one_plan(o, &why), TH_ESHAPE);
    one_free(o);
    o = one_new(1, TH_OP_SIGNAL_FILTER_BANK);
    const int16_t start[2] = {0, 6}, first[2] = {0, 2}, width[2] = {2, 3}, w[5] = {0};
    one_in(o, TH_U32, one_shape(1, 8, 0, 0), NULL); /* the second band ends at 9 */
    one_in(o, TH_S16, one_shape(1, 5, 0, 0), w);
    one_in(o, TH_S16, one_shape(1, 5, 0, 0), w);
    one_in(o, TH_S16, one_shape(1, 2, 0, 0), start);
    one_in(o, TH_S16, one_shape(1, 2, 0, 0), first);
    one_in(o, TH_S16, one_shape(1, 2, 0, 0), width);
    one_out(o, TH_U64, one_shape(1, 1, 0, 0));
    one_option(o, "num_channels", 1, false);
    assert_int_equal(one_plan(o, &why), TH_ESHAPE);
    o->g->tensors[0].shape.d[0] = 9;
    assert_int_equal(one_plan(o, &why), TH_OK);
    one_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window),
        cmocka_unit_test(auto_scale),
        cmocka_unit_test(auto_scale_of_the_lowest_value),
        cmocka_unit_test(energy),
        cmocka_unit_test(energy_of_a_part),
        cmocka_unit_test(filter_bank),
        cmocka_unit_test(square_root),
        cmocka_unit_test(subtraction),
        cmocka_unit_test(pcan),
        cmocka_unit_test(logarithm),
        cmocka_unit_test(framer),
        cmocka_unit_test(stacker),
        cmocka_unit_test(overlap_add),
        cmocka_unit_test(delay),
        cmocka_unit_test(refusals),
        cmocka_unit_test(tflm_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
