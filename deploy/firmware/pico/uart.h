/* The serial line: DMA sends what waits in a ring. */
#ifndef UART_H
#define UART_H

#include "ring.h"

enum { UART_DMA = 2 };

/* Start UART 0 at 921,600 baud. */
void uart_start(struct ring *ring);

/* Send what waits, unless something is being sent; not to be interrupted by itself. */
void uart_send(void);

/* Note that the last piece was sent, and send the next; called from the interrupt. */
void uart_sent(void);

#endif
