"""Files travel both ways byte for byte, under harmless names; what goes wrong on the way is said, and loses nothing."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.journeys import site as sites
from tests.journeys.meddling import Answer, Asked, Meddler, honest
from tests.journeys.reporter import ROOT, nl
from tests.journeys.shelf import LARGE, PIXEL, fill, unknown
from tests.journeys.site import BOARD_1, SECRETARIS, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journeys.meddling import Forward
    from tests.journeys.reporter import Reporter

MIB = 2**20
SENTINEL = "Sentinel in de foto"
DROPPED = """
    ((zone, type) => {{
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([{content}], {name}));
        const event = new DragEvent(type, {{ dataTransfer, bubbles: true, composed: true, cancelable: true }});
        return zone.dispatchEvent(event);
    }})({target}, "drop")
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """The files of a reporter: a photo, a document and a recording."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    fill(folder, SENTINEL)
    return folder


@pytest.fixture
def wire(site: Site) -> Iterator[Meddler]:
    with Meddler(site.port) as wire:
        yield wire


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def saved(site: Site, who: str, number: str, folder: Path) -> dict[str, Path]:
    """Save the files of a case as this recipient; return them by name."""
    site.run(who, "save", number, "--to", folder)
    return {path.name: path for path in folder.rglob("*") if path.is_file()}


def dropped(reporter: Reporter, target: str, name: str, content: str) -> bool:
    """Drop a file on an element; return whether the browser would now do with it as it likes."""
    given = {"target": target, "name": json.dumps(name), "content": json.dumps(content)}
    return bool(reporter.evaluate(DROPPED.format(**given)))


def test_files_reach_the_recipients_and_theirs_reach_the_reporter_byte_for_byte(
    site: Site, reporter: Reporter, shelf: Path, tmp_path: Path
) -> None:
    for who in (SECRETARIS, BOARD_1):
        site.news(who)
    reporter.visit(site.address("nl"))
    reporter.begin()
    reporter.untick("Bestuurslid 2")
    reporter.fill("write", "Met bijlagen.")
    reporter.add_files("write", *(shelf / name for name in ("IMG_2033.JPG", "Verslag van Jan.pdf", "opname")))
    listed = reporter.files("write")
    assert [file.name for file in listed] == ["bestand-1.jpg", "bestand-2.pdf", "bestand-3"]
    assert [file.own for file in listed] == [
        nl("On your device: {name}", name=name) for name in ("IMG_2033.JPG", "Verslag van Jan.pdf", "opname")
    ]
    for trace in ("the place", "date and time", "the device"):
        assert nl(trace) in listed[0].found
    assert "pdf" in listed[1].found
    code = reporter.review()
    assert [file.name for file in reporter.files("review")] == ["bestand-1.jpg", "bestand-2.pdf", "bestand-3"]
    reporter.send(code)
    reporter.at("sent")

    [number] = site.news(SECRETARIS)
    assert "Met bijlagen." in site.read(SECRETARIS, number)
    found = saved(site, SECRETARIS, number, tmp_path / "secretaris")
    assert {"bestand-1.jpg", "bestand-2.pdf", "bestand-3"} <= set(found)
    assert digest(found["bestand-2.pdf"]) == digest(shelf / "Verslag van Jan.pdf")
    assert digest(found["bestand-3"]) == digest(shelf / "opname")
    received = found["bestand-1.jpg"].read_bytes()
    assert SENTINEL.encode() not in received
    assert b"Merk" not in received
    assert received.endswith(PIXEL[-20:])
    assert site.news(BOARD_1) == {number}

    answer = tmp_path / "Notulen.bin"
    answer.write_bytes(unknown(2 * MIB))
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "reply", "--attach", answer, number, text="Klopt dit verslag?")
    reporter.press("sent", "talk")
    reporter.at("talk")
    assert [file.name for file in reporter.attached()][:3] == ["bestand-1.jpg", "bestand-2.pdf", "bestand-3"]
    [theirs] = [file.name for file in reporter.attached()][3:]
    assert digest(reporter.save_file(theirs)) == digest(answer)
    # Each way once more, and small enough to travel whole.
    reporter.add_files("talk", shelf / "Verslag van Jan.pdf")
    reporter.answer("Ja, zie dit.")
    assert reporter.said()[-1] == "Ja, zie dit."
    assert [file.name for file in reporter.attached()][4:] == ["bestand-1.pdf"]
    assert reporter.files("talk") == []
    site.run(SECRETARIS, "sync")
    again = saved(site, SECRETARIS, number, tmp_path / "once more")
    assert digest(again["bestand-1.pdf"]) == digest(shelf / "Verslag van Jan.pdf")
    assert reporter.browser.console() == []


def test_names_and_a_photo_are_kept_for_who_asks_for_it(
    site: Site, reporter: Reporter, shelf: Path, tmp_path: Path
) -> None:
    site.news(SECRETARIS)
    turned = shelf / "a\u202egpj.exe"
    turned.write_bytes(b"MZ")
    reporter.visit(site.address("nl"))
    reporter.begin()
    reporter.fill("write", "Met de namen erbij.")
    reporter.add_files("write", shelf / "IMG_2033.JPG", shelf / "Verslag van Jan.pdf", turned)
    reporter.keep_original("write", "bestand-1.jpg")
    assert nl("the place") in reporter.files("write")[0].found
    reporter.keep_names("write")
    names = ["IMG_2033.JPG", "Verslag van Jan.pdf", "agpj.exe"]
    assert [file.name for file in reporter.files("write")] == names
    code = reporter.review()
    assert [file.name for file in reporter.files("review")] == names
    reporter.send(code)
    reporter.at("sent")

    [number] = site.news(SECRETARIS)
    found = saved(site, SECRETARIS, number, tmp_path / "secretaris")
    assert set(names) <= set(found)
    assert digest(found["IMG_2033.JPG"]) == digest(shelf / "IMG_2033.JPG")
    reporter.press("sent", "talk")
    reporter.at("talk")
    assert [file.name for file in reporter.attached()] == names
    assert digest(reporter.save_file("agpj.exe")) == digest(turned)


def test_a_name_that_a_recipient_meant_badly_is_shown_as_it_is_and_saved_harmlessly(
    site: Site, reporter: Reporter, tmp_path: Path
) -> None:
    site.news(SECRETARIS)
    reporter.visit(site.address("nl"))
    reporter.report("Een vraag.")
    [number] = site.news(SECRETARIS)
    bad = tmp_path / "..\u202egpj.exe"
    bad.write_bytes(b"MZ")
    site.read(SECRETARIS, number)
    site.run(SECRETARIS, "reply", "--attach", bad, number, text="Kijk hier eens naar.")
    reporter.press("sent", "talk")
    reporter.at("talk")
    [file] = reporter.attached()
    assert "\u202e" not in file.name
    path = reporter.save_file(file.name, "gpj.exe")
    assert path.read_bytes() == b"MZ"
    assert path.stat().st_mode & 0o111 == 0


def test_files_stay_added_on_the_way_back_and_go_when_they_are_removed(
    site: Site, in_chromium: Reporter, shelf: Path
) -> None:
    reporter = in_chromium
    reporter.visit(site.address("nl"))
    reporter.begin()
    reporter.fill("write", "Heen en terug.")
    reporter.add_files("write", shelf / "IMG_2033.JPG", shelf / "Verslag van Jan.pdf")
    first = reporter.review()
    reporter.press("review", "back")
    reporter.at("write")
    assert [file.name for file in reporter.files("write")] == ["bestand-1.jpg", "bestand-2.pdf"]
    reporter.remove_file("write", "bestand-1.jpg")
    assert [file.name for file in reporter.files("write")] == ["bestand-1.pdf"]
    assert reporter.review() == first
    assert [file.name for file in reporter.files("review")] == ["bestand-1.pdf"]
    assert reporter.browser.console() == []


def test_files_are_dropped_in_their_place_and_nowhere_else(site: Site, in_chromium: Reporter) -> None:
    reporter = in_chromium
    reporter.visit(site.address("nl"))
    reporter.begin()
    assert dropped(reporter, "root.querySelector('[data-part=zone] button')", "los.txt", "Los.") is False
    reporter.looked_into("write", 1)
    assert [file.own for file in reporter.files("write")] == [nl("On your device: {name}", name="los.txt")]
    for beside in ("document.body", "root.querySelector('textarea')", "root.querySelector('h1')"):
        assert dropped(reporter, beside, "naast.txt", "Ernaast.") is False
    assert len(reporter.files("write")) == 1
    pasted = """
        ((clipboardData) => {
            clipboardData.items.add(new File(["Geplakt."], "image.png"));
            const how = { clipboardData, bubbles: true, composed: true, cancelable: true };
            return root.querySelector("h1").dispatchEvent(new ClipboardEvent("paste", how));
        })(new DataTransfer())
    """
    assert reporter.evaluate(pasted) is False
    reporter.looked_into("write", 2)
    reporter.press("write", "back")
    reporter.at("readers")
    assert reporter.evaluate(pasted.replace('root.querySelector("h1")', "document.body")) is True


def test_leaving_asks_first_while_files_wait_to_be_sent(site: Site, in_chromium: Reporter, shelf: Path) -> None:
    reporter = in_chromium
    reporter.visit(site.address("nl"))
    reporter.begin()
    reporter.browser.reload()
    reporter.ready()
    assert reporter.browser.console() == []
    reporter.begin()
    reporter.add_files("write", shelf / "Verslag van Jan.pdf")
    reporter.browser.reload()
    assert [line for line in reporter.browser.console() if line.startswith("dialog: beforeunload")]


def test_the_limit_is_the_organisations_and_is_told_before_choosing(
    tmp_path: Path, in_chromium: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "POLICY", replace(sites.POLICY, file_bytes=MIB))
    large, small = tmp_path / "groot", tmp_path / "klein"
    large.write_bytes(bytes(MIB))
    small.write_bytes(b"klein")
    reporter = in_chromium
    with Site(tmp_path / "site") as own_site:
        reporter.visit(own_site.address("nl"))
        reporter.begin()
        limit = nl("Together at most {size}, in at most {most} files.", size="1 MB", most="100")
        assert reporter.part("write", "limit") == limit
        reporter.fill("write", "Te groot.")
        reporter.add_files("write", large, small)
        too_large = nl(
            "Together your files are {over} too large: at most {limit} fits. Remove some.", over="5 byte", limit="1 MB"
        )
        assert reporter.evaluate("root.querySelector('#files-error').textContent") == too_large
        reporter.press("write")
        assert reporter.mistakes("write") == [too_large]
        reporter.remove_file("write", "bestand-2.txt")
        reporter.send(reporter.review())
        reporter.at("sent")

    monkeypatch.setattr(sites, "POLICY", replace(sites.POLICY, file_bytes=0))
    with Site(tmp_path / "without files") as own_site:
        reporter.visit(own_site.address("nl"))
        reporter.begin()
        assert reporter.browser.count("#stage >>> [data-field=files]") == 0
        reporter.fill("write", "Zonder bestanden.")
        reporter.send(reporter.review())
        reporter.at("sent")


def test_a_hundred_files_fit_and_no_more(site: Site, in_chromium: Reporter, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(102)]
    for path in paths:
        path.write_text("kort")
    reporter = in_chromium
    reporter.visit(site.address("nl"))
    reporter.begin()
    reporter.fill("write", "Veel.")
    reporter.add_files("write", *paths)
    assert len(reporter.files("write")) == 100
    too_many = nl("At most {most} files fit. Files that were not added: {count}.", most="100", count="2")
    reporter.press("write")
    assert reporter.mistakes("write") == [too_many]
    reporter.send(reporter.review())
    reporter.at("sent")


def test_stopping_loses_nothing_and_sending_again_goes_on(
    site: Site, wire: Meddler, reporter: Reporter, shelf: Path
) -> None:
    site.news(SECRETARIS)
    passed, held, go_on = threading.Semaphore(3), threading.Event(), threading.Event()

    def slow(asked: Asked, forward: Forward) -> Answer | None:
        if asked.path == "/parts" and not passed.acquire(blocking=False):
            held.set()
            go_on.wait()
        return forward(asked)

    reporter.visit(site.address("nl", wire.url))
    reporter.begin()
    reporter.fill("write", "Even stoppen.")
    reporter.add_files("write", shelf / "opname")
    code = reporter.review()
    wire.meddle = slow
    try:
        reporter.send(code)
        begun = nl("Sending: {done} of {total} ({share}).", done="#", total="", share="").partition("#")[0]
        reporter.browser.wait_until(f"{ROOT}.querySelector('[data-part=pace]').textContent.startsWith({begun!r})")
        assert held.wait(60)
        assert reporter.progress("sending").startswith(begun)
        reporter.cancel("sending")
        reporter.at("review")
        stopped = nl(
            "Stopped. Nothing was sent that anybody can read. If you send again, it continues where it stopped."
        )
        reporter.browser.wait_until(f"document.querySelector('#status').textContent === {json.dumps(stopped)}")
    finally:
        go_on.set()
    assert reporter.part("review", "text") == "Even stoppen."
    assert [file.name for file in reporter.files("review")] == ["bestand-1"]
    assert site.news(SECRETARIS) == set()
    parts = [asked.body for asked in wire.asked if asked.path == "/parts"]
    reporter.press("review")
    reporter.at("sent")
    assert reporter.part("sent", "code") == code
    [_] = site.news(SECRETARIS)
    later = [asked.body for asked in wire.asked if asked.path == "/parts"][len(parts) :]
    # Of one number there is one part, whenever it was sent: nothing was sealed twice.
    assert len({body[:36] for body in parts + later}) == len(set(parts + later))


def test_without_a_connection_the_page_waits_and_goes_on(
    site: Site, wire: Meddler, in_chromium: Reporter, shelf: Path
) -> None:
    reporter = in_chromium
    site.news(SECRETARIS)
    reporter.visit(site.address("nl", wire.url))
    reporter.begin()
    reporter.fill("write", "Zonder verbinding.")
    reporter.add_files("write", shelf / "opname")
    code = reporter.review()
    wire.meddle = lambda asked, forward: None if asked.path == "/parts" else forward(asked)
    reporter.send(code)
    reporter.browser.wait_for("#stage >>> [data-part=waiting]")
    before, _, after = nl("No connection. Trying again in {time}. Keep this page open.", time="#").partition("#")
    told = reporter.part("sending", "waiting")
    assert told.startswith(before)
    assert told.endswith(after)
    wire.meddle = honest
    reporter.at("sent")
    [_] = site.news(SECRETARIS)


def test_a_file_that_changes_on_its_way_is_named_and_can_be_chosen_again(
    site: Site, wire: Meddler, reporter: Reporter, shelf: Path
) -> None:
    site.news(SECRETARIS)
    recording = shelf / "opname"
    recording.write_bytes(unknown(4 * LARGE))  # more than is read ahead
    reporter.visit(site.address("nl", wire.url))
    reporter.begin()
    reporter.fill("write", "Nog niet af.")
    reporter.add_files("write", shelf / "Verslag van Jan.pdf", recording)
    code = reporter.review()
    held, go_on = threading.Event(), threading.Event()

    def hold(asked: Asked, forward: Forward) -> Answer | None:
        if asked.path == "/parts":
            held.set()
            go_on.wait()
        return forward(asked)

    wire.meddle = hold
    try:
        reporter.send(code)
        assert held.wait(60)
        recording.write_bytes(unknown(4 * LARGE))
    finally:
        go_on.set()
    wrong = nl(
        "{name} was changed on your device while it was being sent. Nobody can read what was sent of it. "
        "Choose it again, or remove it.",
        name="opname",
    )
    assert reporter.mistakes("write") == [wrong]
    assert [file.found == wrong for file in reporter.files("write")] == [False, True]
    assert reporter.browser.value("#stage >>> textarea") == "Nog niet af."
    assert site.news(SECRETARIS) == set()
    # Chosen again, it takes the place of the one before.
    reporter.browser.upload("#stage >>> input[type=file]", recording)
    reporter.browser.wait_until(f"{ROOT}.querySelectorAll('.file.refused').length === 0")
    reporter.looked_into("write", 2)
    assert len(reporter.files("write")) == 2
    reporter.send(reporter.review())
    reporter.at("sent")
    [_] = site.news(SECRETARIS)
