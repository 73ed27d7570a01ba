/* One row of the sound picture: from samples to the loudness of a mel band. */
#ifndef SOUND_H
#define SOUND_H

#define PI 3.14159265f

/* Hann's window at place t of n: 0 at the edge, 1 in the middle. */
float window(int t, int n);

/* p[k], k = 0 .. n / 2: the power of the wave that swings k times in the n samples x[0 .. n - 1]. */
void power(const float *x, int n, float *p);

/* Hertz in mel. */
float mel(float hz);

/* The power of one band, of p[0 .. n / 2] as power() makes it from n samples at this rate (samples a second); low,
 * centre and high in Hz. */
float band(const float *p, int n, float rate, float low, float centre, float high);

/* ln(energy + 0.000001) */
float loud(float energy);

#endif
