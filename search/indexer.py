"""What is to be found, pulled from one generation and its facts: documents, issues, entities and findings.

Invariant: every thing stands in the index once, under its entity id; rows are streamed, so that a million
documents never stand in memory at once. A social security number is a token here, as it is in the facts.
"""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import ibis
import ibis.expr.types as ir

from graph.detect.finding_file import read_findings
from graph.facts.store import FactStore
from graph.model.errors import Invalid
from graph.model.finding import Finding
from graph.model.identifiers import HtsNumber
from graph.store.generation import Generation
from search.chain import LegalStep, legal_chain
from search.desk import Desk, Row
from search.document import SearchDocument
from search.fields import FIELDS
from search.legal import INVERSES, Chains, legal_chains

_TITLE_CHARACTERS = 160
_NO_IDENTIFIERS = ("company_name", "date")  # mentions that are words to be found as such
_ORDER_CHARACTERS = 9  # A-570-967: a case without its firm

# Roles of party records, by the kind of entity that they are records of.
_ROLE_KINDS = {
    "importer": "importer", "consignee": "importer", "manufacturer": "manufacturer", "exporter": "manufacturer",
    "broker": "broker", "surety": "surety", "company": "company",
}  # fmt: skip
_DESCRIBING = ("address", "city", "region", "postal_code", "country", "phone", "email", "website", "registered_agent")


def documents(generation: Generation, facts: FactStore) -> Iterator[SearchDocument]:
    """Everything that one generation's index holds. Costs one scan of each table, and of the entities."""
    with TemporaryDirectory(prefix=".indexing-", dir=generation.folder) as folder:
        desk = Desk(Path(folder), facts)
        chains = legal_chains(facts, desk)
        yield from _texts(generation, facts, chains, desk)
        yield from _issues(generation, facts, desk)
        yield from _entities(generation, facts, chains, desk)
    for finding in read_findings(generation.findings):
        yield _finding(finding)


@dataclass(slots=True)
class _Carried:
    """The identifiers and fields of one thing, while they are put together."""

    identifiers: dict[str, None] = field(default_factory=dict)  # in order, without repeats
    chain: tuple[LegalStep, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    fields: dict[str, dict[str, None]] = field(default_factory=dict)

    def say(self, name: str, values: str | Iterable[str | None] | None) -> None:
        """Give a field one or more values, in their stored form."""
        for value in (values,) if isinstance(values, str) else values or ():
            if value and value.strip():
                self.fields.setdefault(name, {})[FIELDS[name].written(value)] = None

    def carry(self, kind: str, keys: str | Iterable[str | None] | None) -> None:
        """Add identifiers of one kind: a tariff number with all above it, a firm's case with its order."""
        for key in (keys,) if isinstance(keys, str) else keys or ():
            if not key:
                continue
            self.identifiers[f"{kind}:{key}"] = None
            if kind == "hts":
                self._roll_up(key)
            elif kind == "case":
                self.identifiers[f"case:{key[:_ORDER_CHARACTERS]}"] = None
                self.say("case", key[:_ORDER_CHARACTERS])
            elif kind in ("port", "country", "importer", "manufacturer", "issue"):
                self.say(kind, key)

    def _roll_up(self, key: str) -> None:
        try:
            above = HtsNumber.parse(key).rollup()
        except Invalid:
            above = (key[:2],) if len(key) == 2 else ()  # a chapter; anything else is no tariff number
        for number in above:
            self.identifiers[f"hts:{number}"] = None
            if len(number) in (2, 4):
                self.say(f"hts{len(number)}", number)

    def hold(self, numbers: Iterable[str]) -> None:
        """Say which tariff numbers are held, each with all above it."""
        for number in numbers:
            self.say("held", [number[:digits] for digits in (2, 4, 6, 8, 10) if digits <= len(number)])

    def document(
        self, entity_id: str, kind: str, title: str, text: str, on: date | None, *, weight: int = 0
    ) -> SearchDocument:
        """The finished document."""
        self.identifiers.pop(entity_id, None)
        return SearchDocument(
            entity_id, kind, title, text, on, tuple(self.identifiers),
            {name: tuple(values) for name, values in self.fields.items()}, weight, self.chain, self.pages,
        )  # fmt: skip


# Documents


def _say_standing(carried: _Carried, document: str, chains: Chains, *, by_law: bool = False) -> None:
    """Whether a ruling still stands, and by what it was ended or changed; a change of law is no ruling."""
    chain = chains.of(document)
    carried.chain = legal_chain(document, chains.changes)
    standing = (
        "revoked" if by_law or chain.get("revoked_by") else "modified" if chain.get("modified_by") else "in force"
    )
    carried.say("status", standing)
    for relation in INVERSES:
        carried.say(relation, chain.get(relation))
        carried.carry("document", chain.get(relation))


def _texts(generation: Generation, facts: FactStore, chains: Chains, desk: Desk) -> Iterator[SearchDocument]:
    """The documents with what they mention, and what the graph links them to (a notice's cases, say)."""
    table, mentions = facts.table("documents"), facts.table("mentions")
    links = facts.read(generation.links)
    mentions = mentions.filter(mentions["kind"].notin(_NO_IDENTIFIERS))
    mentioned = (
        mentions.mutate(mention=mentions["kind"] + ":" + mentions["key"])
        .group_by("document_id")
        .agg(mentioned=lambda t: t["mention"].collect(distinct=True))
    )
    linked = (
        links.filter(links["source"].startswith("document:"), ~links["link"].startswith("mentions_"))
        .group_by(linked_id="source")
        .agg(linked=links["target"].collect(distinct=True))
    )
    rows = (
        table.left_join(mentioned, table["id"] == mentioned["document_id"])
        .drop("document_id")
        .mutate(entity_id="document:" + table["id"])
    )
    named = ibis.union(
        mentions.select(thing="document_id", number=mentions["kind"] + ":" + mentions["key"]),
        table.select(thing="id", number="importer:" + table["importer_number"]),
        table.select(thing="id", number="manufacturer:" + table["manufacturer_id"]),
    )
    whose = _parties(links, named)
    rows = rows.left_join(linked, rows["entity_id"] == linked["linked_id"]).drop("entity_id", "linked_id")
    stated = facts.table("statements")
    stated = stated.select(
        stated_by="document_id", held="classified_under", held_origins="origins", ended="results",
        consistent="origin_consistent",
    )  # fmt: skip
    rows = rows.left_join(stated, rows["id"] == stated["stated_by"]).drop("stated_by")
    for row in desk.rows(rows.left_join(whose, rows["id"] == whose["thing"]).drop("thing")):
        yield _text(row, chains)


def _parties(links: ir.Table, named: ir.Table) -> ir.Table:
    """The parties whose numbers each thing names, by the thing."""
    belongs = links.filter(links["link"].startswith("goes_by_")).select(number="target", party="source")
    return (
        named.join(belongs, "number")
        .group_by("thing")
        .agg(parties=lambda joined: joined["party"].collect(distinct=True))
    )


def _say_parties(carried: _Carried, row: Row) -> None:
    carried.say("party", sorted(party.partition(":")[2] for party in row["parties"] or ()))


def _text(row: Row, chains: Chains) -> SearchDocument:
    carried = _Carried()
    carried.carry("hts", [*(row["tariffs"] or ()), row["claimed_hts"], row["suggested_hts"]])
    carried.carry("importer", row["importer_number"])
    carried.carry("manufacturer", row["manufacturer_id"])
    carried.carry("entry_number", row["entry_number"])
    carried.carry("country", row["claimed_origin"])
    carried.carry("issue", row["issue_id"])
    carried.carry("lab_number", row["sample_id"])
    carried.carry("document", row["related"])
    for entity_id in sorted({*(row["mentioned"] or ()), *(row["linked"] or ())}):
        kind, _, key = entity_id.partition(":")
        carried.carry(kind, key)
    _say_parties(carried, row)
    for name, column in (
        ("collection", "collection"), ("language", "language"), ("category", "categories"), ("lab", "lab"),
        ("origin_consistent", "origin_consistent" if row["origin_consistent"] else "consistent"),
        ("held_origin", "held_origins"), ("result", "ended"),
    ):  # fmt: skip
        carried.say(name, row[column])
    carried.hold(row["held"] or ())
    if (claimed := row["claimed_hts"]) and (found := row["suggested_hts"]):
        carried.say("hts_consistent", "yes" if claimed.startswith(found) or found.startswith(claimed) else "no")
    if row["kind"] == "ruling" or chains.of(row["id"]):
        _say_standing(carried, row["id"], chains, by_law=row["operationally_revoked"] == "yes")
    if row["date"]:
        carried.say("year", f"{row['date'].year:04d}")
    carried.pages = tuple((page["page"], page["start"]) for page in json.loads(row["pages"] or "[]"))
    body = row["text"] or ""
    also = (value for value in (row["conclusion"], row["exporter"], row["filename"]) if value and value not in body)
    return carried.document(
        f"document:{row['id']}",
        row["kind"].lower(),
        row["title"] or _first_line(body) or row["id"],
        "\n".join((body, *also)).strip(),
        row["date"],
    )


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= _TITLE_CHARACTERS else line[:_TITLE_CHARACTERS].rpartition(" ")[0] + " …"


# Issues


def _issues(generation: Generation, facts: FactStore, desk: Desk) -> Iterator[SearchDocument]:
    """Each issue as its latest version has it."""
    table = facts.table("issues")
    latest = ibis.row_number().over(ibis.window(group_by=table["issue_id"], order_by=ibis.desc(table["version"])))
    newest = table.mutate(age=latest).filter(lambda t: t["age"] == 0).drop("age")
    named = ibis.union(
        *(
            newest.select(thing="issue_id", key=newest[column].unnest()).select(
                "thing", number=lambda t, kind=kind: f"{kind}:" + t["key"]
            )
            for kind, column in (("importer", "importer_numbers"), ("manufacturer", "manufacturer_ids"))
        )
    )
    whose = _parties(facts.read(generation.links), named)
    for row in desk.rows(newest.left_join(whose, newest["issue_id"] == whose["thing"]).drop("thing")):
        yield _issue(row)


def _issue(row: Row) -> SearchDocument:
    carried = _Carried()
    for kind, column in (
        ("importer", "importer_numbers"), ("manufacturer", "manufacturer_ids"), ("port", "port_codes"),
        ("hts", "hts_numbers"), ("case", "case_numbers"), ("document", "ruling_numbers"),
        ("entry_number", "entry_numbers"), ("issue", "parent_issue_id"),
    ):  # fmt: skip
        carried.carry(kind, row[column])
    _say_parties(carried, row)
    for name, column in (
        ("status", "status"), ("issue_type", "issue_type"), ("work_kind", "work_kind"),
        ("priority_trade_issue", "priority_trade_issue"), ("result", "result_code"), ("office", "owner_office"),
        ("issue", "issue_id"),
    ):  # fmt: skip
        carried.say(name, row[column])
    if row["opened_on"]:
        carried.say("year", f"{row['opened_on'].year:04d}")
    told = (row["description"], row["conclusion"], row["issue_id"])
    return carried.document(
        f"issue:{row['issue_id']}",
        "issue",
        row["title"] or f"Issue {row['issue_id']}",
        "\n".join(part for part in told if part),
        row["opened_on"],
    )


# Entities


def _entities(generation: Generation, facts: FactStore, chains: Chains, desk: Desk) -> Iterator[SearchDocument]:
    """Entities that are not on file as documents or issues, with every name that party records give them.

    A party that goes by one number is found by that number's own entity, and not once more.
    """
    texts, issues, records = facts.table("documents"), facts.table("issues"), facts.table("party_records")
    entities = facts.read(generation.entities)
    entities = entities.filter((entities["kind"] != "party") | (entities["identifiers"].length() != 1))
    on_file = ibis.union(
        texts.select(file_id="document:" + texts["id"]),
        issues.select(file_id="issue:" + issues["issue_id"]).distinct(),
    )
    named_id = records["role"].lower().cases(*_ROLE_KINDS.items(), else_="") + ":" + records["identifier"]
    names = ibis.union(
        records.select(named_id=named_id, called=records["name"]),
        records.select(named_id=named_id, called=records["other_names"].unnest()),
    )
    called = names.group_by("named_id").agg(called=names["called"].collect(distinct=True))
    found = entities.anti_join(on_file, entities["id"] == on_file["file_id"])
    for row in desk.rows(found.left_join(called, found["id"] == called["named_id"]).drop("named_id")):
        yield _entity(row, chains)


def _entity(row: Row, chains: Chains) -> SearchDocument:
    kind, key, name = row["kind"], row["key"], row["name"] or row["key"]
    properties: dict[str, str] = json.loads(row["properties"] or "{}")
    carried = _Carried()
    carried.carry(kind, key)
    for identifier in row["identifiers"] or ():
        carried.carry(*identifier.split(":", 1))
    carried.say("country", properties.get("country"))
    carried.say("city", properties.get("city"))
    if kind == "case" and (properties.get("order_on") or properties.get("petition_on")):
        ended = properties.get("in_force") == "no"
        carried.say("status", "revoked" if properties.get("revoked_on") else "not in force" if ended else "in force")
    if kind == "document" and chains.of(key):
        _say_standing(carried, key, chains)
    others = sorted(other for other in row["called"] or () if other and other != name)
    described = [str(properties[part]) for part in _DESCRIBING if properties.get(part)]
    number = "" if key.startswith("SSN-") or key == name else _as_written(kind, key)
    return carried.document(
        row["id"],
        kind,
        name,
        "\n".join(filter(None, (number, "; ".join(others), ", ".join(described)))),
        row["last_date"],
        weight=_weight(row),
    )


def _as_written(kind: str, key: str) -> str:
    if kind == "hts" and len(key) > 4:
        try:
            return str(HtsNumber.parse(key))
        except Invalid:
            return key
    return key


def _weight(row: Row) -> int:
    """How much of the record an entity stands in, in tenths of a power of ten: of dollars, else of rows."""
    return min(127, round(10 * math.log10(1 + max(0.0, float(row["value_usd"] or row["count"] or 0)))))


# Findings


def _finding(finding: Finding) -> SearchDocument:
    carried = _Carried()
    for member in finding.members:
        carried.carry(*member.entity.split(":", 1))
    carried.carry("entry_number", finding.entries)
    carried.say("detector", finding.detector)
    carried.say("queue", "yes" if finding.queue else "no")
    carried.say("year", f"{finding.period_to.year:04d}")
    told = (
        *(evidence.claim for evidence in finding.evidence),
        *(member.why for member in finding.members),
        finding.scope_question,
        finding.kind.replace("_", " "),
    )
    return carried.document(
        f"finding:{finding.id.removeprefix('finding:')}",
        "finding",
        finding.title,
        "\n".join(told),
        finding.period_to,
        weight=round(127 * finding.probability),
    )
