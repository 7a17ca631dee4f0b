/** Findings about chains: which slot is filled with what, and which vNICs a chain covers. */
import { isSlotNumber, type Module, SLOTS } from "../policy/platforms.ts";
import type { Chain, Policy, Source, Vnic } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { type SlotLine, slotLines, slotsFor } from "../policy/slots.ts";
import type { ChainStatement, SlotStatement, Span } from "../syntax/tree.ts";
import { type Finding, finding, listed, nameSpan, related } from "./finding.ts";

export function checkSlots(program: Program, policy: Policy): Finding[] {
  const findings: Finding[] = [];
  const placed = new Set<string>();
  for (const { uri, tree } of program.documents)
    for (const statement of tree.statements) {
      if (statement.kind !== "chain") continue;
      for (const line of statement.children)
        if (line.kind === "slot" && line.block !== undefined) placed.add(line.block.text);
      findings.push(...checkChain({ uri, statement }, policy));
    }
  return [...findings, ...unplacedRedirects(policy, placed), ...checkCover(policy)];
}

function checkChain(at: Source<ChainStatement>, policy: Policy): Finding[] {
  const { uri, statement: chain } = at;
  const lines = slotLines(chain, policy.platform);
  const findings: Finding[] = [];
  let before: SlotLine | undefined;
  for (const line of lines) {
    const source = { uri, statement: line.statement };
    findings.push(...checkLine(line, source, policy, lines));
    if (before !== undefined && line.number < before.number) {
      const message = `Slot ${line.number} stands after slot ${before.number}; a packet that leaves the VM meets the slots in the order of their numbers.`;
      findings.push(finding("slot-order", source, numberSpan(line.statement), message));
    }
    before = line;
  }
  if (lines.some((line) => line.module === "dfw")) return findings;
  const name = chain.name?.text ?? "";
  // A line that cannot be read may be the firewall's.
  if (!chain.broken && !chain.children.some(({ broken }) => broken))
    findings.push(
      finding(
        "slot-missing-firewall",
        at,
        nameSpan(chain),
        `The chain "${name}" has no dfw line, so nothing filters what its vNICs send and receive by connection.`,
      ),
    );
  for (const line of lines) {
    const block = line.module === "swsec" ? policy.blocks.get(line.statement.block?.text ?? "") : undefined;
    if (line.problem !== undefined || block?.module !== "swsec" || block.spoofguard.mode === "off") continue;
    const message = `SpoofGuard of "${block.name}" checks addresses here, but the chain has no dfw line; NSX enforces SpoofGuard through the firewall, and a vNIC without it is not guarded.`;
    const source = { uri, statement: line.statement };
    findings.push(finding("spoofguard-without-firewall", source, line.statement.block ?? line.statement, message));
  }
  return findings;
}

const numberSpan = (line: SlotStatement): Span => line.number ?? line.keyword;

function checkLine(
  { statement, number, module, problem }: SlotLine,
  at: Source<SlotStatement>,
  policy: Policy,
  lines: readonly SlotLine[],
): Finding[] {
  const { platform } = policy;
  if (problem === undefined) {
    if (!isSlotNumber(number) || !platform.slots[number].preview) return [];
    const message = `Slot ${number} is announced for ${platform.slots[number].owner}, "when it becomes available": no release of ${platform.title} came with it.`;
    return [finding("slot-preview", at, numberSpan(statement), message)];
  }
  const taken = new Set(lines.filter((line) => line.problem === undefined).map((line) => line.number));
  const own = slotsFor(platform, module as Module);
  const free = own.filter((slot) => !taken.has(slot));
  const data = { free, module };
  const where = own.length === 0 ? `${platform.title} has no slot for ${module}` : `${module} has ${slotList(own)}`;
  switch (problem.kind) {
    case "out-of-range":
      return [
        finding(
          "slot-out-of-range",
          at,
          numberSpan(statement),
          `There is no slot ${number}: a chain has the slots 0 to 15.`,
          { data },
        ),
      ];
    case "reserved": {
      const message = `Slot ${number} is ${problem.owner.owner} on ${platform.title}, and nothing can be placed there; ${where}.`;
      return [finding("slot-reserved", at, numberSpan(statement), message, { data })];
    }
    case "wrong-module": {
      const message = `Slot ${number} belongs to ${problem.owner.module} (${problem.owner.owner}) on ${platform.title}, not to ${module}; ${where}.`;
      return [finding("slot-wrong-module", at, statement.module ?? statement, message, { data })];
    }
    case "duplicate": {
      const message = `Slot ${number} is filled by an earlier line, and that line counts.`;
      const first = { uri: at.uri, statement: problem.first };
      const there = [related(first, "The line that counts.", numberSpan(problem.first))];
      return [finding("slot-duplicate", at, numberSpan(statement), message, { data, related: there })];
    }
  }
}

/** `slot 2`, `slots 4 to 12`, `slots 4, 6 and 8`. */
function slotList(slots: readonly number[]): string {
  const [first] = slots;
  const last = slots[slots.length - 1];
  if (slots.length === 1) return `slot ${first}`;
  if ((last as number) - (first as number) + 1 === slots.length) return `slots ${first} to ${last}`;
  return `slots ${listed(slots.map(String), 16)}`;
}

function unplacedRedirects(policy: Policy, placed: ReadonlySet<string>): Finding[] {
  const findings: Finding[] = [];
  for (const block of policy.blocks.values()) {
    if (block.module !== "redirect" || placed.has(block.name)) continue;
    const message = `No chain places the redirect "${block.name}", so ${block.via === undefined ? "its appliance" : `"${block.via.name}"`} sees no packet.`;
    const free = SLOTS.filter((slot) => policy.platform.slots[slot].module === "redirect");
    findings.push(
      finding("redirect-unplaced", block.source, nameSpan(block.source.statement), message, {
        data: { free, name: block.name },
      }),
    );
  }
  return findings;
}

// ---- which vNICs ------------------------------------------------------------------------------------------------

function checkCover(policy: Policy): Finding[] {
  const owner = new Map<Vnic, Chain>();
  const findings: Finding[] = [];
  for (const chain of policy.chains) {
    const { appliedTo } = chain.source.statement;
    const claimed = [...chain.claimed];
    const span = appliedTo ?? nameSpan(chain.source.statement);
    if (claimed.length === 0 && !chain.source.statement.broken) {
      const why =
        policy.vnics.size === 0 ? "the policy declares no vNIC" : "no vNIC is a member of what it is applied to";
      findings.push(
        finding("chain-covers-nothing", chain.source, span, `The chain "${chain.name}" covers nothing: ${why}.`),
      );
    }
    const both: Vnic[] = [];
    for (const vnic of claimed) {
      if (owner.has(vnic)) both.push(vnic);
      else owner.set(vnic, chain);
    }
    if (both.length === 0) continue;
    const others = [...new Set(both.map((vnic) => owner.get(vnic) as Chain))];
    const message = `The chain "${chain.name}" also covers ${listed(both.map((vnic) => vnic.id))}, which ${listed(others.map((other) => `"${other.name}"`))} covers; a vNIC has one chain, and the first counts.`;
    const there = others.map((other) => related(other.source, "This chain comes first."));
    findings.push(
      finding("chain-overlap", chain.source, span, message, {
        data: { vnics: both.map((vnic) => vnic.id) },
        related: there,
      }),
    );
  }
  return findings;
}
