// While a sheet is being looked through or taken in, the page says by itself how far it has come. Without this the
// page has a link that does the same.
(function () {
  "use strict";

  var EVERY_MS = 2000;

  function again() {
    var place = document.querySelector("[data-progress]");
    if (!place) { return; }
    if (document.hidden) { window.setTimeout(again, EVERY_MS); return; }
    fetch(place.dataset.progress, { credentials: "same-origin" }).then(function (answer) {
      // Signed out, or something went wrong: the page itself says so.
      if (!answer.ok || answer.redirected) { window.location.reload(); return; }
      return answer.text().then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#main-content");
        var main = document.getElementById("main-content");
        if (!fresh || main.contains(document.activeElement)) { window.location.reload(); return; }
        main.replaceChildren.apply(main, Array.prototype.slice.call(fresh.childNodes));
        window.setTimeout(again, EVERY_MS);
      });
    }).catch(function () { window.setTimeout(again, EVERY_MS); });
  }

  window.setTimeout(again, EVERY_MS);
}());
