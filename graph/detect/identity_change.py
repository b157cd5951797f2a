"""Identity change: an importer or maker that goes on under another number after customs had something against it.

Method: each newcomer is set beside everybody who stopped, or fell to half, around its beginning and shares
something rare with it (partners, exporters, consignees, values on file). What agrees is weighed as in Fellegi and
Sunter (1969), with chance agreement counted in the same data. A newcomer has one predecessor, the likeliest; a
chain or a split is one scheme. Without an event that somebody would leave behind it is a rename or a merger, and is
told as such.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from graph.detect.calibration import read_calibration
from graph.detect.last_day import last_day
from graph.detect.queue import FALSE_DISCOVERY_RATE, e_bh
from graph.detect.succession.on_file import read_files
from graph.detect.succession.search import search
from graph.detect.succession.sides import IMPORTERS, MAKERS, traded
from graph.detect.succession.story import Scheme, read_records, tell
from graph.detect.succession.weigh import Weighed, Weighing, weigh
from graph.facts.store import FactStore
from graph.model.finding import Finding

# Below this a pair is not worth telling, unless the two are one firm beyond doubt: then it is told as a rename.
LEAST_PROBABILITY = 0.05
LEAST_SAME_FIRM = 0.05
RENAMED_FROM = 0.8
# A second newcomer of one predecessor, or a further link of a chain, must stand by itself.
JOINING_PROBABILITY = 0.5
# Nothing that is likelier wrong than right is queued.
LEAST_QUEUED = 0.5


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """The detector. Its page in the docs says what each number means."""

    name: str = "identity_change"
    version: str = "14"

    def detect(
        self, facts: FactStore, *, as_of: date | None = None, progress: Callable[[str], None] | None = None
    ) -> list[Finding]:
        """The findings as known on `as_of`, or on the last day of the facts."""
        until = as_of or last_day(facts)
        if until is None:
            return []
        calibration = read_calibration(self.name)
        findings: list[Finding] = []
        with (
            facts.kept(traded(facts, as_of=as_of, until=until)) as lines,
            read_files(facts, as_of=as_of) as files,
        ):
            for side in (IMPORTERS, MAKERS):
                found = search(facts, lines, files, side, as_of=as_of, until=until, progress=progress)
                if found is None:
                    continue
                weighed = weigh(
                    facts, found, calibration, traded=lines, as_of=as_of, until=until, least=LEAST_SAME_FIRM
                )
                chosen = chosen_predecessors(weighed)
                schemes = merge(weighed.pairs)
                least_queued = least_for_queue(s[0].probability for s in schemes if any(w.old in chosen for w in s))
                records = read_records(facts, files, found, (w for s in schemes for w in s), as_of=as_of, until=until)
                for pairs in schemes:
                    account = Scheme(
                        tuple(pairs),
                        as_of=until,
                        probability=max(w.probability for w in pairs),
                        calibration=calibration.label,
                        queue=any(w.old in chosen for w in pairs) and pairs[0].probability >= least_queued,
                        e_value=max((chosen_e_value(weighed, w) for w in pairs), default=None),
                        tested=weighed.tested,
                        stand_ins=weighed.stand_ins,
                    )
                    findings.append(tell(account, found, records, name=self.name, version=self.version))
        return sorted(findings, key=lambda finding: (-finding.probability, finding.id))


def chosen_e_value(weighed: Weighing, pair: Weighed) -> float:
    """The e-value of a pair's predecessor; what was said openly speaks for nothing."""
    return 0.0 if pair.settled else weighed.e_values.get(pair.old, 0.0)


def chosen_predecessors(weighed: Weighing) -> set[str]:
    """The predecessors that e-BH selects among all that were tested."""
    picked = e_bh(list(weighed.e_values.values()), weighed.tested)
    return {old for old, ok in zip(weighed.e_values, picked, strict=True) if ok}


def least_for_queue(probabilities: Iterable[float]) -> float:
    """The least probability at which all that are as probable are right to nine in ten, as far as they say.

    What is likelier wrong than right costs an innocent firm more than it can bring and is not queued in any company.

    >>> least_for_queue([0.99, 0.95, 0.8, 0.3])
    0.8
    >>> least_for_queue([0.99, 0.99, 0.99, 0.99, 0.99, 0.49])
    0.99
    """
    wrong, least = 0.0, 1.0
    for count, probability in enumerate(sorted(probabilities, reverse=True), start=1):
        wrong += 1 - probability
        if wrong > FALSE_DISCOVERY_RATE * count or probability < LEAST_QUEUED:
            break
        least = probability
    return least


def merge(pairs: tuple[Weighed, ...]) -> list[list[Weighed]]:
    """Pairs worth telling that belong to one scheme: a chain (one's successor is another's predecessor) or a split.

    The most probable pair stands; others of its parties join it where they would stand by themselves, or are parts of
    one firm that were weighed together.
    """
    told = [w for w in pairs if w.probability >= LEAST_PROBABILITY or w.same_firm >= RENAMED_FROM]
    scheme_of: dict[str, int] = {}
    schemes: list[list[Weighed]] = []
    for w in told:
        near = sorted({scheme_of[party] for party in (w.old, w.new) if party in scheme_of})
        if not near:
            schemes.append([w])
            number = len(schemes) - 1
        elif w.probability >= JOINING_PROBABILITY or w.parts:
            number = near[0]
            schemes[number].append(w)
            for other in near[1:]:
                schemes[number] += schemes[other]
                schemes[other] = []
                scheme_of = {party: number if at == other else at for party, at in scheme_of.items()}
        else:
            continue
        scheme_of[w.old] = scheme_of[w.new] = number
    return [scheme for scheme in schemes if scheme]
