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
const { RP2040, USBCDC } = await import(pathToFileURL(`${moduleFolder}/dist/esm/index.js`));

const options = {
  seconds: 0.1,
  grounded: [], // pins of the switches
  frequencyHz: 60, // of three phases on inputs 0 to 2
  amplitude: 900, // counts
  blocked: [], // [from, until] in seconds: the receiver takes nothing
  converterStops: Infinity, // seconds
  stalled: [0, 0], // [from, until] in seconds: the processor does nothing, as if something held it up
  usb: [], // [from, until] in seconds: a program has the USB port open; OUTPUT then holds what it reads
  requests: [], // {setup, data}: control requests 2 ms apart once the device is connected; the answers are printed
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
// The host on the other side of the USB cable: it closes the port first, then opens and closes it when it is time.
const read = [];
const answers = [];
const ask = (requests) => {
  const usb = chip.usbCtrl;
  const others = usb.onEndpointWrite;
  usb.onEndpointWrite = (endpoint, bytes) =>
    endpoint === 0 ? answers.at(-1)?.push([...bytes]) : others(endpoint, bytes);
  requests.forEach(({ setup, data }, number) => {
    const send = () => {
      answers.push([]);
      usb.onEndpointRead = (endpoint) => {
        if (endpoint === 0 && data) usb.endpointReadDone(0, Uint8Array.from(data));
      };
      usb.sendSetupPacket(Uint8Array.from(setup));
    };
    chip.clock.createAlarm(send).schedule((number + 1) * 2e6);
  });
};
if (options.usb.length) {
  const host = new USBCDC(chip.usbCtrl);
  host.onSerialData = (bytes) => read.push(...bytes);
  const set = (state) => () => host.cdcSetControlLineState(state);
  host.onDeviceConnected = () => {
    chip.clock.createAlarm(set(0)).schedule(1e6);
    if (options.requests.length) ask(options.requests);
  };
  for (const [from, until] of options.usb) {
    chip.clock.createAlarm(set(3)).schedule(from * 1e9);
    chip.clock.createAlarm(set(0)).schedule(until * 1e9);
  }
}

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
  if (secondsNow() >= options.stalled[0] && secondsNow() < options.stalled[1]) {
    chip.clock.tick(1000);
  } else if (chip.core.waiting) {
    if (!chip.clock.nextAlarm) throw new Error('the firmware waits, and nothing will wake it');
    chip.clock.tick(chip.clock.nanosToNextAlarm);
  } else {
    chip.clock.tick(chip.core.executeInstruction() * CYCLE_NANOS);
    instructions += 1;
  }
}
writeFileSync(output, Uint8Array.from(options.usb.length ? read : sent));
const baud = chip.uart[0].baudRate;
const uartBytes = sent.length;
console.log(JSON.stringify({ conversions, uartBytes, answers, baud, ledChanges, watchdogAt, instructions, complaints: [...complaints] }));
