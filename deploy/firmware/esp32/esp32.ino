// Three currents on GPIO 36, 39 and 34 at 1 kHz as lines of text, for the agent's driver `csv_lines`.
//
// ESP32 with the Arduino core. A timer takes the samples in a task of its own, so that their clock is even; the loop
// prints them. A line: the index of the scan, and three numbers in millivolts around 1650. The converter's own curve is
// corrected by analogReadMilliVolts. See agent.yaml beside this file.
#include <Arduino.h>
#include <esp_timer.h>

const char DESCRIPTION[] =
    "# {\"name\":\"ESP32 DAQ\",\"firmware\":\"1.0\",\"index\":true,\"streams\":[{\"stream\":0,\"rate_hz\":1000,\"channels\":["
    "{\"name\":\"ia\",\"unit\":\"A\",\"scale\":0.005,\"offset\":1650},"
    "{\"name\":\"ib\",\"unit\":\"A\",\"scale\":0.005,\"offset\":1650},"
    "{\"name\":\"ic\",\"unit\":\"A\",\"scale\":0.005,\"offset\":1650}]}]}\n";

const unsigned long BAUD = 921600;
const int PINS[] = {36, 39, 34};  // all of converter 1, which Wi-Fi leaves alone
const int CHANNELS = 3;

struct Scan {
  unsigned long long index;
  int millivolts[CHANNELS];
};

QueueHandle_t waiting;

void takeScan(void *) {
  static unsigned long long index = 0;  // lost scans included
  Scan scan;
  scan.index = index++;
  for (int channel = 0; channel < CHANNELS; channel++) scan.millivolts[channel] = analogReadMilliVolts(PINS[channel]);
  xQueueSend(waiting, &scan, 0);  // lost if the queue is full: the index tells
}

void setup() {
  Serial.begin(BAUD);
  waiting = xQueueCreate(64, sizeof(Scan));
  esp_timer_create_args_t settings = {};
  settings.callback = takeScan;
  settings.name = "scans";
  esp_timer_handle_t timer;
  ESP_ERROR_CHECK(esp_timer_create(&settings, &timer));
  ESP_ERROR_CHECK(esp_timer_start_periodic(timer, 1000));
}

void loop() {
  static unsigned long long describeAt = 0;
  Scan scan;
  if (xQueueReceive(waiting, &scan, portMAX_DELAY) != pdTRUE) return;
  if (scan.index >= describeAt) {
    Serial.print(DESCRIPTION);
    describeAt = scan.index + 1000;
  }
  char line[48];
  snprintf(line, sizeof line, "%llu,%d,%d,%d\n", scan.index, scan.millivolts[0], scan.millivolts[1], scan.millivolts[2]);
  Serial.print(line);
}
