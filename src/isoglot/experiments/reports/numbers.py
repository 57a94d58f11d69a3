"""Numbers as the report prints them."""

from isoglot.evaluation.bias.tables import RANKS
from isoglot.evaluation.statistics.tables import ranks, share


def number(measure: str, value: float | None, sign: str = "") -> str:
    """A value of a measure, or with the sign "+" a difference of two.

    >>> number("AP", 0.5183), number("RD", -123.4, "+"), number("AP", None)
    ('.518', '−123', '–')
    """
    if value is None:
        return "–"
    return (ranks if measure in RANKS else share)(value, sign).replace("-", "−")


def between(measure: str, ends: tuple[float, float], sign: str = "") -> str:
    """An interval.

    >>> between("AP", (0.5, 0.61)), between("AP", (-0.01, 0.02), "+")
    ('.500–.610', '−.010 to +.020')
    """
    return (" to " if sign else "–").join(number(measure, end, sign) for end in ends)


def listed(parts: list[str]) -> str:
    """Words in a row.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def counted(number: int, noun: str) -> str:
    """How many of something.

    >>> counted(1, "topic"), counted(1190, "topic")
    ('1 topic', '1,190 topics')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A time that a person can read.

    >>> duration(9.26), duration(150), duration(7300)
    ('9.3 s', '2.5 min', '2.0 h')
    """
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.1f} s"


def size(number: float) -> str:
    """Bytes as a person reads them.

    >>> size(950), size(278_238_743), size(3.1e9)
    ('950 B', '278.2 MB', '3.1 GB')
    """
    for unit_bytes, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if number >= unit_bytes:
            return f"{number / unit_bytes:,.1f} {unit}"
    return f"{number:.0f} B"
