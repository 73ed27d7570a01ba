/* serve/qr.h -- a text as the square of dots that a phone's camera reads (libqrencode, correction level M). */
#ifndef TH_SERVE_QR_H
#define TH_SERVE_QR_H

#include "base/why.h"

/* <svg ..>: black on white whatever the page's colours, with the quiet edge of four dots (ISO/IEC 18004); without
 * style or script, so it stands under any policy.  free(*svg).  Errors: TH_ERANGE (too long), TH_ENOMEM. */
TH_NODISCARD th_err th_qr_svg(const char *text, char **svg, th_why *why);

/* Lines for a terminal that knows ANSI colours, two rows of dots in each by half blocks.  free(*lines). */
TH_NODISCARD th_err th_qr_terminal(const char *text, char **lines, th_why *why);

#endif
