// The conversation without reloading. The page works without this; what is here must never lose or double a word.
// A post carries its form's id until the server says that it has it: sent again, it is the same message.
(function () {
  "use strict";

  var composer = document.getElementById("composer");
  var log = document.getElementById("log");
  if (!composer || !log || !window.fetch || !window.AbortController || !window.URLSearchParams) { return; }
  if (!Promise.prototype.finally) { return; }
  var list = log.querySelector("ol");
  var box = composer.elements.text;
  var status = document.getElementById("chat-status");
  var keep = document.getElementById("keep-list");
  var words = composer.dataset;
  var cursor = log.dataset.cursor;
  var token = composer.elements.csrf_token.value;
  var job = null;

  var TRIES = 4, FIRST_WAIT = 2000, PATIENCE = 20000;
  var SOON = 4000, LATE = 60000, SLOWER = 1.4;
  var pause = SOON, timer = null;

  function fresh() {
    var bytes = new Uint8Array(12);
    window.crypto.getRandomValues(bytes);
    return Array.prototype.map.call(bytes, function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
  }

  function say(text) { status.textContent = text; }

  function ask(address, options) {
    var stop = new AbortController();
    var clock = setTimeout(function () { stop.abort(); }, PATIENCE);
    options.headers = { Accept: "application/json" };
    options.credentials = "same-origin";
    options.cache = "no-store";
    options.redirect = "error";
    options.signal = stop.signal;
    return fetch(address, options).then(function (response) {
      return response.json().then(function (told) { return { status: response.status, told: told }; });
    }).finally(function () { clearTimeout(clock); });
  }

  // Coming in ------------------------------------------------------------------------------------------------------

  function retire() {
    Array.prototype.forEach.call(list.querySelectorAll(".chat__replies"), function (old) { old.remove(); });
  }

  // Returns the family's own new message, if there is one.
  function show(told) {
    var own = null;
    told.bubbles.forEach(function (bubble) {
      if (document.getElementById("m-" + bubble.id)) { return; }
      var held = list.contains(document.activeElement) && document.activeElement.closest(".chat__replies");
      if (!bubble.ours || bubble.asks) { retire(); }
      var made = document.createElement("template");
      made.innerHTML = bubble.html;
      var item = made.content.firstElementChild;
      list.appendChild(item);
      if (keep && item.querySelector(".listing")) { keep.hidden = false; }
      if (!bubble.ours) { own = item; }
      // the button that had the focus is gone: the focus goes to where its words now stand, and nowhere else
      if (held) { item.focus({ preventScroll: true }); }
    });
    if (own) { settle(); }
    if (Number(told.cursor) > Number(cursor)) { cursor = String(told.cursor); }
    token = told.token || token;
    Array.prototype.forEach.call(document.querySelectorAll('input[name="csrf_token"]'), function (field) { field.value = token; });
    return own;
  }

  // The question and its example belong to the first words alone.
  function settle() {
    var example = document.getElementById("text-hint");
    var label = composer.querySelector("label");
    if (example) { example.remove(); box.removeAttribute("aria-describedby"); }
    label.textContent = words.label;
    label.className = "govuk-label";
  }

  function plan() {
    clearTimeout(timer);
    timer = document.hidden || !list.children.length ? null : setTimeout(look, pause);
  }

  function look() {
    ask("/chat/messages?after=" + encodeURIComponent(cursor), { method: "GET" }).then(function (answer) {
      if (answer.status !== 200) { throw new Error(String(answer.status)); }
      var before = list.children.length;
      show(answer.told);
      pause = list.children.length > before ? SOON : Math.min(pause * SLOWER, LATE);
    }).catch(function () { pause = Math.min(pause * 2, LATE); }).then(plan);
  }

  document.addEventListener("visibilitychange", function () {
    clearTimeout(timer);
    if (!document.hidden && list.children.length) { pause = SOON; look(); }
  });

  // Going out ------------------------------------------------------------------------------------------------------

  function begin(form, text, typed) {
    if (job) { say(words.busy); return; }
    job = { id: form.elements.client_id.value, text: text, typed: typed, form: form, tries: 0, renewed: false };
    if (typed) { box.readOnly = true; }
    say(words.sending);
    attempt();
  }

  function attempt() {
    var going = job;
    var body = new URLSearchParams({ csrf_token: token, client_id: going.id, text: going.text, after: cursor });
    ask("/chat", { method: "POST", body: body }).then(function (answer) {
      if (answer.status === 200) { done(answer.told); return null; }
      if (answer.status === 403 && !going.renewed) {
        going.renewed = true;
        return renew().then(attempt);
      }
      if (answer.status >= 500) { throw new Error("away"); }
      stop(words[answer.told.fault] || (going.typed ? words.lost : words.lostReply));
      return null;
    }).catch(function (fault) {
      var away = fault && fault.message === "away";
      going.tries += 1;
      if (job !== going) { return; }
      if (going.tries >= TRIES) {
        stop(away ? (going.typed ? words.away : words.awayReply) : (going.typed ? words.lost : words.lostReply));
        return;
      }
      say(words.again);
      setTimeout(attempt, FIRST_WAIT * Math.pow(2, going.tries - 1));
    });
  }

  // The page was open for so long that its form is refused: a fresh token, and the same post again.
  function renew() {
    return ask("/chat/messages?after=" + encodeURIComponent(cursor), { method: "GET" }).then(function (answer) {
      if (answer.status === 200) { show(answer.told); }
    });
  }

  function stop(why) {
    box.readOnly = false;
    job = null;
    say(why);
  }

  function done(told) {
    var was = job;
    var own = show(told);
    if (was.typed) {
      box.value = "";
      composer.elements.client_id.value = fresh();
      clearFault();
    }
    stop("");
    if (own) { own.scrollIntoView({ block: "start" }); }
    pause = 1000;
    plan();
    pause = SOON;
  }

  function clearFault() {
    Array.prototype.forEach.call(document.querySelectorAll(".govuk-error-summary, .govuk-error-message"), function (old) { old.remove(); });
    composer.querySelector(".govuk-form-group").classList.remove("govuk-form-group--error");
    box.classList.remove("govuk-textarea--error");
    box.removeAttribute("aria-describedby");
  }

  composer.addEventListener("submit", function (event) {
    if (event.submitter && event.submitter.form !== composer) { return; }
    event.preventDefault();
    if (!box.value.trim()) { say(words.empty); return; }
    begin(composer, box.value, true);
  });

  log.addEventListener("submit", function (event) {
    if (!event.submitter) { return; } // an old browser: the form goes by itself
    event.preventDefault();
    begin(event.target, event.submitter.value, false);
  });

  plan();
})();
