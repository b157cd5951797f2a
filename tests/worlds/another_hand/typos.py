"""How one name or address comes to be written in many ways."""

from collections.abc import Callable
from random import Random

_SHORT = (
    ("Company Limited", "Co Ltd"), ("Co., Ltd.", "CO LTD"), ("Corporation", "Corp"), ("Incorporated", "Inc"),
    ("International", "Intl"), ("Industrial", "Ind"), ("Industries", "Inds"), ("Manufacturing", "Mfg"),
    ("Products", "Prods"), ("Building Materials", "Bldg Matls"), ("Trading", "Trdg"), ("Private Limited", "Pvt Ltd"),
    ("Technology", "Tech"), ("Enterprise", "Ent"), ("Furniture", "Furn."), ("and", "&"), ("Group", "Grp"),
)  # fmt: skip
_TRANSLITERATED = (
    ("Xing", "Hsing"), ("Zh", "Ch"), ("Xin", "Hsin"), ("Qing", "Ching"), ("Jia", "Chia"), ("Guang", "Kwang"),
    ("Hoang", "Huang"), ("Phuc", "Fuk"), ("Thanh", "Than"), ("Shree", "Shri"), ("Krishna", "Crishna"), ("Dae", "Tae"),
    ("Young", "Yeong"), ("Yildiz", "Yildis"), ("Charoen", "Jaroen"), ("Rung", "Roong"), ("Jaya", "Djaya"),
    ("Sheng", "Shen"),
)  # fmt: skip
_STREET_SHORT = (
    ("Street", "St"), ("Avenue", "Ave"), ("Boulevard", "Blvd"), ("Road", "Rd"), ("Drive", "Dr"), ("Suite", "Ste"),
    ("Industrial", "Ind."), ("Parkway", "Pkwy"), ("Building", "Bldg"), ("No.", "#"), ("District", "Dist."),
    ("Lane", "Ln"),
)  # fmt: skip
_NEIGHBOURS = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxsdfghujkknmkoaerdybsxtz", strict=True))


def slip(rng: Random, text: str) -> str:
    """One slip of the keyboard: a letter lost, doubled, swapped or a neighbour's."""
    places = [index for index, character in enumerate(text) if character.isalpha()]
    if len(places) < 4:
        return text
    at = rng.choice(places[1:])
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return text[:at] + _NEIGHBOURS.get(text[at].lower(), "e") + text[at + 1 :]


def _replace(rng: Random, text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    possible = [pair for pair in pairs if pair[0] in text]
    if not possible:
        return text
    old, new = rng.choice(possible)
    return text.replace(old, new, 1)


def abbreviate(rng: Random, text: str) -> str:
    """A trade word or a legal form written short."""
    return _replace(rng, text, _SHORT)


def transliterate(rng: Random, text: str) -> str:
    """A syllable written by another romanisation."""
    return _replace(rng, text, _TRANSLITERATED)


def shorten_street(rng: Random, text: str) -> str:
    """A street word written short."""
    return _replace(rng, text, _STREET_SHORT)


def _joined(rng: Random, text: str) -> str:
    words = text.split()
    if len(words) < 3:
        return text
    at = rng.randrange(len(words) - 2)
    return " ".join([*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]])


def _capitals(_rng: Random, text: str) -> str:
    return text.upper().replace(",", "").replace(".", "")


_NAME_WAYS: tuple[Callable[[Random, str], str], ...] = (
    abbreviate, abbreviate, transliterate, transliterate, slip, _joined, _capitals, _capitals,
)  # fmt: skip


def spell(rng: Random, name: str) -> str:
    """A name as another clerk would write it, by one or two changes."""
    for _ in range(rng.choice((1, 1, 2))):
        name = rng.choice(_NAME_WAYS)(rng, name)
    return name


def spellings(rng: Random, name: str, count: int) -> list[str]:
    """The right spelling a few times, and other ones."""
    return [name] * 3 + [spell(rng, name) for _ in range(count)]


def respell_address(rng: Random, street: str) -> str:
    """A street as another clerk would write it."""
    chance = rng.random()
    if chance < 0.45:
        return shorten_street(rng, street)
    if chance < 0.6:
        return slip(rng, street)
    return street.upper().replace(".", "") if chance < 0.75 else street


def misspell_maker(rng: Random, mid: str, unknown: tuple[str, ...]) -> str:
    """A MID as forms get it wrong: a letter, a figure, the city left out, an unknown country."""
    kind = rng.randrange(8)
    letters = [index for index in range(2, len(mid)) if mid[index].isalpha()]
    if kind <= 2 and letters:
        at = rng.choice(letters)
        return mid[:at] + rng.choice("AEINORSTU") + mid[at + 1 :]
    if kind == 3:
        figures = [index for index in range(2, len(mid)) if mid[index].isdigit()]
        return mid[: figures[-1]] + mid[figures[-1] + 1 :] if figures else mid
    if kind == 4:
        return mid[:-3]
    if kind == 5:
        return rng.choice(unknown) + mid[2:]
    if kind == 6:
        return f"{mid[:2]} {mid[2:]}"
    return mid[:4] + mid[5:]
