// A signature drawn on a canvas, kept as an SVG path in units of a 900 by 300 sheet.
import { live } from "./live.js";

const WIDTH = 900;
const HEIGHT = 300;
const NEAREST = 2.5; // points closer than this say nothing new

live("[data-signature]", (pad) => {
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector("[data-path]");
  const state = pad.querySelector("[data-signature-state]");
  const first = state?.textContent;
  const pen = canvas.getContext("2d");
  let strokes = field.value ? field.value : "";
  let stroke = null;

  const draw = () => {
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#1b2a3a";
    pen.stroke(new Path2D(strokes));
  };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      Math.round(((event.clientX - box.left) / box.width) * WIDTH),
      Math.round(((event.clientY - box.top) / box.height) * HEIGHT),
    ];
  };
  const keep = () => {
    field.value = strokes;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (state) state.textContent = strokes ? "Signed" : first;
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = place(event);
    strokes += `M${stroke[0]} ${stroke[1]}l0.1 0`;
    strokes = strokes.slice(0, 60_000);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      const [x, y] = place(part);
      if (Math.hypot(x - stroke[0], y - stroke[1]) < NEAREST || strokes.length > 60_000) continue;
      strokes += `L${x} ${y}`;
      stroke = [x, y];
    }
    draw();
  });
  const lift = () => {
    if (!stroke) return;
    stroke = null;
    keep();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  pad.querySelector("[data-clear]").addEventListener("click", () => {
    strokes = "";
    stroke = null;
    draw();
    keep();
  });
  field.form?.addEventListener("needlework:filled", () => {
    strokes = field.value;
    draw();
  });
  if (strokes) {
    draw();
    if (state) state.textContent = "Signed";
  }
});
