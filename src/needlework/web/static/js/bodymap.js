// The drawing follows the list beside it, and the list follows the drawing. The list is the truth: it is
// what the form sends, and all there is without script.
import { live, speak } from "./live.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

live("[data-bodymap]", (map) => {
  const isLive = "live" in map.dataset;
  const rows = new Map([...map.querySelectorAll(".area-list [data-area]")].map((row) => [row.dataset.area, row]));
  const shapes = [...map.querySelectorAll(".figure-map .area")];

  const boxOf = (code) => rows.get(code)?.querySelector("input");
  const nameOf = (code) => rows.get(code)?.querySelector("label > span, span")?.firstChild?.textContent.trim()
    ?? rows.get(code)?.textContent.trim() ?? code;

  const paint = () => {
    for (const shape of shapes) {
      const code = shape.dataset.area;
      const row = rows.get(code);
      const box = boxOf(code);
      const forbidden = "forbidden" in (row?.dataset ?? {}) || "forbidden" in shape.dataset;
      const state = row?.dataset.state ?? (box?.checked ? "chosen" : "");
      shape.classList.toggle("forbidden", forbidden);
      if (state) shape.dataset.state = state;
      else delete shape.dataset.state;
      if (isLive && box && !box.disabled) shape.setAttribute("aria-checked", String(box.checked));
    }
  };

  const toggle = (code) => {
    const box = boxOf(code);
    if (!box || box.disabled) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
    speak(`${nameOf(code)} ${box.checked ? "chosen" : "not chosen"}`);
  };

  for (const drawing of map.querySelectorAll(".figure-map")) {
    const parts = [...drawing.querySelectorAll(".area")].filter((shape) => {
      const box = boxOf(shape.dataset.area);
      return box && !box.disabled;
    });
    if (!isLive || !parts.length) continue;
    drawing.dataset.live = "";
    drawing.setAttribute("role", "group");
    const middle = (shape) => {
      const box = shape.getBBox();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    // One stop for the Tab key in each drawing; the arrows go to the nearest area in that direction.
    for (const [index, shape] of parts.entries()) {
      const code = shape.dataset.area;
      shape.setAttribute("role", "checkbox");
      shape.setAttribute("aria-label", nameOf(code));
      shape.setAttribute("tabindex", index ? "-1" : "0");
      shape.addEventListener("click", () => toggle(code));
      shape.addEventListener("keydown", (event) => {
        if (event.key === " " || event.key === "Enter") {
          event.preventDefault();
          toggle(code);
          return;
        }
        const direction = ARROWS[event.key];
        if (!direction) return;
        event.preventDefault();
        const [x, y] = middle(shape);
        let nearest = null;
        let least = Infinity;
        for (const other of parts) {
          if (other === shape) continue;
          const [ox, oy] = middle(other);
          const along = (ox - x) * direction[0] + (oy - y) * direction[1];
          const across = Math.abs((ox - x) * direction[1]) + Math.abs((oy - y) * direction[0]);
          if (along <= 1) continue;
          const cost = along + across * 2;
          if (cost < least) [nearest, least] = [other, cost];
        }
        if (!nearest) return;
        shape.setAttribute("tabindex", "-1");
        nearest.setAttribute("tabindex", "0");
        nearest.focus();
      });
      const point = (on) => () => rows.get(code)?.querySelector("label")?.classList.toggle("pointed-at", on);
      shape.addEventListener("pointerenter", point(true));
      shape.addEventListener("pointerleave", point(false));
    }
  }
  map.addEventListener("change", paint);
  map.closest("form")?.addEventListener("needlework:filled", paint);
  map.closest("form")?.addEventListener("reset", () => setTimeout(paint));
  paint();
});
