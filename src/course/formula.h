/* course/formula.h -- formulas: a part of TeX to MathML, which browsers and readers of EPUB show and speak without
 * help, and to plain text for a terminal.
 *
 *   letters, digits, 3.14   x a number; a letter is a variable
 *   + - = < > * / ! ' | , ; : . ( ) [ ]
 *   a^b  a_b  a_b^c         exponent, index; of \sum, \prod, \int, \lim: limits
 *   {..}                    a group
 *   \frac{a}{b} \sqrt{x} \sqrt[n]{x} \binom{n}{k}
 *   \left( .. \right)       brackets as large as what is in them: ( ) [ ] | \{ \} \lfloor .. and "." for none
 *   \text{..} \mathrm{..} \operatorname{..}   words, upright
 *   \mathbf{..} \mathbb{..} \mathcal{..}
 *   \hat{x} \bar{x} \tilde{x} \vec{x} \dot{x} \overline{..} \underbrace{..} \overbrace{..}
 *   \begin{matrix} a & b \\ c & d \end{matrix}   also pmatrix, bmatrix, cases, aligned
 *   \cdot \times \le \ge \approx \ne \to \infty \in .., Greek letters, \sin \log \max .., \quad \, \; \! \\
 *
 * Whatever else begins with a backslash is an error that names it. */
#ifndef TH_COURSE_FORMULA_H
#define TH_COURSE_FORMULA_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>

/* tex: UTF-8 without its dollars.  display: on a line of its own.  <math ..>..</math>; free() it.  The TeX itself is
 * its alttext.  Errors: TH_EFORMAT (what is unknown or not closed), TH_ERANGE (nested too deep, too long), TH_ENOMEM.
 */
TH_NODISCARD th_err th_formula_mathml(th_span tex, bool display, char **mathml, th_why *why);

/* "x^2/(2 n)" as one can read it in a terminal: "x² ⁄ (2 n)"; free() it.  Errors: as above. */
TH_NODISCARD th_err th_formula_text(th_span tex, char **text, th_why *why);

#endif
