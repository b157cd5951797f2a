"""Switching generations while people ask: never an error, never half of one and half of another."""

import threading
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.loading import load_files
from api.refresh import refresh, reindex
from api.routes.asking import GENERATION_HEADER
from api.serving import Serving
from api.settings import Settings
from graph.model.errors import Unavailable
from graph.store.generation import POINTER
from tests.fixtures.running_service import running_service
from tests.fixtures.trade_world import IMPORTER, write_world

ASKED = (
    f"/v1/entities/importer:{IMPORTER}",
    "/v1/entities/port:2704/related?limit=100",
    f"/v1/entities/importer:{IMPORTER}/records?table=entry_lines&limit=1000",
    "/v1/paths?from=port:2704&to=country:CN",
    "/v1/findings",
    "/v1/documents/NY-N301234",
    "/v1/entities/port:2704/links",
)


def test_answers_stay_whole_while_generations_change(settings: Settings, tmp_path: Path) -> None:
    bodies: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    errors: list[str] = []
    done = threading.Event()

    with running_service(settings) as http:

        def ask() -> None:
            while not done.is_set():
                for path in ASKED:
                    response = http.get(path)
                    if response.status_code != 200:
                        errors.append(response.text)
                        return
                    bodies[response.headers[GENERATION_HEADER], path].add(response.content)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        load_files(settings, [write_world(tmp_path / "more", lines=380)], now=datetime.now(UTC))
        for build in (reindex, refresh, reindex, reindex, reindex):
            build(settings, now=datetime.now(UTC))
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert len({generation for generation, _ in bodies}) >= 4
    assert all(len(said) == 1 for said in bodies.values()), "one generation gave two answers"
    entities = {said.pop() for (_, path), said in bodies.items() if path == ASKED[0]}
    assert len(entities) == 2, "the world before the load, and the one after"


def test_a_reader_keeps_its_generation_until_it_is_done(settings: Settings) -> None:
    serving = Serving(settings)
    with serving.snapshot() as old:
        for _ in range(3):
            reindex(settings, now=datetime.now(UTC))
        with serving.snapshot() as new:
            assert new is not old
        assert serving.moved_on(old)
        assert old.view.entity("port:2704").name == "Los Angeles"
    with pytest.raises(Unavailable):
        old.view.entity("port:2704")
    serving.close()


def test_a_generation_that_cannot_be_opened_leaves_the_old_one_serving(settings: Settings) -> None:
    serving = Serving(settings)
    with serving.snapshot() as old:
        pass
    (settings.home / POINTER).write_text("20990101T000000Z-9999\n", encoding="utf-8")
    with serving.snapshot() as still:
        assert still is old
    serving.close()


def test_before_the_first_refresh_the_next_step_is_told_and_afterwards_it_serves(settings: Settings) -> None:
    pointer = settings.home / POINTER
    published = pointer.read_text(encoding="utf-8")
    pointer.unlink()
    with running_service(settings) as http:
        problem = http.get("/v1/search").json()
        assert (problem["status"], problem["title"]) == (503, "Unavailable")
        assert "tidewaiter load" in problem["next_step"]
        ready = http.get("/readyz")
        assert (ready.status_code, ready.headers["content-type"]) == (503, "application/problem+json")
        assert {one["engine"]: one["ok"] for one in ready.json()["engines"]}["graph"] is False
        pointer.write_text(published, encoding="utf-8")
        assert http.get("/readyz").status_code == 200
        assert http.get("/v1/search").status_code == 200
