/* The converter takes four inputs in turn, and two DMA channels in turn write them to two buffers. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CAPTURE_CHANNELS = 4,
    CAPTURE_SCANS = 128,        /* of a block: 12.8 ms */
    CAPTURE_RATE_HZ = 10000,
    CAPTURE_LOWEST = 0,
    CAPTURE_HIGHEST = 4095,
    CAPTURE_FIRST_DMA = 0,      /* this DMA channel and the next */
};

/* Start; it then runs without end. */
void capture_start(void);

/* Note that a DMA channel has filled its buffer; called from the interrupt. */
void capture_filled(void);

/* Return how many blocks were filled so far; it wraps. */
uint32_t capture_done(void);

/* Copy a block; return false if the converter has overwritten it. Each is there for 12.8 ms. */
bool capture_copy(uint32_t block, int16_t counts[CAPTURE_SCANS * CAPTURE_CHANNELS]);

/* True if the converter lost single samples: from then on all columns are shifted. */
bool capture_is_shifted(void);

#endif
