// A part of a form that is fetched anew shows what the server knew when it was asked. What was typed or ticked
// in it since then is put back, so that a slow network takes nobody's words.
const fields = (root) => [...root.querySelectorAll("input[name]:not([type=hidden], [type=file]), select[name], textarea[name]")];
const ticked = (field) => field.type === "checkbox" || field.type === "radio";
const name = (field) => (ticked(field) ? `${field.name}=${field.value}` : field.name);

let held = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  held = new Map(fields(event.detail.target).map((field) => [name(field), ticked(field) ? field.checked : field.value]));
});

document.addEventListener("htmx:afterSwap", (event) => {
  for (const field of held ? fields(event.detail.target) : []) {
    const was = held.get(name(field));
    if (was === undefined) continue;
    if (ticked(field)) field.checked = was;
    else field.value = was;
  }
  held = null;
});
