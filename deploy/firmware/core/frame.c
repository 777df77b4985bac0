#include "frame.h"

#include "cobs.h"
#include "crc32.h"

/* A frame while it is written. */
struct sealing {
    struct cobs_writer stuffed;
    uint32_t crc;
};

static void add(struct sealing *frame, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8) {
        frame->crc = crc32_add(frame->crc, (uint8_t)(value & 0xFFu));
        cobs_add(&frame->stuffed, (uint8_t)(value & 0xFFu));
    }
}

static void begin(struct sealing *frame, const struct frame_header *header, uint8_t *out, size_t size)
{
    frame->crc = CRC32_START;
    cobs_begin(&frame->stuffed, out, size);
    add(frame, FRAME_VERSION, 1);
    add(frame, header->type, 1);
    add(frame, header->stream, 1);
    add(frame, header->channels, 1);
    add(frame, header->scans, 2);
    add(frame, header->flags, 2);
    add(frame, header->sequence, 4);
    add(frame, header->first_scan, 8);
    add(frame, header->rate_mhz, 4);
}

static size_t seal(struct sealing *frame)
{
    add(frame, crc32_end(frame->crc), FRAME_CRC_BYTES);
    return cobs_end(&frame->stuffed);
}

size_t frame_of_scans(const struct frame_header *header, const int16_t *counts, size_t stride, uint8_t *out,
                      size_t size)
{
    struct sealing frame;
    begin(&frame, header, out, size);
    for (size_t scan = 0; scan < header->scans; scan++, counts += stride)
        for (size_t channel = 0; channel < header->channels; channel++)
            add(&frame, (uint16_t)counts[channel], 2);
    return seal(&frame);
}

size_t frame_of_text(const char *text, size_t length, uint8_t *out, size_t size)
{
    if (length > UINT16_MAX)
        return 0;
    struct frame_header header = {.type = FRAME_DESCRIPTION, .scans = (uint16_t)length};
    struct sealing frame;
    begin(&frame, &header, out, size);
    for (size_t i = 0; i < length; i++)
        add(&frame, (uint8_t)text[i], 1);
    return seal(&frame);
}

static uint64_t number(const uint8_t *bytes, int count)
{
    uint64_t value = 0;
    while (count-- > 0)
        value = value << 8 | bytes[count];
    return value;
}

bool frame_decode(uint8_t *bytes, size_t size, struct frame_header *header, const uint8_t **payload,
                  size_t *payload_bytes)
{
    size_t length = cobs_decode(bytes, size);
    if (length < FRAME_HEADER_BYTES + FRAME_CRC_BYTES || bytes[0] != FRAME_VERSION)
        return false;
    length -= FRAME_CRC_BYTES;
    uint32_t crc = CRC32_START;
    for (size_t i = 0; i < length; i++)
        crc = crc32_add(crc, bytes[i]);
    if (crc32_end(crc) != number(bytes + length, FRAME_CRC_BYTES))
        return false;
    *header = (struct frame_header){
        .type = bytes[1],
        .stream = bytes[2],
        .channels = bytes[3],
        .scans = (uint16_t)number(bytes + 4, 2),
        .flags = (uint16_t)number(bytes + 6, 2),
        .sequence = (uint32_t)number(bytes + 8, 4),
        .first_scan = number(bytes + 12, 8),
        .rate_mhz = (uint32_t)number(bytes + 20, 4),
    };
    *payload = bytes + FRAME_HEADER_BYTES;
    *payload_bytes = length - FRAME_HEADER_BYTES;
    if (header->type == FRAME_DATA)
        return *payload_bytes > 0 && *payload_bytes == 2u * header->channels * header->scans;
    return header->type == FRAME_DESCRIPTION && (header->scans == 0 || header->scans == *payload_bytes);
}
