// New texts appear by themselves; without this the page has a link to look for them.
(function () {
  "use strict";
  var conversation = document.getElementById("conversation");
  var now = document.getElementById("now");
  if (!conversation || !window.fetch) {
    return;
  }
  document.getElementById("refresh").hidden = true;

  function toTheEnd() {
    conversation.scrollTop = conversation.scrollHeight;
  }

  // Only what is new is added, so that a screen reader reads out that alone.
  function show(html) {
    var fresh = document.createElement("template");
    fresh.innerHTML = html;
    var come = fresh.content.querySelectorAll("li");
    var here = conversation.querySelectorAll("li");
    here.forEach(function (item, place) {
      var status = come[place] && come[place].querySelector(".when").textContent;
      if (status && item.querySelector(".when").textContent !== status) {
        item.querySelector(".when").textContent = status;
      }
    });
    if (here.length === 0 && come.length > 0) {
      conversation.replaceChildren(fresh.content);
      toTheEnd();
    } else if (come.length > here.length) {
      conversation.querySelector("ol").append.apply(
        conversation.querySelector("ol"),
        Array.prototype.slice.call(come, here.length)
      );
      toTheEnd();
    }
  }

  function look() {
    fetch(conversation.dataset.from, { credentials: "same-origin" })
      .then(function (answer) {
        return answer.ok ? answer.text() : Promise.reject(answer.status);
      })
      .then(function (html) {
        show(html);
        var told = /data-now="([^"]*)"/.exec(html);
        if (told && now) {
          now.textContent = told[1];
        }
      })
      .catch(function () {
        // The service is stopped or starting again: the next look will tell.
      })
      .then(function () {
        setTimeout(look, document.hidden ? 10000 : 1500);
      });
  }

  document.getElementById("body").addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.target.form.requestSubmit();
    }
  });

  toTheEnd();
  setTimeout(look, 1500);
})();
