/* A known motor without sensors: what its currents and its housing would show, in counts of the converter.
 *
 * 0.75 kW, 220 V, 2.98 A, 60 Hz, 4 poles, 1715 rpm, 34 rotor bars, at 1732.5 rpm; ia, ib, ic in steps of
 * 1/248.24 A (a 5 A : 1 V transformer), vibration in steps of 1/409.6 g (ADXL335), all around 2048, at
 * 10,000 scans a second. With broken bars it shows two of them. */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stdint.h>

enum { SIM_CHANNELS = 4, SIM_CURRENT_TONES = 9, SIM_VIBRATION_TONES = 10 };

/* The motor while it runs. */
struct sim {
    uint32_t currents[SIM_CURRENT_TONES];     /* phases of the lines in the current, 2^32 a turn */
    uint32_t vibration[SIM_VIBRATION_TONES];  /* phases of the lines in the vibration */
    uint32_t noise;                           /* state of the noise, never 0 */
};

/* Start the motor. */
void sim_begin(struct sim *sim);

/* Write the next scan. */
void sim_scan(struct sim *sim, bool broken, int16_t counts[SIM_CHANNELS]);

#endif
