// Keeps an open page current while its sources are edited, and shows what does
// not compile. It is part of development servers alone.
(() => {
  let revision = null;

  new EventSource("/_dev/events").onmessage = (message) => {
    const event = JSON.parse(message.data);
    showBroken(event.broken);
    const stale = revision !== null && revision !== event.revision;
    revision = event.revision;
    if (stale || event.kind === "reload") {
      reload();
    } else if (event.kind === "style") {
      swapStyles();
    }
  };

  // What was typed and not yet sent survives.
  const typed = () => document.querySelector("#message");
  const key = "dev:typed:" + location.pathname;

  function reload() {
    if (typed()?.value) sessionStorage.setItem(key, typed().value);
    location.reload();
  }

  const kept = sessionStorage.getItem(key);
  if (kept && typed()) typed().value = kept;
  sessionStorage.removeItem(key);

  // The new sheet is loaded beside the old one, so that the page never stands
  // there without any.
  function swapStyles() {
    for (const sheet of document.querySelectorAll('link[rel="stylesheet"]')) {
      const next = sheet.cloneNode();
      const url = new URL(sheet.href);
      url.searchParams.set("v", Date.now());
      next.href = url;
      next.onload = () => sheet.remove();
      sheet.after(next);
    }
  }

  function showBroken(broken) {
    document.querySelector("#dev-broken")?.remove();
    const programs = Object.keys(broken);
    if (programs.length === 0) return;
    const banner = document.createElement("section");
    banner.id = "dev-broken";
    banner.setAttribute("role", "alert");
    // By the object model, which the pages' policy allows, unlike an attribute.
    Object.assign(banner.style, {
      position: "fixed", insetInline: "0", bottom: "0", zIndex: "2147483647", maxHeight: "50vh", overflow: "auto",
      padding: "0.75rem 1rem", color: "#f5f5f4", background: "#1c1917", borderTop: "4px solid #f87171",
      font: "0.8125rem/1.5 ui-monospace, monospace", whiteSpace: "pre-wrap", overflowWrap: "anywhere",
    });
    banner.textContent = programs
      .map((program) => `The ${program} serves as before; the last change is not live:\n${broken[program]}`)
      .join("\n\n");
    document.body.append(banner);
  }
})();
