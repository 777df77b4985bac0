/* Random bytes for the core, compiled with the address and undefined-behaviour sanitizers: what is damaged is
 * refused, what is whole comes back, and nothing reads or writes beyond its memory. Arguments: bytes, seed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "ring.h"
#include "sender.h"
#include "sim.h"

enum { LARGEST = 600 };

static uint32_t state;

static uint32_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* Return the bytes, in memory that ends where they end; half of all bytes are 0, 1 or 255. */
static uint8_t *random_bytes(size_t size)
{
    static const uint8_t ODD[3] = {0, 1, 255};
    uint8_t *bytes = malloc(size ? size : 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = draw() % 2 ? (uint8_t)draw() : ODD[draw() % 3];
    return bytes;
}

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* Decode garbage, and half of the time something that begins like a frame. */
static size_t decode_garbage(void)
{
    size_t size = draw() % LARGEST;
    uint8_t *bytes = random_bytes(size);
    struct frame_header header;
    const uint8_t *payload;
    size_t payload_bytes;
    if (frame_decode(bytes, size, &header, &payload, &payload_bytes))
        fail("garbage passed for a frame");
    free(bytes);
    return size;
}

/* Encode random scans into a room that may be too small, decode them, then flip one bit. */
static size_t round_trip(void)
{
    struct frame_header sent = {
        .type = FRAME_DATA,
        .stream = (uint8_t)draw(),
        .channels = (uint8_t)(1 + draw() % 8),
        .scans = (uint16_t)(1 + draw() % 30),
        .flags = (uint16_t)(draw() % 4),
        .sequence = draw(),
        .first_scan = (uint64_t)draw() << 32 | draw(),
        .rate_mhz = draw(),
    };
    size_t stride = sent.channels + draw() % 3;
    size_t count_bytes = 2 * stride * sent.scans;
    int16_t *counts = (int16_t *)random_bytes(count_bytes);
    size_t payload = 2u * sent.channels * sent.scans;
    size_t room = draw() % 4 ? FRAME_MAX_BYTES(payload) : draw() % FRAME_MAX_BYTES(payload);
    uint8_t *out = random_bytes(room);
    size_t size = frame_of_scans(&sent, counts, stride, out, room);
    if (size == 0 && room == FRAME_MAX_BYTES(payload))
        fail("a frame did not fit into its largest size");
    if (size > 0) {
        if (out[size - 1] != 0 || memchr(out, 0, size) != out + size - 1)
            fail("a zero byte within a frame, or none at its end");
        uint8_t *flipped = malloc(size);
        memcpy(flipped, out, size);
        flipped[draw() % (size - 1)] ^= (uint8_t)(1u << draw() % 8);
        struct frame_header got;
        const uint8_t *found;
        size_t found_bytes;
        if (!frame_decode(out, size - 1, &got, &found, &found_bytes) || found_bytes != payload)
            fail("a frame did not come back");
        if (got.sequence != sent.sequence || got.first_scan != sent.first_scan || got.flags != sent.flags)
            fail("a header changed");
        for (size_t scan = 0; scan < sent.scans; scan++)
            if (memcmp(found + 2 * sent.channels * scan, counts + stride * scan, 2u * sent.channels) != 0)
                fail("samples changed");
        if (frame_decode(flipped, size - 1, &got, &found, &found_bytes))
            fail("a flipped bit was not seen");
        free(flipped);
    }
    free(counts);
    free(out);
    return count_bytes;
}

/* Send random blocks through a small ring that is emptied now and then. */
static size_t send_blocks(void)
{
    uint8_t bytes[1024];
    uint8_t scratch[FRAME_MAX_BYTES(2 * 4 * 16)];
    struct ring ring = {.bytes = bytes, .size = sizeof bytes};
    struct sender sender = {.ring = &ring, .scratch = scratch, .scratch_bytes = sizeof scratch, .rate_mhz = 1,
                            .scans = 16, .channels = 3, .stride = 4, .lowest = 0, .highest = 4095};
    uint64_t blocks = 0;
    for (int i = 0; i < 40; i++) {
        int16_t counts[4 * 16];
        for (int n = 0; n < 4 * 16; n++)
            counts[n] = (int16_t)(draw() % 4096);
        bool was_lost = sender.overrun;
        bool sent = sender_send(&sender, counts);
        if (sender.blocks != ++blocks || sender.overrun == sent || (was_lost && sent && sender.lost == 0))
            fail("blocks were miscounted");
        const uint8_t *piece;
        size_t waiting = ring_piece(&ring, &piece);
        if (waiting > 0 && draw() % 2)
            ring_drop(&ring, 1 + draw() % waiting);
    }
    return 40 * 4 * 16 * 2;
}

int main(int argc, char **argv)
{
    size_t wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
    size_t bytes = 0;
    while (bytes < wanted)
        bytes += decode_garbage() + round_trip() + send_blocks() / 16;
    struct sim sim;
    sim_begin(&sim);
    for (int scan = 0; scan < 50000; scan++) {
        int16_t counts[SIM_CHANNELS];
        sim_scan(&sim, scan % 2 == 0, counts);
    }
    printf("%zu bytes\n", bytes);
    return 0;
}
