/**
 * Secrets: whatever goes wrong with a password or a key, no answer repeats it, nobody else sees it, and no log has it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { CAPABILITIES } from "../../protocol/mod.ts";
import { TestNode } from "../support/node.ts";

/** What a bystander sees of everything, without echoes. */
const OTHERS = Object.keys(CAPABILITIES).filter((name) => name !== "echo-message");
const SECRET = "hunter2";
/** Where a password or a key may stand, rightly or by mistake; `!` is the secret. */
const LINES = [
  "PASS !",
  "PASS alice:!",
  "PASS ! !",
  "OPER !",
  "OPER root !",
  "OPER ! root",
  "OPER root wrong !",
  "AUTHENTICATE !",
  "AUTHENTICATE PLAIN !",
  "REGISTER !",
  "REGISTER * !",
  "REGISTER * * !",
  "REGISTER * ! !",
  "REGISTER bob * !",
  "REGISTER bob bob@example.org !",
  "VERIFY !",
  "VERIFY alice !",
  "VERIFY * !",
  "WEBIRC !",
  "WEBIRC ! gateway host 192.0.2.7",
  "WEBIRC ! gateway host address",
  "JOIN #vault !",
  "JOIN #none,#vault !,!",
  "MODE #vault +k !",
  "MODE #vault -k !",
  "MODE #mine +k !,!",
  "MODE #mine +k :! !",
  "MODE #mine +kl ! !",
  "MODE #mine +lk ! 5",
  "MODE #mine +Hk ! 5",
  "MODE #mine +fk ! #mine",
  "MODE #mine +ok ! rob",
  "MODE #mine -k+k ! !,",
  ..."NickServ ChanServ NS NICKSERV CS".split(" ").flatMap((name) => {
    const to = /Serv/.test(name) ? `PRIVMSG ${name} :` : `${name} `;
    return [
      "!",
      "IDENTIFY !",
      "IDENTIFY alice !",
      "IDENTIFY alice wrong !",
      "IDENTFY !",
      "REGISTER !",
      "REGISTER alice !",
      "PASSWD !",
      "PASSWD ! !",
      "SET PASSWORD !",
      "SET ! !",
      "DROP !",
      "HELP !",
      "ACCESS #mine ADD bob !",
    ].map((text) => to + text);
  }),
  "@label=x NS IDENTIFY !",
  "TAGMSG NickServ !",
  "NOTICE NickServ :IDENTIFY !",
];
/** Where what is written is the name of a channel, and no secret. */
const NAMES = /(?:ChanServ :|CS )(?:DROP|REGISTER) !$/;

const STAGES = ["before registration", "after registration", "logged in"] as const;

for (const stage of STAGES) {
  Deno.test(`REPLY-6 no answer and no log repeats a password or a key: ${stage}`, async () => {
    for (const line of LINES.filter((line) => !NAMES.test(line))) {
      const node = new TestNode();
      for (const name of ["alice", "bob"]) {
        await node.store.accounts.register(name, "correct horse battery", 1);
      }
      const carol = node.user("carol", OTHERS);
      carol.send("JOIN #vault");
      carol.send("MODE #vault +k tealeaf");
      const peer = node.open();
      peer.send("CAP REQ :batch labeled-response standard-replies sasl draft/account-registration");
      if (stage === "logged in") peer.session.account = "bob";
      if (stage !== "before registration") {
        peer.register(stage === "logged in" ? "bob" : "rob");
        peer.send("CAP END");
        peer.send("JOIN #mine");
      }
      peer.take();
      carol.take();
      await peer.sendAndWait(line.replaceAll("!", SECRET));
      // Who sets a key tells it to the members.
      const heard = [...peer.take(), ...carol.take()].filter((line) =>
        !/ MODE #mine \+kl? /.test(line)
      );
      assertEquals(heard.filter((line) => line.includes(SECRET)), [], line);
      const logged = node.log.entries.filter((entry) => JSON.stringify(entry).includes(SECRET));
      assertEquals(logged, [], line);
    }
  });
}
