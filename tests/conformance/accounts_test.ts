/**
 * What depends on being logged in. How users log in is tested in sasl_test.ts: here the fact is stated to the network.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { TestNode, type TestPeer } from "../support/node.ts";

function logIn(host: TestNode, { session }: TestPeer, account: string | null): void {
  const user = session.user?.id ?? "";
  host.node.network.submit({ type: "account", user, account, at: host.clock.epoch() });
}

Deno.test("ACCOUNT-1 those who share a channel are told of a login, by the capabilities that they have", () => {
  const host = new TestNode();
  const alice = host.user("alice", ["account-notify", "account-tag"]);
  const bob = host.user("bob", ["account-notify", "account-tag", "extended-join"]);
  const carol = host.user("carol");
  const stranger = host.user("stranger", ["account-notify"]);
  for (const peer of [alice, bob, carol]) peer.send("JOIN #tea");
  for (const peer of [alice, bob, carol, stranger]) peer.take();
  logIn(host, alice, "Alice");
  const told = ["@account=Alice :alice!~alice@192-0-2-1.cloaked ACCOUNT Alice"];
  for (const peer of [alice, bob]) assertEquals(peer.take(), told);
  for (const peer of [carol, stranger]) assertEquals(peer.take(), []);
  alice.send("PRIVMSG bob :hi");
  assertEquals(bob.take(), ["@account=Alice :alice!~alice@192-0-2-1.cloaked PRIVMSG bob :hi"]);
  alice.send("PART #tea");
  alice.send("JOIN #tea");
  assertEquals(
    bob.take().at(-1),
    "@account=Alice :alice!~alice@192-0-2-1.cloaked JOIN #tea Alice alice",
  );
  logIn(host, alice, null);
  assertEquals(bob.take(), [":alice!~alice@192-0-2-1.cloaked ACCOUNT *"]);
});

Deno.test("ACCOUNT-1 who is told of a caller is told of its account", () => {
  const host = new TestNode();
  const [alice, bob] = [host.user("alice", ["account-tag"]), host.user("bob")];
  alice.send("MODE alice +g");
  logIn(host, bob, "Robert");
  alice.take();
  bob.send("PRIVMSG alice :hi");
  assertMatch(alice.take().join(), /^@account=Robert :chatd\.test 718 alice bob ~bob@/);
});

Deno.test("CMODE-3 with M only those who are logged in or have a rank speak", () => {
  const host = new TestNode();
  const [alice, bob] = [host.user("alice"), host.user("bob")];
  alice.send("JOIN #tea");
  bob.send("JOIN #tea");
  alice.send("MODE #tea +M");
  bob.take();
  bob.send("PRIVMSG #tea :hi");
  assertMatch(bob.take().join(), /^:chatd\.test 404 bob #tea :/);
  alice.take();
  logIn(host, bob, "bob");
  bob.send("PRIVMSG #tea :hi");
  assertEquals(alice.take().length, 1);
});

Deno.test("CMODE-4 with R only those who are logged in join", () => {
  const host = new TestNode();
  const [alice, bob] = [host.user("alice"), host.user("bob")];
  alice.send("JOIN #tea");
  alice.send("MODE #tea +R");
  bob.send("JOIN #tea");
  assertMatch(bob.take().join(), /^:chatd\.test 477 bob #tea :/);
  logIn(host, bob, "bob");
  bob.send("JOIN #tea");
  assertMatch(bob.take()[0] ?? "", / JOIN #tea$/);
});

Deno.test("MASK-4 an account is banned under whatever nick, and let in by an exception", () => {
  const host = new TestNode();
  const [alice, bob] = [host.user("alice"), host.user("bob")];
  alice.send("JOIN #tea");
  alice.send("MODE #tea +b R:Mallory");
  logIn(host, bob, "mallory");
  bob.send("JOIN #tea");
  assertMatch(bob.take().join(), /^:chatd\.test 474 bob #tea :/);
  alice.send("MODE #tea +e R:mallory");
  bob.send("JOIN #tea");
  assertMatch(bob.take()[0] ?? "", / JOIN #tea$/);
});

Deno.test("UMODE-5 with R those who are logged in, and operators, still reach a user", () => {
  const host = new TestNode();
  const [alice, bob, root] = [host.user("alice"), host.user("bob"), host.user("root")];
  alice.send("MODE alice +R");
  root.send("OPER root secret");
  logIn(host, bob, "bob");
  alice.take();
  bob.send("PRIVMSG alice :hi");
  root.send("PRIVMSG alice :hi");
  assertEquals(alice.take().length, 2);
});
