/**
 * `deno task spec`: writes the generated tables of SPEC.md and README.md anew. With `--check` it changes nothing, and exits
 * with 1 if a table differs from the code.
 *
 * @module
 */
import { regenerate, ROOT, SPEC_PATH } from "./support/spec.ts";

const isCheck = Deno.args.includes("--check");
let differing = 0;

for (const path of [SPEC_PATH, `${ROOT}README.md`]) {
  let before: string;
  try {
    before = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) continue;
    throw error;
  }
  const { text, changed } = regenerate(before);
  const name = path.slice(ROOT.length);
  for (const table of changed) {
    report(`${name}: the table "${table}" ${isCheck ? "differs from the code" : "was written"}`);
  }
  differing += changed.length;
  if (!isCheck && changed.length > 0) await Deno.writeTextFile(path, text);
}

if (isCheck && differing > 0) {
  report("Run `deno task spec`.");
  Deno.exit(1);
}

function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
}
