/* Arm CMSDK APB UART. Source: Arm DDI 0479, "APB UART". */
#define UART_DATA    (*(volatile uint32_t *)(DEVICE_SERIAL_AT + 0x00u))
#define UART_STATE   (*(volatile uint32_t *)(DEVICE_SERIAL_AT + 0x04u)) /* 1: sending is full, 2: a byte has come */
#define UART_CONTROL (*(volatile uint32_t *)(DEVICE_SERIAL_AT + 0x08u))
#define UART_DIVIDER (*(volatile uint32_t *)(DEVICE_SERIAL_AT + 0x10u))

static inline void line_start(void)
{
    UART_DIVIDER = 217; /* 25 MHz / 115200 */
    UART_CONTROL = 3;
}

static inline int32_t line_take(void)
{
    return UART_STATE & 2u ? (int32_t)(UART_DATA & 255u) : -1;
}

static inline void line_give(uint8_t byte)
{
    while (UART_STATE & 1u) {
    }
    UART_DATA = byte;
}
