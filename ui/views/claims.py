"""Claims: whom do the names in documents mean? A queue of names; for each, where it stands and who it may be."""

import html
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Literal

import streamlit as st

from api.schemas import (
    ClaimItem,
    ClaimRival,
    ClaimsAnswer,
    ClaimsRequest,
    DocumentAnswer,
    EntityAnswer,
    FacetValue,
    MentionItem,
)
from ui.choosing import choose_one, choose_tab, moved, wrote
from ui.connection import ask, client, document, entity, person
from ui.reader import marked, read
from ui.wording import in_markdown, look, number, period, usd, words

Action = Literal["accept", "reject", "undo"]

LISTED = 1_000  # claims in the list at once, which is also how many are decided together
LEAST_SCORE = 75  # below that nothing is claimed
STATUSES = {
    "waiting": "Waiting", "linked": "Linked by themselves", "accepted": "Accepted", "rejected": "Rejected",
    "settled": "Settled by another",
}  # fmt: skip
ADDRESS = ("status", "document", "party", "score")
DECIDED = ("accepted", "rejected")
AROUND = 240  # characters of the text before and after a name
PASSAGES = 3
LIST_PX = 430
NUMBERS = 3  # of a party that are told
DONE = {"accept": "Accepted", "reject": "Rejected", "undo": "Taken back"}
# What a person compares of two parties, by the property that numbers have on file.
ON_FILE = ("address", "city", "country", "phone", "website")


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a document, with those of its claims that were asked for, the most alike first."""

    claims: tuple[ClaimItem, ...]

    @property
    def best(self) -> ClaimItem:
        """The claim that is most alike."""
        return self.claims[0]

    @property
    def key(self) -> str:
        """What the address bar calls it."""
        return self.best.claim


def asked() -> ClaimsAnswer | None:
    """The choices above the list, and what fits them; the address bar holds them."""
    state, address = st.session_state, st.query_params
    if moved("claims address", ADDRESS):
        state["claims status"] = address.get("status") if address.get("status") in STATUSES else "waiting"
        state["claims score"] = _score(address.get("score", ""))
        state["claims document"], state["claims party"] = address.get("document", ""), address.get("party", "")
    top = st.container()
    of, on, least = st.columns([2.2, 2.2, 1.2], vertical_alignment="bottom")
    status, score = str(state["claims status"]), int(state["claims score"])
    answer = ask(
        lambda: client().claims(
            status=status,  # type: ignore[arg-type]
            document=str(state["claims document"]),
            party=str(state["claims party"]),
            min_score=score if score > LEAST_SCORE else 0,
            limit=LISTED,
        )
    )
    counts = answer.counts if answer else {}
    choose_tab(
        top,
        "Status",
        {one: f"{label} {number(counts.get(one, 0))}" for one, label in STATUSES.items()},
        "claims status",
    )
    _choose(of, "document", "Document", answer.documents if answer else [])
    _choose(on, "party", "Party", answer.parties if answer else [])
    least.slider("At least this score", LEAST_SCORE, 100, key="claims score")
    wrote(
        "claims address",
        status=[status] if status != "waiting" else [],
        document=[one] if (one := str(state["claims document"])) else [],
        party=[one] if (one := str(state["claims party"])) else [],
        score=[str(score)] if score > LEAST_SCORE else [],
    )
    return answer


def listed(names: Sequence[Named], at: int) -> list[Named]:
    """The list; returns the names that are ticked. A click on a cell opens its name on the right."""
    state = st.session_state
    shown = st.dataframe(
        [
            {
                "": "▶" if place == at else "",
                "score": one.best.score,
                "ahead by": one.best.margin,
                "written": one.best.written,
                "may mean": one.best.party_name,
                "others": len(one.best.rivals),
                "document": one.best.document_title or one.best.document.partition(":")[2],
            }
            for place, one in enumerate(names)
        ],
        hide_index=True,
        width="stretch",
        height=LIST_PX,
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        placeholder="",
        key=f"claims list {state.setdefault('claims round', 0)}",
        column_config={
            "": st.column_config.TextColumn(width=30),
            "score": st.column_config.NumberColumn(format="%.0f", width=50),
            "ahead by": st.column_config.NumberColumn(
                format="%.0f", width=70, help="Points ahead of the next party; empty where there is none."
            ),
            "written": st.column_config.TextColumn(width=200),
            "may mean": st.column_config.TextColumn(width=200),
            "others": st.column_config.NumberColumn(width=60, help="Other parties that the name may mean."),
        },
    )
    cell = tuple(shown.selection.cells)
    if cell != state.get("claims cell", ()):
        state["claims cell"] = cell
        if cell and cell[0][0] < len(names):
            _go(names[cell[0][0]].key)
    return [names[row] for row in shown.selection.rows if row < len(names)]


def bulk(ticked: Sequence[Named]) -> None:
    """What can be done with the names that are ticked, all at once."""
    if not ticked:
        st.caption("Tick lines to decide them together; the box above the first ticks all. A click opens a line.")
        return
    every = [claim for one in ticked for claim in one.claims]
    if st.session_state["claims status"] in DECIDED:
        if st.button(f"Take back {number(len(every))}", disabled=_may_only_look()):
            decide("undo", every)
        return
    because = st.text_input("Because", key="claims bulk reason", placeholder="what it rests on; kept with each")
    accept, reject = st.columns(2)
    if accept.button(
        f"Accept the best of {number(len(ticked))}", type="primary", width="stretch", disabled=_may_only_look(),
        help="For each name that is ticked, the party that is most alike.",
    ):  # fmt: skip
        decide("accept", [one.best for one in ticked], because)
    if reject.button(
        f"Reject {number(len(every))}", width="stretch", disabled=_may_only_look(),
        help="Every party in the list for the names that are ticked.",
    ):  # fmt: skip
        decide("reject", every, because)


def place_of_open(names: Sequence[Named]) -> int:
    """Which name is open: the one in the address; of a decided one, which left the list, the one in its place."""
    keys = [one.key for one in names]
    wanted = st.query_params.get("claim")
    at = keys.index(wanted) if wanted in keys else min(st.session_state.get("claims place", 0), len(keys) - 1)
    st.query_params["claim"] = keys[at]
    st.session_state["claims place"] = at
    return at


def focus(names: Sequence[Named], at: int) -> None:
    """One name: where it stands, whom it may mean, and the decision."""
    one = names[at]
    title, ways = st.columns([2.2, 1], vertical_alignment="center")
    title.markdown(f"#### “{in_markdown(one.best.written)}”")
    with ways.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button("Back", shortcut="K", disabled=at == 0, help="The name before"):
            _go(names[at - 1].key)
        if st.button("Next", shortcut="J", disabled=at + 1 == len(names), help="The next name"):
            _go(names[at + 1].key)
    text = ask(lambda: document(one.best.document))
    if text is not None:
        _passages(one.best, text)
    candidates: list[ClaimRival] = sorted([*one.claims, *_beside(one)], key=lambda each: -each.score)
    _decision(one, candidates)
    there = {mention.entity for mention in text.mentions} if text else set()
    for column, candidate in zip(st.columns(len(candidates)), candidates, strict=True):
        with column.container(border=True):
            _candidate(one, candidate, there)


def _beside(one: Named) -> list[ClaimRival]:
    """The other parties that the name may mean, which the choices above the list left out."""
    listed_claims = {claim.claim for claim in one.claims}
    return [rival for rival in one.best.rivals if rival.claim not in listed_claims]


def _passages(claim: ClaimItem, text: DocumentAnswer) -> None:
    """Where the name stands in the document, and the way there."""
    told = f"{look('document').sign} **{in_markdown(text.title)}** · {words(text.kind)} · {text.date or 'no date'}"
    if st.button(told, key="claims document open", type="tertiary", help="Open the document"):
        read(claim.document)
    places = _places(text, claim)
    parts = []
    for place in places[:PASSAGES]:
        begin, end = max(0, place.start - AROUND), min(len(text.text), place.end + AROUND)
        here = place.model_copy(update={"start": place.start - begin, "end": place.end - begin})
        page = f"<div style='color:#555;font-size:0.8rem'>Page {place.page}</div>" if place.page else ""
        dots = ("… " if begin else "", " …" if end < len(text.text) else "")
        parts.append(f"{page}{dots[0]}{marked(text.text[begin:end], [here])}{dots[1]}")
    with st.container(height=150 if len(places) == 1 else 220):
        st.html(f"<div style='white-space:pre-wrap;font-size:0.95rem'>{'<hr>'.join(parts)}</div>")
    if len(places) > PASSAGES:
        st.caption(f"and {number(len(places) - PASSAGES)} more places in it")
    if not places:
        st.caption("The text on file does not hold it any more; a later version came in.")


def _places(text: DocumentAnswer, claim: ClaimItem) -> list[MentionItem]:
    """Where the document has the name: its mentions, or else where the claim says."""
    found = [one for one in text.mentions if one.kind == "company_name" and one.key == claim.name and one.end]
    if found:
        return sorted(found, key=lambda one: one.start)
    end = claim.start + len(claim.written)
    if text.text[claim.start : end] != claim.written:
        return []
    page = next((one.page for one in text.pages if one.start <= claim.start < one.end), None)
    return [
        MentionItem(
            entity="", kind="company_name", key=claim.name, start=claim.start, end=end, text=claim.written, page=page
        )
    ]


def _candidate(one: Named, candidate: ClaimRival, there: Set[str]) -> None:
    """A party that the name may mean: how alike, why, and what is on file of it. `there` is what the document names."""
    if st.button(
        f"{look('party').sign} **{in_markdown(candidate.party_name)}**",
        key=f"open {candidate.claim}",
        type="tertiary",
        help=candidate.party,
    ):
        st.session_state["entity_id"] = candidate.party
        st.switch_page("views/entity.py")
    ahead = one.best.margin if candidate.claim == one.best.claim else None
    lead = "" if ahead is None else f", {ahead:.0f} ahead of the next"
    status = "" if candidate.status == "waiting" else f" · {STATUSES[candidate.status].lower()}"
    st.markdown(f"**{candidate.score:.0f}** of 100{lead}{status}  \n:small[{in_markdown(candidate.why)}]")
    party = ask(lambda: entity(candidate.party, ""))
    if party is not None:
        # As HTML: markdown would make links of web addresses, and nothing here leads out of this machine.
        st.html(f"<div style='font-size:0.85rem;line-height:1.5'>{'<br>'.join(_on_file(party, there))}</div>")


def _on_file(party: EntityAnswer, there: Set[str]) -> list[str]:
    """What a person compares, as HTML: numbers, those that the document names first, then whereabouts and trade."""
    ids = sorted(party.identifiers, key=lambda number: number not in there)[:NUMBERS]
    numbers = [found for each in ids if (found := ask(partial(entity, each, "")))]
    told = [
        f"{look(each.kind).sign} <code>{html.escape(each.key)}</code>"
        + (" <b>stands in this document</b>" if each.id in there else "")
        for each in numbers
    ]
    if len(party.identifiers) > NUMBERS:
        told.append(f"and {number(len(party.identifiers) - NUMBERS)} more numbers")
    for name in ON_FILE:
        values = dict.fromkeys(value for each in numbers if (value := each.properties.get(name)))
        told += [f"{words(name)}: {html.escape(', '.join(map(str, values)))}"] if values else []
    if traded := sum(each.value_usd or 0 for each in numbers):
        told.append(f"{usd(traded)}, {number(sum(each.count for each in numbers))} rows")
    firsts = [each.first_date for each in numbers if each.first_date]
    lasts = [each.last_date for each in numbers if each.last_date]
    if firsts and lasts:
        told.append(period(min(firsts), max(lasts)))
    return told or ["nothing but its name is on file"]


def _decision(one: Named, candidates: Sequence[ClaimRival]) -> None:
    """Accept one, reject one or all, or take back."""
    best, blocked = one.best, _may_only_look()
    if best.person and best.at:
        why = f": {in_markdown(best.reason)}" if best.reason else ""
        st.markdown(f"**{best.status.capitalize()}** by {in_markdown(best.person)} on {best.at:%Y-%m-%d}{why}")
    if best.status in DECIDED:
        if st.button("Take back", shortcut="U", disabled=blocked):
            decide("undo", list(one.claims))
        return
    if best.status == "settled":
        st.caption("Another party was accepted for this name in this document. Take that back to decide anew.")
        return
    because = st.text_input(
        "Because", key=f"claims reason {best.claim}", placeholder="what it rests on (may be left out)",
        label_visibility="collapsed",
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        if st.button("Accept", shortcut="A", type="primary", disabled=blocked, help=f"It means {best.party_name}"):
            decide("accept", [best], because)
        if st.button("Reject", shortcut="X", disabled=blocked, help=f"It does not mean {best.party_name}"):
            decide("reject", [best], because)
        open_ones = [each for each in candidates if each.status not in DECIDED]
        for other in open_ones:
            if other.claim != best.claim and st.button(
                f"It is {in_markdown(other.party_name)}", key=f"accept {other.claim}", disabled=blocked,
                help=f"Accept {other.party}",
            ):  # fmt: skip
                decide("accept", [other], because)
        if len(open_ones) > 1 and st.button("None of them", shortcut="N", disabled=blocked, help="Reject all"):
            decide("reject", open_ones, because)


def decide(action: Action, claims: Sequence[ClaimRival], because: str = "") -> None:
    """Note a decision, keep what is to be told of it, and go on to the next name."""
    request = ClaimsRequest(claims=[one.claim for one in claims], reason=because)
    answer = ask(lambda: client().decide_claims(action, request))
    if answer is None:
        return
    st.session_state["claims done"] = (action, answer)
    st.session_state["claims round"] += 1  # a new list, in which nothing is ticked
    st.session_state["claims cell"] = ()
    st.rerun()


def told(answer: ClaimsAnswer) -> None:
    """What was just decided and what the next refresh makes of it, and the way back."""
    done: tuple[Action, ClaimsAnswer] | None = st.session_state.get("claims done")
    if done:
        action, of = done
        said, undo = st.columns([3.4, 1], vertical_alignment="center")
        said.markdown(f":green[**{DONE[action]}**] {_effect(of.items)}")
        if action != "undo" and undo.button("Take back", key="undo last", shortcut="Z"):
            decide("undo", of.items)
    if answer.to_link or answer.to_unlink:
        st.caption(
            f"The next `tidewaiter refresh` makes {number(answer.to_link)} and takes away {number(answer.to_unlink)} "
            "links between documents and parties, for all that was decided since the last."
        )


def _effect(items: Sequence[ClaimItem]) -> str:
    """What becomes of claims at the next refresh, in words."""
    will_be = [one.status in ("linked", "accepted") for one in items]
    if len(items) > 1:
        changed = sum(one.linked != linked for one, linked in zip(items, will_be, strict=True))
        return f"{number(len(items))} claims. The next refresh changes {number(changed)} links."
    one, linked = items[0], will_be[0]
    pair = in_markdown(f"“{one.written}” in {one.document_title or one.document} and {one.party_name}")
    if one.linked == linked:
        return f"{pair} {'stay linked' if linked else 'stay apart'}."
    return f"{pair} are {'linked' if linked else 'parted'} at the next refresh."


def _choose(column: st.delta_generator.DeltaGenerator, name: str, label: str, values: Sequence[FacetValue]) -> None:
    """A choice among those that have claims; what is chosen already stands there also when nothing is left of it."""
    shown = {"": f"any {name}"} | {one.value: f"{one.name or one.value} ({number(one.count)})" for one in values}
    kept = f"claims {name}"
    shown.setdefault(str(st.session_state[kept]), f"{st.session_state[kept]} (0)")
    choose_one(column, label, shown, kept)


def _score(written: str) -> int:
    return int(written) if written.isdigit() and LEAST_SCORE <= int(written) <= 100 else LEAST_SCORE


def _may_only_look() -> bool:
    asking = ask(person)
    return asking is None or asking.role == "viewer"


def _go(key: str) -> None:
    st.query_params["claim"] = key
    st.rerun()


def _named(items: Sequence[ClaimItem]) -> list[Named]:
    """The claims by name and document, in the order of the answer."""
    return [
        Named(tuple(sorted(some, key=lambda one: -one.score)))
        for _, some in groupby(items, key=lambda one: (one.document, one.name))
    ]


answered = asked()
if answered is None:
    st.stop()
queue, opened = st.columns([1.15, 1], gap="medium")
named = _named(answered.items)
with queue:
    told(answered)
    more = f" of {number(answered.total)}; decide some to see the rest" if answered.next_cursor else ""
    st.markdown(f"**{number(len(named))} names** in documents, {number(len(answered.items))} claims{more}")
    if named:
        place = place_of_open(named)
        bulk(listed(named, place))
    elif st.session_state["claims status"] == "waiting":
        st.info("No name waits for a person here. Take a choice away, or look at what was linked or decided.")
    else:
        st.info("There is none of these. Take a choice away, or look at another status.")
if named:
    with opened:
        if _may_only_look():
            st.caption("You may look. To decide takes an investigator or an admin.")
        focus(named, place)
