#include "sim.h"

/* Scans per second, in thousandths. */
#define RATE_MHZ 10000000
/* The step of a phase from scan to scan, for a frequency in mHz. */
#define STEP(mhz) ((uint32_t)(((uint64_t)(mhz) << 32) / RATE_MHZ))
/* A phase in degrees, 0 to 359. */
#define AT(degrees) ((uint32_t)(((uint64_t)(degrees) << 32) / 360))

/* Frequencies in mHz: line, pole-pass 2sf, shaft, and rotor bars times shaft. */
#define LINE 60000
#define POLE_PASS 4500
#define SHAFT 28875
#define SLOTS (34 * SHAFT)

/* One line of a spectrum; amplitudes in 1/64 counts. */
struct tone {
    uint32_t step;
    uint32_t start;
    int32_t sound;
    int32_t broken;
    bool backward; /* the phases follow each other in reverse */
};

/* Taken from the spectra of the simulated 0.75 kW motor at 80 % load, sound and with two broken bars. */
static const struct tone CURRENTS[SIM_CURRENT_TONES] = {
    {STEP(LINE), AT(292), 58000, 58000, false},
    {STEP(LINE), AT(286), 1410, 1410, true},    /* unbalance of the supply */
    {STEP(5 * LINE), AT(45), 527, 527, true},
    {STEP(7 * LINE), AT(49), 283, 283, false},
    {STEP(LINE - POLE_PASS), AT(47), 30, 1576, false},
    {STEP(LINE + POLE_PASS), AT(356), 10, 854, false},
    {STEP(LINE - 2 * POLE_PASS), AT(323), 0, 130, false},
    {STEP(SLOTS + LINE), AT(274), 50, 47, false},
    {STEP(SLOTS - LINE), AT(124), 30, 29, true},
};
static const struct tone VIBRATION[SIM_VIBRATION_TONES] = {
    {STEP(2 * LINE), AT(302), 415, 415, false},
    {STEP(SHAFT), AT(110), 76, 109, false},
    {STEP(2 * SHAFT), AT(15), 23, 23, false},
    {STEP(SHAFT - POLE_PASS), AT(57), 0, 18, false},
    {STEP(SHAFT + POLE_PASS), AT(190), 0, 15, false},
    {STEP(SLOTS), AT(244), 79, 68, false},
    {STEP(SLOTS + 2 * LINE), AT(17), 153, 148, false},
    {STEP(SLOTS - 2 * LINE), AT(159), 33, 30, false},
    {STEP(SLOTS + 2 * LINE + POLE_PASS), AT(301), 0, 33, false},
    {STEP(SLOTS + 2 * LINE - POLE_PASS), AT(20), 0, 32, false},
};

enum {
    MIDDLE = 2048,              /* counts of nothing */
    HIGHEST = 4095,             /* of 12 bits */
    STEPS = 64,                 /* of amplitudes in a count */
    CURRENT_NOISE = 78,         /* 0.7 counts rms */
    VIBRATION_NOISE = 277,      /* 2.5 counts rms, the floor of a cheap accelerometer */
    HALF_ROOT_THREE = 28378,    /* of 32768 */
};

/* Return the sine of a phase times 32768, right to 1e-4: a polynomial of fifth order. */
static int32_t sine(uint32_t phase)
{
    int32_t x = (int32_t)(phase >> 16); /* 65536 a turn */
    if (x >= 49152)
        x -= 65536;
    else if (x > 16384)
        x = 32768 - x;
    int32_t z = 2 * x; /* quarter turns times 32768 */
    int32_t square = z * z / 32768;
    int32_t slope = 25733 - square * (10539 - square * 1191 / 32768) / 32768;
    return slope * (z / 2) / 8192;
}

static int32_t scaled(int32_t amplitude, uint32_t phase)
{
    return amplitude * sine(phase) / 32768;
}

/* Return nearly normal noise of 148 rms: four uniform bytes added. */
static int32_t noise(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    uint32_t bits = *state;
    return (int32_t)((bits & 255u) + (bits >> 8 & 255u) + (bits >> 16 & 255u) + (bits >> 24)) - 510;
}

static int16_t counted(int32_t value)
{
    int32_t count = (MIDDLE * STEPS + STEPS / 2 + value) / STEPS;
    return (int16_t)(count < 0 ? 0 : count > HIGHEST ? HIGHEST : count);
}

static int32_t vibration(struct sim *sim, bool broken)
{
    int32_t sum = noise(&sim->noise) * VIBRATION_NOISE / 256;
    for (int i = 0; i < SIM_VIBRATION_TONES; i++) {
        const struct tone *tone = &VIBRATION[i];
        sum += scaled(broken ? tone->broken : tone->sound, sim->vibration[i]);
        sim->vibration[i] += tone->step;
    }
    return sum;
}

void sim_begin(struct sim *sim)
{
    for (int i = 0; i < SIM_CURRENT_TONES; i++)
        sim->currents[i] = CURRENTS[i].start;
    for (int i = 0; i < SIM_VIBRATION_TONES; i++)
        sim->vibration[i] = VIBRATION[i].start;
    sim->noise = 1;
}

void sim_scan(struct sim *sim, bool broken, int16_t counts[SIM_CHANNELS])
{
    int32_t x = 0; /* the space vector: along phase a, and a quarter turn ahead of it */
    int32_t y = 0;
    for (int i = 0; i < SIM_CURRENT_TONES; i++) {
        const struct tone *tone = &CURRENTS[i];
        int32_t amplitude = broken ? tone->broken : tone->sound;
        x += scaled(amplitude, sim->currents[i] + AT(90));
        y += (tone->backward ? -1 : 1) * scaled(amplitude, sim->currents[i]);
        sim->currents[i] += tone->step;
    }
    int32_t across = y * (HALF_ROOT_THREE / 2) / 16384;
    counts[0] = counted(x + noise(&sim->noise) * CURRENT_NOISE / 256);
    counts[1] = counted(-x / 2 + across + noise(&sim->noise) * CURRENT_NOISE / 256);
    counts[2] = counted(-x / 2 - across + noise(&sim->noise) * CURRENT_NOISE / 256);
    counts[3] = counted(vibration(sim, broken));
}
