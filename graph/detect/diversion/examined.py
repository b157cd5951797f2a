"""What was found about a candidate maker: its customers, lots, inward goods, ties, plant.

Invariant: each number here can be told in a finding with the rows that it rests on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.detect.diversion.casework import Looks
from graph.detect.diversion.goods import KeptPrice, Likeness
from graph.detect.diversion.orders import Order
from graph.detect.diversion.outside import Outside
from graph.detect.diversion.papers import Paper
from graph.detect.diversion.passage import Bills, Lots, Passage
from graph.detect.diversion.plants import Capacity, Plant
from graph.detect.diversion.surge import Surge
from graph.detect.diversion.ties import Claim, Held, Tie
from graph.detect.diversion.trade import Ints, Lines, MakerTrade


@dataclass(frozen=True, slots=True)
class Customer:
    """An importer of a maker's goods: what it bought from the order's country before and since.

    Where others receive what it enters, what they had from the order's country counts as its own.
    """

    taxpayer: str
    importer: str
    rows: Ints  # positions in the candidate's lines
    first_day: int
    new: bool
    home_lines_before: int
    home_lines_since: int
    switched: bool
    quit: bool
    suppliers: tuple[tuple[str, int], ...]  # makers of the order's country, with lines
    matched_lots: int
    named_lines: int  # whose own papers name the order's country
    fresh: bool  # began to import at all when it began to buy from the maker, after the petition
    settled: bool  # it, or who receives its goods, was in trade before
    fronts: bool  # fresh, and who receives its goods had bought them from the order's country
    home_rows: Ints  # positions in the lines of the order's country: what they bought there before
    kept_price: KeptPrice | None
    topped_up: bool = False  # of an old plant's usual trade; `rows` are those of lots that passed through


@dataclass(frozen=True, slots=True)
class Beginners:
    """How many of a maker's new customers began to import at all as they came to it, where `usual` of others' do."""

    fresh: int = 0
    new: int = 0
    usual: float = 0.0
    bits: float = 0.0


@dataclass(frozen=True, slots=True)
class Inward:
    """Named bills of lading to the maker, kg by what is in them; positions in the foreign bills."""

    same_kg: float
    other_kg: float
    unknown_kg: float
    named: Ints
    same: Ints
    other: Ints
    elsewhere: Ints  # of the same goods, from other countries than the order's
    headings: tuple[str, ...]  # of other goods
    gone_on: Ints  # of goods other than its material, those of which as much left for other countries soon after
    came_back: Ints  # of goods that it had sent to the order's country itself, in none of the others


@dataclass(frozen=True, slots=True)
class Habits:
    """Through whom a maker's goods are mostly entered, as what, and how usual both are on others' lines."""

    filer: str
    filer_share: float
    hts: str
    hts_share: float


@dataclass(frozen=True, slots=True)
class Examined:
    """A candidate maker with all that was found about it."""

    trade: MakerTrade
    order: Order
    new: bool
    rows: Ints  # its lines under the order since its new trade began
    customers: tuple[Customer, ...]
    newcomer_bits: float
    chance_share: float
    switched_bits: float
    kept_bits: float  # its new customers pay what they paid before, rather than what others pay in its country
    likeness: tuple[Likeness, ...]
    lots: Lots
    passage: Passage
    inward: Inward
    shipped_kg: float
    suppliers: tuple[str, ...]  # makers of the order's country behind the goods, most probable first
    supplier_shipper: str  # the shipper's name on inward bills
    ties: tuple[tuple[Tie, str, float], ...]
    alleged: tuple[Claim, ...]
    disclosed: tuple[Claim, ...]
    plant: Plant | None
    years_standing: float | None
    capacity: Capacity | None
    capacity_ratio: float | None
    old_plant: str
    old_plant_share: float
    others_switched: int
    first_quarter_kg: float
    papers: tuple[Paper, ...]  # that name the order's country, the most telling first
    sender: str  # who mostly ships or exports the lots that its papers give to the order's country
    circle: tuple[Held, ...]  # on file of it or of its new customers, and of few others
    circle_size: int  # it and its new customers
    habits: Habits
    looks: Looks  # of customs at its goods and its plant
    outside: Outside  # what leaves its goods out of the order
    succeeds: Claim | None = None  # the fact on record that it goes on for a maker of its country that shipped before
    beginners: Beginners = Beginners()  # among its customers; known once all candidates are


@dataclass(frozen=True, slots=True)
class Examination:
    """All candidates with the lines and bills that their positions point to."""

    examined: tuple[Examined, ...]
    lines: Lines
    home: Lines
    foreign: Bills
    bills: Bills
    bill_at: dict[str, int]
    orders: tuple[Order, ...]
    surges: Mapping[tuple[int, str], Surge]  # by order and origin, where there are months enough to tell
