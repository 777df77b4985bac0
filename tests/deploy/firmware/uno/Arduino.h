// What the sketch needs of the Arduino core, to compile it with avr-gcc alone.
#pragma once
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t byte;

struct Uart {
  void begin(unsigned long baud) {
    UCSR0A = _BV(U2X0);
    UBRR0 = F_CPU / 8 / baud - 1;
    UCSR0B = _BV(TXEN0);
  }
  void write(uint8_t one) {
    while (!(UCSR0A & _BV(UDRE0))) {}
    UDR0 = one;
  }
  void write(const char *text, size_t count) {
    while (count--) write(*text++);
  }
};

static Uart Serial;
