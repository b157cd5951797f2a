"""One URL changes and nothing else does: a home whose index is on OpenSearch, built, served and built again."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import httpx

from api.refresh import reindex
from api.serving import Serving
from api.settings import Settings
from search.query import SearchResult

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TEXTS = ("", "gloves", "ruling", "importer", "wire OR gloves", "kind:ruling", "2704")


def answers(serving: Serving) -> list[SearchResult]:
    with serving.snapshot(newest=True) as snapshot:
        return [snapshot.search.search(text, limit=5) for text in TEXTS]


def test_the_same_home_answers_alike_and_leaves_nothing_behind(
    built_home: Path, opensearch_url: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(built_home, home)
    prefix = f"served-{token_hex(4)}"
    embedded = Serving(Settings(home=home))
    expected = [(one.items, one.total, one.facets, one.note) for one in answers(embedded)]
    embedded.close()
    assert sum(total for _, total, _, _ in expected) > len(TEXTS)

    settings = Settings(home=home, search_url=f"{opensearch_url}/{prefix}")
    reindex(settings, now=BEGAN)
    serving = Serving(settings)
    with httpx.Client(base_url=f"http://{urlsplit(opensearch_url).netloc}") as operator:
        for days in range(1, 4):
            assert [(one.items, one.total, one.facets, one.note) for one in answers(serving)] == expected
            held = operator.get(f"/{prefix}-*/_settings").json()
            (served,) = operator.get(f"/_alias/{prefix}").json()
            assert served in held
            assert len(held) == 1
            reindex(settings, now=BEGAN + timedelta(days=days))
        serving.close()
        operator.delete(f"/{','.join(operator.get(f'/{prefix}-*/_settings').json())}")
