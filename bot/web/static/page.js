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
})();
