"""How many words a second are read: invented papers of the trade, beside counting their words.

Invariant: papers are made from a seed, so that two runs read the same; reading and counting are taken in turn, in the
processor's time, and the better of a few runs of each counts, so that a busy machine tells little.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

from api.bench.texts import vocabulary
from ingest.extract.mentions import find_all

SEED = 20_260_101
PAPERS, _RUNS = 300, 3
_TARGET = 20_000
_WORD = re.compile(r"\w+")
_TRADES = ("Trading", "Foods", "Metalware", "Logistics", "Customs Brokerage", "Home", "Tile", "Steel Works")
_FORMS = (" Co., Ltd.", " Inc.", " LLC", "", "", "")
_PORTS = ("Savannah", "Long Beach", "Newark", "Laredo", "Houston", "Ningbo", "Busan", "Haiphong")
_LANDS = ("China", "Vietnam", "Mexico", "Turkey", "Thailand")
_SENTENCES = (
    "{firm} entered the goods at {port} under {tariff} on {day}, entry {entry}.",
    "The invoice of {firm} says {land}, but the boxes were loaded at {port}; container {box} has no seal.",
    "{firm} bought {words} from {other} and sold them to {firm} in the same month.",
    "We asked {other} about {words}, and had no answer.",
    "Case {case} covers such goods of {land}; see {ruling}.",
    "It was said that {words} were {words}, which nobody at the plant of {firm} could show.",
    "The sample of {words} weighed less than the {words} for which the importer had {words}.",
)
_HEADS = ("Memorandum to the file", "From: entry desk\nTo: import specialists", "REPORT OF EXAMINATION", "Dear Sirs,")


def run() -> Iterator[dict[str, str | int | float]]:
    """One row: words, words a second of the processor, and how many times as long reading takes as counting does."""
    papers = [(str(number), paper) for number, paper in enumerate(invented_papers(PAPERS))]
    words = sum(len(_WORD.findall(paper)) for _, paper in papers)
    list(find_all(papers[:1]))
    read_s, counted_s = zip(*((_processor_s(lambda: _read(papers)), _processor_s(lambda: _count(papers)))
                              for _ in range(_RUNS)), strict=True)  # fmt: skip
    yield {
        "measure": "read papers", "papers": PAPERS, "words": words, "mentions": _read(papers),
        "words_a_second": round(words / min(read_s)), "target_words_a_second": _TARGET,
        "counting_words_a_second": round(words / min(counted_s)), "ratio": round(min(read_s) / min(counted_s), 1),
    }  # fmt: skip


def invented_papers(count: int) -> Iterator[str]:
    """Papers of some 300 words: sentences of the trade with invented firms and numbers, and a list below them."""
    choose = random.Random(SEED)  # noqa: S311 - invented texts
    words = vocabulary()
    for _ in range(count):
        firms = [_firm(choose, words) for _ in range(6)]
        sentences = [_sentence(choose, words, firms) for _ in range(16)]
        rows = "\n".join(f"{_box(choose)} | {firm} | {choose.choice(_PORTS)}" for firm in firms[:3])
        yield f"{choose.choice(_HEADS)}\n\n{' '.join(sentences[:8])}\n\n{' '.join(sentences[8:])}\n\n{rows}\n"


def _firm(choose: random.Random, words: list[str]) -> str:
    return f"{choose.choice(words[2_000:]).title()} {choose.choice(_TRADES)}{choose.choice(_FORMS)}"


def _box(choose: random.Random) -> str:
    return f"TGBU{choose.randrange(10**6, 10**7)}"


def _sentence(choose: random.Random, words: list[str], firms: list[str]) -> str:
    return choose.choice(_SENTENCES).format(
        firm=choose.choice(firms), other=choose.choice(firms).split(" ")[0], port=choose.choice(_PORTS),
        land=choose.choice(_LANDS), tariff=f"{choose.randrange(10, 97)}{choose.randrange(10, 20)}.10.00",
        day=f"{choose.randrange(1, 13)}/{choose.randrange(1, 29)}/{choose.randrange(2012, 2024)}",
        entry=f"ABC-{choose.randrange(10**6, 10**7)}-{choose.randrange(10)}", box=_box(choose),
        case=f"A-570-{choose.randrange(800, 999)}", ruling=f"NY N{choose.randrange(200_000, 330_000)}",
        words=" ".join(choose.choices(words[:400], k=6)),
    )  # fmt: skip


def _read(papers: list[tuple[str, str]]) -> int:
    return sum(len(mentions) for _, mentions in find_all(papers))


def _count(papers: list[tuple[str, str]]) -> Counter[str]:
    return Counter(match.group().lower() for _, paper in papers for match in _WORD.finditer(paper))


def _processor_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
