// Two seconds of the sketch: the loop stands still from 0.5 to 0.7 s, so that scans are lost.
#include "esp32.ino"

size_t queueLength;
double seconds;
esp_timer_create_args_t timer;
unsigned long long periodUs;

int main() {
  setup();
  for (seconds = 0; seconds < 2; seconds += periodUs / 1e6) {
    timer.callback(nullptr);
    if (seconds < 0.5 || seconds > 0.7)
      while (!waiting->empty()) loop();
  }
}
