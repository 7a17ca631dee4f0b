/** A packet with a certain fate, or the proof that there is none: an assert of the opposite, and its counterexample. */
import { traceText } from "../../chain/traceText.ts";
import { checkAssert } from "../../check/asserts.ts";
import { checkProgram } from "../../check/check.ts";
import { CODES } from "../../check/codes.ts";
import { compilePolicy } from "../../policy/compile.ts";
import type { Program } from "../../policy/program.ts";
import { parseFile } from "../../syntax/document.ts";
import { quote } from "../../syntax/strings.ts";
import { tracePacket } from "../simulate.ts";
import type { View } from "../view.ts";
import type { Answer } from "./tools.ts";

export interface Wanted {
  readonly fate: string;
  readonly from?: string;
  readonly to?: string;
  readonly service?: string;
  readonly appliance?: string;
}

/** What would have to hold if there were no such packet. */
function opposite({ fate, appliance }: Wanted): string | undefined {
  switch (fate) {
    case "delivered":
      return "blocked";
    case "stopped":
      return "allowed";
    case "unencrypted":
      return "encrypted";
    default:
      return appliance === undefined ? undefined : `inspected by ${quote(appliance)}`;
  }
}

export function findPacketFor(view: View, wanted: Wanted): Answer {
  const property = opposite(wanted);
  if (property === undefined) return { error: "fate uninspected needs the appliance" };
  const clauses = (["from", "to", "service"] as const).map((word) =>
    wanted[word] === undefined ? "" : ` ${word} ${wanted[word]}`,
  );
  // The question is one more document of the program, so mistakes in it get the words that mistakes always get.
  const name = "question";
  const question = parseFile(name, `assert ${property}${clauses.join("")}`);
  if (question.tree.statements.length !== 1) return { error: "from, to and service are clauses of one question" };
  const { documents, declarationOrder, document } = view.program;
  const program: Program = {
    ...view.program,
    documents: [...documents, question],
    declarationOrder: [...declarationOrder, question],
    document: (uri) => (uri === name ? question : document(uri)),
  };
  const policy = compilePolicy(program);
  const mistake = checkProgram(program, policy).find(
    ({ place, code }) => place.at.uri === name && CODES[code].severity === "error",
  );
  if (mistake) return { error: mistake.message };
  const assert = policy.asserts.find((candidate) => candidate.uri === name);
  if (assert === undefined) return { error: "the question cannot be read" };
  const result = checkAssert(policy, assert);
  if (result.holds) return { text: `There is no such packet: ${property}${clauses.join("")} holds for every packet.` };
  if (result.holds === undefined) return { error: `not decided: ${result.undecided}` };
  if (result.packet === undefined) return { text: `There is no such packet: ${result.reason}.` };
  const trace = tracePacket(view, result.packet);
  return { text: `${result.packet}\n\n${"error" in trace ? trace.error : traceText(trace)}` };
}
