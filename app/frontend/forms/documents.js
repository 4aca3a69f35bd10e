// The forms that are edited together, as text and as what it says: of each what is saved, what it is now, and what came
// before. What says the same is written as it was.
import { History } from "../drafts/history.js";
import { isList, LISTS } from "./entries.js";
import * as model from "./model.js";

export class Documents {
  // texts by name
  read(texts) {
    this.saved = texts;
    this.docs = {};
    Object.entries(texts).forEach(([each, text]) => {
      const doc = JSON.parse(text);
      if (each === this.name || (model.isForm(doc) && model.survives(text, doc))) { this.docs[each] = doc; }
    });
    this.source = null; // what is typed as text and says nothing yet
    this.designed = this.canDesign(texts[this.name]);
    this.history = new History(JSON.stringify(this.docs));
  }

  canDesign(text) {
    return model.survives(text, this.doc) && (model.isForm(this.doc) ? !this.list() : isList(this.name, this.doc));
  }

  get doc() { return this.docs[this.name]; }

  get application() { return this.docs["application.json"]; }

  list() { return this.name in LISTS && Array.isArray(this.doc); }

  // the text of a file as it is now: as it was where it says the same
  text(name = this.name) {
    if (name === this.name && this.source !== null) { return this.source; }
    const before = this.saved[name];
    const doc = this.docs[name];
    if (doc === undefined || JSON.stringify(JSON.parse(before)) === JSON.stringify(doc)) { return before; }
    return model.written(doc, before);
  }

  changed() {
    return Object.keys(this.saved).filter((name) => this.text(name) !== this.saved[name]);
  }

  // with a changed copy of one of them; gives what `act` gives
  alter(name, act, group = null) {
    const next = JSON.parse(JSON.stringify(this.docs[name]));
    const chosen = act(next);
    if (name === this.name) { this.source = null; }
    this.docs = { ...this.docs, [name]: next };
    this.history.push(JSON.stringify(this.docs), group);
    return chosen;
  }

  // back or on; false where there is nothing
  turn(way) {
    if (!this.history[way]()) { return false; }
    this.docs = JSON.parse(this.history.now);
    this.source = null;
    return true;
  }

  // the source is typed: where it says something, so does the design
  type(text) {
    let doc;
    try { doc = JSON.parse(text); } catch { doc = undefined; }
    this.source = text;
    if (doc === undefined) { this.designed = false; return; }
    this.docs = { ...this.docs, [this.name]: doc };
    this.designed = this.canDesign(text);
    if (!this.designed) { return; }
    this.history.push(JSON.stringify(this.docs), "source");
    if (model.written(doc, this.saved[this.name]) === text) { this.source = null; }
  }

  // what is chosen, if it is still there
  known(at) {
    if (Array.isArray(this.doc)) { return { entry: Math.max(0, Math.min(at.entry ?? 0, this.doc.length - 1)) }; }
    if (!model.isForm(this.doc)) { return { path: [] }; }
    if (at.section !== undefined) { return model.exists(this.doc, [at.first]) && this.doc.properties[at.first]["x-section"] === at.section ? at : { path: [] }; }
    return at.path && model.exists(this.doc, at.path) ? at : { path: [] };
  }
}
