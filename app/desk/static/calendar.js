// Dragging in the calendar. A drop asks in a dialog, as the "Move…" link of every item does.
"use strict";

let dragged = null;

function askToMove(address) {
  const dialog = document.getElementById("move");
  htmx.ajax("GET", address, { target: "#move-form", swap: "outerHTML" }).then(() => {
    if (!dialog.open) dialog.showModal();
  });
}

addEventListener("click", (event) => {
  const link = event.target.closest("a[data-ask]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  askToMove(link.getAttribute("href"));
});

function dayUnder(event) {
  return dragged && event.target.closest && event.target.closest("[data-day]");
}

function mark(day) {
  for (const one of document.querySelectorAll(".over")) one.classList.toggle("over", one === day);
  if (day) day.classList.add("over");
}

addEventListener("dragstart", (event) => {
  const item = event.target.closest && event.target.closest("[data-move]");
  if (!item) return;
  dragged = item;
  item.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", item.dataset.move);
});
addEventListener("dragend", () => {
  if (dragged) dragged.classList.remove("dragged");
  dragged = null;
  mark(null);
});
addEventListener("dragover", (event) => {
  const day = dayUnder(event);
  if (!day) return;
  event.preventDefault();
  mark(day);
});
addEventListener("drop", (event) => {
  const day = dayUnder(event);
  if (!day) return;
  event.preventDefault();
  const item = dragged;
  if (item.closest("[data-day]") === day) return;
  askToMove(`${item.dataset.move}?day=${day.dataset.day}&at=${item.dataset.at}`);
});
