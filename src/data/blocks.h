/* data/blocks.h -- blocks of features in words, as thimble.ini has them: parts with ; between them.
 *
 *   raw | aligned | stats WORD.. | crossings | autocorrelation N | spectral N bands|bins [peaks K] | wavelet
 * N haar|db2|db4 | spectrogram N bands|bins frame ROWS hop ROWS | orientation [rad|deg] words of stats: mean sd rms min
 * max range skew kurtosis step */
#ifndef TH_DATA_BLOCKS_H
#define TH_DATA_BLOCKS_H

#include "base/why.h"
#include "dsp/block.h"

/* Parts of the text -> cfg->part and n_parts; the other members are set before, and all together are checked.
 * Errors: TH_EUSAGE: the text names the word and what is possible. */
TH_NODISCARD th_err th_blocks_parse(const char *text, th_block_cfg *cfg, th_why *why);

#endif
