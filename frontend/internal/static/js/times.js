// Words dates as they are where the reader is just now. The server renders them
// in the time zone of the account, which is that of the last sign-in.

const dayLength = 24 * 60 * 60 * 1000;

export function startTimes() {
  localise(document);
  document.addEventListener("htmx:after:swap", () => localise(document));
}

function localise(root) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Where the browser does not know either, the account's zone is the better guess.
  if (!zone || zone === "Etc/Unknown") return;
  for (const input of root.querySelectorAll("input[data-time-zone]")) input.value = zone;
  for (const input of root.querySelectorAll("input[data-utc]")) convert(input);
  for (const hint of root.querySelectorAll("[data-utc-hint]")) hint.hidden = true;
  for (const time of root.querySelectorAll("time[datetime]")) word(time);
}

// A datetime-local input holds the time on the reader's wall.
function convert(input) {
  const at = new Date(input.dataset.utc);
  const wall = new Date(at.getTime() - at.getTimezoneOffset() * 60 * 1000);
  input.value = wall.toISOString().slice(0, 16);
  delete input.dataset.utc;
}

function word(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const text = [day(at), clock(at)].filter(Boolean).join(" ");
  if (time.textContent !== text) time.textContent = text;
  time.title = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
}

function day(at) {
  const now = new Date();
  const days = Math.round((midnight(at) - midnight(now)) / dayLength);
  if (days === 0) return "today";
  if (days === 1) return "tomorrow";
  if (days === -1) return "yesterday";
  const format = { weekday: "short", day: "numeric", month: "short" };
  if (at.getFullYear() !== now.getFullYear()) format.year = "numeric";
  return at.toLocaleDateString("en-GB", format).replace(",", "");
}

// The first and the last minute stand for a day without a time.
function clock(at) {
  const minute = at.getHours() * 60 + at.getMinutes();
  if (minute === 0 || minute === 24 * 60 - 1) return "";
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function midnight(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
