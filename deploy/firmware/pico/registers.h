/* The registers of the RP2040 that this firmware uses; names and addresses as in its datasheet. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
/* Aliases of a register that set or clear the bits that are written as one. */
#define SET(address) REGISTER((address) + 0x2000u)
#define CLEAR(address) REGISTER((address) + 0x3000u)
#define BIT(n) (1u << (n))

#define SSI_SR 0x18000028u
#define SSI_DR0 0x18000060u

#define CLK_REF_CTRL 0x40008030u
#define CLK_REF_SELECTED 0x40008038u
#define CLK_SYS_CTRL 0x4000803Cu
#define CLK_SYS_SELECTED 0x40008044u
#define CLK_PERI_CTRL 0x40008048u
#define CLK_USB_CTRL 0x40008054u
#define CLK_ADC_CTRL 0x40008060u

#define RESETS_RESET 0x4000C000u
#define RESETS_RESET_DONE 0x4000C008u
#define PSM_WDSEL 0x40010008u

#define GPIO_CTRL(pin) (0x40014004u + 8u * (pin))
#define GPIO_QSPI_SS_CTRL 0x4001800Cu
#define PADS_GPIO(pin) (0x4001C004u + 4u * (pin))

#define XOSC_CTRL 0x40024000u
#define XOSC_STATUS 0x40024004u
#define XOSC_STARTUP 0x4002400Cu

#define PLL_USB_CS 0x4002C000u
#define PLL_USB_PWR 0x4002C004u
#define PLL_USB_FBDIV_INT 0x4002C008u
#define PLL_USB_PRIM 0x4002C00Cu

#define UART0_DR 0x40034000u
#define UART0_IBRD 0x40034024u
#define UART0_FBRD 0x40034028u
#define UART0_LCR_H 0x4003402Cu
#define UART0_CR 0x40034030u
#define UART0_DMACR 0x40034048u

#define ADC_CS 0x4004C000u
#define ADC_FCS 0x4004C008u
#define ADC_FIFO 0x4004C00Cu
#define ADC_DIV 0x4004C010u

#define WATCHDOG_CTRL 0x40058000u
#define WATCHDOG_LOAD 0x40058004u
#define WATCHDOG_TICK 0x4005802Cu

#define DMA_READ_ADDR(channel) (0x50000000u + 0x40u * (channel))
#define DMA_WRITE_ADDR(channel) (0x50000004u + 0x40u * (channel))
#define DMA_TRANS_COUNT(channel) (0x50000008u + 0x40u * (channel))
#define DMA_CTRL_TRIG(channel) (0x5000000Cu + 0x40u * (channel))
#define DMA_CTRL(channel) (0x50000010u + 0x40u * (channel)) /* the same without a start */
#define DMA_INTE0 0x50000404u
#define DMA_INTS0 0x5000040Cu
#define DMA_START 0x50000430u

#define USB_MEMORY 0x50100000u
#define USB_ADDR_ENDP 0x50110000u
#define USB_MAIN_CTRL 0x50110040u
#define USB_SIE_CTRL 0x5011004Cu
#define USB_SIE_STATUS 0x50110050u
#define USB_BUFF_STATUS 0x50110058u
#define USB_EP_STALL_ARM 0x50110068u
#define USB_MUXING 0x50110074u
#define USB_PWR 0x50110078u
#define USB_INTE 0x50110090u

#define SIO_GPIO_IN 0xD0000004u
#define SIO_GPIO_OUT_XOR 0xD000001Cu
#define SIO_GPIO_OE_SET 0xD0000024u

#define NVIC_ISER 0xE000E100u

/* Fields of a DMA channel's control register. */
#define DMA_ENABLE BIT(0)
#define DMA_BYTES (0u << 2)
#define DMA_HALFWORDS (1u << 2)
#define DMA_INCREMENT_READ BIT(4)
#define DMA_INCREMENT_WRITE BIT(5)
#define DMA_WRAP_WRITE(bits) (BIT(10) | (uint32_t)(bits) << 6)
#define DMA_CHAIN_TO(channel) ((uint32_t)(channel) << 11)
#define DMA_REQUEST(number) ((uint32_t)(number) << 15)
#define DMA_REQUEST_UART0_TX 20u
#define DMA_REQUEST_ADC 36u

#endif
