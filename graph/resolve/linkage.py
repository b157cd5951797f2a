"""How probable it is that two records are of one party: Fellegi and Sunter's model, estimated and summed by Splink.

Invariant: what a feature weighs is log2(m) and the rarity of what is shared (term-frequency adjusted); m, how often
records of one party compare so, is declared here, estimated from the data by expectation maximisation where these
are enough, and never leaves a band around the declared value. The settings are made once for every backend.

Pairs are compared before (`graph.resolve.evidence`), for no backend compares companies' names as bags of words; a
pair stands in two tables under one number, which is what Splink blocks on.

Source: Fellegi and Sunter, A Theory for Record Linkage (1969); Splink 5 (MIT) for estimation and scoring.
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from splink import Linker, SettingsCreator, block_on
from splink.comparison_level_library import CustomLevel, ElseLevel
from splink.comparison_library import CustomComparison

from graph.resolve.evidence import FEATURES, MOST_BITS, UNKNOWN, Pairs

# Splink warns of every level that a data set lacks; what is declared stands in for these.
logging.getLogger("splink").setLevel(logging.ERROR)

Weights = npt.NDArray[np.float64]
Model = dict[str, tuple[float, ...]]  # feature -> m of each level, from different upwards


@dataclass(frozen=True, slots=True)
class Declared:
    """What is held of a feature before any data: m of each level, and what a bit of its rarity is worth.

    Things that firms share with their neighbours, families or lawyers are worth less than their rarity says.
    """

    m: tuple[float, ...]
    worth: float
    most_bits: float = MOST_BITS


DECLARED: Final[Mapping[str, Declared]] = {
    "name": Declared((0.03, 0.07, 0.10, 0.20, 0.60), 0.75, 22),
    "address": Declared((0.30, 0.08, 0.17, 0.45), 0.75),
    "place": Declared((0.25, 0.25, 0.50), 0.6),
    "country": Declared((0.02, 0.98), 0.7, 3),  # there are few countries, and fewer that trade much
    "phone": Declared((0.30, 0.03, 0.67), 0.75),
    "email": Declared((0.35, 0.03, 0.62), 0.75),
    "website": Declared((0.30, 0.70), 0.6),
    "officer": Declared((0.30, 0.05, 0.65), 0.7),
    "registered_agent": Declared((0.50, 0.50), 0.4),
    "bond": Declared((0.60, 0.02, 0.38), 0.8),
    "established": Declared((0.05, 0.03, 0.08, 0.84), 0.8, 10),
    "identifier": Declared((0.12, 0.10, 0.78), 1.0),
    # A MID is made of a name and an address: two makers can have the same, and one maker several.
    "manufacturer_id": Declared((0.25, 0.10, 0.65), 0.75),
    "number": Declared((2.0**-10,), 0.0),
    # A firm can be entered in two registers on two days; a person is born once.
    "given_name": Declared((2.0**-3,), 0.0),
    "birth": Declared((2.0**-6,), 0.0),
    "person_number": Declared((2.0**-8,), 0.0),
}
# Who shares one of these with a sister firm, a household or a neighbour shares several. One in ten records that share
# them all is of somebody else, so that together they outweigh the prior by no more than so many bits.
CONTACTS: Final = (
    "address",
    "place",
    "phone",
    "email",
    "website",
    "officer",
    "registered_agent",
    "bond",
    "manufacturer_id",
)
CONTACTS_BITS: Final = 3.3
_DECLARED_COUNTS: Final = 200  # matches that a declared m is as good as
_FEWEST: Final = 100  # expected matches from which the data are asked
_BAND: Final = 3.0
_SAMPLE: Final = 40_000
_U_DIFFERENT: Final = 0.98


Backend = Callable[[], Any]  # opens what Splink runs on: `splink.DuckDBAPI`, or a `SparkAPI` of a new session


@dataclass(frozen=True, slots=True)
class Scored:
    """The weight of each pair in bits, prior included, and each feature's part in it. One row a pair."""

    bits: Weights
    parts: Mapping[str, Weights]

    @property
    def probability(self) -> Weights:
        """The probability that the two records are of one party."""
        return 1.0 / (1.0 + np.exp2(-self.bits))


def declared_model() -> Model:
    """m of each level before any data."""
    return {name: declared.m for name, declared in DECLARED.items()}


def estimate(pairs: Pairs, backend: Backend, *, prior_bits: float) -> Model:
    """m of each level from these pairs, drawn towards what is declared; what is declared where pairs are too few."""
    model = declared_model()
    sample = _sampled(pairs)
    if len(sample.left) < _FEWEST:
        return model
    expected = float(score(sample, model, backend, prior_bits=prior_bits).probability.sum())
    if expected < _FEWEST:
        return model
    linker, _ = _linker(sample, model, backend, prior_bits, multiply=True)
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("pair"), fix_probability_two_random_records_match=True, fix_u_probabilities=True
    )
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        name = comparison["output_column_name"]
        if len(model[name]) == 1:
            continue
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        found = [level.get("m_probability") or 0.0 for level in reversed(levels)]
        model[name] = _drawn(model[name], found, expected)
    return model


def score(pairs: Pairs, model: Model, backend: Backend, *, prior_bits: float) -> Scored:
    """What each pair weighs under a model."""
    size = len(pairs.left)
    if not size:
        return Scored(np.zeros(0), {feature.name: np.zeros(0) for feature in FEATURES})
    linker, back = _linker(pairs, model, backend, prior_bits, multiply=False)
    columns = ", ".join(
        f"mw_{f.name} + {f'mw_tf_adj_{f.name}' if DECLARED[f.name].worth else '0.0'} AS {f.name}" for f in FEATURES
    )
    predicted = linker.inference.predict()
    rows = linker.misc.query_sql(  # type: ignore[no-untyped-call]
        f"SELECT pair_l AS pair, match_weight, {columns} FROM {predicted.physical_name} ORDER BY pair"
    ).as_pyarrow_table()
    predicted.drop_table_from_database_and_remove_from_cache()
    parts = {f.name: rows[f.name].to_numpy(zero_copy_only=False)[back] for f in FEATURES}
    return Scored(rows["match_weight"].to_numpy(zero_copy_only=False)[back], parts)


def settings(model: Model, *, prior_bits: float) -> SettingsCreator:
    """The model as Splink's settings, for any of its backends."""
    return SettingsCreator(
        link_type="link_only",
        comparisons=[_comparison(feature.name, feature.levels, model[feature.name]) for feature in FEATURES],
        blocking_rules_to_generate_predictions=[block_on("pair")],
        probability_two_random_records_match=2.0**-prior_bits,
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=False,
        additional_columns_to_retain=["pair"],
        # A level that no match shows loses its m by many orders a turn, and Splink refuses what underflows.
        max_iterations=5,
    )


def _comparison(name: str, levels: tuple[str, ...], m: tuple[float, ...]) -> CustomComparison:
    """A feature's levels, from most alike downwards. What is shared is as likely by chance as its rarity says."""
    made: list[Any] = [CustomLevel(f"{name}_l IS NULL", "unknown").configure(is_null_level=True)]
    if len(levels) == 1:
        made.append(
            CustomLevel(f"{name}_l = 0", levels[0]).configure(
                m_probability=m[0], u_probability=0.999, fix_m_probability=True, fix_u_probability=True
            )
        )
        made.append(ElseLevel().configure(m_probability=1 - m[0], u_probability=0.001))
        return CustomComparison(output_column_name=name, comparison_levels=made)
    for level in range(len(levels) - 1, 0, -1):
        made.append(
            CustomLevel(f"{name}_l = {level}", levels[level]).configure(
                m_probability=m[level],
                u_probability=(1 - _U_DIFFERENT) / (len(levels) - 1),
                tf_adjustment_column=f"{name}_bits",
                disable_tf_exact_match_detection=True,
            )
        )
    made.append(ElseLevel().configure(m_probability=m[0], u_probability=_U_DIFFERENT))
    return CustomComparison(output_column_name=name, comparison_levels=made)


def _linker(
    pairs: Pairs, model: Model, backend: Backend, prior_bits: float, *, multiply: bool
) -> tuple[Linker, npt.NDArray[np.int64]]:
    """A linker over pairs. Pairs that compare alike stand in it once unless `multiply`; and where each is found."""
    worth = _worth(pairs, prior_bits + CONTACTS_BITS)
    compared = np.stack([column for f in FEATURES for column in (pairs.levels[f.name], worth[f.name])])
    back = np.arange(compared.shape[1])
    if not multiply:
        _, first, back = np.unique(_mixed(compared), return_index=True, return_inverse=True)
        compared = compared[:, first]
    columns: dict[str, Any] = {"unique_id": np.arange(compared.shape[1]), "pair": np.arange(compared.shape[1])}
    for place, feature in enumerate(FEATURES):
        levels = compared[2 * place]
        columns[feature.name] = pa.array(levels, mask=levels == UNKNOWN)
        columns[f"{feature.name}_bits"] = compared[2 * place + 1]
    table = pa.table(columns)
    opened = backend()
    sides = [opened.register(table, dataset_display_name=name) for name in ("one_side", "other_side")]
    linker = Linker(sides, settings(model, prior_bits=prior_bits), log_level=None, validate_settings=False)
    rarities = np.arange(MOST_BITS + 1)
    for feature in FEATURES:
        column = f"{feature.name}_bits"
        frequencies = pa.table({column: pa.array(rarities, pa.int8()), f"tf_{column}": 2.0 ** -rarities.astype(float)})
        linker.table_management.register_term_frequency_lookup(opened.register(frequencies), column)
    return linker, back.reshape(-1)


def _mixed(compared: npt.NDArray[np.int8]) -> npt.NDArray[np.uint64]:
    """A number for each column that other columns do not have: two of a million get the same one in 10 million runs."""
    factors = np.random.default_rng(0).integers(1, 2**63, len(compared), dtype=np.uint64) | np.uint64(1)
    mixed = np.zeros(compared.shape[1], dtype=np.uint64)
    for row, factor in zip(compared, factors, strict=True):
        mixed += (row.astype(np.int64) + 2).astype(np.uint64) * factor
    return mixed


def _worth(pairs: Pairs, most_of_contacts: float) -> dict[str, npt.NDArray[np.int8]]:
    """The bits of each feature that count: each at its worth, contacts together no more than they can be."""
    worth = {
        name: np.minimum(pairs.bits[name] * declared.worth, declared.most_bits) for name, declared in DECLARED.items()
    }
    together = np.sum([worth[name] for name in CONTACTS], axis=0)
    part = np.minimum(1.0, most_of_contacts / np.maximum(together, 1.0))
    for name in CONTACTS:
        worth[name] = worth[name] * part
    return {name: np.rint(bits).astype(np.int8) for name, bits in worth.items()}


def _sampled(pairs: Pairs) -> Pairs:
    """Every so-manieth pair, so that estimation takes the same time for a million pairs as for a hundred thousand."""
    step = max(1, math.ceil(len(pairs.left) / _SAMPLE))
    if step == 1:
        return pairs
    return Pairs(
        pairs.left[::step],
        pairs.right[::step],
        {name: levels[::step] for name, levels in pairs.levels.items()},
        {name: bits[::step] for name, bits in pairs.bits.items()},
    )


def _drawn(declared: tuple[float, ...], found: list[float], matches: float) -> tuple[float, ...]:
    """What was found, drawn towards what is declared and kept in a band around it; the whole is 1 again."""
    share = matches / (matches + _DECLARED_COUNTS)
    mixed = [
        min(max(share * f + (1 - share) * d, d / _BAND), d * _BAND, 1.0) for d, f in zip(declared, found, strict=True)
    ]
    whole = sum(mixed)
    return tuple(m / whole for m in mixed)
