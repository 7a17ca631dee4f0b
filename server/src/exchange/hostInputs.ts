/** Dumps of an ESXi host, however many and in whatever order: each line goes to the reader of the command that printed it. */
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { isDvfilterLine, readDvfilter } from "./dvfilter.ts";
import { askedFilter, headOf, isGetrulesLine, readGetrules } from "./getrules.ts";
import { HostDump } from "./hostDump.ts";
import type { Input } from "./input.ts";
import { inputLines, promptCommand } from "./lines.ts";
import { type Place, Refusal, type Report } from "./report.ts";

/** What NSX's own command line prints above its lists, and `getaddrsets` above sets that filters share. */
const HEADING =
  /^(?:-+|(?:DFW|Firewall) (?:Rules|Address Sets)|addrset is shared for this filter\.?|(?:global|local) addrset:?|\w{3} \w{3} \d{1,2} \d{4} \w+ [\d:.]+)$/i;
/** Reads every input as what its lines say it is. Refuses one in which no line is of a host's. */
export function* readHostDumps(inputs: readonly Input[], report: Report): Steps<HostDump> {
  const dump = new HostDump();
  for (const input of inputs) {
    const { name: file } = input;
    const lines = inputLines(input.text);
    yield;
    let filter = file.match(/nic-\d+-eth\d+-[\w-]+(?:\.\d+)?/g)?.find((name) => name.includes("."));
    let understood = 0;
    const nameless = new Nameless(file);
    const known = dump.size;
    const told = report.notes.length;
    const before: { at: Place; words: string }[] = [];
    for (let i = 0, outputs = 0; i < lines.length; ) {
      if (outputs++ % STRIDE === 0) yield;
      const { text, number } = lines[i] as (typeof lines)[number];
      const command = promptCommand(text);
      if (command !== undefined) {
        const asked = askedFilter(command);
        if (asked !== undefined) filter = asked;
        i += 1;
      } else if (isGetrulesLine(text)) {
        i = yield* readGetrules(file, lines, i, { filter, scope: filter ?? nameless.scopeOf(text) }, dump, report);
        understood += 1;
      } else if (isDvfilterLine(text) || (understood === 0 && /^agent:/.test(text))) {
        const next = readDvfilter(file, lines, i, dump, report);
        understood += 1;
        i = Math.max(next, i + 1);
      } else {
        const at = { file, line: number };
        const words = text.trim();
        if (words !== "" && !words.startsWith("#") && !HEADING.test(words)) {
          if (understood === 0) before.push({ at, words });
          else report.wrong(at, `not understood, left out: ${words}`);
        }
        i += 1;
      }
    }
    if (understood === 0)
      throw new Refusal(
        before[0]?.at ?? { file, line: 1 },
        before.length === 0
          ? "the input is empty, but for prompts and headings"
          : `no output of summarize-dvfilter or vsipioctl begins here: expected "ruleset NAME {", "addrset NAME {", "world N vmm0:NAME" or "Filter Name : …"`,
      );
    // Heads without anything below them that is of these commands.
    const wrong = report.notes.slice(told).find(({ kind }) => kind === "wrong");
    if (dump.size === known && (wrong !== undefined || report.notes.length === told))
      throw new Refusal(
        { file, line: wrong?.line ?? 1 },
        `nothing of a host's dumps is below the heads${wrong === undefined ? "" : `: ${wrong.message}`}`,
      );
    for (const { at, words } of before) report.wrong(at, `not understood, left out: ${words}`);
  }
  return dump;
}

/**
 * Outputs of several filters after one another, none of which is named: a head that comes again begins another's, and
 * where the first began with address sets, so do all.
 */
class Nameless {
  readonly #file: string;
  readonly #heads = new Set<string>();
  #setsFirst: boolean | undefined;
  #rules = false;
  #part = 1;

  constructor(file: string) {
    this.#file = file;
  }
  scopeOf(text: string): string {
    const head = headOf(text);
    if (head !== undefined) {
      const isSet = head.startsWith("addrset");
      this.#setsFirst ??= isSet;
      if (this.#heads.has(head) || (this.#setsFirst && isSet && this.#rules)) {
        this.#part += 1;
        this.#heads.clear();
        this.#rules = false;
      }
      this.#heads.add(head);
      if (!isSet) this.#rules = true;
    }
    return this.#part === 1 ? this.#file : `${this.#file}, part ${this.#part}`;
  }
}
