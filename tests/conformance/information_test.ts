/**
 * What the server tells of itself: what depends on its settings and on time.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  byteLength,
  CHANNEL_MODES,
  CLIENT_COMMANDS,
  COMMANDS,
  decodeIsupport,
  encodeIsupport,
  HELP_CHAPTERS,
  isParseFailure,
  LIMITS,
  parseMessage,
} from "../../protocol/mod.ts";
import type { CommandRule } from "../../server/commands/context.ts";
import { RULES } from "../../server/commands/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";
import { SPEC_PATH } from "../support/spec.ts";

function ask(peer: TestPeer, command: string): string[] {
  peer.take();
  peer.send(command);
  return peer.take();
}

/** The verbs and numerics of lines. */
function codes(lines: readonly string[]): (string | undefined)[] {
  return lines.map((line) => line.replace(/^@\S+ /, "").split(" ")[1]);
}

Deno.test("ADMIN-1 who runs the server is told as far as the settings tell it", () => {
  const email = "tea@example.org";
  for (
    const [place, who, shownPlace, shownWho] of [
      ["Leeds", "The Tea Society", "Leeds", "The Tea Society"],
      [null, "The Tea Society", "chatd", "The Tea Society"],
      [null, null, "chatd", "chatd.test"],
    ] as const
  ) {
    const alice = new TestNode({ admin: { place, who, email } }).user("alice");
    assertEquals(ask(alice, "ADMIN chatd.*"), [
      ":chatd.test 256 alice chatd.test :Administrative info",
      `:chatd.test 257 alice :${shownPlace}`,
      `:chatd.test 258 alice :${shownWho}`,
      `:chatd.test 259 alice :${email}`,
    ]);
  }
});

Deno.test("STATS-1 the time since the start", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  const up = (): string => ask(alice, "STATS u")[0] ?? "";
  assertEquals(up(), ":chatd.test 242 alice :Server up 0 days 0:00:00");
  node.clock.advance(((2 * 24 + 13) * 3600 + 7 * 60 + 9) * 1000 + 999);
  assertEquals(up(), ":chatd.test 242 alice :Server up 2 days 13:07:09");
});

Deno.test("STATS-1 commands are counted as they come, those that are refused too, and unknown ones not", () => {
  const node = new TestNode();
  const root = node.user("root");
  root.send("OPER root secret");
  for (const line of ["TIME", "time", "NONSENSE", "TOPIC", "TIME nowhere"]) root.send(line);
  const told = ask(root, "STATS m").slice(0, -1).map((line) => line.split(" ").slice(3).join(" "));
  assertEquals(told, ["NICK 1", "OPER 1", "STATS 1", "TIME 3", "TOPIC 1", "USER 1"]);
});

Deno.test("STATS-1 STATS-2 bans are listed to those who may set them", () => {
  const node = new TestNode({
    operators: new Map([
      ["root", { password: "secret", privileges: ["ban"] }],
      ["half", { password: "secret", privileges: ["kill"] }],
    ]),
  });
  const [root, half, alice] = [node.user("root"), node.user("half"), node.user("alice")];
  for (const peer of [root, half]) peer.send(`OPER ${peer.session.target} secret`);
  root.send("KLINE 1h *@evil.example :spam");
  root.send("DLINE 198.51.100.0/24 :scans");
  for (
    const [letter, numeric, target] of [["k", "216", "*@evil.example"], [
      "d",
      "225",
      "198.51.100.0/24",
    ]]
  ) {
    const lines = ask(root, `STATS ${letter}`);
    assertEquals(codes(lines), [numeric, "219"]);
    assertEquals(lines[0]?.split(" ")[3], target);
    assertEquals(codes(ask(half, `STATS ${letter}`)), ["723"]);
    assertEquals(codes(ask(alice, `STATS ${letter}`)), ["481"]);
  }
});

Deno.test("INFO-1 VERSION-1 TIME-1 a server, a mask and a nick stand for this server; others for none", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  node.user("bob");
  for (const command of ["VERSION", "TIME", "ADMIN", "INFO", "MOTD", "STATS u"]) {
    const plain = ask(alice, command);
    for (const server of ["chatd.test", "*", "CHATD.*", "BOB"]) {
      assertEquals(ask(alice, `${command} ${server}`), plain, `${command} ${server}`);
    }
    const [line, ...others] = ask(alice, `${command} other.*`);
    assertMatch(line ?? "", /^:chatd\.test 402 alice other\.\* :/);
    assertEquals(others, []);
  }
});

Deno.test("ISUPPORT-1 ISUPPORT-6 lines fit and lose nothing, whatever the settings are", () => {
  const icon = `https://example.org/${"i".repeat(170)}.svg?a=b`;
  const network = "é =\\ ".repeat(8).trim();
  const name = `${"n".repeat(59)}.org`;
  const node = new TestNode({ name, icon, network, clientTagDeny: `*,${"-x,".repeat(40)}-y` });
  const alice = node.user("a".repeat(LIMITS.NICK.value));
  const tokens = new Map<string, string>();
  for (const line of ask(alice, "ISUPPORT")) {
    assert(byteLength(line) <= LIMITS.LINE.value, line);
    assert(line.endsWith(" :are supported by this server"), line);
    const message = parseMessage(line);
    assert(!isParseFailure(message));
    assert(message.params.length <= 15);
    decodeIsupport(message.params.slice(1, -1), tokens);
  }
  assertEquals(tokens.get("draft/ICON"), icon);
  assertEquals(tokens.get("NETWORK"), network);
  assertEquals(tokens.size, encodeIsupport({ NETWORK: "", x: "", y: "" }).flat().length);
  assert(!ask(new TestNode().user("bob"), "ISUPPORT").join().includes("ICON"));
});

Deno.test("ISUPPORT-4 no 005 comes outside a batch, in whatever order the capabilities are taken up", () => {
  for (
    const order of [["batch", "draft/extended-isupport"], ["draft/extended-isupport", "batch"]]
  ) {
    const bob = new TestNode().open();
    for (const capability of order) bob.send(`CAP REQ ${capability}`);
    bob.take();
    bob.send("ISUPPORT");
    const before = bob.take();
    bob.send("NICK bob");
    bob.send("USER bob 0 * :bob");
    bob.send("CAP END");
    const welcome = bob.take();
    for (const lines of [before, welcome, ask(bob, "VERSION"), ask(bob, "ISUPPORT")]) {
      const open = lines.findIndex((line) => line.includes(" draft/isupport"));
      const [, reference = ""] = /BATCH \+(\S+) /.exec(lines[open] ?? "") ?? [];
      const close = lines.findIndex((line) => line.endsWith(`BATCH -${reference}`));
      assert(open >= 0 && close > open + 1, lines.join("\n"));
      for (const [i, line] of lines.entries()) {
        const isInside = i > open && i < close;
        assertEquals(line.split(" ").includes("005"), isInside, line);
        assertEquals(line.startsWith(`@batch=${reference} `), isInside, line);
      }
    }
  }
});

Deno.test("ISUPPORT-4 LABEL-2 the batch stands within that of a labelled answer", () => {
  const node = new TestNode();
  const alice = node.user("alice", ["batch", "labeled-response", "draft/extended-isupport"]);
  const lines = ask(alice, "@label=x ISUPPORT");
  assertEquals(codes(lines).filter((code) => code !== "005"), ["BATCH", "BATCH", "BATCH", "BATCH"]);
  assertMatch(lines[0] ?? "", /^@label=x \S+ BATCH \+\S+ labeled-response$/);
  const outer = / \+(\S+) /.exec(lines[0] ?? "")?.[1];
  assertMatch(lines[1] ?? "", new RegExp(`^@batch=${outer} \\S+ BATCH \\+\\S+ draft/isupport$`));
});

Deno.test("HELP-1 chapters hold every command once, and no line is too long to read", () => {
  const alice = new TestNode().user("alice");
  const commands = HELP_CHAPTERS.flatMap(({ commands }) => commands);
  assertEquals(commands.toSorted(), [...CLIENT_COMMANDS]);
  const subjects = [...HELP_CHAPTERS.map(({ subject }) => subject), ...CLIENT_COMMANDS];
  for (const subject of [...subjects, "CMODES", "umodes"]) {
    const lines = ask(alice, `HELP ${subject}`);
    assertEquals(codes(lines), ["704", ...Array(lines.length - 2).fill("705"), "706"], subject);
    for (const line of lines) {
      const text = line.slice(line.indexOf(" :") + 2);
      assert(text.length <= 110, text);
      assertEquals(line.split(" ")[3], subject.toUpperCase());
    }
  }
  const modes = ask(alice, "HELP CMODES").join("\n");
  for (const mode of Object.keys(CHANNEL_MODES)) assert(modes.includes(` :${mode} `), mode);
});

Deno.test("LIMIT-2 what costs two tokens", () => {
  const dear = Object.entries<CommandRule>(RULES).filter(([, { cost }]) => cost === 2);
  const [, said = ""] =
    /((?:[A-Z]+(?:,| and)?\s)+)cost two/.exec(Deno.readTextFileSync(SPEC_PATH)) ?? [];
  assertEquals(dear.map(([verb]) => verb).sort(), said.match(/[A-Z]+/g));
});

Deno.test("HELP-1 HELPOP is HELP", () => {
  const alice = new TestNode().user("alice");
  for (const subject of ["", " JOIN", " nonsense"]) {
    assertEquals(ask(alice, `HELPOP${subject}`), ask(alice, `HELP${subject}`));
  }
  assertEquals(CLIENT_COMMANDS.length, new Set(CLIENT_COMMANDS).size);
  assert(CLIENT_COMMANDS.every((verb) => verb in COMMANDS));
});
