/**
 * What the server tells of itself: MOTD LUSERS VERSION TIME INFO ADMIN LINKS ISUPPORT.
 *
 * SPEC: "Information".
 *
 * @module
 */
import {
  channelModesOfKind,
  matchMask,
  type NumericName,
  numericText,
  RANKS,
  USER_MODES,
} from "../../protocol/mod.ts";
import type { Settings } from "../core/settings.ts";
import type { CommandContext, CommandRule, Node } from "./context.ts";
import { Form } from "./form.ts";

/** Whether the command is meant for this server, by its parameter of this index; otherwise answers that there is no such one. */
export function isForUs(context: CommandContext, index = 0): boolean {
  const server = context.param(index);
  if (server === "" || matchMask(server, context.node.settings.name)) return true;
  if (context.node.state.userByNick(server) !== undefined) return true;
  context.numeric("ERR_NOSUCHSERVER", server);
  return false;
}

/** What does not change while the settings are in force. */
export interface Forms {
  /** 002 to 004. */
  readonly host: Form;
  /** 005. */
  readonly isupport: Form;
  /** The message of the day, or 422. */
  readonly motd: Form;
}

/** Makes the forms of these settings. */
export function formsOf(
  { name, version, motd }: Settings,
  tokens: Node["isupport"],
  startedAt: number,
): Forms {
  const text = (numeric: NumericName, ...params: readonly string[]): string =>
    numericText(numeric, params) ?? "";
  const ranks = RANKS.map(({ mode }) => mode).join("");
  const withParam = channelModesOfKind("A") + channelModesOfKind("B") + channelModesOfKind("C") +
    ranks;
  const modes = [Object.keys(USER_MODES).join(""), withParam + channelModesOfKind("D"), withParam];
  const supported = text("RPL_ISUPPORT");
  return {
    host: new Form(name, [
      ["RPL_YOURHOST", text("RPL_YOURHOST", name, version)],
      ["RPL_CREATED", text("RPL_CREATED", new Date(startedAt).toISOString())],
      ["RPL_MYINFO", name, version, ...modes],
    ]),
    isupport: new Form(name, tokens.map((line) => ["RPL_ISUPPORT", ...line, supported])),
    motd: new Form(
      name,
      motd.length === 0 ? [["ERR_NOMOTD", text("ERR_NOMOTD")]] : [
        ["RPL_MOTDSTART", `- ${name} Message of the day - `],
        ...motd.map((line) => ["RPL_MOTD", `- ${line}`] as const),
        ["RPL_ENDOFMOTD", text("RPL_ENDOFMOTD")],
      ],
    ),
  };
}

/** The lines of 005. */
export function isupport(context: CommandContext): void {
  const tell = (): void => context.form(context.node.forms.isupport);
  if (context.session.has("draft/extended-isupport")) context.batch("draft/isupport", [], tell); // ISUPPORT-4
  else tell();
}

/** The lines 251 to 266. */
export function lusers(context: CommandContext): void {
  const { state } = context.node;
  const { i: invisible, o: operators } = state.usersWith;
  const users = state.users.size;
  const unknown = state.registering;
  context.numeric("RPL_LUSERCLIENT", String(users - invisible), String(invisible), "1");
  context.numeric("RPL_LUSEROP", String(operators));
  if (unknown > 0) context.numeric("RPL_LUSERUNKNOWN", String(unknown));
  context.numeric("RPL_LUSERCHANNELS", String(state.channels.size));
  context.numeric("RPL_LUSERME", String(state.attached), "1"); // DEVICE-6
  context.numeric("RPL_LOCALUSERS", String(users), String(state.mostUsers));
  context.numeric("RPL_GLOBALUSERS", String(users), String(state.mostUsers));
}

/** MOTD [<server>] */
function tellMotd(context: CommandContext): void {
  if (isForUs(context)) context.form(context.node.forms.motd);
}

/** VERSION [<server>] */
function version(context: CommandContext): void {
  if (!isForUs(context)) return;
  const { name, version } = context.node.settings;
  context.numeric("RPL_VERSION", version, name, "IRC for your own machine");
  isupport(context);
}

/** TIME [<server>] */
function time(context: CommandContext): void {
  if (!isForUs(context)) return;
  context.numeric(
    "RPL_TIME",
    context.node.settings.name,
    new Date(context.node.clock.epoch()).toISOString(),
  );
}

/** INFO [<server>] */
function info(context: CommandContext): void {
  if (!isForUs(context)) return;
  const { settings, startedAt } = context.node;
  const lines = [
    `${settings.version}: a chat daemon that speaks IRC`,
    "It keeps to Modern IRC and IRCv3. Its rules are in protocol/SPEC.md.",
    "Free software under the MIT licence.",
    `This server was started ${new Date(startedAt).toISOString()}`,
    "HELP lists what you can do here.",
  ];
  for (const line of lines) context.numeric("RPL_INFO", line);
  context.numeric("RPL_ENDOFINFO");
}

/** ADMIN [<server>] */
function admin(context: CommandContext): void {
  if (!isForUs(context)) return;
  const { name, network, admin } = context.node.settings;
  if (admin === null) return context.numeric("ERR_NOADMININFO", name);
  context.numeric("RPL_ADMINME", name);
  context.numeric("RPL_ADMINLOC1", admin.place ?? network);
  context.numeric("RPL_ADMINLOC2", admin.who ?? name);
  context.numeric("RPL_ADMINEMAIL", admin.email);
}

/** LINKS [[<server>] <mask>] */
function links(context: CommandContext): void {
  const { name, description } = context.node.settings;
  const hasServer = context.message.params.length > 1;
  if (hasServer && !isForUs(context)) return;
  const mask = context.param(hasServer ? 1 : 0) || "*";
  if (matchMask(mask, name)) context.numeric("RPL_LINKS", name, name, `0 ${description}`);
  context.numeric("RPL_ENDOFLINKS", mask);
}

/** ISUPPORT */
function tellIsupport(context: CommandContext): void {
  const { session } = context;
  const mayAsk = session.stage === "active" || session.has("draft/extended-isupport");
  if (!mayAsk) return context.numeric("ERR_NOTREGISTERED"); // ISUPPORT-5
  isupport(context);
}

/** The rules of this chapter. */
export const information = {
  ADMIN: { stage: "active", run: admin },
  INFO: { stage: "active", run: info },
  ISUPPORT: { stage: "any", cost: 2, run: tellIsupport },
  LINKS: { stage: "active", run: links },
  LUSERS: { stage: "active", cost: 2, run: lusers },
  MOTD: { stage: "active", run: tellMotd },
  TIME: { stage: "active", run: time },
  VERSION: { stage: "active", run: version },
} as const satisfies Record<string, CommandRule>;
