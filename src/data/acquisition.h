/* data/acquisition.h -- Edge Impulse's data acquisition format, as devices and the Studio write it:
 *
 *   {"protected": {"ver": "v1", "alg": "HS256" or "none"}, "signature": 64 hex digits,
 *    "payload": {"device_name", "device_type", "interval_ms", "sensors": [{"name", "units"}, ..], "values": [[..],
 * ..]}}
 *
 * as JSON or, the same tree, as CBOR.  With one sensor a row may be its number alone; one sensor with the units "wav"
 * is sound in 16 bits.  The signature is HMAC-SHA256 of the whole file with 64 times the sign 0 in its place. Source:
 * docs.edgeimpulse.com, "Data acquisition format". */
#ifndef TH_DATA_ACQUISITION_H
#define TH_DATA_ACQUISITION_H

#include "base/span.h"
#include "base/why.h"

typedef struct th_acquisition {
    char device[128];   /* its name, or else its type */
    double interval_ms; /* 0: rows have no times */
    bool sound;         /* units wav */
    char *channels;     /* names joined by commas */
    float *rows;        /* [n][n_channels] */
    int32_t n, n_channels;
} th_acquisition;

/* Whether a file looks like one, by its name and its beginning. */
bool th_acquisition_fits(const char *path, th_span head);

/*   name   of the file, for errors
 *   key    the file must be signed with it; NULL: any signature will do
 * Errors: TH_EFORMAT (file and field or row, and what is wrong with it; a signature that is missing or wrong),
 * TH_ERANGE (over 128 MB), TH_ENOMEM. */
TH_NODISCARD th_err th_acquisition_parse(th_span bytes, const char *name, const char *key, th_acquisition *a,
                                         th_why *why);
void th_acquisition_free(th_acquisition *a);

/* The JSON of one, fresh memory, signed with `key`; NULL: "alg" is none, and the signature 64 times 0.
 *   units   of every channel: "wav" for sound
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_acquisition_print(const th_acquisition *a, const char *units, const char *key, char **text,
                                         th_why *why);

#endif
