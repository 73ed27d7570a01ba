/* serve/tls.h -- the studio's own certificate, so that other computers can reach it encrypted.
 *
 * Browsers give microphone, camera and sensors only to pages that came encrypted.  No authority can vouch for an
 * address of a home or school, so the certificate vouches for itself (X.509 v3, ECDSA P-256 with SHA-256, which phones
 * of ten years know; they don't know Ed25519), the browser warns once, and people compare its fingerprint.  It names
 * all addresses of this computer, NAME, NAME.local and localhost, lasts for 397 days (browsers refuse more than 398),
 * and is made anew, with a new key, when an address or the name is not in it or less than 14 days are left.
 * Addresses of the last one stay in it: a computer that goes from one network to another and back needs no third. */
#ifndef TH_SERVE_TLS_H
#define TH_SERVE_TLS_H

#include "base/why.h"
#include "os/net.h"

#include <stdint.h>

#define TH_FINGERPRINT_BYTES 96 /* SHA-256 as AB:CD:.., with its NUL */

/* What GnuTLS is told by libmicrohttpd: TLS 1.3 and 1.2, without what is known to be weak. */
#define TH_TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

typedef struct th_tls {
    char *certificate, *key; /* PEM */
    char fingerprint[TH_FINGERPRINT_BYTES];
} th_tls;

/* From dir/tls.pem and dir/tls.key, which are made when they are not there or not right any more; dir is private.
 * Free with th_tls_free.  Errors: TH_EIO, TH_ETOOL (GnuTLS). */
TH_NODISCARD th_err th_tls_open(const char *dir, const th_net *net, int64_t now_ms, th_tls *tls, th_why *why);
void th_tls_free(th_tls *tls); /* the key's bytes are wiped */

#endif
