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
  document.querySelectorAll("[data-letters]").forEach(function (form) { form.hidden = false; });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  /* what is rarely read is fetched when somebody opens it; without this file a link inside leads to the same page */
  document.querySelectorAll("details[data-panel]").forEach(function (panel) {
    panel.addEventListener("toggle", function () {
      if (!panel.open || panel.dataset.read) { return; }
      panel.dataset.read = "yes";
      fetch(panel.dataset.panel, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) { throw new Error(answer.statusText); }
        return answer.text();
      }).then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("main [data-part]");
        panel.querySelector("[data-place]").replaceChildren(fresh);
      }).catch(function () { delete panel.dataset.read; });
    });
  });

  /* a phrase goes into the opinion with one click */
  document.querySelectorAll("[data-phrases]").forEach(function (row) {
    row.hidden = !row.querySelector("[data-phrase]");
    row.addEventListener("click", function (event) {
      var text = event.target.getAttribute("data-phrase"), field = row.closest("form").elements.opinion;
      if (text === null || !field) { return; }
      field.value += text;
      var used = document.createElement("input");
      used.type = "hidden";
      used.name = "phrase";
      used.value = event.target.dataset.id;
      row.appendChild(used);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  });

  /* a browser's own words for choosing a file speak its language: the field stays, its button and names are ours */
  document.querySelectorAll("input[type='file']").forEach(function (field) {
    var choose = document.createElement("button"), names = document.createElement("span");
    function say() {
      names.textContent = [].map.call(field.files, function (each) { return each.name; }).join("、") || "没有选择文件";
    }
    choose.type = "button";
    choose.tabIndex = -1;
    choose.textContent = field.multiple ? "选择文件（可多选）" : "选择文件";
    [choose, names].forEach(function (each) { each.setAttribute("aria-hidden", "true"); });
    names.className = "chosen";
    choose.disabled = field.disabled;
    choose.addEventListener("click", function () { field.click(); });
    field.addEventListener("change", say);
    field.classList.add("unseen");
    field.after(choose, names);
    say();
  });

  /* a day is typed; whoever has a pointer takes it from a calendar, too */
  document.querySelectorAll("input.day").forEach(function (field) {
    var calendar = document.createElement("input");
    calendar.type = "date";
    calendar.className = "calendar";
    calendar.tabIndex = -1;
    calendar.disabled = field.disabled;
    calendar.title = "从日历中选取";
    calendar.setAttribute("aria-hidden", "true");
    calendar.addEventListener("pointerdown", function () { calendar.value = field.value; });
    calendar.addEventListener("change", function () {
      if (!calendar.value) { return; }
      field.value = calendar.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.after(calendar);
  });

  /* a field that is asked only where others say so appears when they do; what is not shown the server does not take */
  function said(form, name) {
    var fields = [].slice.call(form.elements).filter(function (each) { return each.name === name; });
    var field = fields.filter(function (each) { return each.type !== "checkbox" || each.checked; })[0];
    if (fields[0] && fields[0].type === "checkbox") { return field ? "true" : "false"; }
    return field ? field.value.trim() : "";
  }
  document.querySelectorAll("[data-when]").forEach(function (part) {
    var when = JSON.parse(part.dataset.when), form = part.closest("form");
    if (!form) { return; }
    function look() {
      part.hidden = !Object.keys(when).every(function (name) { return when[name].map(String).indexOf(said(form, name)) >= 0; });
    }
    form.addEventListener("input", look);
    form.addEventListener("change", look);
    look();
  });
}());
