// The field in which the user writes: it grows with the text, Enter sends it,
// and it is emptied only when the message has arrived.

export function startComposer() {
  const form = document.getElementById("composer");
  if (!form) return;
  const text = form.querySelector("textarea");
  const size = () => grow(text);

  text.addEventListener("input", size);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (text.value.trim() !== "") form.requestSubmit();
  });
  // Some keyboards send the character apart from the key.
  text.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && !event.shiftKey) event.preventDefault();
  });
  document.addEventListener("turn-started", (event) => {
    if (text.value.trim() === event.detail.data.trim()) text.value = "";
    size();
    // On a phone, focus would bring the keyboard up over the reply.
    if (matchMedia("(pointer: fine)").matches) text.focus();
  });
  renewKeyAfterEdit(form, text);
  size();
}

function grow(text) {
  text.rows = 1;
  const line = parseFloat(getComputedStyle(text).lineHeight);
  const lines = Math.floor(text.scrollHeight / line);
  text.rows = Math.min(Math.max(lines, 1), 8);
}

// A message that may have arrived keeps its key, under which it is taken once.
// When the user changes it, it is another message and needs another key.
function renewKeyAfterEdit(form, text) {
  let lost = null;
  form.addEventListener("htmx:error", (event) => {
    if (event.target !== form) return;
    lost = text.value;
    say(form, "The message could not be sent. It is still here; try again in a moment.");
  });
  form.addEventListener("submit", () => {
    if (lost !== null && text.value !== lost) form.querySelector("#composer-key").value = uuid();
    lost = null;
  }, { capture: true });
}

function say(form, message) {
  const p = document.createElement("p");
  p.className = "form-error";
  p.dataset.testid = "error";
  p.textContent = message;
  form.querySelector("#composer-error").replaceChildren(p);
}

// crypto.randomUUID exists only over HTTPS and on localhost.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
