// Logging in again, here or in another tab, changes the token that guards forms against forgery. A form that was
// open meanwhile takes the new one from the cookie, so that what was typed in it can still be sent.
import { freshToken } from "./live.js";

document.addEventListener("submit", (event) => {
  const token = freshToken();
  const field = event.target.querySelector?.("input[name=csrfmiddlewaretoken]");
  if (token && field) field.value = token;
}, true);

document.addEventListener("htmx:configRequest", (event) => {
  const token = freshToken();
  if (!token) return;
  event.detail.headers["x-csrftoken"] = token;
  if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token;
});
