#include "data/light.h"

#include <math.h>

const th_light th_light_steps[TH_LIGHT_STEPS] = {
    {TH_LIGHT_STOPS, -3.0f},    {TH_LIGHT_STOPS, -2.0f},    {TH_LIGHT_STOPS, -1.0f},    {TH_LIGHT_STOPS, -0.5f},
    {TH_LIGHT_STOPS, 0.5f},     {TH_LIGHT_STOPS, 1.0f},     {TH_LIGHT_STOPS, 2.0f},     {TH_LIGHT_CONTRAST, 0.3f},
    {TH_LIGHT_CONTRAST, 0.6f},  {TH_LIGHT_CONTRAST, 0.8f},  {TH_LIGHT_CONTRAST, 1.25f}, {TH_LIGHT_CONTRAST, 1.6f},
    {TH_LIGHT_GAMMA, 0.5f},     {TH_LIGHT_GAMMA, 0.7f},     {TH_LIGHT_GAMMA, 1.4f},     {TH_LIGHT_GAMMA, 2.0f},
    {TH_LIGHT_KELVIN, 2700.0f}, {TH_LIGHT_KELVIN, 4000.0f}, {TH_LIGHT_KELVIN, 5000.0f}, {TH_LIGHT_KELVIN, 10000.0f},
};

const char *th_light_name(th_light_kind kind)
{
    static const char *const name[] = {"light", "contrast", "gamma", "temperature"};
    return name[kind];
}

static double linear(double v)
{
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double encoded(double v)
{
    return v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
}

/* Colour of a black body as linear sRGB with a brightness (Y) of 1. */
static void black_body(double kelvin, double rgb[3])
{
    const double t = 1e3 / kelvin;
    const double x = kelvin < 4000 ? ((-0.2661239 * t - 0.2343589) * t + 0.8776956) * t + 0.179910
                                   : ((-3.0258469 * t + 2.1070379) * t + 0.2226347) * t + 0.240390;
    const double y = kelvin < 2222   ? ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
                     : kelvin < 4000 ? ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
                                     : ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483;
    const double big_x = x / y, big_z = (1 - x - y) / y;
    rgb[0] = 3.2404542 * big_x - 1.5371385 - 0.4985314 * big_z;
    rgb[1] = -0.9692660 * big_x + 1.8760108 + 0.0415560 * big_z;
    rgb[2] = 0.0556434 * big_x - 0.2040259 + 1.0572252 * big_z;
}

/* What red, green and blue light is multiplied with. */
static void factors(const th_light *l, double factor[3])
{
    double day[3];
    for (int c = 0; c < 3; c++) factor[c] = l->kind == TH_LIGHT_STOPS ? exp2((double)l->amount) : 1;
    if (l->kind != TH_LIGHT_KELVIN) return;
    black_body(6504, day);
    black_body((double)l->amount, factor);
    for (int c = 0; c < 3; c++) factor[c] = factor[c] > 0 ? factor[c] / day[c] : 0;
}

static double changed(const th_light *l, double factor, double v)
{
    if (l->kind == TH_LIGHT_CONTRAST) return 0.5 + (v - 0.5) * (double)l->amount;
    if (l->kind == TH_LIGHT_GAMMA) return pow(v, (double)l->amount);
    return encoded(linear(v) * factor);
}

void th_light_tables(const th_light *l, uint8_t to[3][256])
{
    double factor[3];
    factors(l, factor);
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < 256; i++) {
            const double v = changed(l, factor[c], i / 255.0);
            to[c][i] = (uint8_t)(v < 0 ? 0 : v > 1 ? 255 : v * 255 + 0.5);
        }
}

void th_light_apply(const uint8_t tables[3][256], const uint8_t *from, size_t n, int32_t c, uint8_t *to)
{
    for (size_t i = 0; i < n * (size_t)c; i++) to[i] = tables[c == 3 ? i % 3 : 1][from[i]];
}
