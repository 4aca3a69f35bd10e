/* The progress of background work, fetched again while it goes on; without this file a link on the page does the same. */
(function () {
  "use strict";

  var EVERY = 2000; // milliseconds

  /* What says the same stays; who stood on a link stands on it again. */
  function replace(old, fresh) {
    if (!old || old.innerHTML === fresh.innerHTML) { return; }
    var focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceChildren.apply(old, Array.from(fresh.childNodes));
    var again = focused && document.getElementById(focused);
    if (again) { again.focus(); }
  }

  document.querySelectorAll("[data-progress]").forEach(function (part) {
    function again() {
      fetch(part.dataset.progress, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected || answer.headers.get("X-Finished")) {
          window.location.reload();
          return null;
        }
        return answer.text().then(function (text) {
          var fresh = new DOMParser().parseFromString(text, "text/html").body;
          var parts = fresh.querySelectorAll("[data-part]");
          if (parts.length) {
            parts.forEach(function (each) {
              replace(document.querySelector('main [data-part="' + each.dataset.part + '"]'), each);
            });
          } else {
            replace(part, fresh);
          }
          window.setTimeout(again, EVERY);
        });
      }).catch(function () { window.setTimeout(again, 5 * EVERY); });
    }
    window.setTimeout(again, EVERY);
  });
}());
