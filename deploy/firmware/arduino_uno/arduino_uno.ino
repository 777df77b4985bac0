// Three currents on A0, A1 and A2 at 1 kHz as lines of text, for the agent's driver `csv_lines`.
//
// Arduino Uno or Nano (ATmega328P, 16 MHz). A timer takes the samples, so that their clock is even; the loop prints
// them. A line: the index of the scan, and three counts of 10 bits around 512. See agent.yaml beside this file.
#include <Arduino.h>

const unsigned long BAUD = 500000;  // 16 MHz divide to this without error
const char DESCRIPTION[] PROGMEM =
    "# {\"name\":\"Uno DAQ\",\"firmware\":\"1.0\",\"index\":true,\"streams\":[{\"stream\":0,\"rate_hz\":1000,\"channels\":["
    "{\"name\":\"ia\",\"unit\":\"A\",\"scale\":0.0244141,\"offset\":512},"
    "{\"name\":\"ib\",\"unit\":\"A\",\"scale\":0.0244141,\"offset\":512},"
    "{\"name\":\"ic\",\"unit\":\"A\",\"scale\":0.0244141,\"offset\":512}]}]}\n";

const byte CHANNELS = 3;
const byte SLOTS = 16;  // scans that wait to be printed; a power of two
volatile unsigned int slots[SLOTS][CHANNELS];
volatile unsigned int stamps[SLOTS];  // number of each scan, its lower 16 bits
volatile byte taken = 0, printed = 0;
volatile unsigned int scans = 0;  // lost ones included

ISR(TIMER1_COMPA_vect) {
  if ((byte)(taken - printed) < SLOTS) {
    byte slot = taken % SLOTS;
    for (byte channel = 0; channel < CHANNELS; channel++) {
      ADMUX = _BV(REFS0) | channel;  // against the supply of 5 V
      ADCSRA |= _BV(ADSC);
      while (ADCSRA & _BV(ADSC)) {}
      slots[slot][channel] = ADC;
    }
    stamps[slot] = scans;
    taken++;
  }
  scans++;
}

char line[] = "0000000000,0000,0000,0000\n";  // ten digits of the index last for 115 days

void countLine() {
  for (char *digit = line + 9; digit >= line && ++*digit > '9'; digit--) *digit = '0';
}

void putCount(char *digits, unsigned int count) {
  for (int8_t place = 3; place >= 0; place--, count /= 10) digits[place] = '0' + count % 10;
}

void describe() {
  for (unsigned int i = 0; i < sizeof DESCRIPTION - 1; i++) Serial.write(pgm_read_byte(DESCRIPTION + i));
}

void setup() {
  Serial.begin(BAUD);
  ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS0);  // 500 kHz: 26 us a conversion
  TCCR1A = 0;
  TCCR1B = _BV(WGM12) | _BV(CS11);  // 2 MHz
  OCR1A = 2000 - 1;                 // 1 kHz
  TIMSK1 = _BV(OCIE1A);
}

void loop() {
  static unsigned int number = 0;  // of the line that comes next
  if (printed == taken) return;
  if (number % 1000 == 0) describe();
  byte slot = printed % SLOTS;
  for (; number != stamps[slot]; number++) countLine();  // over scans that were lost
  for (byte channel = 0; channel < CHANNELS; channel++) putCount(line + 11 + 5 * channel, slots[slot][channel]);
  printed++;
  Serial.write(line, sizeof line - 1);
  countLine();
  number++;
}
