"""SQL that cleans one cell: its value in the column's type, why it was refused, and what was mended.

Invariant: nothing is guessed. An empty cell is NULL without a reason; any other cell has either a value or
a reason, except days that say "unknown" or "for good", which are NULL with a repair. A repair is made only where a
check digit or code list proves it. The expressions name no table and can stand in any SELECT.
"""

from collections.abc import Callable
from dataclasses import dataclass

from graph.model.identifiers import MASKED_SSN
from graph.model.spelling import SCIENTIFIC
from graph.model.tables import Column, ColumnType
from ingest.clean.identifiers import identifier_sql
from ingest.clean.masking import mask_sql, suspect_sql
from ingest.clean.parties import number_sql, reference_sql
from ingest.clean.sql import case, let, literal, matches, rewrite, tidied, trimmed


@dataclass(frozen=True, slots=True)
class CleanSql:
    """Three expressions over one cell.

    `value` is the typed normal value or NULL. `reason` is NULL where the cell is fine or empty, else a text
    such as `entry_number: wrong check digit`. `repair` is NULL or a text such as `port_code: zero_pad`.
    """

    value: str
    reason: str
    repair: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the file that a cell stands in is to be read."""

    damaged: bool
    month_first: bool
    ssn_secret: str


@dataclass(frozen=True, slots=True)
class _Made:
    """What a column's cleaning is made of, before reasons and repairs carry the column's name.

    `value` is over the cell; `complaint` is in words, for cells that are not empty and have no value, and NULL
    where there are none of those (any text is a text).
    `repair` takes the expression of the value and gives a repair's name or NULL, for cells that have one;
    `emptied` the same for cells whose meaning is that there is no value.
    """

    value: str
    complaint: str
    repair: Callable[[str], str] | None = None
    emptied: str = ""


def clean_sql(
    column: Column,
    cell: str,
    *,
    damaged: bool = False,
    month_first: bool = True,
    ssn_secret_sql: str = "getvariable('ssn_secret')",  # noqa: S107 - where the secret is, not what it is
    value_sql: str = "",
) -> CleanSql:
    """How the text in `cell` (an expression of type VARCHAR) becomes a value of the column.

    `damaged` says that a spreadsheet held the cell as a number; `month_first` how 1/2/2024 is read.
    `ssn_secret_sql` is an expression for the home's secret, with which social security numbers are replaced
    by tokens. `value_sql` names the result of `value` where a subquery has already computed it; `reason` and
    `repair` then cost next to nothing for cells that are fine:

        SELECT v1, {reason}, {repair} FROM (SELECT c1, {value} AS v1 FROM raw)

    A missing required cell is no reason here, and a default is not filled in: the loader knows the whole row.
    """
    made = _MAKERS[column.type](column, cell, _Reading(damaged, month_first, ssn_secret_sql))
    value = value_sql or f"({made.value})"
    name = literal(f"{column.name}: ")
    fine = [(f"{value} IS NOT NULL", "NULL"), (f"nullif({tidied(cell)}, '') IS NULL", "NULL")]
    mended = []
    if made.repair:
        mended.append((f"{value} IS NOT NULL", f"{name} || ({made.repair(value)})"))
    if made.emptied:
        fine.append((f"({made.emptied}) IS NOT NULL", "NULL"))
        mended.append((f"{value} IS NULL", f"{name} || ({made.emptied})"))
    return CleanSql(
        value=made.value,
        reason=case(fine, f"{name} || ({made.complaint})"),
        repair=case(mended, "CAST(NULL AS VARCHAR)"),
    )


def _text(column: Column, cell: str, reading: _Reading) -> _Made:
    if column.identifier:
        made = identifier_sql(column.identifier, cell, ssn_secret=reading.ssn_secret, damaged=reading.damaged)
        repair = made.repair

        def mended(value: str) -> str:
            return case([(f"{value} = {cell}", "NULL")], repair)

        return _Made(made.value, made.complaint, mended if repair else None)
    if column.party == "number":
        return _Made(number_sql(cell, ssn_secret=reading.ssn_secret), "NULL")
    if column.party:
        return _Made(reference_sql(cell, ssn_secret=reading.ssn_secret), literal("not role:number of a party"))
    text = trimmed(cell)
    masked = case([(suspect_sql(cell), let("_text", text, mask_sql("_text")))], text)
    return _Made(masked, "NULL", lambda value: _masked(value, cell))


def _masked(value: str, cell: str) -> str:
    mask = literal(MASKED_SSN)
    return case([(f"contains({value}, {mask}) AND NOT contains({cell}, {mask})", "'ssn_masked'")])


def _code(column: Column, cell: str, reading: _Reading) -> _Made:
    text = tidied(cell)
    if reading.damaged:
        text = f"regexp_replace({text}, '\\.0+$', '')"
    if column.codes:
        codes = sorted(column.codes)
        found = case((f"_tidy = {literal(code.upper())}", literal(code)) for code in codes)
        value = case([(f"{cell} IN ({', '.join(map(literal, codes))})", cell)], let("_tidy", text, found))
        return _Made(value, literal(f"not one of {', '.join(codes)}"))
    value = case([(matches(cell, "[A-Z0-9]+"), cell)], f"nullif({text}, '')")
    if column.name != "entry_type":
        return _Made(value, "NULL")
    # Every one-digit number is an entry type (01 to 09) that lost its zero.
    value = case(
        [(matches(cell, "[0-9]{2}"), cell)],
        let(
            "_tidy", text, case([(matches("_tidy", "[1-9]"), "'0' || _tidy"), (matches("_tidy", "[0-9]{2}"), "_tidy")])
        ),
    )
    return _Made(
        value,
        literal("not an entry type of two digits"),
        lambda value: case([(f"{value} = {cell}", "NULL"), (matches(text, "[1-9]"), "'zero_pad'")]),
    )


_TIME = (
    r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AP]M)?"
    r"(?: ?(?:Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
)
_ISO_DAY = "(?:1[789]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}"


def _date(column: Column, cell: str, reading: _Reading) -> _Made:  # noqa: ARG001
    slash = rf"([0-9]{{1,2}})/([0-9]{{1,2}})/([0-9]{{4}}){_TIME}"
    written = [
        (rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_TIME}", r"\1-\2-\3"),
        (r"([0-9]{4})([0-9]{2})([0-9]{2})" + (r"(?:\.0+)?" if reading.damaged else ""), r"\1-\2-\3"),
        (rf"([0-9]{{4}})/([0-9]{{1,2}})/([0-9]{{1,2}}){_TIME}", r"\1-\2-\3"),
        (slash, r"\3-\1-\2" if reading.month_first else r"\3-\2-\1"),
    ]
    named = [
        (r"([0-9]{1,2})[- ]([A-Z]{3,9})[-, ]+([0-9]{4})", r"\1-\2-\3"),
        (r"([A-Z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})", r"\2-\1-\3"),
    ]
    # The day as Y-M-D, not yet known to exist; NULL where the text has no known form.
    day = case(
        [(matches("_tidy", pattern), rewrite("_tidy", pattern, template)) for pattern, template in written]
        + [
            (
                matches("_tidy", pattern),
                "strftime(try_strptime("
                + rewrite("_tidy", pattern, template)
                + ", ['%d-%b-%Y', '%d-%B-%Y']), '%Y-%m-%d')",
            )
            for pattern, template in named
        ]
    )
    in_range = matches("_day", "(?:1[789]|2[01])[0-9]{2}-.*")
    emptied = case(
        [
            (matches("_day", "000[01]-.*"), "'unknown'"),
            (matches("_day", "9999-12-31"), "'without_end'"),
        ]
    )
    slash_said = (
        "not a day when read month first (MM/DD/YYYY)"
        if reading.month_first
        else "not a day when read day first (DD/MM/YYYY)"
    )
    complaint = case(
        [
            (matches("_tidy", SCIENTIFIC), literal("written in scientific notation, so that digits are lost")),
            (matches("_tidy", slash), case([(in_range, literal(slash_said))], literal("a year out of range"))),
            (matches("_tidy", "[0-9]{1,2}[-/][0-9A-Z]+[-/][0-9]{2}"), literal("two digits of the year are not enough")),
            ("_day IS NULL", literal("not a date")),
            (f"NOT {in_range}", literal("a year out of range")),
        ],
        literal("a day that does not exist"),
    )

    def over_day(body: str) -> str:
        return let("_tidy", tidied(cell), let("_day", day, body))

    return _Made(
        case(
            [(matches(cell, _ISO_DAY), f"TRY_CAST({cell} AS DATE)"), (f"{cell} IS NULL", "NULL")],
            over_day(case([(in_range, "TRY_CAST(_day AS DATE)")])),
        ),
        over_day(complaint),
        emptied=case([(f"{cell} IS NULL", "NULL"), (matches(cell, _ISO_DAY), "NULL")], over_day(emptied)),
    )


_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?)"
_DOLLARS = r"(?:USD ?|US ?\$ ?|\$ ?)?"
_SCIENTIFIC_NUMBER = r"[-+]?[0-9.]+E[-+]?[0-9]+"


def _usd(column: Column, cell: str, reading: _Reading) -> _Made:  # noqa: ARG001
    money = rf"{_DOLLARS}{_NUMBER}(?: ?USD)?"
    return _decimal(cell, rf"-?{money}|{_DOLLARS}-{_NUMBER}|\({money}\)", 2, "an amount of money")


def _usd_change(column: Column, cell: str, reading: _Reading) -> _Made:  # noqa: ARG001
    money = rf"{_DOLLARS}{_NUMBER}(?: ?USD)?"
    return _decimal(
        cell, rf"[-+]?{money}|{_DOLLARS}-{_NUMBER}|\({money}\)", 2, "an amount of money", may_be_negative=True
    )


def _amount(column: Column, cell: str, reading: _Reading) -> _Made:  # noqa: ARG001
    percent = "(?: ?%)?" if column.name.endswith("_pct") else ""
    return _decimal(cell, f"-?{_NUMBER}{percent}", 3, "a number")


def _decimal(cell: str, pattern: str, places: int, noun: str, *, may_be_negative: bool = False) -> _Made:
    """A decimal with that many places; what stands behind them is rounded."""
    kind = f"DECIMAL(18, {places})"
    size = f"TRY_CAST(regexp_replace(_tidy, '[^0-9.]', '', 'g') AS {kind})"
    negative = matches("_tidy", "[^0-9]*-.*|\\(.*")
    if may_be_negative:
        signed = case([(negative, "-_size")], "_size")
    else:
        signed = case([(negative, f"CASE WHEN _size = 0 THEN CAST(0 AS {kind}) END")], "_size")
    slow = case([(matches("_tidy", pattern), let("_size", size, signed))])
    complaint = case(
        [
            (matches("_tidy", _SCIENTIFIC_NUMBER), literal("written in scientific notation, so that digits are lost")),
            (f"{matches('_tidy', pattern)} AND {negative} AND {size} IS NOT NULL", literal("negative")),
            (matches("_tidy", pattern), literal("too large")),
        ],
        literal(f"not {noun}"),
    )
    return _Made(
        case(
            [
                (matches(cell, r"[0-9]{1,15}(?:\.[0-9]+)?"), f"TRY_CAST({cell} AS {kind})"),
                (f"{cell} IS NULL", "NULL"),
            ],
            let("_tidy", tidied(cell), slow),
        ),
        let("_tidy", tidied(cell), complaint),
    )


def _integer(column: Column, cell: str, reading: _Reading) -> _Made:  # noqa: ARG001
    pattern = r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0*)?"
    digits = "regexp_replace(regexp_replace(_tidy, '\\.0*$', ''), ',', '', 'g')"
    complaint = case(
        [
            (matches("_tidy", _SCIENTIFIC_NUMBER), literal("written in scientific notation, so that digits are lost")),
            (matches("_tidy", f"-{pattern}"), literal("negative")),
            (matches("_tidy", pattern), literal("too large")),
        ],
        literal("not a whole number"),
    )
    return _Made(
        case(
            [(matches(cell, "[0-9]{1,18}"), f"TRY_CAST({cell} AS BIGINT)"), (f"{cell} IS NULL", "NULL")],
            let("_tidy", tidied(cell), case([(matches("_tidy", pattern), f"TRY_CAST({digits} AS BIGINT)")])),
        ),
        let("_tidy", tidied(cell), complaint),
    )


def _list(column: Column, cell: str, reading: _Reading) -> _Made:
    # No identifier has a comma in it, so where identifiers are listed it separates them too.
    split = f"regexp_split_to_array({cell}, '[;,]')" if column.identifier else f"string_split({cell}, ';')"
    array = f"starts_with(ltrim({cell}), '[')"
    parts = case(
        [
            (f"{cell} IS NULL", "NULL"),
            (
                array,
                f"CASE WHEN json_valid({cell}) THEN from_json({cell}, '[\"VARCHAR\"]') "
                f"ELSE TRY_CAST({cell} AS VARCHAR[]) END",
            ),
        ],
        split,
    )
    items = f"list_filter(list_transform({parts}, lambda _part: {trimmed('_part')}), lambda _part: _part IS NOT NULL)"
    not_a_list = case([("_items IS NULL", literal("not a list"))])  # a list of nothing is an empty cell
    if not column.identifier:
        masked = f"list_transform(_items, lambda _item: {mask_sql('_item')})"
        return _Made(
            let("_items", items, case([("len(_items) > 0", masked)])),
            let("_items", items, not_a_list),
            lambda value: _masked(f"list_aggregate({value}, 'string_agg', ';')", cell),
        )
    made = identifier_sql(column.identifier, "_item", ssn_secret=reading.ssn_secret, damaged=reading.damaged)
    values = f"list_transform(_items, lambda _item: {made.value})"
    complete = "len(_values) > 0 AND len(_values) = len(list_filter(_values, lambda _value: _value IS NOT NULL))"
    first_bad = f"list_filter(_items, lambda _item: ({made.value}) IS NULL)[1]"
    complaint = case([("len(_items) > 0", let("_item", first_bad, made.complaint))], not_a_list)

    def mended(value: str) -> str:  # noqa: ARG001
        bad = f"list_filter(_items, lambda _item: ({made.value}) <> _item)"
        names = f"list_transform({bad}, lambda _item: {made.repair})"
        return let("_items", items, f"list_filter({names}, lambda _name: _name IS NOT NULL)[1]")

    return _Made(
        let("_items", items, let("_values", values, case([(complete, "_values")]))),
        let("_items", items, complaint),
        mended if made.repair else None,
    )


def _json(column: Column, cell: str, reading: _Reading) -> _Made:  # noqa: ARG001
    return _Made(
        case([(f"json_valid({cell})", mask_sql(cell))]),
        literal("not JSON"),
        lambda value: _masked(value, cell),
    )


_MAKERS: dict[ColumnType, Callable[[Column, str, _Reading], _Made]] = {
    ColumnType.TEXT: _text,
    ColumnType.CODE: _code,
    ColumnType.DATE: _date,
    ColumnType.USD: _usd,
    ColumnType.USD_CHANGE: _usd_change,
    ColumnType.AMOUNT: _amount,
    ColumnType.INTEGER: _integer,
    ColumnType.LIST: _list,
    ColumnType.JSON: _json,
}
