// What the Arduino core does around a sketch.
#include "arduino_uno.ino"

int main() {
  sei();
  setup();
  for (;;) loop();
}
