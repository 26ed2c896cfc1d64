// Making elements node by node: text from the instrument can never become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const STROKE = { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" };

export const arrow = () =>
  draw("svg", { class: "arrow", viewBox: "0 0 20 20", "aria-hidden": "true" }, draw("path", { d: "M17 10H3.500M9 4.500L3.500 10L9 15.500", ...STROKE }));

export const halfMoon = () =>
  draw(
    "svg",
    { viewBox: "0 0 20 20", "aria-hidden": "true" },
    draw("circle", { cx: 10, cy: 10, r: 8, ...STROKE, "stroke-width": 1.6 }),
    draw("path", { d: "M10 2A8 8 0 0 0 10 18Z", fill: "currentColor" }),
  );

export const speaker = () =>
  draw("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, draw("path", { d: "M3 7.500H6L10.500 4V16L6 12.500H3ZM13.500 7.500A4 4 0 0 1 13.500 12.500M15.500 5A7.500 7.500 0 0 1 15.500 15", ...STROKE, "stroke-width": 1.6 }));

export const tick = () => draw("svg", { class: "box", viewBox: "0 0 28 28", "aria-hidden": "true" }, draw("path", { d: "M7 14.500L12 19.500L21.500 9.500" }));

export const face = ({ mouth, laughing, tone }) =>
  draw(
    "svg",
    { class: `face tone-${tone}`, viewBox: "0 0 100 100", "aria-hidden": "true" },
    draw("circle", { class: "face-skin", cx: 50, cy: 50, r: 46 }),
    draw("circle", { class: "face-eye", cx: 35, cy: 39, r: 5.5 }),
    draw("circle", { class: "face-eye", cx: 65, cy: 39, r: 5.5 }),
    draw("path", { class: laughing ? "face-mouth laughing" : "face-mouth", d: mouth }),
  );
