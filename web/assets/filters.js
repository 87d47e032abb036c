// Shows what a search finds in the place of what stood there: the page is not loaded anew, and the focus is led to what
// was found, or to what is to be corrected. Without this script, or an answer, the form loads its page as always.

import { suggest } from "./communes.js";

let shown = location.pathname + location.search;
let latest;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.site-filters[method=get]")) return;
  event.preventDefault();
  const address = new URL(form.action);
  address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  show(address);
});

// Who goes back gets the page of then; who follows a link within this one stays on it.
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) location.reload();
});

async function show(address) {
  latest = address;
  const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (address !== latest) return;
  const main = page?.querySelector("main");
  if (!main) return location.assign(address);
  if (answer.url !== location.href) history.pushState(null, "", answer.url);
  shown = location.pathname + location.search;
  document.title = page.title;
  document.querySelector("main").replaceWith(main);
  main.querySelectorAll("input[data-communes]").forEach(suggest);
  const target = ["[role=alert] a", "#resultats", "h1"].map((each) => main.querySelector(each)).find(Boolean);
  if (!target.matches("a")) target.tabIndex = -1;
  target.focus();
}
