// What the sketch needs of the Arduino core of the ESP32, to compile and run it on a computer.
#pragma once
#include <cmath>
#include <cstdio>
#include <cstring>
#include <deque>
#include <vector>

typedef std::deque<std::vector<char>> *QueueHandle_t;
const int pdTRUE = 1, portMAX_DELAY = -1;
extern size_t queueLength;
extern double seconds;

inline QueueHandle_t xQueueCreate(size_t length, size_t) {
  queueLength = length;
  return new std::deque<std::vector<char>>;
}

template <class T>
int xQueueSend(QueueHandle_t queue, const T *item, int) {
  if (queue->size() >= queueLength) return 0;
  const char *bytes = reinterpret_cast<const char *>(item);
  queue->emplace_back(bytes, bytes + sizeof(T));
  return pdTRUE;
}

template <class T>
int xQueueReceive(QueueHandle_t queue, T *item, int) {
  if (queue->empty()) return 0;
  std::memcpy(item, queue->front().data(), sizeof(T));
  queue->pop_front();
  return pdTRUE;
}

inline int analogReadMilliVolts(int pin) {
  const int input = pin == 36 ? 0 : pin == 39 ? 1 : 2;
  return (int)std::lround(1650 + 700 * std::cos(2 * M_PI * (60 * seconds - input / 3.0)));
}

struct Port {
  void begin(unsigned long) {}
  void print(const char *text) { std::fputs(text, stdout); }
};

static Port Serial;
