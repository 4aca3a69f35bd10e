/* What was typed into the application of a rehearsal stands in the next one of the same process; without this file, what
   a scenario of the draft or an example says. Only this browser keeps it. */
(function () {
  "use strict";
  var place = function (of) { return "xueji-rehearsal-" + of; };
  var played = document.querySelector("[data-rehearsed]"), asks = document.querySelector("[data-last]");
  var script = document.querySelector("input[name='x-script']");
  try {
    if (played && script && JSON.parse(script.value).application) {
      localStorage.setItem(place(played.dataset.rehearsed), script.value);
    }
    if (asks) { asks.value = localStorage.getItem(place(asks.dataset.last)) || ""; }
  } catch (_full) { /* nothing is kept */ }
}());
