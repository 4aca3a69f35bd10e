// The nodes of one scope (a pool, a sub-process, a process) in columns from left to right and, within the band of each
// lane, in rows; between columns and below rows lie the channels in which the flows run.
import { columnsOf } from "./columns";

const CHANNEL = 10; // between two flows in one channel
const LEAST_COLUMN = 46; // between two columns
const LEAST_ROW = 40; // below a row
const ABOVE = 34; // from the edge of a band to its first row
const EMPTY_BAND = 100;

export class Grid {
  // nodes: { shape, width, height, band }, flows: { from, to, connection, border } between nodes; bands: how many
  constructor({ nodes, flows, bands }) {
    Object.assign(this, { nodes, flows, bands });
    const starts = nodes.filter((each) => each.shape.type === "bpmn:StartEvent");
    const columns = columnsOf(nodes, flows.map(({ from, to }) => [from, to]), starts);
    nodes.forEach((each) => { each.column = columns.get(each); });
    this.columns = Math.max(0, ...nodes.map((each) => each.column + 1));
    this.rows = [];
    for (let band = 0; band < bands; band += 1) { this.arrange(band); }
    this.inGaps = Array.from({ length: this.columns }, () => 0);
    this.inRows = this.rows.map(() => 0);
    this.wide = Array.from({ length: this.columns }, () => 0); // words that stand between the columns
  }

  // a node stands in the row of what leads to it, where that is free, else in the nearest that is
  arrange(band) {
    const some = this.nodes.filter((each) => each.band === band);
    const taken = new Set();
    // what leads on comes first, then what ends or leads back, then what nothing leads to
    const weight = (node) => (this.flows.some(({ from, to }) => from === node && to.column > node.column) ? 2 : 0)
      + (this.flows.some(({ from, to }) => from === node || to === node) ? 1 : 0);
    const order = [...some].sort((a, b) => a.column - b.column || weight(b) - weight(a));
    order.forEach((node) => {
      const wanted = this.wantedRow(node, band);
      const free = (row) => row >= 0 && !taken.has(`${row} ${node.column}`);
      let step = 0;
      while (!free(wanted + step) && !free(wanted - step)) { step += 1; }
      node.row = free(wanted + step) ? wanted + step : wanted - step;
      taken.add(`${node.row} ${node.column}`);
    });
    const used = [...new Set(some.map((each) => each.row))].sort((a, b) => a - b);
    const first = this.rows.length;
    some.forEach((each) => { each.row = first + used.indexOf(each.row); });
    used.forEach(() => this.rows.push({ band }));
  }

  wantedRow(node, band) {
    const before = this.flows.filter(({ from, to }) => to === node && from.band === band && from.column < node.column && from.row !== undefined);
    const straight = before.find((each) => !each.border) || before[0];
    return straight ? straight.from.row + (straight.border ? 1 : 0) : 0;
  }

  occupied(row, from, to) { return this.nodes.some((each) => each.row === row && each.column > from && each.column < to); }

  // one more flow in the channel after a column, or below a row; which it is of them
  afterColumn(column) { this.inGaps[column] += 1; return { column, at: this.inGaps[column] - 1 }; }

  belowRow(row) { this.inRows[row] += 1; return { row, at: this.inRows[row] - 1 }; }

  // where everything stands, from a corner; gives the height and the tops of the bands
  measure(left, top) {
    const width = (column) => Math.max(36, ...this.nodes.filter((each) => each.column === column).map((each) => each.width));
    this.lefts = [];
    this.widths = [];
    let x = left;
    for (let column = 0; column < this.columns; column += 1) {
      this.lefts.push(x);
      this.widths.push(width(column));
      x += width(column) + Math.max(LEAST_COLUMN + this.inGaps[column] * CHANNEL, this.wide[column] + 24);
    }
    this.right = x;
    this.tops = [];
    this.heights = [];
    const edges = [];
    let y = top;
    for (let band = 0; band < this.bands; band += 1) {
      const start = y;
      y += ABOVE;
      this.rows.forEach((row, place) => {
        if (row.band !== band) { return; }
        const height = Math.max(60, ...this.nodes.filter((each) => each.row === place).map((each) => each.height));
        this.tops[place] = y;
        this.heights[place] = height;
        y += height + LEAST_ROW + this.inRows[place] * CHANNEL;
      });
      y = Math.max(y, start + EMPTY_BAND);
      edges.push({ top: start, height: y - start });
    }
    this.nodes.forEach((each) => {
      each.x = Math.round(this.lefts[each.column] + (this.widths[each.column] - each.width) / 2);
      each.y = Math.round(this.tops[each.row] + (this.heights[each.row] - each.height) / 2);
    });
    return { bands: edges, bottom: y };
  }

  xOf({ column, at }) { return this.lefts[column] + this.widths[column] + 22 + at * CHANNEL; }

  yOf({ row, at }) { return this.tops[row] + this.heights[row] + 24 + at * CHANNEL; }
}
