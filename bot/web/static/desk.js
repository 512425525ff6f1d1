// What the desk does a little better with JavaScript. Every page works without it, and nothing is stored in the
// browser: desks are shared.
(function () {
  "use strict";

  var POLL_MS = 30000;
  var PAUSE_MS = 600;
  var LOST_AFTER = 4; // polls that failed: two minutes

  // A reply's length and price, counted by the server exactly as it would be sent.
  function counting(place) {
    var box = document.getElementById(place.dataset.counter);
    if (!box || !box.form) { return; }
    var timer = 0;
    var asked = 0;
    function show(size) {
      var most = Number(place.dataset.most);
      var words = place.dataset.said.replace("{characters}", size.characters).replace("{most}", most);
      if (place.dataset.kind === "sms") {
        words += " " + (size.segments === 1 ? place.dataset.one : place.dataset.many.replace("{segments}", size.segments));
      }
      if (size.characters > most) { words += " " + place.dataset.over.replace("{over}", size.characters - most); }
      if (place.dataset.kind === "sms" && size.encoding !== "GSM-7") { words += " " + place.dataset.plain; }
      place.textContent = words;
    }
    function ask() {
      var mine = ++asked;
      if (!box.value) { place.textContent = ""; return; }
      var form = new FormData();
      form.set("words", box.value);
      form.set("csrf_token", box.form.elements.csrf_token.value);
      fetch(place.dataset.address, { method: "POST", body: new URLSearchParams(form), redirect: "error" })
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (size) { if (size && mine === asked) { show(size); } })
        .catch(function () { if (mine === asked) { place.textContent = ""; } });
    }
    box.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, PAUSE_MS); });
    ask();
  }

  // Leaving with words that were not sent asks first.
  function guarding(form) {
    var box = form.querySelector("textarea");
    form.addEventListener("submit", function () { form.dataset.leaving = "yes"; });
    addEventListener("beforeunload", function (event) {
      var written = box.value.trim() !== "" && !form.dataset.leaving;
      if (written) { event.preventDefault(); }
    });
  }

  // Says that something came; the page itself is never changed under a worker's hands.
  function polling(place) {
    var timer = 0;
    var failed = 0;
    var page = document.body.dataset;
    function link(words, href) {
      var a = document.createElement("a");
      a.className = "govuk-link";
      a.href = href;
      a.textContent = words;
      return a;
    }
    function tell(news) {
      var parts = [];
      failed = 0;
      looking(news.looking);
      if (news.late && !document.querySelector(".app-alert")) {
        parts.push([news.late, page.look, location.href]);
      }
      if (news.changed || news.wrote) {
        var what = news.wrote ? place.dataset.wrote : place.dataset.changed;
        parts.push([what, place.dataset.again, place.dataset.here]);
      }
      if (news.fresh) {
        var words = news.fresh === 1 ? place.dataset.one : place.dataset.many.replace("{n}", news.fresh);
        if (news.urgent) { words += " " + place.dataset.urgent.replace("{n}", news.urgent); }
        parts.push([words, place.dataset.show, place.dataset.href]);
      }
      var said = parts.map(function (part) { return part[0]; }).join(" ");
      if (place.dataset.said === said) { return; }
      place.dataset.said = said;
      place.replaceChildren();
      parts.forEach(function (part) {
        var line = document.createElement("p");
        line.append(part[0] + " ", link(part[1], part[2]));
        place.append(line);
      });
      place.classList.toggle("desk-news--on", parts.length > 0);
    }
    function looking(names) {
      var told = document.querySelector("[data-looking]");
      if (!told || !names) { return; }
      var words = names.length === 1 ? told.dataset.one : told.dataset.many;
      words = names.length ? words.replace("{names}", names.join(", ")) : "";
      if (told.textContent !== words) { told.textContent = words; }
    }
    function out() {
      place.textContent = place.dataset.out;
      place.classList.add("desk-news--on");
    }
    // The service itself may be what stands still: then nobody else can say so.
    function lost() {
      failed += 1;
      if (failed < LOST_AFTER || !page.lost) { return; }
      place.dataset.said = "";
      place.textContent = page.lost;
      place.classList.add("desk-news--on");
    }
    function again() { clearTimeout(timer); timer = setTimeout(ask, POLL_MS); }
    function ask() {
      if (document.hidden) { again(); return; }
      fetch(place.dataset.poll, { redirect: "manual", headers: { Accept: "application/json" } })
        .then(function (answer) {
          if (answer.type === "opaqueredirect") { out(); return null; }
          if (!answer.ok) { lost(); return null; }
          return answer.json().then(tell);
        })
        .catch(lost)
        .then(function () { if (place.textContent !== place.dataset.out) { again(); } });
    }
    document.addEventListener("visibilitychange", function () { if (!document.hidden) { clearTimeout(timer); ask(); } });
    again();
  }

  // A saved reply goes into the box, after what stands there: words a worker wrote are never lost.
  function saving(form) {
    var box = document.getElementById(form.dataset.saved);
    var list = form.querySelector("select");
    if (!box || !list) { return; }
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var words = list.selectedOptions[0] && list.selectedOptions[0].dataset.words;
      if (!words) { list.focus(); return; }
      var written = box.value.trim();
      box.value = written ? written + "\n" + words : words;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
      var blank = /\[[^\[\]\n]{1,40}\]/.exec(box.value);
      if (blank) { box.setSelectionRange(blank.index, blank.index + blank[0].length); }
      list.value = "";
    });
  }

  // From case to case by the keyboard. Arrows with Alt: no key alone, which a screen reader or a box may mean itself.
  function stepping(told) {
    var links = Array.prototype.slice.call(document.querySelectorAll(".desk-case__name a"));
    if (!links.length) { return; }
    told.hidden = false;
    addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
      if (/^(SELECT|TEXTAREA|INPUT)$/.test(event.target.tagName)) { return; }
      var here = links.indexOf(document.activeElement);
      var next = links[here === -1 ? (step === 1 ? 0 : links.length - 1) : here + step];
      event.preventDefault();
      if (next) { next.focus(); }
    });
  }

  document.querySelectorAll("[data-steps]").forEach(stepping);
  document.querySelectorAll("[data-saved]").forEach(saving);
  document.querySelectorAll("[data-counter]").forEach(counting);
  document.querySelectorAll("form[data-draft]").forEach(guarding);
  document.querySelectorAll("[data-poll]").forEach(polling);
})();
