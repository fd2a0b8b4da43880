// Asks whether the inbox is locked or has something new, and searches while somebody types. What was typed and not sent
// goes to the inbox before its page goes; nothing is kept here.
"use strict";

const LOOK_MILLISECONDS = { syncing: 1000, idle: 10_000 };
const TYPING_MILLISECONDS = 150;
const { state, home, keep, most, syncs, syncing } = document.body.dataset;
const news = document.getElementById("news");

// Somebody who types a long answer loads no page, and is there all the same.
let active = false;
for (const sign of ["input", "keydown", "pointerdown", "wheel"]) addEventListener(sign, () => (active = true), { passive: true });

let looking = 0;

async function look() {
  let answer;
  try {
    answer = await (await fetch(active ? `${state}?active=yes` : state)).json();
    active = false;
  } catch {
    // It has ended, or another browser is in. Another program could take the port: nothing is loaded from there.
    clearInterval(looking);
    news.textContent = news.dataset.ended;
    news.hidden = false;
    document.body.replaceChildren(news);
    return;
  }
  if (answer.locked) {
    leave();
  } else if (String(answer.syncs) !== syncs) {
    const typed = [...document.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox])")].some((field) => field.value !== field.defaultValue);
    if (document.getElementById("rows") && !typed) {
      location.replace(location.href);
    } else {
      news.textContent = news.dataset.new;
      news.hidden = false;
    }
  }
}

async function leave() {
  clearInterval(looking);
  const kept = keepTyped();
  document.body.replaceChildren();
  await kept;
  location.replace(home);
}

// The inbox seals it while it is locked.
function keepTyped() {
  const filled = [...document.querySelectorAll("main form[method=post]")].filter(isFilled);
  return Promise.allSettled(
    filled.map((form) => {
      const action = new URL(form.action).pathname;
      return fetch(`${keep}?action=${encodeURIComponent(action)}`, { method: "POST", body: fieldsOf(form) });
    }),
  );
}

// What was refused stands in its form again: nothing was typed into that since.
function isFilled(form) {
  if (form.querySelector(".error, [data-unsent]")) return true;
  return [...form.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox], [type=password], [type=search])")].some(
    (field) => field.value !== field.defaultValue,
  );
}

function fieldsOf(form) {
  return new URLSearchParams(new FormData(form));
}

// A form that is larger than the inbox takes would be gone with its page, and so would what is typed when it is locked.
function beforeSending(event) {
  const form = event.target;
  if (form.method === "post" && new Blob([fieldsOf(form).toString()]).size > Number(most)) {
    event.preventDefault();
    news.textContent = news.dataset.long;
    news.hidden = false;
    news.scrollIntoView();
  } else if (form.id === "lock") {
    event.preventDefault();
    keepTyped().then(() => form.submit());
  }
}

function searchWhileTyping(form) {
  const rows = document.getElementById("rows");
  let wait = 0;
  let latest = 0;
  form.elements.query.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(async () => {
      const turn = ++latest;
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", headers: { Accept: "text/x-rows" }, body });
      const text = await answer.text();
      if (turn === latest && answer.ok && !answer.redirected) rows.replaceChildren(...parsed(text));
    }, TYPING_MILLISECONDS);
  });
}

// A policy of one name can be made once in a page.
const trusted = globalThis.trustedTypes?.createPolicy("rows", { createHTML: (html) => html });

// Our own page's HTML, in which each word of a stranger is escaped; it is parsed inert, and scripts in it never run.
function parsed(text) {
  return new DOMParser().parseFromString(trusted ? trusted.createHTML(text) : text, "text/html").body.childNodes;
}

const form = document.getElementById("search");
if (form) searchWhileTyping(form);
if (state) {
  addEventListener("submit", beforeSending);
  looking = setInterval(look, syncing ? LOOK_MILLISECONDS.syncing : LOOK_MILLISECONDS.idle);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  // Chromium keeps pages for its Back button, and would show a case after locking.
  addEventListener("pagehide", () => document.body.replaceChildren());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
