// A passkey's button: asks the service what to ask the browser, asks it, and sends the form with the answer. Where the
// browser has no passkeys the button stays hidden, and the page says so.
(function () {
  "use strict";

  var can = Boolean(window.PublicKeyCredential && navigator.credentials && navigator.credentials.get && window.fetch);

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  function text(buffer) {
    if (!buffer) { return null; }
    var plain = Array.prototype.map.call(new Uint8Array(buffer), function (one) { return String.fromCharCode(one); });
    return btoa(plain.join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function read(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) { options.user.id = bytes(options.user.id); }
    (options.allowCredentials || options.excludeCredentials || []).forEach(function (one) { one.id = bytes(one.id); });
    return options;
  }

  function written(made) {
    var said = made.response, plain = { clientDataJSON: text(said.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (part) {
      if (said[part]) { plain[part] = text(said[part]); }
    });
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: plain });
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-passkey-none]"), function (words) {
    words.hidden = can;
  });
  if (!can) { return; }

  Array.prototype.forEach.call(document.querySelectorAll("form[data-passkey]"), function (form) {
    var failed = form.querySelector("[data-passkey-failed]"), busy = false;
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      var name = form.elements.namedItem("name");
      if (name && !name.value.trim()) { return; }  // the service says what is missing, before a device makes anything
      event.preventDefault();
      if (busy) { return; }
      busy = true;
      failed.hidden = true;
      fetch(form.dataset.passkey, { credentials: "same-origin" }).then(function (answer) {
        // Signed out, or the proof of who sits here is too old: the page itself leads on.
        if (!answer.ok || answer.redirected) { window.location.reload(); throw new Error("asked anew"); }
        return answer.json();
      }).then(function (options) {
        var asked = { publicKey: read(options) };
        return options.user ? navigator.credentials.create(asked) : navigator.credentials.get(asked);
      }).then(function (made) {
        form.elements.credential.value = written(made);
        form.submit();
      }).catch(function () {
        busy = false;
        failed.hidden = false;
      });
    });
  });
}());
