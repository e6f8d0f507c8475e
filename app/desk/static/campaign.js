// What the agents do, as they do it. The page itself comes anew with each pulse of the history.
"use strict";

let work = null;

function followWork() {
  const place = document.querySelector("[data-progress]");
  if (!place || work) {
    if (!place && work) work = void work.close();
    return;
  }
  work = new EventSource(place.dataset.progress);
  work.addEventListener("progress", (event) => {
    const said = document.querySelector("[data-said]");
    if (said) said.textContent = JSON.parse(event.data).text;
  });
}

addEventListener("pagehide", () => work && work.close());
document.addEventListener("htmx:after:settle", followWork);
followWork();
