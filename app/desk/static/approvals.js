// On a card: a phone begins with the phone's mail; an address that ends in #reject opens the reason.
"use strict";

const narrow = matchMedia("(max-width: 860px)");
const forms = new URLSearchParams(location.search);
if (narrow.matches && !forms.has("form")) {
  document.querySelector('.switches a[data-form="phone"]:not([aria-current])')?.click();
}
if (location.hash === "#reject") document.getElementById("reject")?.showModal();
