import { assertEquals, assertThrows } from "@std/assert";
import {
  formatAddress,
  JOIN_OPTIONS,
  nickProblem,
  parseAddress,
  parseOptions,
  parsePort,
  UsageError,
} from "../../../client/options.ts";

const ADDRESSES: readonly (readonly [string, string])[] = [
  ["chat.example", "chat.example:6667 -"],
  ["chat.example:5555", "chat.example:5555 -"],
  ["127.0.0.1 55555", "127.0.0.1:55555 -"],
  ["localhost:12345", "localhost:12345 -"],
  ["[::1]:6668", "[::1]:6668 -"],
  ["[::1]", "[::1]:6667 -"],
  ["::1", "[::1]:6667 -"],
  ["::1 7000", "[::1]:7000 -"],
  ["irc://chat.example", "chat.example:6667 -"],
  ["irc://chat.example/", "chat.example:6667 -"],
  ["irc://chat.example:7000/#tea", "chat.example:7000 #tea"],
  ["irc://chat.example/tea", "chat.example:6667 #tea"],
  ["irc://[::1]:7000/%23tea", "[::1]:7000 #tea"],
  ["IRC://chat.example#tea", "chat.example:6667 #tea"],
];

for (const [words, expected] of ADDRESSES) {
  Deno.test(`002-7 parseAddress() ${words}`, () => {
    const address = parseAddress(words.split(" "), null);
    assertEquals(address && `${formatAddress(address)} ${address.room ?? "-"}`, expected);
  });
}

const WRONG: readonly (readonly [string, string])[] = [
  ["chat.example:0", 'got "0", wanted a number from 1 to 65535'],
  ["chat.example:65536", "wanted a number from 1 to 65535"],
  ["chat.example abc", 'got "abc"'],
  ["chat.example 1 2", 'got "2"'],
  ["chat.example:1 2", "more than one port"],
  ["ircs://chat.example", "TLS is not there yet"],
  ["http://chat.example", "wanted HOST:PORT or irc://"],
  [":6667", "wanted HOST or HOST:PORT"],
  ["irc://h/#a,#b", "wanted one room"],
  ["irc://h/%zz", "wanted irc://HOST:PORT/#room"],
];

for (const [words, expected] of WRONG) {
  Deno.test(`parseAddress() ${words} is refused`, () => {
    assertThrows(() => parseAddress(words.split(" "), null), UsageError, expected);
  });
}

Deno.test("parseOptions() the flags as the command line gives them", () => {
  assertEquals(
    parseOptions({ nick: "al", port: "7000", plain: true, reconnect: false, quiet: true }, ["h"]),
    {
      address: { host: "h", port: 7000, room: null },
      port: 7000,
      nick: "al",
      password: null,
      account: null,
      passwordFile: null,
      history: null,
      plain: true,
      quiet: true,
      reconnect: false,
    },
  );
  assertEquals(parseOptions({}, []), {
    address: null,
    port: null,
    nick: null,
    password: null,
    account: null,
    passwordFile: null,
    history: null,
    plain: false,
    quiet: false,
    reconnect: true,
  });
});

Deno.test("parseOptions() a wrong value names flag, value and what is wanted", () => {
  assertThrows(() => parseOptions({ port: "x" }, []), UsageError, '--port: got "x", wanted');
  for (const given of ["x", "-1", "1001", "1.5"]) {
    assertThrows(
      () => parseOptions({ history: given }, []),
      UsageError,
      `--history: got "${given}", wanted a number from 0 to 1000`,
    );
  }
  assertEquals(parseOptions({ history: "0" }, []).history, 0);
  assertThrows(() => parseOptions({ account: "a b" }, []), UsageError, '--account: got "a b"');
  assertThrows(
    () => parseOptions({ "password-file": "x" }, []),
    UsageError,
    "--password-file: wanted --account NAME too",
  );
  assertThrows(() => parseOptions({ nick: "a b" }, []), UsageError, '--nick: got "a b", wanted');
});

Deno.test("nickProblem() refuses only what could never be sent", () => {
  assertEquals(["al", "Zoë", "[x]", "9lives"].map(nickProblem), [null, null, null, null]);
  assertEquals(["a b", ":a", "#a", "a,b", "a\x07"].filter((nick) => !nickProblem(nick)), []);
});

Deno.test("parsePort() 1 to 65535", () => {
  assertEquals(["1", "65535", " 80 ", "0", "65536", "-1", "8o", ""].map(parsePort), [
    1,
    65_535,
    80,
    null,
    null,
    null,
    null,
    null,
  ]);
});

Deno.test("JOIN_OPTIONS are the flags that parseOptions() reads", () => {
  assertEquals(JOIN_OPTIONS.map((row) => row.flag).sort(), [
    "account",
    "history",
    "nick",
    "password",
    "password-file",
    "plain",
    "port",
    "quiet",
    "reconnect",
  ]);
});
