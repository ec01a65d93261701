import { assertEquals } from "@std/assert";
import { receive } from "../../../client/session.ts";
import { Standing } from "../../../client/standing.ts";
import { type Message, parseMessage } from "../../../protocol/message.ts";
import { message, welcomed } from "./support.ts";

const CAPABILITIES = ["echo-message", "labeled-response", "setname"];
const SUPPORT =
  ":chat 005 alice MONITOR=100 CHANMODES=beI,k,l,imnpst PREFIX=(ov)@+ :are supported by this server";
const ME = ":alice!~u@h";

/** alice's connections one after the other. */
class Stay {
  state = welcomed(CAPABILITIES);
  readonly standing = new Standing(this.state, "#lobby");
  readonly hidden: string[] = [];

  constructor() {
    this.take(SUPPORT, `${ME} JOIN #lobby`);
  }

  /** The client sends this for the user. */
  types(...lines: readonly string[]): this {
    for (const line of lines) {
      const { command, params } = parseMessage(line) as Message;
      this.standing.sent(command, params);
    }
    return this;
  }

  /** The server says this. Returns what is then sent. */
  take(...lines: readonly string[]): string[] {
    return lines.flatMap((line) => {
      if (this.standing.isOwnBusiness(message(line))) this.hidden.push(line);
      else receive(this.state, message(line));
      return this.standing.follow(message(line));
    });
  }

  /** The connection is lost, and there is another, as `nick`. */
  back(nick = "alice"): this {
    this.state = welcomed(CAPABILITIES);
    this.state.rooms.clear();
    this.state.nick = nick;
    this.standing.attach(this.state);
    this.take(SUPPORT);
    return this;
  }

  get rooms(): string[] {
    return this.standing.rooms.map(({ name, key }) => key === null ? name : `${name} ${key}`);
  }
}

Deno.test("Standing rooms with their keys, whatever way they came by them", () => {
  const alice = new Stay().types("JOIN #a,#vault,#b ,sesame", "JOIN #c wrong", "MODE #own +k mine");
  alice.take(
    `${ME} JOIN #a`,
    `${ME} JOIN #vault`,
    `${ME} JOIN #b`,
    ":chat 475 alice #c :Cannot join",
    `${ME} JOIN #own`,
    `${ME} MODE #own +nk *`,
    ":bob!b@h MODE #b +ok bob opened",
    ":chat 324 alice #a +ntk given",
  );
  assertEquals(alice.rooms, ["#a given", "#vault sesame", "#b opened", "#own mine"]);
  alice.take(":bob!b@h MODE #b -k *", ":bob!b@h RENAME #vault #safe :moved");
  assertEquals(alice.back().rooms, ["#a given", "#b", "#own mine", "#safe sesame"]);
});

Deno.test("Standing a room that was left is no more in it, nor one that lets nobody in", () => {
  const alice = new Stay();
  alice.take(
    ...["#a", "#b", "#c", "#d"].map((room) => `${ME} JOIN ${room}`),
    `${ME} PART #A`,
    ":bob!b@h KICK #b alice :go",
    ":bob!b@h KICK #c carol",
    ":bob!b@h PART #c",
  );
  assertEquals(alice.rooms, ["#c", "#d"]);
  alice.back().take(":chat 471 alice #c :full", ":chat 403 alice #nowhere :no");
  assertEquals(alice.rooms, ["#d"]);
});

Deno.test("Standing rooms survive a second loss before they were entered again", () => {
  const alice = new Stay().types("JOIN #vault sesame");
  alice.take(`${ME} JOIN #vault`);
  assertEquals(alice.back().back().rooms, ["#vault sesame"]);
});

Deno.test("Standing away, modes, real name, whom the user accepts and watches are told again", () => {
  const alice = new Stay().types(
    "AWAY :at tea",
    "MODE alice +wG-i",
    "MODE alice +o",
    "SETNAME :Alice L.",
    "ACCEPT bob,carol,-carol,*",
    "MONITOR + dave,erin",
    "MONITOR - erin",
  );
  assertEquals(alice.standing.tell("alice"), ["ACCEPT bob", "MONITOR + dave"]);
  alice.take(
    ":chat 306 alice :away",
    ":chat MODE alice +w-i",
    ":chat MODE alice :+r",
    `${ME} SETNAME :Alice L.`,
  );
  assertEquals(alice.back().standing.tell("alice"), [
    "AWAY :at tea",
    "MODE alice +w-i",
    "SETNAME :Alice L.",
    "ACCEPT bob",
    "MONITOR + dave",
  ]);
  alice.take(":chat 306 alice :away", ":chat MODE alice +w-i");
  // Taken back, by the user and by the server.
  alice.types("AWAY", "MONITOR C", "ACCEPT -bob");
  alice.take(":chat 305 alice :back", ":chat MODE alice -w");
  assertEquals(alice.back().standing.tell("alice"), ["MODE alice -i", "SETNAME :Alice L."]);
});

Deno.test("Standing a name in use is watched, taken when it is free, and watched no more", () => {
  const alice = new Stay().back("alice_");
  assertEquals(alice.standing.tell("alice"), ["MONITOR + alice"]);
  assertEquals(alice.take(":chat 730 alice_ alice!~u@h"), []);
  assertEquals(alice.take(":chat 731 alice_ alice"), ["NICK alice"]);
  assertEquals(alice.take(":chat 731 alice_ alice"), []);
  assertEquals(alice.take(":chat 433 alice_ alice :in use"), []);
  assertEquals(alice.take(":alice!x@y QUIT :bye"), ["NICK alice"]);
  assertEquals(alice.hidden.length, 4);
  assertEquals(alice.take(":alice_!~u@h NICK alice"), ["MONITOR - alice"]);
  assertEquals(alice.take(":chat 731 alice bob"), []);
  assertEquals(alice.hidden.length, 4);
});

Deno.test("Standing who takes another name wants the old one no more", () => {
  const alice = new Stay().types("MONITOR + Alice").back("alice_");
  assertEquals(alice.standing.tell("alice"), ["MONITOR + Alice", "MONITOR + alice"]);
  assertEquals(alice.take(":chat 730 alice_ alice!~u@h"), []);
  assertEquals(alice.hidden, []);
  assertEquals(alice.take(":alice_!~u@h NICK al"), []);
  assertEquals(alice.take(":chat 731 al alice", ":alice!x@y QUIT :bye"), []);
});

Deno.test("Standing a name that was never chosen is not wanted back", () => {
  assertEquals(new Stay().back("user2").standing.tell(null), []);
});

Deno.test("Standing without MONITOR the name is taken when its holder is seen to go", () => {
  const alice = new Stay();
  alice.back("alice_").state.isupport.delete("MONITOR");
  assertEquals(alice.standing.tell("alice"), []);
  assertEquals(alice.take(":alice!x@y NICK bob"), ["NICK alice"]);
  assertEquals(alice.take(":alice_!~u@h NICK alice"), []);
});

Deno.test("Standing the lobby is entered again by accounts alone, and left again by who has left it", () => {
  const alice = new Stay();
  assertEquals([alice.rooms, alice.standing.leftLobby], [[], false]);
  alice.state.account = "alice";
  assertEquals(alice.rooms, ["#lobby"]);
  alice.state.entered = true;
  alice.take(`${ME} PART #lobby`);
  assertEquals([alice.rooms, alice.standing.leftLobby], [[], true]);
  // The server puts alice there again, twice: she has left it all the same.
  alice.back().take(`${ME} JOIN #lobby`);
  assertEquals(alice.back().standing.leftLobby, true);
  alice.state.entered = true;
  alice.take(`${ME} PART #lobby`, `${ME} JOIN #lobby`);
  assertEquals(alice.standing.leftLobby, false);
});
