// Finds what is drawn by its name as the panel says it, with its kind below; by its number too, which shows only where
// it is what was asked for.
import SearchProvider from "bpmn-js/lib/features/search/BpmnSearchProvider";
import { isLabel } from "bpmn-js/lib/util/LabelUtil";
import { kindOf, nameOf } from "../panel/names";

export class NamedSearch extends SearchProvider {
  find(pattern) {
    const roots = this._canvas.getRootElements();
    const drawn = this._elementRegistry.filter((each) => !isLabel(each) && !roots.includes(each));
    const items = drawn.map((element) => ({ element, label: nameOf(element), id: element.id }));
    return this._search(items, pattern, { keys: ["label", "id"] }).map(({ item: { element }, tokens }) => ({
      element,
      primaryTokens: tokens.label,
      secondaryTokens: tokens.label.some((each) => each.match) ? [{ value: kindOf(element) }] : tokens.id,
    }));
  }
}
NamedSearch.$inject = SearchProvider.$inject;
