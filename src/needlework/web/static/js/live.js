// Start a part on every element that asks for it: those on the page, and those which htmx brings later.
export function live(selector, start) {
  const begin = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.unshift(root);
    for (const element of found) {
      element.livingParts ??= new Set();
      if (element.livingParts.has(selector)) continue;
      element.livingParts.add(selector);
      start(element);
    }
  };
  begin(document);
  document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
}

// Say a sentence to people who listen to the page.
export function speak(sentence) {
  const spoken = document.getElementById("spoken");
  if (spoken) spoken.textContent = sentence;
}

// Hours and minutes as the rest of the page writes them.
export const hourAndMinute = (date) =>
  date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

// The token of now against forged forms; empty when scripts may not read the cookie.
export const freshToken = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
