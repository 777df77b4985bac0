/* Block frames, version 1: see ../WIRE_FORMAT.md. */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_VERSION = 1,
    FRAME_DATA = 0,
    FRAME_DESCRIPTION = 1,
    FRAME_CLIPPED = 1,
    FRAME_OVERRUN = 2,
    FRAME_HEADER_BYTES = 24,
    FRAME_CRC_BYTES = 4,
};

/* Bytes that a frame with a payload of so many takes at most, delimiter included. */
#define FRAME_MAX_BYTES(payload)                                                                             \
    ((payload) + FRAME_HEADER_BYTES + FRAME_CRC_BYTES                                                        \
     + ((payload) + FRAME_HEADER_BYTES + FRAME_CRC_BYTES) / 254 + 2)

/* The header of a frame. */
struct frame_header {
    uint8_t type;        /* FRAME_DATA or FRAME_DESCRIPTION */
    uint8_t stream;      /* number of the group of channels that share one clock */
    uint8_t channels;    /* columns of a scan */
    uint16_t scans;      /* scans of the payload; of a description the bytes of its text */
    uint16_t flags;      /* FRAME_CLIPPED, FRAME_OVERRUN */
    uint32_t sequence;   /* number of the frame in its stream, from 0 on; it wraps */
    uint64_t first_scan; /* index of the first scan since the device started */
    uint32_t rate_mhz;   /* scans per second, in thousandths */
};

/* Write the first `header->channels` of every `stride` counts, scan by scan, as a frame to `out`.
 * Return its bytes, delimiter included; 0 if they do not fit. */
size_t frame_of_scans(const struct frame_header *header, const int16_t *counts, size_t stride, uint8_t *out,
                      size_t size);

/* Write a description of `length` bytes of JSON as a frame to `out`; return as above, 0 also for a text
 * that is too long for a header. */
size_t frame_of_text(const char *text, size_t length, uint8_t *out, size_t size);

/* Decode a frame without its delimiter, in place. Return true if it is whole, and then its header and
 * where its payload lies. */
bool frame_decode(uint8_t *bytes, size_t size, struct frame_header *header, const uint8_t **payload,
                  size_t *payload_bytes);

#endif
