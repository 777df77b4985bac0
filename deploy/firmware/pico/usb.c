#include "usb.h"

#include <stdint.h>

#include "output.h"
#include "registers.h"

enum {
    PACKET = 64,
    NOTIFY = 1,   /* endpoint of notifications, never used */
    DATA_OUT = 2, /* what a program sends; it is thrown away */
    DATA_IN = 3,
    CONTROL_BUFFER = 0x100, /* places in the controller's memory */
    NOTIFY_BUFFER = 0x180,
    OUT_BUFFER = 0x1C0,
    IN_BUFFER = 0x200,
};

/* Registers in the controller's memory, and their bits. */
#define SETUP(word) REGISTER(USB_MEMORY + 4u * (word))
#define IN_ENDPOINT(n) REGISTER(USB_MEMORY + 8u * (n))
#define OUT_ENDPOINT(n) REGISTER(USB_MEMORY + 8u * (n) + 4u)
#define IN_CONTROL(n) (USB_MEMORY + 0x80u + 8u * (n))
#define OUT_CONTROL(n) (USB_MEMORY + 0x84u + 8u * (n))
#define ENDPOINT(type, buffer) (BIT(31) | BIT(29) | (uint32_t)(type) << 26 | (buffer))
#define BULK 2u
#define INTERRUPT 3u
#define FULL BIT(15)
#define DATA1 BIT(13)
#define STALL BIT(11)
#define AVAILABLE BIT(10)

/* Requests: type in the lower byte, number in the upper one, as they lie in the setup packet. */
#define REQUEST(type, number) ((type) | (number) << 8)
#define GET_STATUS 0
#define GET_DESCRIPTOR REQUEST(0x80, 6)
#define SET_ADDRESS REQUEST(0x00, 5)
#define SET_CONFIGURATION REQUEST(0x00, 9)
#define GET_CONFIGURATION REQUEST(0x80, 8)
#define CLEAR_HALT REQUEST(0x02, 1)
#define SET_LINE_CODING 0x20
#define GET_LINE_CODING 0x21
#define SET_CONTROL_LINE_STATE 0x22
#define CLASS 0x20 /* of a request's type */

static const uint8_t DEVICE[] = {
    18, 1, 0x00, 0x02, 2, 0, 0, PACKET, /* USB 2.0, class of communication */
    0x8A, 0x2E, 0x0A, 0x00,             /* Raspberry Pi, serial port of the Pico */
    0x00, 0x01, 1, 2, 3, 1,             /* version 1.0, names below, one configuration */
};
static const uint8_t CONFIGURATION[] = {
    9, 2, 67, 0, 2, 1, 0, 0x80, 50,              /* two interfaces, powered by the bus, 100 mA */
    9, 4, 0, 0, 1, 2, 2, 0, 0,                   /* communication, abstract control model */
    5, 0x24, 0, 0x10, 0x01,                      /* CDC 1.1 */
    5, 0x24, 1, 0, 1,                            /* no calls */
    4, 0x24, 2, 2,                               /* line coding and state */
    5, 0x24, 6, 0, 1,                            /* interface 1 belongs to 0 */
    7, 5, 0x80 | NOTIFY, 3, 8, 0, 255,           /* interrupt */
    9, 4, 1, 0, 2, 10, 0, 0, 0,                  /* data */
    7, 5, DATA_OUT, 2, PACKET, 0, 0,             /* bulk */
    7, 5, 0x80 | DATA_IN, 2, PACKET, 0, 0,       /* bulk */
};
static const uint8_t LINE_CODING[] = {0x00, 0x10, 0x0E, 0x00, 0, 0, 8}; /* 921,600 8N1: of no meaning here */
static const char *names[] = {"", "edge-agent", "Pico DAQ", ""};

static const uint8_t *answer;  /* what is left of the answer to a request */
static size_t answer_bytes;
static uint8_t composed[PACKET];
static bool reading;           /* the request reads from the device */
static bool expects_data;      /* the request brings a line coding */
static uint32_t control_data1; /* DATA1 or 0, as packets alternate */
static uint32_t in_data1;
static uint32_t out_data1;
static uint8_t new_address;
static uint8_t configuration;
static bool in_use;            /* the controller has a packet of data */
static volatile bool open;

/* Give a buffer to the controller: AVAILABLE a moment after the rest, for it runs on a clock of its own. */
static void arm(uint32_t control, uint32_t value)
{
    REGISTER(control) = value;
    __asm volatile("nop\nnop\nnop\nnop\nnop\nnop");
    REGISTER(control) = value | AVAILABLE;
}

static void put(uint32_t place, const uint8_t *bytes, size_t count)
{
    volatile uint8_t *memory = (volatile uint8_t *)(USB_MEMORY + place);
    for (size_t i = 0; i < count; i++)
        memory[i] = bytes[i];
}

static void send_answer(void)
{
    size_t bytes = answer_bytes < PACKET ? answer_bytes : PACKET;
    put(CONTROL_BUFFER, answer, bytes);
    answer += bytes;
    answer_bytes -= bytes;
    arm(IN_CONTROL(0), FULL | control_data1 | (uint32_t)bytes);
    control_data1 ^= DATA1;
}

static void reply(const uint8_t *bytes, size_t count, size_t wanted)
{
    answer = bytes;
    answer_bytes = count < wanted ? count : wanted;
    send_answer();
}

static void refuse(void)
{
    REGISTER(USB_EP_STALL_ARM) = 3;
    REGISTER(IN_CONTROL(0)) = STALL;
    REGISTER(OUT_CONTROL(0)) = STALL;
}

static void reply_name(const char *name, size_t wanted)
{
    size_t bytes = 2;
    for (; *name && bytes < PACKET; name++) {
        composed[bytes++] = (uint8_t)*name;
        composed[bytes++] = 0;
    }
    composed[0] = (uint8_t)bytes;
    composed[1] = 3;
    reply(composed, bytes, wanted);
}

static void describe(uint32_t type, uint32_t index, size_t wanted)
{
    static const uint8_t LANGUAGES[] = {4, 3, 0x09, 0x04};
    if (type == 1)
        reply(DEVICE, sizeof DEVICE, wanted);
    else if (type == 2)
        reply(CONFIGURATION, sizeof CONFIGURATION, wanted);
    else if (type == 3 && index == 0)
        reply(LANGUAGES, sizeof LANGUAGES, wanted);
    else if (type == 3 && index < sizeof names / sizeof *names)
        reply_name(names[index], wanted);
    else
        refuse();
}

static void configure(uint8_t number)
{
    configuration = number;
    in_data1 = 0;
    out_data1 = 0;
    in_use = false;
    open = false;
    IN_ENDPOINT(NOTIFY) = ENDPOINT(INTERRUPT, NOTIFY_BUFFER);
    OUT_ENDPOINT(DATA_OUT) = ENDPOINT(BULK, OUT_BUFFER);
    IN_ENDPOINT(DATA_IN) = ENDPOINT(BULK, IN_BUFFER);
    REGISTER(IN_CONTROL(DATA_IN)) = 0;
    arm(OUT_CONTROL(DATA_OUT), PACKET);
}

static void clear_halt(uint32_t endpoint)
{
    if (endpoint == (0x80 | DATA_IN) && !in_use)
        in_data1 = 0;
}

/* Answer a request of the host; all but those that read, and the line coding, end with an empty packet. */
static void take_request(void)
{
    uint32_t request = SETUP(0) & 0xFFFF, value = SETUP(0) >> 16;
    uint32_t index = SETUP(1) & 0xFFFF, wanted = SETUP(1) >> 16;
    uint32_t number = request >> 8;
    control_data1 = DATA1;
    answer_bytes = 0;
    reading = request & 0x80;
    expects_data = request & CLASS && number == SET_LINE_CODING;
    if (expects_data) {
        arm(OUT_CONTROL(0), DATA1 | PACKET);
        return;
    }
    if (reading) {
        if (request == GET_DESCRIPTOR)
            describe(value >> 8, value & 0xFF, wanted);
        else if (request == GET_CONFIGURATION)
            reply(&configuration, 1, wanted);
        else if (request & CLASS && number == GET_LINE_CODING)
            reply(LINE_CODING, sizeof LINE_CODING, wanted);
        else if (number == GET_STATUS)
            reply((const uint8_t[]){0, 0}, 2, wanted);
        else
            refuse();
        return;
    }
    if (request == SET_ADDRESS)
        new_address = (uint8_t)value;
    else if (request == SET_CONFIGURATION)
        configure((uint8_t)value);
    else if (request == CLEAR_HALT)
        clear_halt(index);
    else if (request & CLASS && number == SET_CONTROL_LINE_STATE)
        open = configuration != 0 && value & 1;
    send_answer();
}

static void forget_all(void)
{
    REGISTER(USB_ADDR_ENDP) = 0;
    new_address = 0;
    configuration = 0;
    in_use = false;
    open = false;
}

static void end_buffers(uint32_t ended)
{
    if (ended & BIT(0)) { /* control, in */
        if (new_address) {
            REGISTER(USB_ADDR_ENDP) = new_address;
            new_address = 0;
        } else if (answer_bytes > 0) {
            send_answer();
        } else if (reading) {
            arm(OUT_CONTROL(0), DATA1); /* the host says that it has all */
        }
    }
    if (ended & BIT(1) && expects_data) { /* control, out: the line coding came, and does not matter */
        expects_data = false;
        send_answer();
    }
    if (ended & BIT(2 * DATA_OUT + 1)) {
        out_data1 ^= DATA1;
        arm(OUT_CONTROL(DATA_OUT), out_data1 | PACKET);
    }
    if (ended & BIT(2 * DATA_IN))
        in_use = false;
}

/* Interrupt 5. */
void usb_interrupt(void)
{
    uint32_t status = REGISTER(USB_SIE_STATUS);
    uint32_t ended = REGISTER(USB_BUFF_STATUS);
    REGISTER(USB_BUFF_STATUS) = ended;
    if (status & BIT(19)) { /* reset of the bus */
        REGISTER(USB_SIE_STATUS) = BIT(19);
        forget_all();
    }
    end_buffers(ended);
    if (status & BIT(17)) { /* a request */
        REGISTER(USB_SIE_STATUS) = BIT(17);
        take_request();
    }
    output_send();
}

void usb_start(const char *serial_number)
{
    names[3] = serial_number;
    for (uint32_t place = 0; place < IN_BUFFER + PACKET; place += 4)
        REGISTER(USB_MEMORY + place) = 0;
    REGISTER(USB_MUXING) = BIT(3) | BIT(0);  /* to the pins of USB */
    REGISTER(USB_PWR) = BIT(3) | BIT(2);     /* take the bus for powered */
    REGISTER(USB_MAIN_CTRL) = BIT(0);
    REGISTER(USB_SIE_CTRL) = BIT(29);        /* an interrupt for each buffer of endpoint 0 */
    REGISTER(USB_INTE) = BIT(16) | BIT(12) | BIT(4); /* request, reset, buffers */
    SET(USB_SIE_CTRL) = BIT(16);             /* pull up: here we are */
}

bool usb_is_open(void)
{
    return open;
}

void usb_send(struct ring *ring)
{
    const uint8_t *piece;
    size_t bytes = ring_piece(ring, &piece);
    if (in_use || bytes == 0)
        return;
    bytes = bytes < PACKET ? bytes : PACKET - 1; /* a full packet would ask for another */
    put(IN_BUFFER, piece, bytes);
    ring_drop(ring, bytes);
    in_use = true;
    arm(IN_CONTROL(DATA_IN), FULL | in_data1 | (uint32_t)bytes);
    in_data1 ^= DATA1;
}
