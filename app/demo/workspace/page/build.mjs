// Bundles src into dist: `npm run build`. The same sources and lock give the same bytes.
import { build } from "esbuild";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const here = import.meta.dirname;
const dist = path.join(here, "dist");

/** Slack's own short names to Unicode, so that no emoji picture has to be fetched. */
const shortcodes = {
  name: "shortcodes",
  setup(bundle) {
    bundle.onResolve({ filter: /^shortcodes$/ }, () => ({ path: "shortcodes", namespace: "shortcodes" }));
    bundle.onLoad({ filter: /.*/, namespace: "shortcodes" }, () => {
      const emoji = require("emojibase-data/en/compact.json");
      const names = require("emojibase-data/en/shortcodes/iamcal.json");
      const table = {};
      for (const one of emoji) {
        for (const name of [].concat(names[one.hexcode] ?? [])) table[name] = one.unicode;
      }
      return { contents: JSON.stringify(table), loader: "json" };
    });
  },
};

/** The licence of every package whose code is in the bundle, in one file beside it. */
function licences(inputs) {
  const packages = new Set(["emojibase-data"]);
  for (const file of inputs) {
    const found = file.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (found) packages.add(found[1]);
  }
  const parts = [...packages].sort().map((name) => {
    const folder = path.join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).filter((f) => /^licen[cs]e/i.test(f)).sort()[0];
    const text = file ? readFileSync(path.join(folder, file), "utf8").trim() : `Licence: ${license}`;
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return parts.join(`\n${"-".repeat(78)}\n\n`).replaceAll("\r\n", "\n").replace(/[ \t]+$/gm, "");
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const result = await build({
  absWorkingDir: here,
  entryPoints: { page: "src/main.tsx" },
  outdir: "dist",
  chunkNames: "blocks-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  minify: true,
  metafile: true,
  legalComments: "none",
  charset: "utf8",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".svg": "dataurl" },
  plugins: [shortcodes],
  logLevel: "warning",
});
// page.css holds the lazily loaded styles too; their own file would never be asked for.
for (const file of readdirSync(dist)) if (/^blocks-.*\.css$/.test(file)) rmSync(path.join(dist, file));
writeFileSync(path.join(dist, "index.html"), readFileSync(path.join(here, "src", "index.html")));
writeFileSync(path.join(dist, "LICENCES.txt"), licences(Object.keys(result.metafile.inputs)));
for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
  console.log(`${file}  ${Math.round(bytes / 1024)} kB`);
}
