// Follows the conversation for as long as the reader is at its end, and leaves
// those alone who scrolled up to read.

const slack = 48;

export function startScrolling() {
  const box = document.getElementById("messages");
  if (!box) return;
  let atEnd = true;
  const toEnd = () => { box.scrollTop = box.scrollHeight; };

  box.addEventListener("scroll", () => {
    atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < slack;
  }, { passive: true });
  // A message of one's own is always followed.
  document.addEventListener("turn-started", () => { atEnd = true; });
  const follow = () => { if (atEnd) toEnd(); };
  new MutationObserver(follow).observe(box, { childList: true, subtree: true, characterData: true });
  new ResizeObserver(follow).observe(box);
  toEnd();
}
