// Looks whether the inbox is locked or has something new, and searches while somebody types; it keeps nothing.
"use strict";

const LOOK_MILLISECONDS = { fetching: 1000, idle: 10_000 };
const TYPING_MILLISECONDS = 150;
const { state, home, fetched, fetching } = document.body.dataset;

// Whoever types a long answer asks for no page, and is there all the same.
let active = false;
for (const sign of ["input", "keydown", "pointerdown", "wheel"]) addEventListener(sign, () => (active = true), { passive: true });

async function look() {
  let answer;
  try {
    answer = await (await fetch(active ? `${state}?active=yes` : state)).json();
    active = false;
  } catch {
    location.replace(home); // ended, or another browser is in: nothing stays on the screen
    return;
  }
  if (answer.locked) {
    document.body.replaceChildren();
    location.replace(home);
  } else if (String(answer.fetched) !== fetched) {
    const typed = [...document.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox])")].some((field) => field.value !== field.defaultValue);
    const news = document.getElementById("news");
    if (document.getElementById("rows") && !typed) {
      location.replace(location.href);
    } else {
      news.textContent = news.dataset.new;
      news.hidden = false;
    }
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

// Our own page's HTML, in which every stranger's word is escaped; it is parsed inert, and scripts in it never run.
function parsed(text) {
  const policy = globalThis.trustedTypes?.createPolicy("rows", { createHTML: (html) => html });
  return new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html").body.childNodes;
}

const form = document.getElementById("search");
if (form) searchWhileTyping(form);
if (state) setInterval(look, fetching ? LOOK_MILLISECONDS.fetching : LOOK_MILLISECONDS.idle);
