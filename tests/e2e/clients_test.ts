/**
 * Clients that no one here wrote: irssi and WeeChat join, talk with `chatd join` and with each other, and leave. A task of
 * its own (`deno task test:clients`), for not every machine has them; where one is missing its tests are ignored, and their
 * names say so.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Transcription } from "../support/daemon.ts";
import { soon, TestChat } from "../support/join.ts";

const encoder = new TextEncoder();

/** Whether all these programs run here. */
async function areInstalled(...programs: readonly string[]): Promise<boolean> {
  for (const program of programs) {
    try {
      await new Deno.Command(program, { args: ["--version"] }).output();
    } catch {
      return false;
    }
  }
  return true;
}

/** A person at irssi, in a terminal. */
class Irssi implements AsyncDisposable {
  readonly #home: string;
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  /** All that it drew. A text that it shows stands in it as one piece. */
  readonly drawn: Transcription;

  private constructor(home: string, child: Deno.ChildProcess) {
    this.#home = home;
    this.#child = child;
    this.#keys = child.stdin.getWriter();
    this.drawn = new Transcription(child.stdout);
  }

  static async start(port: number, nick: string): Promise<Irssi> {
    const home = await Deno.makeTempDir();
    // A new window is shown at once: the lobby's, and that of a private talk. Lines need not wait for each other.
    const settings = 'settings = { "fe-common/core" = { window_auto_change = "yes"; };\n' +
      '  "irc/core" = { cmds_max_at_once = "100"; cmd_queue_speed = "1msec"; }; };\n';
    await Deno.writeTextFile(`${home}/config`, settings);
    const irssi = `irssi --home=${home} -c 127.0.0.1 -p ${port} -n ${nick}`;
    const child = new Deno.Command("script", {
      args: ["-qfec", `stty cols 120 rows 40; echo "pid=$$;"; exec ${irssi}`, "/dev/null"],
      env: { TERM: "xterm", SHELL: "/bin/sh" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    return new Irssi(home, child);
  }

  async type(line: string): Promise<void> {
    await this.#keys.write(encoder.encode(`${line}\r`));
  }

  async shows(text: string): Promise<void> {
    await soon(this.drawn.until(text), () => this.drawn.text);
  }

  kill(): void {
    Deno.kill(Number(/pid=(\d+);/.exec(this.drawn.text)?.[1]), "SIGKILL");
  }

  /** Settles when it has ended. */
  async ended(): Promise<void> {
    await soon(this.#child.status);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.drawn.done;
    await this.#keys.close().catch(() => {});
    await Deno.remove(this.#home, { recursive: true });
  }
}

/** WeeChat without a screen: it is told what to do through a pipe, and what it understood stands in its logs. */
class WeeChat implements AsyncDisposable {
  readonly #home: string;
  readonly #child: Deno.ChildProcess;

  private constructor(home: string, child: Deno.ChildProcess) {
    this.#home = home;
    this.#child = child;
  }

  static async start(port: number, nick: string): Promise<WeeChat> {
    const home = await Deno.makeTempDir();
    const commands = [
      `/set fifo.file.path "${home}/fifo"`,
      "/set logger.file.flush_delay 0",
      "/set irc.look.temporary_servers on",
      // Lines need not wait for each other. The names changed with version 4; what is unknown does nothing.
      "/set irc.server_default.anti_flood 0",
      "/set irc.server_default.anti_flood_prio_high 0",
      "/set irc.server_default.anti_flood_prio_low 0",
      `/connect irc://${nick}@127.0.0.1:${port}`,
    ];
    const child = new Deno.Command("weechat-headless", {
      args: [
        "-d",
        home,
        "-s",
        "-P",
        "irc,fifo,logger",
        ...commands.flatMap((each) => ["-r", each]),
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new WeeChat(home, child);
  }

  /** Waits until the log of a room, a private talk or (`server.127.0.0.1`) the server has this. */
  async logs(place: string, text: string): Promise<string> {
    const file = `${this.#home}/logs/irc.${place}.weechatlog`;
    const read = async (): Promise<string> => {
      try {
        return await Deno.readTextFile(file);
      } catch {
        return ""; // not there yet
      }
    };
    const watcher = Deno.watchFs(this.#home);
    const wait = async (): Promise<string> => {
      for await (const _ of watcher) {
        const log = await read();
        if (log.includes(text)) return log;
      }
      return await read();
    };
    try {
      const log = await read();
      return log.includes(text) ? log : await soon(wait(), () => `"${text}" is not in ${file}`);
    } finally {
      watcher.close();
    }
  }

  /** Types a line in the window of the lobby. */
  async type(line: string): Promise<void> {
    await Deno.writeTextFile(`${this.#home}/fifo`, `irc.127.0.0.1.#lobby *${line}\n`, {
      create: false,
      append: true,
    });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Its exit code, when it has ended. */
  async ended(): Promise<number> {
    return (await soon(this.#child.status)).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await Deno.remove(this.#home, { recursive: true });
  }
}

const hasIrssi = await areInstalled("irssi", "script");
const hasWeeChat = await areInstalled("weechat-headless");
const noIrssi = hasIrssi ? "" : " (IGNORED: irssi or script is not installed)";
const noWeeChat = hasWeeChat ? "" : " (IGNORED: weechat-headless is not installed)";

Deno.test({
  name: `irssi joins, talks both ways with chatd join, and quits${noIrssi}`,
  ignore: !hasIrssi,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await using irssi = await Irssi.start(chat.daemon.port, "irene");
    await ann.until("server: irene joined the chat!");
    await irssi.shows("#lobby");
    await ann.type("hello irene, this is a sentence");
    await irssi.shows("hello irene, this is a sentence");
    await irssi.type("/msg #lobby hello ann, nice day");
    await ann.until("irene: hello ann, nice day");
    await irssi.type("/action #lobby waves");
    await ann.until("* irene waves");
    await irssi.type("/nick iris");
    await ann.until("server: irene is now known as iris.");
    await ann.type("/dm iris just between us");
    await irssi.shows("just between us");
    await irssi.type("/msg ann our secret");
    await ann.until("iris: our secret");
    await ann.type("/bc everybody hears this");
    await irssi.shows("everybody hears this");
    await irssi.type("/msg nobody-here hi");
    await irssi.shows("No such nick/channel"); // its own words for 401
    await irssi.type("/quit see you");
    await ann.until("server: iris is quitting.");
    await irssi.ended();
    assertEquals(await ann.lines(), []);
  },
});

Deno.test({
  name: `irssi that is killed has lost its connection${noIrssi}`,
  ignore: !hasIrssi,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await using irssi = await Irssi.start(chat.daemon.port, "irene");
    await ann.until("server: irene joined the chat!");
    irssi.kill();
    assertEquals(await ann.until("server: irene has lost its connection."), [
      "server: irene has lost its connection.",
    ]);
    assertEquals(await ann.lines(), []);
  },
});

Deno.test({
  name: `WeeChat joins, talks both ways with chatd join, and is killed${noWeeChat}`,
  ignore: !hasWeeChat,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await using wee = await WeeChat.start(chat.daemon.port, "wendy");
    await ann.until("server: wendy joined the chat!");
    await wee.logs("127.0.0.1.#lobby", "has joined #lobby");
    await ann.type("hello wendy");
    await wee.logs("127.0.0.1.#lobby", "ann\thello wendy");
    await wee.type("hello ann");
    await ann.until("wendy: hello ann");
    await wee.type("/me waves");
    await ann.until("* wendy waves");
    await ann.type("/me waves back");
    await wee.logs("127.0.0.1.#lobby", "ann waves back");
    await ann.type("/dm wendy just between us");
    await wee.logs("127.0.0.1.ann", "ann\tjust between us");
    await wee.type("/msg ann our secret");
    await ann.until("wendy: our secret");
    await wee.type("/msg nobody-here hi");
    await wee.logs("server.127.0.0.1", 'User "nobody-here" is not connected to the server.');
    await ann.type("/bc everybody hears this");
    await wee.logs("127.0.0.1.ann", "everybody hears this");
    await wee.type("/join #tea");
    await wee.logs("127.0.0.1.#tea", "has joined #tea");
    await ann.lines();
    wee.kill();
    assertEquals(await ann.until("server: wendy has lost its connection."), [
      "server: wendy has lost its connection.",
    ]);
    assertEquals(await ann.lines(), []);
  },
});

Deno.test({
  name: `irssi, WeeChat and chatd join in one room: one quits, one is killed${noIrssi}${noWeeChat}`,
  ignore: !hasIrssi || !hasWeeChat,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await using wee = await WeeChat.start(chat.daemon.port, "wendy");
    await ann.until("server: wendy joined the chat!");
    await using irssi = await Irssi.start(chat.daemon.port, "irene");
    await ann.until("server: irene joined the chat!");
    await wee.logs("127.0.0.1.#lobby", "irene");
    await irssi.shows("#lobby");
    await wee.type("hello from WeeChat");
    await irssi.shows("hello from WeeChat");
    await irssi.type("/msg #lobby hello from irssi");
    await wee.logs("127.0.0.1.#lobby", "irene\thello from irssi");
    await ann.type("hello from ann");
    await irssi.shows("hello from ann");
    await wee.logs("127.0.0.1.#lobby", "ann\thello from ann");
    await ann.type("/users");
    assertEquals(await ann.lines(), [
      "wendy: hello from WeeChat",
      "irene: hello from irssi",
      "ann: hello from ann",
      "ann (you)",
      "irene",
      "wendy",
    ]);
    irssi.kill();
    await ann.until("server: irene has lost its connection.");
    assertStringIncludes(
      await wee.logs("127.0.0.1.#lobby", "has quit"),
      "has quit (Connection lost)",
    );
    await wee.type("/quit bye all");
    assertEquals(await ann.until("server: wendy is quitting."), ["server: wendy is quitting."]);
    assertEquals(await wee.ended(), 0);
    assertMatch(chat.daemon.log.text, /wendy has gone\..* text="Quit: bye all"/);
    assertEquals(await ann.lines(), []);
  },
});
