// Plus and minus around a number, and the keys of a PIN pad.
import { live } from "./live.js";

live("[data-counter]", (counter) => {
  const input = counter.querySelector("input");
  const buttons = [...counter.querySelectorAll("[data-by]")];
  const edges = () => {
    const value = Number(input.value || 0);
    for (const button of buttons) {
      const by = Number(button.dataset.by);
      button.disabled = by < 0 ? input.min !== "" && value <= Number(input.min) : input.max !== "" && value >= Number(input.max);
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const step = Number(input.step) || 1;
      const low = input.min === "" ? -Infinity : Number(input.min);
      const high = input.max === "" ? Infinity : Number(input.max);
      const value = Number(input.value || 0) + Number(button.dataset.by) * step;
      input.value = String(Math.min(high, Math.max(low, value)));
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("input", edges);
  input.form?.addEventListener("needlework:filled", edges);
  edges();
});

live("[data-pin]", (pin) => {
  const input = pin.querySelector("input");
  for (const key of pin.querySelectorAll("[data-key]")) {
    key.addEventListener("click", () => {
      const digit = key.dataset.key;
      if (digit === "back") input.value = input.value.slice(0, -1);
      else if (input.value.length < input.maxLength) input.value += digit;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
});
