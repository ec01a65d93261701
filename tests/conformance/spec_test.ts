/**
 * The transcripts of SPEC.md, each in process and over sockets.
 *
 * @module
 */
import { assert } from "@std/assert";
import { COMMANDS, isClientCommand } from "../../protocol/mod.ts";
import { MemoryHost, SocketHost } from "../support/hosts.ts";
import { TestNode } from "../support/node.ts";
import { readSpec } from "../support/spec.ts";
import { parseTranscript, runTranscript } from "../support/transcript.ts";

const SPEC = readSpec();

for (const { language, info, text, line, heading } of SPEC.blocks) {
  if (language !== "irc") continue;
  const transcript = parseTranscript(text, line);
  const name = [`SPEC.md:${line}`, heading.text, ...info].join(" ");
  Deno.test(name, () => runTranscript(transcript, (settings) => new MemoryHost(settings)));
  Deno.test(
    `${name} (over sockets)`,
    () => runTranscript(transcript, (settings) => new SocketHost(settings)),
  );
}

Deno.test("HELP-1 explains every command that a client may send, and lists it", () => {
  const alice = new TestNode().user("alice");
  alice.send("HELP");
  const index = alice.take().join("\n");
  for (const verb of Object.keys(COMMANDS).filter(isClientCommand)) {
    assert(index.includes(`:${verb} `), verb);
    alice.send(`HELP ${verb}`);
    const lines = alice.take();
    const [title = "", second = ""] = lines;
    const end = lines.at(-1) ?? "";
    assert(second.endsWith(` 705 alice ${verb} :`), second);
    assert(lines.length > 4, `${verb} is explained`);
    assert(title.startsWith(`:chatd.test 704 alice ${verb} :${verb}`), title);
    assert(end.includes(" 706 "), end);
  }
});
