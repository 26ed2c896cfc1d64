// The browser's own printer; without scripts the button stays hidden and the PDF does the same.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
