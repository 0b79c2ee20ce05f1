#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The scaling study: Documentation/scaling.png and the table beside it.

Usage: scaling.py [FILE]
Builds and runs selftests/native/test_scaling.c, which says what is simulated,
or takes its output from FILE. Part of "make bench"; runs in the lab. Time is
virtual, so that the figures repeat exactly.
"""

import math
import os
import struct
import subprocess
import sys
import zlib

PROGRAM = "build/native/asan/test_scaling/test_scaling"
LAYOUTS = {"one-domain": "One domain, one unit",
           "many-domains": "A domain for each submitter, one unit",
           "four-units": "A domain for each submitter, four units"}
DRIVERS = ("built-in", "ours")

# Glyphs of 5 by 7, a byte a row.
FONT = {
    "0": "0e11191513110e", "1": "040c040404040e", "2": "0e11010204081f",
    "3": "1f02040201110e", "4": "02060a121f0202", "5": "1f101e0101110e",
    "6": "0608101e11110e", "7": "1f010204080808", "8": "0e11110e11110e",
    "9": "0e11110f01020c", "A": "0e11111f111111", "B": "1e11111e11111e",
    "D": "1e11111111111e", "E": "1f10101e10101f", "I": "0e04040404040e",
    "L": "1010101010101f", "M": "111b1515111111", "N": "11191513111111",
    "O": "0e11111111110e", "P": "1e11111e101010", "R": "1e11111e141211",
    "S": "0f10100e01011e", "T": "1f040404040404", "U": "1111111111110e",
    "-": "0000001f000000", "/": "01020204080810", ".": "00000000000c0c",
    "F": "1f10101e101010", "Y": "11110a04040404", " ": "00000000000000",
}
WHITE, BLACK, GRAY = (255, 255, 255), (0, 0, 0), (215, 215, 215)
COLOUR = {"ours": (0, 90, 180), "built-in": (200, 60, 20)}


class Picture:
    def __init__(self, width, height):
        self.width, self.height = width, height
        self.rows = [bytearray(WHITE * width) for _ in range(height)]

    def dot(self, x, y, colour):
        if 0 <= x < self.width and 0 <= y < self.height:
            self.rows[y][3 * x:3 * x + 3] = bytes(colour)

    def line(self, x0, y0, x1, y1, colour, thick=1):
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for i in range(steps + 1):
            x = round(x0 + (x1 - x0) * i / steps)
            y = round(y0 + (y1 - y0) * i / steps)
            for dx in range(thick):
                for dy in range(thick):
                    self.dot(x + dx, y + dy, colour)

    def text(self, x, y, text, colour=BLACK):
        for letter in text.upper():
            glyph = bytes.fromhex(FONT[letter])
            for row, bits in enumerate(glyph):
                for column in range(5):
                    if bits & (16 >> column):
                        self.dot(x + column, y + row, colour)
            x += 6

    def write(self, path):
        def chunk(kind, data):
            return (struct.pack(">I", len(data)) + kind + data +
                    struct.pack(">I", zlib.crc32(kind + data)))
        raw = b"".join(b"\0" + bytes(row) for row in self.rows)
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        with open(path, "wb") as f:
            f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
                    chunk(b"IDAT", zlib.compress(raw, 9)) +
                    chunk(b"IEND", b""))


def figures(text):
    """{(layout, latency, submitters, driver): {name: number}}"""
    out = {}
    for line in text.splitlines():
        word, *rest = line.split()[:8] or [""]
        if word != "scaling":
            continue
        row = dict(token.split("=", 1) for token in rest)
        out[row["layout"], int(row["latency"]), int(row["submitters"]),
            row["driver"]] = {"per_trip": float(row["per_trip"]),
                              "rate": int(row["rate"]), "off": int(row["off"])}
    return out


def panel(picture, left, top, data, layout, latency):
    width, height, low, high = 200, 150, 1, 5
    counts = sorted({key[2] for key in data})

    def at(count, rate):
        x = left + round(width * math.log2(count) / math.log2(counts[-1]))
        y = top + height - round(height * (math.log10(max(rate, 10)) - low) /
                                 (high - low))
        return x, y
    for power in range(low, high + 1):
        _, y = at(1, 10 ** power)
        picture.line(left, y, left + width, y, GRAY)
        picture.text(left - 6 * (power + 1) - 4, y - 3, str(10 ** power))
    for count in counts:
        x, _ = at(count, 10)
        picture.line(x, top, x, top + height, GRAY)
        picture.text(x - 3 * len(str(count)), top + height + 5, str(count))
    for driver in DRIVERS:
        points = [at(c, data[layout, latency, c, driver]["rate"])
                  for c in counts]
        for (x0, y0), (x1, y1) in zip(points, points[1:]):
            picture.line(x0, y0, x1, y1, COLOUR[driver], 2)
    picture.text(left + 4, top - 12, f"{latency / 1000:g} US")


def draw(data, path):
    latencies = sorted({key[1] for key in data})
    picture = Picture(60 + 265 * len(latencies), 90 + 210 * len(LAYOUTS))
    picture.text(10, 10, "UNMAPS/MS")
    picture.text(130, 10, "OURS", COLOUR["ours"])
    picture.text(170, 10, "BUILT-IN", COLOUR["built-in"])
    for row, layout in enumerate(LAYOUTS):
        top = 60 + 210 * row
        picture.text(10, top - 26, layout.replace("-", " "))
        for column, latency in enumerate(latencies):
            panel(picture, 60 + 265 * column, top, data, layout, latency)
    picture.text(10, picture.height - 14, "SUBMITTERS")
    picture.write(path)


def table(data, path):
    counts = sorted({key[2] for key in data})
    lines = [".. SPDX-License-Identifier: GPL-2.0",
             ".. Made by selftests/bench/scaling.py; do not edit.", ""]
    for layout, title in LAYOUTS.items():
        lines += [title, "-" * len(title), "", "::", "",
                  "  round  submit-  unmaps a round trip    unmaps a ms      "
                  "ns with interrupts off",
                  "  trip   ters     built-in      ours   built-in     ours   "
                  "   built-in     ours"]
        for latency in sorted({key[1] for key in data}):
            for count in counts:
                old, new = (data[layout, latency, count, d] for d in DRIVERS)
                lines.append(
                    f"  {latency / 1000:>4g}us  {count:>5}"
                    f"  {old['per_trip']:>10.2f}{new['per_trip']:>10.2f}"
                    f"  {old['rate']:>9}{new['rate']:>9}"
                    f"  {old['off']:>12}{new['off']:>9}")
        lines.append("")
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(lines))


def main():
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="ascii", errors="replace") as f:
            text = f.read()
    else:
        tree = os.getcwd()
        subprocess.run(["make", "-s", "-C", "selftests/native",
                        f"{tree}/{PROGRAM}"], check=True)
        text = subprocess.run([PROGRAM], check=True, text=True,
                              stdout=subprocess.PIPE,
                              env=dict(os.environ, VTD_SCALING="1")).stdout
    data = figures(text)
    draw(data, "Documentation/scaling.png")
    table(data, "Documentation/scaling.txt")
    print("scaling study: Documentation/scaling.png, Documentation/scaling.txt")


if __name__ == "__main__":
    main()
