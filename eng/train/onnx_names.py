"""Gives the nodes of an exported ONNX file the names of the modules they come from: /conv1/Conv becomes conv1.

Walks the protobuf bytes directly, so that no onnx package is needed.
"""

import re
from pathlib import Path

MODEL_GRAPH = 7
GRAPH_NODE = 1
NODE_INPUT, NODE_OUTPUT, NODE_NAME = 1, 2, 3
LENGTH_DELIMITED = 2


def shorten(path):
    file = Path(path)
    file.write_bytes(rewrite(file.read_bytes(), MODEL_GRAPH, lambda graph: rewrite(graph, GRAPH_NODE, rename)))


def rename(node):
    for field in NODE_INPUT, NODE_OUTPUT, NODE_NAME:
        node = rewrite(node, field, lambda name: short(name.decode()).encode())
    return node


def short(name):
    return re.sub(r"^/(\w+)/\w+?(_output_\d+)?$", lambda m: m[1] + ("_out" if m[2] else ""), name)


def rewrite(message, wanted, change):
    """Replaces the payload of every length-delimited field number `wanted`; all else is copied byte for byte."""
    result, at = bytearray(), 0
    while at < len(message):
        start = at
        key, at = varint(message, at)
        if key & 7 != LENGTH_DELIMITED:
            at = skip(message, at, key & 7)
            result += message[start:at]
            continue
        length, at = varint(message, at)
        payload, at = message[at:at + length], at + length
        if key >> 3 == wanted:
            payload = change(payload)
        result += encode(key) + encode(len(payload)) + payload
    return bytes(result)


def varint(data, at):
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def skip(data, at, wire_type):
    return varint(data, at)[1] if wire_type == 0 else at + {1: 8, 5: 4}[wire_type]


def encode(value):
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(result + bytes([value]))
