// What an editor has been through, as texts; typing into one field is one step.
const MOST = 200;

export class History {
  constructor(text) {
    this.now = text;
    this.past = [];
    this.future = [];
    this.group = null;
  }

  // group: edits of the same group that follow each other are undone together
  push(text, group = null) {
    if (text === this.now) { return; }
    if (group === null || group !== this.group) { this.past = [...this.past.slice(1 - MOST), this.now]; }
    this.group = group;
    this.now = text;
    this.future = [];
  }

  undo() { return this.step(this.past, this.future); }

  redo() { return this.step(this.future, this.past); }

  step(from, to) {
    if (!from.length) { return false; }
    to.push(this.now);
    this.now = from.pop();
    this.group = null;
    return true;
  }
}
