"""The canonical tables: what a row of each says, which columns it has, and what makes a row one row.

Invariant: this is the only list of tables and columns. The loader validates by it, the simulator writes
by it, the fact store types its tables by it. A new table or column is one line here.
"""

from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """How a cell is stored. Money and amounts are decimals, so that sums are equal from run to run."""

    TEXT = "text"
    CODE = "code"  # upper-cased text from a short list
    DATE = "date"  # ISO day
    USD = "usd"  # decimal(18, 2), never negative
    USD_CHANGE = "usd_change"  # decimal(18, 2), may be negative: a review can lower a value
    AMOUNT = "amount"  # decimal(18, 3), never negative; the unit is in the name or in the unit column
    INTEGER = "integer"
    LIST = "list"  # list of text; written a;b;c in CSV
    JSON = "json"  # nested records as JSON text


class IdentifierType(StrEnum):
    """Which validator of `graph.model.identifiers` a column's values must pass."""

    ENTRY_NUMBER = "entry_number"
    IMPORTER_NUMBER = "importer_number"
    MANUFACTURER_ID = "manufacturer_id"
    HTS = "hts"
    CASE = "case"
    RULING = "ruling"
    PORT = "port"
    FOREIGN_PORT = "foreign_port"
    COUNTRY = "country"
    CONTAINER = "container"
    BILL = "bill"
    FILER = "filer"
    SURETY = "surety"
    LAB_NUMBER = "lab_number"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `identifier` names the check its values pass; `codes` the only values allowed.

    `gathered` is for lists of a coalesced table: a version adds its items to those of the versions before it.
    `evidence` is for what others write and nobody checks, such as a maker's MID or a container on an entry line: what
    fails the check is set aside and told, and the row stands without it.
    """

    name: str
    type: ColumnType = ColumnType.TEXT
    identifier: IdentifierType | None = None
    required: bool = False
    codes: frozenset[str] = frozenset()
    default: str | None = None
    party: str = ""  # a party's number: "number" where another column tells its role, "role:number" in one
    gathered: bool = False
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table. Two rows with the same `key` are two versions of one thing.

    In a `coalesced` table a blank cell says nothing: of each column the latest value stands, whichever version says
    it. In any other table the latest version stands as it is, blanks included.
    """

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    coalesced: bool = False

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


# Every stored row also has these, written by the loader. `known_at` is the day on which we learned the
# row, `source` and `source_row` where it stands in the sender's file (rows count from 1, header excluded),
# `load_id` which load brought it, `repairs` what was mended and why, `extra` the unknown columns as JSON.
PROVENANCE: tuple[Column, ...] = (
    Column("source"),
    Column("source_row", ColumnType.INTEGER),
    Column("load_id"),
    Column("known_at", ColumnType.DATE),
    Column("repairs", ColumnType.LIST),
    Column("extra", ColumnType.JSON),
)


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _dates(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, ColumnType.DATE) for name in names)


def _lists(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, ColumnType.LIST) for name in names)


def _usd(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, ColumnType.USD) for name in names)


def _id(name: str, identifier: IdentifierType, *, required: bool = False, evidence: bool = False) -> Column:
    return Column(name, identifier=identifier, required=required, evidence=evidence)


def _ids(name: str, identifier: IdentifierType) -> Column:
    return Column(name, ColumnType.LIST, identifier=identifier)


def _codes(name: str, codes: str, *, required: bool = False) -> Column:
    return Column(name, ColumnType.CODE, codes=frozenset(codes.split("|")), required=required)


_I = IdentifierType

ENTRY_LINES = Table(
    "entry_lines",
    "One line of an entry summary and tariff ordinal: what was brought in, by whom, from whom, where.",
    ("entry_number", "line_number", "tariff_ordinal"),
    (
        _id("entry_number", _I.ENTRY_NUMBER, required=True),
        Column("line_number", ColumnType.INTEGER, required=True),
        Column("tariff_ordinal", ColumnType.INTEGER, default="1"),
        Column("entry_type", ColumnType.CODE),
        Column("entry_date", ColumnType.DATE, required=True),
        *_dates("import_date"),
        _id("importer_number", _I.IMPORTER_NUMBER, required=True),
        _id("consignee_number", _I.IMPORTER_NUMBER),
        _id("filer_code", _I.FILER),
        _id("port_code", _I.PORT, required=True),
        _id("manufacturer_id", _I.MANUFACTURER_ID, evidence=True),
        Column("foreign_exporter_id", party="number"),
        _id("country_of_origin", _I.COUNTRY),
        _id("country_of_export", _I.COUNTRY),
        _id("hts_number", _I.HTS, required=True),
        Column("spi"),
        _id("ad_case", _I.CASE),
        _id("cv_case", _I.CASE),
        _id("surety_code", _I.SURETY),
        Column("bond_type", ColumnType.CODE),
        Column("mode_of_transport", ColumnType.CODE),
        Column("carrier_scac"),
        _id("bill_number", _I.BILL),
        _id("container_number", _I.CONTAINER, evidence=True),
        Column("quantity", ColumnType.AMOUNT),
        Column("quantity_unit"),
        Column("gross_weight_kg", ColumnType.AMOUNT),
        Column("packages", ColumnType.INTEGER),
        *_usd("entered_value_usd", "duty_usd", "ad_duty_usd", "cv_duty_usd"),
        Column("description"),
        *_dates("liquidation_date"),
        *_text("team", "visa_category", "textile_category"),
        _id("foreign_port", _I.FOREIGN_PORT),
    ),
)

PARTY_RECORDS = Table(
    "party_records",
    "One version of what is on file about a party: a 5106, a maker's profile, a broker, a register entry.",
    ("record_id",),
    (
        Column("record_id", required=True),
        _codes("role", "importer|consignee|manufacturer|exporter|broker|surety|company", required=True),
        Column("identifier", party="number"),  # importer number, MID, filer code, surety code or register number
        Column("name", required=True),
        *_lists("other_names"),
        Column("name_kind", ColumnType.LIST),
        *_text("address", "city", "region", "postal_code"),
        _id("country", _I.COUNTRY),
        *_text("phone", "email", "website"),
        *_lists("officers"),
        *_text("registered_agent", "bond_number"),
        *_dates("established_on", "valid_from", "valid_to"),
        *_lists("industry_programs", "trusted_programs"),
    ),
)

PARTY_CLAIMS = Table(
    "party_claims",
    "What somebody says of a link between two parties; a claim, never a fact by itself.",
    ("claim_id",),
    (
        Column("claim_id", required=True),
        Column("subject", required=True, party="role:number"),
        _codes(
            "relation",
            "owned_by|controlled_by|officer_of|shares_address|successor_of|agent_of|sister_of",
            required=True,
        ),
        Column("object", required=True, party="role:number"),
        _codes("status", "fact|alleged|admitted|rejected"),
        *_dates("valid_from", "valid_to"),
    ),
)

ACTIONS = Table(
    "actions",
    "What customs did: an exam, a hold, a refusal, a sample, a penalty, and what came of it.",
    ("action_id",),
    (
        Column("action_id", required=True),
        _codes(
            "kind",
            "exam|document_review|hold|detention|refusal|seizure|reexport|penalty|sample|audit|site_visit",
            required=True,
        ),
        Column("action_date", ColumnType.DATE, required=True),
        _id("port_code", _I.PORT),
        _id("entry_number", _I.ENTRY_NUMBER),
        Column("line_number", ColumnType.INTEGER),
        _id("bill_number", _I.BILL),
        _id("container_number", _I.CONTAINER, evidence=True),
        _id("importer_number", _I.IMPORTER_NUMBER),
        _id("manufacturer_id", _I.MANUFACTURER_ID, evidence=True),
        _codes("targeting", "random|criteria|local|national"),
        Column("team"),
        _codes("result", "compliant|discrepant|released|refused|seized|pending"),
        _codes(
            "discrepancy_area",
            "classification|value|quantity|origin|marking|ipr|adcvd|quota_visa|spi|documents|safety|other",
        ),
        _codes("severity", "material|letter_of_law"),
        Column("value_change_usd", ColumnType.USD_CHANGE),
        Column("revenue_change_usd", ColumnType.USD_CHANGE),
        Column("remarks"),
    ),
)

ORDERS = Table(
    "orders",
    "An antidumping or countervailing duty order on a product from a country.",
    ("case_number",),
    (
        _id("case_number", _I.CASE, required=True),
        Column("product"),
        _id("country", _I.COUNTRY),
        *_lists("hts_prefixes"),
        *_dates("petition_on", "preliminary_on", "order_on", "revoked_on"),
        _codes("in_force", "yes|no"),  # for lists that say whether an order stands and not since when
        Column("deposit_rate_pct", ColumnType.AMOUNT),
        Column("all_others_rate_pct", ColumnType.AMOUNT),
    ),
)

ORDER_FIRMS = Table(
    "order_firms",
    "A firm with a rate of its own under an order.",
    ("case_number", "suffix"),
    (
        _id("case_number", _I.CASE, required=True),
        Column("suffix", required=True),
        _id("manufacturer_id", _I.MANUFACTURER_ID),
        Column("exporter_id", party="number"),
        Column("name"),
        Column("rate_pct", ColumnType.AMOUNT),
        *_dates("from", "to"),
    ),
)

_BILL_COLUMNS = (
    _id("bill_number", _I.BILL, required=True),
    Column("master_bill_number"),
    *_text("scac", "vessel", "voyage"),
    *_dates("loaded_on", "arrived_on"),
    *_text("port_of_lading", "port_of_unlading"),
    _id("country_of_lading", _I.COUNTRY),
    _id("country_of_unlading", _I.COUNTRY),
    *_text("shipper_name", "shipper_address"),
    _id("shipper_country", _I.COUNTRY),
    *_text("consignee_name", "consignee_address"),
    _id("consignee_country", _I.COUNTRY),
    *_text("notify_name", "notify_address"),
    *_lists("containers", "seals"),
    Column("packages", ColumnType.INTEGER),
    Column("package_unit"),
    Column("gross_weight_kg", ColumnType.AMOUNT),
    *_text("hts_prefix", "description", "status"),
)

BILLS = Table("bills", "A bill of lading for cargo bound to the United States.", ("bill_number",), _BILL_COLUMNS)
FOREIGN_BILLS = Table("foreign_bills", "A bill of lading between two other countries.", ("bill_number",), _BILL_COLUMNS)

CAPACITY = Table(
    "capacity",
    "What a plant can make in a year, and how that is known.",
    ("manufacturer_id", "hts_prefix", "as_of"),
    (
        _id("manufacturer_id", _I.MANUFACTURER_ID, required=True),
        Column("hts_prefix", required=True),
        Column("product"),
        Column("annual_quantity", ColumnType.AMOUNT),
        *_text("unit", "basis"),
        *_dates("as_of"),
    ),
)

IN_BOND = Table(
    "in_bond",
    "A movement under bond from one port to another before entry.",
    ("serial",),
    (
        Column("serial", required=True),
        _codes("kind", "61|62|63"),
        _id("from_port", _I.PORT),
        _id("to_port", _I.PORT),
        Column("carrier"),
        *_dates("moved_on"),
        _id("bill_number", _I.BILL),
    ),
)

DOCUMENTS = Table(
    "documents",
    "A text: a ruling, a lab report, an issue's document, a notice, a memo, a statute.",
    ("id",),
    (
        Column("id", required=True),
        _codes("kind", "ruling|lab_report|ims_document|notice|memo|statute|other", required=True),
        Column("title"),
        *_dates("date"),
        *_text("language", "text", "file"),
        Column("collection", ColumnType.CODE),
        _ids("tariffs", _I.HTS),
        *_lists("related", "modifies", "modified_by", "revokes", "revoked_by", "categories"),
        *_text("lab", "sample_id"),
        _id("entry_number", _I.ENTRY_NUMBER),
        Column("line_number", ColumnType.INTEGER),
        _id("importer_number", _I.IMPORTER_NUMBER),
        Column("exporter"),
        _id("manufacturer_id", _I.MANUFACTURER_ID),
        _id("claimed_hts", _I.HTS),
        _id("suggested_hts", _I.HTS),
        _id("claimed_origin", _I.COUNTRY),
        _codes("origin_consistent", "yes|no|inconclusive"),
        *_dates("received_on", "reported_on"),
        *_lists("methods"),
        Column("results", ColumnType.JSON),
        Column("conclusion"),
        *_text("issue_id", "filename"),
        _codes("operationally_revoked", "yes|no"),  # a ruling that a change of law ended, not another ruling
        # What the loader adds of a document that came as a file of its own.
        *_text("sha256", "parent_id"),  # of the file's bytes; the document that it was attached to
        Column("pages", ColumnType.JSON),  # [{page, start, end, ocr}]: which characters of the text are a page's
        *_lists("reading_notes"),  # what a person should know of how the text was read
        Column("found_in", ColumnType.LIST, gathered=True),  # every file that it came as
        # Originals beside `file` whose text is worse: scans, and files in which no text was found.
        Column("other_files", ColumnType.LIST, gathered=True),
    ),
    coalesced=True,  # the status of a ruling stands in one record, its text in another
)

MENTIONS = Table(
    "mentions",
    "What a document's text names, and where; written by the loader, never sent by others.",
    ("document_id", "kind", "key", "start"),
    (
        Column("document_id", required=True),
        Column("kind", required=True),  # an entity kind of graph.model.kinds, or what else it is
        Column("key", required=True),
        Column("start", ColumnType.INTEGER),  # characters from the text's beginning
        Column("end", ColumnType.INTEGER),
        *_text("text", "how"),  # how: by what it was recognised (number, known, form, alias, role, word)
    ),
)

STATEMENTS = Table(
    "statements",
    "What a document's text decides, finds or concludes; written by the loader, never sent by others.",
    ("document_id",),
    (
        Column("document_id", required=True),
        _ids("classified_under", _I.HTS),  # the tariff numbers that a ruling holds
        _ids("origins", _I.COUNTRY),  # the countries of origin that it holds
        *_lists("modifies", "revokes", "affirms"),  # what it does to earlier rulings
        *_lists("results"),  # how the protests that it decides end
        _codes("origin_consistent", "yes|no|inconclusive"),  # what a laboratory found, where it found one thing
        Column("said", ColumnType.JSON),  # all of it with its places: [{what, value, key, start, end, flag, passage}]
    ),
)

ISSUES = Table(
    "issues",
    "One snapshot of an issue: what was looked into, by whom, and how it ended. Append-only.",
    ("issue_id", "version"),
    (
        Column("issue_id", required=True),
        Column("version", ColumnType.INTEGER, default="1"),
        *_dates("as_of"),
        *_text("title", "issue_type", "description", "status"),
        *_dates("opened_on", "worked_from", "worked_to"),
        *_text("owner_office", "owner"),
        _codes(
            "work_kind",
            "research|exam|cf28|cf29|audit|lab|site_visit|informed_compliance|referral|intervention",
        ),
        _codes("priority_trade_issue", "adcvd|agriculture|ipr|import_safety|penalties|revenue|textiles"),
        *_text("conclusion", "result_code"),
        Column("revenue_impact_usd", ColumnType.USD_CHANGE),
        _ids("importer_numbers", _I.IMPORTER_NUMBER),
        _ids("manufacturer_ids", _I.MANUFACTURER_ID),
        _ids("port_codes", _I.PORT),
        _ids("hts_numbers", _I.HTS),
        _ids("case_numbers", _I.CASE),
        _ids("ruling_numbers", _I.RULING),
        _ids("entry_numbers", _I.ENTRY_NUMBER),
        *_text("parent_issue_id", "security_label"),
    ),
)

INTERVENTIONS = Table(
    "interventions",
    "What an issue's intervention did at one port.",
    ("issue_id", "port_code"),
    (
        Column("issue_id", required=True),
        _id("port_code", _I.PORT, required=True),
        *_dates("started_on", "ended_on"),
        Column("sample_size", ColumnType.INTEGER),
        Column("exams", ColumnType.INTEGER),
        Column("discrepancies", ColumnType.INTEGER),
        Column("material", ColumnType.INTEGER),
        *_usd("revenue_usd"),
    ),
)

CLAIMS_OF_PREFERENCE = Table(
    "claims_of_preference",
    "A claim that goods qualify for a trade agreement's lower rate.",
    ("claim_id",),
    (
        Column("claim_id", required=True),
        _id("entry_number", _I.ENTRY_NUMBER),
        Column("line_number", ColumnType.INTEGER),
        *_text("spi", "exporter", "producer"),
        _id("manufacturer_id", _I.MANUFACTURER_ID),
        Column("rule_of_origin"),
        *_dates("certificate_from", "certificate_to"),
        _id("hts_number", _I.HTS),
        _codes("finding", "accepted|denied_no_certificate|denied_origin|withdrawn|pending"),
        *_dates("reviewed_on"),
        Column("remarks"),
    ),
)

SELECTIVITY = Table(
    "selectivity",
    "A selection criterion: which shipments are looked at, since when, and why.",
    ("criterion_id",),
    (
        Column("criterion_id", required=True),
        _codes("module", "cargo|entry_summary|drawback|export"),
        Column("field_tests", ColumnType.JSON),
        *_dates("active_from", "active_to"),
        *_text("owner", "purpose"),
    ),
)

# Reference lists: the trade's own code lists, loaded like everything else, never built into the code.
PORTS = Table(
    "ports",
    "A port of entry (Schedule D).",
    ("port_code",),
    (_id("port_code", _I.PORT, required=True), Column("name", required=True), Column("region")),
)
FOREIGN_PORTS = Table(
    "foreign_ports",
    "A foreign port (Schedule K).",
    ("foreign_port", "name"),
    (_id("foreign_port", _I.FOREIGN_PORT, required=True), Column("name", required=True), _id("country", _I.COUNTRY)),
)
HTS = Table(
    "hts",
    "A heading of the tariff at any level, 2 to 10 digits.",
    ("hts_number",),
    (
        Column("hts_number", required=True),  # digits only
        Column("description", required=True),
        Column("parent"),
        *_text("unit", "general_rate"),
    ),
)

HTS_CHANGES = Table(
    "hts_changes",
    "A tariff number that another one took over from, whole or in part; blank on one side where it came or went.",
    ("old_hts", "new_hts", "revision_to"),
    (
        _id("old_hts", _I.HTS),
        _id("new_hts", _I.HTS),
        *_text("revision_from", "revision_to", "change_type"),
        Column("effective_on", ColumnType.DATE),
    ),
)

# What resolution makes of all these, in a generation of its own; nobody loads them.
PARTIES = Table(
    "parties",
    "A number, or a name as a bill has it, and the party that it is taken to belong to.",
    ("kind", "key", "party"),
    (
        _codes("kind", "importer|manufacturer|exporter|broker|surety|company|written"),
        *_text("key", "party", "name"),
        *_lists("records"),  # table:key of rows that say so
    ),
)
POSSIBLY_SAME = Table(
    "possibly_same",
    "Two parties that may be one: how probable it is, and what speaks for it and against.",
    ("left_party", "right_party"),
    (
        *_text("left_party", "right_party"),
        Column("probability", ColumnType.AMOUNT),
        _codes("merged", "yes|no"),
        Column("why", ColumnType.JSON),
    ),
)
NAMED_PARTIES = Table(
    "named_parties",
    "A party that a name in a document means, or may mean: how alike, and whether that is a link or is to be decided.",
    ("document_id", "name", "party"),
    (
        *_text("claim", "document_id", "party", "party_name", "name", "written"),
        Column("start", ColumnType.INTEGER),  # of the name's first place in the text
        Column("score", ColumnType.AMOUNT),  # 0 to 100
        _codes("status", "linked|waiting|accepted|rejected"),
        Column("why"),
    ),
)
RESOLVED: dict[str, Table] = {table.name: table for table in (PARTIES, POSSIBLY_SAME, NAMED_PARTIES)}

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ENTRY_LINES, PARTY_RECORDS, PARTY_CLAIMS, ACTIONS, ORDERS, ORDER_FIRMS, BILLS, FOREIGN_BILLS,
        CAPACITY, IN_BOND, DOCUMENTS, MENTIONS, STATEMENTS, ISSUES, INTERVENTIONS, CLAIMS_OF_PREFERENCE, SELECTIVITY,
        PORTS, FOREIGN_PORTS, HTS, HTS_CHANGES,
    )
}  # fmt: skip
