"""Random numbers of a simulated world: one independent stream for every stage of its making.

Invariant: a stage draws from its own stream only, so that a change in one stage leaves the others' draws
as they were, and the same seed gives the same world.
"""

import numpy as np

# The order is part of a world's identity: append, never reorder.
STAGES = (
    "importers",
    "makers",
    "services",
    "lots",
    "ports",
    "lines",
    "equipment",
    "actions",
    "schemes",
    "numbers",
    "entry_lines",
    "bills",
    "foreign_bills",
    "records",
    "orders",
    "issues",
    "documents",
    "programmes",
    "action_cells",
    "claims",
    "preferences",
    "criteria",
    "issue_snapshots",
    "interventions",
    "laboratory",
    "attachments",
    "notices",
    "new_orders",
    "offices",
    "new_makers",
    "diversion",
    "society",
    "misspelled",
    "filings",
    "precedents",
)


def stream(seed: int, stage: str) -> np.random.Generator:
    """The generator of one stage; ValueError for a stage that is not listed."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(STAGES.index(stage),))))
