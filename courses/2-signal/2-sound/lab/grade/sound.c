/* Holds the five functions of sound.h to what chapter 2.2 says of them. */
#include "lab.h"
#include "sound.h"

#include <math.h>

#define N    32
#define RATE 16000.0f

static float x[N], p[N / 2 + 1];

static int near(float a, float b, float part)
{
    return fabsf(a - b) <= part * (1 + fabsf(b));
}

/* A wave that swings k times in N samples and begins at `phase`. */
static void wave(float k, float phase, float high)
{
    for (int t = 0; t < N; t++) x[t] = high * cosf(2 * PI * k * (float)t / N + phase);
}

static void clear(void)
{
    for (int k = 0; k <= N / 2; k++) p[k] = -1;
}

static int loudest(void)
{
    int best = 0;
    for (int k = 1; k <= N / 2; k++)
        if (p[k] > p[best]) best = k;
    return best;
}

static void windows(void)
{
    lab_case("window");
    for (int n = 32; n <= 512; n *= 4) {
        lab_want(fabsf(window(0, n)) < 1e-3f, "window(0, %d) is %.3f; at the edge it should be 0", n,
                 (double)window(0, n));
        lab_want(near(window(n / 2, n), 1, 1e-3f), "window(%d, %d) is %.3f; in the middle it should be 1", n / 2, n,
                 (double)window(n / 2, n));
        lab_want(near(window(n / 4, n), 0.5f, 1e-3f), "window(%d, %d) is %.3f; at a quarter it should be 0.5", n / 4, n,
                 (double)window(n / 4, n));
    }
}

static void tones(void)
{
    lab_case("tone");
    for (int k = 2; k < N / 2; k += 4) {
        wave((float)k, 0, 1);
        clear();
        power(x, N, p);
        lab_want(p[N / 2] >= 0, "p[%d] was not written: k goes from 0 to n / 2, and n / 2 is one of them", N / 2);
        lab_want(loudest() == k, "a wave of %d swings was found in bin %d", k, loudest());
        lab_want(near(p[k], (float)N * N / 4, 0.01f),
                 "a wave of %d swings and height 1 has the power %.2f in its bin; it is %d", k, (double)p[k],
                 N * N / 4);
    }
}

static void phases(void)
{
    lab_case("phase");
    const int k = 3 + lab_below(10);
    for (int i = 0; i < 8; i++) {
        wave((float)k, (float)i * PI / 4, 1);
        clear();
        power(x, N, p);
        lab_want(near(p[k], (float)N * N / 4, 0.01f),
                 "the same wave of %d swings, begun at %d eighths of a turn, has the power %.2f where it was %d", k, i,
                 (double)p[k], N * N / 4);
    }
}

static void mels(void)
{
    lab_case("mel");
    lab_want(near(mel(1000), 999.99f, 1e-3f), "mel(1000) is %.2f; 1,000 Hz are 1,000 mel", (double)mel(1000));
    lab_want(near(mel(0), 0, 1e-3f), "mel(0) is %.2f; it should be 0", (double)mel(0));
    const float hz = lab_range(100, 7000), is = 1127 * logf(1 + hz / 700);
    lab_want(near(mel(hz), is, 1e-3f), "mel(%.1f) is %.2f; it should be %.2f", (double)hz, (double)mel(hz), (double)is);
}

static float band_is(float low, float centre, float high)
{
    float sum = 0;
    for (int k = 0; k <= N / 2; k++) {
        const float hz = (float)k * RATE / N;
        if (hz > low && hz < high)
            sum += p[k] * (hz <= centre ? (hz - low) / (centre - low) : (high - hz) / (high - centre));
    }
    return sum;
}

static void bands(void)
{
    lab_case("band");
    for (int k = 0; k <= N / 2; k++) p[k] = 1;
    const float b = band(p, N, RATE, 1000, 2000, 4000), is = band_is(1000, 2000, 4000);
    lab_want(near(b, is, 1e-3f),
             "all bins 1, band from 1,000 over 2,000 to 4,000 Hz: you count %.3f, and it should be %.3f", (double)b,
             (double)is);
    for (int i = 0; i < 10; i++) {
        for (int k = 0; k <= N / 2; k++) p[k] = lab_range(0, 10);
        const float low = lab_range(50, 2000), centre = low + lab_range(300, 1500),
                    high = centre + lab_range(300, 3000);
        const float mine = band(p, N, RATE, low, centre, high), right = band_is(low, centre, high);
        lab_want(near(mine, right, 2e-3f), "the band %.0f, %.0f, %.0f Hz counts %.3f; it should be %.3f", (double)low,
                 (double)centre, (double)high, (double)mine, (double)right);
    }
}

static void silence(void)
{
    lab_case("silence");
    lab_want(isfinite(loud(0)), "loud(0) is no number: the logarithm of 0 is minus infinity");
    lab_want(near(loud(0), -13.8155f, 1e-3f), "loud(0) is %.3f; it should be -13.816", (double)loud(0));
    lab_want(near(loud(1), 0, 1e-3f), "loud(1) is %.3f; it should be 0", (double)loud(1));
}

/* Window, power, a band, loudness: of the same noise at a height. */
static float row(const float *sound, float high, float low_hz, float centre_hz, float high_hz)
{
    for (int t = 0; t < N; t++) x[t] = high * sound[t] * window(t, N);
    power(x, N, p);
    return loud(band(p, N, RATE, low_hz, centre_hz, high_hz));
}

static void rows(void)
{
    lab_case("row");
    static float sound[N];
    for (int t = 0; t < N; t++) sound[t] = lab_range(-1, 1);
    for (float c = 800; c < 7000; c *= 2) {
        const float quiet = row(sound, 0.1f, c / 2, c, c * 1.6f), strong = row(sound, 1, c / 2, c, c * 1.6f);
        lab_want(near(strong - quiet, 4.605f, 0.01f),
                 "ten times the amplitude made the band at %.0f Hz brighter by %.3f; it should be ln(100), 4.605",
                 (double)c, (double)(strong - quiet));
    }
}

void lab_grade(void)
{
    windows();
    tones();
    phases();
    mels();
    bands();
    silence();
    rows();
}
