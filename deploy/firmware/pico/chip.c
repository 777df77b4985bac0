#include "chip.h"

#include "registers.h"

/* Bits of RESETS: what is taken out of reset. */
#define RESET_ADC BIT(0)
#define RESET_DMA BIT(2)
#define RESET_IO_BANK0 BIT(5)
#define RESET_IO_QSPI BIT(6)
#define RESET_PADS_BANK0 BIT(8)
#define RESET_PLL_USB BIT(13)
#define RESET_UART0 BIT(22)
#define RESET_USB BIT(24)

static void release(uint32_t blocks)
{
    CLEAR(RESETS_RESET) = blocks;
    while (~REGISTER(RESETS_RESET_DONE) & blocks)
        ;
}

void chip_start_clocks(void)
{
    REGISTER(XOSC_STARTUP) = 47; /* 1 ms at 12 MHz, in 256 cycles */
    REGISTER(XOSC_CTRL) = 0xFABAA0u;
    while (!(REGISTER(XOSC_STATUS) & BIT(31)))
        ;
    REGISTER(CLK_REF_CTRL) = 2; /* the crystal */
    while (REGISTER(CLK_REF_SELECTED) != BIT(2))
        ;
    REGISTER(CLK_SYS_CTRL) = 0; /* the same, while the PLL starts */
    while (REGISTER(CLK_SYS_SELECTED) != BIT(0))
        ;
    SET(RESETS_RESET) = RESET_PLL_USB;
    release(RESET_PLL_USB);
    REGISTER(PLL_USB_CS) = 1; /* 12 MHz x 100 / 5 / 5 = 48 MHz */
    REGISTER(PLL_USB_FBDIV_INT) = 100;
    CLEAR(PLL_USB_PWR) = BIT(0) | BIT(5); /* power and VCO */
    while (!(REGISTER(PLL_USB_CS) & BIT(31)))
        ;
    REGISTER(PLL_USB_PRIM) = 5u << 16 | 5u << 12;
    CLEAR(PLL_USB_PWR) = BIT(3); /* post dividers */
    REGISTER(CLK_SYS_CTRL) = 1u << 5; /* auxiliary source: PLL_USB */
    REGISTER(CLK_SYS_CTRL) = 1u << 5 | 1u;
    while (REGISTER(CLK_SYS_SELECTED) != BIT(1))
        ;
    REGISTER(CLK_PERI_CTRL) = BIT(11); /* from the system clock */
    REGISTER(CLK_ADC_CTRL) = BIT(11);  /* from PLL_USB */
    REGISTER(CLK_USB_CTRL) = BIT(11);  /* the same */
    release(RESET_ADC | RESET_DMA | RESET_IO_BANK0 | RESET_IO_QSPI | RESET_PADS_BANK0 | RESET_UART0 | RESET_USB);
}

void chip_start_pins(void)
{
    REGISTER(GPIO_CTRL(PIN_UART_TX)) = 2; /* UART */
    for (uint32_t pin = PIN_SIMULATE; pin <= PIN_FOUR_INPUTS; pin++) {
        REGISTER(PADS_GPIO(pin)) = BIT(6) | BIT(3) | BIT(1); /* input, pulled up, Schmitt trigger */
        REGISTER(GPIO_CTRL(pin)) = 5;                        /* SIO */
    }
    REGISTER(GPIO_CTRL(PIN_LED)) = 5;
    REGISTER(SIO_GPIO_OE_SET) = BIT(PIN_LED);
    for (uint32_t pin = PIN_FIRST_INPUT; pin < PIN_FIRST_INPUT + 4; pin++)
        REGISTER(PADS_GPIO(pin)) = BIT(7); /* nothing digital, no pulls */
}

bool chip_grounded(uint32_t pin)
{
    return !(REGISTER(SIO_GPIO_IN) & BIT(pin));
}

void chip_toggle_led(void)
{
    REGISTER(SIO_GPIO_OUT_XOR) = BIT(PIN_LED);
}

void chip_start_watchdog(void)
{
    REGISTER(PSM_WDSEL) = 0x1FFFCu; /* restart all but the oscillators */
    REGISTER(WATCHDOG_TICK) = BIT(9) | 12u; /* every microsecond of the crystal */
    chip_feed_watchdog();
    SET(WATCHDOG_CTRL) = BIT(30);
}

void chip_feed_watchdog(void)
{
    REGISTER(WATCHDOG_LOAD) = 2000000u; /* one second: it counts each microsecond twice (erratum RP2040-E1) */
}

void chip_restart(void)
{
    SET(WATCHDOG_CTRL) = BIT(31);
    for (;;)
        ;
}

/* Call a function of the boot ROM without arguments, by the two letters of its name. */
static void call_rom(char first, char second)
{
    const volatile uint16_t *entry = (const volatile uint16_t *)(uintptr_t)*(const volatile uint16_t *)0x14;
    uint16_t name = (uint16_t)((uint8_t)first | (uint8_t)second << 8);
    for (; entry[0] != 0; entry += 2) {
        if (entry[0] == name) {
            ((void (*)(void))(uintptr_t)entry[1])();
            return;
        }
    }
}

static void select_flash(bool selected)
{
    uint32_t control = REGISTER(GPIO_QSPI_SS_CTRL) & ~(3u << 8);
    REGISTER(GPIO_QSPI_SS_CTRL) = control | (selected ? 2u : 3u) << 8; /* drive it low or high */
}

static uint8_t exchange(uint8_t byte)
{
    while (!(REGISTER(SSI_SR) & BIT(1))) /* room to send */
        ;
    REGISTER(SSI_DR0) = byte;
    while (!(REGISTER(SSI_SR) & BIT(3))) /* something received */
        ;
    return (uint8_t)REGISTER(SSI_DR0);
}

void chip_serial_number(char digits[SERIAL_NUMBER_CHARACTERS])
{
    call_rom('I', 'F'); /* connect the flash */
    call_rom('E', 'X'); /* let it take commands */
    select_flash(true);
    exchange(0x4B); /* read unique ID, behind four bytes of nothing */
    for (int i = 0; i < 4; i++)
        exchange(0);
    for (int i = 0; i < SERIAL_NUMBER_CHARACTERS; i += 2) {
        uint8_t byte = exchange(0);
        digits[i] = "0123456789ABCDEF"[byte >> 4];
        digits[i + 1] = "0123456789ABCDEF"[byte & 15];
    }
    select_flash(false);
}
