/* nRF51 UART at 115200 baud; its pins are those of the micro:bit's USB chip.
 * Source: Nordic nRF51 Series Reference Manual, "UART". */
#define UART_REG(at) (*(volatile uint32_t *)(DEVICE_SERIAL_AT + (at)))

static inline void line_start(void)
{
    UART_REG(0x50Cu) = 24;          /* PSELTXD */
    UART_REG(0x514u) = 25;          /* PSELRXD */
    UART_REG(0x524u) = 0x01D7E000u; /* BAUDRATE */
    UART_REG(0x500u) = 4;           /* ENABLE */
    UART_REG(0x000u) = 1;           /* STARTRX */
    UART_REG(0x008u) = 1;           /* STARTTX */
}

static inline int32_t line_take(void)
{
    if (!UART_REG(0x108u)) return -1; /* RXDRDY */
    UART_REG(0x108u) = 0;
    return (int32_t)(UART_REG(0x518u) & 255u);
}

static inline void line_give(uint8_t byte)
{
    UART_REG(0x11Cu) = 0; /* TXDRDY */
    UART_REG(0x51Cu) = byte;
    while (!UART_REG(0x11Cu)) {
    }
}
