/* cli/spark.h -- small pictures of numbers in characters. */
#ifndef TH_CLI_SPARK_H
#define TH_CLI_SPARK_H

#include <stdbool.h>
#include <stddef.h>

/* Can the terminal show more than ASCII?  By LC_ALL, LC_CTYPE, LANG. */
bool th_terminal_is_utf8(void);

/* y [n] as a line of at most `width` bars between their smallest and largest ("lower left, upper right"); what is no
 * number is left out.  Without utf8: of the characters _.-=*#  buf: 3 * width + 1 bytes. */
void th_spark(const double *y, size_t n, int width, bool utf8, char *buf);

#endif
