/* STM32F4 USART1 at 115200 baud on PA9 and PA10, from the internal clock of 16 MHz that runs after a reset.
 * Source: ST RM0090, "Universal synchronous asynchronous receiver transmitter", "RCC", "GPIO". */
#define UART_STATE    (*(volatile uint32_t *)(DEVICE_SERIAL_AT + 0x00u))
#define UART_DATA     (*(volatile uint32_t *)(DEVICE_SERIAL_AT + 0x04u))
#define UART_DIVIDER  (*(volatile uint32_t *)(DEVICE_SERIAL_AT + 0x08u))
#define UART_CONTROL  (*(volatile uint32_t *)(DEVICE_SERIAL_AT + 0x0Cu))
#define CLOCK_PORTS   (*(volatile uint32_t *)0x40023830u)
#define CLOCK_UARTS   (*(volatile uint32_t *)0x40023844u)
#define PORT_A_MODE   (*(volatile uint32_t *)0x40020000u)
#define PORT_A_SOURCE (*(volatile uint32_t *)0x40020024u)

static inline void line_start(void)
{
    CLOCK_PORTS |= 1u;
    CLOCK_UARTS |= 1u << 4;
    PORT_A_MODE = (PORT_A_MODE & ~(15u << 18)) | 10u << 18; /* pins 9 and 10: alternate function */
    PORT_A_SOURCE = (PORT_A_SOURCE & ~0xFF0u) | 0x770u;     /* number 7 */
    UART_DIVIDER = 139;
    UART_CONTROL = 1u << 13 | 1u << 3 | 1u << 2;
}

static inline int32_t line_take(void)
{
    return UART_STATE & 1u << 5 ? (int32_t)(UART_DATA & 255u) : -1;
}

static inline void line_give(uint8_t byte)
{
    while (!(UART_STATE & 1u << 7)) {
    }
    UART_DATA = byte;
}
