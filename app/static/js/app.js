/* Everything works without this file; with it, lists and forms are quicker. */
(function () {
  "use strict";

  /* a form is sent once */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.addEventListener("pageshow", function () { delete form.dataset.sent; });
  });

  /* the summary of errors is read out first */
  var errors = document.querySelector(".errors[tabindex]");
  if (errors) { errors.focus(); }

  /* keys: / search, J and K move in a list, Enter opens */
  var rows = Array.prototype.slice.call(document.querySelectorAll("table[data-keys] tbody tr"));
  var here = -1;
  function go(step) {
    if (!rows.length) { return; }
    if (here >= 0) { rows[here].classList.remove("here"); }
    here = Math.max(0, Math.min(rows.length - 1, here + step));
    rows[here].classList.add("here");
    var link = rows[here].querySelector("a");
    if (link) { link.focus(); }
  }
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (typing || event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (event.key === "/") {
      var search = document.getElementById("global-search");
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === "j" || event.key === "J") { go(1); }
    else if (event.key === "k" || event.key === "K") { go(-1); }
  });
}());
