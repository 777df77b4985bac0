/* A DAQ for the agent: four inputs, or a simulated motor, as block frames over USB or UART. */

#include "capture.h"
#include "chip.h"
#include "frame.h"
#include "output.h"
#include "registers.h"
#include "ring.h"
#include "sender.h"
#include "sim.h"
#include "uart.h"
#include "usb.h"

enum {
    COUNTS = CAPTURE_SCANS * CAPTURE_CHANNELS,
    RING_BYTES = 16384,              /* 190 ms of four inputs */
    DESCRIBE_EVERY_BLOCKS = 78,      /* a second */
    USB_INTERRUPT = 5,
    DMA_INTERRUPT = 11,
};

/* What the channels are, with the sensors of the wiring page; `channels` of the agent's YAML corrects it. */
static const char *const CHANNELS[CAPTURE_CHANNELS] = {
    "{\"name\":\"ia\",\"unit\":\"A\",\"scale\":0.00402832,\"offset\":2048,\"full_scale\":8.25,\"phase\":\"a\"}",
    "{\"name\":\"ib\",\"unit\":\"A\",\"scale\":0.00402832,\"offset\":2048,\"full_scale\":8.25,\"phase\":\"b\"}",
    "{\"name\":\"ic\",\"unit\":\"A\",\"scale\":0.00402832,\"offset\":2048,\"full_scale\":8.25,\"phase\":\"c\"}",
    "{\"name\":\"vib_radial\",\"unit\":\"g\",\"scale\":0.00244141,\"offset\":2048,\"full_scale\":5}",
};

static uint8_t ring_bytes[RING_BYTES];
static uint8_t scratch[FRAME_MAX_BYTES(2 * COUNTS)];
static struct ring ring = {.bytes = ring_bytes, .size = RING_BYTES};
static struct sender sender = {
    .ring = &ring,
    .scratch = scratch,
    .scratch_bytes = sizeof scratch,
    .rate_mhz = CAPTURE_RATE_HZ * 1000u,
    .scans = CAPTURE_SCANS,
    .stride = CAPTURE_CHANNELS,
    .lowest = CAPTURE_LOWEST,
    .highest = CAPTURE_HIGHEST,
};
static struct sim sim;
static char description[640];
static size_t description_bytes;

/* Interrupt 11: a block is full, or a piece was sent. */
void dma_interrupt(void)
{
    uint32_t ended = REGISTER(DMA_INTS0);
    REGISTER(DMA_INTS0) = ended;
    if (ended & BIT(CAPTURE_FIRST_DMA))
        capture_filled();
    if (ended & BIT(CAPTURE_FIRST_DMA + 1))
        capture_filled();
    if (ended & BIT(UART_DMA))
        uart_sent();
    output_send();
}

static void say(const char *text)
{
    while (*text && description_bytes < sizeof description)
        description[description_bytes++] = *text++;
}

static void prepare_description(bool simulated, const char *serial_number)
{
    say("{\"name\":\"Pico DAQ");
    say(simulated ? ", simulated motor" : "");
    say("\",\"serial_number\":\"");
    say(serial_number);
    say("\",\"firmware\":\"1.0\",\"streams\":[{\"stream\":0,\"rate_hz\":10000,\"channels\":[");
    for (int i = 0; i < sender.channels; i++) {
        say(i > 0 ? "," : "");
        say(CHANNELS[i]);
    }
    say("]}]}");
}

static void send_waiting(void)
{
    __asm volatile("cpsid i" ::: "memory");
    output_send();
    __asm volatile("cpsie i" ::: "memory");
}

static void describe(void)
{
    sender_describe(&sender, description, description_bytes);
    send_waiting();
    chip_toggle_led();
}

/* Begin what somebody who has just begun to listen can read. */
static void begin_output(void)
{
    ring_put(&ring, (const uint8_t[]){0}, 1); /* ends whatever was on the line before */
    describe();
}

/* Send a block, or count it as lost; in place of the samples the simulated motor. */
static void send_block(uint32_t block, bool simulated)
{
    static int16_t counts[COUNTS];
    bool whole = capture_copy(block, counts);
    if (simulated) {
        bool broken = chip_grounded(PIN_BROKEN);
        for (int scan = 0; scan < CAPTURE_SCANS; scan++)
            sim_scan(&sim, broken, counts + CAPTURE_CHANNELS * scan);
    }
    if (whole)
        sender_send(&sender, counts);
    else
        sender_lose(&sender, 1);
    send_waiting();
}

int main(void)
{
    chip_start_clocks();
    chip_start_pins();
    chip_start_watchdog();
    bool simulated = chip_grounded(PIN_SIMULATE);
    sender.channels = simulated || chip_grounded(PIN_FOUR_INPUTS) ? 4 : 3;
    sim_begin(&sim);
    static char serial_number[SERIAL_NUMBER_CHARACTERS + 1];
    chip_serial_number(serial_number);
    prepare_description(simulated, serial_number);
    uart_start(&ring);
    usb_start(serial_number);
    output_start(&ring);
    REGISTER(NVIC_ISER) = BIT(DMA_INTERRUPT) | BIT(USB_INTERRUPT);
    capture_start();
    for (uint32_t block = 0;; block++) {
        while (capture_done() == block)
            __asm volatile("wfe");
        chip_feed_watchdog();
        if (output_is_new())
            begin_output();
        send_block(block, simulated);
        if (capture_is_shifted())
            chip_restart();
        if (block % DESCRIBE_EVERY_BLOCKS == DESCRIBE_EVERY_BLOCKS - 1)
            describe();
    }
}
