"""Contrast as WCAG 2.2 defines it."""


def from_hex(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def from_style(colour: str) -> tuple[int, ...]:
    """Of a computed style: rgb(1, 2, 3)."""
    return tuple(int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3])


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[int, ...]) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
