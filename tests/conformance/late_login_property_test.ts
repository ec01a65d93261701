/**
 * Whoever logs in, out and in to another account, early or late, with however many programs: each program knows from what it was
 * told who it is and where, and others know who is there.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Message, parseMessage } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const ACCOUNTS = ["alice", "clara"] as const;
const CHANNELS = ["#tea", "#milk"] as const;
const PASSWORD = "correct-horse";

const which = fc.nat(4);
const account = fc.constantFrom(...ACCOUNTS);
const channel = fc.constantFrom(...CHANNELS);
const ACTION = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant("come" as const), as: fc.option(account) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant("identify" as const), which, as: account }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("send" as const),
      which,
      line: fc.oneof(
        channel.map((name) => `JOIN ${name}`),
        channel.map((name) => `PART ${name}`),
        fc.constantFrom("NS LOGOUT", "NS SET MULTICLIENT off", "NS SET MULTICLIENT on"),
        fc.constantFrom("NS SET ALWAYSON on", "NS SET ALWAYSON off", "AWAY :lunch", "QUIT"),
        fc.nat(9).map((n) => `NICK n${n}`),
      ),
    }),
  },
);

/** What somebody knows of who is where, by what was told. */
class Follower {
  nick: string | null = null;
  readonly members = new Map<string, Set<string>>();

  follow(lines: readonly string[]): void {
    for (const line of lines) {
      const message = parseMessage(line);
      if ("params" in message) this.#follow(message);
    }
  }

  #follow(
    { command, source, params: [first = "", second = "", third = "", list = ""] }: Message,
  ): void {
    const nick = source?.split("!")[0] ?? "";
    switch (command) {
      case "001":
        this.nick = first;
        return;
      case "353":
        for (const name of list.split(" ")) this.members.get(third)?.add(name.replace(/^@/, ""));
        return;
      case "JOIN":
        if (nick === this.nick) this.members.set(first, new Set());
        this.members.get(first)?.add(nick);
        return;
      case "PART":
        this.members.get(first)?.delete(nick);
        if (nick === this.nick) this.members.delete(first);
        return;
      case "QUIT":
        for (const names of this.members.values()) names.delete(nick);
        return;
      case "NICK":
        for (const names of this.members.values()) if (names.delete(nick)) names.add(first);
        if (nick === this.nick) this.nick = first;
        return;
      case "KICK":
        this.members.get(first)?.delete(second);
    }
  }
}

/** A program, and what it knows. */
class Program extends Follower {
  constructor(readonly peer: TestPeer) {
    super();
  }
}

Deno.test("DEVICE-1 DEVICE-2 DEVICE-10 NICKSERV-8 LOGIN-3 whatever people log in to, each program knows who and where it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ACTION, { maxLength: 30 }), async (actions) => {
      const host = new TestNode();
      for (const name of ACCOUNTS) await host.store.accounts.register(name, PASSWORD, 0);
      let count = 0;
      let programs: Program[] = [];
      const witness = new Program(host.open());
      const come = (program: Program, nick: string, as: string | null): void => {
        program.peer.session.account = as;
        for (const line of [`NICK ${nick}`, `USER ${nick} 0 * :x`]) program.peer.send(line);
        programs.push(program);
      };
      come(witness, "witness", null);
      witness.peer.send(`JOIN ${CHANNELS}`);
      for (const action of actions) {
        const chosen = action.what === "come"
          ? undefined
          : programs.slice(1)[action.which % Math.max(1, programs.length - 1)];
        if (action.what === "come") come(new Program(host.open()), `g${++count}`, action.as);
        else if (chosen === undefined) continue;
        else if (action.what === "send") await chosen.peer.sendAndWait(action.line);
        else await chosen.peer.sendAndWait(`NS IDENTIFY ${action.as} ${PASSWORD}`);
        programs = programs.filter(({ peer }) => !peer.closed);
        for (const program of programs) {
          program.follow(program.peer.take());
          const { user } = program.peer.session;
          assertEquals(program.nick, user?.nick, JSON.stringify(action));
          const where = [...user?.channels.values() ?? []].map(({ channel: { name, members } }) =>
            [name, [...members.values()].map(({ user: { nick } }) => nick).sort()] as const
          );
          const known = [...program.members].map(([name, names]) =>
            [name, [...names].sort()] as const
          );
          assertEquals(known.sort(), where.sort(), JSON.stringify(action));
        }
      }
    }),
    { numRuns: 60 },
  );
});
