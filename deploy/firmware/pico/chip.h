/* The chip itself: clocks, pins, watchdog, and the serial number of its flash. */
#ifndef CHIP_H
#define CHIP_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PIN_UART_TX = 0,
    PIN_SIMULATE = 2,    /* to ground: a simulated motor in place of the sensors, chosen at the start */
    PIN_BROKEN = 3,      /* to ground: its bars are broken, at any time */
    PIN_FOUR_INPUTS = 4, /* to ground: GP29 carries a sensor, too, chosen at the start */
    PIN_LED = 25,
    PIN_FIRST_INPUT = 26,
    SERIAL_NUMBER_CHARACTERS = 16,
};

/* Run everything from the crystal: system, UART and converter at 48 MHz. */
void chip_start_clocks(void);

/* Give all pins their duties. */
void chip_start_pins(void);

/* True if a pin of a switch is connected to ground. */
bool chip_grounded(uint32_t pin);

/* Switch the LED on if it is off, and off if it is on. */
void chip_toggle_led(void);

/* Start the watchdog: the chip restarts if it is not fed for a second. */
void chip_start_watchdog(void);

/* Say that all is well. */
void chip_feed_watchdog(void);

/* Restart at once. */
void chip_restart(void);

/* Write the unique number of the flash in hexadecimal digits. Only before anything else uses the flash, and
 * from RAM: the flash cannot be read as memory afterwards. */
void chip_serial_number(char digits[SERIAL_NUMBER_CHARACTERS]);

#endif
