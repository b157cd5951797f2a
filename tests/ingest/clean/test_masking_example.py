"""The example in the documentation of masking is true."""

import doctest

import ingest.clean.masking


def test_the_example_in_the_documentation_holds() -> None:
    results = doctest.testmod(ingest.clean.masking)
    assert (results.attempted, results.failed) == (2, 0)
