/* The board as a serial port over USB (CDC ACM, full speed): a program that opens it gets the frames. */
#ifndef USB_H
#define USB_H

#include <stdbool.h>

#include "ring.h"

/* Appear on the bus, under this serial number. */
void usb_start(const char *serial_number);

/* True while a program has the port open. */
bool usb_is_open(void);

/* Hand the next packet to the controller, unless it still has one. Only where no interrupt comes between. */
void usb_send(struct ring *ring);

#endif
