#include "cobs.h"

/* The length byte of a run of 254 bytes that no zero follows. */
#define LONGEST 255u

static void append(struct cobs_writer *writer, uint8_t byte)
{
    if (writer->used < writer->size)
        writer->out[writer->used++] = byte;
    else
        writer->overflow = true;
}

static void open_run(struct cobs_writer *writer)
{
    writer->code = writer->used;
    append(writer, 0);
}

static void close_run(struct cobs_writer *writer)
{
    if (!writer->overflow)
        writer->out[writer->code] = (uint8_t)(writer->used - writer->code);
}

void cobs_begin(struct cobs_writer *writer, uint8_t *out, size_t size)
{
    *writer = (struct cobs_writer){.out = out, .size = size};
    open_run(writer);
}

void cobs_add(struct cobs_writer *writer, uint8_t byte)
{
    if (byte != 0)
        append(writer, byte);
    if (byte == 0 || writer->used - writer->code == LONGEST) {
        close_run(writer);
        open_run(writer);
    }
}

size_t cobs_end(struct cobs_writer *writer)
{
    close_run(writer);
    append(writer, 0);
    return writer->overflow ? 0 : writer->used;
}

size_t cobs_decode(uint8_t *bytes, size_t size)
{
    size_t read = 0;
    size_t written = 0;
    while (read < size) {
        size_t code = bytes[read++];
        if (code == 0 || code - 1 > size - read)
            return 0;
        for (size_t i = 1; i < code; i++) {
            if (bytes[read] == 0)
                return 0;
            bytes[written++] = bytes[read++];
        }
        if (code != LONGEST && read < size)
            bytes[written++] = 0;
    }
    return written;
}
