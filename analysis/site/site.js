// Pages are complete without it: it filters the gallery, enlarges figures, and tells of symbols and marks what they are.
"use strict";

// -- filters of the gallery -------------------------------------------------------------------------------------------

const form = document.getElementById("filters");
if (form) {
  const tiles = [...document.querySelectorAll(".tile")];
  const fits = (tile, wanted) => {
    const { paper, device, scale, outcome, words } = tile.dataset;
    const text = words.toLowerCase();
    const found = outcome.split("|").map(each => each.split(":"));
    return wanted.words.toLowerCase().split(/\s+/).every(word => text.includes(word))
      && (!wanted.paper || paper === wanted.paper)
      && (!wanted.device || device === wanted.device)
      && (!wanted.scale || scale.split(" ").includes(wanted.scale))
      && (!wanted.outcome && !wanted.against || found.some(([group, each]) =>
        each && (!wanted.outcome || each === wanted.outcome) && (!wanted.against || group === wanted.against)));
  };
  const apply = () => {
    const wanted = Object.fromEntries(new FormData(form));
    tiles.forEach(tile => { tile.hidden = !fits(tile, wanted); });
    document.querySelectorAll(".paper").forEach(paper => { paper.hidden = !paper.querySelector(".tile:not([hidden])"); });
    document.getElementById("count").textContent = `${tiles.filter(tile => !tile.hidden).length} of ${tiles.length}`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("pageshow", apply); // the browser may have kept what was chosen
}

// -- notes of symbols, rows and marks: by pointer and by keyboard ------------------------------------------------------

const note = document.createElement("div");
note.className = "note";
note.setAttribute("role", "tooltip");
note.hidden = true;
document.body.append(note);

function tell(target) {
  document.querySelectorAll(".lit").forEach(each => each.classList.remove("lit"));
  note.hidden = !target?.dataset.note;
  if (note.hidden) return;
  note.textContent = target.dataset.note;
  if (target.dataset.name) {
    document.querySelectorAll(`[data-name="${CSS.escape(target.dataset.name)}"]`).forEach(each => each.classList.add("lit"));
  }
  const place = target.getBoundingClientRect(), size = note.getBoundingClientRect();
  const left = Math.max(8, Math.min(place.left, document.documentElement.clientWidth - size.width - 8));
  const below = place.bottom + size.height + 12 < innerHeight;
  note.style.left = `${left + scrollX}px`;
  note.style.top = `${(below ? place.bottom + 8 : place.top - size.height - 8) + scrollY}px`;
}
const noted = event => event.target.closest?.("[data-note]");
document.addEventListener("pointerover", event => tell(noted(event)));
document.addEventListener("focusin", event => tell(noted(event)));
document.addEventListener("focusout", () => tell(null));
document.addEventListener("keydown", event => { if (event.key === "Escape") tell(null); });

// -- marks of targets: one stop for Tab, arrow keys between them; each opens the table at its row ----------------------

document.querySelectorAll(".marks").forEach(group => {
  const marks = [...group.querySelectorAll("a")];
  const enter = mark => marks.forEach(each => each.setAttribute("tabindex", each === mark ? 0 : -1));
  enter(marks[0]);
  group.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = marks[(marks.indexOf(document.activeElement) + step + marks.length) % marks.length];
    enter(next);
    next.focus();
  });
});

function open() {
  const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let each = goal; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  if (goal?.closest("details")) { goal.scrollIntoView({ block: "center" }); goal.focus({ preventScroll: true }); }
}
addEventListener("hashchange", open);
document.addEventListener("click", event => {
  const link = event.target.closest?.("a");
  if (link && link.getAttribute("href") === location.hash) open(); // a second time
});
if (location.hash) open();

// -- figures at full size ---------------------------------------------------------------------------------------------

document.querySelectorAll("a.zoom").forEach(link => link.addEventListener("click", event => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = document.createElement("dialog"), image = new Image(), buttons = document.createElement("form");
  dialog.className = "large";
  dialog.setAttribute("aria-label", link.querySelector("img").alt);
  buttons.method = "dialog";
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  let percent = 100;
  const scale = factor => { percent = Math.max(50, Math.min(800, percent * factor)); image.style.width = `${percent}%`; };
  [["+", "Larger", () => scale(1.5)], ["−", "Smaller", () => scale(1 / 1.5)], ["Close", "Close", () => dialog.close()]]
    .forEach(([text, name, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.setAttribute("aria-label", name);
      button.addEventListener("click", act);
      buttons.append(button);
    });
  dialog.addEventListener("keydown", event => {
    if (event.key === "+") scale(1.5);
    if (event.key === "-") scale(1 / 1.5);
  });
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  dialog.append(buttons, image);
  document.body.append(dialog);
  dialog.showModal();
}));
