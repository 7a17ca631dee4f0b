/** A text, looked at as the only file of a program. */
import type { Code } from "../../server/src/check/codes.ts";
import { checkEverything } from "../../server/src/check/everything.ts";
import type { Finding } from "../../server/src/check/finding.ts";
import type { View } from "../../server/src/ide/view.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";

export const uri = "file:///policy.iochain";

export interface Seen {
  readonly view: View;
  readonly findings: readonly Finding[];
}
export function look(text: string): Seen {
  const document = parseFile(uri, text);
  const program = loadProgram(uri, (wanted) => (wanted === uri ? document : undefined));
  const policy = compilePolicy(program);
  return { view: { document, program, policy: () => policy }, findings: checkEverything(program, policy) };
}
export const count = ({ findings }: Seen, code: Code): number =>
  findings.filter((finding) => finding.code === code).length;
