// The modeler of bpmn-js as it comes, with our features for what it offers; whoever only reads gets the viewer.
import Modeler from "bpmn-js/lib/Modeler";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import KeyboardModule from "diagram-js/lib/features/keyboard";
import MinimapModule from "diagram-js-minimap";

import ClipboardModule from "./clipboard";
import ContextPadModule from "./context-pad";
import ElementsModule from "./elements";
import LayoutModule from "./layout";
import MenusModule from "./menus";
import PaletteModule from "./palette";
import WordsModule from "./words";
import { DisableModelingModule, SimulationModule } from "./simulation/tokens";

const OFTEN = [WordsModule, MinimapModule, SimulationModule];

export function editorIn(container, readOnly) {
  if (readOnly) { return new NavigatedViewer({ container, additionalModules: [...OFTEN, KeyboardModule] }); }
  const editor = new Modeler({
    container,
    additionalModules: [...OFTEN, ElementsModule, PaletteModule, ContextPadModule, MenusModule, ClipboardModule, LayoutModule, DisableModelingModule],
  });
  container.prepend(editor.get("ownPalette").place);
  return editor;
}
