/* CRC-32 as zlib, Ethernet and PNG compute it. */
#ifndef CRC32_H
#define CRC32_H

#include <stdint.h>

/* What a checksum begins with. */
#define CRC32_START 0xFFFFFFFFu

/* Return the state after one more byte. */
uint32_t crc32_add(uint32_t state, uint8_t byte);

/* Return the checksum of all bytes that were added. */
uint32_t crc32_end(uint32_t state);

#endif
