/* course/badge.h -- certificates: an Open Badge 3.0, that is a verifiable credential as a JWT, signed with Ed25519.
 *
 *   th_badge --th_badge_sign (the issuer's key)--> "header.payload.signature" --th_badge_svg--> a picture with it
 * inside
 *                                                            \_ th_badge_verify: th_badge again, or what is wrong
 *
 * The key that signed stands in the JWT itself (as jwk and as did:key), so that everybody can verify without a network;
 * who the key belongs to, only its fingerprint can tell: one compares it with what the school gave out, as a seal.
 * A certificate has one spelling: whatever byte of it is changed, added or left out, it fails to verify, and so does
 * the picture.
 *
 * Sources: 1EdTech Open Badges 3.0 (AchievementCredential, JSON Web Token proof, baking SVG), W3C VC Data Model 2.0,
 * RFC 7515 (JWS), RFC 8037 (Ed25519 in JOSE), W3C CCG did:key. */
#ifndef TH_COURSE_BADGE_H
#define TH_COURSE_BADGE_H

#include "base/span.h"
#include "base/why.h"

#include <stdint.h>

#define TH_BADGE_TEXT        200   /* bytes of a text, with its NUL */
#define TH_BADGE_BYTES       16384 /* the most that a certificate, or its picture, takes */
#define TH_FINGERPRINT_BYTES 96    /* "AB:CD:..", of 32 bytes */

typedef struct th_badge {
    char id[48];                 /* "urn:uuid:.." */
    char learner[TH_BADGE_TEXT]; /* as she calls herself */
    char course[TH_BADGE_TEXT], title[TH_BADGE_TEXT];
    char criteria[TH_BADGE_TEXT * 3]; /* what she has done for it */
    char level[32];                   /* "practice" or "class": how it was graded */
    char issuer[TH_BADGE_TEXT];       /* name of the school */
    char version[32];                 /* of Thimble */
    int64_t at_s;                     /* since 1970 */
} th_badge;

typedef struct th_badge_key {
    uint8_t secret[64], open[32];
} th_badge_key;

/* The issuer's key out of a file that only its owner may read, made by chance when there is none.
 * Errors: TH_EIO, TH_EFORMAT (no key of ours). */
TH_NODISCARD th_err th_badge_key_open(const char *path, th_badge_key *key, th_why *why);
/* SHA-256 of the open key: "AB:CD:..". */
void th_badge_fingerprint(const uint8_t open[32], char text[TH_FINGERPRINT_BYTES]);

/* badge->id is made by chance when it is "". free() the JWT. Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_badge_sign(th_badge *badge, const th_badge_key *key, char **jwt, th_why *why);

/* A certificate as it was got: the JWT's text, or the SVG with it inside.  open: the key that signed.
 * Errors: TH_EFORMAT (no certificate), TH_ERANGE (it was changed after it was signed). */
TH_NODISCARD th_err th_badge_verify(th_span file, th_badge *badge, uint8_t open[32], th_why *why);

/* The same certificate as a picture to print and to hang up; free() it.  Always the same bytes for the same JWT.
 * Errors: those of th_badge_verify. */
TH_NODISCARD th_err th_badge_svg(const char *jwt, char **svg, th_why *why);

#endif
