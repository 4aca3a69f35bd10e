// Builds what the pages need into app/static/build/, byte for byte the same each time; the output is committed.
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const OUT = "../static/build";
// a page's bundle, and where its sources begin
const ENTRIES = {
  viewer: "viewer/index.js",
  modeler: "modeler/index.js",
  forms: "forms/index.js",
  tables: "tables/index.js",
};

await build({
  entryPoints: ENTRIES,
  outdir: OUT,
  bundle: true,
  minify: true,
  target: "chrome87",
  legalComments: "none",
  loader: { ".svg": "dataurl", ".woff": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl", ".eot": "empty" },
});

for (const name of Object.keys(ENTRIES).flatMap((entry) => [`${entry}.js`, `${entry}.css`])) {
  writeFileSync(`${OUT}/${name}.gz`, gzipSync(readFileSync(`${OUT}/${name}`), { level: 9 }));
}
