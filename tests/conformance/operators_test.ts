/**
 * The rules of SPEC.md's chapter "Operators" that no transcript can show.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../protocol/mod.ts";
import { RULES } from "../../server/commands/mod.ts";
import type { CommandRule } from "../../server/commands/context.ts";
import { ALL_PRIVILEGES, type Privilege, PRIVILEGES } from "../../server/core/privileges.ts";
import type { Settings } from "../../server/core/settings.ts";
import { hashPassword } from "../../server/store/passwords.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const CHEAP = { memory: 64, passes: 1, parallelism: 1 };
const HASH = await hashPassword("secret", CHEAP);

/** Operators of a server: each by its name, with the password `secret`. */
function operatorsOf(
  given: Readonly<Record<string, readonly Privilege[]>>,
): Settings["operators"] {
  return new Map(
    Object.entries(given).map(([name, privileges]) => [name, { password: "secret", privileges }]),
  );
}

/** The code of the only line that a peer has received. */
function codeOf(peer: TestPeer): string {
  const lines = peer.take();
  assertEquals(lines.length, 1, lines.join("\n"));
  return lines[0]?.split(" ")[1] ?? "";
}

const PRIVILEGED = Object.entries<CommandRule>(RULES).filter(([, { operator }]) =>
  operator !== undefined
);

Deno.test("OPER-1 each privilege opens the commands that it says", () => {
  const { channels: _, ...commands } = PRIVILEGES; // that one opens no command: RANK-1
  for (const [name, verbs] of Object.entries(commands)) {
    const own = PRIVILEGED.filter(([, { operator }]) => operator === name).map(([verb]) => verb);
    assertEquals(own.sort(), verbs.split(", ").sort());
  }
});

for (const [verb, { operator = "kill" }] of PRIVILEGED) {
  Deno.test(`OPER-1 ${verb} is refused with 481 to users, with 723 to operators without ${operator}`, () => {
    const others = ALL_PRIVILEGES.filter((name) => name !== operator);
    const node = new TestNode({ operators: operatorsOf({ root: others }) });
    const alice = node.user("alice");
    alice.send(`${verb} x y z`);
    assertEquals(codeOf(alice), "481");
    alice.send("OPER root secret");
    alice.take();
    alice.send(`${verb} x y z`);
    assert(alice.take().join().startsWith(`:chatd.test 723 alice ${operator} :`));
  });
}

Deno.test("OPER-2 a second OPER replaces the privileges of the first", () => {
  const node = new TestNode({ operators: operatorsOf({ a: ["kill"], b: ["wallops"] }) });
  const alice = node.user("alice");
  alice.send("OPER a secret");
  alice.send("OPER b secret");
  alice.take();
  alice.send("KILL nobody :x");
  assertEquals(codeOf(alice), "723");
  alice.send("WALLOPS :x");
  assertEquals(alice.take(), []);
});

Deno.test("OPER-3 a hashed password is checked while the server goes on, and only that session waits", async () => {
  const operators = new Map([["root", { password: HASH, privileges: ALL_PRIVILEGES }]]);
  const node = new TestNode({ operators });
  const [alice, bob] = [node.user("alice"), node.user("bob")];
  const pending = alice.sendAndWait("OPER root secret");
  assertEquals(alice.take(), []);
  bob.send("PING 1");
  assertEquals(bob.take(), [":chatd.test PONG chatd.test 1"]);
  await pending;
  const [mode = "", welcome = ""] = alice.take();
  assert(mode.endsWith(" MODE alice +o") && welcome.startsWith(":chatd.test 381 "), welcome);
  await bob.sendAndWait("OPER root Secret");
  assertEquals(codeOf(bob), "464");
});

Deno.test("OPER-3 who goes while the password is checked is no operator", async () => {
  const operators = new Map([["root", { password: HASH, privileges: ALL_PRIVILEGES }]]);
  const node = new TestNode({ operators });
  const alice = node.user("alice");
  const pending = alice.sendAndWait("OPER root secret");
  alice.close();
  await pending;
  assertEquals(node.node.state.usersWith.o, 0);
  assertEquals(node.log.of("internal-error"), []);
});

Deno.test("OPER-4 after five wrong passwords even a right one is refused for a while", () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice"), node.user("bob")];
  const carol = node.open("198.51.100.7").register("carol");
  for (let i = 0; i < 5; i++) (i % 2 === 0 ? alice : bob).send("OPER root wrong");
  alice.take();
  alice.send("OPER root secret");
  const [line = ""] = alice.take();
  assert(/^:chatd\.test 464 alice :Too many /.test(line), line);
  carol.send("OPER root secret");
  assert(carol.session.user?.isOperator);
  node.clock.advance(30_000);
  alice.send("OPER root secret");
  assert(alice.session.user?.isOperator);
});

Deno.test("OPER-5 a name that is not there costs a check too", async () => {
  const stored: string[] = [];
  const operators = new Map([
    ["plain", { password: "secret", privileges: ALL_PRIVILEGES }],
    ["root", { password: HASH, privileges: ALL_PRIVILEGES }],
  ]);
  const node = new TestNode({ operators });
  const { passwords } = node.node;
  const verify = passwords.verify.bind(passwords);
  passwords.verify = (password, hash) => {
    stored.push(hash);
    return verify(password, hash);
  };
  const alice = node.user("alice");
  await alice.sendAndWait("OPER nobody secret"); // the password of another
  assertEquals(codeOf(alice), "464");
  assertEquals(stored, [HASH]);
});

Deno.test("OPER-6 -o takes mode and privileges, and WHOIS shows 313 to those who have it", () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice"), node.user("bob")];
  const whois = (): string[] => {
    bob.send("WHOIS alice");
    return bob.take().map((line) => line.split(" ")[1] ?? "");
  };
  assert(!whois().includes("313"));
  alice.send("OPER root secret");
  assert(whois().includes("313"));
  alice.send("MODE alice -o");
  alice.take();
  assert(!whois().includes("313"));
  alice.send("KILL bob :x");
  assertEquals(codeOf(alice), "481");
});

Deno.test("BAN-2 BAN-3 a DLINE ends who is there, registered or not, and keeps others out until it is over", () => {
  const node = new TestNode();
  const root = node.user("root");
  root.send("OPER root secret");
  const bob = node.open("198.51.100.7").register("bob");
  const stranger = node.open("198.51.100.8");
  const carol = node.open("203.0.113.1").register("carol");
  root.send("DLINE 1m 198.51.100.0/24 :go away");
  assert(bob.closed && stranger.closed && !carol.closed);
  assertEquals(stranger.take(), [
    "ERROR :Closing link: (unknown@198-51-100-8.cloaked) [Banned: go away]",
  ]);
  node.clock.advance(59_999);
  const late = node.open("198.51.100.9");
  assert(late.closed);
  assertEquals(late.take(), [
    "ERROR :Closing link: (unknown@198-51-100-9.cloaked) [Banned: go away]",
  ]);
  node.clock.advance(1);
  assert(!node.open("198.51.100.9").register("dave").closed);
  assertEquals(node.log.of("internal-error"), []);
});

Deno.test("BAN-3 a KLINE refuses at registration with 465, and nobody is told", () => {
  const node = new TestNode();
  const root = node.user("root");
  root.send("OPER root secret");
  root.send("KLINE ~bob@192.0.2.0/24 :no milk");
  root.send("JOIN #tea");
  root.take();
  const bob = node.open("192.0.2.77");
  bob.send("NICK bob");
  bob.send("USER bob 0 * :Bob");
  assertEquals(bob.take(), [
    ":chatd.test 465 bob :You are banned from here: no milk",
    "ERROR :Closing link: (bob@192-0-2-77.cloaked) [Banned: no milk]",
  ]);
  assert(bob.closed);
  assertEquals(root.take(), []);
  assert(!node.open("192.0.2.77").register("carol").closed);
  assert(!node.open("192.0.3.77").register("bob").closed);
});

Deno.test("BAN-4 there are at most so many bans, and a long reason is cut", () => {
  const node = new TestNode();
  const root = node.user("root", ["standard-replies"]);
  root.send("OPER root secret");
  for (let i = 0; i < LIMITS.BANS.value; i++) root.send(`KLINE u${i}@* :${"x".repeat(400)}`);
  root.take();
  root.send("DLINE 198.51.100.1");
  const [full = ""] = root.take();
  assert(full.startsWith(":chatd.test FAIL DLINE BANS_FULL 198.51.100.1 :"), full);
  root.send("KLINE u7@* :again");
  assert(root.take().join().includes(" BAN_SET u7@* "));
  root.send("KLINE");
  const lines = root.take();
  assertEquals(lines.length, LIMITS.BANS.value + 1);
  assert(lines[0]?.endsWith(` :${"x".repeat(LIMITS.QUIT.value)}`), lines[0]);
});

/** A server with an operator who knows standard replies, and settings that REHASH finds. */
function rehashable(change: Partial<Settings>): [TestNode, TestPeer] {
  const node = new TestNode();
  const root = node.user("root", ["standard-replies"]);
  root.send("OPER root secret");
  root.take();
  node.configuration.outcome = { settings: { ...node.node.settings, ...change }, warnings: [] };
  return [node, root];
}

Deno.test("REHASH-1 the new settings are in force as a whole, and one line says so", async () => {
  const [node, root] = rehashable({ motd: ["new"], maxClients: 1 });
  await root.sendAndWait("REHASH");
  assertEquals(root.take(), [
    ":chatd.test 382 root etc/chatd.toml :Rehashing",
    ":chatd.test NOTE REHASH REHASHED :The settings were read anew, and are in force.",
  ]);
  root.send("MOTD");
  assert(root.take()[1]?.endsWith(" 372 root :- new"));
  assert(node.open().closed);
});

Deno.test("REHASH-1 LINKS-2 another description is told from then on, in LINKS and in every 312", async () => {
  const [node, root] = rehashable({ description: "Tea and biscuits" });
  const alice = node.user("alice");
  const told = (): (string | undefined)[] => {
    for (const query of ["LINKS", "WHOIS root", "WHOIS ChanServ"]) alice.send(query);
    return alice.take().filter((line) => / (312|364) /.test(line))
      .map((line) => line.split(" :")[1]);
  };
  const before = "A chat for the tests";
  assertEquals(told(), [`0 ${before}`, before, before]);
  await root.sendAndWait("REHASH");
  assertEquals(told(), ["0 Tea and biscuits", "Tea and biscuits", "Tea and biscuits"]);
});

Deno.test("REHASH-2 what is wrong changes nothing, and is told with file and line", async () => {
  const [node, root] = rehashable({});
  const before = node.node.settings;
  node.configuration.outcome = { failure: 'etc/chatd.toml:3: motd: got 7, wanted "x"' };
  await root.sendAndWait("REHASH");
  assertEquals(
    root.take()[1],
    [
      ':chatd.test FAIL REHASH REHASH_FAILED :etc/chatd.toml:3: motd: got 7, wanted "x"',
    ][0],
  );
  assertEquals(node.node.settings, before);
  assertEquals(node.log.of("config").map(({ fields }) => fields["message"]), [
    'etc/chatd.toml:3: motd: got 7, wanted "x"',
  ]);
});

Deno.test("REGISTER-4 REGISTER-8 those who follow capabilities are told who may make accounts now", async () => {
  const [host, root] = rehashable({});
  const name = "draft/account-registration";
  const [old, plain] = [host.open(), host.open()];
  old.register("old", ["cap-notify", name]);
  plain.register("plain");
  root.send("CAP LS 302");
  const told = async (registration: "open" | "after-connect" | "closed"): Promise<string[]> => {
    host.configuration.outcome = {
      settings: { ...host.node.settings, registration },
      warnings: [],
    };
    for (const peer of [root, old, plain]) peer.take();
    await root.sendAndWait("REHASH");
    assertEquals(plain.take(), []);
    return [root, old].flatMap((peer) => peer.take()).filter((line) => line.includes(" CAP "));
  };
  const cap = (nick: string, rest: string): string =>
    `:chatd.test CAP ${nick} ${rest.replace(" ", " :")}`;
  assertEquals(await told("after-connect"), [cap("root", `NEW ${name}`)]);
  assert(old.session.has(name));
  assertEquals(await told("open"), [cap("root", `NEW ${name}=before-connect`)]);
  assertEquals(await told("closed"), [cap("root", `DEL ${name}`), cap("old", `DEL ${name}`)]);
  assert(!old.session.has(name));
  assertEquals(await told("after-connect"), [
    cap("root", `NEW ${name}`),
    cap("old", `NEW ${name}`),
  ]);
});

Deno.test("REHASH-3 what needs a restart is named; operators have what the settings give them", async () => {
  const [node, root] = rehashable({ operators: operatorsOf({ root: ["rehash"] }) });
  const { outcome } = node.configuration;
  assert("settings" in outcome);
  const warnings = [{ key: "name", message: "name needs a restart." }];
  node.configuration.outcome = { ...outcome, warnings };
  await root.sendAndWait("REHASH");
  assertEquals(root.take().slice(1, 3).map((line) => line.replace(/^:\S+ /, "")), [
    "MODE root +o",
    "WARN REHASH RESTART_NEEDED name :name needs a restart.",
  ]);
  root.send("KILL nobody :x");
  assertEquals(codeOf(root), "723");
  const settings = { ...node.node.settings, operators: new Map() };
  node.configuration.outcome = { settings, warnings: [] };
  await root.sendAndWait("REHASH");
  assert(root.take().some((line) => line.endsWith(" MODE root -o")));
  root.send("REHASH");
  assertEquals(codeOf(root), "481");
});

Deno.test("REHASH-4 changed tokens of 005 are sent to all who are registered", async () => {
  const [node, root] = rehashable({ network: "tea net", clientTagDeny: "*" });
  const bob = node.user("bob");
  const raw = node.open();
  await root.sendAndWait("REHASH");
  assertEquals(bob.take(), [
    ":chatd.test 005 bob CLIENTTAGDENY=* NETWORK=tea\\x20net :are supported by this server",
  ]);
  assertEquals(raw.take(), []);
  const settings = { ...node.node.settings, clientTagDeny: "" };
  node.configuration.outcome = { settings, warnings: [] };
  await root.sendAndWait("REHASH");
  assertEquals(bob.take(), [":chatd.test 005 bob -CLIENTTAGDENY :are supported by this server"]);
  await root.sendAndWait("REHASH");
  assertEquals(bob.take(), []);
});

Deno.test("REHASH-4 ISUPPORT-4 changed tokens come in a batch to those who have both capabilities", async () => {
  const [node, root] = rehashable({ clientTagDeny: "*" });
  const bob = node.user("bob", ["batch", "draft/extended-isupport"]);
  await root.sendAndWait("REHASH");
  const [begin = "", tokens = "", end = "", ...others] = bob.take();
  const reference = / BATCH \+(\S+) draft\/isupport$/.exec(begin)?.[1];
  assertEquals(
    tokens,
    `@batch=${reference} :chatd.test 005 bob CLIENTTAGDENY=* :are supported by this server`,
  );
  assertEquals(end, `:chatd.test BATCH -${reference}`);
  assertEquals(others, []);
});

Deno.test("REHASH-1 two who ask at once have the same answer", async () => {
  const [node, root] = rehashable({ motd: ["new"] });
  let reads = 0;
  const { read } = node.configuration;
  node.configuration.read = async () => {
    reads++;
    return await read();
  };
  await Promise.all([root.sendAndWait("REHASH"), node.node.rehash()]);
  assertEquals(reads, 1);
});

Deno.test("RESTART-1 an operator may ask for it", () => {
  const node = new TestNode();
  const root = node.user("root");
  root.send("RESTART");
  assertEquals([codeOf(root), node.restarts], ["481", 0]);
  root.send("OPER root secret");
  root.send("RESTART");
  assertEquals(node.restarts, 1);
});

Deno.test("OPER-3 REHASH-1 what takes its time is answered with its label all the same", async () => {
  const operators = new Map([["root", { password: HASH, privileges: ALL_PRIVILEGES }]]);
  const node = new TestNode({ operators });
  const alice = node.user("alice", ["batch", "labeled-response", "standard-replies"]);
  for (const line of ["OPER root secret", "REHASH"]) {
    const { outcome } = node.configuration;
    node.configuration.read = () => Promise.resolve(outcome);
    await alice.sendAndWait(`@label=x ${line}`);
    const [begin = "", ...others] = alice.take();
    const [, reference = ""] = /^@label=x \S+ BATCH \+(\S+) labeled-response$/.exec(begin) ?? [];
    assert(reference !== "", begin);
    assert(others.slice(0, -1).every((line) => line.startsWith(`@batch=${reference} `)));
    assert(others.at(-1)?.endsWith(` BATCH -${reference}`));
  }
});

Deno.test("RANK-1 an operator without the privilege for channels is in them like anybody else", () => {
  const privileges = ALL_PRIVILEGES.filter((privilege) => privilege !== "channels");
  const host = new TestNode({ operators: operatorsOf({ root: privileges }) });
  const [alice, root] = [host.user("alice"), host.user("root")];
  alice.send("JOIN #tea");
  root.send("JOIN #tea");
  root.send("OPER root secret");
  root.take();
  root.send("KICK #tea alice");
  assertEquals(codeOf(root), "482");
});
