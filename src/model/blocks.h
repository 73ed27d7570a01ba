/* model/blocks.h -- blocks of features (dsp/block.h) in words, as thimble.ini has them: parts with ; or ends of lines
 * between them, words in the order of this list, those in brackets where wanted.
 *
 *   raw
 *   aligned
 *   stats WORD..                   mean sd rms min max range skew kurtosis step
 *   crossings
 *   autocorrelation N [step ROWS]
 *   spectral N bands|bins [peaks K] [fft ROWS] [floor POWER] [FILTER [order N]]
 *   spectrogram N bands|bins frame ROWS hop ROWS [fft ROWS] [floor POWER] [FILTER [order N]]
 *   wavelet N haar|db2|db4
 *   orientation [rad|deg] [edge HZ]
 *
 * stats to spectrogram may say "upright" behind these words: of what `aligned` makes of the rows.
 * FILTER: lowpass HZ, highpass HZ or bandpass HZ HZ; order 2 unless said.  Each may end in "axes" and a list such as
 * 1-3,5 (counted from 1); without it all axes take part, but for orientation the first three, and with a gyroscope
 * (rad, deg: per second) the first six. */
#ifndef TH_MODEL_BLOCKS_H
#define TH_MODEL_BLOCKS_H

#include "base/why.h"
#include "dsp/block.h"

/* Parts of the text -> cfg->part and n_parts; the other members are set before, and all together are checked.
 * Errors: TH_EUSAGE: the text names the part, the word and what is possible. */
TH_NODISCARD th_err th_blocks_parse(const char *text, th_block_cfg *cfg, th_why *why);

/* The words of a part, as th_text_fmt (returns the length): they parse to the same numbers. */
size_t th_blocks_print(const th_block_part *part, char *buf, size_t cap);

#endif
