/* data/light.h -- the same picture in another light, or through a camera with other settings.
 *
 *   light        by stops: linear light times 2^stops, as the sun, a cloud, a wrong exposure do; what is beyond white
 * is cut contrast     (v - 1/2) times, about the middle; haze is below 1 gamma        v^gamma: below 1 the dark parts
 * are lifted, above 1 lowered temperature  the light's colour in kelvin: linear light times the black body's colour,
 * the sum of brightness kept; 2700 a lamp, 4000 a tube, 6504 daylight as it is, 10000 the shade of a clear day
 *
 * v is a byte over 255; linear light is sRGB's (IEC 61966-2-1).  Each colour by itself, so that a step is three tables.
 * Black body: Kim et al., US patent 7024034 B2 (2006), from 1667 to 25000 K. */
#ifndef TH_DATA_LIGHT_H
#define TH_DATA_LIGHT_H

#include <stddef.h>
#include <stdint.h>

typedef enum th_light_kind { TH_LIGHT_STOPS, TH_LIGHT_CONTRAST, TH_LIGHT_GAMMA, TH_LIGHT_KELVIN } th_light_kind;

typedef struct th_light {
    th_light_kind kind;
    float amount;
} th_light;

/* Name of a kind ("light" ..). */
const char *th_light_name(th_light_kind kind);

/* What `thimble test --light` tries: TH_LIGHT_STEPS of them, each kind's from little to much. */
enum { TH_LIGHT_STEPS = 20 };
extern const th_light th_light_steps[TH_LIGHT_STEPS];

/* What each byte of red, green and blue becomes. */
void th_light_tables(const th_light *l, uint8_t to[3][256]);

/* n pixels [n][c], c 1 (by the table of green) or 3: from -> to, which may be the same. */
void th_light_apply(const uint8_t tables[3][256], const uint8_t *from, size_t n, int32_t c, uint8_t *to);

#endif
