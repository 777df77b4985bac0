"""Build the firmware: `python build.py FOLDER` writes pico-daq.elf, .bin and .uf2 there.

The compiler is that of the package `ziglang`. The same sources and compiler give the same bytes.
"""

import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAME = "pico-daq"
FLAGS = [
    *("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
    *("-std=c11", "-ffreestanding", "-O2", "-fno-sanitize=all", "-Wall", "-Wextra", "-Werror"),
    *("-ffile-prefix-map=" + str(HERE.parent) + "=.", "-g0"),
]

FLASH = 0x10000000
"""Where the flash begins (RP2040 datasheet, address map)."""
BOOT2_BYTES = 252
"""Bytes of the second boot stage, which its checksum follows (RP2040 datasheet, 2.8.1.3.1)."""
UF2_MAGIC = 0x0A324655, 0x9E5D5157, 0x0AB16F30
"""First, second and last word of a UF2 block (UF2 specification)."""
UF2_FAMILY_PRESENT = 0x2000
"""Flag of a UF2 block that states a family (UF2 specification)."""
UF2_RP2040 = 0xE48BFF56
"""Family of the RP2040 (UF2 specification)."""
UF2_PAYLOAD = 256
"""Bytes of flash in a block, as the boot ROM wants them (RP2040 datasheet)."""


def build(folder: Path) -> None:
    """Compile, link, and write all three files."""
    folder.mkdir(parents=True, exist_ok=True)
    elf = folder / f"{NAME}.elf"
    sources = [HERE / "boot.S", *sorted(HERE.glob("*.c")), *sorted((HERE.parent / "core").glob("*.c"))]
    include = f"-I{HERE.parent / 'core'}"
    link = [f"-Wl,-T,{HERE / 'pico.ld'}", "-Wl,-e,start", "-Wl,--build-id=none", "-s", "-o", str(elf)]
    command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, include, *map(str, sources), *link]
    subprocess.run(command, check=True)
    seal(elf)
    image = flash_image(elf.read_bytes())
    (folder / f"{NAME}.bin").write_bytes(image)
    (folder / f"{NAME}.uf2").write_bytes(uf2(image))
    sys.stdout.write(f"{len(image)} bytes of flash: {folder / NAME}.elf, .bin, .uf2\n")


def segments(elf: bytes | bytearray) -> list[tuple[int, int, int]]:
    """Return offset in the file, address in flash and size of each part that is loaded."""
    (table,) = struct.unpack_from("<I", elf, 28)
    size, number = struct.unpack_from("<HH", elf, 42)
    found = []
    for n in range(number):
        kind, offset, _, address, length = struct.unpack_from("<5I", elf, table + n * size)
        if kind == 1 and length:
            found.append((offset, address, length))
    return found


def flash_image(elf: bytes) -> bytes:
    """Return the content of the flash from its beginning."""
    end = max(address + size for _, address, size in segments(elf))
    image = bytearray(end - FLASH)
    for offset, address, size in segments(elf):
        image[address - FLASH : address - FLASH + size] = elf[offset : offset + size]
    return bytes(image)


def seal(path: Path) -> None:
    """Write the checksum of the second boot stage behind it, without which the boot ROM does not run it."""
    elf = bytearray(path.read_bytes())
    (offset,) = (offset for offset, address, _ in segments(elf) if address == FLASH)
    boot2 = bytes(elf[offset : offset + BOOT2_BYTES])
    struct.pack_into("<I", elf, offset + BOOT2_BYTES, boot2_crc(boot2))
    path.write_bytes(elf)


def boot2_crc(data: bytes) -> int:
    """Return the CRC-32 of the boot ROM: polynomial 0x04C11DB7, not reflected, not inverted at the end."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc


def uf2(image: bytes) -> bytes:
    """Return the blocks that a board takes when it is plugged in with its button pressed."""
    blocks = [image[at : at + UF2_PAYLOAD] for at in range(0, len(image), UF2_PAYLOAD)]
    first, second, last = UF2_MAGIC
    made = bytearray()
    for number, block in enumerate(blocks):
        address = FLASH + number * UF2_PAYLOAD
        made += struct.pack("<4I", first, second, UF2_FAMILY_PRESENT, address)
        made += struct.pack("<4I", UF2_PAYLOAD, number, len(blocks), UF2_RP2040)
        made += block.ljust(476, b"\0") + struct.pack("<I", last)
    return bytes(made)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
