// Everything that the libraries say, in Chinese; the words of a feature stand in a file of their own.
import { MENUS } from "./menus";
import { TOOLS } from "./tools";

const WORDS = { ...MENUS, ...TOOLS };

export function translate(template, replacements = {}) {
  return (WORDS[template] || template).replace(/{([^}]+)}/g, (whole, key) => {
    const value = replacements[key];
    return value === undefined ? whole : WORDS[value] || value;
  });
}

export default { translate: ["value", translate] };
