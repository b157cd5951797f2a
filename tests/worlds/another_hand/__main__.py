"""Command line: python -m tests.worlds.another_hand --seed N --lines 200000 --out DIR [--empty]."""

import argparse
from pathlib import Path

from tests.worlds.another_hand.make import write_world


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--empty", action="store_true", help="plant only honest look-alikes")
    given = parser.parse_args()
    world = write_world(given.out, seed=given.seed, lines=given.lines, empty=given.empty)
    planted = sum(scheme.duty is not None for scheme in world.schemes)
    print(f"{given.out}: {planted} schemes, {len(world.schemes) - planted} look-alikes")


if __name__ == "__main__":
    main()
