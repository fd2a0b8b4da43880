/**
 * Bundle the page's script and the worker's into the folder named on the command line, as form.js and worker.js.
 * The same sources must give the same bytes, wherever and whenever they are built: the site check compares them.
 */
import { build } from "esbuild";

const [folder, ...rest] = process.argv.slice(2);
if (folder === undefined || rest.length > 0) {
  console.error("usage: node build.mjs FOLDER");
  process.exit(2);
}

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { form: "form/main.ts", worker: "worker.ts" },
  outdir: folder,
  bundle: true,
  minify: true,
  // Classic scripts, not modules: `new Worker(url)` and `<script defer>` need no `import` that a CSP or an old browser could refuse.
  format: "iife",
  platform: "browser",
  // The oldest Tor Browser in use (115 ESR), and Chrome on Windows 7 and 8 (109).
  target: ["firefox115", "chrome109"],
  charset: "utf8",
  // noble's licence asks that its notice stays with every copy.
  legalComments: "eof",
  logLevel: "warning",
});
