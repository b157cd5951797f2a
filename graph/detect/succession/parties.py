"""All that is known of the parties that stand in any pair, as arrays by their numbers.

Invariant: a party's number is its place in `names`; what is counted over everybody says so.
"""

from dataclasses import dataclass

from graph.detect.succession.trade import Calendar, Floats, Held, Ints, Names, Sellers


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties that stand in any pair: by number, their days and entries, habits, partners and values on file."""

    names: Names
    first_day: Ints
    last_day: Ints
    entries: Floats
    partner: Held
    heading: Held
    habits: dict[str, Held]
    on_file: dict[str, Held]
    calendar: Calendar
    settlers: Calendar  # by partner: the paces of all firms of long standing that began to deal with it
    newcomers: Calendar  # and of all newcomers that did
    leaving_days: Ints  # last days of everybody, in order
    until: int
    all_entries: float  # of all parties of the side, in pairs or not
    all_days: float
    first_of_all: int  # the first day of the facts
    sellers: Sellers  # by partner and customer: how many bring the one's goods to the other
    woken: Floats  # 1 for who was asleep for a year or more and is counted since, else 0
