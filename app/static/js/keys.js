/* J and K move in a list, Enter opens, X ticks, A agrees, R sends back, / searches, ? explains. All can be switched off. */
(function () {
  "use strict";
  var help = document.getElementById("keys");
  var open = document.querySelector("[data-keys-open]");
  var enabled = document.getElementById("keys-on");
  var rows = Array.prototype.slice.call(document.querySelectorAll("table[data-keys] tbody tr"));
  var OFF = "xueji-keys-off";

  function recall() { try { return localStorage.getItem(OFF) !== "yes"; } catch (blocked) { return true; } }
  function remember(on) { try { localStorage.setItem(OFF, on ? "no" : "yes"); } catch (blocked) { /* this page only */ } }

  function explain() { if (!help.open) { help.showModal(); } }

  function go(step) {
    rows = rows.filter(function (each) { return each.isConnected; });
    if (!rows.length) { return; }
    var here = rows.indexOf(document.activeElement && document.activeElement.closest("tr"));
    var next = rows[Math.max(0, Math.min(rows.length - 1, here + step))];
    var link = next.querySelector("a[data-open]") || next.querySelector("a");
    if (link) { link.focus(); }
  }

  open.hidden = false;
  open.addEventListener("click", explain);
  enabled.checked = recall();
  enabled.addEventListener("change", function () { remember(enabled.checked); });

  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !event.target.matches("input[type=checkbox]");
    if (typing || !enabled.checked || help.open || event.ctrlKey || event.altKey || event.metaKey) { return; }
    var search = document.getElementById("global-search");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); }
    else if (event.key === "?") { event.preventDefault(); explain(); }
    else if (event.key === "j" || event.key === "J") { go(1); }
    else if (event.key === "k" || event.key === "K") { go(-1); }
    else { inRow(event); }
  });

  /* only while a line of the list has the focus */
  function inRow(event) {
    var row = event.target.closest("table[data-keys] tbody tr"), key = event.key.toLowerCase();
    if (!row) { return; }
    var box = row.querySelector("input[form=bulk]"), agree = row.querySelector("[data-agree]"), link = row.querySelector("a[data-open]");
    if (key === "x" && box && !box.disabled) { event.preventDefault(); box.click(); }
    else if (key === "a" && agree) { event.preventDefault(); agree.click(); }
    else if (key === "r" && link) { event.preventDefault(); window.location.assign(link.href + "#f-opinion"); }
    else if ((key === "a" || key === "x") && row.querySelector(".tick")) { tell(row); }
  }

  /* why a line is decided by itself */
  function tell(row) {
    var said = document.querySelector("[data-bulk-said]"), why = row.querySelector(".tick [title]");
    if (said && why) { said.textContent = why.title; }
  }
}());
