/* The serial line: DMA sends what waits in a ring. */
#ifndef UART_H
#define UART_H

#include "ring.h"

enum { UART_DMA = 2 };

/* Start UART 0 at 921,600 baud. */
void uart_start(struct ring *ring);

/* Send what waits, unless something is being sent. Only where no interrupt comes between. */
void uart_send(void);

/* True while a piece is being sent; its place in the ring is not free yet. */
bool uart_busy(void);

/* Note that the last piece was sent; called from the interrupt. */
void uart_sent(void);

#endif
