/**
 * Questions about all packets, for any client that wants to ask them; answered in slices, and cancellable:
 *
 * - `iochain/explain` `{ uri, from?, to?, service? }` → the fate of a class (`check/explain.ts`)
 */
import { ErrorCodes, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import { explain } from "../check/explain.ts";
import type { Steps } from "../space/steps.ts";
import type { Feature } from "./features.ts";
import { breathe } from "./session.ts";
import { optionalText, viewOf } from "./simulation.ts";

/** The floor is given up at least this often, in milliseconds. */
const SLICE = 15;

async function inSlices<T>(steps: Steps<T>, token: Parameters<Feature["answer"]>[2]): Promise<T> {
  for (;;) {
    const begun = performance.now();
    let step = steps.next();
    while (!step.done && performance.now() - begun < SLICE) step = steps.next();
    if (step.done) return step.value;
    await breathe(token);
  }
}

export const QUESTIONS: readonly Feature[] = [
  {
    method: "iochain/explain",
    answer: async (session, params, token) => {
      const view = viewOf(session, params.uri);
      if (view === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no policy ${params.uri}`);
      const text = {
        from: optionalText(params.from, "from"),
        to: optionalText(params.to, "to"),
        service: optionalText(params.service, "service"),
      };
      const answer = await inSlices(explain(view.program, view.policy(), text), token);
      if (!("problems" in answer)) return answer;
      const message = answer.problems.map((problem) => `${problem.part}: ${problem.message}`).join(" ");
      throw new ResponseError(LSPErrorCodes.RequestFailed, message, answer);
    },
  },
];
