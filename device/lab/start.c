/* A lab's board: harness and learner's functions run without rights on a Cortex-M4F, this file with them.
 *
 *   0x00000000  code                 read and run by all; the first KB by nobody, so that a NULL pointer faults
 *   0x00100000  constants            read by all, never run
 *   0x00200000  the nonce            only by this file
 *   0x20000000  stack, then data     read and written by all, never run; below the stack nothing is
 *   0x20100000  what is kept here    only by this file
 *
 * What has no rights can't reach peripherals, timer and the nonce; it asks by `svc`.  Each line to the host begins with
 * the nonce, new for each run, so what else is printed counts for nothing. Source: Arm, v7-M Architecture Reference
 * Manual (DDI 0403), MPU, SysTick, exceptions; DDI 0479, "APB UART". */
#include "service.h"

#define REG(at)     (*(volatile uint32_t *)(at))
#define SYST_CSR    REG(0xE000E010u) /* 7: counts the processor's clock, with its exception */
#define SYST_RVR    REG(0xE000E014u)
#define SYST_CVR    REG(0xE000E018u)
#define CCR         REG(0xE000ED14u)
#define CFSR        REG(0xE000ED28u) /* what kind of fault */
#define MMFAR       REG(0xE000ED34u) /* its address, when bit 7 of CFSR is set */
#define BFAR        REG(0xE000ED38u) /* or bit 15 */
#define CPACR       REG(0xE000ED88u)
#define MPU_CTRL    REG(0xE000ED94u)
#define MPU_RNR     REG(0xE000ED98u)
#define MPU_RBAR    REG(0xE000ED9Cu)
#define MPU_RASR    REG(0xE000EDA0u)
#define UART_DATA   REG(0x40004000u)
#define UART_STATE  REG(0x40004004u)
#define UART_CTRL   REG(0x40004008u)
#define UART_DIVIDE REG(0x40004010u)

#define INSTR_PER_TICK 40u /* `-icount shift=0` is a nanosecond each, the clock has 25 MHz */
#define SYSTICK        15u
#define MOST_TEXT      240

extern uint32_t __stack_limit[], __stack_top[], __ram_bytes[], __data_start[], __data_end[], __data_load[],
    __bss_start[], __bss_end[], __kept_start[], __kept_end[], __hers_start[], __hers_end[];

#define SECRET __attribute__((section(".secret")))
#define KEPT   __attribute__((section(".kept")))

/* The compiler gets the nonce, the seed and the limit from the host. */
SECRET static const char nonce[] = LAB_NONCE;
KEPT static char now[64]; /* the case, "" before the first */
KEPT static uint32_t failed;
KEPT static uint32_t base; /* the stack where lab_main asks */

void lab_main(void);
void lab_entry(void) __attribute__((noreturn));
void lab_trap(void);
void lab_call(void);
void lab_service(uint32_t *frame, uint32_t how) __attribute__((used));
void lab_stopped(uint32_t *frame, uint32_t exception) __attribute__((used));

/* ---- lines to the host ---- */

static void put(char c)
{
    while (UART_STATE & 1u) {
    }
    UART_DATA = (uint8_t)c;
}

static void put_text(const char *text)
{
    for (int n = 0; n < MOST_TEXT && text[n]; n++) put(text[n] == '\n' || text[n] == '\r' ? ' ' : text[n]);
}

static void put_hex(uint32_t v)
{
    put(' ');
    for (int i = 28; i >= 0; i -= 4) put("0123456789abcdef"[v >> i & 15u]);
}

static void line(const char *word)
{
    put_text(nonce);
    put(' ');
    put_text(word);
    put(' ');
    put_text(now[0] ? now : "-");
}

/* ---- what is asked ---- */

static void end_case(void)
{
    if (now[0] && !failed) {
        line("ok");
        put('\n');
    }
}

static void begin_case(const char *name)
{
    end_case();
    int n = 0;
    for (; n < (int)sizeof now - 1 && name[n] > ' '; n++) now[n] = name[n];
    now[n] = 0;
    failed = 0;
    line("begin");
    put('\n');
    SYST_RVR = LAB_INSTRUCTIONS / INSTR_PER_TICK;
    SYST_CVR = 0;
    SYST_CSR = 7;
}

static void bad(const char *text)
{
    if (failed) return;
    failed = 1;
    line("bad");
    put(' ');
    put_text(text);
    put('\n');
}

/* A case begins and ends by the harness's word only: not when the learner's code jumped to the call by its address (it
 * is where that returns to), nor an end from below of lab_main. */
static int forged(const uint32_t *frame, uint32_t stack)
{
    if (frame[0] != LAB_DO_CASE && frame[0] != LAB_DO_END) return 0;
    if (frame[5] >= (uint32_t)__hers_start && frame[5] <= (uint32_t)__hers_end) return 1;
    return frame[0] == LAB_DO_END && stack != base;
}

/* frame: r0-r3, r12, lr, pc, psr of who asks; how: bit 4 says that no floats lie behind them, bit 9 of psr that a word
 * was left out (DDI 0403, B1.5.6 to B1.5.8). */
void lab_service(uint32_t *frame, uint32_t how)
{
    const uint32_t stack = (uint32_t)frame + (how & 0x10u ? 32u : 104u) + (frame[7] & 0x200u ? 4u : 0u);
    const char *text = (const char *)frame[1];
    if (!base) base = stack; /* lab_main is the first to ask, for the seed */
    if (forged(frame, stack)) {
        SYST_CSR = 0;
        line("forged");
        put('\n');
        for (;;) {
        }
    }
    switch (frame[0]) {
    case LAB_DO_CASE: begin_case(text); break;
    case LAB_DO_BAD: bad(text); break;
    case LAB_DO_SEED: frame[0] = LAB_SEED; break;
    case LAB_DO_COUNT: frame[0] = (SYST_RVR - SYST_CVR) * INSTR_PER_TICK; break;
    case LAB_DO_END:
        SYST_CSR = 0;
        end_case();
        line("end");
        put('\n');
        for (;;) {
        }
    }
}

/* It ends here: too many instructions, or a fault.  The host ends the emulator. */
void lab_stopped(uint32_t *frame, uint32_t exception)
{
    const uint32_t fault = CFSR;
    const int overflow = frame < __stack_limit || (fault & 0x10u);
    const int reads = frame < __stack_top && !overflow;
    SYST_CSR = 0;
    line(exception == SYSTICK ? "endless" : overflow ? "overflow" : "fault");
    put_hex(reads ? frame[6] : 0);
    put_hex(reads ? frame[5] : 0);
    put_hex(fault);
    put_hex(fault & 0x80u ? MMFAR : fault & 0x8000u ? BFAR : 0);
    put('\n');
    for (;;) {
    }
}

__attribute__((naked)) void lab_call(void)
{
    __asm volatile("mrs r0, psp\n"
                   "mov r1, lr\n"
                   "b lab_service\n");
}

__attribute__((naked)) void lab_trap(void)
{
    __asm volatile("mrs r0, psp\n"
                   "mrs r1, ipsr\n"
                   "b lab_stopped\n");
}

typedef void handler(void);
extern uint32_t __kept_top[];
__attribute__((section(".vectors"), used)) static handler *const vectors[16] = {
    (handler *)__kept_top,
    lab_entry,
    lab_trap,
    lab_trap,
    lab_trap,
    lab_trap,
    lab_trap,
    0,
    0,
    0,
    0,
    lab_call,
    lab_trap,
    0,
    lab_trap,
    lab_trap,
};

/* ---- the start ---- */

/* rights: as in bits 24 to 28 of MPU_RASR. log2: of its size in bytes. */
static void region(uint32_t n, uint32_t at, uint32_t log2, uint32_t rights)
{
    MPU_RNR = n;
    MPU_RBAR = at;
    MPU_RASR = rights << 24 | (log2 - 1u) << 1 | 1u;
}

static void guard(void)
{
    uint32_t log2 = 5;
    while ((1u << log2) < (uint32_t)__ram_bytes) log2++;
    region(0, 0x00000000u, 20, 0x06u);   /* read only */
    region(1, 0x00000000u, 10, 0x10u);   /* nothing, not to be run */
    region(2, 0x20000000u, log2, 0x13u); /* all, not to be run */
    region(3, 0x00100000u, 20, 0x16u);   /* read only, not to be run */
    MPU_CTRL = 5u;                       /* on; with rights everything else is as without it */
    __asm volatile("dsb\n isb");
}

__attribute__((naked, noreturn)) static void without_rights(uint32_t *stack)
{
    __asm volatile("msr psp, r0\n"
                   "movs r0, #3\n"
                   "msr control, r0\n"
                   "isb\n"
                   "bl lab_main\n"
                   "b .\n" ::"r"(stack));
}

void lab_entry(void)
{
    const uint32_t *from = __data_load;
    for (uint32_t *p = __data_start; p < __data_end;) *p++ = *from++;
    for (uint32_t *p = __bss_start; p < __bss_end;) *p++ = 0;
    for (uint32_t *p = __kept_start; p < __kept_end;) *p++ = 0;
    CPACR |= 0xFu << 20;
    CCR |= 0x10u; /* an integer divided by zero faults */
    UART_DIVIDE = 16;
    UART_CTRL = 1;
    guard();
    without_rights(__stack_top);
}
