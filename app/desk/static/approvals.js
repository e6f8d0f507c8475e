// On a card a phone begins with the phone's mail; an address that ends in #reject opens the reason.
"use strict";

const narrow = matchMedia("(max-width: 860px)");
const forms = new URLSearchParams(location.search);
addEventListener("load", () => {
  if (!narrow.matches || forms.has("form")) return;
  const phone = document.querySelector('.switches a[data-form="phone"]:not([aria-current])');
  if (phone?.checkVisibility()) phone.click();
});
if (location.hash === "#reject") document.getElementById("reject")?.showModal();

// On the form: how much of a line is used, and Escape back to the card.
document.addEventListener("input", (event) => {
  const most = Number(event.target.dataset?.most);
  const count = most && event.target.parentElement.querySelector(".count");
  if (!count) return;
  const used = [...event.target.value].length;
  count.textContent = `${used} of ${most}`;
  count.classList.toggle("over", used > most);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  document.querySelector("[data-escape]")?.click();
});
