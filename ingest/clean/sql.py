"""Small pieces of the engine's SQL that all cleaning expressions are made of.

Invariant: every function returns one expression, in parentheses where precedence could matter, and names
no table. Values come in as expressions; texts of our own come in through `literal`.
"""

import re
from collections.abc import Iterable

from graph.model.spelling import HYPHENS, INVISIBLE, MARGIN, SPACES


def literal(text: str) -> str:
    """A text as SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def let(name: str, value: str, body: str) -> str:
    """The body with `name` standing for the value, which is then worked out once and not once a mention."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def matches(text: str, pattern: str) -> str:
    """Whether the whole text has the pattern."""
    return f"regexp_full_match({text}, {literal(pattern)})"


def rewrite(text: str, pattern: str, template: str) -> str:
    """The text, which has the pattern as a whole, in the form of the template (`\\1`)."""
    groups = re.sub(r"\\g<([0-9])>", r"\\\1", template)
    return f"regexp_replace({text}, {literal(f'^(?:{pattern})$')}, {literal(groups)})"


def case(branches: Iterable[tuple[str, str]], otherwise: str = "NULL") -> str:
    """The first branch whose condition holds. Cheap conditions first: the rest is not worked out for them."""
    whens = " ".join(f"WHEN {condition} THEN {value}" for condition, value in branches)
    return f"CASE {whens} ELSE {otherwise} END" if whens else otherwise


def trimmed(text: str) -> str:
    """The text without white space around it, NULL where nothing is left."""
    inner = f"nullif(trim({text}, {_WHITE}), '')"
    # Most cells have no margin at all, which their first and last characters show at a fraction of the cost.
    bare = f"unicode({text}) BETWEEN 33 AND 126 AND unicode(right({text}, 1)) BETWEEN 33 AND 126"
    return case([(bare, text)], inner)


def tidied(text: str) -> str:
    """The same as `graph.model.spelling.tidy`."""
    plain = f"translate({text}, {_TYPOGRAPHIC}, {_PLAIN})"
    upper = "upper(trim({}, {}))".format
    other = case([("strlen(_plain) = length(_plain)", upper("_plain", _MARGIN))], f"trim(_plain, {_MARGIN})")
    return case([(f"strlen({text}) = length({text})", upper(text, _MARGIN))], let("_plain", plain, other))


_WHITE = literal(" \t\r\n\v\f" + SPACES + INVISIBLE)
_MARGIN = literal(MARGIN)
_TYPOGRAPHIC = literal(HYPHENS + SPACES + INVISIBLE)  # what is in neither of the first two falls away
_PLAIN = literal("-" * len(HYPHENS) + " " * len(SPACES))
