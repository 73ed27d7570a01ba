/* os/run.h -- the running program itself: time, Ctrl-C, terminal, processors. */
#ifndef TH_OS_RUN_H
#define TH_OS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds of a clock that only goes forward. */
double th_clock_s(void);
/* Seconds that the calling thread has had a processor: what other programs take does not count. */
double th_thread_clock_s(void);
void th_clock_rest(double s); /* sleeps so long; a signal ends it earlier */
/* The date and time of now at Greenwich, "20261123T012000Z". */
#define TH_DATE_BYTES 20
void th_clock_date(char date[TH_DATE_BYTES]);
/* Most memory that this process has had at once, in MB of 2^20 bytes; 0 when the system does not say. */
double th_memory_peak_mb(void);
/* Asks for large pages under the n bytes at p, so that fewer addresses must be looked up.  Only a wish: nothing else
 * changes, and where the system has no such pages nothing at all. */
void th_memory_large(void *p, size_t n);

/* From now on SIGINT and SIGTERM set a flag; a second SIGINT ends the program at once. */
void th_interrupt_catch(void);
bool th_interrupted(void);

/* From now on writing past the limit for a file's size (ulimit -f) is an error of the write, as a full disk is, and
 * does not end the program. */
void th_file_limit_is_error(void);

/* So many files and connections may be open at once from now on, or as many as the system allows. */
void th_file_limit_raise(uint64_t n);

bool th_stderr_is_terminal(void);
bool th_stdout_is_terminal(void);
int th_terminal_columns(void); /* 80 when unknown */

void th_cpu_name(char *text,
                 size_t cap); /* as the system calls the processor; "unknown processor" when it doesn't say */
int th_cpu_count(void);       /* processors this process may use, >= 1; THIMBLE_THREADS overrides */

#endif
