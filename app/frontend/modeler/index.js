// The modeler's page: one diagram of a draft, drawn, described in the panel, saved by itself and checked as it is drawn.
import "./style.css";

import { Checking } from "./checking";
import { drawn } from "./page/drawing";
import { bindKeys, showKeys } from "./keys";
import { editorIn } from "./editor";
import { h } from "./page/dom";
import { leaveNoMarkers } from "./page/markers";
import { openDialog } from "./page/dialog";
import { Panel } from "./panel";
import { Player } from "./playing";
import { Saving } from "./saving";
import { sayInChinese } from "./words/fixed";
import { signInLink } from "../drafts/session";
import { Simulation } from "./simulation";
import { Server } from "./page/server";
import { showFirst } from "./page/view";
import { toolbar } from "./toolbar";

const place = (name) => document.getElementById(name);

async function start() {
  const { draft, name, token, user, draws } = document.body.dataset;
  const readOnly = draws !== "yes";
  const server = new Server({ draft, token, user });
  const status = (words, kind) => { place("saved").textContent = words; place("saved").className = kind; };
  const showFault = ({ message, status: answered }) => openDialog("没有完成", [
    h("p", {}, message), answered === 401 ? h("p", { class: "actions" }, signInLink()) : null,
  ]);
  sayInChinese(document.body);
  const [read, vocabulary] = await Promise.all([server.read(name), server.vocabulary()]);
  const file = { ...read, drawn: drawn(read.text) };
  const editor = editorIn(place("canvas"), readOnly);
  await editor.importXML(file.drawn);
  showFirst(editor);
  nameCanvas(readOnly);
  leaveNoMarkers(editor);
  new ResizeObserver(() => editor.get("canvas").resized()).observe(place("canvas")); // what stands around it comes and goes
  if (!readOnly) { editor.get("drawing").roles = vocabulary.roles; }
  const panel = new Panel(place("panel"), { editor, vocabulary, readOnly, server, name });
  panel.attempt = (act) => act().catch((refused) => showFault(refused));
  const player = new Player({ editor, place: place("player"), vocabulary });
  const simulation = new Simulation({ editor, place: place("player"), vocabulary, player });
  const checking = new Checking({ editor, server, name, place: place("findings"), vocabulary, player });
  const save = readOnly ? () => {} : await savingOf({ editor, server, name, ...file, status, checking, showFault });
  toolbar(place("tools"), { editor, readOnly, showKeys, save, simulate: () => simulation.start() });
  bindKeys({ editor, readOnly, panel, save, places });
  panel.draw();
  checking.check();
  const asked = editor.get("elementRegistry").get(decodeURIComponent(location.hash.slice(1))); // by a link to an element
  if (asked) { checking.go(asked); }
  document.documentElement.dataset.ready = "yes";
  // whoever wants to look at the drawn model (a test, a comparison) gets it from here
  document.dispatchEvent(new CustomEvent("drawn", { detail: editor }));
}

async function savingOf({ checking, drawn: original, ...parts }) {
  const saving = await new Saving({ ...parts, onSaved: () => checking.later() }).begin(original);
  const save = () => {
    const here = document.activeElement;
    if (here && here.matches("input, textarea, select")) { here.blur(); } // what is typed there is said first
    return saving.save();
  };
  document.querySelectorAll("header.bar a[href]").forEach((link) => link.addEventListener("click", saveFirst(save, saving)));
  return save;
}

// Whoever goes on from here takes the last change along; the browser asks only where it could not be saved.
const saveFirst = (save, saving) => async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) { return; } // in a window of its own
  event.preventDefault();
  const { href } = event.currentTarget;
  if (await save() || !saving.stopped) { window.location.assign(href); }
};

const places = () => [document.querySelector("#canvas svg[tabindex]"), place("player"), place("panel"), place("found"), place("tools").querySelector("[tabindex='0']")];

function nameCanvas(readOnly) {
  const drawing = document.querySelector("#canvas svg[tabindex]");
  if (!drawing) { return; }
  drawing.setAttribute("role", "application");
  drawing.setAttribute("aria-label", readOnly ? "流程图" : "流程图，按 Alt+向下键逐个选取元素，在属性中修改");
}

start().catch((fault) => {
  place("canvas").replaceChildren(h("div", { class: "nothing", role: "alert" },
    h("p", {}, `流程图不能打开：${fault.message}`), h("p", {}, "可以回到草稿，下载文件或者直接修改它的内容。")));
  place("saved").textContent = "";
});
