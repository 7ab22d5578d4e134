// Lets a task that is new in the list be noticed.
export function startList() {
  let known = null;
  const rows = () => Array.from(document.querySelectorAll("#task-panel .task"));

  document.addEventListener("htmx:before:swap", () => {
    known = new Set(rows().map((row) => row.id));
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!known) return;
    for (const row of rows()) {
      if (!known.has(row.id)) row.classList.add("fresh");
    }
    known = null;
  });
}
