/* Where the frames go: over USB while a program has opened that port, else over the UART. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>

#include "ring.h"

/* Send what is put into this ring. */
void output_start(struct ring *ring);

/* Send on. Only from an interrupt, or where none comes between. */
void output_send(void);

/* True once after each change of the line: what waited was dropped, and the listener knows nothing yet. */
bool output_is_new(void);

#endif
