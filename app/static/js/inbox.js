/* What is ticked together is of one step; everything works without this file, and the sheet says what does not fit. */
(function () {
  "use strict";
  /* new work shows itself: one cheap count a minute, and none while the page lies behind others */
  var bar = document.querySelector("[data-arrivals]");
  function ask() {
    if (document.hidden) { return; }
    fetch(bar.dataset.arrivals, { credentials: "same-origin", redirect: "error" }).then(function (answer) { return answer.json(); })
      .then(function (found) {
        if (found.newest && String(found.newest) !== bar.dataset.newest && Number(found.newest) > Number(bar.dataset.newest || 0)) { bar.hidden = false; }
      }).catch(function () { /* signed out, or no network: the next page says so */ });
  }
  if (bar) {
    window.setInterval(ask, Number(bar.dataset.every || 60) * 1000);
    document.addEventListener("visibilitychange", ask);
  }

  var form = document.querySelector("[data-bulk]");
  if (!form) { return; }
  var boxes = [].slice.call(document.querySelectorAll("input[form=bulk]"));
  var all = document.querySelector("[data-tick-all]");
  var said = form.querySelector("[data-bulk-said]"), first = said.textContent, button = form.querySelector("button");

  function ticked() { return boxes.filter(function (each) { return each.checked; }); }

  function look() {
    var chosen = ticked(), step = chosen.length ? chosen[0].dataset.step : null;
    boxes.forEach(function (each) { each.disabled = step !== null && each.dataset.step !== step; });
    said.textContent = chosen.length ? "已选 " + chosen.length + " 件，同为“" + step + "”，无须填写。" : first;
    button.disabled = !chosen.length;
    form.classList.toggle("on", chosen.length > 0);
    if (all) {
      var alike = boxes.filter(function (each) { return !each.disabled && each.dataset.step === (step || boxes[0].dataset.step); });
      all.checked = chosen.length > 0 && chosen.length === alike.length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
  }

  boxes.forEach(function (each) { each.addEventListener("change", look); });
  if (all && boxes.length) {
    all.hidden = false;
    all.addEventListener("change", function () {
      var on = all.checked, step = (ticked()[0] || boxes[0]).dataset.step;
      boxes.forEach(function (each) { each.checked = on && each.dataset.step === step; });
      look();
    });
  }
  window.addEventListener("pageshow", look);
  look();
}());
