/**
 * The rule of client/target.ts, tried with the real chat in a terminal in memory: whatever the server does, no text reaches a
 * room that was not shown as the target when its first character was typed.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Chat } from "../../../client/chat.ts";
import { Targets, whyUnreachable } from "../../../client/target.ts";
import { TerminalUi } from "../../../client/terminal_ui.ts";
import { TIMING } from "./chat_support.ts";
import { type FakePeer, FakeServer, message } from "./support.ts";
import { MemoryTerminal, turns } from "./tui/support.ts";

const CAPABILITIES = "echo-message labeled-response draft/channel-rename";
const NICK = "alice";
const MASK = `${NICK}!~u@h`;
const LOBBY = "#lobby";
const ROOMS = ["#a", "#b", "#c", LOBBY] as const;

/** What the server makes of a wish to enter a room. */
type Verdict = "let in" | "refuse" | "forward" | "say nothing";

/** What happens next. Rooms are numbers: of those that there are, and if possible of those where it can happen. */
type Step =
  | { readonly does: "type" | "enter" | "empty" | "yank" | "recall" | "part" | "lose" }
  | { readonly does: "return"; readonly verdicts: Verdict[] }
  /** Goes to the line that was sent last and back, perhaps after another line was begun meanwhile. */
  | { readonly does: "glance"; readonly begins: boolean }
  | { readonly does: "join"; readonly rooms: readonly number[]; readonly verdicts: Verdict[] }
  | {
    readonly does: "kick" | "part by a device" | "join by a device" | "join again" | "rename";
    readonly room: number;
    readonly to: number;
  };

const VERDICT = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Verdict>("let in") },
  { weight: 3, arbitrary: fc.constantFrom<Verdict>("refuse", "forward", "say nothing") },
);
const ROOM = fc.nat(ROOMS.length - 1);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({ does: fc.constantFrom("type" as const, "enter" as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("join" as const),
      rooms: fc.array(ROOM, { minLength: 1, maxLength: 3 }),
      verdicts: fc.array(VERDICT, { minLength: 3, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom(
        "kick" as const,
        "part by a device" as const,
        "join by a device" as const,
        "join again" as const,
        "rename" as const,
      ),
      room: ROOM,
      to: ROOM,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom(
        "empty" as const,
        "yank" as const,
        "recall" as const,
        "part" as const,
        "lose" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("glance" as const), begins: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant("return" as const),
      verdicts: fc.array(VERDICT, { minLength: 3, maxLength: 3 }),
    }),
  },
);

/** The row being typed, as a person reads it. */
interface Row {
  /** The room of the prompt. */
  readonly room: string | null;
  /** The prompt says that what is typed goes there. */
  readonly isReachable: boolean;
  readonly text: string;
}

/** One person at a terminal, the server that they are on, and a witness of what was shown and of what was said. */
class World implements AsyncDisposable {
  readonly #server = new FakeServer();
  readonly #io = new MemoryTerminal(300, 8);
  readonly #ui = new TerminalUi(true, this.#io);
  readonly #chat: Chat;
  readonly #code: Promise<number>;
  #peer: FakePeer | null = null;
  #coming: FakePeer | null = null;
  #barrier = 0;
  #verdicts: Verdict[] = [];
  /** The rooms that the person is in, as they have been told. */
  readonly #rooms = new Set<string>();
  /**
   * By the first word of each line the room that was shown when it was begun, under the name that it has now as far as the
   * person has been told; `null` when there was none, or another room has its name.
   */
  readonly #shown = new Map<string, string | null>();
  /** The line is one that was remembered, or what came of it. */
  #isRecalled = false;
  /** Texts that have reached a room. */
  said = 0;

  constructor(room: string | null) {
    this.#chat = new Chat({
      address: { host: "127.0.0.1", port: this.#server.port, room },
      nick: NICK,
      password: null,
      credentials: null,
      history: 0,
      reconnect: true,
      interactive: true,
      timing: TIMING,
      random: () => 0,
    }, this.#ui);
    this.#ui.attach(this.#chat);
    this.#code = this.#chat.run();
  }

  /** `isEarly`: the person types before there is a room. */
  async start(isEarly: boolean): Promise<this> {
    this.#coming = await this.#server.accept();
    await turns();
    if (isEarly) await this.#type(this.#row(), "");
    await this.#return();
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#chat.quit();
    this.#peer?.close();
    this.#coming?.close();
    await this.#code;
    this.#ui.close();
    await this.#server[Symbol.asyncDispose]();
  }

  async take(step: Step): Promise<void> {
    const before = this.#row();
    switch (step.does) {
      case "type":
        return await this.#type(before, "");
      case "enter":
        return await this.#enter(before);
      case "empty":
        return await this.#keys("\x15");
      case "yank":
        return await this.#type(before, "\x19");
      case "recall":
        if (before.text === "") await this.#type(before, "\x1b[A");
        this.#isRecalled = true;
        return;
      case "glance":
        return await this.#glance(before, step.begins);
      case "part":
        await this.#keys("\x15/part\r");
        return;
      case "join":
        this.#verdicts = [...step.verdicts];
        await this.#keys(`\x15/join ${step.rooms.map((room) => ROOMS[room]).join(",")}\r`);
        this.#verdicts = [];
        if (this.#peer !== null) assertEquals(this.#row().room, ROOMS[step.rooms.at(-1)!]);
        return;
      case "lose":
        if (this.#peer === null) return;
        this.#peer.close();
        this.#peer = null;
        this.#coming = await this.#server.accept();
        this.#rooms.clear();
        break;
      case "return":
        if (this.#peer !== null) return;
        this.#verdicts = [...step.verdicts];
        await this.#return();
        this.#verdicts = [];
        break;
      default:
        if (this.#peer === null) return;
        this.#happen(step.does, step.room, step.to);
        await this.#exchange();
    }
    // No message of the server moves the target, of a line that is begun or of the next.
    const after = this.#row();
    const renamed = step.does === "rename" ? this.#renamed : null;
    // Who is not in the room of the prompt is not told of its new name; another may have taken its old one.
    const isRenamed = before.isReachable && before.room === renamed?.from;
    assertEquals([after.room, after.text], [isRenamed ? renamed!.to : before.room, before.text]);
    if (this.#peer !== null && after.isReachable) assert(this.#rooms.has(after.room!));
  }

  #renamed: { readonly from: string; readonly to: string } | null = null;

  #happen(does: Step["does"], roomNumber: number, to: number): void {
    const inside = [...this.#rooms].sort();
    const room = inside[roomNumber % inside.length];
    const outside = ROOMS.filter((name) => !this.#rooms.has(name));
    const other = outside[to % outside.length];
    this.#renamed = null;
    if (does === "join by a device" && other !== undefined) this.#letIn(other);
    if (room === undefined) return;
    if (does === "join again") this.#send(`:${MASK} JOIN ${room}`);
    if (does === "kick") this.#send(`:bob!~b@h KICK ${room} ${NICK} :out`);
    if (does === "part by a device") this.#send(`:${MASK} PART ${room}`);
    if (does === "kick" || does === "part by a device") this.#rooms.delete(room);
    if (does !== "rename" || other === undefined || room === LOBBY || other === LOBBY) return;
    this.#send(`:bob!~b@h RENAME ${room} ${other} :`);
    this.#rooms.delete(room);
    this.#rooms.add(other);
    this.#renamed = { from: room, to: other };
    for (const [word, shown] of this.#shown) {
      if (shown === room) this.#shown.set(word, other);
      else if (shown === other) this.#shown.set(word, null);
    }
  }

  #letIn(room: string): void {
    this.#rooms.add(room);
    this.#send(`:${MASK} JOIN ${room}`, `:chat 366 ${NICK} ${room} :End`);
  }

  async #return(): Promise<void> {
    const peer = this.#coming!;
    await peer.welcome(NICK, CAPABILITIES);
    this.#coming = null;
    this.#peer = peer;
    this.#rooms.add(LOBBY);
    await this.#exchange();
  }

  #send(...lines: readonly string[]): void {
    this.#peer?.send(...lines);
  }

  #row(): Row {
    const { line } = this.#io.screen.cursor;
    const found = /^(?:\[(not (?:yet )?in )?(#\S+)\] )?(alice>|\(offline\) >) ?(.*)$/.exec(line);
    assert(found !== null, `No prompt: ${line}`);
    const [, not, room = null, end, text = ""] = found;
    return { room, isReachable: room !== null && not === undefined && end === "alice>", text };
  }

  async #keys(keys: string): Promise<void> {
    if (keys.endsWith("\r")) this.#isRecalled = false;
    await this.#io.type(keys);
    await this.#exchange();
  }

  /** Types, after other keys that fill the line. A new line gets a word at its beginning by which it is known. */
  async #type(before: Row, keys: string): Promise<void> {
    if (keys !== "") await this.#keys(keys);
    if (before.text !== "") return await this.#keys("x");
    const word = `w${this.#shown.size}`;
    this.#shown.set(word, before.room);
    await this.#keys(`\x01${word} \x05`);
    assertEquals(this.#row().room, before.room);
  }

  async #glance(before: Row, begins: boolean): Promise<void> {
    // What a remembered line was changed to is not kept.
    if (before.text === "" || this.#isRecalled) return;
    await this.#keys("\x1b[A");
    if (this.#row().text === before.text) {
      this.#isRecalled = true; // Or there is nothing to go to.
      return;
    }
    if (begins) {
      await this.#keys("\x15");
      await this.#type(this.#row(), "");
    }
    await this.#keys("\x1b[B");
    assertEquals(this.#row(), { ...this.#row(), room: before.room, text: before.text });
  }

  async #enter(before: Row): Promise<void> {
    const { said } = this;
    await this.#keys("\r");
    if (before.text === "") return;
    assertEquals(this.said - said, before.isReachable ? 1 : 0, before.text);
    const after = this.#row();
    if (before.isReachable) assertEquals(after.text, "");
    else assertEquals([after.room, after.text], [before.room, before.text]);
  }

  /** Answers what has been sent, until nothing more comes. */
  async #exchange(): Promise<void> {
    while (this.#peer !== null) {
      const token = `barrier-${++this.#barrier}`;
      this.#send(`PING ${token}`);
      const lines = await this.#peer.before(`PONG ${token}`);
      if (lines.length === 0) break;
      for (const line of lines) this.#answer(line);
    }
    await turns();
  }

  #answer(line: string): void {
    const { command, params: [first = "", second = ""], tags } = message(line);
    const label = tags?.has("label") ? `@label=${tags.get("label")} ` : "";
    if (command === "PING") this.#send(`:chat PONG chat ${first}`);
    if (command === "PART") {
      if (this.#rooms.delete(first)) this.#send(`:${MASK} PART ${first}`);
      else this.#send(`:chat 442 ${NICK} ${first} :You are not in that room`);
    }
    if (command === "JOIN") {
      for (const room of first.split(",")) this.#judge(room, this.#verdicts.shift() ?? "let in");
    }
    if (command !== "PRIVMSG") return;
    this.said++;
    const word = second.split(" ")[0]!;
    assertEquals(first, this.#shown.get(word), `${second} was said in ${first}`);
    assert(this.#rooms.has(first), `${second} was said in ${first} from outside`);
    this.#send(`${label}:${MASK} PRIVMSG ${first} :${second}`);
  }

  #judge(room: string, verdict: Verdict): void {
    if (this.#rooms.has(room) || verdict === "say nothing") return;
    if (verdict === "let in") return this.#letIn(room);
    if (verdict === "refuse") return this.#send(`:chat 475 ${NICK} ${room} :Wrong key (+k)`);
    this.#send(`:chat 470 ${NICK} ${room} #cellar :Forwarded`);
    if (!this.#rooms.has("#cellar")) this.#letIn("#cellar");
  }
}

Deno.test("no text reaches a room that was not shown as the target when its first character was typed", async () => {
  let said = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.option(fc.constantFrom(...ROOMS)),
      fc.boolean(),
      fc.array(STEP, { maxLength: 40, size: "max" }),
      async (room, isEarly, steps) => {
        await using world = await new World(room).start(isEarly);
        for (const step of steps) await world.take(step);
        said += world.said;
      },
    ),
    { numRuns: 300, endOnFailure: true },
  );
  assert(said > 100, `Only ${said} texts were said at all`);
});

Deno.test("Targets are chosen by the user; before that the lobby is one", () => {
  const targets = new Targets();
  assertEquals(whyUnreachable(targets.current, true)?.startsWith("no room was chosen"), true);
  targets.offer("#tea");
  targets.offer("#lobby");
  assertEquals(targets.current, { name: "#lobby", reach: "here" });
  targets.settled(() => false);
  targets.offer("#tea");
  assertEquals(targets.current, { name: "#lobby", reach: "here" });
  targets.choose("#vault", false);
  targets.offer("#tea");
  targets.entered("#tea");
  assertEquals(targets.current, { name: "#vault", reach: "coming" });
});

Deno.test("Targets keep their lot over a loss: who was put out before comes not back by it", () => {
  const targets = new Targets();
  for (const name of ["#kicked", "#tea"]) targets.choose(name, true);
  const tea = targets.current;
  targets.choose("#kicked", true);
  targets.left("#kicked");
  targets.lost();
  assertEquals([tea?.reach, targets.current?.reach], ["coming", "gone"]);
  targets.entered("#TEA");
  targets.settled(() => false);
  assertEquals(tea, { name: "#TEA", reach: "here" });
});

Deno.test("Targets that nobody can remember are out of reach, however many there were", () => {
  const targets = new Targets();
  targets.choose("#first", true);
  const { current: first } = targets;
  for (let count = 0; count < 1000; count++) targets.choose(`#r${count}`, true);
  targets.entered("#first");
  assertEquals(first?.reach, "gone");
  assertEquals(targets.current, { name: "#r999", reach: "here" });
});
