import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { utter } from "../../../client/speech.ts";
import type { SessionState } from "../../../client/session.ts";
import { isMultilineFault, MultilineAssembly } from "../../../protocol/batch.ts";
import { MASK, message, welcomed } from "./support.ts";

const ENCODER = new TextEncoder();

/** The lines for a text to #lobby. */
function wire(state: SessionState, text: string, how?: "text" | "action"): string[] {
  return utter(state, "#lobby", text, how).flatMap(({ wire }) => wire);
}

/** Somebody whose server takes messages of several lines. */
function multiline(limits = "max-bytes=4096,max-lines=100"): SessionState {
  const state = welcomed(["echo-message", "labeled-response", "batch", "draft/multiline"]);
  state.values.set("draft/multiline", limits);
  return state;
}

Deno.test("utter() R5 labels each message", () => {
  assertEquals(wire(welcomed(), "hi\n\nyou"), [
    "@label=c1 PRIVMSG #lobby :hi",
    "@label=c2 PRIVMSG #lobby :you",
  ]);
  assertEquals(wire(welcomed(["echo-message"]), "one two"), ["PRIVMSG #lobby :one two"]);
});

Deno.test("utter() a long text fits the wire in parts, actions included", () => {
  for (const state of [welcomed(), multiline()]) {
    for (const how of ["text", "action"] as const) {
      for (const line of wire(state, "wörd ".repeat(300), how)) {
        const relayed = line.replace(/^@\S+ /, `:${MASK} `);
        assert(ENCODER.encode(relayed).length <= 510, relayed);
      }
    }
  }
});

Deno.test("utter() sends no password in pieces", () => {
  for (const state of [welcomed(), multiline()]) {
    assertThrows(() => utter(state, "NickServ", `IDENTIFY ${"x".repeat(600)}`), TypeError);
    assertThrows(() => utter(state, "NickServ", "IDENTIFY x\ny"), TypeError);
  }
});

Deno.test("utter() several lines are one message where the server knows such", () => {
  assertEquals(wire(multiline(), "\none\r\n\n two\n"), [
    "@label=c1 BATCH +c1 draft/multiline #lobby",
    "@batch=c1 PRIVMSG #lobby :one",
    "@batch=c1 PRIVMSG #lobby :",
    "@batch=c1 PRIVMSG #lobby : two",
    "BATCH -c1",
  ]);
  assertEquals(wire(multiline(), "one\n"), ["@label=c1 PRIVMSG #lobby :one"]);
  assertEquals(wire(multiline(), "one\ntwo", "action").length, 2);
  assertEquals(utter(multiline(), "$*", "one\ntwo").length, 2);
});

Deno.test("utter() as many batches as the server's limits want, and none without a limit", () => {
  const lines = Array.from({ length: 7 }, (_, index) => `line ${index}`).join("\n");
  const sizes = (limits: string) =>
    utter(multiline(limits), "#lobby", lines).map(({ lines }) => lines.length);
  assertEquals(sizes("max-bytes=4096,max-lines=3"), [3, 3, 1]);
  assertEquals(sizes("max-bytes=20"), [2, 2, 2, 1]);
  assertEquals(sizes("max-lines=0x2,max-bytes=-1"), [7]);
  assertEquals(sizes(""), [7]);
});

Deno.test("utter() whatever is pasted, the server takes each batch, and the lines say it again", () => {
  const line = fc.oneof(fc.string({ unit: "grapheme", maxLength: 30 }), fc.constantFrom("", " "))
    .map((text) => text.replace(/[\0\r\n]/g, ""));
  const long = fc.string({ minLength: 600, maxLength: 900 }).map((text) =>
    text.replace(/[\0\r\n]/g, "x")
  );
  const pasted = fc.array(fc.oneof({ weight: 9, arbitrary: line }, long), { maxLength: 30 });
  fc.assert(
    fc.property(pasted, fc.integer({ min: 600, max: 5000 }), fc.integer({ min: 2, max: 9 }), (
      lines,
      bytes,
      count,
    ) => {
      const state = multiline(`max-bytes=${bytes},max-lines=${count}`);
      const said = utter(state, "#lobby", lines.join("\n"));
      const texts: string[] = [];
      for (const { wire } of said) {
        if (wire.length === 1) {
          texts.push(message(wire[0]!).params[1] ?? "");
          continue;
        }
        const assembly = new MultilineAssembly("#lobby", (name) => name, bytes, count);
        for (const line of wire.slice(1, -1)) assertEquals(assembly.add(message(line)), null, line);
        const whole = assembly.finish();
        assert(!isMultilineFault(whole));
        texts.push(whole.text);
      }
      const letters = (text: string) => text.replace(/\s/g, "");
      assertEquals(letters(texts.join("")), letters(lines.join("")));
    }),
  );
});
