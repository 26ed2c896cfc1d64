// Sending scans: while the server reads, the page says so and is not sent twice. Without scripts the form works all the same.

const form = document.querySelector("[data-scan]");

if (form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.querySelector("button").setAttribute("aria-disabled", "true");
    form.querySelector("[data-wait]").hidden = false;
  });
  // Back from the next page, the form can be sent again.
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    form.querySelector("button").removeAttribute("aria-disabled");
    form.querySelector("[data-wait]").hidden = true;
  });
}
