"""What every graph engine must answer alike. A further engine is one more parameter of `engine`."""

import base64
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph.model.entity import Entity, Link, Related, RelatedPage, RelatedQuery
from graph.model.errors import Invalid, NotFound
from graph.model.kinds import LINK_KINDS
from graph.store.sqlite import SqliteGraphStore
from graph.store.store import GraphStore, GraphView
from tests.fixtures.graphs import entity, graphs, link, write_graph
from tests.servers.running.plugin import wanted


@pytest.fixture(scope="session", params=["sqlite", pytest.param("neo4j", marks=pytest.mark.servers)])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    store: GraphStore
    if request.param == "neo4j":
        from graph.store.neo4j import Neo4jGraphStore  # its driver is there only where servers are tried

        store = Neo4jGraphStore(request.getfixturevalue("neo4j_url"))
    else:
        store = SqliteGraphStore(tmp_path_factory.mktemp("home"))
    yield store
    store.close()


@contextmanager
def serving(
    engine: GraphStore, folder: Path, links: Sequence[Link], entities: Sequence[Entity] = ()
) -> Iterator[GraphView]:
    engine.write(folder, *write_graph(folder, links, entities))
    view = engine.view(folder)
    try:
        yield view
    finally:
        view.close()


def all_pages(view: GraphView, query: RelatedQuery) -> list[RelatedPage]:
    pages = [view.related(query)]
    while pages[-1].next_cursor:
        pages.append(view.related(replace(query, cursor=pages[-1].next_cursor)))
        assert len(pages) < 500
    return pages


def shown(items: Sequence[Related]) -> list[tuple[str, str, str]]:
    return [(item.entity.id, item.link.link, item.direction) for item in items]


def expected(links: Sequence[Link], query: RelatedQuery) -> list[tuple[str, str, str]]:
    """One hop, by plain reading of the links."""
    last = date(1, 1, 1)
    keyed = []
    for one in links:
        for near, far, direction in ((one.source, one.target, "out"), (one.target, one.source, "in")):
            if near != query.entity_id or (query.links and one.link not in query.links):
                continue
            if query.kinds and far.partition(":")[0] not in query.kinds:
                continue
            strength = {
                "value": (one.measures.value_usd is None, -(one.measures.value_usd or 0.0)),
                "recency": (one.measures.last_date is None, -(one.measures.last_date or last).toordinal()),
                "count": (False, -one.measures.count),
            }[query.order]
            keyed.append((strength, far, one.link, direction))
    return [item[1:] for item in sorted(keyed)]


ORDERS = st.sampled_from(["value", "recency", "count"])
FILTERS = st.tuples(
    st.lists(st.sampled_from(["buys_from", "ships_to", "owned_by"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(["importer", "manufacturer", "port"]), max_size=2).map(tuple),
)
HYPOTHESIS = settings(
    max_examples=12 if wanted() else 40,  # a server takes a tenth of a second to fill
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@given(links=graphs(), order=ORDERS, filters=FILTERS, limit=st.integers(1, 7), start=st.integers(0, 50))
@HYPOTHESIS
def test_pages_hold_every_neighbour_once_in_one_total_order(  # noqa: PLR0917
    engine: GraphStore, tmp_path_factory: pytest.TempPathFactory,
    links: list[Link], order: str, filters: tuple[tuple[str, ...], tuple[str, ...]], limit: int, start: int,
) -> None:  # fmt: skip
    assume(links)
    ends = sorted({end for one in links for end in (one.source, one.target)})
    query = RelatedQuery(ends[start % len(ends)], *filters, order=order, limit=limit)  # type: ignore[arg-type]
    with serving(engine, tmp_path_factory.mktemp("graph"), links) as view:
        pages = all_pages(view, query)
        items = [item for page in pages for item in page.items]
        assert shown(items) == expected(links, query)
        assert all(len(page.items) == limit for page in pages[:-1])
        assert {page.total for page in pages} == {len(items)}
        by_key = {(one.source, one.link, one.target): one for one in links}
        for item in items:
            assert item.link == by_key[item.link.source, item.link.link, item.link.target]


@given(links=graphs(), order=ORDERS, filters=FILTERS, hops=st.integers(2, 3), limit=st.integers(1, 9))
@HYPOTHESIS
def test_pages_over_several_hops_have_no_gaps_or_repeats(  # noqa: PLR0917
    engine: GraphStore, tmp_path_factory: pytest.TempPathFactory,
    links: list[Link], order: str, filters: tuple[tuple[str, ...], tuple[str, ...]], hops: int, limit: int,
) -> None:  # fmt: skip
    assume(links)
    query = RelatedQuery(links[0].source, *filters, order=order, hops=hops, limit=1000)  # type: ignore[arg-type]
    with serving(engine, tmp_path_factory.mktemp("graph"), links) as view:
        whole = view.related(query)
        paged = [item for page in all_pages(view, replace(query, limit=limit)) for item in page.items]
        assert paged == list(whole.items)
        assert whole.total == len(paged)
        assert len(set(shown(paged))) == len(paged)
        near = {item.entity.id for item in view.related(replace(query, hops=1)).items}
        assert near <= {item.entity.id for item in paged if item.hops == 1}
        for item in paged:
            assert len(item.via) == item.hops - 1
            assert query.entity_id not in {item.entity.id, *item.via}
            assert not any(between.startswith("port:") for between in item.via)
            way = (query.entity_id, *item.via, item.entity.id)
            assert all(view.links_among((a, b)) for a, b in pairwise(way))


def star(leaves: int, *, hub: str = "port:2704") -> list[Link]:
    """A port at which many importers enter; each of ten of them also buys from a maker of its own."""
    links = [
        link(
            f"importer:{n:05d}", "enters_at", hub,
            value_usd=float(n % 97), count=n % 5 + 1, last=date(2025, 1, n % 28 + 1),
        )
        for n in range(leaves)
    ]  # fmt: skip
    return links + [link(f"importer:{n:05d}", "buys_from", f"manufacturer:M{n}", value_usd=5.0) for n in range(10)]


@pytest.mark.parametrize("order", ["value", "recency", "count"])
@pytest.mark.parametrize("filters", [{}, {"links": ("enters_at",)}, {"kinds": ("importer",)}, {"kinds": ("case",)}])
def test_a_hub_is_paged_in_the_same_order_as_anyone(
    engine: GraphStore, tmp_path: Path, order: str, filters: dict[str, tuple[str, ...]]
) -> None:
    links = star(700)
    links += [link(f"manufacturer:M{n}", "ships_to", "port:2704", value_usd=float(n)) for n in range(60)]
    query = RelatedQuery("port:2704", order=order, limit=33, **filters)  # type: ignore[arg-type]
    with serving(engine, tmp_path, links) as view:
        items = [item for page in all_pages(view, query) for item in page.items]
    assert shown(items) == expected(links, query)


def test_nobody_is_reached_through_a_hub(engine: GraphStore, tmp_path: Path) -> None:
    with serving(engine, tmp_path, star(50)) as view:
        page = view.related(RelatedQuery("importer:00001", hops=3, limit=1000))
        assert {item.entity.id for item in page.items} == {"port:2704", "manufacturer:M1"}
        assert page.capped == ("port:2704",)


def test_an_entity_with_too_many_links_is_not_walked_through_but_may_be_the_start(
    engine: GraphStore, tmp_path: Path
) -> None:
    links = [link(f"importer:{n:04d}", "buys_from", "manufacturer:BIG", value_usd=float(n)) for n in range(250)]
    links += [link(f"importer:{n:04d}", "owned_by", "importer:PARENT") for n in range(3)]
    with serving(engine, tmp_path, links) as view:
        beyond = view.related(RelatedQuery("importer:PARENT", hops=3, limit=1000))
        assert {item.entity.id for item in beyond.items} == {
            "importer:0000", "importer:0001", "importer:0002", "manufacturer:BIG",
        }  # fmt: skip
        assert beyond.capped == ("manufacturer:BIG",)
        start = view.related(RelatedQuery("manufacturer:BIG", hops=2, kinds=("importer",), limit=1000))
        assert start.total == 250  # the parent lies behind the weakest three, which are not among the top links


def test_what_is_two_hops_away_says_by_whom_it_was_reached(engine: GraphStore, tmp_path: Path) -> None:
    links = [
        link("importer:A", "buys_from", "manufacturer:M", value_usd=10.0),
        link("importer:B", "buys_from", "manufacturer:M", value_usd=7.0),
    ]
    with serving(engine, tmp_path, links) as view:
        page = view.related(RelatedQuery("importer:A", hops=2, kinds=("importer",)))
    (item,) = page.items
    assert (item.entity.id, item.hops, item.via, item.direction) == ("importer:B", 2, ("manufacturer:M",), "in")
    assert (item.link.source, item.link.target) == ("importer:B", "manufacturer:M")


TWO = [
    link("importer:A", "buys_from", "manufacturer:M", value_usd=10.0),
    link("importer:A", "buys_from", "manufacturer:N", value_usd=9.0),
    link("importer:A", "enters_at", "port:1001", value_usd=8.0),
]


@pytest.mark.parametrize(
    "cursor",
    ["x", "!!!!", "bm90IGpzb24", base64.urlsafe_b64encode(json.dumps([1, 2, 3]).encode()).decode(), "ünïcode",
     base64.urlsafe_b64encode(json.dumps({"a": 1}).encode()).decode(), base64.urlsafe_b64encode(b"[]").decode()],
)  # fmt: skip
def test_a_made_up_cursor_is_invalid(engine: GraphStore, tmp_path: Path, cursor: str) -> None:
    with serving(engine, tmp_path, TWO) as view, pytest.raises(Invalid, match="cursor"):
        view.related(RelatedQuery("importer:A", cursor=cursor))


@pytest.mark.parametrize(
    "other",
    [RelatedQuery("manufacturer:M"), RelatedQuery("importer:A", order="count"), RelatedQuery("importer:A", hops=2),
     RelatedQuery("importer:A", links=("buys_from",)), RelatedQuery("importer:A", kinds=("port",))],
)  # fmt: skip
def test_the_cursor_of_another_question_is_invalid(engine: GraphStore, tmp_path: Path, other: RelatedQuery) -> None:
    with serving(engine, tmp_path, TWO) as view:
        cursor = view.related(RelatedQuery("importer:A", limit=1)).next_cursor
        with pytest.raises(Invalid, match="another question"):
            view.related(replace(other, cursor=cursor))


def test_a_cursor_goes_on_with_another_page_size_and_after_a_rebuild(engine: GraphStore, tmp_path: Path) -> None:
    with serving(engine, tmp_path, TWO) as view:
        cursor = view.related(RelatedQuery("importer:A", limit=1)).next_cursor
    rebuilt = tmp_path / "rebuilt"
    rebuilt.mkdir()
    with serving(engine, rebuilt, [*TWO[1:], link("importer:0", "buys_from", "manufacturer:L")]) as view:
        page = view.related(RelatedQuery("importer:A", limit=10, cursor=cursor))
    assert [item.entity.id for item in page.items] == ["manufacturer:N", "port:1001"]


@pytest.mark.parametrize(
    ("change", "named"),
    [({"limit": 0}, "limit"), ({"limit": 1001}, "limit"), ({"hops": 0}, "hops"), ({"hops": 4}, "hops"),
     ({"links": ("sells_to",)}, "sells_to"), ({"kinds": ("firm",)}, "firm"), ({"order": "name"}, "name")],
)  # fmt: skip
def test_what_cannot_be_asked_is_invalid(
    engine: GraphStore, tmp_path: Path, change: dict[str, object], named: str
) -> None:
    with serving(engine, tmp_path, TWO) as view, pytest.raises(Invalid, match=named):
        view.related(replace(RelatedQuery("importer:A"), **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("importer:cnshefur123she", "manufacturer:CNSHEFUR123SHE"),
        ("hts:7604.21", "hts:760421"),
        ("port:A", "importer:A"),
    ],
)
def test_an_unknown_entity_is_not_found_and_the_next_step_names_what_may_be_meant(
    engine: GraphStore, tmp_path: Path, asked: str, meant: str
) -> None:
    links = [
        *TWO,
        link("importer:A", "buys_from", "manufacturer:CNSHEFUR123SHE"),
        link("importer:A", "imports", "hts:760421"),
    ]
    with serving(engine, tmp_path, links) as view:
        for ask in (view.entity, view.link_counts, lambda i: view.related(RelatedQuery(i))):
            with pytest.raises(NotFound) as told:
                ask(asked)
            assert meant in told.value.next_step


def test_entities_come_back_whole(engine: GraphStore, tmp_path: Path) -> None:
    reef = replace(
        entity("importer:A", 'Golden "Reef" Trading', city="Long Beach"), identifiers=("importer:A", "manufacturer:M")
    )
    with serving(engine, tmp_path, TWO, [reef]) as view:
        assert view.entity("importer:A") == replace(reef, degree=3)
        assert view.entities(("port:1001", "port:9999", "importer:A")) == {
            "port:1001": replace(entity("port:1001"), degree=1), "importer:A": replace(reef, degree=3),
        }  # fmt: skip
        assert view.entities(()) == {}


def test_links_among_entities_are_told_in_both_directions_and_no_others(engine: GraphStore, tmp_path: Path) -> None:
    links = [
        link("importer:A", "owned_by", "importer:B", status="alleged", sources=("a.csv", "b.csv")),
        link("importer:B", "owned_by", "importer:A"),
        link("importer:A", "consigns_to", "importer:B"),
        link("importer:B", "enters_at", "port:2704"),
        *(link(f"importer:{n}", "enters_at", "port:2704") for n in range(600)),
    ]
    with serving(engine, tmp_path, links) as view:
        assert view.links_among(("importer:A", "importer:B")) == (links[2], links[0], links[1])
        assert view.links_among(("importer:B", "importer:A")) == (links[2], links[0], links[1])
        three = view.links_among(("port:2704", "importer:A", "importer:B", "importer:A"))
        assert three == (links[2], links[3], links[0], links[1])
        many = ("port:2704", *(f"importer:{n}" for n in range(550)))
        assert len(view.links_among(many)) == 550
        assert view.links_among(("importer:A",)) == view.links_among(()) == ()
        with pytest.raises(NotFound, match="importer:X"):
            view.links_among(("importer:A", "importer:X"))


def test_counts_say_how_many_of_each(engine: GraphStore, tmp_path: Path) -> None:
    with serving(engine, tmp_path, TWO) as view:
        assert view.counts() == {
            "entities": 4, "entities.importer": 1, "entities.manufacturer": 2, "entities.port": 1,
            "links": 3, "links.buys_from": 2, "links.enters_at": 1,
        }  # fmt: skip
        assert view.link_counts("importer:A") == {("buys_from", "out"): 2, ("enters_at", "out"): 1}
        assert view.link_counts("manufacturer:M") == {("buys_from", "in"): 1}


def test_many_threads_ask_at_once(engine: GraphStore, tmp_path: Path) -> None:
    links = star(300)
    query = RelatedQuery("port:2704", limit=20)
    with serving(engine, tmp_path, links) as view, ThreadPoolExecutor(8) as pool:
        pages = set(pool.map(lambda _: view.related(query).next_cursor, range(64)))
    assert len(pages) == 1


def test_an_empty_graph_answers(engine: GraphStore, tmp_path: Path) -> None:
    with serving(engine, tmp_path, []) as view:
        assert view.counts()["entities"] == 0
        with pytest.raises(NotFound):
            view.entity("importer:A")


# Ways


def test_a_way_reads_as_a_sentence_in_the_trades_words(engine: GraphStore, tmp_path: Path) -> None:
    links = [
        link("importer:A", "buys_from", "manufacturer:CNXYZ"),
        link("importer:B", "buys_from", "manufacturer:CNXYZ"),
        link("importer:B", "owned_by", "importer:C", status="alleged"),
    ]
    named = [
        entity("importer:A", "Golden Reef Trading"),
        entity("importer:B", "Pier Nine"),
        entity("importer:C", "Abalone"),
    ]
    with serving(engine, tmp_path, links, named) as view:
        (way,) = view.paths("importer:A", "importer:C")
    assert way.reason == (
        "Golden Reef Trading buys from CNXYZ, which sells to Pier Nine, which owned by Abalone (alleged)"
        .replace("owned by", LINK_KINDS["owned_by"].label)
    )  # fmt: skip
    assert [one.id for one in way.entities] == ["importer:A", "manufacturer:CNXYZ", "importer:B", "importer:C"]
    assert way.links == tuple(links)
    assert way.hubs == ()


def test_a_way_around_a_hub_comes_before_the_way_through_it(engine: GraphStore, tmp_path: Path) -> None:
    links = star(400)
    links += [
        link("importer:00001", "owned_by", "importer:HOLDING"), link("importer:00002", "owned_by", "importer:HOLDING")
    ]  # fmt: skip
    with serving(engine, tmp_path, links) as view:
        ways = view.paths("importer:00001", "importer:00002")
    between = [[one.id for one in way.entities[1:-1]] for way in ways]
    assert between == [["importer:HOLDING"], ["port:2704"]]
    assert ways[0].cost < ways[1].cost
    assert (ways[0].hubs, ways[1].hubs) == ((), ("port:2704",))


def test_six_links_are_crossed_and_a_seventh_is_not(engine: GraphStore, tmp_path: Path) -> None:
    chain = [link(f"importer:{n}", "owned_by", f"importer:{n + 1}") for n in range(7)]
    with serving(engine, tmp_path, chain) as view:
        (way,) = view.paths("importer:0", "importer:6")
        assert len(way.links) == 6
        assert view.paths("importer:0", "importer:7") == ()
        assert view.paths("importer:0", "importer:6", max_hops=5) == ()


@given(links=graphs(), ends=st.tuples(st.integers(0, 50), st.integers(0, 50)), max_hops=st.integers(1, 6))
@HYPOTHESIS
def test_ways_are_real_different_and_found_whenever_there_is_one(
    engine: GraphStore,
    tmp_path_factory: pytest.TempPathFactory,
    links: list[Link],
    ends: tuple[int, int],
    max_hops: int,
) -> None:
    assume(links)
    ids = sorted({end for one in links for end in (one.source, one.target)})
    source, target = (ids[end % len(ids)] for end in ends)
    assume(source != target)
    with serving(engine, tmp_path_factory.mktemp("graph"), links) as view:
        ways = view.paths(source, target, max_hops=max_hops)
    assert bool(ways) == (distance(links, source, target) <= max_hops)
    assert [way.cost for way in ways] == sorted(way.cost for way in ways)
    assert len({tuple(one.id for one in way.entities) for way in ways}) == len(ways)
    for way in ways:
        walked = [one.id for one in way.entities]
        assert (walked[0], walked[-1]) == (source, target)
        assert len(set(walked)) == len(walked) <= max_hops + 1
        for near, far, over in zip(walked, walked[1:], way.links, strict=False):
            assert {over.source, over.target} == {near, far}
            assert over in links


def distance(links: Sequence[Link], source: str, target: str) -> int:
    reached, steps = {source}, 0
    while target not in reached:
        wider = reached | {
            b for one in links for a, b in ((one.source, one.target), (one.target, one.source)) if a in reached
        }
        if wider == reached:
            return 99
        reached, steps = wider, steps + 1
    return steps


@pytest.mark.parametrize("change", [{"max_hops": 0}, {"max_hops": 7}, {"limit": 0}, {"limit": 21}])
def test_ways_that_cannot_be_asked_are_invalid(engine: GraphStore, tmp_path: Path, change: dict[str, int]) -> None:
    with serving(engine, tmp_path, TWO) as view, pytest.raises(Invalid):
        view.paths("manufacturer:M", "manufacturer:N", **change)


def test_an_entity_has_no_way_to_itself_and_an_unknown_one_is_not_found(engine: GraphStore, tmp_path: Path) -> None:
    with serving(engine, tmp_path, TWO) as view:
        assert view.paths("importer:A", "importer:A") == ()
        with pytest.raises(NotFound):
            view.paths("importer:A", "importer:NOBODY")
