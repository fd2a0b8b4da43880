"""The scenarios of the model, and its switches: draft rules, and the property that each one breaks."""

from __future__ import annotations

from dataclasses import dataclass

from tests.model.search import Bounds


@dataclass(frozen=True)
class Scenario:
    """A first world. A search without switches breaks no property, sees `least` worlds and reaches every goal."""

    name: str
    module: str
    least: int
    goals: tuple[str, ...]
    depth: int = 14
    states: int = 250

    @property
    def bounds(self) -> Bounds:
        """The bounds of `make check`."""
        return Bounds(self.depth, self.states)

    @property
    def attack_bounds(self) -> Bounds:
        """The bounds of a search for an attack, which ends when it finds one."""
        return Bounds(self.depth, 5000)


@dataclass(frozen=True)
class Switch:
    """A draft rule, with the id of its finding.

    Attributes:
        finding: its id in the reviews; a name after it tells two scenarios of one finding apart.
        draft: the rule as it was.
        breaks: the property of the design that the search must find broken; 0 if `loses` says more.
        scenario: the name of the first world.
        rules: the switches of the rules that are on.
        loses: a goal that an honest run no longer reaches.
    """

    finding: str
    draft: str
    breaks: int
    scenario: str
    rules: tuple[str, ...] = ()
    loses: str = ""

    @property
    def on(self) -> tuple[str, ...]:
        """The switches that are on: by default the one named after the finding."""
        return self.rules or (self.finding,)


W = "WORLDS"
D = "DAY-WORLDS"
K = "KEY-WORLDS"
L = "LOG-WORLDS"
S = "SHARE-WORLDS"
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        # Letting in and denial.
        Scenario("denials", W, 240, ("X reads", "put out", "all said")),
        Scenario("windows", W, 240, ("X reads", "put out", "all said")),
        Scenario("joins", W, 240, ("X reads", "put out", "late", "all said")),
        Scenario("both", W, 130, ("X reads", "put out", "all said")),
        Scenario("newcomer", W, 80, ("N reads", "put out", "late", "all said")),
        Scenario("crossing", W, 200, ("X reads", "put out", "late", "all said")),
        Scenario("thinly", W, 200, ("N reads", "late", "all said")),
        Scenario("madeUp", W, 15, ("X reads", "all said")),
        Scenario("naming", W, 40, ("N reads", "all said")),
        Scenario("ahead", W, 240, ("N reads", "late", "all said")),
        Scenario("postedLater", W, 100, ("all said",), states=600),
        Scenario("request", W, 400, ("X reads", "put out", "all said"), states=600),
        Scenario("denied", W, 20, ("put out", "late", "closed", "all said")),
        Scenario("exchanged", W, 240, ("N reads", "waits", "closed")),
        Scenario("behind", W, 20, ("all said",)),
        Scenario("putBack", W, 20, ("closed", "all said")),
        Scenario("withdrawn", W, 20, ("X reads", "put out", "all said")),
        Scenario("withheld", W, 700, ("waits", "all said"), states=800),
        Scenario("claimed", W, 200, ("X reads", "put out", "all said")),
        Scenario("chain", W, 60, ("all said",)),
        Scenario("mutes", W, 10, ("waits", "all said")),
        # Honest people alone.
        Scenario("session", W, 240, ("waits", "late")),
        Scenario("notes", W, 100, ("all said",)),
        # Persons, keys and rosters.
        Scenario("reKeyed", W, 240, ("N reads", "new key counts")),
        Scenario("leaves", W, 240, ("late",)),
        Scenario("revokes", W, 100, ("N reads", "new key counts", "late", "all said")),
        Scenario("accused", W, 200, ("X reads", "late")),
        Scenario("former", W, 240, ("closed", "late")),
        # Open, closed and the last day.
        Scenario("closes", W, 240, ("closed", "waits")),
        Scenario("compartment", W, 240, ("closed", "waits", "all said")),
        Scenario("again", W, 150, ("closed again", "all said")),
        Scenario("term", W, 240, ("closed",)),
        Scenario("terms", W, 240, ("closed",)),
        Scenario("oldTerm", W, 240, ("closed", "closed again", "waits")),
        Scenario("purges", W, 240, ("purge agreed",)),
        Scenario("latePurge", W, 200, ("closed", "all said")),
        Scenario("reopens", W, 200, ("closed again", "all said")),
        # Vaults over days.
        Scenario("lastDays", D, 240, ("waits", "closed")),
        Scenario("lateWord", D, 40, ("waits", "destroyed")),
        Scenario("holding", D, 250, ("destroyed",), states=500),
        Scenario("clocks", D, 60, ("destroyed",)),
        Scenario("undecided", D, 240, ("destroyed",)),
        Scenario("backup", D, 140, ("destroyed",)),
        Scenario("oldVault", D, 240, ("destroyed",)),
        Scenario("hidden", D, 60, ("destroyed",)),
        Scenario("shortened", D, 400, ("destroyed",), states=500),
        Scenario("cut", D, 8, ("late",)),
        Scenario("cutPurge", D, 35, ("waits", "all said")),
        Scenario("ended", D, 14, ("forgotten", "taken again")),
        Scenario("brought", D, 200, ("destroyed",)),
        Scenario("agreed", D, 240, ("destroyed", "taken again")),
        Scenario("tombstone", D, 400, ("all said",), states=600),
        Scenario("unseen", D, 400, ("all said",), states=700),
        # Keys over weeks.
        Scenario("clock", K, 1500, ("opened", "a key is destroyed"), depth=25, states=2000),
        Scenario("wrongDay", K, 400, ("opened",), depth=25, states=600),
        Scenario("jump", K, 80, ("opened",), depth=25),
        Scenario("late", K, 1200, ("opened", "a key is destroyed", "alarm"), depth=25, states=1500),
        Scenario("seldom", K, 400, ("a key is destroyed",), depth=25, states=600),
        Scenario("first", K, 50, ("opened",), depth=25),
        Scenario("backedUp", K, 100, ("opened", "restored"), depth=25),
        # One log or two, rosters, bundles.
        Scenario("forks", L, 500, ("line", "no word"), states=600),
        Scenario("honest", L, 900, ("line", "no word"), states=1000),
        Scenario("setBack", L, 500, ("line", "no word"), states=600),
        Scenario("liar", L, 140, ("line", "no word")),
        Scenario("seldomLooks", L, 400, ("line", "no word"), states=500),
        Scenario("hiddenRoster", L, 500, ("line", "told", "stopped"), states=1000),
        Scenario("lastWord", L, 40, ("marked", "complete")),
        Scenario("newcomerReads", L, 8, ("newcomer reads",)),
        Scenario("reporting", L, 10, ("reported",)),
        Scenario("away", L, 40, ("back",)),
        Scenario("forgotten", L, 12, ("code known",)),
        # Sharing, until nothing is left to do.
        Scenario("joined", S, 30, ("has all", "rest")),
        Scenario("noise", S, 30, ("has all", "rest")),
        Scenario("leavesN", S, 8, ("has all", "rest")),
        Scenario("offRoster", S, 4, ("has all", "rest")),
        Scenario("missing", S, 8, ("has all", "rest")),
        Scenario("agreedX", S, 5, ("has all", "rest")),
        Scenario("deniedX", S, 8, ("has all", "rest")),
        Scenario("slotless", S, 8, ("has all", "rest")),
        Scenario("otherCase", S, 7, ("has all", "rest")),
        Scenario("lost", S, 10, ("has all", "rest")),
        Scenario("steppedAway", S, 400, ("has all", "rest"), states=600),
        Scenario("waiting", S, 16, ("has all", "rest")),
        Scenario("refused", S, 9, ("has all", "rest")),
        Scenario("silent", S, 4, ("has all", "rest")),
        Scenario("words", S, 28, ("taken by word", "taken by the log")),
        Scenario("readWords", S, 1, ("taken by the log",)),
        Scenario("wholeWords", S, 1, ("taken by the log",)),
        Scenario("poisoned", S, 8, ("has all", "rest", "arrived")),
    )
}

SWITCHES = (
    # Letting in and denial.
    Switch("T10", "a yes lets in if every denial is in its past, shown to the reporter or not", 3, "denials"),
    Switch("T11", "consents are numbered by what the page shows, and the highest number counts", 3, "windows"),
    Switch("T12", "a consent is about whom its request names, where the request can be read", 3, "request"),
    Switch("T4", "a consent to a request that is not here is an alarm on the reporter", 12, "request"),
    Switch("T20", "rights follow from what a message itself names, so that its author chooses them", 4, "denied"),
    Switch("T21", "what ends rights goes before what does not know of it", 12, "thinly"),
    Switch("T22", "who was let in once may be named in a joined", 3, "joins"),
    Switch("T23", "a denial puts out everybody whom it names, readers of the report too", 8, "both"),
    Switch("T24", "a denial is about those in `without` alone", 3, "newcomer"),
    Switch("T25", "who believed a yes that a denial crossed is forbidden, not late", 12, "crossing"),
    Switch("T26", "who believed a joined that did not count is forbidden, not late", 12, "thinly"),
    Switch("T27", "the page gives no yes as long as it misses an id", 8, "madeUp"),
    Switch("T28", "messages are applied by place alone, before their past", 12, "behind"),
    Switch("K20", "a place alone says which of two stands before the other", 12, "putBack"),
    Switch("T30", "a joined that waits goes out though the reporter has denied meanwhile", 3, "newcomer"),
    Switch("T44", "a message that names somebody in `without` does not count", 12, "naming"),
    Switch("T44-order", "a message of the thread waits for one of the dossier that it names", 12, "ahead", ("T44o",)),
    Switch(
        "T45-later",
        "a message waits for what it names, though its author posts that only later",
        12,
        "postedLater",
        ("T45",),
    ),
    Switch("T6", "what a person writes whose reading has ended is forbidden, not late", 12, "crossing"),
    Switch("H2", "whoever says `entered` behind a report voids the reporter's consents", 12, "claimed"),
    Switch("H4", "who has a new key is somebody else than whom the report left out", 3, "accused"),
    Switch("M3-cap", "`seen` names the newest messages alone", 4, "withheld", ("M3a",)),
    Switch("M3-order", "the server's order decides; to name whom one puts out is forbidden", 3, "withdrawn", ("M3b",)),
    Switch("T33", "two messages look parallel though something between them is missing", 12, "chain"),
    # Order and honest runs.
    Switch("T2", "each message of the outbox goes its own way, in any order", 12, "session"),
    Switch("T13", "`seen` names the own last message of whatever channel", 12, "notes"),
    # Persons, keys and rosters.
    Switch("T1", "`seen` counts what its author was sealed", 12, "reKeyed"),
    Switch("T3", "who is not on the roster in force with this very key is an alarm", 12, "reKeyed"),
    Switch("T3-leaves", "the same, for who has left", 12, "leaves", ("T3",)),
    Switch("T15", "a revoked key counts no more from the day of the revocation itself", 12, "revokes"),
    Switch("K26", "a revoked key undoes all that its owner ever wrote", 12, "former"),
    Switch("H5", "everybody counts who ever stood on a roster and is not left out", 4, "former"),
    Switch("H6", "one 404 is believed for ever", 8, "mutes"),
    Switch("H8", "who holds a capability ends the mailbox at once", 8, "mutes"),
    # Open, closed and the last day.
    Switch("H1a", "another key is enough for an approval", 9, "purges"),
    Switch("H1b", "a former recipient may approve", 9, "purges", ("H5",)),
    Switch("K3", "a closing of a closed case counts anew, and only terms behind it", 9, "term"),
    Switch("K4", "a closing counts though a message of the reporter stands before it unread", 8, "closes"),
    Switch("K5", "an answered message brings the old closing back", 8, "closes"),
    Switch("K6", "the last day counts from the first closing, open or not", 9, "reopens"),
    Switch("K7", "one reader opens again at any time", 9, "reopens"),
    Switch("K11", "one reader shortens the term", 9, "term"),
    Switch("K15", "a shorter term that two agreed on outlives the closing it was about", 9, "oldTerm"),
    Switch("K16", "a closing has to name the `reopened` of the dossier", 0, "again", loses="closed again"),
    Switch("K17", "a name that nobody has revealed is never on the screen", 0, "compartment", loses="closed"),
    Switch("K23", "an approved purge sets the last day, earlier or later", 9, "latePurge"),
    Switch("K24", "an approved shorter term does away with all others", 9, "terms"),
    # Vaults over days.
    Switch("K1", "a message destroys, judged at its place: what is said afterwards goes too", 9, "lateWord"),
    Switch("K2", "a hold that is said after `destroyed` comes too late", 9, "holding"),
    Switch("K8", "a `destroyed` that crosses with a hold is an alarm on its author", 12, "holding"),
    Switch("K9", "a `destroyed` of a clock that is fast is an alarm on its author", 12, "clocks"),
    Switch("H1c", "where the server has answered 404, one reader's tombstone is obeyed", 9, "tombstone"),
    Switch("H1d", "where the mailbox has ended, one reader's tombstone is obeyed", 9, "tombstone"),
    Switch("K12", "a share brings a destroyed case back", 9, "brought"),
    Switch("T41", "a joined brings a destroyed case back", 9, "brought"),
    Switch("K13", "own words count once they stand in the log", 9, "lastDays"),
    Switch("K14", "an accepted differing log leaves the waiting as it is", 9, "backup"),
    Switch("K18", "what makes the last day may come by a share, and waits for seven days too", 9, "hidden"),
    Switch("K21", "an earlier last day than before begins no new waiting", 9, "shortened"),
    Switch("K25", "a sync that reads less than a bundle names is complete", 9, "cutPurge"),
    Switch("K25-roster", "the same, where the roster is hidden that ended the approver", 9, "cut", ("K25",)),
    Switch(
        "K27", "only a complete sync destroys, which who is off the roster never has", 0, "ended", loses="forgotten"
    ),
    Switch("K28", "what was destroyed is never taken again", 0, "ended", loses="taken again"),
    Switch("K30", "a vault from a backup brings its waiting along", 9, "oldVault"),
    Switch("K31", "what a 404 has put aside holds nothing up", 9, "undecided"),
    Switch("L6", "the day is what the server says", 9, "clocks"),
    Switch("M1", "the same: one lie about the day", 9, "clocks", ("L6",)),
    Switch("M7", "a vault that has never seen the report obeys a tombstone", 9, "unseen"),
    # Keys over weeks.
    Switch("L3", "the day is asked after the log was read", 8, "clock"),
    Switch("L4", "`until` is checked before the lock is waited for", 8, "clock"),
    Switch("M1-keys", "the server's day alone destroys keys", 8, "wrongDay", ("DAY",)),
    Switch("L5", "the server's day follows its clock wherever that runs", 8, "jump"),
    Switch("L14", "a last-resort bundle is renewed under 180 days", 8, "seldom"),
    Switch("L15", "keys are kept by their Monday, whatever the kind", 8, "first"),
    Switch("L16", "a refusal does not name the highest serial", 8, "backedUp"),
    Switch("L18", "`until` is not held against the entry's day", 8, "late"),
    # One log or two, rosters, bundles.
    Switch("L1", "nobody watches a published roster", 5, "hiddenRoster"),
    Switch("L8", "the server takes any digest, and pages stop at a contradiction", 9, "liar"),
    Switch("L9", "persons are marked, not identities", 5, "lastWord"),
    Switch("L10", "one who has looked is not enough", 12, "seldomLooks"),
    Switch("L11", "only the fourth week's bundle is signed anew", 4, "honest"),
    Switch("L11-fork", "the same, where the server forks", 4, "forks", ("L11",)),
    Switch("L12", "a witness names the last entry read, by its day", 12, "honest"),
    Switch("L13", "bundles are given back after a restore", 12, "setBack"),
    Switch("H3", "a bundle may name any roster, and everybody stops at a newer one", 9, "liar"),
    Switch("H7", "a page takes a roster that any bundle names, last-resort ones too", 5, "hiddenRoster"),
    Switch("T40", "a sync needs every roster that any entry names", 9, "lastWord"),
    Switch("M2", "who has no weekly bundle is away, and left out", 3, "reporting"),
    Switch("L2", "the log's new capability stands in the log", 0, "newcomerReads", loses="newcomer reads"),
    Switch("L7", "a report is given back without its mailbox", 0, "forgotten", loses="code known"),
    Switch("L17", "the digest before the first entry that is left is not given", 0, "away", loses="back"),
    # Sharing.
    Switch("C1", "an entry that cannot be fetched ends the sync", 8, "poisoned"),
    Switch("T5", "only who reads answers an `arrived`", 8, "lost"),
    Switch("T8", "nobody asks for a missing id", 8, "slotless"),
    Switch("T9", "the mac is enough to be taken, whatever the head", 12, "words"),
    Switch("K29", "the same, for an old cover entry", 12, "words", ("T9",)),
    Switch("K22", "a share gives place and day, also of a time that the vault has read", 12, "words"),
    Switch("T29", "the same, for a message that was dropped", 12, "words", ("K22",)),
    Switch("T45", "the same, for a message that is posted later", 12, "words", ("K22",)),
    Switch("T29-read", "a share's word is heard of a case whose report was read", 12, "readWords", ("T29w",)),
    Switch("T45-whole", "a word is heard where nothing is older than the own index", 12, "wholeWords", ("T29w",)),
    Switch("T14", "the outbox drops a message and sends those that name it", 12, "refused"),
    Switch("T16", "a tool gives any message that somebody lacks", 3, "otherCase"),
    Switch("T17", "who lets in shares what stands before the joined, and nobody shares more", 8, "joined"),
    Switch("T18", "who stands in `missing` counts as named", 8, "missing"),
    Switch("T19", "who has nothing to give does not answer", 3, "lost"),
    Switch("T31", "only who is let in is given what they lack", 8, "offRoster"),
    Switch("T34", "what a share stands in the log of is not given again", 8, "noise"),
    Switch("T35", "each reader shares their own messages", 8, "leavesN"),
    Switch("T36", "the page does not share with a yes", 8, "agreedX"),
    Switch("T37", "the outbox waits for a mailbox that has ended", 8, "silent"),
    Switch("T38", "a denial that could not be sealed is not shared", 3, "deniedX"),
    Switch("T42", "the same, for a denial that crosses a yes", 3, "deniedX", ("T38",)),
    Switch("T39", "an entry of an unknown case is a reason to arrive each week", 12, "poisoned"),
    Switch("T43", "what waits goes out as it was sealed, whoever has arrived since", 8, "waiting"),
    Switch("T49", "who reads no more and has a new or older vault is not told so", 3, "steppedAway"),
    Switch("T46", "the page cannot see what it has shared", 12, "agreedX"),
)

# Limits that SECURITY.md states: the search finds them without any switch.
LIMITS = (
    Switch("taken back", "an author can name what they post only later, and take back an own joined", 12, "takenBack"),
)
