/** Policies for tests, from text. */
import { compilePolicy } from "../../server/src/policy/compile.ts";
import type { Policy } from "../../server/src/policy/policy.ts";
import { loadProgram, type Program } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";

export function programOf(files: Readonly<Record<string, string>>, root = "main.iochain"): Program {
  const documents = new Map(Object.entries(files).map(([uri, text]) => [uri, parseFile(uri, text)]));
  return loadProgram(root, (uri) => documents.get(uri));
}

export const policyOf = (text: string): Policy => compilePolicy(programOf({ "main.iochain": text }));
