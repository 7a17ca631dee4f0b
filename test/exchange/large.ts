/** Dumps of the size of the largest vNIC that is known from public sources: 17,242 rules, 246,138 entries of address sets. */
export const RULES = 17_242;
export const ENTRIES = 246_138;
const SETS = 3_000;

/** `rules`: each line is a rule of its own. */
export function largeDump(): { readonly rules: string; readonly sets: string } {
  const rules = ["ruleset domain-c1 {", "  # Filter rules"];
  for (let i = 0; i < RULES; i++) {
    const ports = i % 3 === 0 ? "{80, 443, 8000-8010}" : String(1024 + i);
    const protocol = i % 2 === 0 ? "tcp" : "udp";
    rules.push(
      `  rule ${1001 + i} at ${i + 1} inout protocol ${protocol} from addrset set-${i % SETS} to addrset set-${(i * 7) % SETS} port ${ports} accept with log;`,
    );
  }
  rules.push("}");
  const sets: string[] = [];
  let address = 0;
  for (let i = 0; i < SETS; i++) {
    sets.push(`addrset set-${i} {`);
    for (const end = Math.floor((ENTRIES * (i + 1)) / SETS); address < end; address++)
      sets.push(`ip 10.${(address >> 16) & 255}.${(address >> 8) & 255}.${address & 255},`);
    sets.push("}");
  }
  return { rules: `${rules.join("\n")}\n`, sets: `${sets.join("\n")}\n` };
}
