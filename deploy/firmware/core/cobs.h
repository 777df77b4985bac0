/* Consistent overhead byte stuffing: any bytes without a zero byte, so that zero can end a frame. */
#ifndef COBS_H
#define COBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes encoded bytes as plain ones come. */
struct cobs_writer {
    uint8_t *out;  /* where the encoded bytes go */
    size_t size;   /* how many fit there */
    size_t used;   /* how many are there */
    size_t code;   /* where the length of the run that grows belongs */
    bool overflow; /* true once a byte did not fit: what is there is of no use */
};

/* Begin to write to `size` bytes at `out`. */
void cobs_begin(struct cobs_writer *writer, uint8_t *out, size_t size);

/* Add one byte. */
void cobs_add(struct cobs_writer *writer, uint8_t byte);

/* End with the delimiter; return the number of encoded bytes with it, 0 if they did not fit. */
size_t cobs_end(struct cobs_writer *writer);

/* Decode `size` bytes without their delimiter, in place; return how many bytes they stand for, 0 if the
 * bytes are no encoding: empty, a zero byte within, or a run beyond the end. */
size_t cobs_decode(uint8_t *bytes, size_t size);

#endif
