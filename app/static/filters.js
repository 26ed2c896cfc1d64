// The filter form works without this. With it, addresses come out short at once and the two days follow the list of periods.
for (const form of document.querySelectorAll("form.filters")) {
  const period = form.elements.namedItem("period");
  const days = [form.elements.namedItem("from"), form.elements.namedItem("to")].filter(Boolean);

  period?.addEventListener("change", () => {
    if (period.value === "days") {
      form.querySelector("details.more").open = true;
      days[0]?.focus();
    } else {
      for (const day of days) day.value = "";
    }
  });
  for (const day of days) {
    day.addEventListener("change", () => {
      period.value = days.some((each) => each.value) ? "days" : "";
    });
  }
  form.addEventListener("submit", () => {
    for (const field of form.elements) {
      if (field.name && (field.value === "" || field.value === "days")) field.disabled = true;
    }
  });
  // Coming back by the browser's history must find the form usable.
  window.addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
}
