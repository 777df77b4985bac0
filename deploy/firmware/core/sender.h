/* Blocks of scans become frames in a ring; what is lost on the way is counted and flagged. */
#ifndef SENDER_H
#define SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring.h"

/* One stream of a device. */
struct sender {
    struct ring *ring;       /* where the frames go */
    uint8_t *scratch;        /* room for one frame: FRAME_MAX_BYTES of the largest payload */
    size_t scratch_bytes;
    uint32_t rate_mhz;       /* scans per second, in thousandths */
    uint16_t scans;          /* scans of every block */
    uint8_t channels;        /* channels that are sent */
    uint8_t stride;          /* channels that are sampled, in every scan of a block */
    int16_t lowest, highest; /* counts at which the converter has clipped */
    uint64_t blocks;         /* blocks so far, lost ones included: sequence and scan index follow from it */
    uint32_t lost;           /* blocks that were lost */
    bool overrun;            /* true if blocks were lost since the last frame */
};

/* Count `blocks` whose samples are gone; the next frame says so. */
void sender_lose(struct sender *sender, uint32_t blocks);

/* Send the next block as a frame; lose it if the ring is full. Return false if it was lost. */
bool sender_send(struct sender *sender, const int16_t *counts);

/* Send a description. Return false if the ring is full. */
bool sender_describe(struct sender *sender, const char *text, size_t length);

#endif
