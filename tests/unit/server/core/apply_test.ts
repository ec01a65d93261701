import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fold, isParseFailure, parseMessage } from "../../../../protocol/mod.ts";
import { newSession, receive, type SessionState } from "../../../../client/session.ts";
import { TestNode, type TestPeer } from "../../../support/node.ts";

const NICKS = ["ann", "bob", "cat", "dan"] as const;
const CHANNELS = ["#one", "#Two", "#three"] as const;
const CAPABILITIES = [
  "message-tags",
  "extended-join",
  "multi-prefix",
  "away-notify",
  "echo-message",
  "setname",
];

/** A user with a client behind it, which knows only what it was told. */
interface Actor {
  readonly peer: TestPeer;
  readonly client: SessionState;
}

function enter(host: TestNode, nick: string, hasCapabilities: boolean): Actor {
  const peer = host.open();
  const client = newSession(nick, { notices: true, exitWord: true });
  if (hasCapabilities) peer.send(`CAP REQ :${CAPABILITIES.join(" ")}`);
  peer.send(`NICK ${nick}`);
  peer.send(`USER ${nick} 0 * :${nick}`);
  if (hasCapabilities) peer.send("CAP END");
  return { peer, client };
}

function listen({ peer, client }: Actor): void {
  for (const line of peer.take()) {
    const message = parseMessage(line);
    if (!isParseFailure(message)) receive(client, message);
  }
}

const channel = fc.constantFrom(...CHANNELS);
const nick = fc.constantFrom(...NICKS);
const command = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(channel).map(([name]) => `JOIN ${name}`) },
  { weight: 2, arbitrary: fc.tuple(channel).map(([name]) => `PART ${name} :off`) },
  { weight: 2, arbitrary: fc.tuple(channel, nick).map(([name, whom]) => `KICK ${name} ${whom}`) },
  fc.tuple(channel, nick, fc.constantFrom("+o", "-o", "+v", "-v")).map(([name, whom, mode]) =>
    `MODE ${name} ${mode} ${whom}`
  ),
  fc.tuple(channel, fc.constantFrom("+i", "-i", "+l 2", "-l", "+b bob", "-b bob", "+s", "-s")).map((
    [name, mode],
  ) => `MODE ${name} ${mode}`),
  fc.tuple(channel, nick).map(([name, whom]) => `INVITE ${whom} ${name}`),
  fc.tuple(nick).map(([other]) => `NICK ${other}${other}`),
  fc.tuple(nick).map(([other]) => `NICK ${other}`),
  fc.constantFrom("AWAY :gone", "AWAY", "SETNAME :somebody", "JOIN 0"),
);
const step = fc.record({
  who: fc.nat(NICKS.length - 1),
  act: fc.oneof({ weight: 20, arbitrary: command }, fc.constantFrom("QUIT :bye", "(lost)")),
});

Deno.test("apply() what each client was told of a channel is who is in it", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const host = new TestNode();
      const actors: Actor[] = NICKS.map((name, i) => enter(host, name, i % 2 === 0));
      let arrivals = 0;
      for (const { who, act } of steps) {
        const actor = actors[who] as Actor;
        if (act === "(lost)") actor.peer.close();
        else actor.peer.send(act);
        actors.forEach(listen);
        if (actor.peer.closed) actors[who] = enter(host, `new${++arrivals}`, who % 2 === 0);
      }
      actors.forEach(listen);
      for (const { peer, client } of actors) {
        const user = host.node.state.userByNick(client.nick);
        assertEquals(user, peer.session.user ?? undefined);
        const told = [...client.rooms].map((
          [key, { members }],
        ) => [key, [...members.values()].sort()]).sort();
        const real = [...user?.channels.values() ?? []]
          .map((
            { channel: { folded, members } },
          ) => [folded, [...members.values()].map((m) => m.user.nick).sort()])
          .sort();
        assertEquals(told as unknown, real as unknown);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("apply() a change is told to everybody concerned exactly once", () => {
  const host = new TestNode();
  const [ann, bob, cat] = ["ann", "bob", "cat"].map((name) => host.user(name)) as [
    TestPeer,
    TestPeer,
    TestPeer,
  ];
  for (const peer of [ann, bob]) peer.send("JOIN #one,#two,#three");
  cat.send("JOIN #four");
  [ann, bob, cat].forEach((peer) => peer.take());
  ann.send("NICK anna");
  assertEquals(bob.take(), [":ann!~ann@192-0-2-1.cloaked NICK anna"]);
  ann.send("QUIT");
  assertEquals(bob.take(), [":anna!~ann@192-0-2-1.cloaked QUIT :Quit: Client quit"]);
  assertEquals(cat.take(), []);
});

Deno.test("apply() one line is encoded once for all who see the same tags", () => {
  const host = new TestNode();
  const peers = ["ann", "bob", "cat"].map((name) => host.user(name));
  const seen: unknown[] = [];
  for (const peer of peers) peer.send("JOIN #one");
  for (const { link } of peers) link.send = (line, variant) => seen.push(line.bytes(variant));
  peers[0]?.send("PRIVMSG #one :hello");
  assertEquals(seen.length, 2);
  assertEquals(seen[0] === seen[1], true);
});

Deno.test("apply() a channel keeps the spelling of its first member and goes with its last", () => {
  const host = new TestNode();
  const ann = host.user("ann");
  const bob = host.user("bob");
  ann.send("JOIN #Tea");
  bob.send("JOIN #tEA");
  assertEquals(bob.take()[0], ":bob!~bob@192-0-2-1.cloaked JOIN #Tea");
  ann.send("PART #TEA");
  bob.close();
  assertEquals(host.node.state.channels.get(fold("#tea")), undefined);
});
