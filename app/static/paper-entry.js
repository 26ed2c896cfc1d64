// Typing a sheet by keyboard alone: a key answers and moves on, Enter or the space bar leaves blank, Backspace goes back. Without scripts
// the page is a plain form with the same cells. The page blocks its rendering on this script, and with it the focus of the first cell:
// a person who types fast must not be ahead of it.

const form = document.querySelector("[data-entry]");
const number = document.querySelector("[data-number]");

// Chromium puts the caret at the end of an autofocused field by itself; the number is selected so that typing replaces a mistyped one.
if (number) number.select();

if (form) {
  const cells = [...form.querySelectorAll("[data-cell]")];
  const save = form.querySelector("[data-save]");

  const go = (from, step) => {
    const next = cells[cells.indexOf(from) + step];
    if (next) {
      next.focus();
      if (next.select) next.select();
      next.closest(".cell").scrollIntoView({ block: "nearest" });
    } else if (step > 0) save.focus();
  };

  const press = (event) => {
    const cell = event.currentTarget;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const isText = cell.tagName === "TEXTAREA";
    const isList = cell.tagName === "SELECT";
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (isText || cell === cells.at(-1)) form.requestSubmit(save);
      else go(cell, 1);
    } else if (event.key === "Backspace" && !cell.value && cell !== cells[0]) {
      event.preventDefault();
      go(cell, -1);
    } else if (!isText && !isList) {
      if (event.key === "Backspace") {
        event.preventDefault();
        cell.value = "";
        cell.removeAttribute("aria-invalid");
        go(cell, -1);
      } else if (event.key === " ") {
        event.preventDefault();
        cell.value = "";
        cell.removeAttribute("aria-invalid");
        go(cell, 1);
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        go(cell, event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key.length === 1) {
        event.preventDefault();
        const isTaken = cell.dataset.keys.includes(event.key);
        if (isTaken) cell.removeAttribute("aria-invalid");
        else cell.setAttribute("aria-invalid", "true");
        if (!isTaken) return;
        cell.value = event.key;
        go(cell, 1);
      }
    }
  };

  for (const cell of cells) {
    cell.addEventListener("keydown", press);
    // An on-screen keyboard sends no key names: what was put in moves on all the same.
    cell.addEventListener("input", () => {
      if (cell.tagName === "INPUT" && cell.value && cell.dataset.keys.includes(cell.value)) go(cell, 1);
    });
  }
  // The button turns Backspace into a way back, too.
  save.addEventListener("keydown", (event) => {
    if (event.key !== "Backspace") return;
    event.preventDefault();
    cells.at(-1).focus();
  });
  // A second Enter while the page is on its way must not send the sheet twice.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
