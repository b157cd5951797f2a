"""Fitting probabilities: signs hold whatever the leads say, and what was held out tells how well they travel."""

import numpy as np
import pytest

from graph.detect.calibrate import LabelledLead, fit, held_out

SIGNS = {"evidence": (0.0, 5.0), "excuse": (-5.0, -1.0), "lawful": (-8.0, -4.0)}


def leads(n: int, *, slope: float, shift: float = 0.0, world: str = "w", family: str = "") -> list[LabelledLead]:
    """Leads whose truth follows a logistic curve on `evidence`."""
    draw = np.random.default_rng(n)
    x = draw.normal(0, 1, n)
    y = draw.random(n) < 1 / (1 + np.exp(-(slope * x + shift)))
    return [
        LabelledLead({"evidence": float(a), "excuse": 0.0, "lawful": 0.0}, bool(b), world=world, family=family)
        for a, b in zip(x, y, strict=True)
    ]


def test_coefficients_come_near_what_made_the_leads() -> None:
    fitted = fit(leads(4_000, slope=2.0, shift=-1.0), signs=SIGNS, label="here", fitted={"seed": 1})
    assert fitted.coefficients["evidence"] == pytest.approx(2.0, abs=0.2)
    assert fitted.intercept == pytest.approx(-1.0, abs=0.2)
    assert fitted.fitted["leads"] == 4_000
    assert fitted.fitted["seed"] == 1


def test_evidence_never_counts_against_the_pattern() -> None:
    fitted = fit(leads(2_000, slope=-2.0), signs=SIGNS, label="", fitted={})
    assert fitted.coefficients["evidence"] == 0.0


def test_leads_that_law_explains_leave_the_rest_alone() -> None:
    known = leads(500, slope=2.0)
    lawful = [LabelledLead({"evidence": 9.0, "excuse": 0.0, "lawful": 1.0}, planted=False)] * 500
    apart = fit(known + lawful, signs=SIGNS, label="", fitted={}, explained_by=("lawful",))
    assert apart.coefficients == fit(known, signs=SIGNS, label="", fitted={}).coefficients
    assert apart.coefficients["lawful"] == -6.0


def test_what_was_held_out_is_calibrated_where_families_are_alike() -> None:
    alike = [lead for n in range(4) for lead in leads(800 + n, slope=2.0, world=f"w{n}", family=f"f{n % 2}")]
    told = held_out(alike, signs=SIGNS)
    assert told["brier"] < told["brier_base_rate"]
    assert all(row["said"] == pytest.approx(row["right"], abs=0.08) for row in told["reliability"])


def test_what_was_held_out_shows_a_family_that_is_unlike_the_others() -> None:
    known = [lead for n in range(3) for lead in leads(800 + n, slope=3.0, world="w", family=f"f{n}")]
    strange = leads(900, slope=0.0, shift=-3.0, world="w", family="strange")
    alike, mixed = (held_out(some, signs=SIGNS)["brier"] for some in (known, known + strange))
    assert mixed > alike + 0.05
