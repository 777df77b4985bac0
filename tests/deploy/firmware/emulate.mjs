// Run the firmware of the Pico in the emulator rp2040js, and write what its UART sends to a file.
//
//   node emulate.mjs MODULE FIRMWARE.bin OUTPUT '{"seconds": 0.5, ...}'
//
// MODULE is the folder of rp2040js. Prints what else was seen as JSON. What the emulator lacks is added here: the
// converter's round robin (its own always reads input 0), the pace of the UART, the unique number of the flash, and
// a boot ROM without functions.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , moduleFolder, firmware, output, text] = process.argv;
const { RP2040 } = await import(pathToFileURL(`${moduleFolder}/dist/esm/index.js`));

const options = {
  seconds: 0.1,
  grounded: [], // pins of the switches
  frequencyHz: 60, // of three phases on inputs 0 to 2
  amplitude: 900, // counts
  blocked: [], // [from, until] in seconds: the receiver takes nothing
  converterStops: Infinity, // seconds
  ...JSON.parse(text),
};

const FLASH = 0x10000000;
const CYCLE_NANOS = 1e9 / 48e6;
const BYTE_NANOS = 1e9 * 10 * (16 * 3.25) / 48e6; // ten bits at the UART's divider
const UART_TX_REQUEST = 20;
const UNIQUE_ID = [0xe6, 0x60, 0xc0, 0xd1, 0xc7, 0x21, 0x2a, 0x36];
const SWITCHES = [2, 3, 4];

const chip = new RP2040();
const complaints = new Set();
const complain = (name, message) => complaints.add(`${name}: ${message}`);
chip.logger = { debug() {}, info() {}, warn: complain, error: complain };

const bootrom = new Uint32Array(4096);
const rom = new Uint8Array(bootrom.buffer);
rom.set([0x20, 0x00], 0x14); // the table of functions lies at 0x20
rom.set([0x49, 0x46, 0x41, 0x00, 0x45, 0x58, 0x41, 0x00], 0x20); // IF and EX are at 0x40
rom.set([0x70, 0x47], 0x40); // bx lr
chip.loadBootrom(bootrom);
chip.flash.set(readFileSync(firmware));
for (const pin of SWITCHES) chip.gpio[pin].setInputValue(!options.grounded.includes(pin));

// The flash answers command 4Bh with its number behind four bytes.
const ssi = chip.peripherals[0x18000];
const [ssiRead, ssiWrite] = [ssi.readUint32.bind(ssi), ssi.writeUint32.bind(ssi)];
let exchanged = [];
ssi.writeUint32 = (offset, value) => (offset === 0x60 ? exchanged.push(value) : ssiWrite(offset, value));
ssi.readUint32 = (offset) => {
  if (offset !== 0x60) return ssiRead(offset);
  return exchanged[0] === 0x4b ? (UNIQUE_ID[exchanged.length - 6] ?? 0) : 0;
};

// The converter: inputs in turn, each when its conversion is due.
let conversions = 0;
const valueOf = (input, seconds) => {
  const turn = input < 3 ? 2 * Math.PI * (options.frequencyHz * seconds - input / 3) : 0;
  const value = Math.round(2048 + (input < 3 ? options.amplitude * Math.cos(turn) : 100));
  return Math.min(4095, Math.max(0, value));
};
chip.adc.onADCRead = () => {
  const input = conversions % 4;
  const seconds = conversions / 40000;
  if (seconds >= options.converterStops) return;
  conversions += 1;
  chip.adc.currentChannel = input;
  chip.adc.channelValues[input] = valueOf(input, seconds);
  chip.adc.sampleAlarm.schedule(chip.adc.sampleTime * 1000);
};

// The UART: one byte at a time, and none while the receiver is blocked.
const sent = [];
const secondsNow = () => chip.clock.nanos / 1e9;
const ready = chip.clock.createAlarm(() => chip.dma.setDREQ(UART_TX_REQUEST));
chip.uart[0].onByte = (byte) => {
  sent.push(byte);
  chip.dma.clearDREQ(UART_TX_REQUEST);
  const blocked = options.blocked.find(([from, until]) => secondsNow() >= from && secondsNow() < until);
  ready.schedule(blocked ? blocked[1] * 1e9 - chip.clock.nanos : BYTE_NANOS);
};

let watchdogAt = null;
const watchdog = chip.peripherals[0x40058];
watchdog.onWatchdogTrigger = () => {
  watchdogAt = secondsNow();
  watchdog.alarm.enable = false; // the emulator would call again at the same moment, without end
};
let ledChanges = 0;
chip.gpio[25].addListener(() => (ledChanges += 1));

chip.core.PC = FLASH;
let instructions = 0;
const until = options.seconds * 1e9;
while (chip.clock.nanos < until && watchdogAt === null) {
  if (chip.core.waiting) {
    if (!chip.clock.nextAlarm) throw new Error('the firmware waits, and nothing will wake it');
    chip.clock.tick(chip.clock.nanosToNextAlarm);
  } else {
    chip.clock.tick(chip.core.executeInstruction() * CYCLE_NANOS);
    instructions += 1;
  }
}
writeFileSync(output, Uint8Array.from(sent));
const baud = chip.uart[0].baudRate;
console.log(JSON.stringify({ conversions, baud, ledChanges, watchdogAt, instructions, complaints: [...complaints] }));
