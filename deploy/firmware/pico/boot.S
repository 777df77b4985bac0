/* From the boot ROM to main.
 *
 * The ROM copies the first 256 bytes of the flash to RAM and runs them if their checksum is right; build.py
 * adds it. They make the flash readable as memory, in the slowest way, which every chip knows: all code is
 * copied to RAM at once, and the flash is then left alone. */
    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .section .boot2, "ax"
    .global boot2
    .thumb_func
boot2:
    ldr r0, =0x18000000         /* SSI */
    movs r1, #0
    str r1, [r0, #0x08]         /* SSIENR: off while it is set up */
    movs r1, #4
    str r1, [r0, #0x14]         /* BAUDR: a quarter of the system clock */
    ldr r1, =0x001F0300         /* CTRLR0: one data line, 32 bits a frame, reads behind command and address */
    str r1, [r0, #0x00]
    movs r1, #0
    str r1, [r0, #0x04]         /* CTRLR1: one frame */
    ldr r2, =0x180000F4
    ldr r1, =0x03000218         /* SPI_CTRLR0: command 03h of 8 bits, an address of 24 */
    str r1, [r2]
    movs r1, #1
    str r1, [r0, #0x08]         /* SSIENR: on */
    ldr r0, =flash_vectors
    ldr r1, [r0]
    msr msp, r1
    ldr r1, [r0, #4]
    bx r1
    .ltorg

    .section .start, "ax"
    .align 2
flash_vectors:
    .word stack_end
    .word start

    .global start
    .thumb_func
start:
    ldr r0, =ram_source
    ldr r1, =ram_begin
    ldr r2, =ram_end
copy:
    ldmia r0!, {r3}
    stmia r1!, {r3}
    cmp r1, r2
    blo copy
    ldr r1, =bss_begin
    ldr r2, =bss_end
    movs r3, #0
clear:
    stmia r1!, {r3}
    cmp r1, r2
    blo clear
    ldr r0, =0xE000ED08         /* VTOR */
    ldr r1, =ram_begin
    str r1, [r0]
    ldr r0, =main
    bx r0
    .ltorg

    .section .vectors, "a"
    .word stack_end
    .word start
    .rept 14
    .word hang                  /* faults: the watchdog starts the chip again */
    .endr
    .rept 5
    .word hang
    .endr
    .word usb_interrupt         /* interrupt 5: USBCTRL_IRQ */
    .rept 5
    .word hang
    .endr
    .word dma_interrupt         /* interrupt 11: DMA_IRQ_0 */
    .rept 20
    .word hang
    .endr

    .text
    .thumb_func
hang:
    b hang
