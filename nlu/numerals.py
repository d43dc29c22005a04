"""Numbers as customers write them: 1,500 · 1.5k · 两百 · 一千五 · three."""

from __future__ import annotations

ENGLISH = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000,
}  # fmt: skip
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "俩": 2,
    "〇": 0,
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000, "k": 1000, "w": 10000}

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
HAN_NUMERAL = "[零〇一二两三四五六七八九十百千万]+"
ENGLISH_NUMERAL = "|".join(sorted(ENGLISH, key=len, reverse=True))


def number(text: str) -> int | float:
    """The number written as digits (with 百, 千, 万, k or w behind), a Chinese numeral or one English word.

    Raises ValueError for anything else.
    """
    if text in ENGLISH:
        return ENGLISH[text]
    digits = text.replace(",", "").strip()
    unit = _UNITS.get(digits[-1:], 1) if digits[:1].isdigit() else 1
    if digits[:1].isdigit():
        return _plain(float(digits.rstrip("十百千万kw ")) * unit)
    return _chinese(digits)


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _chinese(text: str) -> int:
    """一千五 is 1500, 一百零五 is 105: a last digit counts tenths of the unit before it unless 零 stands between."""
    total, section, digit, unit = 0, 0, 0, 1
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
            unit = 1 if digit == 0 else unit
        elif character == "万":
            total, section, digit, unit = total + (section + digit) * 10000, 0, 0, 10000
        elif character in _UNITS:
            unit = _UNITS[character]
            section, digit = section + (digit or 1) * unit, 0
        else:
            raise ValueError(f"{text!r} is not a numeral")
    return total + section + digit * (unit // 10 if unit > 10 else 1)
