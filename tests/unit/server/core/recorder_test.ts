import { assertEquals } from "@std/assert";
import { type HistoryEntry, keyOf } from "../../../../server/core/history.ts";
import type { SqliteHistory } from "../../../../server/store/history.ts";
import { TestNode, type TestPeer } from "../../../support/node.ts";

/** A server of ann and bob in #tea, and what it keeps from now on: where, of what, the words. */
function listen(settings = {}): { host: TestNode; ann: TestPeer; bob: TestPeer; kept: string[] } {
  const host = new TestNode(settings);
  const [ann, bob] = [host.user("ann", ["message-tags"]), host.user("bob")];
  for (const peer of [ann, bob]) peer.send("JOIN #tea");
  const kept: string[] = [];
  const { history } = host.store;
  history.record = (conversation, entry) => {
    const place = conversation.kind === "direct" ? "both" : keyOf(conversation);
    kept.push(`${place} ${entry.verb} ${entry.target}|${entry.params.join(",")}`);
  };
  return { host, ann, bob, kept };
}

const MESSAGES: readonly [line: string, ...kept: string[]][] = [
  ["PRIVMSG #tea :hello", "#tea PRIVMSG |hello"],
  ["NOTICE #tea :hello", "#tea NOTICE |hello"],
  ["PRIVMSG @#tea :hello", "#tea PRIVMSG @|hello"],
  ["PRIVMSG bob,#TEA :hello", "both PRIVMSG bob|hello", "#tea PRIVMSG |hello"],
  ["PRIVMSG ann :hello", "both PRIVMSG ann|hello"],
  ["PRIVMSG $* :hello", "$* PRIVMSG $*|hello"],
  ["@+draft/react=x;+draft/reply=id1 TAGMSG #tea", "#tea TAGMSG |"],
  ["@+typing=active TAGMSG #tea"],
  ["TAGMSG #tea"],
  ["PRIVMSG nobody :hello"],
  ["PRIVMSG #none :hello"],
];

for (const [line, ...wanted] of MESSAGES) {
  Deno.test(`record() HIST-1 HIST-5 keeps ${wanted.length} of ${line}`, () => {
    const { ann, kept } = listen();
    ann.send(line);
    assertEquals(kept, wanted);
  });
}

const EVENTS: readonly [line: string, ...kept: string[]][] = [
  ["JOIN #milk", "#milk JOIN |ann"],
  ["PART #tea :bye", "#tea PART |bye"],
  ["PART #tea", "#tea PART |"],
  ["NICK anna", "#tea NICK |anna"],
  ["QUIT :bye", "#tea QUIT |Quit: bye"],
  ["TOPIC #tea :Assam", "#tea TOPIC |Assam"],
  ["MODE #tea +mk word", "#tea MODE |+mk,word"],
  ["KICK #tea bob :too loud", "#tea KICK |bob,too loud"],
  ["AWAY :out"],
  ["SETNAME :Ann"],
  ["INVITE bob #tea"],
];

for (const [line, ...wanted] of EVENTS) {
  Deno.test(`record() HIST-2 keeps ${wanted.length} of ${line}`, () => {
    const { ann, kept } = listen();
    ann.send(line);
    assertEquals(kept, wanted);
  });
}

Deno.test("record() HIST-2 keeps what happens to somebody in each channel", () => {
  const { ann, bob, kept } = listen();
  ann.send("JOIN #milk");
  bob.send("JOIN #milk");
  kept.length = 0;
  ann.close();
  assertEquals(kept, ["#tea QUIT |Connection lost", "#milk QUIT |Connection lost"]);
});

Deno.test("record() HIST-3 keeps no comings and goings where members do not see each other", () => {
  const { host, ann, bob, kept } = listen();
  ann.send("MODE #tea +u");
  kept.length = 0;
  host.user("carol").send("JOIN #tea");
  for (const line of ["NICK bert", "PRIVMSG #tea :psst", "PART #tea"]) bob.send(line);
  ann.send("TOPIC #tea :Assam");
  assertEquals(kept, ["#tea PRIVMSG |psst", "#tea TOPIC |Assam"]);
});

Deno.test("record() keeps who said it as it was", () => {
  const { host, ann } = listen();
  const entries: HistoryEntry[] = [];
  host.store.history.record = (_, entry) => entries.push(entry);
  ann.send("MODE ann +B");
  host.clock.advance(1000);
  ann.send("@+draft/reply=x;+secret PRIVMSG #tea :hello");
  const [entry] = entries;
  assertEquals(entry?.source, ann.session.user?.source);
  assertEquals([entry?.isBot, entry?.isOper, entry?.account], [true, false, null]);
  assertEquals([...entry?.tags ?? []], [["+draft/reply", "x"], ["+secret", ""]]);
  assertEquals(entry?.at, host.clock.epoch());
});

Deno.test("HIST-1 nothing is kept where the settings say so", () => {
  const { ann, kept } = listen({ history: false });
  ann.send("PRIVMSG #tea :hello");
  assertEquals(kept, []);
});

/** Whether a channel that is made anew after this begins without a past. */
function isForgotten(...lines: readonly string[]): boolean {
  const { host, ann, bob } = listen({});
  const history: SqliteHistory = host.store.history;
  delete (history as Partial<Record<"record", unknown>>).record; // the real one
  ann.send("PRIVMSG #tea :hello");
  for (const line of lines) ann.send(line);
  for (const peer of [ann, bob]) peer.send("PART #tea");
  host.clock.advance(10);
  const carol = host.user("carol");
  carol.send("JOIN #tea");
  const conversation = { kind: "channel", channel: host.node.state.fold("#tea") } as const;
  const range = { from: "oldest", limit: 9, since: 0, level: 0, withEvents: false } as const;
  return history.read({ ...range, conversation }).length === 0;
}

for (
  const [isClosed, ...lines] of [
    [false],
    [true, "MODE #tea +i"],
    [true, "MODE #tea +k word"],
    [true, "MODE #tea +R"],
    [true, "MODE #tea +s"],
    [true, "MODE #tea +b *!*@bad"],
    [false, "MODE #tea +b *!*@bad", "MODE #tea -b *!*@bad"],
    [false, "MODE #tea +ik word", "MODE #tea -ik word"],
    [true, "MODE #tea +ik word", "MODE #tea -k word"],
    [false, "MODE #tea +ml 7"],
  ] as const
) {
  Deno.test(`HIST-6 after ${lines.join(", ") || "nothing"} a new channel has ${isClosed ? "no" : "a"} past`, () => {
    assertEquals(isForgotten(...lines), isClosed);
  });
}

Deno.test("HIST-4 HIST-7 REDACT and RENAME reach what is kept", () => {
  const host = new TestNode();
  const ann = host.user("ann", [
    "draft/message-redaction",
    "draft/channel-rename",
    "message-tags",
    "echo-message",
  ]);
  ann.send("JOIN #tea");
  ann.take();
  ann.send("PRIVMSG #tea :oops");
  const [, msgid = ""] = /msgid=([^ ;]+)/.exec(ann.take().join()) ?? [];
  ann.send("PRIVMSG #tea :hello");
  ann.send(`REDACT #tea ${msgid} :typo`);
  ann.send("RENAME #tea #chai :better");
  const conversation = { kind: "channel", channel: host.node.state.fold("#chai") } as const;
  const entries = host.store.history.read({
    conversation,
    from: "oldest",
    limit: 9,
    since: 0,
    level: 0,
    withEvents: true,
  });
  assertEquals(
    typeof entries === "string" ? entries : entries.map(({ verb, params }) => [verb, ...params]),
    [
      ["JOIN", "ann"],
      ["PRIVMSG", "hello"],
      ["REDACT", msgid, "typo"],
      ["RENAME", "#tea", "#chai", "better"],
    ],
  );
});
