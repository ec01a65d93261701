import { assertEquals } from "@std/assert";
import { levelOfRank, type RankMode, RANKS } from "../../../../protocol/mod.ts";
import { isWitness } from "../../../../server/core/visibility.ts";
import { TestNode, type TestPeer } from "../../../support/node.ts";

const ROLES = ["nobody", "v", "h", "o", "a", "q", "root"] as const;
type Role = typeof ROLES[number];

interface World {
  readonly host: TestNode;
  readonly actor: TestPeer;
  readonly victim: TestPeer;
}

/** A channel with two members that have these ranks; `root` is an operator of the server without a rank. */
function world(actor: Role, victim: Role): World {
  const host = new TestNode();
  const founder = host.user("founder");
  const god = host.user("god");
  god.send("OPER root secret");
  founder.send("JOIN #tea");
  const peers = ([["actor", actor], ["victim", victim]] as const).map(([nick, role]) => {
    const peer = host.user(nick);
    peer.send("JOIN #tea");
    if (role === "root") peer.send("OPER root secret");
    else if (role !== "nobody") god.send(`MODE #tea +${role} ${nick}`);
    peer.take();
    return peer;
  }) as [TestPeer, TestPeer];
  return { host, actor: peers[0], victim: peers[1] };
}

const level = (role: Role): number =>
  role === "nobody" ? 0 : role === "root" ? 6 : levelOfRank(role);

/** Whether the command went through: the victim's channel saw it. */
function succeeds(actor: Role, victim: Role, command: string): boolean {
  const { host, actor: peer } = world(actor, victim);
  const before = snapshot(host);
  peer.send(command);
  return snapshot(host) !== before;
}

function snapshot(host: TestNode): string {
  const channel = host.node.state.channelByName("#tea");
  const members = [...channel?.members.values() ?? []].map(({ user, ranks }) =>
    `${user.nick}:${ranks}`
  );
  return [
    members.join(),
    [...channel?.flags ?? []].join(),
    channel?.topic?.text,
    channel?.lists.b.size,
  ].join("|");
}

for (const actor of ROLES) {
  Deno.test(`RANK-3 whom ${actor} may kick`, () => {
    const may = ROLES.filter((victim) => succeeds(actor, victim, "KICK #tea victim"));
    const victims = ROLES.filter((victim) => {
      const theirs = victim === "root" ? 0 : level(victim); // an operator of the server has no rank here
      const own = level(actor);
      return own >= level("o") ? own >= theirs : own >= level("h") && own > theirs;
    });
    assertEquals(may, victims);
  });

  Deno.test(`RANK-2 RANK-3 which ranks ${actor} may give and take`, () => {
    const table = RANKS.map(({ mode, setBy }): [RankMode, boolean, boolean, boolean, boolean] => {
      const own = level(actor);
      const canSet = own >= levelOfRank(setBy);
      const canTake = canSet && (own >= level("o") ? own >= level(mode) : own > level(mode));
      return [
        mode,
        succeeds(actor, "nobody", `MODE #tea +${mode} victim`),
        canSet,
        succeeds(actor, mode, `MODE #tea -${mode} victim`),
        canTake,
      ];
    });
    for (const [mode, gave, canSet, took, canTake] of table) {
      assertEquals(gave, canSet, `+${mode} by ${actor}`);
      assertEquals(took, canTake, `-${mode} by ${actor}`);
    }
  });

  Deno.test(`RANK-2 what ${actor} may change of the channel`, () => {
    const may = ["TOPIC #tea :x", "MODE #tea +m", "MODE #tea +b x", "MODE #tea +s", "MODE #tea +u"]
      .map((command) => succeeds(actor, "nobody", command));
    const [h, o] = [level(actor) >= level("h"), level(actor) >= level("o")];
    assertEquals(may, [h, h, h, o, o]);
  });
}

Deno.test("isWitness() CMODE-5 who sees whom in an auditorium", () => {
  for (const viewer of ROLES) {
    for (const shown of ROLES) {
      const { host, actor, victim } = world(viewer, shown);
      const channel = host.node.state.channelByName("#tea");
      const [a, b] = [actor.session.user, victim.session.user];
      if (channel === undefined || a === null || b === null) {
        throw new Error("the world is not as it should be");
      }
      assertEquals(isWitness(a, channel, b), true);
      channel.flags.add("u");
      const isRanked = shown !== "nobody" && shown !== "root";
      assertEquals(
        isWitness(a, channel, b),
        isRanked || level(viewer) >= level("h"),
        `${viewer} → ${shown}`,
      );
    }
  }
});
