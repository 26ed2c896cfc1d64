// Draws each figure of the page over the column of its table that holds the same numbers. The table is the text of the picture:
// it stays for readers of the page's text and for browsers without scripts.

const THICKNESS = 22;

function places(wrapper) {
  const slots = [...wrapper.querySelectorAll("td.bar")].map((slot) => slot.getBoundingClientRect());
  const frame = wrapper.getBoundingClientRect();
  const top = Math.min(...slots.map((slot) => slot.top)) - frame.top;
  const bottom = Math.max(...slots.map((slot) => slot.bottom)) - frame.top;
  return {
    left: slots[0].left - frame.left,
    top,
    width: slots[0].width,
    height: bottom - top,
    rows: slots.map((slot) => [slot.top - frame.top - top, slot.bottom - frame.top - top]),
  };
}

function draw(wrapper) {
  const host = wrapper.querySelector(".chart");
  const figure = JSON.parse(document.getElementById(host.dataset.figure).textContent);
  const place = places(wrapper);
  if (place.width < 1) return;
  for (const name of ["left", "top", "width", "height"]) host.style[name] = `${place[name]}px`;
  for (const trace of figure.data) {
    trace.y = place.rows.map(([top, bottom]) => (top + bottom) / 2);
    trace.width = THICKNESS;
  }
  figure.layout.shapes.forEach((shape, row) => {
    [shape.y0, shape.y1] = place.rows[row];
  });
  Object.assign(figure.layout, { width: place.width, height: place.height, autosize: false });
  figure.layout.yaxis.range = [place.height, 0];
  figure.layout.font.family = getComputedStyle(document.body).fontFamily;
  window.Plotly.react(host, figure.data, figure.layout, { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false });
}

const PER_PERIOD = 49;

// A line over time fills its card; with more periods than fit, each keeps room for its words and the newest are in sight.
function drawLine(host) {
  const figure = JSON.parse(document.getElementById(host.dataset.figure).textContent);
  const { layout } = figure;
  const room = host.parentElement.clientWidth;
  if (room < 1) return;
  const onPaper = document.documentElement.classList.contains("on-paper");
  const needed = layout.xaxis.ticktext.length * PER_PERIOD + layout.margin.l + layout.margin.r;
  const width = onPaper ? room : Math.max(room, needed);
  const isFirst = !host.classList.contains("js-plotly-plot");
  host.style.width = `${width}px`;
  Object.assign(layout, { width, height: host.clientHeight, autosize: false });
  layout.font.family = getComputedStyle(document.body).fontFamily;
  window.Plotly.react(host, figure.data, layout, { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false });
  if (isFirst) host.parentElement.scrollLeft = width;
}

if (window.Plotly) {
  const wrappers = [...document.querySelectorAll(".bars")].filter((wrapper) => wrapper.querySelector(".chart"));
  document.documentElement.classList.add("charted");
  for (const wrapper of wrappers) {
    draw(wrapper);
    let width = wrapper.clientWidth;
    new ResizeObserver(() => {
      if (wrapper.clientWidth === width) return;
      width = wrapper.clientWidth;
      requestAnimationFrame(() => draw(wrapper));
    }).observe(wrapper);
  }
  const lines = [...document.querySelectorAll(".plot[data-figure]")];
  for (const host of lines) {
    drawLine(host);
    let room = host.parentElement.clientWidth;
    new ResizeObserver(() => {
      if (host.parentElement.clientWidth === room) return;
      room = host.parentElement.clientWidth;
      requestAnimationFrame(() => drawLine(host));
    }).observe(host.parentElement);
  }
  // Paper has another width than the screen: take its layout first, draw, print, and come back.
  const redraw = (isPaper) => {
    document.documentElement.classList.toggle("on-paper", isPaper);
    wrappers.forEach(draw);
    lines.forEach(drawLine);
  };
  window.addEventListener("beforeprint", () => redraw(true));
  window.addEventListener("afterprint", () => redraw(false));
}
