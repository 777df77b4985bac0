#include "ring.h"

bool ring_put(struct ring *ring, const uint8_t *bytes, size_t count)
{
    size_t put = ring->put;
    if (count > ring->size - (put - ring->taken))
        return false;
    for (size_t i = 0; i < count; i++)
        ring->bytes[(put + i) & (ring->size - 1)] = bytes[i];
    ring->put = put + count;
    return true;
}

size_t ring_piece(const struct ring *ring, const uint8_t **first)
{
    size_t start = ring->taken & (ring->size - 1);
    size_t waiting = ring->put - ring->taken;
    size_t to_end = ring->size - start;
    *first = ring->bytes + start;
    return waiting < to_end ? waiting : to_end;
}

void ring_drop(struct ring *ring, size_t count)
{
    ring->taken += count;
}
