import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ConfigError,
  formatAddress,
  type GivenFlags,
  keepFixed,
  loadConfig,
  plainPasswordWarnings,
  plainTextWarnings,
  type ServerConfig,
  settingsTable,
} from "../../../server/config.ts";
import { formatRange } from "../../../server/core/address.ts";
import { ALL_PRIVILEGES } from "../../../server/core/privileges.ts";
import { defaultDataFile } from "../../../server/store/location.ts";
import { LIMITS } from "../../../protocol/mod.ts";
import { SERVE_OPTIONS, SERVE_VARIABLES } from "../../../server/schema.ts";

const HASH = "$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$1Z6Zq1/Lq2XXtfAGl/KBxTZPnYaF1c5N";

interface Given {
  flags?: GivenFlags;
  env?: Record<string, string>;
  files?: Record<string, string>;
}

function load({ flags = {}, env = {}, files = {} }: Given): Promise<ServerConfig> {
  return loadConfig(flags, {
    env: (name) => ({ HOME: "/home/ann", ...env })[name],
    readTextFile(path) {
      const text = files[path];
      return text === undefined
        ? Promise.reject(new Deno.errors.NotFound(path))
        : Promise.resolve(text);
    },
  });
}

function loadFile(text: string): Promise<ServerConfig> {
  return load({ flags: { config: "etc/chatd.toml" }, files: { "etc/chatd.toml": text } });
}

async function refuses(given: Given, exitCode: number, message: string): Promise<void> {
  const error = await assertRejects(() => load(given), ConfigError);
  assertStringIncludes(error.message, message);
  assertEquals(error.exitCode, exitCode);
}

Deno.test("loadConfig() has defaults for all", async () => {
  const config = await load({});
  assertEquals(config.listen.map(formatAddress), ["127.0.0.1:6667", "[::1]:6667"]);
  assert(config.listenIsDefault);
  assert(config.motd.length > 0);
  assertEquals({ ...config, listen: 0, motd: 0 } as unknown, {
    listen: 0,
    motd: 0,
    file: null,
    listenIsDefault: true,
    listenProxy: [],
    data: defaultDataFile((name) => name === "HOME" ? "/home/ann" : undefined),
    durability: "process",
    history: true,
    historyForMs: 0,
    historyMax: 100_000,
    name: "chatd.local",
    network: "chatd",
    description: "chatd",
    admin: null,
    icon: null,
    password: null,
    nameTemplate: "user{n}",
    lobby: "#lobby",
    broadcast: "everyone",
    userModes: ["i"],
    registration: "open",
    clientTagDeny: "",
    casemapping: "ascii",
    console: null,
    logLevel: "info",
    logFormat: "text",
    pingAfterMs: 90_000,
    pongWithinMs: 30_000,
    graceMs: 0,
    alwaysOn: "opt-in",
    replay: 20,
    playback: 1000,
    redactWithinMs: 900_000,
    registerWithinMs: 30_000,
    maxClients: 10_000,
    sendqBytes: 2_097_152,
    floodRate: 10,
    operators: new Map(),
    trustedProxies: [],
    webircPassword: null,
  });
  assert(Object.isFrozen(config));
});

Deno.test("loadConfig() reads who runs the server, and the network's picture", async () => {
  const admin = async (text: string) => (await load({ env: { CHATD_ADMIN: text } })).admin;
  const email = "tea@example.org";
  assertEquals(await admin(email), { place: null, who: null, email });
  assertEquals(await admin(`Ann;${email}`), { place: null, who: "Ann", email });
  assertEquals(await admin(` Leeds ; Ann ; ${email} `), { place: "Leeds", who: "Ann", email });
  for (const text of ["Ann", `a;b;c;${email}`, `;${email}`, `${email};Ann`, "a b@c", ":@c"]) {
    await assertRejects(() => admin(text), ConfigError);
  }
  const icon = "https://example.org/a.svg?b=c";
  assertEquals((await load({ env: { CHATD_ICON: icon } })).icon, icon);
  for (
    const text of ["a.svg", "ftp://example.org/a", "https://a b", `https://${"a".repeat(200)}`]
  ) {
    await assertRejects(() => load({ env: { CHATD_ICON: text } }), ConfigError);
  }
});

Deno.test("loadConfig() reads what the server says of itself: without that, the network's name", async () => {
  const description = async (env: Record<string, string>) => (await load({ env })).description;
  assertEquals(await description({}), "chatd");
  assertEquals(await description({ CHATD_NETWORK: "tea" }), "tea");
  const longest = "é".repeat(LIMITS.DESCRIPTION.value / 2);
  for (const text of ["The tea house; open to all", longest]) {
    const env = { CHATD_NETWORK: "tea", CHATD_DESCRIPTION: text };
    assertEquals(await description(env), text);
  }
  for (const text of [" ", "a\nb", "a\x02b", `${longest}xx`]) {
    await assertRejects(() => description({ CHATD_DESCRIPTION: text }), ConfigError);
  }
});

Deno.test("loadConfig() prefers the flag to the variable to the file", async () => {
  const flags = { config: "f", name: "flag.example" };
  const env = { CHATD_NAME: "env.example", CHATD_NETWORK: "env" };
  const files = { f: 'name = "file.example"\nnetwork = "file"\nmax_clients = 7' };
  const config = await load({ flags, env, files });
  assertEquals(
    [config.name, config.network, config.maxClients],
    ["flag.example", "env", 7],
  );
});

Deno.test("loadConfig() reads every setting from text", async () => {
  const env = {
    CHATD_LISTEN: "0.0.0.0:1, [::]:2,:3,4,chat.example",
    CHATD_PASSWORD: "open",
    CHATD_NAME_TEMPLATE: "client{n}",
    CHATD_LOBBY: "none",
    CHATD_BROADCAST: "ops",
    CHATD_CONSOLE: "off",
    CHATD_LOG_LEVEL: "debug",
    CHATD_LOG_FORMAT: "json",
    CHATD_PING_AFTER: "0.25",
    CHATD_SENDQ: "64k",
    CHATD_FLOOD_RATE: "0",
    CHATD_MOTD: "",
  };
  const config = await load({ env });
  assertEquals(config.listen, [
    { hostname: "0.0.0.0", port: 1 },
    { hostname: "::", port: 2 },
    { hostname: "127.0.0.1", port: 3 },
    { hostname: "127.0.0.1", port: 4 },
    { hostname: "chat.example", port: 6667 },
  ]);
  assert(!config.listenIsDefault);
  assertEquals(config.password, "open");
  assertEquals(config.nameTemplate, "client{n}");
  assertEquals(config.lobby, null);
  assertEquals(config.broadcast, "ops");
  assertEquals(config.console, false);
  assertEquals([config.logLevel, config.logFormat], ["debug", "json"]);
  assertEquals(config.pingAfterMs, 250);
  assertEquals(config.sendqBytes, 65_536);
  assertEquals(config.floodRate, 0);
});

Deno.test("loadConfig() reads the modes that users begin with", async () => {
  for (const [text, modes] of [["+i", "i"], ["iw", "iw"], ["+RB", "RB"], ["none", ""]] as const) {
    assertEquals((await load({ env: { CHATD_USER_MODES: text } })).userModes.join(""), modes);
  }
});

Deno.test("loadConfig() reads the file's own types", async () => {
  const config = await loadFile(
    'listen = [":0", 5555]\nconsole = true\nping_after = 1.5\nsendq = 65536\n\n' +
      '[operators]\nroot = "toor"\n"ann.e" = "x:y"\n',
  );
  assertEquals(config.listen.map(({ port }) => port), [0, 5555]);
  assertEquals(config.console, true);
  assertEquals(config.pingAfterMs, 1500);
  assertEquals(config.sendqBytes, 65_536);
  assertEquals([...config.operators].map(([name, { password }]) => [name, password]), [
    ["root", "toor"],
    ["ann.e", "x:y"],
  ]);
});

Deno.test("loadConfig() OPER-1 gives an operator all privileges, or those that are named", async () => {
  const { operators } = await loadFile(
    `[operators]\nroot = "toor"\ncarl = { password = "x", privileges = [] }\n\n` +
      `[operators.ann]\npassword = "${HASH}"\nprivileges = ["wallops"]\n`,
  );
  assertEquals(Object.fromEntries(operators), {
    root: { password: "toor", privileges: ALL_PRIVILEGES },
    carl: { password: "x", privileges: [] },
    ann: { password: HASH, privileges: ["wallops"] },
  });
});

Deno.test("plainPasswordWarnings() OPER-3 names whose password is not hashed", () => {
  const operators = new Map([
    ["root", { password: "toor", privileges: [] }],
    ["ann", { password: HASH, privileges: [] }],
  ]);
  const [warning = "", ...others] = plainPasswordWarnings({ operators });
  assert(/ root .*chatd mkpasswd/.test(warning) && !warning.includes("toor"), warning);
  assertEquals(others, []);
});

Deno.test("loadConfig() takes the file's name from the variable too", async () => {
  const config = await load({ env: { CHATD_CONFIG: "f" }, files: { f: "max_clients = 3" } });
  assertEquals(config.maxClients, 3);
});

Deno.test("loadConfig() reads the greeting from beside the file, in lines that fit", async () => {
  const long = "word ".repeat(300);
  const files = {
    "etc/chatd.toml": 'motd = "motd.txt"',
    "etc/motd.txt": `\ufeffHello\r\n\n${long}\n${"é".repeat(300)}\n\n`,
  };
  const { motd } = await load({ flags: { config: "etc/chatd.toml" }, files });
  assertEquals(motd.slice(0, 2), ["Hello", ""]);
  assert(motd.every((line) => new TextEncoder().encode(line).length <= 400));
  assertEquals(motd.slice(2, -2).join(" "), long.trim());
  assertEquals(motd.slice(-2).join(""), "é".repeat(300));
});

for (
  const [flag, value] of [
    ["listen", ["nowhere:99999"]],
    ["listen", ["::1"]],
    ["listen", ["99999"]],
    ["listen", [""]],
    ["listen-proxy", ["::1"]],
    ["registration", "before-connect"],
    ["name", "two words"],
    ["name", ":x"],
    ["network", " "],
    ["network", "a\nb"],
    ["name-template", "user"],
    ["name-template", "{n}user"],
    ["lobby", "lobby"],
    ["lobby", "#"],
    ["broadcast", "all"],
    ["user-modes", "+o"],
    ["user-modes", "+iZ"],
    ["user-modes", "ii"],
    ["user-modes", "-i"],
    ["user-modes", "+"],
    ["client-tag-deny", "+typing"],
    ["log-level", "loud"],
    ["log-format", "xml"],
    ["ping-after", "abc"],
    ["ping-after", "0"],
    ["ping-after", "-1"],
    ["ping-after", "1e3"],
    ["pong-within", "86401"],
    ["grace", "86401"],
    ["always-on", "on"],
    ["redact-within", "86401"],
    ["max-clients", "1.5"],
    ["max-clients", "0"],
    ["sendq", "1T"],
    ["sendq", "1"],
    ["flood-rate", "many"],
  ] as const
) {
  Deno.test(`loadConfig() refuses --${flag} ${value}, naming the flag, what it got and what it wanted`, async () => {
    const got = JSON.stringify(typeof value === "string" ? value : value[0]);
    await refuses({ flags: { [flag]: value } }, 2, `--${flag}: got ${got}, wanted `);
  });
}

Deno.test("loadConfig() says what was wanted", async () => {
  await refuses(
    { flags: { "ping-after": "abc" } },
    2,
    '--ping-after: got "abc", wanted a number of seconds from 0.1 to 86400',
  );
});

Deno.test("loadConfig() never shows a password that it refuses", async () => {
  for (const password of [":colon", "two words", "x".repeat(301)]) {
    const error = await assertRejects(() => load({ flags: { password } }), ConfigError);
    assertEquals(
      error.message,
      "--password: wanted 1 to 300 bytes without spaces that do not begin with a colon",
    );
  }
});

Deno.test("loadConfig() names the variable", async () => {
  await refuses({ env: { CHATD_SENDQ: "big" } }, 5, 'CHATD_SENDQ: got "big", wanted ');
  await refuses({ env: { CHATD_CONSOLE: "2" } }, 5, 'CHATD_CONSOLE: got "2", wanted true or false');
});

for (
  const [text, message] of [
    ['name = "a"\n\nping_after = "abc"', 'chatd.toml:3: ping_after: got "abc", wanted a number'],
    ["# ping_after = 1\n'ping_after' = -1", "chatd.toml:2: ping_after: got -1, wanted a number"],
    ["[operators]\nname = 'x'\n\n[name]\na=1", 'chatd.toml:4: name: got {"a":1}, wanted a name'],
    ["listen = []", "chatd.toml:1: listen: got [], wanted HOST:PORT"],
    ["listen = [1, 'x y']", 'chatd.toml:1: listen: got "x y", wanted HOST:PORT'],
    [
      "name = 'a'\nping_aftr = 1",
      'chatd.toml:2: unknown key "ping_aftr"; did you mean ping_after?',
    ],
    ["[operator]\nx = 'y'", 'chatd.toml:1: unknown key "operator"; did you mean operators?'],
    ["operators = 'root'", "chatd.toml:1: operators: wanted a table of names and passwords"],
    ["[operators]\na = 'b'\nroot = ''", 'chatd.toml:3: operators: "root": wanted a name without'],
    ["[operators]\n\n'a b' = 'c'", 'chatd.toml:3: operators: "a b": wanted a name without spaces'],
    ["[operators]\na = '$argon2id$x'", 'chatd.toml:2: operators: "a": wanted a name without'],
    [
      "[operators.a]\npassword='b'\nprivileges = ['root']",
      'chatd.toml:3: operators: "a": wanted a name without',
    ],
    ["[operators.a]\nprivileges = []", 'chatd.toml:1: operators: "a": wanted a name without'],
    ["[operators.a]\npassword='b'\nx = 1", 'chatd.toml:3: operators: "a": wanted a name without'],
    ["operators.root = 7", 'chatd.toml:1: operators: "root": wanted a name without spaces'],
    ["name = 'a'\nname = 'b'", "chatd.toml:2: "],
    ["name = ", "chatd.toml:1: "],
    ['motd = "none.txt"', 'chatd.toml:1: motd: cannot read "etc/none.txt": no such file'],
  ] as const
) {
  Deno.test(`loadConfig() names file and line of ${JSON.stringify(text)}`, async () => {
    const error = await assertRejects(() => loadFile(text), ConfigError, `etc/${message}`);
    assertEquals(error.exitCode, 5);
    assert(!error.message.includes("\n"));
  });
}

Deno.test("loadConfig() says that a file is not there", async () => {
  await refuses({ flags: { config: "x.toml" } }, 5, '--config: cannot read "x.toml": no such file');
  await refuses({ flags: { motd: "x" } }, 2, '--motd: cannot read "x": no such file');
});

Deno.test("plainTextWarnings() warns of every address that is not this machine's own", async () => {
  const flags = { listen: ["127.0.0.1:1", "[::1]:2", "localhost:3", "0.0.0.0:6667", "[::]:6667"] };
  assertEquals(
    plainTextWarnings(await load({ flags })),
    ["0.0.0.0:6667", "[::]:6667"].map((at) =>
      `Listening in plain text on ${at}: everybody on the way can read and change what is said. ` +
      "Keep it inside a network that you trust, or put a TLS proxy in front."
    ),
  );
  assertEquals(plainTextWarnings(await load({})), []);
});

Deno.test("settingsTable() has a row for each flag, with its variable", () => {
  const table = settingsTable();
  assertEquals(SERVE_OPTIONS.length, SERVE_VARIABLES.length);
  for (const { flag } of SERVE_OPTIONS) assertStringIncludes(table, `--${flag}`);
  for (const variable of SERVE_VARIABLES) assertStringIncludes(table, `\`${variable}\``);
  for (const line of table.split("\n")) {
    assertEquals(line.replaceAll("\\|", "").split("|").length, 7, line);
  }
});

Deno.test("loadConfig() WEBIRC-1 reads who is trusted, in one form", async () => {
  const flags = { "trusted-proxies": ["192.0.2.7/24", "::1"], "webirc-password": HASH };
  const { trustedProxies, webircPassword } = await load({ flags });
  assertEquals(trustedProxies.map(formatRange), ["192.0.2.0/24", "0::1"]);
  assertEquals(webircPassword, HASH);
  const env = { CHATD_TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.1" };
  assertEquals((await load({ env })).trustedProxies.map(formatRange), ["10.0.0.0/8", "192.0.2.1"]);
  assertEquals((await loadFile("trusted_proxies = []")).trustedProxies, []);
  await refuses(
    { flags: { "trusted-proxies": ["x"] } },
    2,
    '--trusted-proxies: got "x", wanted an',
  );
  await refuses(
    { env: { CHATD_WEBIRC_PASSWORD: "$argon2id$x" } },
    5,
    "CHATD_WEBIRC_PASSWORD: want",
  );
});

Deno.test("loadConfig() PROXY-4 listens for proxies where there are any, and then for nobody else unasked", async () => {
  const listensOn = async (given: Given): Promise<string[][]> => {
    const { listen, listenProxy } = await load(given);
    return [listen.map(formatAddress), listenProxy.map(formatAddress)];
  };
  const proxies = { "trusted-proxies": ["10.0.0.1"], "listen-proxy": ["[::1]:1", "10.0.0.2:2"] };
  const both = ["[::1]:1", "10.0.0.2:2"];
  assertEquals(await listensOn({ flags: proxies }), [[], both]);
  assertEquals(await listensOn({ flags: { ...proxies, listen: [":3"] } }), [["127.0.0.1:3"], both]);
  const files = { f: "listen_proxy = []" };
  assertEquals(await listensOn({ flags: { config: "f" }, files }), [
    ["127.0.0.1:6667", "[::1]:6667"],
    [],
  ]);
  const text = "wanted trusted_proxies, too: it is for them alone";
  await refuses({ flags: { "listen-proxy": [":1"] } }, 2, `--listen-proxy: ${text}`);
  await refuses({ env: { CHATD_LISTEN_PROXY: ":1" } }, 5, `CHATD_LISTEN_PROXY: ${text}`);
  const warned = plainTextWarnings(await load({ flags: proxies }));
  assertEquals([warned.length, warned[0]?.includes("10.0.0.2:2")], [1, true]);
});

Deno.test("keepFixed() REHASH-3 keeps what cannot change, and names it", async () => {
  const current = await load({ flags: { listen: ["127.0.0.1:1"], name: "a.example" } });
  const next = await load({ flags: { listen: ["127.0.0.1:2"], name: "a.example", network: "n" } });
  const { config, warnings } = keepFixed(current, next);
  assertEquals([config.listen, config.network], [current.listen, "n"]);
  assertEquals(warnings.map(({ key }) => key), ["listen"]);
  assertEquals(keepFixed(current, current), { config: current, warnings: [] });
  const proxied = await load({
    flags: { "trusted-proxies": ["127.0.0.1"], "listen-proxy": ["127.0.0.1:3"] },
  });
  assertEquals(keepFixed(current, proxied).config.listenProxy, []);
  assertEquals(keepFixed(current, proxied).warnings.map(({ key }) => key).sort(), [
    "listen",
    "listen_proxy",
    "name",
  ]);
});

Deno.test("loadConfig() STORE-1 keeps data in a file, beside the settings where they name it, or nowhere", async () => {
  const dataOf = async (given: Given): Promise<string | null> => (await load(given)).data;
  const files = { "etc/f": 'data = "chat.db"' };
  const config = { config: "etc/f" };
  assertEquals(await dataOf({ flags: { data: "a.db" } }), "a.db");
  assertEquals(await dataOf({ flags: config, files }), "etc/chat.db");
  assertEquals(await dataOf({ flags: { ephemeral: true } }), null);
  assertEquals(await dataOf({ flags: { ...config, ephemeral: true }, files }), null);
  assertEquals(await dataOf({ flags: config, files, env: { CHATD_EPHEMERAL: "on" } }), null);
  assertEquals(await dataOf({ flags: { data: "a.db" }, env: { CHATD_EPHEMERAL: "on" } }), "a.db");
  assertEquals(
    await dataOf({ env: { CHATD_DATA: "a.db", CHATD_EPHEMERAL: "on" } }),
    null,
    "of two that say the same, the careful one counts",
  );
  const homeless = () => load({ env: { HOME: "" } });
  const error = await assertRejects(homeless, ConfigError);
  assertStringIncludes(error.message, "--data FILE, or --ephemeral");
});
