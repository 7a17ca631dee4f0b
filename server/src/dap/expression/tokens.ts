/** Words of the expression language: Wireshark's display-filter syntax, and names as the policy language has them. */
import { createToken, Lexer, type TokenType } from "chevrotain";

const Space = createToken({ name: "Space", pattern: /\s+/, group: Lexer.SKIPPED });
export const Text = createToken({ name: "Text", label: "a text", pattern: /"(?:[^"\\\r\n]|\\.)*"/ });
/** As it stands, for patterns: `r"\d+"`. */
export const RawText = createToken({ name: "RawText", label: "a text", pattern: /[rR]"[^"\r\n]*"/ });
export const Mac = createToken({
  name: "Mac",
  label: "a MAC address",
  pattern: /[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![\w:-])/,
});
export const Octets = createToken({
  name: "Octets",
  label: "octets",
  pattern: /[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+(?![\w:])/,
});
export const Ipv6 = createToken({
  name: "Ipv6",
  label: "an IPv6 address",
  pattern: /(?=[0-9A-Fa-f:]*::|(?:[0-9A-Fa-f]{1,4}:){7})[0-9A-Fa-f:]+(?:(?:\.\d+){3})?(?:\/\d+)?(?![\w:])/,
});
export const Ipv4 = createToken({ name: "Ipv4", label: "an IPv4 address", pattern: /\d+\.\d+\.\d+\.\d+(?:\/\d+)?/ });
export const Duration = createToken({ name: "Duration", label: "a duration", pattern: /\d+(?:ms|s|m|h|d)(?!\w)/ });
export const Int = createToken({ name: "Int", label: "a number", pattern: /0[xX][0-9A-Fa-f]+|\d+/ });
/** Dots belong to a name: `ip.src`, `web-01.eth0`, `east-west.1001`. */
export const Name = createToken({
  name: "Name",
  label: "a name",
  pattern: /[A-Za-z_]\w*(?:-\w+)*(?:\.\w+(?:-\w+)*)*/,
});

const word = (name: string, pattern: RegExp, label: string): TokenType => createToken({ name, pattern, label });
export const And = word("And", /&&|and(?![\w.-])/, "and");
export const Or = word("Or", /\|\||or(?![\w.-])/, "or");
export const Xor = word("Xor", /\^\^|xor(?![\w.-])/, "xor");
export const Not = word("Not", /!(?!=)|not(?![\w.-])/, "not");
export const In = word("In", /in(?![\w.-])/, "in");
export const Contains = word("Contains", /contains(?![\w.-])/, "contains");
export const Matches = word("Matches", /~|matches(?!\s*\()(?![\w.-])/, "matches");
export const Compare = word(
  "Compare",
  /===?|!==?|<=|>=|<|>|(?:eq|ne|lt|le|gt|ge|any_eq|all_eq|any_ne|all_ne)(?![\w.-])/,
  "a comparison",
);
export const Assign = word("Assign", /=(?!=)/, "=");
export const BitAnd = word("BitAnd", /&(?!&)/, "&");
export const Open = word("Open", /\(/, "(");
export const Close = word("Close", /\)/, ")");
export const OpenSet = word("OpenSet", /\{/, "{");
export const CloseSet = word("CloseSet", /\}/, "}");
export const Slice = word("Slice", /\[[^\]\r\n]*\]/, "a slice");
export const Comma = word("Comma", /,/, ",");
export const To = word("To", /\.\./, "..");
export const Dot = word("Dot", /\./, ".");

export const TOKENS: TokenType[] = [
  Space,
  Text,
  RawText,
  Mac,
  Ipv6,
  Octets,
  Ipv4,
  Duration,
  Int,
  And,
  Or,
  Xor,
  Not,
  In,
  Contains,
  Matches,
  Compare,
  Name,
  Assign,
  BitAnd,
  Open,
  Close,
  OpenSet,
  CloseSet,
  Slice,
  Comma,
  To,
  Dot,
];
let made: Lexer | undefined;
/** Made when the first expression is read: a session without any starts sooner. */
export const lexer = (): Lexer => {
  made ??= new Lexer(TOKENS, { positionTracking: "onlyOffset", skipValidations: true });
  return made;
};
