/** HCL, as far as an export writes it (a line a head, an argument or a brace), held to a table of what a provider takes. */

/** An argument's kind, or a block's arguments and blocks. */
type Table = { readonly [name: string]: string | Table };

const KINDS: Readonly<Record<string, RegExp>> = {
  text: /^".*"$/,
  id: /^"[A-Za-z0-9._-]+"$/,
  flag: /^(?:true|false)$/,
  number: /^\d+$/,
  numeral: /^"\d+"$/,
  prefix: /^"[0-9a-f.:]+\/\d+"$/,
  path: /^(?:"\/infra\/[^"\s]+"|nsxt_\w+\.[\w-]+\.path)$/,
  texts: /^\[(?:"[^"]*"(?:, )?)+\]$/,
  ports: /^\[(?:"\d+(?:-\d+)?"(?:, )?)+\]$/,
  addresses: /^\[(?:(?:"[0-9./-]+"(?:, )?)+|(?:"[0-9a-f.:/-]*:[0-9a-f.:/-]*"(?:, )?)+)\]$/,
  macs: /^\[(?:"[0-9a-f:]{17}"(?:, )?)+\]$/,
  paths: /^\[(?:(?:"\/infra\/[^"\s]+"|nsxt_\w+\.[\w-]+\.path)(?:, )?)+\]$/,
  sides: /^\[(?:(?:"[0-9a-f.:/-]+"|"\/infra\/[^"\s]+"|nsxt_\w+\.[\w-]+\.path)(?:, )?)+\]$/,
};

/** What of the text is not as the table has it, and references to what the text does not declare. */
export function hclMistakes(text: string, resources: Table): string[] {
  const mistakes: string[] = [];
  const declared = new Set<string>();
  const named: { reference: string; line: number }[] = [];
  const open: { readonly head: string; readonly table: Table | undefined; readonly seen: Set<string> }[] = [];
  for (const [i, full] of text.split("\n").entries()) {
    const line = full.trim();
    const wrong = (why: string) => mistakes.push(`line ${i + 1}: ${why}: ${line}`);
    if (line === "" || line.startsWith("#")) continue;
    const top = open.at(-1);
    const resource = /^resource "(\w+)" "([A-Za-z_][\w-]*)" \{$/.exec(line);
    const block = /^(\w+) \{$/.exec(line)?.[1];
    const [, key, value] = /^(\w+) *= (.*)$/.exec(line) ?? [];
    if (resource !== null) {
      const [, type, label] = resource as unknown as [string, string, string];
      const table = resources[type];
      if (typeof table !== "object") wrong("no such resource");
      if (declared.has(`${type}.${label}`)) wrong("declared twice");
      declared.add(`${type}.${label}`);
      open.push({ head: type, table: table as Table, seen: new Set() });
    } else if (block !== undefined) {
      const inner = top?.table?.[block];
      const known =
        open.length === 0 ? block === "terraform" : block === "required_providers" || typeof inner === "object";
      if (!known) wrong("no such block");
      top?.seen.add(block);
      open.push({ head: block, table: typeof inner === "object" ? inner : undefined, seen: new Set() });
    } else if (line === "}") {
      const { head, table = {}, seen } = open.pop() ?? { head: "", seen: new Set() };
      for (const [name, kind] of Object.entries(table))
        if (typeof kind === "string" && kind.startsWith("!") && !seen.has(name)) wrong(`${head} needs ${name}`);
    } else if (key !== undefined && value !== undefined) {
      if (top?.head === "required_providers") continue;
      const kind = top?.table?.[key];
      if (typeof kind !== "string") wrong("no such argument");
      else if (top?.seen.has(key)) wrong("given twice");
      else {
        const words = kind.replace(/^!/, "");
        const fits = KINDS[words]?.test(value) ?? words.split("|").includes(value.replace(/^"|"$/g, ""));
        if (!fits) wrong(`not of the kind ${words}`);
      }
      top?.seen.add(key);
      for (const [reference] of value.matchAll(/nsxt_\w+\.[\w-]+(?=\.path)/g)) named.push({ reference, line: i + 1 });
    } else wrong("not HCL as an export writes it");
  }
  for (const { reference, line } of named)
    if (!declared.has(reference)) mistakes.push(`line ${line}: nothing declares ${reference}`);
  return mistakes;
}
