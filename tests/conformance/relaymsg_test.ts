/**
 * RELAYMSG: what no transcript can show of it.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { byteLength, LIMITS, RANKS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const HOST = "192-0-2-1.cloaked";
const CAPS = ["message-tags", "draft/relaymsg"];

/** Somebody who may speak for others in #tea, and somebody who listens. */
function room(settings: ConstructorParameters<typeof TestNode>[0] = {}): {
  readonly node: TestNode;
  readonly bridge: TestPeer;
  readonly bob: TestPeer;
} {
  const node = new TestNode(settings);
  const bridge = node.user("bridge", CAPS);
  const bob = node.user("bob", CAPS);
  for (const peer of [bridge, bob]) peer.send("JOIN #tea");
  for (const peer of [bridge, bob]) peer.take();
  return { node, bridge, bob };
}

/** The first word behind FAIL RELAYMSG, or the number of a numeric, of each line. */
function answers(peer: TestPeer): (string | undefined)[] {
  return peer.take().map((line) => / FAIL RELAYMSG (\w+) |:\S+ (\d{3}) /.exec(line))
    .map((found) => found?.[1] ?? found?.[2]);
}

Deno.test("RELAY-1 the tag is for those with the capability, and nothing tells of the bridge's account or modes", () => {
  const node = new TestNode();
  const all = ["account-tag", "draft/oper-tag", "message-tags", "server-time"];
  const bridge = node.user("bridge", all);
  const knowing = node.user("knowing", ["draft/relaymsg"]);
  const others = node.user("others", all);
  const plain = node.user("plain");
  for (const peer of [bridge, knowing, others, plain]) peer.send("JOIN #tea");
  bridge.send("OPER root secret");
  bridge.send("MODE bridge +B");
  const { user } = bridge.session;
  node.node.network.submit({ type: "account", user: user?.id ?? "", account: "owner", at: 0 });
  for (const peer of [bridge, knowing, others, plain]) peer.take();
  bridge.send("RELAYMSG #TEA ann/discord :hello");
  const line = `:ann/discord!~bridge@${HOST} PRIVMSG #tea :hello`;
  assertEquals(bridge.take(), []);
  assertEquals(knowing.take(), [`@draft/relaymsg=bridge ${line}`]);
  assertEquals(plain.take(), [line]);
  const [told = ""] = others.take();
  assertEquals(told.replace(/=[^;: ]+(?::[^;: ]+)*/g, ""), `@time;msgid ${line}`);
});

Deno.test("RELAY-1 READ-6 it is kept with its source and its tag, and told again as it was", () => {
  const { node, bridge, bob } = room();
  const reader = [...CAPS, "batch", "draft/chathistory", "account-tag", "echo-message"];
  bridge.send("@+x=y RELAYMSG #tea ann/discord :kettle is on");
  const [live = ""] = bob.take();
  bridge.send("NICK other");
  const late = node.user("late", reader);
  late.send("JOIN #tea");
  late.take();
  const strip = (line: string): string => line.replace(/batch=[^; ]+;/, "");
  late.send("CHATHISTORY LATEST #tea * 5");
  assertEquals(late.take().slice(1, -1).map(strip), [live]);
  const plain = node.user("plain", ["batch", "draft/chathistory"]);
  plain.send("JOIN #tea");
  plain.take();
  plain.send("CHATHISTORY LATEST #tea * 5");
  assert(!plain.take().join().includes("relaymsg"));
});

Deno.test("RELAY-1 REDACT-3 who has said it for somebody may take it back, and nobody else who may not anyway", () => {
  const { node, bridge, bob } = room();
  const carol = node.user("carol", [...CAPS, "draft/message-redaction"]);
  carol.send("JOIN #tea");
  carol.take();
  bridge.send("RELAYMSG #tea ann/discord :hello");
  const id = /msgid=([^; ]+)/.exec(carol.take().at(-1) ?? "")?.[1] ?? "";
  bob.send("CAP REQ draft/message-redaction");
  bob.send(`REDACT #tea ${id}`);
  assert(bob.take().at(-1)?.includes(" FAIL REDACT "));
  bridge.send("MODE #tea -o bridge");
  carol.take();
  bridge.send("CAP REQ draft/message-redaction");
  bridge.send(`REDACT #tea ${id}`);
  assertEquals(carol.take().map((line) => line.split(" ").slice(-3).join(" ")), [
    `REDACT #tea ${id}`,
  ]);
});

const LONGEST = `${"a".repeat(LIMITS.RELAYED_NAME.value - 8)}/discord`;
const GOOD_NAMES: readonly string[] = [
  ..."ann/discord a/b/c ann/42 1st/discord -ann/discord [x]/-y- (a)<b>/c zoë/discord".split(" "),
  ..."Дима/telegram 😀👍🏽/x 👨‍👩‍👧/discord ann_山/qq".split(" "),
  LONGEST,
];
const BAD_NAMES: readonly string[] = [
  ..."ann /ann ann/ ann//discord / an.n/discord ann/dis:cord".split(" "),
  ..."ann!u@h/discord #ann/discord $*/x *playback/x ann,bob/discord @ann/discord".split(" "),
  ...[..."!\"#$%&'*+,.:?@~"].map((sign) => `a${sign}b/c`),
  // What nobody sees, or what turns the line.
  ...[..."\u202e\u200b\u00ad\u00a0\u2066\ufeff\u3000\u2800\x02\x1f"].map((sign) => `a${sign}b/c`),
  `a${LONGEST}`,
  // What people take for the server's, in whole and in part.
  ..."NickServ/discord nickserv/x ann/ChanServ Nick/Serv N1ckServ/x server/discord OperServ/x"
    .split(" "),
];

for (const casemapping of ["ascii", "precis"] as const) {
  Deno.test(`RELAY-2 names that are none, and others that suit no nick, with ${casemapping}`, () => {
    const { bridge, bob } = room({ casemapping, floodRate: 0 });
    for (const name of [...BAD_NAMES, ...casemapping === "precis" ? ["NіckServ/x"] : []]) {
      bridge.send(`RELAYMSG #tea ${name} :hi`);
      assertEquals(answers(bridge), ["INVALID_NICK"], name);
    }
    assertEquals(bob.take(), []);
    for (const name of GOOD_NAMES) {
      bridge.send(`RELAYMSG #tea ${name} :hi`);
      assertStringIncludes(bob.take().join(), ` :${name}!~bridge@${HOST} PRIVMSG #tea :hi`);
    }
    bridge.send("RELAYMSG #tea zoe\u0308/discord :hi");
    assertStringIncludes(bob.take().join(), " :zoë/discord!~bridge@");
    assertEquals(bridge.take(), []);
  });
}

Deno.test("RELAY-2 nobody can have such a name, as a nick or an account, and nobody can write to it", () => {
  const { node, bridge, bob } = room();
  bridge.send("RELAYMSG #tea ann/discord :hi");
  bob.take();
  for (
    const [line, answer] of [
      ["NICK ann/discord", "432"],
      ["PRIVMSG ann/discord :hi", "401"],
      ["WHOIS ann/discord", "401"],
      ["INVITE ann/discord #tea", "401"],
      ["MONITOR + ann/discord", "432"],
    ]
  ) {
    bob.send(line ?? "");
    assertEquals(answers(bob)[0], answer, line);
  }
  const late = node.open();
  late.send("NICK ann/discord");
  assertStringIncludes(late.take().join(), " 432 * ann/discord ");
});

Deno.test("RELAY-3 RELAY-4 operators of the channel and higher may, where their own words would reach", () => {
  for (const { mode } of RANKS) {
    const { node, bridge } = room();
    const carol = node.user("carol", CAPS);
    const root = node.user("root");
    root.send("OPER root secret");
    carol.send("JOIN #tea");
    root.send(`MODE #tea +${mode} carol`);
    for (const peer of [carol, bridge]) peer.take();
    carol.send("RELAYMSG #tea ann/discord :hi");
    const may = bridge.take().length === 1;
    assertEquals(
      [may, answers(carol)],
      "vh".includes(mode) ? [false, ["PRIVS_NEEDED"]] : [true, []],
      mode,
    );
  }
  const { node, bridge, bob } = room();
  const root = node.user("root", CAPS);
  root.send("OPER root secret");
  root.take();
  root.send("RELAYMSG #tea ann/discord :hi");
  assertEquals([answers(root), bob.take()], [["404"], []]);
  bridge.send("MODE #tea -n");
  bob.take();
  root.send("RELAYMSG #tea ann/discord :hi");
  assertEquals([answers(root), bob.take().length], [[], 1]);
  bridge.send("MODE #tea +s");
  const stranger = node.user("stranger");
  stranger.send("RELAYMSG #tea ann/discord :hi");
  assertEquals(answers(stranger), ["403"]);
});

Deno.test("RELAY-4 what a channel refuses of anybody it refuses here: banned names, and CTCP requests", () => {
  const { bridge, bob } = room();
  const says = (name: string, text = "hi"): (string | undefined)[] => {
    bridge.send(`RELAYMSG #tea ${name} :${text}`);
    const told = bob.take().length;
    return told > 0 ? ["told"] : answers(bridge);
  };
  for (const mask of ["ann/*", "m:ann/discord!*@*", `*!*@${HOST}`]) {
    bridge.send(`MODE #tea +b ${mask}`);
    bob.take();
    bridge.take();
    assertEquals(says("ann/discord"), ["BANNED"], mask);
    assertEquals(says("joe/discord"), [mask.includes(HOST) ? "BANNED" : "told"], mask);
    bridge.send("MODE #tea +e ann/discord");
    bob.take();
    assertEquals(says("ann/discord"), ["told"], mask);
    bridge.send(`MODE #tea -be ${mask} ann/discord`);
    bob.take();
    bridge.take();
  }
  bridge.send("MODE #tea +C");
  bob.take();
  bridge.take();
  assertEquals(says("ann/discord", "\x01VERSION\x01"), ["404"]);
  assertEquals(says("ann/discord", "\x01ACTION waves\x01"), ["told"]);
});

Deno.test("RELAY-4 FRAME-9 a text that just fits as relayed is told, and one byte more is refused", () => {
  const { bridge, bob } = room();
  const bytes = LIMITS.LINE.value - `:${LONGEST}!~bridge@${HOST} PRIVMSG #tea :`.length;
  for (const extra of [0, 1]) {
    bridge.send(`RELAYMSG #tea ${LONGEST} :${"x".repeat(bytes + extra)}`);
    const told = bob.take().map((line) => byteLength(line.replace(/^@\S+ /, "")));
    assertEquals(told, extra === 0 ? [LIMITS.LINE.value] : []);
    assertEquals(answers(bridge), extra === 0 ? [] : ["417"]);
  }
});
