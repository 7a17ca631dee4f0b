/**
 * `summarize-dvfilter` of an ESXi host: worlds (virtual machines), ports, and the filters in the slots of the two
 * chains, `vNic` and `dvPort`. Indents 0, 1, 2, 3 say what belongs to what, but pasted text loses them: the words
 * that begin a line say it as well.
 */
import { isGetrulesLine } from "./getrules.ts";
import type { HostDump, HostFilter, HostPort, HostWorld } from "./hostDump.ts";
import { type InputLine, keyAndValue, promptCommand } from "./lines.ts";
import type { Place, Report } from "./report.ts";

const WORLD = /^world (\d+)(.*)$/s;
const MACHINE = /^vmm\d+:/;
const PORT = /^port (\d+)(\s.*)?$/s;
const SLOT = /^(vNic|dvPort) slot (\d+)$/i;
const AGENT = /^agent:([^,]+)(.*)$/s;
const KEY = /^[A-Za-z][\w ./-]*$/;

/** Could a line be of this command's output? */
export const isDvfilterLine = (text: string): boolean =>
  /^\s*(?:Fastpaths:|Slowpaths:|ServiceVMs:|Filters:|world \d|port \d+(?:\s|$)|(?:vNic|dvPort) slot \d)/i.test(text);

/** Reads from line `from` on, as long as lines belong to this output. The index of the first that does not. */
export function readDvfilter(
  file: string,
  lines: readonly InputLine[],
  from: number,
  dump: HostDump,
  report: Report,
): number {
  let world: HostWorld | undefined;
  let port: HostPort | undefined;
  let filter: HostFilter | undefined;
  let i = from;
  for (; i < lines.length; i++) {
    const { text, number } = lines[i] as InputLine;
    const line = text.trim();
    const at: Place = { file, line: number };
    if (line === "" || line === "--") continue;
    const isOthers = isGetrulesLine(text) || /^(?:ruleset|addrset|containers?) /.test(line);
    if (i > from && (promptCommand(text) !== undefined || isOthers)) return i;
    const worldLine = WORLD.exec(line);
    const portLine = PORT.exec(line);
    const slotLine = SLOT.exec(line);
    const agentLine = AGENT.exec(line);
    if (worldLine !== null) {
      const behind = (worldLine[2] as string).trim();
      const machine = machineOf(behind);
      if (machine === undefined && behind !== "<no world>")
        report.wrong(at, `a world that names no machine (vmm0:NAME): ${behind || "nothing"}`);
      world = { id: worldLine[1] as string, at, ports: [], ...machine };
      dump.worlds.push(world);
      port = filter = undefined;
    } else if (portLine !== null) {
      if (world === undefined) {
        world = { id: "0", at, ports: [] };
        dump.worlds.push(world);
      }
      port = { id: portLine[1] as string, name: (portLine[2] ?? portLine[1] ?? "").trim(), at, filters: [] };
      world.ports.push(port);
      filter = undefined;
    } else if (slotLine !== null) {
      filter = {
        chain: (slotLine[1] as string).toLowerCase() === "vnic" ? "vNic" : "dvPort",
        slot: Number(slotLine[2]),
        at,
        facts: new Map(),
      };
      if (port === undefined) report.wrong(at, `a slot that belongs to no port: ${line}`);
      else if (filter.slot > 15) report.wrong(at, `slot ${filter.slot}: a chain has slots 0 to 15`);
      else port.filters.push(filter);
    } else if (agentLine !== null && filter === undefined) {
      const module = /module:\s*([^,\s]+)/.exec(agentLine[2] as string)?.[1];
      dump.agents.push({ name: (agentLine[1] as string).trim(), ...(module !== undefined && { module }) });
    } else if (/^(?:Fastpaths|Slowpaths|ServiceVMs|Filters):$/i.test(line) || /^(?:slowPath|serviceVM):/i.test(line)) {
      world = port = filter = undefined;
    } else {
      const pair = keyAndValue(line, KEY);
      if (pair === undefined || filter === undefined) {
        if (i === from) return i;
        report.wrong(at, `not a line of summarize-dvfilter: ${line}`);
        continue;
      }
      const [key, value] = pair;
      if (key === "name") filter.name = value;
      else if (key === "agentName") filter.agent = value;
      else if (key === "failurePolicy") filter.failurePolicy = value;
      else filter.facts.set(key, value);
    }
  }
  // A dump that was filtered has no agents; one that has, tells the policy of each filter's failure.
  if (filter?.agent !== undefined && filter.failurePolicy === undefined && i === lines.length)
    report.wrong(filter.at, `${filter.chain} slot ${filter.slot}: the input ends inside it, and may be cut off`);
  return i;
}

/** `vmm0:NAME vcUuid:'UUID'`: the machine of a world, its UUID if it is told. */
function machineOf(text: string): { readonly vm?: string; readonly uuid?: string } | undefined {
  const head = MACHINE.exec(text);
  if (head === null) return undefined;
  const rest = text.slice(head[0].length);
  const mark = rest.lastIndexOf(" vcUuid:");
  const uuid = mark < 0 ? undefined : /^\s*'([^']*)'$/.exec(rest.slice(mark + " vcUuid:".length))?.[1];
  const vm = rest.slice(0, uuid === undefined ? undefined : mark).trim();
  return { ...(vm && { vm }), ...(uuid && { uuid }) };
}
