/** Function breakpoints: `slot 2`, `slot 2 in`, `rule 1003`, `rule east-west.1003`, `dfw east-west`, `appliance ips`. */
import type { Block, Policy, Rule } from "../policy/policy.ts";
import { nearest } from "../syntax/near.ts";
import type { Moment } from "./moment.ts";
import { rulesOf, unplaced } from "./places.ts";

/**
 * When the function breakpoint `text` is come to. Throws an Error that says what is wrong with it, or why no packet ever
 * comes there; `used` are the blocks that packets come to.
 */
export function functionBreakpoint(
  text: string,
  policy: Policy,
  used: ReadonlySet<Block>,
): (moment: Moment | undefined) => boolean {
  const words = text.trim().replace(/\s+/g, " ");
  const slot = /^slot (\d+)(?: (in|out))?$/.exec(words);
  if (slot) {
    const number = Number(slot[1]);
    if (number > 15) throw new Error(`slots are numbered 0 to 15, not ${number}`);
    return (moment) =>
      moment?.kind === "slot" &&
      moment.place.number === number &&
      (slot[2] === undefined || moment.place.direction === slot[2]);
  }
  const rule = /^rule (?:(.+)\.)?(\d+)$/.exec(words);
  if (rule) {
    const wanted = rulesNamed(policy, rule[1] === undefined ? undefined : bare(rule[1]), Number(rule[2]));
    const statements = new Set(wanted.map((r) => r.source.statement));
    const homes = [...policy.blocks.values()].filter((b) => rulesOf(b).some((r) => statements.has(r.source.statement)));
    const idle = homes.find((b) => !used.has(b));
    if (idle !== undefined && !homes.some((b) => used.has(b))) throw new Error(unplaced(idle));
    if (wanted.every((r) => r.disabled)) throw new Error(`${words} is disabled`);
    return (moment) =>
      moment?.kind === "statement" && moment.rule !== undefined && statements.has(moment.rule.source.statement);
  }
  const block = /^(acl|swsec|dfw|redirect|encryption) (.+)$/.exec(words);
  if (block) {
    const name = bare(block[2] as string);
    const found = policy.blocks.get(name);
    if (!found || found.module !== block[1])
      throw new Error(
        unknown(
          `${block[1]} ${name}`,
          [...policy.blocks.values()].map((b) => `${b.module} ${b.name}`),
        ),
      );
    if (!used.has(found)) throw new Error(unplaced(found));
    return (moment) => moment?.kind === "slot" && moment.place.block === found;
  }
  const appliance = /^appliance (.+)$/.exec(words);
  if (appliance) {
    const name = bare(appliance[1] as string);
    if (!policy.appliances.has(name))
      throw new Error(
        unknown(
          `appliance ${name}`,
          [...policy.appliances.keys()].map((a) => `appliance ${a}`),
        ),
      );
    const served = [...used].some((b) => b.module === "redirect" && b.via?.name === name);
    if (!served) throw new Error(`no slot redirects to appliance ${name}`);
    return (moment) => moment?.kind === "decided" && moment.decision.appliance === name;
  }
  throw new Error("expected slot N, slot N in, slot N out, rule N, rule BLOCK.N, a block (dfw NAME) or appliance NAME");
}

/** The rules of an id, in a block or in every block and appliance. Throws an Error when there is none. */
export function rulesNamed(policy: Policy, block: string | undefined, id: number): readonly Rule[] {
  const homes: (readonly [string, readonly Rule[]])[] = [
    ...[...policy.blocks.values()].map((b) => [b.name, rulesOf(b)] as const),
    ...[...policy.appliances.values()].map((a) => [a.name, a.inspect?.rules ?? []] as const),
  ];
  if (block !== undefined && !homes.some(([name]) => name === block))
    throw new Error(
      unknown(
        `block ${block}`,
        homes.map(([name]) => `block ${name}`),
      ),
    );
  const found = homes.filter(([name]) => block === undefined || name === block).flatMap(([, rules]) => rules);
  const named = found.filter((rule) => rule.id === id);
  if (named.length === 0) throw new Error(`there is no rule ${id}${block === undefined ? "" : ` in ${block}`}`);
  return named;
}

const bare = (name: string): string => (/^".*"$/.test(name) ? name.slice(1, -1) : name);
function unknown(what: string, candidates: readonly string[]): string {
  const close = nearest(what, candidates);
  return `there is no ${what}${close ? `; did you mean ${close}?` : ""}`;
}

/** The name of the block, or of the appliance, that a rule is in. */
export function blockOf(policy: Policy, rule: Rule): string {
  for (const block of policy.blocks.values()) if (rulesOf(block).includes(rule)) return block.name;
  for (const appliance of policy.appliances.values())
    if (appliance.inspect?.rules.includes(rule)) return appliance.name;
  return "";
}
