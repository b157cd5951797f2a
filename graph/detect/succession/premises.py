"""Papers that say of a telephone or an address that it serves many: a serviced office, a mail drop, an agent's desk.

Invariant: only what customs writes itself counts; what a firm says of its own address is for it to say.
"""

import re
from collections.abc import Iterator
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from graph.facts.columns import surely
from graph.facts.store import FactStore

_KINDS = ("memo", "notice", "ims_document")
# What serves many, in small letters; and what takes it back.
_SERVES = (
    r"(virtual|serviced|shared|executive) (office|suite)|office cent(re|er)|business cent(re|er)|co-?working|"
    r"mail ?drop|mail ?box|mail forwarding|answering service|registered agent|"
    r"(many|several|dozens of|hundreds of|[0-9]+|ten|twenty|thirty|forty|fifty) (other )?(tenants|clients|subscribers)"
)
_NOT_SO = r"\b(not|no|never|nor|neither) (an? )?((virtual|serviced|shared|mail|office|business|registered)\b)|no longer"
_PHONE = re.compile(r"(?<![0-9])\+?[0-9(][0-9 ().-]{5,18}[0-9]")
_STREET = re.compile(r"(?<![0-9])([0-9]{1,6}) +([A-Za-z]{4})")
_LEAST_DIGITS = 7
# How much of an address a paper is met by: house number and the beginning of the street's name.
ADDRESS_BEGINS = "^([0-9]+ [A-Z]{4})"


def of_premises(facts: FactStore, *, as_of: date | None) -> ir.Table:
    """(kind, value): telephones, and beginnings of addresses, of which a paper says that they serve many."""
    t = facts.table("documents", as_of=as_of)
    said = t.text.lower()
    t = t.filter(t.kind.isin(_KINDS), surely(said.re_search(_SERVES)), ~surely(said.re_search(_NOT_SO)))
    found = sorted({one for text in t.select("text").to_pyarrow()["text"].to_pylist() for one in _named(text)})
    kinds, values = ([one[n] for one in found] for n in (0, 1))
    return ibis.memtable(pa.table({"kind": pa.array(kinds, pa.string()), "value": pa.array(values, pa.string())}))


def _named(text: str) -> Iterator[tuple[str, str]]:
    """The telephones and addresses in a text.

    >>> sorted(_named("Visited 905 Orchard Rd, Kent: the desk answers 253-555-6241 for all tenants."))
    [('address', '905 ORCH'), ('phone', '2535556241')]
    """
    for number in _PHONE.findall(text):
        digits = re.sub("[^0-9]", "", number)
        if len(digits) >= _LEAST_DIGITS:
            yield "phone", digits[-10:]
    for house, street in _STREET.findall(text):
        yield "address", f"{house} {street.upper()}"
