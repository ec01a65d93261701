import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { later, Memory, shifted } from "../../../client/memory.ts";
import { fold } from "../../../protocol/casemap.ts";
import { MASK, ScriptedHistory, timeOf } from "./support.ts";

Deno.test("Memory forgets the oldest rather than to grow without end", () => {
  const memory = new Memory();
  for (let count = 0; count < 1500; count++) memory.open(fold(`#${count}`), `#${count}`);
  assertEquals([...memory.all()].length, 1000);
  assertEquals(memory.find(fold("#0")), undefined);
});

Deno.test("later() and shifted() take times as the tag has them", () => {
  assertEquals(later(null, "2026"), "2026");
  assertEquals(later("2027", "2026"), "2027");
  assertEquals(shifted("2026-11-20T00:00:00.000Z", -1), "2026-11-19T23:59:59.999Z");
  assertEquals([shifted(null, 1), shifted("tea", 1)], [null, null]);
});

const JOIN = `@time=${timeOf(0)} :${MASK} JOIN #tea`;
const WELCOME = [":chat 001 alice :Welcome", ":chat 422 alice :No MOTD"];

/** A server that keeps what is said in #tea, and answers with two lines at most. */
class KeepingServer {
  readonly log: { readonly id: number; readonly line: string }[] = [];
  /** Sent, and not received yet. */
  queue: string[] = [];

  say(isConnected: boolean): void {
    const id = this.log.length + 1;
    const line = `time=${timeOf(id >> 1)};msgid=m${id} :bob!~b@h PRIVMSG #tea :${id}`;
    this.log.push({ id, line });
    if (isConnected) this.queue.push(`@${line}`);
  }

  receive(line: string): void {
    const [, label, command = ""] = /^@label=(\w+) (.*)$/.exec(line) ?? [];
    if (label === undefined) return void this.queue.push(line.replace("PING", ":chat PONG chat"));
    const [, subcommand, target, ...places] = command.split(" ");
    if (subcommand === "TARGETS") {
      return void this.queue.push(
        `@label=${label} :chat BATCH +t draft/chathistory-targets`,
        ":chat BATCH -t",
      );
    }
    const [from, to] = places.slice(0, -1).map((place) =>
      Number(/^msgid=m(\d+)$/.exec(place)?.[1])
    );
    // A time is taken for the beginning: what comes twice is the client's business.
    const after = (subcommand === "BETWEEN" ? to : subcommand === "LATEST" ? from : 0) || 0;
    const before = subcommand === "LATEST" ? Infinity : from!;
    const found = this.log.filter(({ id }) => id > after && id < before).slice(-places.at(-1)!);
    this.queue.push(`@label=${label} :chat BATCH +b chathistory ${target}`);
    for (const entry of found) this.queue.push(`@batch=b;${entry.line}`);
    this.queue.push(":chat BATCH -b");
  }
}

Deno.test("000-L1 whenever the link is lost, each line is shown once, and in order unless it is lost while catching up", () => {
  const what = fc.oneof(
    { weight: 5, arbitrary: fc.constant("say") },
    { weight: 5, arbitrary: fc.constant("deliver") },
    { weight: 1, arbitrary: fc.constant("cut") },
    { weight: 2, arbitrary: fc.constant("connect") },
  );
  fc.assert(
    fc.property(fc.array(what, { maxLength: 60 }), (steps) => {
      const server = new KeepingServer();
      const memory = new Memory();
      const shown: number[] = [];
      const now: { alice: ScriptedHistory | null } = { alice: null };
      let isOrdered = true;
      const look = () => {
        for (const line of now.alice!.shown) {
          shown.push(...[...line.matchAll(/bob: (\d+)$/g)].map((m) => Number(m[1])));
        }
        for (const line of now.alice!.everythingSent) server.receive(line);
      };
      const connect = () => {
        now.alice = new ScriptedHistory({ memory, isBack: memory.time !== null, lines: 50 });
        now.alice.take(":chat 005 alice CHATHISTORY=2 :are supported", ...WELCOME, JOIN);
        look();
      };
      const deliver = () => {
        const line = server.queue.shift();
        if (now.alice === null || line === undefined) return;
        now.alice.take(line);
        look();
      };
      for (const step of [...steps, "cut", "connect", "all"]) {
        if (step === "say") server.say(now.alice !== null);
        if (step === "deliver") deliver();
        if (step === "connect" && now.alice === null) connect();
        while (step === "all" && server.queue.length > 0) deliver();
        if (step === "cut" && now.alice !== null) {
          const before = shown.length;
          now.alice.did({ events: now.alice.history.end(), lines: [] });
          look();
          // What has come already is not kept back from the user.
          if (shown.length > before) isOrdered = false;
          now.alice = null;
          server.queue = [];
        }
      }
      const all = server.log.map(({ id }) => id);
      assertEquals([...shown].sort((a, b) => a - b), all);
      if (isOrdered) assertEquals(shown, all);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a renamed room goes on where it was", () => {
  const session = new ScriptedHistory({ lines: 0 }).take(
    ":chat 001 alice :Welcome",
    ":alice!~a@h JOIN #tea",
    "@t=1 :bob!~b@h PRIVMSG #tea :one",
    ":bob!~b@h RENAME #tea #chai :Typo",
  );
  assertEquals(session.history.read(), [`MARKREAD #chai timestamp=${timeOf(1)}`]);
});
