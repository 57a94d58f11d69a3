"""Reading serialised protocol buffers field by field (https://protobuf.dev/programming-guides/encoding)."""

from collections.abc import Iterator
from typing import NamedTuple

VARINT, EIGHT_BYTES, LENGTH_FIRST, FOUR_BYTES = 0, 1, 2, 5


class Field(NamedTuple):
    """A field of a message.

    Args:
        number: which field.
        whole: as it stands in the message.
        value: without tag and length.
    """

    number: int
    whole: bytes
    value: bytes


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a message, in order.

    >>> for field in fields(bytes([0x0A, 2, 7, 8, 0x10, 0x96, 1])):
    ...     print(field.number, list(field.value))
    1 [7, 8]
    2 [150, 1]
    """
    start = 0
    while start < len(message):
        tag, value = varint(message, start)
        kind = tag & 7
        if kind == LENGTH_FIRST:
            length, value = varint(message, value)
            end = value + length
        elif kind == VARINT:
            end = varint(message, value)[1]
        else:
            end = value + {EIGHT_BYTES: 8, FOUR_BYTES: 4}[kind]
        yield Field(tag >> 3, message[start:end], message[value:end])
        start = end


def varint(message: bytes, start: int = 0) -> tuple[int, int]:
    """The number that begins here, seven bits a byte, lowest first, and where it ends.

    >>> varint(bytes([0x96, 0x01]))
    (150, 2)
    """
    value, position = message[start] & 0x7F, start
    while message[position] >= 0x80:
        position += 1
        value |= (message[position] & 0x7F) << 7 * (position - start)
    return value, position + 1
