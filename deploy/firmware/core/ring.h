/* Bytes on their way out: one side puts whole frames, the other takes pieces that lie in one row. */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `put` and `taken` count bytes since the start and wrap; one writer and one reader need no lock. */
struct ring {
    uint8_t *bytes;
    size_t size; /* a power of two */
    volatile size_t put;
    volatile size_t taken;
};

/* Put all `count` bytes, or none of them: return false if they do not fit. */
bool ring_put(struct ring *ring, const uint8_t *bytes, size_t count);

/* Return how many bytes wait in one row, and where they begin. */
size_t ring_piece(const struct ring *ring, const uint8_t **first);

/* Forget so many of the oldest bytes. */
void ring_drop(struct ring *ring, size_t count);

#endif
