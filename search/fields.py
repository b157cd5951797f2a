"""The fields that hits can be filtered and counted by, and that a person may write before a colon.

Invariant: documents have no other fields, and values are stored as `Field.written` gives them; a name that
is not here is a slip of the pen, not an empty field.
"""

from collections.abc import Callable
from dataclasses import dataclass

from graph.model.errors import Invalid
from graph.model.identifiers import HtsNumber, parse
from graph.model.kinds import ENTITY_KINDS
from graph.model.tables import TABLES, IdentifierType


def _upper(text: str) -> str:
    return text.strip().upper()


def _lower(text: str) -> str:
    return text.strip().lower()


def _tariff_number(text: str) -> str:
    try:
        return HtsNumber.parse(text).key
    except Invalid:
        return text.strip()


@dataclass(frozen=True, slots=True)
class Field:
    """A field. `spelled` brings a person's value into the form in which it is stored.

    `identifier` names the number that its values are. A field that is not `counted` is no filter or facet of
    its own: it says what kind of number follows the colon, and finds what carries that number.
    """

    name: str
    label: str
    spelled: Callable[[str], str] = str.strip
    identifier: IdentifierType | None = None
    counted: bool = True

    def written(self, value: str) -> str:
        """The stored form of a value; an identifier that cannot be read as one stays as it is, in capitals.

        >>> FIELDS["importer"].written("12-3456789"), FIELDS["status"].written("Revoked")
        ('12-345678900', 'revoked')
        """
        if self.identifier is None:
            return self.spelled(value)
        try:
            return parse(self.identifier, value).key or _upper(value)
        except Invalid:
            return _upper(value)


_I = IdentifierType

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("kind", "Kind", _lower),
        Field("year", "Year"),
        Field("status", "Status", _lower),
        Field("country", "Country", identifier=_I.COUNTRY),
        Field("port", "Port of entry", identifier=_I.PORT),
        Field("hts2", "Chapter"),
        Field("hts4", "Heading", identifier=_I.HTS),
        Field("case", "AD/CVD case", identifier=_I.CASE),
        Field("importer", "Importer", identifier=_I.IMPORTER_NUMBER),
        Field("manufacturer", "Manufacturer", identifier=_I.MANUFACTURER_ID),
        Field("party", "Party"),
        # What a ruling holds, and not what it only names: no identifiers, which find all that carries them.
        Field("held", "Tariff number held", _tariff_number),
        Field("held_origin", "Origin held", _upper),
        Field("collection", "Collection", _upper),
        Field("language", "Language", _lower),
        Field("category", "Category", _lower),
        Field("lab", "Laboratory"),
        Field("origin_consistent", "Origin consistent", _lower),
        Field("hts_consistent", "Tariff number consistent", _lower),
        Field("issue", "Issue"),
        Field("issue_type", "Issue type", _lower),
        Field("work_kind", "Kind of work", _lower),
        Field("priority_trade_issue", "Priority trade issue", _lower),
        Field("result", "Result", _lower),
        Field("office", "Office"),
        Field("city", "City", _upper),
        Field("detector", "Detector", _lower),
        Field("queue", "In the queue", _lower),
        Field("modifies", "Modifies", identifier=_I.RULING),
        Field("modified_by", "Modified by", identifier=_I.RULING),
        Field("revokes", "Revokes", identifier=_I.RULING),
        Field("revoked_by", "Revoked by", identifier=_I.RULING),
        Field("hts", "Tariff number", identifier=_I.HTS, counted=False),
        Field("ruling", "Ruling", identifier=_I.RULING, counted=False),
        Field("entry", "Entry number", identifier=_I.ENTRY_NUMBER, counted=False),
        Field("broker", "Broker", identifier=_I.FILER, counted=False),
        Field("surety", "Surety", identifier=_I.SURETY, counted=False),
        Field("foreign_port", "Foreign port", identifier=_I.FOREIGN_PORT, counted=False),
        Field("container", "Container", identifier=_I.CONTAINER, counted=False),
        Field("bill", "Bill of lading", identifier=_I.BILL, counted=False),
    )
}

DEFAULT_FACETS = ("kind", "year", "status", "country", "port", "hts2", "hts4", "case", "party", "result")

# Groups that a person may name in place of the kinds in them.
KIND_GROUPS: dict[str, frozenset[str]] = {
    "documents": TABLES["documents"].column("kind").codes | {"issue"},
    "entities": frozenset(ENTITY_KINDS) - {"issue"} | {"party"},
    "findings": frozenset({"finding"}),
}

# The kind under which an identifier stands in ids and in `SearchDocument.identifiers`: the entity's, where
# the graph has one of that identifier, else the identifier's own name.
CARRIED_AS: dict[IdentifierType, str] = {
    **{identifier: identifier.value for identifier in IdentifierType},
    **{kind.identifier: kind.kind for kind in ENTITY_KINDS.values() if kind.identifier},
    IdentifierType.RULING: "document",
}


def known_field(name: str) -> Field:
    """The filter or facet of that name; `Invalid`, with those there are, when there is none."""
    field = FIELDS.get(name)
    if field is None or not field.counted:
        raise Invalid(
            f"There is no field {name!r} to filter or count by.",
            thing="field",
            value=name,
            next_step=f"Fields are {', '.join(known.name for known in FIELDS.values() if known.counted)}.",
        )
    return field
