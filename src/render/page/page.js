// Live preview, copying, search for subjects, keys and a countdown; every page works without this script.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- Copying

function offerCopies(root) {
  if (!navigator.clipboard && !document.queryCommandSupported?.("copy")) return;
  for (const button of all("[data-copy]", root)) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS, browsers offer no asynchronous clipboard.
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    copied = document.execCommand("copy");
  }
  const words = button.firstChild;
  words.textContent = copied ? "Copied" : "Press Ctrl+C";
  setTimeout(() => (words.textContent = "Copy"), 2000);
});

// ---- The start page

function build(form) {
  const find = form.querySelector("#find");
  const ruleFields = ["words", "place", "authors", "without"].map((id) => form.querySelector("#" + id));
  const rule = form.querySelector("#q");
  let timer = 0;
  let asked = 0;

  // The server evaluates the form and sends the page; the script replaces the parts that changed.
  // Text in the search for subjects counts only when the form is sent.
  async function refresh(isSent = false) {
    const mine = ++asked;
    const fields = new FormData(form);
    if (!isSent) {
      fields.delete("subjects");
      for (const box of all(".tree input:checked", form)) fields.append("subjects", box.value);
    }
    const address = form.action + "?" + new URLSearchParams([...fields].filter(([, value]) => value !== ""));
    // An empty previous rule must be sent too, or the server ignores the fields.
    const full = fields.get("was") === "" ? address + "&was=" : address;
    document.body.classList.add("is-waiting");
    try {
      const answer = await fetch(full, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked || !page.querySelector("#builder")) return;
      take(page);
      history.replaceState(null, "", answer.url.split("#")[0]);
    } catch {
      // Without the service the form stays usable, and sending it shows the error.
    } finally {
      if (mine === asked) document.body.classList.remove("is-waiting");
    }
  }

  function take(page) {
    for (const id of ["feed", "preview", "chosen", "mistakes-subjects", "mistakes-type", "mistakes-q", "mistakes-days", "mistakes-text", "mistakes-profile", "mistakes-others"]) {
      const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (old && fresh && old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
    }
    offerCopies(document);
    const value = (id) => page.getElementById(id);
    const active = document.activeElement;
    form.querySelector("#was").value = value("was").value;
    if (active !== rule) rule.value = value("q").value;
    rule.toggleAttribute("aria-invalid", value("q").hasAttribute("aria-invalid"));
    if (!ruleFields.includes(active)) for (const field of ruleFields) field.value = value(field.id).value;
    for (const box of all("input[name=type]", form)) {
      box.checked = all("input[name=type]", page).some((other) => other.value === box.value && other.checked);
    }
    const nosubject = document.getElementById("nosubject");
    if (nosubject) nosubject.hidden = !value("nosubject");
  }

  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(refresh, wait);
  };
  form.addEventListener("input", (event) => {
    if (event.target === find) narrow(find.value);
    else soon(event.target.matches("[type=checkbox], select") ? 0 : 350);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("input:not([type=checkbox]), textarea") && event.target !== find) soon(0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    takeFound();
    refresh(true).then(() => document.getElementById("feed").scrollIntoView({ block: "nearest" }));
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    takeFound();
    refresh(true);
  });

  // Text in the search for subjects ticks the subjects that it names.
  function takeFound() {
    const typed = find.value.split(/[\s,+]+/).filter(Boolean);
    const boxes = all(".tree input", form);
    const named = typed.map((id) => boxes.find((box) => box.value.toLowerCase() === id.toLowerCase()));
    const seen = boxes.filter((box) => !box.closest("[hidden]") && box.closest(".choice").dataset.hit);
    if (typed.length && named.every(Boolean)) for (const box of named) box.checked = true;
    else if (typed.length && seen.length === 1) seen[0].checked = true;
    else return;
    find.value = "";
    narrow("");
  }

  function narrow(typed) {
    const words = typed.toLowerCase().split(/[\s,+]+/).filter(Boolean);
    const fits = (text) => words.some((word) => text.startsWith(word)) || words.every((word) => text.includes(word));
    for (const choice of all(".tree .choice", form)) {
      const hit = words.length > 0 && fits(choice.textContent.toLowerCase());
      choice.dataset.hit = hit ? "1" : "";
      (choice.closest("li") ?? choice.closest(".archive")).hidden = words.length > 0 && !hit;
    }
    for (const archive of all(".tree details", form)) {
      const hits = all(".choice", archive).filter((choice) => choice.dataset.hit).length;
      archive.hidden = words.length > 0 && hits === 0;
      archive.open = words.length > 0 ? hits > 0 : all("input:checked", archive).length > 0;
    }
  }
  find.setAttribute("placeholder", "distributed, quant-ph …");
}

// ---- Keys on an HTML view

function readByKeys(papers) {
  const keys = document.createElement("p");
  keys.className = "keys";
  keys.innerHTML = "<kbd>j</kbd> next paper, <kbd>k</kbd> previous, <kbd>a</kbd> abstract, <kbd>o</kbd> open, <kbd>A</kbd> all abstracts";
  document.querySelector(".ways")?.after(keys);
  let at = -1;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const here = papers.indexOf(document.activeElement?.closest(".paper"));
    if (here >= 0) at = here;
    const details = papers[at]?.querySelector("details");
    if (event.key === "j" || event.key === "k") {
      at = Math.max(0, Math.min(papers.length - 1, at + (event.key === "j" ? 1 : -1)));
      papers[at].focus({ preventScroll: true });
      papers[at].scrollIntoView({ block: "start" });
    } else if (event.key === "a" && details) {
      details.open = !details.open;
    } else if (event.key === "A") {
      const folded = all(".abstract").some((abstract) => !abstract.open);
      for (const abstract of all(".abstract")) abstract.open = folded;
    } else if (event.key === "o" && at >= 0) {
      papers[at].querySelector(".title a").click();
    }
  });
}

// ---- The next mailing

function countDown(element) {
  const number = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
  const tick = () => {
    const minutes = Math.max(0, Math.floor((Date.parse(element.dataset.until) - Date.now() - offset) / 60000));
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
    if (minutes === 0) element.textContent = "any moment now";
    else if (days > 0) element.textContent = `in ${number(days, "day")} and ${number(hours, "hour")}`;
    else if (hours > 0) element.textContent = `in ${number(hours, "hour")} and ${number(minutes % 60, "minute")}`;
    else element.textContent = `in ${number(minutes, "minute")}`;
  };
  // The clock is the service's, which a replay sets to another day.
  const offset = Date.parse(element.dataset.now) - Date.now();
  setInterval(tick, 20000);
}

offerCopies(document);
const form = document.getElementById("builder");
if (form) build(form);
const papers = all(".paper");
if (papers.length) readByKeys(papers);
for (const element of all("[data-until]")) countDown(element);
