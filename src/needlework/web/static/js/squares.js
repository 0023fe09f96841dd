// A touch on the drawing of an area chooses the square in which a scar lies; the form does the rest.
import { live, speak } from "./live.js";

live("[data-squares]", (box) => {
  const map = box.querySelector("svg.lesion-map");
  const form = box.querySelector("form:has([name=column])");
  if (!map || !form) return;
  const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  ring.setAttribute("class", "chosen");
  ring.setAttribute("r", "10");
  const nearest = (selector, axis, at) =>
    [...map.querySelectorAll(selector)].reduce((best, name) =>
      Math.abs(Number(name.getAttribute(axis)) - at) < Math.abs(Number(best.getAttribute(axis)) - at) ? name : best);
  map.style.cursor = "crosshair";
  map.addEventListener("click", (event) => {
    const touched = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const column = nearest("[data-column]", "x", touched.x);
    const row = nearest("[data-row]", "y", touched.y);
    form.elements.column.value = column.dataset.column;
    form.elements.row.value = row.dataset.row;
    ring.setAttribute("cx", column.getAttribute("x"));
    ring.setAttribute("cy", row.getAttribute("y"));
    map.append(ring);
    speak(`Square ${column.dataset.column}${row.dataset.row} is chosen.`);
  });
});
