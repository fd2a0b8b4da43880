/**
 * Bundle the page's scripts into the folder named on the command line: form.js for the page, worker.js for its worker,
 * sealing.js for what the worker brings in once somebody writes or reads, offline.js for the worker of the page that is saved.
 * The same sources must give the same bytes, wherever and whenever they are built: the site check compares them.
 */
import { build } from "esbuild";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const [folder, ...rest] = process.argv.slice(2);
if (folder === undefined || rest.length > 0) {
  console.error("usage: node build.mjs FOLDER");
  process.exit(2);
}

// Classic scripts, not modules: `new Worker(url)`, `importScripts` and `<script defer>` need no `import` that a CSP or an
// old browser could refuse, and a script that did not come can be asked for again.
const SHARED = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  minify: true,
  platform: "browser",
  // The oldest Tor Browser in use (115 ESR), and Chrome on Windows 7 and 8 (109).
  target: ["firefox115", "chrome109"],
  charset: "utf8",
  // noble's licence asks that its notice stays with every copy.
  legalComments: "eof",
  logLevel: "warning",
  write: false,
};
const COMMON = "./chunk.js";

/** What two scripts need stands in the first one, under the name `common`, and the second one takes it from there. */
const fromCommon = {
  name: "common",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/chunk\.js$/ }, ({ path }) => ({ path, namespace: "common" }));
    onLoad({ filter: /.*/, namespace: "common" }, () => ({ contents: "module.exports = common" }));
  },
};

async function bundled(entry, options = {}) {
  const { outputFiles } = await build({ ...SHARED, format: "iife", entryPoints: [entry], ...options });
  return outputFiles[0].text;
}

/** Bundle a module's text as a script that gives its exports the name `name`, where there is one. */
async function script(contents, name) {
  const stdin = { contents, resolveDir: import.meta.dirname };
  return bundled(undefined, { entryPoints: undefined, stdin, globalName: name, plugins: [fromCommon] });
}

const split = await build({
  ...SHARED,
  format: "esm",
  splitting: true,
  entryPoints: { worker: "entry/worker.ts", sealing: "worker/report_handlers.ts" },
  chunkNames: "chunk",
  outdir: folder,
});
const modules = Object.fromEntries(split.outputFiles.map(({ path, text }) => [basename(path), text]));
const common = await script(modules[COMMON.slice(2)], "common");
const scripts = {
  "form.js": await bundled("entry/main.ts"),
  "worker.js": common + (await script(modules["worker.js"])),
  "offline.js": await bundled("entry/offline.ts"),
  "sealing.js": await script(modules["sealing.js"], "sealing"),
};
await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(scripts)) await writeFile(join(folder, name), text);
