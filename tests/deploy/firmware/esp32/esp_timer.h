// The timer of ESP-IDF, which the computer calls by hand.
#pragma once
#define ESP_ERROR_CHECK(call) (call)

typedef void *esp_timer_handle_t;
struct esp_timer_create_args_t {
  void (*callback)(void *);
  const char *name;
};
extern esp_timer_create_args_t timer;
extern unsigned long long periodUs;

inline int esp_timer_create(const esp_timer_create_args_t *settings, esp_timer_handle_t *) {
  timer = *settings;
  return 0;
}

inline int esp_timer_start_periodic(esp_timer_handle_t, unsigned long long us) {
  periodUs = us;
  return 0;
}
