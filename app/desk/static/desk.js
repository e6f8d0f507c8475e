// What the pages do beyond links, forms and htmx. Every page works without it.
"use strict";

const body = document.body;

// Live: one stream of pulses; each says that the history grew, and regions fetch themselves anew.

let pulses = null;
let seenAt = new Date();
let lostTimer = 0;
let grownTimer = 0;
let missed = false;

function grown() {
  if (grownTimer) return;
  grownTimer = setTimeout(() => {
    grownTimer = 0;
    // Without a network nothing can be fetched; it is made good once the stream is open again.
    missed = !navigator.onLine;
    if (!missed) body.dispatchEvent(new Event("grown"));
  }, 250);
}

function follow() {
  if (pulses || document.hidden) return;
  pulses = new EventSource("/live");
  pulses.addEventListener("open", () => {
    if (setConnection(true) || missed) grown();
  });
  pulses.addEventListener("grown", () => {
    seenAt = new Date();
    grown();
  });
  pulses.addEventListener("error", () => {
    if (!lostTimer) lostTimer = setTimeout(() => setConnection(false), 1500);
    if (pulses && pulses.readyState === EventSource.CLOSED) {
      // Signed out, the server is starting, or there is no network. Once it answers at all, the
      // navigation is asked for, which leads to the door in the first case.
      unfollow();
      fetch("/nav").then(grown, () => {});
      setTimeout(follow, 3000);
    }
  });
}

function unfollow() {
  if (pulses) pulses.close();
  pulses = null;
}

// Whether this is a return after a loss.
function setConnection(here) {
  clearTimeout(lostTimer);
  lostTimer = 0;
  const bar = document.getElementById("connection");
  if (!bar) return false;
  const back = here && !bar.hidden;
  if (!here) {
    const time = seenAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    bar.querySelector("[data-seen]").textContent = time;
  } else {
    seenAt = new Date();
  }
  bar.hidden = here;
  return back;
}

if (body.hasAttribute("data-live")) {
  follow();
  // A browser opens six connections to one place: a tab that nobody looks at gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return unfollow();
    grown();
    follow();
  });
  addEventListener("offline", () => {
    unfollow();
    setConnection(false);
  });
  addEventListener("online", follow);
  addEventListener("pagehide", unfollow);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

// Single keys: a control with data-key is pressed by it, unless somebody is typing.

function typing(target) {
  return target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
    && !/^(checkbox|radio|button|submit)$/.test(target.type));
}

function keyed(key) {
  return [...document.querySelectorAll("[data-key]")]
    .find((control) => control.dataset.key === key && control.checkVisibility());
}

addEventListener("keydown", (event) => {
  if (body.dataset.keys === "off" || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    listKeys();
    return;
  }
  const control = keyed(event.key);
  if (!control) return;
  event.preventDefault();
  if (control.matches("input, textarea, select")) control.focus();
  else control.click();
});

function listKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const list = dialog.querySelector(".key-list");
  list.textContent = "";
  const named = new Map([["?", "This list"]]);
  for (const control of document.querySelectorAll("[data-key]")) {
    if (!control.checkVisibility() || named.has(control.dataset.key)) continue;
    const copy = control.cloneNode(true);
    copy.querySelectorAll("kbd").forEach((mark) => mark.remove());
    named.set(control.dataset.key, control.dataset.keyWords || control.getAttribute("aria-label")
      || copy.textContent.trim().replace(/\s+/g, " "));
  }
  for (const [key, words] of named) {
    const term = document.createElement("dt");
    const mark = document.createElement("kbd");
    const said = document.createElement("dd");
    mark.textContent = key;
    said.textContent = words;
    term.append(mark);
    list.append(term, said);
  }
  dialog.showModal();
}

// Dialogs and menus.

addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.querySelector(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
    }
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
  }
  if (event.target.matches("dialog[open]")) event.target.close();
  for (const menu of document.querySelectorAll("details.menu[open], details.person[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open], details.person[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Work in progress: the pressed button says so, keeps its width, and cannot be pressed twice.

function begin(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.style.minWidth = `${button.getBoundingClientRect().width}px`;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.working) {
    button.dataset.rest = button.innerHTML;
    button.textContent = button.dataset.working;
  }
}

function end(button) {
  button.removeAttribute("aria-busy");
  if (button.dataset.rest !== undefined) button.innerHTML = button.dataset.rest;
  delete button.dataset.rest;
  button.style.minWidth = "";
}

addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.target.method === "dialog") return;
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // After the form's own data are gathered, so that the button's value is among them.
  setTimeout(() => begin(button));
}, true);

document.addEventListener("htmx:before:request", (event) => {
  const button = event.target.closest?.("button[data-working]");
  if (button) begin(button);
});
document.addEventListener("htmx:finally:request", (event) => {
  event.target.querySelectorAll?.("button[aria-busy]").forEach(end);
  if (event.target.matches?.("[aria-busy]")) end(event.target);
  document.querySelectorAll("button[aria-busy]").forEach((button) => {
    if (button.form === event.target) end(button);
  });
});
addEventListener("pageshow", () => document.querySelectorAll("button[aria-busy]").forEach(end));

// A dialog whose form was taken closes; what was refused is said where one looks.

document.addEventListener("htmx:after:request", (event) => {
  const dialog = event.target.closest?.("dialog[open]");
  const method = event.detail.ctx?.request?.method;
  if (!dialog || !method || method === "GET") return;
  if (event.detail.ctx.response?.raw?.ok && !event.target.hasAttribute("data-stay")) dialog.close();
});
new MutationObserver(() => {
  const said = document.getElementById("messages");
  const dialog = document.querySelector("dialog[open]");
  if (!said?.firstElementChild) return;
  if (dialog) {
    dialog.querySelector(":scope > .message")?.remove();
    dialog.prepend(...said.children);
  } else {
    said.scrollIntoView({ block: "nearest" });
  }
}).observe(document.getElementById("messages"), { childList: true });

// Tabs that show one of several parts of a page. Without this file all parts stand open.

function choose(tab, focus) {
  const list = tab.closest("[role=tablist]");
  for (const other of list.querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !chosen;
  }
  if (focus) tab.focus();
}

function prepareTabs(root) {
  for (const list of root.querySelectorAll?.("[role=tablist]") ?? []) {
    const tabs = [...list.querySelectorAll("[role=tab]")];
    const chosen = tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? tabs[0];
    if (chosen) choose(chosen, false);
  }
}

addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) choose(tab, false);
});
addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role=tab]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  choose(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length], true);
  event.preventDefault();
});
prepareTabs(document);
document.addEventListener("htmx:after:settle", (event) => prepareTabs(event.target));
