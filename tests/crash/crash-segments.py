# SPDX-License-Identifier: GPL-3.0-or-later
"""crash-segments.py VIDEO.PACKETS: how many frames lie in segments that are finished.

The file, in the machine's byte order: "MynaPkt1", the length of a signature, the signature; records
of 32 bytes, each with its kind, a size, and a time or count; a packet's bytes follow its record.
"""

import struct
import sys

PACKET, END = 0x54454B50, 0x20444E45

with open(sys.argv[1], "rb") as file:
    data = file.read()
frames = 0
position = 12 + struct.unpack_from("=I", data, 8)[0] if len(data) >= 12 else len(data)
while position + 32 <= len(data):
    kind, size, number = struct.unpack_from("=IIq", data, position)
    position += 32
    if kind == END:
        frames = number
    elif kind == PACKET:
        position += size
    else:
        break
print(frames)
