/* Run the sketch in simavr, with three phases of 60 Hz on its inputs: emulate SKETCH.elf SECONDS LINES */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

enum { HZ = 16000000, LINE_HZ = 60, MIDDLE_MV = 2500, AMPLITUDE_MV = 1000 };

static avr_t *avr;
static FILE *lines;

static void print(struct avr_irq_t *irq, uint32_t value, void *unused)
{
    (void)irq, (void)unused;
    fputc((int)value, lines);
}

static void convert(struct avr_irq_t *irq, uint32_t value, void *unused)
{
    (void)irq, (void)unused;
    union {
        uint32_t value;
        avr_adc_mux_t mux;
    } asked = {.value = value};
    int input = asked.mux.src;
    double turn = 2 * M_PI * ((double)avr->cycle / HZ * LINE_HZ - input / 3.0);
    uint32_t millivolts = (uint32_t)(MIDDLE_MV + AMPLITUDE_MV * cos(turn) + 0.5);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0 + input), millivolts);
}

int main(int argc, char **argv)
{
    elf_firmware_t firmware = {0};
    if (argc != 4 || !(lines = fopen(argv[3], "wb")) || elf_read_firmware(argv[1], &firmware) != 0)
        return 2;
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr || avr_init(avr) != 0)
        return 3;
    avr->frequency = HZ;
    avr_load_firmware(avr, &firmware);
    avr->frequency = HZ;
    avr->vcc = avr->avcc = avr->aref = 5000;
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(uint32_t)AVR_UART_FLAG_STDIO;
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), print, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), convert, NULL);
    avr_cycle_count_t end = (avr_cycle_count_t)(atof(argv[2]) * HZ);
    while (avr->cycle < end) {
        int state = avr_run(avr);
        if (state == cpu_Done || state == cpu_Crashed)
            return 4;
    }
    return fclose(lines);
}
