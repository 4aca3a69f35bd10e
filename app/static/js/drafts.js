/* What is typed saves itself on the server a few seconds after the last key; without this file the button 暂存 does. */
(function () {
  "use strict";
  if (window.xuejiDrafts) { return; }
  window.xuejiDrafts = true;
  var WAIT = 3000, AGAIN = 15000; // milliseconds
  var NOT_TYPED = /^(csrf_token|typed_by|typed_as|key|phrase|open_next|outcome|draft_.*)$/;

  function fieldsOf(form) {
    var found = [];
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && !NOT_TYPED.test(name)) { found.push({ name: name, value: value }); }
    });
    return found;
  }

  function watch(form) {
    var said = form.querySelector("[data-draft-said]"), url = said.dataset.draftUrl, place = JSON.parse(form.dataset.draft);
    var revision = form.elements.draft_revision, timer = null, running = null, again = false, sent = false, held = false;

    function later(wait) { window.clearTimeout(timer); timer = window.setTimeout(save, wait); }

    function ask(method, address, body, leaving) {
      running = new AbortController();
      return fetch(address, {
        method: method, body: body && JSON.stringify(body), credentials: "same-origin", keepalive: Boolean(leaving),
        signal: running.signal, redirect: "error",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value, "X-Post": form.dataset.draftPost }
      }).then(function (answer) {
        return answer.json().then(function (found) { return { ok: answer.ok, status: answer.status, found: found }; });
      });
    }

    function save(leaving) {
      window.clearTimeout(timer);
      if (sent || held) { return; }
      if (running) { again = true; return; }
      var body = Object.assign({ revision: Number(revision.value), fields: fieldsOf(form) }, place);
      ask("PUT", url, body, leaving).then(told, function () { if (!sent) { said.textContent = "草稿暂未保存，稍后自动再试。"; later(AGAIN); } })
        .then(function () { running = null; if (again) { again = false; later(0); } });
    }

    function told(answer) {
      var found = answer.found;
      if (sent) { return; }
      if (answer.ok) {
        revision.value = found.revision;
        said.textContent = (found.over ? "本环节已由他人办理；填写的内容已存入草稿 " : "草稿已自动保存 ") + time(found.saved_at);
      } else if (found.code === "E-FORM-DRAFT") {
        newer(found.detail);
      } else if (answer.status === 401 || found.code === "E-CSRF") {
        held = true;
        said.textContent = "登录已失效，草稿不再自动保存；提交时会请您重新登录，填写的内容不会丢失。";
      } else {
        said.textContent = found.detail || "草稿未能保存。";
      }
    }

    /* which is kept is for whoever types to say */
    function newer(detail) {
      held = true;
      said.textContent = detail;
      var open = document.createElement("a"), mine = document.createElement("button");
      open.href = window.location.pathname + window.location.search;
      open.target = "_blank";
      open.textContent = "在新窗口查看";
      mine.type = "button";
      mine.textContent = "以本页内容为准";
      mine.addEventListener("click", function () {
        var asked = Object.keys(place).map(function (name) { return name + "=" + encodeURIComponent(place[name]); }).join("&");
        running = null;
        ask("GET", url + "?" + asked).then(function (answer) {
          running = null;
          held = false;
          revision.value = answer.ok && answer.found.items.length ? answer.found.items[0].revision : 0;
          save();
        }, function () { running = null; said.textContent = "未能保存，请稍后再试。"; });
      });
      said.append(" ", open, " ", mine);
    }

    function time(instant) {
      return new Date(instant).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
    }

    form.addEventListener("input", function () { later(Number(form.dataset.draftWait || WAIT)); });
    form.addEventListener("change", function () { later(Number(form.dataset.draftWait || WAIT)); });
    form.querySelector("[data-draft-keep]").addEventListener("click", function (event) { event.preventDefault(); held = false; save(); });
    form.addEventListener("submit", function (event) {
      if (event.defaultPrevented) { return; }
      sent = true;
      window.clearTimeout(timer);
      if (running) { running.abort(); }
    });
    window.addEventListener("pageshow", function () { sent = false; });
    document.addEventListener("visibilitychange", function () { if (document.hidden && timer) { timer = null; save(true); } });
  }

  document.querySelectorAll("form[data-draft]").forEach(watch);
}());
