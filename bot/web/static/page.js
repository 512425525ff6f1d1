// What every page does a little better with JavaScript. Nothing here is needed.
(function () {
  "use strict";

  // What went wrong is read out first: focus moves to the summary of errors, or to a banner that says "done".
  var summary = document.querySelector("[data-focus-first]");
  if (summary) {
    summary.setAttribute("tabindex", "-1");
    summary.addEventListener("blur", function () { summary.removeAttribute("tabindex"); }, { once: true });
    summary.focus();
  }

  // The second tap of a double tap sends nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-once")) { return; }
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 2000) { event.preventDefault(); return; }
    form.dataset.sent = String(Date.now());
  });

  Array.prototype.forEach.call(document.querySelectorAll("[data-with-script]"), function (words) {
    words.hidden = false;
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) { window.print(); }
  });

  // Leaving at once. The page goes blank before the network answers, the neutral page takes its place in the history,
  // and the conversation's cookie is ended by a request that outlives the page.
  var way = document.querySelector("[data-leave]");
  if (!way) { return; }

  function leave() {
    document.title = "Weather";
    document.body.hidden = true;
    if (way.tagName === "FORM") {
      try {
        fetch(way.action, {
          method: "POST", body: new URLSearchParams(new FormData(way)), credentials: "same-origin", keepalive: true,
        }).catch(function () {});
      } catch (unsupported) { /* going is what matters */ }
    }
    window.location.replace(way.dataset.leave);
  }

  document.addEventListener(way.tagName === "FORM" ? "submit" : "click", function (event) {
    var on = way.tagName === "FORM" ? event.target : event.target.closest("a");
    if (on !== way) { return; }
    event.preventDefault();
    leave();
  });

  // Shift alone, three times within five seconds; Shift that makes a capital letter does not count.
  var presses = [], alone = false;
  document.addEventListener("keydown", function (event) {
    alone = event.key === "Shift" && !event.repeat ? true : event.key === "Shift" && alone;
    if (event.key !== "Shift") { presses = []; }
  });
  document.addEventListener("keyup", function (event) {
    if (event.key !== "Shift" || !alone) { return; }
    alone = false;
    presses.push(Date.now());
    presses = presses.slice(-3);
    if (presses.length === 3 && presses[2] - presses[0] <= 5000) { leave(); }
  });

  // A page that the browser kept whole and brings back by Back is asked for again.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { window.location.reload(); }
  });
})();
