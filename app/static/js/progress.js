/* The progress of background work, fetched again while it goes on; without this file a link on the page does the same. */
(function () {
  "use strict";

  var EVERY = 2000; // milliseconds

  document.querySelectorAll("[data-progress]").forEach(function (part) {
    function again() {
      fetch(part.dataset.progress, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected || answer.headers.get("X-Finished")) {
          window.location.reload();
          return null;
        }
        return answer.text().then(function (text) {
          var fresh = new DOMParser().parseFromString(text, "text/html").body;
          part.replaceChildren.apply(part, Array.from(fresh.childNodes));
          window.setTimeout(again, EVERY);
        });
      }).catch(function () { window.setTimeout(again, 5 * EVERY); });
    }
    window.setTimeout(again, EVERY);
  });
}());
