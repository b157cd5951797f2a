"""A profile: the editable mapping from one kind of file to a canonical table, read from TOML.

Invariant: a profile only declares. Everything it can say is a field here, and a field it does not know is an
error that names the file; so a mistyped key cannot silently change what is loaded.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from graph.model.errors import Invalid
from graph.model.tables import TABLES, IdentifierType

SHIPPED = Path(__file__).parent / "profiles"

FileKind = Literal["delimited", "workbook", "json_records"]


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]


class Aliases(BaseModel):
    """One cell that holds several names: the first is the name, the others are its aliases."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    between: Pattern  # what stands between two names
    into: str = "other_names"
    kind: str = "aka"


class Profile(BaseModel):
    """How one kind of file is recognised, and how its columns become those of a canonical table.

    `columns` gives, for each of our columns, the sender's headers for it, the best first; they are matched
    trimmed, case-folded and with inner blanks collapsed. A name that the table does not have is a clearer
    name for a column kept in `extra`. The steps run in the order of the fields below.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    table: str
    files: tuple[FileKind, ...]
    file_names: tuple[str, ...] = ()  # shell patterns; a hint, never a condition
    needs: tuple[str, ...]  # our columns without which the file is not of this kind
    columns: dict[str, tuple[str, ...]]
    shapes: dict[str, Pattern] = Field(default_factory=dict)  # what the first cells must look like
    delimiters: tuple[str, ...] = (",", "\t", ";", "|")
    sheets: tuple[str, ...] = ()  # parts of sheet names, the preferred first; else the first sheet
    records: str = ""  # JSON: the key under which the list of records stands
    left_out: str = ""  # why no row of such a file is loaded, where none is

    drop_rows: tuple[Pattern, ...] = ()  # rows whose first cell says that they are no data
    fill_down: tuple[tuple[str, ...], ...] = ()  # groups; a blank first column means: as in the row above
    otherwise: dict[str, str] = Field(default_factory=dict)  # where a column is blank, the one that stands in
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)  # the sender's code -> ours
    countries: tuple[str, ...] = ()  # columns that hold country names
    widths: dict[str, int] = Field(default_factory=dict)  # a code list's own width, where zeros were lost
    split: dict[str, Pattern] = Field(default_factory=dict)  # what separates the items of a list column
    aliases: Aliases | None = None
    dates: dict[str, Literal["day_first", "month_first", "timestamp"]] = Field(default_factory=dict)
    derive: dict[str, str] = Field(default_factory=dict)  # templates: "FR-{document_number}"
    normal: dict[str, IdentifierType] = Field(default_factory=dict)  # brought to normal form where they parse
    drop_columns: dict[str, str] = Field(default_factory=dict)  # our column -> why it is not kept, not even in extra
    damaged: tuple[str, ...] = ()  # columns that lost leading zeros before they came to us
    foreign_identifiers: tuple[str, ...] = ()  # columns with identifiers of another administration
    administration: str = ""  # that administration's country

    @model_validator(mode="after")
    def _columns_exist(self) -> "Profile":
        if self.table not in TABLES:
            raise ValueError(f"table {self.table!r} is not one of {', '.join(sorted(TABLES))}")
        ours = {column.name for column in TABLES[self.table].columns}
        for unknown in [name for name in self.foreign_identifiers if name not in ours]:
            raise ValueError(f"foreign_identifiers: {self.table} has no column {unknown!r}")
        for unknown in [name for name in self.needs if name not in self.columns]:
            raise ValueError(f"needs: {unknown!r} has no headers under [columns]")
        columns_of: dict[str, str] = {}
        for column, headers in self.columns.items():
            for header in headers:
                other = columns_of.setdefault(" ".join(header.split()).casefold(), column)
                if other != column:
                    raise ValueError(f"columns: the header {header!r} stands under {other!r} and {column!r}")
        if self.foreign_identifiers and not self.administration:
            raise ValueError("foreign_identifiers need the administration that issued them")
        return self


def read_profile(path: Path) -> Profile:
    """The profile in a TOML file; `Invalid` names the file and what is wrong with it."""
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"Profile {path} is not TOML: {error}.", thing=str(path), next_step="Mend the file.") from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or 'all'}: {fault['msg']}" for fault in error.errors()]
        raise Invalid(
            f"Profile {path} is not one: {'; '.join(faults)}.",
            thing=str(path),
            next_step="See docs/reference/profiles.md for what a profile can say.",
        ) from error


def read_profiles(folder: Path) -> Iterator[Profile]:
    """All profiles of a folder, by file name."""
    for path in sorted(folder.glob("*.toml")):
        yield read_profile(path)
