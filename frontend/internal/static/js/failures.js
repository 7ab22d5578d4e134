// What to do when a request did not get through, which the server cannot say.

export function startFailures() {
  // An answer of a proxy on the way is no part of our page, and as good as
  // none. Ours name the request.
  document.addEventListener("htmx:before:response", (event) => {
    const { response, sourceElement } = event.detail.ctx;
    if (response.status < 502 || response.headers.has("X-Request-Id")) return;
    event.preventDefault();
    sourceElement.dispatchEvent(new CustomEvent("htmx:error", { bubbles: true }));
  });
  // The chat has its own ways to go on.
  document.addEventListener("htmx:error", ({ target }) => {
    if (!target.matches?.("#composer, .retry")) notify("That did not get through. Please try again.");
  });
}

function notify(message) {
  const box = document.createElement("div");
  box.className = "notice";
  box.dataset.testid = "error";
  box.textContent = message;
  document.getElementById("notice").replaceChildren(box);
}
