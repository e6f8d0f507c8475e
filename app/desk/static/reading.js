// Reports and stories: open what a link points into, and print.
"use strict";

function openTo(hash) {
  const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
  const folded = target && target.closest("details");
  if (folded) folded.open = true;
  if (target) target.scrollIntoView();
}

addEventListener("hashchange", () => openTo(location.hash));
addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link) openTo(link.hash);
  if (event.target.closest("[data-print]")) print();
});
// Paper shows what a screen folds away.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("main details:not([open], .menu)")];
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
openTo(location.hash);
