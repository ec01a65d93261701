/**
 * The compiled program holds all that it needs. A stand-in takes the place of the base runtime, so nothing is
 * fetched and nothing of it runs: what is checked is what was put into the file.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const STAND_IN = "/bin/true";
// Each byte is one character, so that a text of bytes can be searched for another.
const BYTES = new TextDecoder("latin1");

interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly { readonly code?: { readonly specifier: string } }[];
  }[];
}

/** The modules of this project that the program can load; what is imported for its types only is no part of it. */
async function listModules(): Promise<URL[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: ROOT,
  }).output();
  const { modules }: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));
  const loaded = new Set([new URL("main.ts", ROOT).href]);
  // A set that grows is walked to its end.
  for (const specifier of loaded) {
    const { dependencies = [] } = modules.find((module) => module.specifier === specifier) ?? {};
    for (const { code } of dependencies) {
      if (code?.specifier.startsWith(ROOT.href)) loaded.add(code.specifier);
    }
  }
  return [...loaded].map((specifier) => new URL(specifier));
}

/** A folder in the list of embedded files. */
function packageFolder(name: string): string {
  return `{"Dir":{"n":"${name}"`;
}

Deno.test({
  name: "deno task compile embeds every module, the packages in use and the version",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const output = `${folder}/chatd`;
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "-q", "compile"],
        cwd: ROOT,
        env: { DENORT_BIN: STAND_IN, COMPILE_FLAGS: `--output ${output}` },
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      const embedded = BYTES.decode(await Deno.readFile(output));
      assert(((await Deno.stat(output)).mode ?? 0) & 0o100, "it can be run");

      // What is started by its address is in no graph.
      const worker = new URL("server/store/checkpoint_worker.ts", ROOT);
      const modules = [...await listModules(), worker];
      const paths = modules.map(({ href }) => href.slice(ROOT.href.length));
      for (const path of ["main.ts", "server/main.ts", "client/main.ts", "protocol/message.ts"]) {
        assert(paths.includes(path), `${path} is a module of the program`);
      }
      for (const [index, module] of modules.entries()) {
        const source = BYTES.decode(await Deno.readFile(module));
        assert(embedded.includes(source), `${paths[index]} is embedded`);
      }
      for (
        const text of [
          `"version": "${manifest.version}"`,
          ...["deno-std", "smol-toml", "string-width", "valibot"].map(packageFolder),
        ]
      ) {
        assert(embedded.includes(text), `${text} is embedded`);
      }
      assert(!embedded.includes(packageFolder("fast-check")), "what only tests need stays out");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
