// Has the server redraw the path while the target's fields are changed. Without this the button
// "Show the path" does so.
const PAUSE_MS = 250;
const section = document.getElementById("target");
const drawing = document.getElementById("plane-drawing");
const problem = document.getElementById("path-problem");
const stale = document.getElementById("tryout-stale");
let pause;
let asked = new AbortController();

async function redraw() {
  asked.abort();
  asked = new AbortController();
  const query = new URLSearchParams();
  for (const { name, value } of section.querySelectorAll("input[type=text], select")) {
    query.append(name, value);
  }
  try {
    const answer = await fetch(`${drawing.dataset.address}?${query}`, { signal: asked.signal });
    show(answer, await answer.text());
  } catch (failure) {
    if (failure.name !== "AbortError") {
      problem.textContent = "The path could not be drawn: the server was not reached.";
    }
  }
}

function show(answer, text) {
  const isDrawing = answer.headers.get("Content-Type").startsWith("image/svg+xml");
  problem.textContent = isDrawing ? "" : text;
  const drawn = isDrawing ? [new DOMParser().parseFromString(text, "image/svg+xml").documentElement] : [];
  drawing.replaceChildren(...drawn);
}

section.addEventListener("input", () => {
  if (stale) stale.hidden = false;
  clearTimeout(pause);
  pause = setTimeout(redraw, PAUSE_MS);
});
