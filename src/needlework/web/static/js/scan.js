// A scanner which types like a keyboard: its characters come faster than fingers, and end with Enter. They
// are caught wherever the focus is, and put into the scan field with the group separators they carried.
import { live } from "./live.js";

const GS = "\u001d";
const FASTEST_FINGER = 40; // [ms] a key on average; scanners send one every 1-20 ms, good typists 60 and more
const LONGEST_PAUSE = 200; // [ms] within one code, even on a busy tablet
const SHORTEST_CODE = 6;
const HELD = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock"]);

// Scanners send ASCII 29 as the character itself, as Ctrl+], or as F8.
const character = (event) => {
  if (event.key === GS || (event.ctrlKey && event.key === "]") || event.key === "F8") return GS;
  if (event.ctrlKey || event.metaKey || event.altKey) return "";
  return event.key.length === 1 ? event.key : "";
};

live("[data-scan]", (box) => {
  const input = box.querySelector("input:not([type=hidden])");
  const by = box.querySelector("[data-scanned-by]");
  const read = box.querySelector("[data-read]");
  let burst = "";
  let began = 0;
  let last = 0;
  let before = "";
  let typedInto = null;

  const visible = (text) => text.replaceAll(GS, "␝");
  const forget = () => { burst = ""; };
  const fast = () => (last - began) / burst.length <= FASTEST_FINGER;

  const keyed = (event) => {
    if (!box.isConnected) {
      document.removeEventListener("keydown", keyed, true);
      return;
    }
    // Of several boxes the one with the focus hears the scanner, else the first.
    const hearing = event.target.closest?.("[data-scan]") ?? document.querySelector("[data-scan]");
    if (hearing !== box) return;
    const now = event.timeStamp; // when the key went down, however late the page hears of it
    if (now - last > LONGEST_PAUSE) forget();

    if (event.key === "Enter" || event.key === "Tab") {
      if (burst.length >= SHORTEST_CODE && fast()) {
        event.preventDefault();
        event.stopPropagation();
        if (typedInto && typedInto !== input) typedInto.value = before;
        input.value = burst;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        by.value = "wedge";
        read.textContent = visible(burst);
        box.classList.add("read");
        navigator.vibrate?.(60);
        if (!("fills" in box.dataset)) input.form?.requestSubmit();
      }
      forget();
      return;
    }
    const sign = character(event);
    if (!sign) {
      if (!HELD.has(event.key)) forget();
      return;
    }
    last = now;
    if (!burst) {
      began = now;
      typedInto = "value" in event.target ? event.target : null;
      before = typedInto?.value ?? "";
    }
    burst += sign;
    if (sign === GS) {
      event.preventDefault();
      if (event.target === input) input.setRangeText(GS, input.selectionStart, input.selectionEnd, "end");
    }
  };
  document.addEventListener("keydown", keyed, true);
  input.addEventListener("input", () => {
    if (!burst) by.value = "typed";
    read.textContent = input.value.includes(GS) ? visible(input.value) : "";
  });
});
