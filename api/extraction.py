"""What the reading of documents is told by the home: the names of the parties in service."""

from api import bootstrap
from api.settings import Settings
from graph.model.errors import NotFound
from graph.store.generation import Generations
from ingest.extract.known_names import KnownNames


def known_names(settings: Settings) -> KnownNames:
    """The names of the parties of the generation in service; none where nothing is served yet."""
    from graph.resolve.party_names import party_names

    try:
        served = Generations(settings.home).current()
    except NotFound:
        return KnownNames(())
    facts = bootstrap.facts(settings, loads=served.loads, resolved=served.folder)
    return KnownNames(party_names(facts, served.folder))
