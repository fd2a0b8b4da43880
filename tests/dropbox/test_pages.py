"""The pages are the same for everyone, whole, and ask nothing of anybody else."""

import base64
import gzip
import hashlib
import html
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import brotli
import pytest
from PIL import Image

from dropbox import pages
from dropbox.pages import RESULTS, OfflineAnswers, Page, Site, render
from keys.policy import Look, OutsideRoute
from keys.wire.canonical import b64
from tests.policies import SMALL, shipped

CLIENT = Path(__file__).parents[2] / "dropbox" / "client"
FORM = [*sorted((CLIENT / "form").rglob("*.ts")), CLIENT / "entry" / "main.ts"]
ROUTE = OutsideRoute(
    name="Klachtencommissie",
    link="https://klachten.example/",
    phone="000 000 00 00",
    text={"nl": "Onderzoekt <klachten>.", "en": "Looks into <complaints>."},
)
KEPT = OfflineAnswers(
    {"/chain": b"chain", "/bundles": b"bundles", "/rosters/1": b"roster"},
    {tag: {f"/texts/{tag}": f"texts of {tag}".encode()} for tag in ("nl", "en")},
    20_600,
)
POLICY = replace(SMALL, organisation="Voorbeeldstichting & Co", outside=(ROUTE,))


class Parsed(HTMLParser):
    """A page's elements and texts; templates and all."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._within = ""
        self.feed(page.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._within = tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._within, data.strip()))

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]

    def title(self) -> str:
        return next(text for tag, text in self.texts if tag == "title")


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts")
    for name in pages.SCRIPTS:
        (folder / f"{name}.js").write_text(f"{name}();")
    return folder


@pytest.fixture(scope="module")
def built(scripts: Path) -> Site:
    return render.build(POLICY, scripts)


@pytest.fixture(scope="module")
def saved(scripts: Path) -> dict[str, Page]:
    """The page that works from the disk, by language."""
    return dict(render.offline_pages(POLICY, scripts, KEPT, "https://melden.example"))


@pytest.fixture(scope="module")
def documents(built: Site, scripts: Path) -> list[tuple[str, Page]]:
    """Return every page of HTML there can be, with its language."""
    bare = render.build(None, scripts)
    own = [(path.split("/")[1], page) for path, page in built.pages.items() if page.kind == pages.HTML]
    not_ready = [(path.split("/")[1], page) for path, page in bare.pages.items() if page.kind == pages.HTML]
    others = [
        (language, page)
        for one in (built, bare)
        for language in one.languages
        for page in [*(one.result(language, code) for code in RESULTS), one.missing(language)]
    ]
    return own + not_ready + others


def test_two_builds_give_the_same_bytes(built: Site, scripts: Path) -> None:
    again = render.build(POLICY, scripts)
    assert again.pages == built.pages
    assert again.results == built.results
    assert again.missing_pages == built.missing_pages


def test_each_language_of_the_policy_has_the_same_pages(built: Site) -> None:
    found = {path for path in built.pages if not path.startswith("/static/")}
    assert found == {f"/{lang}/{slug}" for lang in ("nl", "en") for slug in ("", "how", "others", "file")}
    assert built.home == "/nl/"


def test_a_language_that_the_policy_leaves_out_has_no_page(scripts: Path) -> None:
    built = render.build(shipped("en"), scripts)
    assert built.home == "/en/"
    assert [path for path in built.pages if path.startswith("/nl")] == []
    assert b'lang="nl"' not in built.pages["/en/"].body


def test_compressed_bytes_are_the_body(documents: list[tuple[str, Page]], built: Site) -> None:
    for page in [*built.pages.values(), *(page for _, page in documents)]:
        assert gzip.decompress(page.gzip) == page.body
        assert brotli.decompress(page.brotli) == page.body


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.1", "br"),
        ("BR", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("gzip;q=0.0, deflate", None),
        ("identity", None),
        ("", None),
    ],
)
def test_a_page_is_sent_in_an_encoding_that_was_asked_for(built: Site, header: str, coding: str | None) -> None:
    page = built.pages["/nl/"]
    body = {"br": page.brotli, "gzip": page.gzip, None: page.body}[coding]
    assert page.encoded(header) == (body, coding)


def test_no_page_has_script_or_style_of_its_own(documents: list[tuple[str, Page]]) -> None:
    for _, page in documents:
        parsed = Parsed(page)
        assert parsed.named("style") == []
        assert all(set(script) == {"src", "defer"} for script in parsed.named("script"))
        assert [text for tag, text in parsed.texts if tag == "script"] == []
        names = {name for _, attributes in parsed.elements for name in attributes}
        assert [name for name in names if name.startswith("on") or name == "style"] == []


def test_every_address_is_a_page_of_ours_or_an_outside_route(
    documents: list[tuple[str, Page]], built: Site, scripts: Path
) -> None:
    ours = {**render.build(None, scripts).pages, **built.pages}
    for _, page in documents:
        parsed = Parsed(page)
        names = ("href", "src", "action", "data-worker", "data-sealing")
        for address in [value for name in names for value in parsed.values(name)]:
            inside = address == "#main" or address in ours or address.endswith("/offline.html")
            assert inside or address in (ROUTE.link, POLICY.exit), address
        assert parsed.values("srcset") == []


def test_the_look_of_the_policy_is_on_every_page(scripts: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
    look = Look("#7a1f1f", b64(picture.getvalue()))
    built = render.build(replace(POLICY, look=look), scripts)
    styles, logos = ([path for path in built.pages if path.endswith(ending)] for ending in (".css", ".png"))
    assert b"--brand: #7a1f1f;" in built.pages[styles[0]].body
    assert built.pages[logos[0]].body == picture.getvalue()
    for path, page in built.pages.items():
        if page.kind == pages.HTML:
            assert [image["src"] for image in Parsed(page).named("img")] == logos, path


def test_outside_routes_tell_nobody_where_the_person_came_from(documents: list[tuple[str, Page]]) -> None:
    links = [link for _, page in documents for link in Parsed(page).named("a") if link["href"] == ROUTE.link]
    assert links
    assert all(link["rel"] == "noreferrer" for link in links)


def test_ids_are_unique_and_what_points_to_them_finds_them(documents: list[tuple[str, Page]]) -> None:
    for _, page in documents:
        parsed = Parsed(page)
        ids = parsed.values("id")
        assert len(set(ids)) == len(ids)
        pointers = [*parsed.values("for"), *" ".join(parsed.values("aria-describedby")).split()]
        assert set(pointers) <= set(ids)


def test_each_page_says_its_language(documents: list[tuple[str, Page]]) -> None:
    for language, page in documents:
        way = "rtl" if language == "ar" else "ltr"
        assert Parsed(page).named("html") == [{"lang": language, "dir": way}]


def test_titles_tell_an_onlooker_nothing(documents: list[tuple[str, Page]], built: Site) -> None:
    telling = re.compile(r"meld|klok|anoniem|misstand|report|whistle|anonym|integrit|veilig|klacht", re.IGNORECASE)
    for _, page in documents:
        assert not telling.search(Parsed(page).title().partition(" – ")[0])
    assert Parsed(built.pages["/nl/"]).title() == "Contact – Voorbeeldstichting & Co"


def test_what_the_policy_says_is_escaped(built: Site) -> None:
    assert b"Onderzoekt &lt;klachten&gt;." in built.pages["/nl/others"].body
    assert b"Looks into &lt;complaints&gt;." in built.pages["/en/others"].body


def test_the_form_is_only_in_templates_that_a_script_has_to_take_it_from(built: Site) -> None:
    for language in built.languages:
        body = built.pages[f"/{language}/"].body.decode()
        shown = re.sub(r"<template.*?</template>", "", body, flags=re.DOTALL)
        assert not re.search(r"<(form|textarea|input|template)", shown)
        assert f'href="/{language}/file"' in shown
        assert f'href="/{language}/others"' in shown


def test_no_field_has_a_name_that_an_address_could_carry(built: Site) -> None:
    parsed = Parsed(built.pages["/nl/"])
    fields = parsed.named("input") + parsed.named("textarea")
    assert len(fields) >= 5
    assert [field for field in fields if "name" in field] == []
    assert [field for field in fields if field.get("autocomplete") != "off"] == []


def test_a_sealed_file_is_sent_by_a_plain_form(built: Site) -> None:
    parsed = Parsed(built.pages["/en/file"])
    form = {"method": "post", "action": "/en/file", "enctype": "multipart/form-data", "autocomplete": "off"}
    assert parsed.named("form") == [form]
    assert [(field["type"], field["name"]) for field in parsed.named("input")] == [("file", "file")]


def test_every_outcome_of_a_posted_file_has_its_own_page(built: Site) -> None:
    for language in built.languages:
        assert len({built.result(language, code).body for code in RESULTS}) == len(RESULTS)
        assert built.result(language, "tampered") == built.result(language, "fault")


def test_without_a_roster_the_pages_name_nobody_and_run_nothing(scripts: Path) -> None:
    bare = render.build(None, scripts)
    assert bare.home == "/nl/"
    for language in bare.languages:
        page = bare.find(f"/{language}/")
        assert page is not None
        assert Parsed(page).named("script") == []
        assert bare.find(f"/{language}/file") is None


def test_an_address_that_does_not_exist_has_no_page(built: Site) -> None:
    for path in ("/", "/nl", "/nl/nothing", "/static/style.css", "/../pages.py", ""):
        assert built.find(path) is None
    assert built.missing("en").body != built.missing(None).body == built.missing("nl").body


def test_an_asset_carries_the_hash_of_its_bytes(built: Site) -> None:
    assets = {path: page for path, page in built.pages.items() if path.startswith("/static/")}
    assert len(assets) == 2 + len(pages.SERVED)
    for path, page in assets.items():
        assert path.split(".")[1] == hashlib.sha256(page.body).hexdigest()[:16]


def test_the_style_sheet_fetches_nothing(built: Site) -> None:
    sheet = next(page for path, page in built.pages.items() if path.endswith(".css"))
    assert not re.search(rb"url\(|@import|@font-face", sheet.body)


def test_a_page_without_its_scripts_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        render.build(POLICY, tmp_path)


def literals(script: Path) -> list[str]:
    """Return the string literals of a script, without its imports and comments."""
    code = re.sub(r"/\*.*?\*/", "", script.read_text(), flags=re.DOTALL)
    code = re.sub(r"^import .*$|(^|\s)//.*$", "", code, flags=re.MULTILINE)
    found = re.findall(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`([^`]*)`', code)
    return ["".join(groups) for groups in found]


def test_the_scripts_of_the_form_have_texts_of_their_own() -> None:
    """The tests below look for some of them."""
    without = {script.name for script in FORM if not literals(script)}
    assert without == {"context.ts"}  # it declares a type


@pytest.mark.parametrize("script", FORM, ids=lambda script: f"{script.parent.name}/{script.name}")
def test_no_script_holds_words_that_a_person_reads(script: Path) -> None:
    # Selectors and keys have no capital and no two words in a row; "Shift" is what the browser calls the key.
    sentences = {text for text in literals(script) if re.search(r"[a-z]{2,} [a-z]{2,}|[A-Z][a-z]|[.!?…]$", text)}
    assert sentences <= {"Shift"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", script.read_text())


@pytest.mark.parametrize("script", FORM, ids=lambda script: f"{script.parent.name}/{script.name}")
def test_no_script_stores_logs_or_touches_the_history(script: Path) -> None:
    forbidden = (
        r"localStorage|sessionStorage|indexedDB|document\.cookie|pushState|replaceState|console\.|document\.title"
    )
    assert not re.search(forbidden, script.read_text())


def test_every_sentence_that_a_script_asks_for_is_on_the_page(built: Site) -> None:
    there = {key for keys in Parsed(built.pages["/nl/"]).values("data-word") for key in keys.split()}
    asked = set[str]()
    for script in FORM:
        asked |= set(re.findall(r'\bwords\("([\w-]+)"', script.read_text()))
        asked |= {f"{family}-other" for family in re.findall(r'\bwordsFor\("([\w-]+)"', script.read_text())}
    assert len(asked) > 15
    assert asked <= there


def test_every_part_that_a_script_asks_for_is_on_a_page(built: Site, saved: dict[str, Page]) -> None:
    parsed = [Parsed(built.pages["/nl/"]), Parsed(saved["nl"])]
    for function, attribute in (("part", "part"), ("piece", "piece"), ("show", "step"), ("(?:control|field)", "field")):
        asked = set[str]()
        for script in FORM:
            asked |= set(
                re.findall(rf'\b{function}(?:<\w+>)?\((?:[^()]*(?:\([^()]*\))?, )?"([\w-]+)"', script.read_text())
            )
        assert asked, function
        assert asked <= {value for page in parsed for value in page.values(f"data-{attribute}")}, function


def test_a_saved_page_runs_what_stands_in_it_and_fetches_nothing(saved: dict[str, Page], scripts: Path) -> None:
    for language, page in saved.items():
        parsed = Parsed(page)
        [policy] = [meta["content"] for meta in parsed.named("meta") if "http-equiv" in meta]
        sources = dict(part.split(" ", 1) for part in policy.split("; "))
        assert sources["default-src"] == "'none'"
        inside = {tag: text for tag, text in parsed.texts if tag == "style"}
        [run] = [text for tag, text in parsed.texts if tag == "script" and text == "form();"]
        assert sources["script-src"] == render._source(run)
        assert sources["style-src"] == render._source(
            page.body.decode().partition("<style>")[2].partition("</style>")[0]
        )
        assert len(inside) == 1
        assert [name for name in ("src", "srcset") if parsed.values(name)] == []
        assert set(parsed.values("href")) == {"#main", POLICY.exit, ROUTE.link}, language
        assert parsed.named("script")[-1] == {}


def test_a_saved_page_names_its_last_day_and_where_its_file_goes(saved: dict[str, Page]) -> None:
    assert "woensdag 27 mei 2026" in saved["nl"].body.decode()
    assert "Wednesday 27 May 2026" in saved["en"].body.decode().replace(",", "")
    assert "https://melden.example/en/file" in saved["en"].body.decode()


def test_a_saved_page_brings_the_texts_of_its_own_language_alone(saved: dict[str, Page]) -> None:
    always = {"/chain": "chain", "/bundles": "bundles", "/rosters/1": "roster"}
    for language in ("nl", "en"):
        [data] = re.findall(r"self\.kept = (\{.*?\});", saved[language].body.decode())
        kept = {path: base64.b64decode(answer).decode() for path, answer in json.loads(html.unescape(data)).items()}
        assert kept == {**always, f"/texts/{language}": f"texts of {language}"}


def test_a_script_that_could_end_its_element_is_put_into_no_page(tmp_path: Path) -> None:
    for name in pages.SCRIPTS:
        (tmp_path / f"{name}.js").write_text("x = '</script>'")
    with pytest.raises(ValueError, match="cannot stand"):
        render.offline_pages(POLICY, tmp_path, KEPT, "https://melden.example")


def test_the_page_has_a_sentence_for_each_step_role_and_alarm_of_the_protocol(built: Site) -> None:
    protocol = (CLIENT / "shared" / "protocol.ts").read_text()
    there = {key for keys in Parsed(built.pages["/nl/"]).values("data-word") for key in keys.split()}
    for family, line in (
        ("alarm", r'code: ("no-report"[^;]*)'),
        ("step", r'step: ("fetching"[^}]*)'),
        ("role", r'role: ("secr[^;]*)'),
        ("file-is", r"FileKind =\s*([^;]*)"),
        ("trace", r"Trace = ([^;]*)"),
        ("pace", r'phase: ("reading"[^;]*)'),
    ):
        declared = re.search(line, protocol)
        assert declared is not None, family
        assert {f"{family}-{code}" for code in re.findall(r'"([\w-]+)"', declared[1])} <= there
