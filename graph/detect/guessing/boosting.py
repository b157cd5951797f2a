"""The strongest of the baselines: gradient boosting that learns from the truth itself which importers are in it.

It may use the truth that it is judged by, out of fold: what it says of an importer comes from trees that never saw
a scheme of that importer's controller. No detector is given as much.
"""

from collections.abc import Sequence

import numpy as np

from graph.detect.guessing.profiles import Floats, Ints, Profiles
from graph.detect.truth import Scheme, party_key

FOLDS = 5
# With fewer controllers than folds some trees would have nothing to learn from.
LEAST_CONTROLLERS = 2 * FOLDS


def boosted(worlds: Sequence[tuple[Profiles, Sequence[Scheme]]], *, kind: str) -> list[Floats] | None:
    """Of each world the probability, out of fold, that an importer belongs to a positive scheme of the kind.

    All worlds together are one training set. None where too few controllers are in it to learn from.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    labelled = [_labels(profile, schemes, kind=kind) for profile, schemes in worlds]
    planted = np.concatenate([labels for labels, _ in labelled])
    controllers = {(w, c) for w, (labels, who) in enumerate(labelled) for c in {*who[labels].tolist()}}
    if len(controllers) < LEAST_CONTROLLERS:
        return None
    fold = np.concatenate([_folds(who, labels, seed=w) for w, (labels, who) in enumerate(labelled)])
    x = np.concatenate([profile.matrix() for profile, _ in worlds])
    told = np.zeros(len(planted))
    for one in range(FOLDS):
        trees = HistGradientBoostingClassifier(
            max_iter=100, learning_rate=0.1, max_leaf_nodes=15, l2_regularization=1.0, early_stopping=False,
            random_state=0,
        )  # fmt: skip
        # Threads that wait for each other on a busy machine take many times as long as one.
        with threadpool_limits(limits=1, user_api="openmp"):
            trees.fit(x[fold != one], planted[fold != one])
            told[fold == one] = trees.predict_proba(x[fold == one])[:, 1]
    ends = np.cumsum([len(profile.taxpayers) for profile, _ in worlds])
    return np.split(told, ends[:-1])


def _labels(profile: Profiles, schemes: Sequence[Scheme], *, kind: str) -> tuple[np.ndarray, Ints]:
    """Of each importer whether it is in a positive scheme of the kind, and a number for its controller (-1: nobody's).

    Look-alikes have controllers too, and stay in one fold as well.
    """
    place = {party_key(entity): i for i, entity in enumerate(profile.entities)}
    planted = np.zeros(len(place), dtype=bool)
    who = np.full(len(place), -1, dtype=np.int64)
    number: dict[str, int] = {}
    for scheme in sorted(schemes, key=lambda s: (not (s.positive and s.kind == kind), s.scheme_id)):
        code = number.setdefault(scheme.controller, len(number))
        for i in (place[party] for party in scheme.parties if party in place):
            planted[i] |= scheme.positive and scheme.kind == kind
            who[i] = code if who[i] < 0 else who[i]
    return planted, who


def _folds(who: Ints, planted: np.ndarray, *, seed: int) -> Ints:
    """A fold for every importer: those of one controller together, planted controllers spread evenly."""
    draw = np.random.default_rng(seed)
    fold = draw.integers(0, FOLDS, len(who))
    for some in (np.unique(who[planted]), np.setdiff1d(np.unique(who[who >= 0]), who[planted])):
        for turn, one in enumerate(draw.permutation(some)):
            fold[who == one] = turn % FOLDS
    return fold
