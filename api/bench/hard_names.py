"""Names of firms made hard to link: as slips, scanners, cut fields and other ears leave them, and names of firms beside
them that are on no file.

Invariant: nothing here is read from the tables by which the linker reads names. What a name is turned into is either
still the same firm, or by its kind nobody on file: a sister of another form, place, number or line of goods.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.resolve.measure_links import MarkedName

Turned = Callable[[random.Random, str], str]

_FORMS: Final = {
    "LTD": "Limited", "LIMITED": "Ltd.", "CO": "Company", "COMPANY": "Co.", "INC": "Incorporated",
    "CORP": "Corporation",
    "INCORPORATED": "Inc.", "CORPORATION": "Corp.", "LLC": "L.L.C.", "GMBH": "G.m.b.H.", "PVT": "Private",
    "PRIVATE": "Pvt.", "PTE": "Pte.", "SA": "S.A.", "SRL": "S.r.l.", "BV": "B.V.", "PLC": "P.L.C.", "LP": "L.P.",
    "AG": "A.G.", "OOO": "O.O.O.", "JSC": "J.S.C.", "SDN": "Sdn.", "BHD": "Berhad", "PTY": "Pty.", "KG": "K.G.",
}  # fmt: skip
# Of these two names never mean one firm, whatever else of them agrees.
_OTHER_FORMS: Final = {
    "GmbH": "GMBH", "LLC": "LLC OOO LTD LIMITED LTDA", "S.A.": "SA AS JSC", "Sdn Bhd": "SDN BHD", "B.V.": "BV",
    "Inc.": "INC INCORPORATED CORP CORPORATION CO COMPANY", "S.r.l.": "SRL LTD LIMITED LTDA LLC OOO",
}  # fmt: skip
_PLACES: Final = (
    "(HK)", "(Vietnam)", "Malaysia", "(USA)", "de Mexico", "Qingdao", "Deutschland", "India", "Turkey", "(Cambodia)",
    "Singapore", "Korea", "Dubai", "West", "Northern",
)  # fmt: skip
_GOODS: Final = (
    "Chemical", "Furniture", "Shipping", "Seafood", "Steel", "Garment", "Electronics", "Petroleum", "Tires", "Plywood",
    "Pharma", "Ceramics", "Mining", "Logistics", "Machinery",
)  # fmt: skip
_BESIDE: Final = ("Holding", "Capital", "Finance", "Insurance", "Brothers", "Labs", "Ventures", "Marine")
_ANY_FIRM: Final = (
    "Global", "United", "International", "General", "Eastern", "Pacific", "First", "National", "Universal", "Golden",
)  # fmt: skip
_SCANNED: Final = (("O", "0"), ("I", "1"), ("S", "5"), ("B", "8"), ("RN", "M"), ("M", "RN"), ("L", "I"), ("E", "F"))
_HEARD: Final = (
    ("KH", "H"), ("SH", "SCH"), ("ZH", "J"), ("CH", "TCH"), ("X", "HS"), ("Q", "CH"), ("OU", "U"), ("U", "OO"),
    ("I", "EE"), ("Y", "I"), ("J", "DJ"), ("EI", "AY"), ("PH", "F"), ("W", "V"), ("C", "K"), ("AI", "AY"), ("D", "DH"),
)  # fmt: skip
_LETTERS: Final = "ABCDEFGHIKLMNOPRSTUVWY"
_FIELD: Final = 35  # characters of a name on a bill
_LONG: Final = 7


def hard_mentions(choose: random.Random, parties: Mapping[str, Sequence[str]], *, held_out: float) -> "HardFile":
    """A file of parties and mentions of them: a share of the parties is left out of the file and named all the same.

    `parties` are names by party. Each party is named in one way of each chosen kind; a name that somebody else on file
    bears, too, is left out, for nobody could say whose it is.
    """
    order = sorted(parties)
    choose.shuffle(order)
    out = order[: round(len(order) * held_out)]
    on_file, aliases = _without_some_aliases(choose, {party: parties[party] for party in order[len(out) :]})
    bearers: dict[str, set[str]] = {}
    for party, names in on_file.items():
        for name in names:
            bearers.setdefault(_plain(name), set()).add(party)
    made = [MarkedName(name, party, "an alias not on file") for party, name in aliases.items()]
    for party, names in on_file.items():
        name = choose.choice(names)
        made += [_turned(choose, name, party, family, SAME[family]) for family in choose.sample(sorted(SAME), 4)]
        made += [_turned(choose, name, "", family, BESIDE[family]) for family in choose.sample(sorted(BESIDE), 2)]
    for party in out:
        name = choose.choice(parties[party])
        if _plain(name) not in bearers:
            made.append(MarkedName(name, "", "nobody on file"))
            made.append(_turned(choose, name, "", "nobody on file, with a slip", _slip))
    mentions = [one for one in made if one.name and bearers.get(_plain(one.name), {one.party}) == {one.party}]
    return HardFile(on_file, mentions)


@dataclass(frozen=True, slots=True)
class HardFile:
    """The names on file by party, and the names in documents."""

    parties: Mapping[str, Sequence[str]]
    mentions: Sequence[MarkedName]


def _without_some_aliases(
    choose: random.Random, parties: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Every other party that has several names loses one of them, by which documents name it."""
    kept = {party: list(names) for party, names in parties.items()}
    lost = {}
    for party, names in kept.items():
        if len(names) > 1 and choose.random() < 0.5:
            lost[party] = names.pop(choose.randrange(1, len(names)))
    return kept, lost


def _turned(choose: random.Random, name: str, party: str, family: str, turn: Turned) -> MarkedName:
    """The mention; without a name where the turn leaves this one as it was."""
    turned = turn(choose, name)
    return MarkedName("" if _plain(turned) == _plain(name) and family not in _ONLY_WRITTEN else turned, party, family)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _split(name: str) -> tuple[list[str], list[str]]:
    """The words of a name before its legal form, and the form's.

    >>> _split("Umber Steel Co., Ltd.")
    (['Umber', 'Steel'], ['Co.,', 'Ltd.'])
    """
    words = name.split()
    at = len(words)
    while at > 1 and re.sub(r"\W", "", words[at - 1]).upper() in _FORMS:
        at -= 1
    return words[:at], words[at:]


def _slip(choose: random.Random, name: str) -> str:
    """A letter lost, doubled, changed or moved, not the first."""
    places = [at for at in range(1, len(name) - 1) if name[at - 1 : at + 2].isalpha()]
    if not places:
        return name
    at = choose.choice(places)
    return choose.choice((
        name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:],
        name[:at] + choose.choice(_LETTERS) + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    ))  # fmt: skip


def _two_slips(choose: random.Random, name: str) -> str:
    return _slip(choose, _slip(choose, name))


def _by_pairs(choose: random.Random, name: str, pairs: Sequence[tuple[str, str]], most: int) -> str:
    core, form = _split(name.upper())
    text = " ".join(core)
    for written, other in choose.sample([pair for pair in pairs if pair[0] in text[1:]], k=len(pairs))[:most]:
        text = text[0] + text[1:].replace(written, other, 1)
    return " ".join([text, *form])


def _scanned(choose: random.Random, name: str) -> str:
    return _by_pairs(choose, name, _among(_SCANNED, name), choose.choice((1, 2)))


def _heard(choose: random.Random, name: str) -> str:
    return _by_pairs(choose, name, _among(_HEARD, name), choose.choice((1, 2)))


def _among(pairs: Sequence[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    text = " ".join(_split(name.upper())[0])[1:]
    return [pair for pair in pairs if pair[0] in text]


def _cut_off(_: random.Random, name: str) -> str:
    return name[:_FIELD] if len(name) > _FIELD else name[: max(len(name) - 4, 8)]


def _shortened(choose: random.Random, name: str) -> str:
    """Long words cut, or without their vowels."""
    core, form = _split(name)
    short = [
        word if len(word) < _LONG
        else choose.choice((f"{word[:4]}.", word[0] + re.sub("[AEIOUaeiou]", "", word[1:]), word)) for word in core
    ]  # fmt: skip
    return " ".join((*short, *form))


def _other_order(choose: random.Random, name: str) -> str:
    core, form = _split(name)
    at = choose.randrange(1, len(core)) if len(core) > 1 else 0
    return " ".join((*core[at:], *core[:at], *form))


def _spaced(choose: random.Random, name: str) -> str:
    """Two words joined, or a long one taken apart."""
    core, form = _split(name)
    at = choose.randrange(len(core))
    if len(core) > 1 and choose.random() < 0.5:
        at = min(at, len(core) - 2)
        core[at : at + 2] = [core[at] + core[at + 1].lower()]
    elif len(core[at]) >= _LONG:
        half = len(core[at]) // 2
        core[at : at + 1] = [core[at][:half], core[at][half:].title()]
    else:
        return " ".join((*core, *form)).swapcase()
    return " ".join((*core, *form))


def _form_otherwise(_: random.Random, name: str) -> str:
    core, form = _split(name)
    return " ".join((*core, *(_FORMS[re.sub(r"\W", "", word).upper()] for word in form)))


def _initials(_: random.Random, name: str) -> str:
    core, form = _split(name)
    return " ".join(("".join(word[0].upper() for word in core if word[0].isalpha()), *form)) if len(core) > 1 else name


def _first_words(choose: random.Random, name: str) -> str:
    core, form = _split(name)
    return " ".join((*core[: max(len(core) - 1, 1)], *choose.choice((form, []))))


def _other_form(choose: random.Random, name: str) -> str:
    core, form = _split(name)
    if not form:
        return name
    borne = {re.sub(r"\W", "", word).upper() for word in form}
    others = [one for one, like in _OTHER_FORMS.items() if not borne.intersection(like.split())]
    return " ".join((*core, choose.choice(others)))


def _with(words: Sequence[str]) -> Turned:
    """A firm beside it: the same name with a word more, before the form or in front."""

    def turn(choose: random.Random, name: str) -> str:
        core, form = _split(name)
        word = choose.choice([one for one in words if _plain(one) not in _plain(name)])
        return " ".join((*core, word, *form) if choose.random() < 0.7 else (word.strip("()"), *core, *form))

    return turn


def _other_number(choose: random.Random, name: str) -> str:
    core, form = _split(name)
    return " ".join((*core, choose.choice(("No. 2", "II", "Third", "No. 7", "2000")), *form))


def _other_goods(choose: random.Random, name: str) -> str:
    core, form = _split(name)
    word = choose.choice([one for one in _GOODS if _plain(one)[:6] not in _plain(name)])
    return " ".join((*core[:-1], word, *form)) if len(core) > 1 else name


def _any_firm(choose: random.Random, _: str) -> str:
    first = choose.sample(_ANY_FIRM, choose.choice((1, 2)))
    return " ".join(
        (*first, choose.choice((*_GOODS, "Trading", "Industries", "Imports")), choose.choice(("Ltd", "Inc", "")))
    )


def _any_initials(choose: random.Random, name: str) -> str:
    form = _split(name)[1]
    return " ".join(("".join(choose.sample(_LETTERS, choose.choice((2, 3, 3, 4)))), *(form or ["Ltd."])))


SAME: Final[Mapping[str, Turned]] = {
    "capitals without stops": lambda _, name: re.sub(r"[.,]", "", name).swapcase(),
    "a slip": _slip, "two slips": _two_slips, "read by a scanner": _scanned, "as it is heard": _heard,
    "cut off": _cut_off, "words shortened": _shortened, "words in another order": _other_order,
    "words joined or apart": _spaced, "the form written otherwise": _form_otherwise,
    "without the form": lambda _, name: " ".join(_split(name)[0]), "initials": _initials, "first words": _first_words,
}  # fmt: skip
BESIDE: Final[Mapping[str, Turned]] = {
    "a sister of another form": _other_form, "a sister in another place": _with(_PLACES),
    "a sister of another number": _other_number, "a sister in other goods": _other_goods,
    "a holding or firm beside it": _with(_BESIDE), "a name of words that all have": _any_firm,
    "initials of nobody": _any_initials,
}  # fmt: skip
_ONLY_WRITTEN: Final = frozenset(("capitals without stops", "words joined or apart", "the form written otherwise"))
