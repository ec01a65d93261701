/**
 * What may not be seen is not seen: two worlds that differ only in a secret are the same to an outsider, whatever it sends.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { CAPABILITIES, CLIENT_COMMANDS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

/** What ends the session, or waits for a hash or a file. */
const LEFT_OUT: ReadonlySet<string> = new Set(["OPER", "QUIT", "REHASH", "RESTART"]);
const VERBS = CLIENT_COMMANDS.filter((verb) => !LEFT_OUT.has(verb));
const HOST = "somewhere.cloaked";

/** One of the two worlds. Eve is the outsider. */
interface World {
  readonly node: TestNode;
  readonly people: Readonly<Record<"alice" | "bob" | "eve" | "ghost", TestPeer | null>>;
  /** Which of the two it is: what is hidden is there, or is the second one, in the world `true`. */
  readonly is: boolean;
}

/** A thing to hide. */
interface Secret {
  readonly name: string;
  readonly address?: (is: boolean) => string;
  /** What people do before eve begins, and from time to time after. */
  readonly begin: (is: boolean) => readonly string[];
  readonly live: (is: boolean) => readonly string[];
  /** Words of eve's that have to do with it. */
  readonly words: string;
  /** What eve would send who looks for it. */
  readonly asks: readonly string[];
  /** What eve does not send, for it may tell her. */
  readonly tells?: RegExp;
}

const SECRETS: readonly Secret[] = [
  {
    name: "SEE-2 a channel with mode s",
    begin: (is) =>
      is
        ? [
          "alice JOIN #secret",
          "bob JOIN #secret",
          "alice MODE #secret +sk tealeaf",
          "alice TOPIC #secret :the plan",
          "alice METADATA #secret SET status :plotting",
          "alice MODE #pub +f #secret",
        ]
        : [],
    live: (is) =>
      [
        "alice PRIVMSG #secret :psst",
        "alice NOTICE @#secret :psst",
        "alice TOPIC #secret :another plan",
        "alice MODE #secret +b eve",
        "alice MODE #secret -b eve",
        "alice MODE #secret +mCU",
        "alice MODE #secret -mCU",
        "alice MODE #secret +v bob",
        "alice MODE #secret +i",
        "alice METADATA #secret SET status :ready",
        "alice INVITE bob #secret",
        "alice KICK #secret bob",
        "bob PART #secret",
        "bob JOIN #secret tealeaf",
      ].map((line) => is ? line : ""),
    words: "#secret #SECRET #sec* *secret* @#secret +#secret #secret,#pub tealeaf !#s* !*secret",
    asks: [
      "MODE #pub",
      "MODE #secret",
      "MODE #secret +b",
      "MODE #mine +f #secret",
      "NAMES #secret",
      "TOPIC #secret",
      "WHO #secret",
      "WHO alice",
      "WHOIS alice",
      "LIST >0,C<1",
      "PRIVMSG #secret :hi",
      "PRIVMSG @#secret :\x01PING\x01",
      "TAGMSG #secret",
      "METADATA #secret LIST",
      "METADATA #secret SUB status",
      "KICK #secret alice",
      "PART #secret",
      "INVITE bob #secret",
      "REDACT #secret x",
    ],
    tells: /^(?:JOIN|RENAME) .*#secret/i,
  },
  {
    name: "SEE-3 SEE-1 a user with mode i",
    begin: (is) => is ? ["ghost MODE ghost +i", "ghost JOIN #pub", "alice MODE #pub +v ghost"] : [],
    live: (is) =>
      [
        "ghost PRIVMSG #pub :boo",
        "ghost AWAY :dead",
        "ghost AWAY",
        "ghost SETNAME :Casper",
        "ghost METADATA * SET status :boo",
        "ghost PART #pub",
        "ghost JOIN #pub",
        "alice MODE #pub -v ghost",
      ].map((line) => is ? line : ""),
    words: "gh* gh?st *ghost* ~ghost ~gh* *!~ghost@* crypt.cloaked *@crypt* Casper boo dead",
    asks: [
      "WHO *",
      "WHO #pub",
      "WHO gh* %tcuihsnfdlaor,1",
      "NAMES #pub",
      "LIST #pub",
      "LIST >2",
      "METADATA #pub SYNC",
      "METADATA * SUB status",
      "MONITOR S",
    ],
    tells: /^(?:JOIN .*#pub|WHO \$\*)/i,
  },
  {
    name: "SEE-4 NAME-2 an address",
    address: (is) => is ? "203.0.113.77" : "198.51.100.1",
    begin: () => [],
    live: () => ["bob JOIN #mine", "bob PART #mine", "bob PRIVMSG #mine :hi", "bob USERIP bob"],
    asks: [
      "WHO bob %i",
      "WHO 203.*",
      "USERIP alice bob",
      "USERHOST bob",
      "WHOIS bob bob",
      "WHOWAS bob",
      "MODE #mine +b *!*@203.0.113.77",
      "MODE #mine +b *!*@203.*",
      "PRIVMSG $* :hi",
    ],
    words:
      "203.0.113.77 203.* *@203.0.113.* *!*@203.0.113.77 198.51.100.1 *@198.* +b -b +e +I +b+b",
  },
  {
    name: "SEE-4 MODE-1 the key of a channel",
    begin: (is) => [`alice MODE #pub +k ${is ? "tealeaf" : "teapot"}`],
    live: () => ["alice MODE #pub", "alice INVITE bob #pub", "alice TOPIC #pub :new"],
    asks: [
      "MODE #pub",
      "MODE #pub +k",
      "MODE #pub -k tea",
      "JOIN #pub",
      "JOIN #pub tea",
      "LIST",
      "WHO #pub",
    ],
    words: "#pub #PUB tea tea* te?pot +k -k",
  },
];

/** A world as eve finds it: #pub, where alice rules, and #mine, where eve does and alice is too. */
async function newWorld(secret: Secret, is: boolean, hasCapabilities: boolean): Promise<World> {
  const node = new TestNode();
  const address = secret.address?.(is) ?? "198.51.100.1";
  const [alice, bob] = ["alice", "bob"].map((nick) => node.open(address, HOST).register(nick)) as [
    TestPeer,
    TestPeer,
  ];
  const hasGhost = is && secret.begin(is).some((line) => line.startsWith("ghost"));
  const ghost = hasGhost ? node.open("203.0.113.5", "crypt.cloaked").register("ghost") : null;
  const eve = node.user("eve");
  const world = { node, people: { alice, bob, eve, ghost }, is };
  if (hasCapabilities) {
    for (const name of Object.keys(CAPABILITIES)) eve.send(`CAP REQ ${name}`);
  }
  for (const peer of [alice, bob]) peer.send("JOIN #pub");
  alice.send("TOPIC #pub :open to all");
  for (const peer of [eve, alice]) peer.send("JOIN #mine");
  for (const line of secret.begin(is)) await act(world, line);
  eve.take();
  return world;
}

/** Lets somebody send a line: `alice JOIN #tea`. */
async function act({ people }: World, line: string): Promise<void> {
  const [who = "", ...rest] = line.split(" ");
  if (line !== "") await people[who as keyof World["people"]]?.sendAndWait(rest.join(" "));
}

/** What eve has received, without what is allowed to differ: ids, and the counts of LUSERS. */
function received({ people: { eve } }: World): string[] {
  return (eve?.take() ?? []).filter((line) => !/^(?:@\S+ )?:\S+ (?:25[1-5]|26[56]) /.test(line))
    .map((line) =>
      line.replace(/\b(batch|msgid)=[^; ]+/g, "$1").replace(/^((?:@\S+ )?:\S+ BATCH [+-])\S+/, "$1")
    );
}

const COMMON_WORDS =
  ("alice bob eve nobody #pub #mine #none * $* 0 +o -o +v +i -i +l +f +s -s + - C L S u m k o a* " +
    "%tcuihsnfdlaor,1 o%nf >0 >1 <3 C<1 T<9 1 5 chatd.test SET GET LIST SUB SYNC CLEAR status LS REQ " +
    "+bl+k eva").split(" ");

for (const secret of SECRETS) {
  Deno.test(`${secret.name} makes no difference to what an outsider receives`, async () => {
    const word = fc.oneof(
      fc.constantFrom(...COMMON_WORDS),
      fc.constantFrom(...secret.words.split(" ")),
    );
    const command = fc.tuple(
      fc.constantFrom("", "", "@label=x "),
      fc.constantFrom(...VERBS),
      fc.array(word, { minLength: 0, maxLength: 4 }),
      fc.constantFrom("", "", " :some text"),
    ).filter(([, verb, words]) => secret.tells?.test(`${verb} ${words.join(" ")}`) !== true)
      .map(([tag, verb, words, text]) => `${tag}${[verb, ...words].join(" ")}${text}`);
    const step = fc.oneof(
      { weight: 3, arbitrary: command },
      { weight: 2, arbitrary: fc.constantFrom(...secret.asks) },
      { weight: 1, arbitrary: fc.nat(secret.live(true).length - 1) },
    );
    const all = fc.array(step, { minLength: 10, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), all, async (caps, steps) => {
        const [one, other] = [
          await newWorld(secret, false, caps),
          await newWorld(secret, true, caps),
        ];
        for (const step of steps) {
          for (const world of [one, other]) {
            await act(
              world,
              typeof step === "string" ? `eve ${step}` : secret.live(world.is)[step] ?? "",
            );
          }
          assertEquals(received(other), received(one), String(step));
        }
      }),
      { numRuns: 150 },
    );
  });
}
