/* A 16550 as QEMU's virt machine has it. Source: National Semiconductor, "PC16550D". */
#define UART_DATA  (*(volatile uint8_t *)(DEVICE_SERIAL_AT + 0u))
#define UART_STATE (*(volatile uint8_t *)(DEVICE_SERIAL_AT + 5u))

static inline void line_start(void) {}

static inline int32_t line_take(void)
{
    return UART_STATE & 1u ? (int32_t)UART_DATA : -1;
}

static inline void line_give(uint8_t byte)
{
    while (!(UART_STATE & 0x20u)) {
    }
    UART_DATA = byte;
}
