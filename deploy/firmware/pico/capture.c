#include "capture.h"

#include "registers.h"

enum {
    COUNTS = CAPTURE_SCANS * CAPTURE_CHANNELS,
    BUFFER_BITS = 10, /* 1024 bytes a buffer: DMA addresses wrap there, so nobody has to set them back */
    ADC_CYCLES = 48000000 / (CAPTURE_RATE_HZ * CAPTURE_CHANNELS),
};

_Static_assert(COUNTS * sizeof(int16_t) == 1u << BUFFER_BITS, "a buffer is a power of two");

static int16_t buffers[2][COUNTS] __attribute__((aligned(1 << BUFFER_BITS)));
static volatile uint32_t done;

static void prepare(uint32_t channel, uint32_t next, int16_t *buffer)
{
    REGISTER(DMA_READ_ADDR(channel)) = ADC_FIFO;
    REGISTER(DMA_WRITE_ADDR(channel)) = (uint32_t)(uintptr_t)buffer;
    REGISTER(DMA_TRANS_COUNT(channel)) = COUNTS;
    REGISTER(DMA_CTRL(channel)) = DMA_ENABLE | DMA_HALFWORDS | DMA_INCREMENT_WRITE | DMA_WRAP_WRITE(BUFFER_BITS)
                                  | DMA_CHAIN_TO(next) | DMA_REQUEST(DMA_REQUEST_ADC);
}

void capture_start(void)
{
    REGISTER(ADC_CS) = BIT(0);
    while (!(REGISTER(ADC_CS) & BIT(8))) /* ready */
        ;
    REGISTER(ADC_FCS) = BIT(0) | BIT(3) | 1u << 24; /* FIFO, with a DMA request for each sample */
    REGISTER(ADC_DIV) = (uint32_t)(ADC_CYCLES - 1) << 8;
    prepare(CAPTURE_FIRST_DMA, CAPTURE_FIRST_DMA + 1, buffers[0]);
    prepare(CAPTURE_FIRST_DMA + 1, CAPTURE_FIRST_DMA, buffers[1]);
    SET(DMA_INTE0) = 3u << CAPTURE_FIRST_DMA;
    REGISTER(DMA_START) = BIT(CAPTURE_FIRST_DMA);
    REGISTER(ADC_CS) = 0xFu << 16 | BIT(3) | BIT(0); /* four inputs in turn, from input 0 on */
}

void capture_filled(void)
{
    done++;
}

uint32_t capture_done(void)
{
    return done;
}

bool capture_copy(uint32_t block, int16_t counts[COUNTS])
{
    const volatile int16_t *buffer = buffers[block & 1];
    for (int i = 0; i < COUNTS; i++)
        counts[i] = buffer[i];
    return done - block == 1; /* else the other buffer is full as well, and this one being overwritten */
}

bool capture_is_shifted(void)
{
    return REGISTER(ADC_FCS) & BIT(11); /* the FIFO overflowed */
}
