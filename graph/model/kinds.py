"""Kinds of entities and links, declared as data: which facts give rise to them, and with what measures.

Invariant: a new kind is one declaration here. The graph build, the evidence behind a link, `--as-of`
replays, filters and the user interface's shapes all read these declarations and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.model.tables import IdentifierType


@dataclass(frozen=True, slots=True)
class Key:
    """How an entity's key is read from a row: a column, or its first characters, or each item of a list.

    `prefix` keeps only values that begin with it and takes it off (`importer:12-…` in a claim's subject).
    """

    column: str
    first: int | None = None
    each: bool = False
    prefix: str = ""


Where = tuple[tuple[str, tuple[str, ...]], ...]  # (column, allowed values): all must hold


@dataclass(frozen=True, slots=True)
class EntitySource:
    """Rows of a table that make an entity known. Names and properties of the latest row win."""

    table: str
    key: Key
    name: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)  # property -> column
    where: Where = ()
    date: str = ""
    value_usd: str = ""
    quantity: str = ""
    quantity_unit: str = ""


@dataclass(frozen=True, slots=True)
class EntityKind:
    """A kind of thing. `hub` marks kinds that join everything (ports, countries): never walked through.

    `numbers` names the columns of its first source that tell the kind and the key of the numbers that it goes by.
    """

    kind: str
    label: str
    description: str
    sources: tuple[EntitySource, ...]
    identifier: IdentifierType | None = None
    hub: bool = False
    numbers: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LinkSource:
    """Rows of a table that make a link: from which column to which, when, and how much."""

    table: str
    source: Key
    target: Key
    date: str = ""
    value_usd: str = ""
    quantity: str = ""
    quantity_unit: str = ""
    where: Where = ()
    status: str = ""  # the column that says fact or alleged


@dataclass(frozen=True, slots=True)
class LinkKind:
    """A kind of link, read from source to target as `label`, from target to source as `inverse_label`."""

    kind: str
    label: str
    inverse_label: str
    source_kind: str
    target_kind: str
    sources: tuple[LinkSource, ...]


def _lines(source: str | Key, target: str | Key, *, value_usd: str = "entered_value_usd") -> LinkSource:
    """A link made by entry lines, measured by entered value and quantity, dated by entry."""
    return LinkSource(
        "entry_lines",
        source if isinstance(source, Key) else Key(source),
        target if isinstance(target, Key) else Key(target),
        date="entry_date",
        value_usd=value_usd,
        quantity="quantity",
        quantity_unit="quantity_unit",
    )


def _seen_on_lines(key: Key) -> EntitySource:
    return EntitySource(
        "entry_lines",
        key,
        date="entry_date",
        value_usd="entered_value_usd",
        quantity="quantity",
        quantity_unit="quantity_unit",
    )


_CASE = 9  # A-570-967: the order itself, without a firm's suffix

_PARTY_PROPERTIES = {
    "address": "address", "city": "city", "region": "region", "postal_code": "postal_code",
    "country": "country", "phone": "phone", "email": "email", "website": "website",
    "established_on": "established_on", "bond_number": "bond_number", "registered_agent": "registered_agent",
}  # fmt: skip


def _on_file(*roles: str) -> EntitySource:
    return EntitySource(
        "party_records",
        Key("identifier"),
        name="name",
        properties=_PARTY_PROPERTIES,
        where=(("role", roles),),
        date="valid_from",
    )


def _mentioned(kind: str) -> EntitySource:
    return EntitySource("mentions", Key("key"), where=(("kind", (kind,)),))


_I = IdentifierType

# The kinds of entities that a party's numbers are of, by what resolution calls them.
NUMBERED = {
    "importer": "importer", "manufacturer": "manufacturer", "exporter": "manufacturer", "broker": "broker",
    "surety": "surety", "company": "company",
}  # fmt: skip

ENTITY_KINDS: dict[str, EntityKind] = {
    kind.kind: kind
    for kind in (
        EntityKind(
            "importer",
            "Importer",
            "A number under which goods are entered, by an importer of record or a consignee.",
            (
                _on_file("importer", "consignee"),
                _seen_on_lines(Key("importer_number")),
                EntitySource("entry_lines", Key("consignee_number"), date="entry_date"),
                EntitySource("actions", Key("importer_number"), date="action_date"),
                EntitySource("issues", Key("importer_numbers", each=True), date="opened_on"),
            ),
            _I.IMPORTER_NUMBER,
        ),
        EntityKind(
            "manufacturer",
            "Manufacturer",
            "A manufacturer identification code (MID): evidence of a maker, never a unique key of one.",
            (
                _on_file("manufacturer", "exporter"),
                _seen_on_lines(Key("manufacturer_id")),
                EntitySource("entry_lines", Key("foreign_exporter_id"), date="entry_date"),
                EntitySource("order_firms", Key("manufacturer_id"), name="name"),
                EntitySource("issues", Key("manufacturer_ids", each=True), date="opened_on"),
            ),
            _I.MANUFACTURER_ID,
        ),
        EntityKind(
            "broker",
            "Broker",
            "A customs broker or self-filer, by filer code.",
            (_on_file("broker"), _seen_on_lines(Key("filer_code"))),
            _I.FILER,
            hub=True,
        ),
        EntityKind(
            "surety",
            "Surety",
            "A company that stands behind importers' bonds, by surety code.",
            (_on_file("surety"), _seen_on_lines(Key("surety_code"))),
            _I.SURETY,
            hub=True,
        ),
        EntityKind(
            "company",
            "Company",
            "A company from a register or a list.",
            (_on_file("company"),),
        ),
        EntityKind(
            "party",
            "Party",
            "Whoever resolution takes the numbers and the names that it goes by to be.",
            (EntitySource("parties", Key("party"), name="name"),),
            numbers=("kind", "key"),
        ),
        EntityKind(
            "port",
            "Port of entry",
            "A port of entry, Schedule D.",
            (
                EntitySource("ports", Key("port_code"), name="name", properties={"region": "region"}),
                _seen_on_lines(Key("port_code")),
                EntitySource("actions", Key("port_code"), date="action_date"),
                EntitySource("issues", Key("port_codes", each=True), date="opened_on"),
            ),
            _I.PORT,
            hub=True,
        ),
        EntityKind(
            "foreign_port",
            "Foreign port",
            "A foreign port, Schedule K.",
            (
                EntitySource("foreign_ports", Key("foreign_port"), name="name", properties={"country": "country"}),
                _seen_on_lines(Key("foreign_port")),
            ),
            _I.FOREIGN_PORT,
            hub=True,
        ),
        EntityKind(
            "hts",
            "Tariff number",
            "A heading of the tariff, 2 to 10 digits.",
            (
                EntitySource("hts", Key("hts_number"), name="description", properties={"unit": "unit"}),
                *(_seen_on_lines(Key("hts_number", first=digits)) for digits in (10, 8, 6, 4, 2)),
                EntitySource("orders", Key("hts_prefixes", each=True)),
                EntitySource("documents", Key("tariffs", each=True), date="date"),
                EntitySource("issues", Key("hts_numbers", each=True), date="opened_on"),
                _mentioned("hts"),
            ),
            _I.HTS,
            hub=True,
        ),
        EntityKind(
            "country",
            "Country",
            "A country or customs territory, ISO 3166 alpha-2.",
            (
                _seen_on_lines(Key("country_of_origin")),
                EntitySource("entry_lines", Key("country_of_export"), date="entry_date"),
                EntitySource("party_records", Key("country")),
                EntitySource("orders", Key("country"), date="order_on"),
                EntitySource("foreign_ports", Key("country")),
                _mentioned("country"),
            ),
            _I.COUNTRY,
            hub=True,
        ),
        EntityKind(
            "case",
            "AD/CVD case",
            "An antidumping or countervailing duty order.",
            (
                EntitySource(
                    "orders",
                    Key("case_number", first=_CASE),
                    name="product",
                    properties={
                        "country": "country", "order_on": "order_on", "petition_on": "petition_on",
                        "revoked_on": "revoked_on", "in_force": "in_force",
                        "all_others_rate_pct": "all_others_rate_pct",
                    },
                    date="order_on",
                ),
                EntitySource("entry_lines", Key("ad_case", first=_CASE), date="entry_date", value_usd="ad_duty_usd"),
                EntitySource("entry_lines", Key("cv_case", first=_CASE), date="entry_date", value_usd="cv_duty_usd"),
                EntitySource("issues", Key("case_numbers", each=True), date="opened_on"),
                _mentioned("case"),
            ),
            _I.CASE,
        ),
        EntityKind(
            "issue",
            "Issue",
            "An issue of the issue management system: something looked into, with its end.",
            (
                EntitySource(
                    "issues",
                    Key("issue_id"),
                    name="title",
                    properties={
                        "status": "status", "issue_type": "issue_type", "work_kind": "work_kind",
                        "conclusion": "conclusion", "result_code": "result_code", "owner_office": "owner_office",
                    },
                    date="opened_on",
                ),
            ),
        ),
        EntityKind(
            "document",
            "Document",
            "A ruling, lab report, notice or other text.",
            (
                EntitySource(
                    "documents",
                    Key("id"),
                    name="title",
                    properties={"document_kind": "kind", "collection": "collection", "file": "file"},
                    date="date",
                ),
                _mentioned("document"),
                *(
                    EntitySource("documents", Key(column, each=True))
                    for column in ("modifies", "modified_by", "revokes", "revoked_by", "related")
                ),
                EntitySource("documents", Key("parent_id")),
                EntitySource("read_changes", Key("document_id"), date="date"),
                EntitySource("read_changes", Key("other")),
            ),
        ),
    )
}  # fmt: skip


def _issue(link: str, target_kind: str, column: str) -> LinkKind:
    return LinkKind(
        link, "concerns", "is a subject of", "issue", target_kind,
        (LinkSource("issues", Key("issue_id"), Key(column, each=True), date="opened_on"),),
    )  # fmt: skip


def _read(relation: str) -> LinkSource:
    """What a ruling does to another by its text alone."""
    return LinkSource(
        "read_changes", Key("document_id"), Key("other"), date="date", where=(("relation", (relation,)),),
        status="status",
    )  # fmt: skip


def _mentions(link: str, target_kind: str) -> LinkKind:
    return LinkKind(
        link, "mentions", "is mentioned in", "document", target_kind,
        (LinkSource("mentions", Key("document_id"), Key("key"), where=(("kind", (target_kind,)),)),),
    )  # fmt: skip


LINK_KINDS: dict[str, LinkKind] = {
    link.kind: link
    for link in (
        LinkKind("buys_from", "buys from", "sells to", "importer", "manufacturer",
                 (_lines("importer_number", "manufacturer_id"),)),
        LinkKind("enters_at", "enters at", "receives", "importer", "port",
                 (_lines("importer_number", "port_code"),)),
        LinkKind("files_through", "files through", "files for", "importer", "broker",
                 (_lines("importer_number", "filer_code"),)),
        LinkKind("is_bonded_by", "is bonded by", "bonds", "importer", "surety",
                 (_lines("importer_number", "surety_code"),)),
        LinkKind("consigns_to", "consigns to", "is consignee of", "importer", "importer",
                 (_lines("importer_number", "consignee_number"),)),
        LinkKind("imports", "imports", "is imported by", "importer", "hts",
                 (_lines("importer_number", "hts_number"),)),
        LinkKind("imports_goods_of", "imports goods of", "is origin of goods of", "importer", "country",
                 (_lines("importer_number", "country_of_origin"),)),
        LinkKind("deposits_under", "deposits under", "is deposited under by", "importer", "case",
                 (_lines("importer_number", Key("ad_case", first=_CASE), value_usd="ad_duty_usd"),
                  _lines("importer_number", Key("cv_case", first=_CASE), value_usd="cv_duty_usd"))),
        LinkKind("makes", "makes", "is made by", "manufacturer", "hts",
                 (_lines("manufacturer_id", "hts_number"),)),
        LinkKind("ships_to", "ships to", "receives from", "manufacturer", "port",
                 (_lines("manufacturer_id", "port_code"),)),
        LinkKind("declares_origin", "declares origin", "is declared origin of", "manufacturer", "country",
                 (_lines("manufacturer_id", "country_of_origin"),)),
        LinkKind("ships_through", "ships through", "ships goods of", "manufacturer", "foreign_port",
                 (_lines("manufacturer_id", "foreign_port"),)),
        LinkKind("is_exported_by", "is exported by", "exports for", "manufacturer", "manufacturer",
                 (_lines("manufacturer_id", "foreign_exporter_id"),)),
        LinkKind("rolls_up_to", "rolls up to", "contains", "hts", "hts",
                 (LinkSource("hts", Key("hts_number"), Key("parent")),
                  *(_lines(Key("hts_number", first=low), Key("hts_number", first=high))
                    for low, high in ((10, 8), (8, 6), (6, 4), (4, 2))))),
        LinkKind("covers", "covers", "is covered by", "case", "hts",
                 (LinkSource("orders", Key("case_number", first=_CASE), Key("hts_prefixes", each=True),
                             date="order_on"),)),
        LinkKind("is_against", "is against", "is named in", "case", "country",
                 (LinkSource("orders", Key("case_number", first=_CASE), Key("country"), date="order_on"),)),
        LinkKind("is_companion_of", "is companion of", "is companion of", "case", "case",
                 (LinkSource("order_companions", Key("case_number"), Key("companion_case_number"),
                             date="order_on"),)),
        LinkKind("names", "gives a rate to", "has a rate under", "case", "manufacturer",
                 (LinkSource("order_firms", Key("case_number", first=_CASE), Key("manufacturer_id"), date="from"),)),
        LinkKind("lies_in", "lies in", "has port", "foreign_port", "country",
                 (LinkSource("foreign_ports", Key("foreign_port"), Key("country")),)),
        LinkKind("is_registered_in", "is registered in", "is home of", "company", "country",
                 (LinkSource("party_records", Key("identifier"), Key("country"),
                             where=(("role", ("company",)),)),)),
        LinkKind("was_acted_on_at", "was acted on at", "acted on", "importer", "port",
                 (LinkSource("actions", Key("importer_number"), Key("port_code"), date="action_date"),)),
        LinkKind("had_goods_acted_on_at", "had goods acted on at", "acted on goods of", "manufacturer", "port",
                 (LinkSource("actions", Key("manufacturer_id"), Key("port_code"), date="action_date"),)),
        *(
            LinkKind(relation, relation.replace("_", " "), inverse, "importer", "importer",
                     (LinkSource("party_claims", Key("subject", prefix="importer:"), Key("object", prefix="importer:"),
                                 date="valid_from", where=(("relation", (relation,)),), status="status"),))
            for relation, inverse in (
                ("owned_by", "owns"), ("controlled_by", "controls"), ("shares_address", "shares address"),
                ("successor_of", "was succeeded by"), ("sister_of", "is sister of"),
            )
        ),
        *(
            LinkKind(f"goes_by_{number}", "goes by", "belongs to", "party", number,
                     (LinkSource("parties", Key("party"), Key("key"),
                                 where=(("kind", tuple(n for n, kind in NUMBERED.items() if kind == number)),)),))
            for number in dict.fromkeys(NUMBERED.values())
        ),
        LinkKind("possibly_same", "is possibly the same as", "is possibly the same as", "party", "party",
                 (LinkSource("possibly_same", Key("left_party"), Key("right_party"),
                             where=(("merged", ("no",)),)),)),
        _issue("issue_on_importer", "importer", "importer_numbers"),
        _issue("issue_on_manufacturer", "manufacturer", "manufacturer_ids"),
        _issue("issue_at_port", "port", "port_codes"),
        _issue("issue_on_hts", "hts", "hts_numbers"),
        _issue("issue_on_case", "case", "case_numbers"),
        LinkKind("issue_cites", "cites", "is cited in", "issue", "document",
                 (LinkSource("issues", Key("issue_id"), Key("ruling_numbers", each=True), date="opened_on"),)),
        LinkKind("is_part_of", "is part of", "has document", "document", "issue",
                 (LinkSource("documents", Key("id"), Key("issue_id"), date="date"),)),
        LinkKind("classifies", "classifies under", "is classified by", "document", "hts",
                 (LinkSource("documents", Key("id"), Key("tariffs", each=True), date="date"),)),
        LinkKind("holds_goods_under", "holds goods to be under", "is what goods were held to be under in",
                 "document", "hts",
                 (LinkSource("holdings", Key("document_id"), Key("classified_under", each=True), date="date",
                             status="status"),)),
        LinkKind("holds_goods_of", "holds goods to be of", "is what goods were held to be of in", "document", "country",
                 (LinkSource("holdings", Key("document_id"), Key("origins", each=True), date="date",
                             status="status"),)),
        LinkKind("modifies", "modifies", "is modified by", "document", "document",
                 (LinkSource("documents", Key("id"), Key("modifies", each=True), date="date"),
                  LinkSource("documents", Key("modified_by", each=True), Key("id"), date="date"),
                  _read("modifies"))),
        LinkKind("revokes", "revokes", "is revoked by", "document", "document",
                 (LinkSource("documents", Key("id"), Key("revokes", each=True), date="date"),
                  LinkSource("documents", Key("revoked_by", each=True), Key("id"), date="date"),
                  _read("revokes"))),
        LinkKind("affirms", "affirms", "is affirmed by", "document", "document", (_read("affirms"),)),
        LinkKind("relates_to", "relates to", "relates to", "document", "document",
                 (LinkSource("documents", Key("id"), Key("related", each=True), date="date"),)),
        LinkKind("is_attached_to", "is attached to", "has attachment", "document", "document",
                 (LinkSource("documents", Key("id"), Key("parent_id"), date="date"),)),
        LinkKind("tests_goods_of", "tests goods of", "had goods tested in", "document", "importer",
                 (LinkSource("documents", Key("id"), Key("importer_number"), date="date"),)),
        LinkKind("tests_goods_made_by", "tests goods made by", "had goods tested in", "document", "manufacturer",
                 (LinkSource("documents", Key("id"), Key("manufacturer_id"), date="date"),)),
        LinkKind("doubts_origin_of", "doubts the origin of goods made by",
                 "made goods of doubted origin in", "document", "manufacturer",
                 (LinkSource("documents", Key("id"), Key("manufacturer_id"), date="date",
                             where=(("origin_consistent", ("no",)),)),)),
        LinkKind("doubts_origin_claimed_by", "doubts the origin of goods of",
                 "had goods of doubted origin in", "document", "importer",
                 (LinkSource("documents", Key("id"), Key("importer_number"), date="date",
                             where=(("origin_consistent", ("no",)),)),)),
        LinkKind("finds_goods_under", "finds goods under", "is what goods were found under in",
                 "document", "hts",
                 (LinkSource("documents", Key("id"), Key("suggested_hts"), date="date"),)),
        LinkKind("concerns_case", "concerns", "is the subject of", "document", "case",
                 (LinkSource("notice_cases", Key("document_id"), Key("case_number"), date="date"),)),
        _mentions("mentions_importer", "importer"),
        _mentions("mentions_manufacturer", "manufacturer"),
        _mentions("mentions_hts", "hts"),
        _mentions("mentions_case", "case"),
        _mentions("mentions_document", "document"),
        _mentions("mentions_port", "port"),
        _mentions("mentions_foreign_port", "foreign_port"),
        _mentions("mentions_country", "country"),
        LinkKind("names_party", "names", "is named in", "document", "party",
                 (LinkSource("named_parties", Key("document_id"), Key("party"),
                             where=(("status", ("linked", "accepted")),)),)),
    )
}  # fmt: skip
