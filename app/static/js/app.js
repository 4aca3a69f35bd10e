/* Everything works without this file; with it, lists and forms are quicker. */
(function () {
  "use strict";

  /* letters change at once, so that nothing typed is lost to a reload */
  document.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    if (!form.matches("[data-letters]") || !button) { return; }
    event.preventDefault();
    var body = new URLSearchParams(new FormData(form));
    body.append("size", button.value);
    fetch(form.action, { method: "POST", body: body, redirect: "manual" });
    document.documentElement.className = button.value;
    form.querySelectorAll("button").forEach(function (each) { each.setAttribute("aria-pressed", String(each === button)); });
  });

  /* a form is sent once */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-download")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.addEventListener("pageshow", function () { delete form.dataset.sent; });
  });

  /* the summary of errors is read out first */
  var errors = document.querySelector(".errors[tabindex]");
  if (errors) { errors.focus(); }

  /* what needs this file shows itself only with it */
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
}());
