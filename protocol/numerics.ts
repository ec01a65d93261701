/**
 * Numerics as data: code, parameters after the client's nick, and the text that people read.
 *
 * In `text`, `{0}`, `{1}` … stand for the reply's parameters; a row without text has its last parameter computed.
 *
 * SPEC: "Numerics"; Modern IRC.
 *
 * @module
 */

/** One numeric. */
export interface NumericSpec {
  readonly code: string;
  /**
   * The parameters after the client's nick, without the text. A colon stands before one that people read, which is sent as
   * the last even where it is one word. Where this is empty, the values given fill the text alone.
   */
  readonly params: string;
  /** The last parameter, or `null` where the parameters say all. */
  readonly text: string | null;
}

/** Every numeric that a server of this profile sends. */
export const NUMERICS = {
  RPL_WELCOME: {
    code: "001",
    params: "",
    text: "Welcome to the {0} network, {1}",
  },
  RPL_YOURHOST: {
    code: "002",
    params: "",
    text: "Your host is {0}, running version {1}",
  },
  RPL_CREATED: { code: "003", params: "", text: "This server was started {0}" },
  RPL_MYINFO: {
    code: "004",
    params: "<server> <version> <user modes> <channel modes> <channel modes with a parameter>",
    text: null,
  },
  RPL_ISUPPORT: { code: "005", params: "<token>{ <token>}", text: "are supported by this server" },
  RPL_STATSCOMMANDS: { code: "212", params: "<command> <count>", text: null },
  RPL_STATSKLINE: {
    code: "216",
    params: "<mask> <set at> <until> <operator> :<reason>",
    text: null,
  },
  RPL_ENDOFSTATS: { code: "219", params: "<letter>", text: "End of STATS report" },
  RPL_UMODEIS: { code: "221", params: "<modes>", text: null },
  RPL_STATSDLINE: {
    code: "225",
    params: "<range> <set at> <until> <operator> :<reason>",
    text: null,
  },
  RPL_STATSUPTIME: { code: "242", params: "", text: "Server up {0} days {1}" },
  RPL_LUSERCLIENT: {
    code: "251",
    params: "",
    text: "There are {0} users and {1} invisible on {2} servers",
  },
  RPL_LUSEROP: { code: "252", params: "<operators>", text: "operator(s) online" },
  RPL_LUSERUNKNOWN: { code: "253", params: "<connections>", text: "unknown connection(s)" },
  RPL_LUSERCHANNELS: { code: "254", params: "<channels>", text: "channels formed" },
  RPL_LUSERME: {
    code: "255",
    params: "",
    text: "I have {0} clients and {1} servers",
  },
  RPL_ADMINME: { code: "256", params: "<server>", text: "Administrative info" },
  RPL_ADMINLOC1: { code: "257", params: ":<place>", text: null },
  RPL_ADMINLOC2: { code: "258", params: ":<who>", text: null },
  RPL_ADMINEMAIL: { code: "259", params: ":<e-mail address>", text: null },
  RPL_TRYAGAIN: { code: "263", params: "<command>", text: "Wait a moment and try again." },
  RPL_LOCALUSERS: {
    code: "265",
    params: "<users> <most>",
    text: "Current local users {0}, max {1}",
  },
  RPL_GLOBALUSERS: {
    code: "266",
    params: "<users> <most>",
    text: "Current global users {0}, max {1}",
  },
  RPL_ACCEPTLIST: { code: "281", params: ":<nicks>", text: null },
  RPL_ENDOFACCEPT: { code: "282", params: "", text: "End of accept list" },
  RPL_AWAY: { code: "301", params: "<nick> :<text>", text: null },
  RPL_USERHOST: { code: "302", params: ":<replies>", text: null },
  RPL_ISON: { code: "303", params: ":<nicks>", text: null },
  RPL_UNAWAY: { code: "305", params: "", text: "You are no longer marked as being away" },
  RPL_NOWAWAY: { code: "306", params: "", text: "You have been marked as being away" },
  RPL_WHOISUSER: { code: "311", params: "<nick> <user> <host> * :<real name>", text: null },
  RPL_WHOISSERVER: { code: "312", params: "<nick> <server> :<text>", text: null },
  RPL_WHOISOPERATOR: { code: "313", params: "<nick>", text: "is an operator" },
  RPL_WHOWASUSER: { code: "314", params: "<nick> <user> <host> * :<real name>", text: null },
  RPL_ENDOFWHO: { code: "315", params: "<mask>", text: "End of WHO list" },
  RPL_WHOISIDLE: {
    code: "317",
    params: "<nick> <idle seconds> <signed on>",
    text: "seconds idle, signon time",
  },
  RPL_ENDOFWHOIS: { code: "318", params: "<nick>", text: "End of WHOIS list" },
  RPL_WHOISCHANNELS: { code: "319", params: "<nick> :<channels>", text: null },
  RPL_WHOISSPECIAL: { code: "320", params: "<nick> :<text>", text: null },
  RPL_LISTSTART: { code: "321", params: "Channel", text: "Users  Name" },
  RPL_LIST: { code: "322", params: "<channel> <users> :<topic>", text: null },
  RPL_LISTEND: { code: "323", params: "", text: "End of LIST" },
  RPL_CHANNELMODEIS: { code: "324", params: "<channel> <modes>{ <parameter>}", text: null },
  RPL_CREATIONTIME: { code: "329", params: "<channel> <time>", text: null },
  RPL_WHOISACCOUNT: { code: "330", params: "<nick> <account>", text: "is logged in as" },
  RPL_NOTOPIC: { code: "331", params: "<channel>", text: "No topic is set" },
  RPL_TOPIC: { code: "332", params: "<channel> :<topic>", text: null },
  RPL_TOPICWHOTIME: { code: "333", params: "<channel> <source> <time>", text: null },
  RPL_WHOISBOT: { code: "335", params: "<nick>", text: "is a bot" },
  RPL_WHOISACTUALLY: {
    code: "338",
    params: "<nick> <user>@<host> <address>",
    text: "Is actually using host",
  },
  RPL_INVITELIST: { code: "336", params: "<channel>", text: null },
  RPL_ENDOFINVITELIST: { code: "337", params: "", text: "End of your invitations" },
  RPL_USERIP: { code: "340", params: ":<replies>", text: null },
  RPL_INVITING: { code: "341", params: "<nick> <channel>", text: null },
  RPL_INVEXLIST: { code: "346", params: "<channel> <mask> <source> <time>", text: null },
  RPL_ENDOFINVEXLIST: {
    code: "347",
    params: "<channel>",
    text: "End of channel invite exception list",
  },
  RPL_EXCEPTLIST: { code: "348", params: "<channel> <mask> <source> <time>", text: null },
  RPL_ENDOFEXCEPTLIST: { code: "349", params: "<channel>", text: "End of channel exception list" },
  RPL_VERSION: { code: "351", params: "<version> <server> :<comments>", text: null },
  RPL_WHOREPLY: {
    code: "352",
    params: "<channel> <user> <host> <server> <nick> <flags> :<hops and real name>",
    text: null,
  },
  RPL_NAMREPLY: { code: "353", params: "<symbol> <channel> :<names>", text: null },
  RPL_WHOSPCRPL: {
    code: "354",
    params:
      "[<token>] [<channel>] [<user>] [<address>] [<host>] [<server>] [<nick>] [<flags>] [<hops>] [<idle seconds>] [<account>] [<channel operator level>] [<real name>]",
    text: null,
  },
  RPL_LINKS: { code: "364", params: "<server> <server> :<hops and text>", text: null },
  RPL_ENDOFLINKS: { code: "365", params: "<mask>", text: "End of LINKS list" },
  RPL_ENDOFNAMES: { code: "366", params: "<channel>", text: "End of NAMES list" },
  RPL_BANLIST: { code: "367", params: "<channel> <mask> <source> <time>", text: null },
  RPL_ENDOFBANLIST: { code: "368", params: "<channel>", text: "End of channel ban list" },
  RPL_ENDOFWHOWAS: { code: "369", params: "<nick>", text: "End of WHOWAS" },
  RPL_INFO: { code: "371", params: ":<line>", text: null },
  RPL_MOTD: { code: "372", params: ":<line>", text: null },
  RPL_ENDOFINFO: { code: "374", params: "", text: "End of INFO list" },
  RPL_MOTDSTART: { code: "375", params: ":<line>", text: null },
  RPL_ENDOFMOTD: { code: "376", params: "", text: "End of MOTD command" },
  RPL_YOUREOPER: { code: "381", params: "", text: "You are now an operator" },
  RPL_REHASHING: { code: "382", params: "<file>", text: "Rehashing" },
  RPL_TIME: { code: "391", params: "<server> :<time>", text: null },
  ERR_NOSUCHNICK: {
    code: "401",
    params: "<nick>",
    text: 'User "{0}" is not connected to the server.',
  },
  ERR_NOSUCHSERVER: { code: "402", params: "<server>", text: 'There is no server "{0}".' },
  ERR_NOSUCHCHANNEL: { code: "403", params: "<channel>", text: 'There is no channel "{0}".' },
  ERR_CANNOTSENDTOCHAN: { code: "404", params: "<channel>", text: "You may not speak in {0}." },
  ERR_TOOMANYCHANNELS: {
    code: "405",
    params: "<channel>",
    text: "You are in too many channels to join {0}.",
  },
  ERR_WASNOSUCHNICK: { code: "406", params: "<nick>", text: 'There was no user "{0}".' },
  ERR_TOOMANYTARGETS: {
    code: "407",
    params: "<target>",
    text: "Too many targets: {0} and those after it were left out.",
  },
  ERR_NOORIGIN: { code: "409", params: "", text: "PING needs a token." },
  ERR_INVALIDCAPCMD: { code: "410", params: "<subcommand>", text: "CAP has no such subcommand." },
  ERR_NORECIPIENT: { code: "411", params: "", text: "The message names no recipient." },
  ERR_NOTEXTTOSEND: { code: "412", params: "", text: "There is no text to send." },
  ERR_TOOMANYMATCHES: {
    code: "416",
    params: "<command> <mask>",
    text: "There is more than your connection can take at once: ask {0} for less.",
  },
  ERR_INPUTTOOLONG: { code: "417", params: "", text: "The line is too long, and was not sent." },
  ERR_UNKNOWNCOMMAND: { code: "421", params: "<command>", text: "There is no such command." },
  ERR_NOMOTD: { code: "422", params: "", text: "There is no message of the day." },
  ERR_NOADMININFO: {
    code: "423",
    params: "<server>",
    text: "Nobody has said who runs {0}.",
  },
  ERR_NONICKNAMEGIVEN: { code: "431", params: "", text: "No nickname was given." },
  ERR_ERRONEUSNICKNAME: {
    code: "432",
    params: "<nick>",
    text:
      'Nickname "{0}" is not allowed: use up to 30 letters, digits and any of []\\`_^{|}-, and begin with no digit or hyphen.',
  },
  ERR_NICKNAMEINUSE: { code: "433", params: "<nick>", text: 'Nickname "{0}" is already in use.' },
  ERR_BANNICKCHANGE: {
    code: "435",
    params: "<nick> <channel>",
    text: "You are banned in {1}, and keep your nickname while you are there.",
  },
  ERR_UNAVAILRESOURCE: {
    code: "437",
    params: "<channel>",
    text: "{0} cannot be joined just now.",
  },
  ERR_NICKTOOFAST: {
    code: "438",
    params: "<nick>",
    text: "You change your nickname too often.",
  },
  ERR_USERNOTINCHANNEL: { code: "441", params: "<nick> <channel>", text: "{0} is not in {1}." },
  ERR_NOTONCHANNEL: { code: "442", params: "<channel>", text: "You are not in {0}." },
  ERR_USERONCHANNEL: { code: "443", params: "<nick> <channel>", text: "{0} is in {1} already." },
  ERR_NOTREGISTERED: {
    code: "451",
    params: "",
    text: "You have not registered yet: send NICK and USER first.",
  },
  ERR_ACCEPTFULL: { code: "456", params: "", text: "Your accept list is full." },
  ERR_ACCEPTEXIST: { code: "457", params: "<nick>", text: "You accept {0} already." },
  ERR_ACCEPTNOT: { code: "458", params: "<nick>", text: "You do not accept {0}." },
  ERR_NEEDMOREPARAMS: { code: "461", params: "<command>", text: "Not enough parameters." },
  ERR_ALREADYREGISTERED: { code: "462", params: "", text: "You are registered already." },
  ERR_PASSWDMISMATCH: { code: "464", params: "", text: "The password is missing or wrong." },
  ERR_KEYSET: { code: "467", params: "<channel>", text: "The key of {0} is set already." },
  ERR_INVALIDUSERNAME: { code: "468", params: "", text: "The user name is not valid." },
  ERR_YOUREBANNEDCREEP: { code: "465", params: "", text: "You are banned from this server." },
  ERR_CHANNELISFULL: { code: "471", params: "<channel>", text: "Cannot join {0}: it is full." },
  ERR_LINKCHANNEL: {
    code: "470",
    params: "<channel> <forward>",
    text: "You may not join {0}, and are sent to {1}.",
  },
  ERR_UNKNOWNMODE: { code: "472", params: "<mode>", text: "There is no such channel mode." },
  ERR_INVITEONLYCHAN: {
    code: "473",
    params: "<channel>",
    text: "Cannot join {0}: it is for the invited only.",
  },
  ERR_BANNEDFROMCHAN: {
    code: "474",
    params: "<channel>",
    text: "Cannot join {0}: you are banned.",
  },
  ERR_BADCHANNELKEY: {
    code: "475",
    params: "<channel>",
    text: "Cannot join {0}: the key is missing or wrong.",
  },
  ERR_NEEDREGGEDNICK: {
    code: "477",
    params: "<channel>",
    text: "Cannot join {0}: it is for those who are logged in.",
  },
  ERR_BANLISTFULL: { code: "478", params: "<channel> <mode>", text: "The lists of {0} are full." },
  ERR_NOPRIVILEGES: { code: "481", params: "", text: "Only operators may do that." },
  ERR_CHANOPRIVSNEEDED: {
    code: "482",
    params: "<channel>",
    text: "Only the operators of {0} may do that.",
  },
  ERR_NOOPERHOST: { code: "491", params: "", text: "There are no operators on this server." },
  ERR_UMODEUNKNOWNFLAG: { code: "501", params: "", text: "There is no such user mode." },
  ERR_USERSDONTMATCH: {
    code: "502",
    params: "",
    text: "You may see and change your own modes only.",
  },
  ERR_HELPNOTFOUND: { code: "524", params: "<subject>", text: "There is no help on this subject." },
  ERR_CANNOTSENDTOUSER: {
    code: "531",
    params: "<nick>",
    text: "{0} does not accept this message from you.",
  },
  ERR_INVALIDMODEPARAM: {
    code: "696",
    params: "<target> <mode> <parameter>",
    text: 'Mode {1} cannot take "{2}".',
  },
  RPL_HELPSTART: { code: "704", params: "<subject> :<line>", text: null },
  RPL_HELPTXT: { code: "705", params: "<subject> :<line>", text: null },
  RPL_ENDOFHELP: { code: "706", params: "<subject>", text: "End of HELP" },
  RPL_TARGUMODEG: {
    code: "716",
    params: "<nick>",
    text: "takes messages only from those whom they accept",
  },
  RPL_TARGNOTIFY: { code: "717", params: "<nick>", text: "was told that you want to write" },
  RPL_UMODEGMSG: {
    code: "718",
    params: "<nick> <user>@<host>",
    text: "wants to write to you; ACCEPT {0} lets them",
  },
  ERR_NOPRIVS: {
    code: "723",
    params: "<privilege>",
    text: 'As an operator you lack the privilege "{0}".',
  },
  RPL_MONONLINE: { code: "730", params: ":<sources>", text: null },
  RPL_MONOFFLINE: { code: "731", params: ":<nicks>", text: null },
  RPL_MONLIST: { code: "732", params: ":<nicks>", text: null },
  RPL_ENDOFMONLIST: { code: "733", params: "", text: "End of MONITOR list" },
  ERR_MONLISTFULL: {
    code: "734",
    params: "<limit> <nicks>",
    text: "Your list has {0} nicknames and is full: {1} is not watched.",
  },
  RPL_WHOISKEYVALUE: {
    code: "760",
    params: "<target> <key> <visibility> :<value>",
    text: null,
  },
  RPL_KEYVALUE: { code: "761", params: "<target> <key> <visibility> :<value>", text: null },
  RPL_KEYNOTSET: { code: "766", params: "<target> <key>", text: "The key is not set" },
  RPL_METADATASUBOK: { code: "770", params: "<key>{ <key>}", text: null },
  RPL_METADATAUNSUBOK: { code: "771", params: "<key>{ <key>}", text: null },
  RPL_METADATASUBS: { code: "772", params: "<key>{ <key>}", text: null },
  ERR_METADATASYNCLATER: {
    code: "774",
    params: "<target> <seconds>",
    text: "There is too much to tell at once. Ask again in {1} seconds.",
  },
  ERR_METADATARATELIMIT: {
    code: "775",
    params: "<seconds> <target> <subcommand> [<key> [<value>]]",
    text: null,
  },
  RPL_LOGGEDIN: {
    code: "900",
    params: "<nick>!<user>@<host> <account>",
    text: "You are now logged in as {1}",
  },
  RPL_LOGGEDOUT: {
    code: "901",
    params: "<nick>!<user>@<host>",
    text: "You are now logged out",
  },
  RPL_SASLSUCCESS: { code: "903", params: "", text: "SASL authentication successful" },
  ERR_SASLFAIL: { code: "904", params: "", text: "The name or the password is wrong." },
  ERR_SASLTOOLONG: { code: "905", params: "", text: "The SASL message is too long." },
  ERR_SASLABORTED: { code: "906", params: "", text: "The SASL exchange was aborted." },
  ERR_SASLALREADY: {
    code: "907",
    params: "",
    text: "You are logged in to another account already.",
  },
  RPL_SASLMECHS: { code: "908", params: "<mechanisms>", text: "are the SASL mechanisms here" },
} as const satisfies Record<string, NumericSpec>;

/** The name of a numeric of this profile. */
export type NumericName = keyof typeof NUMERICS;

/** What stands between the parameters of each text, and at odd places which they are: split once. */
const TEXTS: ReadonlyMap<string, readonly string[] | null> = new Map(
  Object.entries(NUMERICS).map(([name, { text }]: [string, NumericSpec]) => [
    name,
    text?.split(/\{(\d)\}/) ?? null,
  ]),
);

/** The text of a numeric with its parameters filled in; `null` for one that has no text. */
export function numericText(name: NumericName, params: readonly string[]): string | null {
  const parts = TEXTS.get(name) ?? null;
  if (parts === null) return null;
  let text = parts[0] ?? "";
  for (let i = 1; i < parts.length; i += 2) {
    text += (params[Number(parts[i])] ?? "") + (parts[i + 1] ?? "");
  }
  return text;
}
