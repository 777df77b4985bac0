#include "uart.h"

#include "registers.h"

enum { PIECE_BYTES = 256 }; /* sent before their place in the ring is free again: 2.8 ms */

static struct ring *waiting;
static size_t sending; /* bytes of the piece that the DMA sends */

void uart_start(struct ring *ring)
{
    waiting = ring;
    REGISTER(UART0_IBRD) = 3; /* 48 MHz / 16 / 3.25 = 923,077 baud, 0.16 % above 921,600 */
    REGISTER(UART0_FBRD) = 16;
    REGISTER(UART0_LCR_H) = 3u << 5 | BIT(4);    /* 8 bits, FIFO */
    REGISTER(UART0_DMACR) = BIT(1);              /* requests to send */
    REGISTER(UART0_CR) = BIT(9) | BIT(8) | BIT(0);
    REGISTER(DMA_WRITE_ADDR(UART_DMA)) = UART0_DR;
    SET(DMA_INTE0) = BIT(UART_DMA);
}

void uart_send(void)
{
    const uint8_t *piece;
    size_t bytes = ring_piece(waiting, &piece);
    if (sending > 0 || bytes == 0)
        return;
    if (bytes > PIECE_BYTES)
        bytes = PIECE_BYTES;
    sending = bytes;
    REGISTER(DMA_READ_ADDR(UART_DMA)) = (uint32_t)(uintptr_t)piece;
    REGISTER(DMA_TRANS_COUNT(UART_DMA)) = (uint32_t)bytes;
    REGISTER(DMA_CTRL_TRIG(UART_DMA)) = DMA_ENABLE | DMA_BYTES | DMA_INCREMENT_READ | DMA_CHAIN_TO(UART_DMA)
                                        | DMA_REQUEST(DMA_REQUEST_UART0_TX);
}

bool uart_busy(void)
{
    return sending > 0;
}

void uart_sent(void)
{
    ring_drop(waiting, sending);
    sending = 0;
}
