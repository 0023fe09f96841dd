// Lock the screen after minutes without a touch. The lock is a plain form, so it works like its button does.
import { live } from "./live.js";

const LAST = "needlework-last-touch";

live("form[data-lock]", (form) => {
  const minutes = Number(document.body.dataset.lockAfterMinutes || 0);
  if (!minutes) return;
  const limit = minutes * 60_000;
  let written = 0;
  let locking = false;

  // Tabs of one browser share the last touch, so a forgotten tab does not lock the one in use.
  const touched = () => {
    const now = Date.now();
    if (now - written < 2_000) return;
    written = now;
    localStorage.setItem(LAST, String(now));
  };
  const lockIfIdle = () => {
    if (locking || Date.now() - Number(localStorage.getItem(LAST) ?? 0) < limit) return;
    locking = true;
    document.dispatchEvent(new CustomEvent("needlework:leaving"));
    const next = form.querySelector("input[name=next]");
    next.value = location.pathname + location.search;
    // A moment for the drafts to leave before the page does.
    setTimeout(() => form.requestSubmit(), 150);
  };

  // The Back button may bring a page back as it stood, past the lock: it is asked for anew instead.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.body.hidden = true;
    location.reload();
  });

  touched();
  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart", "input"]) {
    document.addEventListener(kind, touched, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") lockIfIdle();
  });
  setInterval(lockIfIdle, Math.min(5_000, limit / 4));
});
