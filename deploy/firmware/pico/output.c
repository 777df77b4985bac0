#include "output.h"

#include "uart.h"
#include "usb.h"

static struct ring *waiting;
static bool over_usb;
static volatile bool is_new;

void output_start(struct ring *ring)
{
    waiting = ring;
    is_new = true;
}

void output_send(void)
{
    if (over_usb != usb_is_open() && !uart_busy()) {
        over_usb = !over_usb;
        ring_drop(waiting, waiting->put - waiting->taken);
        is_new = true;
    }
    if (over_usb)
        usb_send(waiting);
    else if (!usb_is_open())
        uart_send();
}

bool output_is_new(void)
{
    if (!is_new)
        return false;
    is_new = false;
    return true;
}
