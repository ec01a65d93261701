import { assertEquals } from "@std/assert";
import { LIMITS } from "../../../../protocol/mod.ts";
import { TestNode } from "../../../support/node.ts";

Deno.test("Absences.begin() ALWAYS-3 so many stay without a session, and no more", () => {
  const { node, clock } = new TestNode({ graceMs: 30_000 });
  const { state, network, supervisor } = node;
  const arrive = (i: number): boolean => {
    const nick = `u${i}`;
    network.submit({
      type: "connect",
      at: clock.epoch(),
      user: nick,
      nick,
      username: "~u",
      host: "u.cloaked",
      address: "192.0.2.1",
      realname: "",
      account: nick,
    });
    return supervisor.absences.begin(state.user(nick), { kind: "lost", detail: "eof" });
  };
  const most = LIMITS.PRESENCES.value;
  for (let i = 0; i < most; i++) assertEquals(arrive(i), true);
  assertEquals(arrive(most), false);
  clock.advance(30_000);
  supervisor.sweep();
  assertEquals([supervisor.absences.size, state.users.size], [0, 1]);
});
