// A photograph chosen for sending is shown, and two taps on it mark the scale: they fill x1, y1, x2, y2.
import { live } from "./live.js";

live("[data-marks]", (form) => {
  const file = form.querySelector("input[type=file]");
  const box = form.querySelector("[data-sheet]");
  const said = form.querySelector("[data-said]");
  const image = box.querySelector("img");
  const svg = box.querySelector("svg");
  const fields = ["x1", "y1", "x2", "y2"].map((name) => form.elements[name]);
  let address = "";

  const draw = () => {
    const [x1, y1, x2, y2] = fields.map((field) => (field.value === "" ? null : Number(field.value)));
    const radius = Math.max(image.naturalWidth, image.naturalHeight) / 60;
    const shapes = [];
    const shape = (name, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
      shapes.push(made);
    };
    if (x1 !== null && y1 !== null) shape("circle", { cx: x1, cy: y1, r: radius });
    if (x2 !== null && y2 !== null) {
      shape("circle", { cx: x2, cy: y2, r: radius });
      shape("line", { x1, y1, x2, y2 });
    }
    svg.replaceChildren(...shapes);
  };

  file.addEventListener("change", () => {
    if (address) URL.revokeObjectURL(address);
    const chosen = file.files[0];
    box.hidden = true;
    if (!chosen) return;
    for (const field of fields) field.value = "";
    address = URL.createObjectURL(chosen);
    image.src = address;
  });
  image.addEventListener("load", () => {
    svg.setAttribute("viewBox", `0 0 ${image.naturalWidth} ${image.naturalHeight}`);
    box.hidden = false;
    said.textContent = "Tap one end of a known distance in the picture.";
    draw();
  });
  image.addEventListener("error", () => {
    said.textContent = "This browser cannot show the picture. Type the two points below.";
  });
  image.addEventListener("click", (event) => {
    const place = image.getBoundingClientRect();
    const x = ((event.clientX - place.left) / place.width) * image.naturalWidth;
    const y = ((event.clientY - place.top) / place.height) * image.naturalHeight;
    const second = fields[0].value !== "" && fields[2].value === "";
    const [toX, toY] = second ? fields.slice(2) : fields;
    if (!second) for (const field of fields) field.value = "";
    toX.value = String(Math.round(x));
    toY.value = String(Math.round(y));
    said.textContent = second
      ? "Both points are marked. A further tap begins anew."
      : "The first point is marked. Tap the other end.";
    draw();
  });
  for (const field of fields) field.addEventListener("input", draw);
});
