/**
 * What HELP says, as data: by chapter, for each command what people want to know of it beside its syntax.
 *
 * SPEC: "HELP".
 *
 * @module
 */
import type { ClientCommand } from "./commands.ts";

/** The texts of some commands: a line each, without a line end. */
type HelpTexts = Partial<Readonly<Record<ClientCommand, readonly string[]>>>;

const CONNECTION = {
  CAP: [
    "For programs: CAP LS 302 lists what the server offers, CAP REQ :<names> takes it up,",
    "CAP LIST tells what you have, CAP END ends the talk before registration.",
  ],
  NICK: [
    "Others write to you and see you under this name. NICK * lets the server choose one.",
    "A name is yours as long as you are connected; nobody else can take it meanwhile.",
  ],
  PASS: [
    "Where the server has a password, your program sends it before NICK and USER.",
    "PASS <account>:<password> logs in to an account.",
  ],
  PING: ["The server answers with PONG and the same token: a way to measure the connection."],
  PONG: ["Your program sends it by itself when the server asks with PING whether it is there."],
  QUIT: ["Everybody who shares a channel with you is told, with the reason if you give one."],
  WEBIRC: ["For gateways that the server trusts: tells whose connection it is that they pass on."],
  USER: ["Your program sends it once, when it connects. SETNAME changes the real name later."],
} as const satisfies HelpTexts;

const ACCOUNTS = {
  AUTHENTICATE: [
    "Your program logs in by itself: look for SASL in its settings. The mechanisms are PLAIN and",
    "SCRAM-SHA-256. Programs without it may send PASS <account>:<password> when they connect.",
  ],
  REGISTER: [
    "REGISTER * * <password> makes your nickname yours for good: nobody else can take it.",
    "No e-mail address is asked for, and none is kept.",
  ],
  VERIFY: ["For programs: other servers send a code by e-mail; this one does not."],
} as const satisfies HelpTexts;

const CHANNELS = {
  INVITE: [
    "The user is told. Whom an operator or halfop invites may join whatever the channel's modes say.",
    "Where the channel has mode i only they may invite. INVITE alone lists where you are invited.",
  ],
  JOIN: [
    "A channel that nobody is in is made for you, and you are its operator.",
    "Keys are given in the order of the channels: JOIN #tea,#milk key-of-tea",
    "JOIN 0 leaves all channels.",
  ],
  KICK: [
    "For operators of the channel. The user may join again unless you ban them too:",
    "MODE <channel> +b <nick>!*@*",
    "Of several channels the first is for the first nickname, the second for the second: KICK #a,#b x,y",
  ],
  LIST: [
    "Conditions: >5 more than 5 users, <5 fewer; C<60 made less than 60 minutes ago, C>60 more;",
    "T<60 topic set less than 60 minutes ago, T>60 more; #t* names that match, !*x* that do not.",
    "LIST >5,T<60 shows where several people are and the topic is fresh.",
  ],
  MODE: [
    "MODE <channel> shows the channel's modes, MODE <channel> +b its bans.",
    "MODE <channel> +o <nick> makes an operator, +v lets speak where it is moderated.",
    "MODE <your nick> +i hides you from those who share no channel with you.",
    "HELP CMODES lists the modes of channels, HELP UMODES those of users.",
  ],
  NAMES: ["Signs before the names show ranks: ~ owner, & admin, @ operator, % half-op, + voice."],
  PART: ["The others in the channel are told, with the reason if you give one."],
  RENAME: [
    "For operators of the channel. Members, topic, modes and lists stay;",
    "whoever's program does not know of renaming sees itself leave and join.",
  ],
  TOPIC: ["Without a text it is shown, with an empty one it is removed: TOPIC #tea :"],
} as const satisfies HelpTexts;

const MESSAGES = {
  ACCEPT: [
    "With MODE <your nick> +g only those whom you accept can write to you alone.",
    "ACCEPT -<nick> takes one back, ACCEPT * shows whom you accept.",
  ],
  BATCH: [
    "For programs: what stands between its beginning and its end is one message of many lines.",
  ],
  CHATHISTORY: [
    "For programs: CHATHISTORY LATEST #tea * 50 tells the last fifty messages of a channel,",
    "BEFORE, AFTER, AROUND and BETWEEN others, TARGETS where there is something to read.",
  ],
  MARKREAD: ["For programs: what you have read on one device is read on the others."],
  NOTICE: ["For programs that answer by themselves: a NOTICE is never answered."],
  PRIVMSG: [
    "To a user, a channel, or several with commas between: PRIVMSG bob,#tea :hello",
    "PRIVMSG @#tea reaches the operators of #tea, PRIVMSG $* everybody on the server.",
  ],
  REDACT: [
    "Takes back what you have said, by the id that your program knows it by.",
    "Operators of a channel may take back what others have said there.",
  ],
  RELAYMSG: [
    "For bridges: RELAYMSG #tea ann/discord :hello says it under that name, which holds a /.",
    "It takes an operator of the channel.",
  ],
  SEARCH: [
    "For programs: SEARCH text=kettle;in=#tea finds messages among those that you may read,",
    "by words, nick (from=), time (after=, before=), and at most so many (limit=).",
  ],
  TAGMSG: ["For programs: says that you type, or how you like a message, without a text."],
} as const satisfies HelpTexts;

const USERS = {
  AWAY: [
    "Whoever writes to you is told the text. Without one you are back.",
    "AWAY * says no more than that you are not there.",
  ],
  ISON: ["Of the nicknames that you give, those that somebody has now."],
  METADATA: [
    "For programs: a picture, a name to display, pronouns, a status, a colour.",
    "METADATA * SET <key> :<value> sets yours, METADATA <nick> LIST shows somebody's.",
    "METADATA * SUB <key> asks to be told when others change theirs.",
  ],
  MONITOR: [
    "MONITOR + bob,ann tells at once whether they are here, and later when they come and go.",
    "MONITOR - bob takes bob off your list, MONITOR C everybody;",
    "MONITOR L shows the list, MONITOR S who of it is here.",
  ],
  SETNAME: ["The real name is what WHOIS shows beside your nickname."],
  USERHOST: ["For programs: who somebody is on one line, with * for operators and - for away."],
  USERIP: ["As USERHOST, with the address. You see your own; operators see everybody's."],
  WHO: [
    "WHO #tea lists the members of a channel, WHO bob one user, WHO *.example whom a mask finds.",
    "H is here, G gone, * an operator of the server; then come the ranks in the channel.",
    "WHO * o lists operators. For programs: WHO #tea %cnfa,1 chooses fields.",
  ],
  WHOIS: ["Who somebody is, in which channels that you may see, and for how long silent."],
  WHOWAS: ["Who had a nickname before, the latest first: WHOWAS bob 3 shows three."],
} as const satisfies HelpTexts;

const SERVER = {
  ADMIN: ["Where the server is, who runs it, and whom to write to."],
  HELP: [
    "HELP lists the chapters, HELP <chapter> the commands of one, HELP <command> explains it.",
  ],
  HELPOP: ["Another name for HELP, which some programs send."],
  INFO: ["The program, its version, its licence, and since when it runs."],
  ISUPPORT: ["For programs: limits, modes and extensions, as they are told on connecting."],
  LINKS: ["This server knows no other: it is the whole list."],
  LUSERS: ["How many users, operators and channels there are, and how many there have been."],
  MOTD: ["What the operator greets everybody with."],
  STATS: [
    "STATS u tells for how long the server is up.",
    "For operators: m how often each command came, k and d the bans.",
  ],
  TIME: ["The server's clock, in UTC."],
  VERSION: ["The program and its version, then what the server supports."],
} as const satisfies HelpTexts;

const SERVICES = {
  CHANSERV: [
    "CHANSERV REGISTER #tea keeps a channel for you; CHANSERV HELP lists what else there is.",
    "PRIVMSG ChanServ :<command> does the same.",
  ],
  CS: ["CS REGISTER #tea is CHANSERV REGISTER #tea."],
  NICKSERV: [
    "NICKSERV REGISTER <password> keeps your nickname for you; NICKSERV HELP lists what else",
    "there is. PRIVMSG NickServ :<command> does the same. Nobody else sees what you write to it.",
  ],
  NS: ["NS REGISTER <password> is NICKSERV REGISTER <password>."],
} as const satisfies HelpTexts;

const OPERATORS = {
  CHGHOST: ["What others see behind the @ of a user's name. It lasts as long as the connection."],
  CONNECT: ["There are no other servers, so there is nothing to link to."],
  DLINE: [
    "DLINE 1d 192.0.2.0/24 :why bans a network for a day; without a duration for ever.",
    "Whom it meets is disconnected. Without an address the bans are listed.",
  ],
  KILL: ["Ends a user's connection. They can come back unless KLINE or DLINE bans them."],
  KLINE: [
    "KLINE 2h *@*.example :why bans users by mask for two hours; without a duration for ever.",
    "Whom it meets is disconnected. Without a mask the bans are listed.",
  ],
  OPER: ["Name and password are those of the server's settings. Your privileges are there too."],
  REHASH: ["The settings' file is read anew. Where it is wrong nothing changes, and you are told."],
  RESTART: ["Everybody is told and disconnected. Whoever supervises the server starts it again."],
  SQUIT: ["There are no other servers, so there is nothing to unlink."],
  UNDLINE: ["The address or network as DLINE without an address lists it."],
  UNKLINE: ["The mask as KLINE without a mask lists it."],
  WALLOPS: ["Everybody who has set mode w sees it: MODE <your nick> +w"],
} as const satisfies HelpTexts;

/** The text of every command; a missing one does not compile. */
export const HELP_TEXTS: Readonly<Record<ClientCommand, readonly string[]>> = {
  ...ACCOUNTS,
  ...CONNECTION,
  ...CHANNELS,
  ...MESSAGES,
  ...USERS,
  ...SERVER,
  ...SERVICES,
  ...OPERATORS,
};

/** A chapter of the help: the subject that names it, what it is about, its commands. */
export interface HelpChapter {
  readonly subject: string;
  readonly title: string;
  readonly commands: readonly ClientCommand[];
}

function chapter(subject: string, title: string, texts: HelpTexts): HelpChapter {
  return { subject, title, commands: Object.keys(texts) as ClientCommand[] };
}

/** The chapters, in the order in which HELP lists them. */
export const HELP_CHAPTERS: readonly HelpChapter[] = [
  chapter("CHANNELS", "Channels", CHANNELS),
  chapter("MESSAGES", "Writing to others", MESSAGES),
  chapter("USERS", "Users, and yourself", USERS),
  chapter("ACCOUNTS", "Accounts", ACCOUNTS),
  chapter("SERVER", "The server", SERVER),
  chapter("CONNECTION", "Coming and going", CONNECTION),
  chapter("SERVICES", "Services", SERVICES),
  chapter("OPERATORS", "For operators of the server", OPERATORS),
];
