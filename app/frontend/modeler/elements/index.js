import { Extensions } from "./extensions";
import KeptExtensions from "./copying";
import NewElements, { OwnFactory } from "./factory";

export default {
  __init__: ["keptExtensions", "newElements"],
  extensions: ["type", Extensions],
  keptExtensions: ["type", KeptExtensions],
  newElements: ["type", NewElements],
  bpmnFactory: ["type", OwnFactory],
};
