/**
 * Clients that no one here wrote, each as its user has it: irssi in a terminal, WeeChat without a screen, and a bot on
 * irc-framework, whose package is loaded when the first bot starts.
 *
 * @module
 */
import { Transcription } from "./daemon.ts";
import { soon } from "./patience.ts";

const encoder = new TextEncoder();

/**
 * Neither in the settings of the project nor in its lock file, and a variable: whoever only runs the program or its other tests
 * shall not fetch this package and its sixty others.
 */
const FRAMEWORK: string = "npm:irc-framework@4.14.0";

/** What any client can be asked to do. Rooms and nicks are as IRC has them. */
export interface Client extends AsyncDisposable {
  join(room: string): Promise<void>;
  talk(target: string, text: string): Promise<void>;
  nick(nick: string): Promise<void>;
  topic(room: string, text: string): Promise<void>;
  mode(room: string, modes: string): Promise<void>;
  kick(room: string, nick: string, reason: string): Promise<void>;
  ban(room: string, mask: string): Promise<void>;
  /** `null` is back. */
  away(text: string | null): Promise<void>;
  reconnect(): Promise<void>;
  /** Settles when it has shown what stands in a room or comes from a nick. */
  hears(place: string, text: string): Promise<void>;
}

/** With what a client logs in, and how. */
export interface SaslLogin {
  readonly account: string;
  readonly password: string;
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256";
}

/** Whether all these programs run here. */
export async function areInstalled(...programs: readonly string[]): Promise<boolean> {
  for (const program of programs) {
    try {
      await new Deno.Command(program, { args: ["--version"] }).output();
    } catch {
      return false;
    }
  }
  return true;
}

/** A client that understands lines with a slash. */
abstract class Typist implements Client {
  /** Types a line. */
  abstract type(line: string): Promise<void>;
  abstract hears(place: string, text: string): Promise<void>;
  abstract reconnect(): Promise<void>;
  abstract [Symbol.asyncDispose](): Promise<void>;

  join(room: string): Promise<void> {
    return this.type(`/join ${room}`);
  }

  talk(target: string, text: string): Promise<void> {
    return this.type(`/msg ${target} ${text}`);
  }

  nick(nick: string): Promise<void> {
    return this.type(`/nick ${nick}`);
  }

  topic(room: string, text: string): Promise<void> {
    return this.type(`/topic ${room} ${text}`);
  }

  mode(room: string, modes: string): Promise<void> {
    return this.type(`/mode ${room} ${modes}`);
  }

  kick(room: string, nick: string, reason: string): Promise<void> {
    return this.type(`/kick ${room} ${nick} ${reason}`);
  }

  ban(room: string, mask: string): Promise<void> {
    return this.type(`/ban ${room} ${mask}`);
  }

  away(text: string | null): Promise<void> {
    return this.type(text === null ? "/away" : `/away ${text}`);
  }
}

/** What irssi reads of a network where it logs in. */
function networkOf(port: number, login: SaslLogin | undefined): string {
  if (login === undefined) return "";
  const { account, password, mechanism } = login;
  return `chatnets = { tea = { type = "IRC"; sasl_mechanism = "${mechanism}"; ` +
    `sasl_username = "${account}"; sasl_password = "${password}"; }; };\n` +
    `servers = ( { address = "127.0.0.1"; port = "${port}"; chatnet = "tea"; } );\n`;
}

/** A person at irssi, in a terminal. */
export class Irssi extends Typist {
  readonly #home: string;
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  /** All that it drew. A text that it shows stands in it as one piece. */
  readonly drawn: Transcription;

  private constructor(home: string, child: Deno.ChildProcess) {
    super();
    this.#home = home;
    this.#child = child;
    this.#keys = child.stdin.getWriter();
    this.drawn = new Transcription(child.stdout);
  }

  static async start(port: number, nick: string, login?: SaslLogin): Promise<Irssi> {
    const home = await Deno.makeTempDir();
    // A new window is shown at once: the lobby's, and that of a private talk. Lines need not wait for each other.
    const settings = 'settings = { "fe-common/core" = { window_auto_change = "yes"; };\n' +
      '  "irc/core" = { cmds_max_at_once = "100"; cmd_queue_speed = "1msec"; }; };\n';
    const server = login === undefined ? "127.0.0.1" : "tea";
    await Deno.writeTextFile(`${home}/config`, settings + networkOf(port, login));
    const irssi = `irssi --home=${home} -c ${server} -p ${port} -n ${nick}`;
    const child = new Deno.Command("script", {
      args: ["-qfec", `stty cols 120 rows 40; echo "pid=$$;"; exec ${irssi}`, "/dev/null"],
      env: { TERM: "xterm", SHELL: "/bin/sh" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    return new Irssi(home, child);
  }

  override async type(line: string): Promise<void> {
    const typed = this.#keys.write(encoder.encode(`${line}\r`));
    await soon(`irssi to read "${line}"`, typed, () => this.drawn.text);
  }

  /** A talk is shown in its own window only. */
  override async hears(place: string, text: string): Promise<void> {
    await this.type(`/window goto ${place}`);
    await this.shows(text);
  }

  override reconnect(): Promise<void> {
    return this.type("/reconnect");
  }

  /** It says that one is back only if it knows that one was away. */
  override async away(text: string | null): Promise<void> {
    await super.away(text);
    if (text !== null) await this.shows("zZzZ"); // in its status line
  }

  async shows(text: string): Promise<void> {
    await this.drawn.until(text);
  }

  kill(): void {
    Deno.kill(Number(/pid=(\d+);/.exec(this.drawn.text)?.[1]), "SIGKILL");
  }

  /** Settles when it has ended. */
  async ended(): Promise<void> {
    await soon("irssi's end", this.#child.status, () => this.drawn.text);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.drawn.done;
    await this.#keys.close().catch(() => {});
    const remove = (): Promise<void> => Deno.remove(this.#home, { recursive: true });
    await remove().catch(remove); // irssi hears of its terminal's end only now, and may still write
  }
}

/** Where WeeChat writes what it shows, in its folder. */
const LOGS = "logs";

/** WeeChat without a screen: it is told what to do through a pipe, and what it understood stands in its logs. */
export class WeeChat extends Typist {
  readonly #home: string;
  readonly #child: Deno.ChildProcess;
  /** Open from the first line on that is typed. */
  #pipe: Deno.FsFile | null = null;

  private constructor(home: string, child: Deno.ChildProcess) {
    super();
    this.#home = home;
    this.#child = child;
  }

  static async start(port: number, nick: string, login?: SaslLogin): Promise<WeeChat> {
    const home = await Deno.makeTempDir();
    await Deno.mkdir(`${home}/${LOGS}`); // to be watched before there are any
    const sasl = login === undefined ? [] : [
      `/set irc.server_default.sasl_mechanism ${login.mechanism.toLowerCase()}`,
      `/set irc.server_default.sasl_username ${login.account}`,
      `/set irc.server_default.sasl_password ${login.password}`,
    ];
    const commands = [
      ...sasl,
      `/set fifo.file.path "${home}/fifo"`,
      "/set logger.file.flush_delay 0",
      "/set irc.look.temporary_servers on",
      '/set irc.server_default.capabilities "*"',
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

  /**
   * The pipe from which it reads what is typed, opened once for all, and for reading too: to open it for writing alone would wait
   * until WeeChat reads, and that opens its own end anew after each writer that closes. What is for a window that is not there
   * yet would be lost.
   *
   * @throws If there is none, which is the work of a plugin.
   */
  async #open(): Promise<Deno.FsFile> {
    if (this.#pipe !== null) return this.#pipe;
    await this.logs("127.0.0.1.#lobby", "has joined #lobby");
    try {
      return this.#pipe = await Deno.open(`${this.#home}/fifo`, { read: true, write: true });
    } catch (error) {
      const why = "WeeChat has made no pipe. Is its plugin fifo installed? Debian has it in " +
        `weechat-plugins.\n${this.#ownLog()}`;
      throw new Error(why, { cause: error });
    }
  }

  /** What it says of itself. */
  #ownLog(): string {
    try {
      return Deno.readTextFileSync(`${this.#home}/weechat.log`);
    } catch {
      return "It has written no log.";
    }
  }

  /** Waits until the log of a room, a private talk or (`server.127.0.0.1`) the server has this. */
  async logs(place: string, text: string): Promise<string> {
    const file = `${this.#home}/${LOGS}/irc.${place}.weechatlog`;
    let log = "";
    const read = (): boolean => {
      try {
        log = Deno.readTextFileSync(file);
      } catch {
        // Not there yet.
      }
      return log.includes(text);
    };
    // Not all of its folder: who watches a pipe waits until somebody writes to it.
    const watcher = Deno.watchFs(`${this.#home}/${LOGS}`);
    const wait = async (): Promise<void> => {
      if (read()) return;
      for await (const _ of watcher) if (read()) return;
    };
    try {
      await soon(`"${text}" in ${file}`, wait(), () => `${log}\n${this.#ownLog()}`);
    } finally {
      watcher.close();
    }
    return log;
  }

  override async hears(place: string, text: string): Promise<void> {
    await this.logs(`127.0.0.1.${place}`, text);
  }

  override reconnect(): Promise<void> {
    return this.type("/reconnect 127.0.0.1");
  }

  /** Types a line in the window of the lobby. */
  override async type(line: string): Promise<void> {
    const pipe = await this.#open();
    const bytes = encoder.encode(`irc.127.0.0.1.#lobby *${line}\n`);
    await soon(`WeeChat to take "${line}"`, pipe.write(bytes), () => this.#ownLog());
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Its exit code, when it has ended. */
  async ended(): Promise<number> {
    return (await soon("WeeChat's end", this.#child.status)).code;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    this.#pipe?.close();
    await Deno.remove(this.#home, { recursive: true });
  }
}

/** A program that talks by itself, on irc-framework. */
export class Bot implements Client {
  readonly #client: IrcFrameworkClient;
  readonly #heard: string[] = [];
  #wake: () => void = () => {};

  private constructor(client: IrcFrameworkClient) {
    this.#client = client;
    client.on("message", ({ nick, target, message }) => {
      this.#hear(`${target} ${message}`);
      this.#hear(`${nick} ${message}`);
      if (message === "ping?") client.say(String(target), "pong!");
    });
    client.on("mode", ({ target, raw_modes, raw_params }) => {
      this.#hear(`${target} ${raw_modes} ${[raw_params].flat().join(" ")}`);
    });
    client.on("registered", () => this.#hear("* registered"));
    client.on("socket close", () => this.#hear("* closed"));
  }

  /** Connects with every capability that the library can use. */
  static async start(port: number, nick: string, login?: SaslLogin): Promise<Bot> {
    const { default: framework }: IrcFramework = await import(FRAMEWORK);
    const bot = new Bot(new framework.Client());
    bot.#client.connect({
      host: "127.0.0.1",
      port,
      nick,
      username: nick,
      gecos: nick,
      auto_reconnect: false,
      ...login === undefined ? {} : { account: login, sasl_mechanism: login.mechanism },
      enable_chghost: true,
      enable_setname: true,
      enable_echomessage: true,
    });
    await bot.hears("*", "registered");
    return bot;
  }

  /** The capabilities that it has switched on. */
  get capabilities(): readonly string[] {
    return this.#client.network.cap.enabled;
  }

  #hear(line: string): void {
    this.#heard.push(line);
    this.#wake();
  }

  async hears(place: string, text: string): Promise<void> {
    const wait = async (): Promise<void> => {
      while (!this.#heard.some((line) => line.startsWith(`${place} `) && line.includes(text))) {
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    };
    await soon(`"${text}" in ${place}`, wait(), () => this.#heard.join("\n"));
  }

  join(room: string): Promise<void> {
    return this.#do((client) => client.join(room));
  }

  talk(target: string, text: string): Promise<void> {
    return this.#do((client) => client.say(target, text));
  }

  nick(nick: string): Promise<void> {
    return this.#do((client) => client.changeNick(nick));
  }

  topic(room: string, text: string): Promise<void> {
    return this.#do((client) => client.setTopic(room, text));
  }

  mode(room: string, modes: string): Promise<void> {
    return this.#do((client) => client.mode(room, modes));
  }

  kick(room: string, nick: string, reason: string): Promise<void> {
    return this.#do((client) => client.raw("KICK", room, nick, reason));
  }

  ban(room: string, mask: string): Promise<void> {
    return this.#do((client) => client.ban(room, mask));
  }

  away(text: string | null): Promise<void> {
    return this.#do((client) => text === null ? client.raw("AWAY") : client.raw("AWAY", text));
  }

  async reconnect(): Promise<void> {
    await this.#leave();
    this.#heard.length = 0;
    this.#client.connect();
    await this.hears("*", "registered");
  }

  async #leave(): Promise<void> {
    this.#client.quit("I come back");
    await this.hears("*", "closed");
  }

  #do(action: (client: IrcFrameworkClient) => void): Promise<void> {
    action(this.#client);
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#heard.length = 0;
    await this.#leave();
  }
}
