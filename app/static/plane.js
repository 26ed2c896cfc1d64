// Draws the figures that stand by themselves, each to the size of its place. The table beside holds the same numbers.

function draw(host) {
  const figure = JSON.parse(document.getElementById(host.dataset.figure).textContent);
  if (host.clientWidth < 1) return;
  Object.assign(figure.layout, { width: host.clientWidth, height: host.clientHeight, autosize: false });
  // On a phone the words in the corners meet in the middle unless they are small.
  if (host.clientWidth < 420) for (const corner of figure.layout.annotations) corner.font.size = 10.5;
  figure.layout.font.family = getComputedStyle(document.body).fontFamily;
  window.Plotly.react(host, figure.data, figure.layout, { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false });
}

if (window.Plotly) {
  const hosts = [...document.querySelectorAll(".plane")];
  for (const host of hosts) {
    draw(host);
    let width = host.clientWidth;
    new ResizeObserver(() => {
      if (host.clientWidth === width) return;
      width = host.clientWidth;
      requestAnimationFrame(() => draw(host));
    }).observe(host);
  }
  // charts.js has given the page its paper layout by now, because it listens first.
  window.addEventListener("beforeprint", () => hosts.forEach(draw));
  window.addEventListener("afterprint", () => hosts.forEach(draw));
}
