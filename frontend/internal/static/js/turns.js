// What a turn does to the page beyond the HTML that it brings, and what
// happens when its stream is cut.

// A cut turn is sent again by itself, under the same key, before anybody is
// asked to.
const maxRetries = 2;
const retryDelay = 1200;

export function startTurns() {
  const open = new WeakMap(); // form → the turn whose stream it reads
  const retries = new WeakMap(); // turn → how often it was sent again

  document.addEventListener("turn-started", ({ target: form }) => {
    const turn = form.closest(".turn") ?? lastTurn();
    turn.classList.remove("cut");
    open.set(form, turn);
  });
  document.addEventListener("turn-conversation", ({ detail }) => {
    history.replaceState(history.state, "", detail.data + location.search + location.hash);
  });
  for (const end of ["turn-finished", "turn-failed"]) {
    document.addEventListener(end, ({ target: form }) => open.delete(form));
  }
  // The page itself knows how to send those away who are signed out.
  document.addEventListener("turn-signed-out", () => location.reload());

  const lost = ({ target: form }) => {
    const turn = open.get(form) ?? form.closest?.(".turn");
    open.delete(form);
    if (turn) again(turn, retries);
  };
  document.addEventListener("htmx:sse:close", (event) => {
    if (open.has(event.target)) lost(event);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.target.matches?.(".retry")) lost(event);
  });
}

function lastTurn() {
  return document.querySelector("#turns > .turn:last-of-type");
}

function again(turn, retries) {
  const count = retries.get(turn) ?? 0;
  retries.set(turn, count + 1);
  if (count >= maxRetries) {
    turn.classList.add("cut");
    return;
  }
  setTimeout(() => turn.querySelector(".retry")?.requestSubmit(), retryDelay * (count + 1));
}
