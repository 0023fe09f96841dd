// The running time since the cream went on: counts up, and says when it may and when it must come off.
import { live, speak } from "./live.js";

const clock = (seconds) => {
  const s = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(s / 3600);
  const minutes = String(Math.floor((s % 3600) / 60)).padStart(hours ? 2 : 1, "0");
  const rest = String(s % 60).padStart(2, "0");
  return hours ? `${hours}:${minutes}:${rest}` : `${minutes}:${rest}`;
};
const wholeMinutes = (milliseconds) => {
  const minutes = Math.max(1, Math.ceil(milliseconds / 60_000));
  return minutes === 1 ? "1 min" : `${minutes} min`;
};

live("[data-timer]", (timer) => {
  const moment = (name) => (timer.dataset[name] ? Date.parse(timer.dataset[name]) : NaN);
  const started = moment("startedAt");
  const earliest = moment("earliest");
  const latest = moment("latest");
  if (Number.isNaN(started)) return;
  // The server's clock counts, not the tablet's.
  const skew = Number.isNaN(moment("now")) ? 0 : moment("now") - Date.now();
  const face = timer.querySelector("[data-clock]");
  const words = timer.querySelector("[data-phase-word]");
  const label = timer.getAttribute("aria-label") ?? "Timer";

  const show = () => {
    if (!timer.isConnected) {
      clearInterval(ticking);
      return;
    }
    const now = Date.now() + skew;
    face.textContent = clock((now - started) / 1000);
    let phase = "running";
    let sentence = "";
    if (now >= latest) {
      phase = "over";
      sentence = "Wipe off now";
    } else if (now >= earliest) {
      phase = "ready";
      sentence = Number.isNaN(latest) ? "May come off" : `May come off, at most ${wholeMinutes(latest - now)} more`;
    } else if (!Number.isNaN(earliest)) {
      sentence = `At least ${wholeMinutes(earliest - now)} more`;
    }
    if (sentence && words.textContent !== sentence) words.textContent = sentence;
    if (timer.dataset.phase !== phase) {
      if (timer.dataset.phase) speak(`${label}: ${sentence}`);
      timer.dataset.phase = phase;
    }
  };
  const ticking = setInterval(show, 1000);
  show();
  document.addEventListener("visibilitychange", show);
});
