"""Transshipment rings: goods under an order against one country arrive as goods of another.

Method: every maker in a third country that ships goods under an order and is new since the petition, or gained
customers that had bought from the order's country, is examined: whether its lots came in as they went out, its
price, its customers' past, what it shares with suppliers and importers, what its plant can make, what else it
buys. Most of this is measured in bits against the same world's own rates; a logistic curve with declared signs,
fitted to planted truth, makes it a probability. Makers with the same customers or rare ties are one ring.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from graph.detect.calibration import Calibration, read_calibration
from graph.detect.diversion.examine import examine
from graph.detect.diversion.examined import Examination
from graph.detect.diversion.features import all_features
from graph.detect.diversion.orders import read_orders
from graph.detect.diversion.outside import STILL_DIVERTED
from graph.detect.diversion.rings import Weighed, rings
from graph.detect.diversion.story import Told, named_customers, tell
from graph.detect.diversion.trade import kept, lines_without_maker, scope_lines
from graph.detect.last_day import last_day
from graph.detect.queue import e_bh
from graph.facts.store import FactStore
from graph.model.finding import Finding

# Below this a candidate is no more worth a person's time than a guess.
LEAST_PROBABILITY = 0.05


@dataclass(frozen=True, slots=True)
class TransshipmentRing:
    """The detector. Its page in the docs says what each number means."""

    name: str = "transshipment_ring"
    version: str = "8"

    def detect(
        self, facts: FactStore, *, as_of: date | None = None, progress: Callable[[str], None] | None = None
    ) -> list[Finding]:
        """The findings as known on `as_of`, or on the last day of the facts."""
        until = as_of or last_day(facts)
        if until is None:
            return []
        orders = read_orders(facts, as_of=as_of, until=until)
        lines = scope_lines(facts, orders, as_of=as_of, until=until)
        if lines is None:
            return []
        calibration = read_calibration(self.name)
        with kept(facts, lines) as held:
            seen = examine(facts, held, orders, as_of=as_of, until=until, progress=progress)
            if seen is None:
                return []
            weighed = weigh(seen, calibration)
            e_values = [e_value(w.probability, calibration) for w in weighed]
            chosen = dict(zip((w.key for w in weighed), e_bh(e_values, len(weighed)), strict=True))
            worth = {w.key: e for w, e in zip(weighed, e_values, strict=True)}
            told = [w for w in weighed if w.probability >= LEAST_PROBABILITY]
            buyers = [
                (w.examined.trade.order, c.taxpayer, w.examined.trade.origin)
                for w in told for c in named_customers(w.examined)
            ]  # fmt: skip
            nameless = lines_without_maker(held, buyers)
        if progress:
            progress("findings")
        share = trust(calibration)
        findings = [
            tell(
                Told(
                    ring, until, share * ring[0].probability, calibration.label, any(chosen[w.key] for w in ring),
                    max(worth[w.key] for w in ring), len(weighed), nameless,
                ),
                seen, name=self.name, version=self.version,
            )
            for ring in rings(told)
        ]  # fmt: skip
        return sorted(findings, key=lambda finding: (-finding.probability, finding.id))


def weigh(seen: Examination, calibration: Calibration) -> list[Weighed]:
    """Every candidate with its features and probability, likeliest first."""
    told = all_features(seen.examined)
    weighed = [
        Weighed(x, of, calibration.probability(of) * (STILL_DIVERTED if x.outside else 1.0))
        for x, of in zip(seen.examined, told, strict=True)
    ]
    return sorted(weighed, key=lambda w: (-w.probability, w.key))


def trust(calibration: Calibration) -> float:
    """What a ring's probability is worth where families are not known: right over said, in the topmost fifth held out.

    The curve is surest where a fit has seen the family; what is told is taken down by as much as that was wrong.
    """
    top = calibration.fitted["held_out"]["reliability"][-1]  # type: ignore[index]
    return min(1.0, float(top["right"]) / float(top["said"]))


def e_value(probability: float, calibration: Calibration) -> float:
    """The odds for the pattern over the odds that a candidate has before anything is known of it.

    A likelihood ratio is at most 1 on average where the pattern is not there, if the calibration holds.
    """
    before = float(calibration.fitted["planted"]) / float(calibration.fitted["leads"])  # type: ignore[arg-type]
    return probability / max(1 - probability, 1e-9) * (1 - before) / before
