/**
 * Drive one browser for browser.py: a command per line of JSON on stdin, an answer per line on stdout.
 * When stdin ends the browser ends: a test that dies leaves no process behind.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer from "puppeteer-core";
import { logOverBidi, logOverCdp } from "./network.mjs";

let browser;
let firefox;
let page;
let scripted;
let noted;
let timeout;
const pages = [];
const requests = [];
const messages = [];

async function start({ kind, program, profile, downloads, args, prefs, scripting, noting, timeout: milliseconds }) {
  timeout = milliseconds;
  noted = noting;
  firefox = kind === "firefox";
  // Firefox is told by a preference instead.
  scripted = firefox || scripting;
  const shared = { browser: firefox ? "firefox" : "chrome", executablePath: program, userDataDir: profile, args, networkEnabled: noting };
  // Without a window Chromium has nobody to ask where to.
  shared.downloadBehavior = { policy: "allow", downloadPath: downloads };
  browser =
    firefox
      ? await puppeteer.launch({ ...shared, protocol: "webDriverBiDi", extraPrefsFirefox: prefs, protocolTimeout: timeout })
      : await puppeteer.launch({ ...shared, protocolTimeout: timeout });
  await adopt((await browser.pages())[0] ?? (await browser.newPage()));
  return { pid: browser.process().pid, version: await browser.version() };
}

// What Chromium says by itself, of a field with `autofocus` on a page where somebody was quicker.
const OWN = /^Autofocus processing was blocked/;

/** Make a page the one that commands go to, and listen to it. */
async function adopt(opened) {
  page = opened;
  pages.push(page);
  page.setDefaultTimeout(timeout);
  page.on("console", (message) => {
    if (!OWN.test(message.text())) messages.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => messages.push(`uncaught: ${error?.message ?? error}`));
  page.on("dialog", (dialog) => {
    messages.push(`dialog: ${dialog.type()}: ${dialog.message()}`);
    return dialog.accept();
  });
  if (noted) await (firefox ? logOverBidi(page, requests) : logOverCdp(page, requests));
  if (!scripted) await page.setJavaScriptEnabled(false);
}

// A page that navigates takes its script context with it, and one that has just begun has no body yet: that is "not yet", not a failure.
const passing = /context|detached|destroyed|navigat|no such (frame|handle|node)|stale|\bnull\b/i;

async function poll(what, look) {
  const deadline = Date.now() + timeout;
  for (;;) {
    let seen;
    try {
      seen = await look();
    } catch (error) {
      if (!passing.test(error.message) || Date.now() > deadline) throw error;
    }
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await sleep(50);
  }
}

/** Read something of the page, which may be on its way to another: then it is read there. */
const read = async (what, look) => (await poll(what, async () => ({ found: await look() }))).found;

const find = (selector) => poll(selector, () => page.$(selector));

// Firefox brings what was typed last into view a frame later, and so may take a scrolled page back: look until it rests.
async function place(element) {
  let before = null;
  for (;;) {
    const found = await element.evaluate((target) => {
      target.scrollIntoView({ block: "center", behavior: "instant" });
      const [box] = target.getClientRects();
      return box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : null;
    });
    if (!found) throw new Error("the element is not shown");
    if (before && before.x === found.x && before.y === found.y) return found;
    before = found;
    await sleep(50);
  }
}

// Not puppeteer's own click: it waits for an observer that never calls back in a Firefox without script.
async function click(element) {
  const { x, y } = await place(element);
  await page.mouse.click(x, y);
}

async function press(keys) {
  for (const chord of keys) {
    const parts = chord === "+" ? ["+"] : chord.split("+");
    const last = parts.pop();
    for (const held of parts) await page.keyboard.down(held);
    await page.keyboard.press(last);
    for (const held of parts.reverse()) await page.keyboard.up(held);
  }
}

async function kill() {
  const child = browser?.process();
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  // Puppeteer gives the browser a process group of its own: the minus takes its children with it.
  process.kill(-child.pid, "SIGKILL");
  await gone;
}

const commands = {
  start,
  goto: async ({ url }) => (await page.goto(url))?.status() ?? null,
  reload: async () => (await page.reload())?.status() ?? null,
  back: async () => {
    // Not waiting for "load": a page that comes back from the back-forward cache has had it.
    try {
      await page.goBack({ waitUntil: [] });
    } catch (error) {
      if (/history entry/i.test(error.message)) return false;
      throw error;
    }
    return poll("the page before", () => page.evaluate('document.readyState === "complete"'));
  },
  openTab: async () => {
    await adopt(await browser.newPage());
    return pages.length - 1;
  },
  showTab: async ({ number }) => {
    page = pages[number];
    await page.bringToFront();
  },
  closeTab: async () => {
    await page.close();
    page = pages[0];
  },
  forget: () => {
    requests.length = 0;
    messages.length = 0;
  },
  url: () => page.url(),
  title: () => page.title(),
  html: () => read("the source", () => page.content()),
  // Puppeteer's own way to many elements needs the page to run script; `>>>` needs puppeteer.
  count: ({ selector }) =>
    read(selector, async () =>
      selector.includes(">>>")
        ? (await page.$$(selector)).length
        : page.evaluate((css) => document.querySelectorAll(css).length, selector),
    ),
  text: ({ selector }) =>
    read(selector, async () => (await find(selector)).evaluate((element) => element.innerText ?? element.textContent)),
  value: ({ selector }) => read(selector, async () => (await find(selector)).evaluate((element) => element.value)),
  waitFor: ({ selector, state }) =>
    poll(`${selector} to be ${state}`, async () => {
      const element = await page.$(selector);
      const visible = element !== null && (await element.isVisible());
      return visible === (state === "visible");
    }),
  waitUntil: ({ expression }) => poll(expression, () => page.evaluate(expression)),
  click: async ({ selector }) => click(await find(selector)),
  focus: async ({ selector }) => (await find(selector)).focus(),
  type: async ({ selector, text }) => (await find(selector)).type(text),
  select: async ({ selector, values }) => (await find(selector)).select(...values),
  check: async ({ selector, on }) => {
    const box = await find(selector);
    if ((await box.evaluate((element) => element.checked)) !== on) await click(box);
  },
  upload: async ({ selector, paths }) => (await find(selector)).uploadFile(...paths),
  press: ({ keys }) => press(keys),
  chooser: async ({ keys, paths }) => {
    const [chooser] = await Promise.all([
      page.waitForFileChooser(),
      // A browser that does not hold its window back yet would open it, and nobody could close it.
      page.evaluate("0").then(() => press(keys)),
    ]);
    await chooser.accept(paths);
  },
  evaluate: async ({ expression }) => (await page.evaluate(expression)) ?? null,
  dark: ({ on }) => page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: on ? "dark" : "light" }]),
  print: ({ on }) => page.emulateMediaType(on ? "print" : "screen"),
  viewport: ({ width, height, scale }) => page.setViewport({ width, height, deviceScaleFactor: scale }),
  screenshot: ({ path }) => page.screenshot({ path, fullPage: true }).then(() => null),
  axe: async ({ options }) => {
    // Evaluated, not added as an element: the page's own content policy would rightly refuse that.
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    return page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then((result) => result.violations)`);
  },
  requests: () => Promise.all(requests.map((entry) => entry.settled())),
  console: () => messages,
  stored: async () => ({
    ...(await page.evaluate(async () => ({
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: "caches" in window ? await caches.keys() : [],
      workers: "serviceWorker" in navigator ? (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope) : [],
    }))),
    cookies: Object.fromEntries((await browser.cookies()).map(({ name, value }) => [name, value])),
  }),
  kill,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await commands[command](given)) ?? null };
  } catch (error) {
    answer = { error: `${command}: ${error.message || error.name}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
// Its profile goes as well: so there is nothing that it has to put in order.
await kill();
process.exit(0);
