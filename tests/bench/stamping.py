"""How long a reporter waits for seal and stamp in Firefox without JIT, in the page's worker, at the shipped work."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from keys.roster import address
from tests.bench.figures import Figure, WrongError
from tests.bench.serving import shipped_policy, shipped_server
from tests.journeys.browser import Browser
from tests.journeys.meddling import Answer, Asked, Forward, Meddler
from tests.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.journeys.browser import Kind

REPORTS = 15
BATCH = 1024  # hashes for each nonce that exchange.ts draws
NONCE_SIZE = 16
BROWSER_SECONDS = 600
AIM = "aim at 3"
SCRIPTS = ("worker", "sealing")
TOLD = {
    "text": "Er ging iets mis op het werk. " * 40,
    "topic": "anders",
    "language": "nl",
    "about": {"board": False, "others": "", "people": []},
    "answers": {},
}

# Before the worker's own script: its replies also say how many nonces it has drawn.
COUNTING = """
{
  let drawn = 0;
  const draw = crypto.getRandomValues.bind(crypto);
  const post = self.postMessage.bind(self);
  crypto.getRandomValues = (raw) => { if (raw.length === %d) drawn += 1; return draw(raw); };
  self.postMessage = (reply) => post({ ...reply, drawn });
}
"""

# In the page: asks a worker for reports, one after another, and records the start of each step.
REPORTING = """
(async (address, sealing, reports, told) => {
  const worker = new Worker(address, { name: sealing });
  const ask = (name, ask) => new Promise((done, failed) => {
    const steps = [];
    worker.onmessage = ({ data }) => {
      steps.push({ step: data.step ?? "done", at: performance.now() / 1000, drawn: data.drawn });
      if ("failed" in data) failed(new Error(data.failed.code));
      if ("done" in data) done({ steps, done: data.done });
    };
    worker.postMessage({ number: 1, name, params: ask });
  });
  const { recipients } = (await ask("trust", { fragment: "" })).done;
  const chosen = recipients.map(({ person }) => person);
  const seen = [];
  for (let report = 0; report < reports; report++) {
    const { receipt } = (await ask("draw", {})).done;
    seen.push((await ask("report", { receipt, told, chosen, files: [], identity: "" })).steps);
  }
  worker.terminate();
  return seen;
})(%s, %s, %d, %s)
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """The cost of one report in the browser."""

    seal_s: float
    stamp_s: float
    hashes: int


def measure() -> Iterator[Figure]:
    """Send reports from the page's worker, with the work of a server at rest."""
    policy = shipped_policy()
    organisation = Organisation.found(policy=policy)
    sent = _sent_from("firefox", organisation)
    hashes_per_s = sum(one.hashes for one in sent) / sum(one.stamp_s for one in sent)
    yield Figure("stamp_work", policy.work, "hashes on average: `work` in deploy/policy.toml")
    yield Figure("stamp_nojit_s", median(one.stamp_s for one in sent), f"{AIM}; median of {REPORTS}")
    yield Figure("stamp_nojit_mean_s", policy.work / hashes_per_s, "stamp_work / hashes_nojit_per_s")
    yield Figure("hashes_nojit_per_s", hashes_per_s)
    yield Figure("seal_nojit_s", median(one.seal_s for one in sent))


def _sent_from(kind: Kind, organisation: Organisation) -> Sequence[Sent]:
    with tempfile.TemporaryDirectory(prefix="meldbus-bench-") as name, ExitStack() as ending:
        server = shipped_server(Path(name))
        ending.callback(server.kill)
        server.found(organisation)
        proxy = ending.enter_context(Meddler(server.port, _counting))
        browser = ending.enter_context(Browser(kind, timeout=BROWSER_SECONDS))
        browser.goto(address(proxy.url, "nl", organisation.fingerprint))
        worker, sealing = (browser.evaluate(f'document.querySelector("#stage").dataset.{name}') for name in SCRIPTS)
        seen = browser.evaluate(REPORTING % (json.dumps(worker), json.dumps(sealing), REPORTS, json.dumps(TOLD)))
    return [_sent(steps) for steps in seen]


def _counting(asked: Asked, forward: Forward) -> Answer:
    """Put the counting script before the worker's script, which is otherwise unchanged."""
    if not asked.path.startswith("/static/worker."):
        return forward(asked)
    headers = tuple(pair for pair in asked.headers if pair[0].lower() != "accept-encoding")
    answer = forward(replace(asked, headers=headers))
    return answer.with_body(COUNTING.encode() % NONCE_SIZE + answer.body)


def _sent(steps: Sequence[Mapping[str, float | str]]) -> Sent:
    """Parse the steps that a worker has reported: each starts when the one before ends."""
    if [step["step"] for step in steps] != ["fetching", "sealing", "stamping", "sending", "done"]:
        raise WrongError(f"a report took other steps: {steps}")
    _, sealing, stamping, sending, _ = steps
    drawn = float(sending["drawn"]) - float(stamping["drawn"])
    return Sent(
        seal_s=float(stamping["at"]) - float(sealing["at"]),
        stamp_s=float(sending["at"]) - float(stamping["at"]),
        hashes=round(drawn) * BATCH,
    )
