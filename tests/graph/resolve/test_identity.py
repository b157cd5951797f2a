"""Ids of parties survive reruns, growth, merges and splits."""

from hypothesis import given
from hypothesis import strategies as st

from graph.resolve.identity import inherited_ids


def test_the_same_records_get_the_same_ids() -> None:
    groups = [["r1", "r2"], ["r3"]]
    assert inherited_ids(groups, {}, {}) == inherited_ids(groups, {}, {})


def test_an_id_survives_growth() -> None:
    (old,), _ = inherited_ids([["r2"]], {}, {})
    (new,), redirects = inherited_ids([["r0", "r1", "r2"]], {"r2": old}, {})
    assert (new, redirects) == (old, {})


def test_a_merge_keeps_the_greater_part_and_redirects_the_other() -> None:
    (one, other), _ = inherited_ids([["r1"], ["r2", "r3"]], {}, {})
    before = {"r1": one, "r2": other, "r3": other}
    assert inherited_ids([["r1", "r2", "r3"]], before, {}) == ([other], {one: other})


def test_a_split_keeps_the_id_with_most_records_and_never_gives_it_out_twice() -> None:
    (whole,), _ = inherited_ids([["r1", "r2", "r3"]], {}, {})
    before = dict.fromkeys(("r1", "r2", "r3"), whole)
    (small, great), redirects = inherited_ids([["r1"], ["r2", "r3"]], before, {})
    assert great == whole
    assert small != whole
    assert redirects == {}


def test_a_redirect_leads_on_to_where_the_party_went_later() -> None:
    (one, other, third), _ = inherited_ids([["r1"], ["r2", "r3"], ["r4", "r5", "r6"]], {}, {})
    before = {"r1": one, "r2": other, "r3": other, "r4": third, "r5": third, "r6": third}
    _, first = inherited_ids([["r1", "r2", "r3"], ["r4", "r5", "r6"]], before, {})
    before |= {"r1": other}
    _, second = inherited_ids([["r1", "r2", "r3", "r4", "r5", "r6"]], before, first)
    assert second == {one: third, other: third}


partitions = st.lists(st.integers(0, 3), min_size=6, max_size=6)


def grouped(labels: list[int]) -> list[list[str]]:
    groups: dict[int, list[str]] = {}
    for record, label in enumerate(labels):
        groups.setdefault(label, []).append(f"r{record}")
    return list(groups.values())


@given(partitions, partitions)
def test_every_old_id_leads_somewhere_and_no_two_parties_share_one(was: list[int], now: list[int]) -> None:
    ids, _ = inherited_ids(grouped(was), {}, {})
    before = {record: mine for mine, group in zip(ids, grouped(was), strict=True) for record in group}
    new, redirects = inherited_ids(grouped(now), before, {})
    assert len(set(new)) == len(new)
    assert all(old in new or redirects[old] in new for old in ids)
