// The chat beyond forms and links: answers grow in place while they are written. Without this file
// the page loads itself anew until an answer is there.
"use strict";

const turns = document.getElementById("turns");
const composer = document.getElementById("composer");
const say = document.getElementById("say");

// Stay at the end while somebody reads there; leave them be where they have scrolled up.

function atEnd() {
  return innerHeight + scrollY >= document.documentElement.scrollHeight - 120;
}

function toEnd() {
  scrollTo({ top: document.documentElement.scrollHeight });
}

function keepingEnd(change) {
  const was = atEnd();
  change();
  if (was) toEnd();
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

function put(article, block) {
  const old = document.getElementById(block.id);
  if (old) {
    const open = old.querySelector("details[open]");
    old.replaceWith(block);
    if (open) block.querySelector("details")?.setAttribute("open", "");
  } else {
    article.querySelector(".answer").append(block);
  }
  htmx.process(block);
}

// An approval is shown once, where it was spoken of last.
function showOnce(article) {
  for (const place of article.querySelectorAll("[data-approval]")) {
    for (const other of document.querySelectorAll("[data-approval]")) {
      if (article.contains(other) || other.dataset.approval !== place.dataset.approval) continue;
      const moved = document.createElement("p");
      const link = document.createElement("a");
      moved.className = "caption";
      link.className = "link";
      link.href = `/approvals/${place.dataset.approval}`;
      link.textContent = "Open the full card";
      moved.append("Its approval stands further down. ", link);
      other.replaceWith(moved);
    }
  }
}

function follow(article) {
  const source = new EventSource(article.dataset.events);
  article.removeAttribute("data-events");
  source.addEventListener("block", (event) => keepingEnd(() => put(article, parsed(event.data))));
  source.addEventListener("again", () => article.querySelectorAll(".block").forEach((b) => b.remove()));
  source.addEventListener("end", (event) => {
    source.close();
    keepingEnd(() => {
      const whole = parsed(event.data);
      const opened = [...article.querySelectorAll("details[open]")].map((one) => one.id);
      article.replaceWith(whole);
      for (const id of opened) if (id) document.getElementById(id)?.setAttribute("open", "");
      htmx.process(whole);
      showOnce(whole);
    });
    say?.focus({ preventScroll: true });
  });
  source.addEventListener("error", () => {
    // The browser comes back by itself, and goes on where it was. Where the answer was no stream,
    // the page says what is the matter.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 2000);
  });
}

function followAll() {
  for (const article of document.querySelectorAll(".turn[data-events]")) follow(article);
}

document.addEventListener("htmx:after:swap", () => {
  if (!document.querySelector(".turn[data-events]")) return;
  // An answered question is no more.
  for (const form of turns.querySelectorAll(".turn:not(:last-child) .answers form")) {
    form.replaceWith(form.querySelector("button").textContent);
  }
  if (composer && say) say.value = "";
  toEnd();
  followAll();
});

say?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!say.value.trim() || document.querySelector(".turn[aria-busy=true]")) return;
  composer.requestSubmit(composer.querySelector(".send"));
});

if (turns) {
  if (!location.hash) toEnd();
  followAll();
}
