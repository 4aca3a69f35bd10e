import { Extensions } from "./extensions";
import KeptExtensions from "./copying";
import Dropping from "./dropping";
import NewElements, { OwnFactory } from "./factory";

export default {
  __init__: ["dropping", "keptExtensions", "newElements"],
  dropping: ["type", Dropping],
  extensions: ["type", Extensions],
  keptExtensions: ["type", KeptExtensions],
  newElements: ["type", NewElements],
  bpmnFactory: ["type", OwnFactory],
};
