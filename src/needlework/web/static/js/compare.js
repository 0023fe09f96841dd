// Two photographs of the same view, one over the other, with a slider; also by touching the picture.
import { live } from "./live.js";

live("[data-compare]", (pair) => {
  const frames = pair.querySelector(".frames");
  const slider = pair.querySelector(".slider");
  const [before, after] = [...pair.querySelectorAll("figcaption")].map((caption) => caption.textContent);
  pair.classList.add("slides");
  const show = () => {
    frames.style.setProperty("--at", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${slider.value} per cent ${before}, the rest ${after}`);
  };
  const shape = () => {
    const image = pair.querySelector("img");
    if (image.naturalWidth) frames.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
  };
  const first = pair.querySelector("img");
  if (first.complete) shape();
  else first.addEventListener("load", shape);
  slider.addEventListener("input", show);
  const follow = (event) => {
    const box = frames.getBoundingClientRect();
    slider.value = String(Math.round(((event.clientX - box.left) / box.width) * 100));
    show();
  };
  frames.addEventListener("pointerdown", (event) => {
    frames.setPointerCapture(event.pointerId);
    follow(event);
  });
  frames.addEventListener("pointermove", (event) => { if (frames.hasPointerCapture(event.pointerId)) follow(event); });
  show();
});
