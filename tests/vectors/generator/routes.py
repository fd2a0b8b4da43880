"""Who gets a report, SPEC 7.8: every rule, and where two of them meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keys.wire.canonical import b64, encode
from tests.policies import SMALL
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, SECRETARIS, TODAY, Person
from tests.vectors.generator.rosters import listed
from tests.vectors.generator.scenario import ACCEPTED, Made, Subject

if TYPE_CHECKING:
    from keys.policy import Policy
    from keys.roster import Recipient

ROUTE = Subject("route")
OUTSIDER = Person.named("external")
INSIDE = (
    listed(SECRETARIS.identity, "Secretaris", "secretaris", TODAY, TODAY),
    listed(BESTUUR_1.identity, "Voorzitter", "bestuur", TODAY, TODAY),
    listed(BESTUUR_2.identity, "Bestuurslid 2", "bestuur", TODAY, TODAY),
)
EVERYONE = (*INSIDE, listed(OUTSIDER.identity, "Buitenstaander", "external", TODAY, TODAY))
SECRETARIS_AT, CHAIR, MEMBER, OUTSIDER_AT = range(4)
TOPICS = {
    "anders": (("secretaris",), ("bestuur",)),
    "fraude": (("secretaris", "bestuur"), ()),
    "benadeling": (("bestuur",), ()),
}


def _policy() -> Policy:
    [topic, *_] = SMALL.topics
    topics = [replace(topic, id=name, readers=readers, may_add=added) for name, (readers, added) in TOPICS.items()]
    # The last one is what a topic counts as that the policy does not have.
    return replace(SMALL, topics=(*topics[1:], topics[0]), chair="Voorzitter")


POLICY = _policy()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a scenario is about, people by their places in EVERYONE; by default everyone is there."""

    topic: str = "anders"
    about: tuple[int, ...] = ()
    board: bool = False
    policy: Policy = POLICY
    receiving: tuple[Recipient, ...] = EVERYONE
    away: tuple[int, ...] = ()

    def raw(self) -> bytes:
        """Return it as JSON."""

        def named(places: tuple[int, ...]) -> list[str]:
            return sorted(b64(self.receiving[place].person) for place in places)

        return encode(
            {
                "away": [*named(self.away)],
                "matter": {"board": self.board, "people": [*named(self.about)], "topic": self.topic},
                "policy": self.policy.signed_members(),
                "receiving": [recipient.members() for recipient in self.receiving],
            }
        )


def route(title: str, places: str, comment: str, asked: Asked) -> None:
    """List a scenario; `places` are those of the secretaris, the chair, the member and the outsider."""

    def made() -> Made:
        return asked.raw(), {"places": places}

    ROUTE.add(title, ACCEPTED, comment, made)


route("anders", "reads added added role", "the secretaris, and the board may be added", Asked())
route("fraude", "reads reads reads role", "the board has to be informed", Asked("fraude"))
route("benadeling", "role reads reads role", "retaliation goes to the board", Asked("benadeling"))
route("topic that is not there", "reads added added role", "it counts as the last one", Asked("oud"))
route(
    "secretaris away",
    "reads reads reads role",
    "the board too, so that it is not left lying",
    Asked(away=(SECRETARIS_AT,)),
)
route("about the secretaris", "about reads reads role", "the board only", Asked("fraude", about=(SECRETARIS_AT,)))
route("about a member", "reads reads about role", "secretaris and the others", Asked(about=(MEMBER,)))
route(
    "about a member, benadeling",
    "reads reads about role",
    "the rule of the board member counts",
    Asked("benadeling", (MEMBER,)),
)
route(
    "about the chair", "board about board reads", "nobody inside may judge the chair", Asked("fraude", about=(CHAIR,))
)
route("about the whole board", "board board board reads", "an outsider gets it", Asked("anders", board=True))
route("about each member", "board about about reads", "that is the whole board", Asked(about=(CHAIR, MEMBER)))
route(
    "about secretaris and member",
    "about board about reads",
    "that leaves nobody inside who may judge",
    Asked(about=(SECRETARIS_AT, MEMBER)),
)
route("about the board without an outsider", "board board board", "nobody gets it", Asked(board=True, receiving=INSIDE))
route(
    "about the board and the outsider",
    "board board board about",
    "nobody gets it",
    Asked(board=True, about=(OUTSIDER_AT,)),
)
route(
    "about a member while the secretaris is away",
    "reads reads about role",
    "who is left out stays out, also where the board comes in for the secretaris",
    Asked(about=(MEMBER,), away=(SECRETARIS_AT,)),
)
route(
    "about the board where the policy names nobody",
    "board board board role",
    "an empty rule is nobody",
    Asked(board=True, policy=replace(POLICY, routing=replace(SMALL.routing, all=()))),
)
route(
    "member who is no chair",
    "reads about reads role",
    "without a chair in the policy a board member is only themselves",
    Asked(about=(CHAIR,), policy=replace(POLICY, chair="")),
)
