/** Texts of a terminal as lines: line ends of any kind, no byte-order mark, no colour codes, no trailing blanks. */
export interface InputLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal.
const COLOURS = /\u001b\[[0-9;]*[A-Za-z]/g;

export function inputLines(text: string): InputLine[] {
  const clean = text.includes("\u001b") ? text.replace(COLOURS, "") : text;
  return clean
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ text: line.trimEnd(), number: index + 1 }));
}

/** The command of a line that begins with a prompt: `[root@esx:~] vsipioctl …`, `nsxmgr> show dfw …`, `~ # …`, `$ …`. */
export function promptCommand(line: string): string | undefined {
  const text = line.trim();
  const prompt = /^(?:\[[^\]\s@]*@[^\]]*\]|[\w.@~:/-]+[#$>](?=\s|$)|[$>](?=\s|$)|~ #)/.exec(text);
  if (prompt !== null) return text.slice(prompt[0].length).trimStart();
  return /^(?:vsipioctl|summarize-dvfilter|show dfw|get firewall)\b/.test(text) ? text : undefined;
}

/** `key: value`, both without blanks around them, where the key is one of those of `known`. */
export function keyAndValue(line: string, known: RegExp): readonly [key: string, value: string] | undefined {
  const colon = line.indexOf(":");
  const key = line.slice(0, Math.max(colon, 0)).trim();
  return known.test(key) ? [key, line.slice(colon + 1).trim()] : undefined;
}
