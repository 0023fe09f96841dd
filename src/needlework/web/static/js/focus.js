// After a refusal the list of what is wrong gets the focus; after a swap, the heading of the new part.
import { live } from "./live.js";

live("#form-errors", (summary) => summary.focus());

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  if (part?.contains(document.activeElement) && document.activeElement !== document.body) return;
  const goal = part?.querySelector?.("[autofocus], #form-errors") ?? part?.querySelector?.("h1[tabindex]");
  goal?.focus();
});

// The sentence for the two failures of a request which no page describes.
const failed = (sentence) => {
  const main = document.getElementById("main");
  if (!main) return;
  document.getElementById("request-failed")?.remove();
  const note = document.createElement("div");
  note.id = "request-failed";
  note.className = "alert stop";
  note.setAttribute("role", "alert");
  const words = document.createElement("div");
  words.textContent = sentence;
  note.append(words);
  main.prepend(note);
};
document.addEventListener("htmx:sendError", () =>
  failed("The clinic's server cannot be reached. What you typed is still on this page. Try again in a moment."),
);
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403) failed("You may not do this, or you have been logged out. Reload the page to see which.");
  else if (status === 404) failed("This is no longer there. Reload the page.");
  else if (status !== 422) failed("That did not work, and nothing was changed. What you typed is still on this page. Try again.");
});
