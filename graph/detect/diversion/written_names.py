"""Names as they are written on bills, joined to makers by the letters that they begin with.

A stand-in for resolved parties: one module, so that what resolution finds can take its place.

Invariant: legal forms, punctuation and case do not part two spellings; one slip of the pen does not either.
"""

from collections.abc import Iterable, Iterator

import ibis.expr.types as ir

# So many letters tell a firm: a place and two words. What follows is trade and legal form, written in many ways.
TELLING_LETTERS = 16
LEAST_LETTERS = 6
_LEGAL_FORMS = (
    "co|company|corp|corporation|inc|incorporated|ltd|limited|llc|lp|llp|plc|pte|pvt|private|sdn|bhd|jsc|joint|stock|"
    "gmbh|ag|kg|sa|sas|srl|spa|bv|nv|oy|ab|as|sro|kft|ltda|tbk|pt|cv|tnhh|cong ty|de|rl|the|and"
)


def written_key(name: ir.StringValue) -> ir.StringValue:
    """The telling letters of a name; null where too few are left."""
    # Letters are lowered after others are gone: engines differ on those, such as the German sharp s.
    words = name.re_replace("[.']", "").re_replace("[^A-Za-z0-9]+", " ").lower()
    bare = (" " + words.re_replace(" ", "  ") + " ").re_replace(f" ({_LEGAL_FORMS}) ", " ")
    # Initials of a legal form that stood apart ("S. A. de C. V.", "L. P.") are dropped with the words around them.
    letters = bare.re_replace(" [a-z] ", " ").re_replace("[^a-z0-9]", "").substr(0, TELLING_LETTERS)
    return (letters.length() >= LEAST_LETTERS).ifelse(letters, None)


def slips(key: str) -> Iterator[str]:
    """The key and the key less one letter: two keys one slip apart have one of these in common."""
    yield key
    for i in range(len(key)):
        yield key[:i] + key[i + 1 :]


class Spellings:
    """Keys, each of one owner or more, found again through one slip.

    >>> known = Spellings([("longminghaiphong", "VNHAIPHO629HAI")])
    >>> sorted(known.owners("longminghaiphog"))
    ['VNHAIPHO629HAI']
    """

    def __init__(self, keys: Iterable[tuple[str, str]]) -> None:
        self._owners: dict[str, set[str]] = {}
        for key, owner in keys:
            for form in slips(key):
                self._owners.setdefault(form, set()).add(owner)

    def owners(self, key: str) -> set[str]:
        """Whose key this may be."""
        found: set[str] = set()
        for form in slips(key):
            found |= self._owners.get(form, set())
        return found
