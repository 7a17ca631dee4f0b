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
  const match = /^\s*(?:\[[^\]\s]*@[^\]]*\]|[\w.@~:/-]+[#$>](?=\s|$)|[$>](?=\s)|~ #)\s*(.*)$/.exec(line);
  if (match !== null) return match[1] as string;
  return /^\s*(?:vsipioctl|summarize-dvfilter|show dfw|get firewall)\b/.test(line) ? line.trim() : undefined;
}
