/** Answer what the page finds in pictures: a line of JSON `{raw, name}` with base64 on stdin, a line of JSON on stdout. */
import { createInterface } from "node:readline";
import { inspect } from "../../dropbox/client/photos/inspect.ts";

for await (const line of createInterface({ input: process.stdin })) {
  const { raw, name } = JSON.parse(line) as { raw: string; name: string };
  const { stripped, ...found } = await inspect(new Blob([Buffer.from(raw, "base64")]), name);
  const left = stripped === null ? null : Buffer.from(await stripped.arrayBuffer()).toString("base64");
  process.stdout.write(`${JSON.stringify({ ...found, stripped: left })}\n`);
}
