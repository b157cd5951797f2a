"""What a person is about to look into, in the numbers and words that past work can be asked for.

Invariant: numbers are in normal form and without their kind; a question says nothing of how it was typed.
"""

from dataclasses import dataclass
from datetime import date

# The columns of an issue that name things, by the kind of thing they name.
NAMING = {
    "importer": "importer_numbers", "manufacturer": "manufacturer_ids", "port": "port_codes", "hts": "hts_numbers",
    "case": "case_numbers", "ruling": "ruling_numbers", "entry": "entry_numbers",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A matter that may have been looked into before: who, where, what goods, under which case, in which words.

    `named` holds the numbers by the kinds of `NAMING`. `itself` is the issue that asks, which is no precedent of
    its own. With `as_of`, only what was known on that day counts.
    """

    named: dict[str, tuple[str, ...]]
    text: str = ""
    itself: str = ""
    as_of: date | None = None

    def of(self, kind: str) -> tuple[str, ...]:
        """The numbers of one kind that are asked about."""
        return self.named.get(kind, ())

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return not self.text.strip() and not any(self.named.values())

    @property
    def parties(self) -> tuple[str, ...]:
        """The entity ids of the importers and makers that are asked about."""
        return tuple(f"{kind}:{key}" for kind in ("importer", "manufacturer") for key in self.of(kind))
