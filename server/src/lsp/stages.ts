/**
 * The checks in the order of their cost. Each runs in slices, so that a keystroke never waits for one: what is cheap
 * is told at once, what needs sets of packets and scenarios follows.
 */
import type { Finding } from "../check/finding.ts";
import type { LoadedProgram } from "./workspace.ts";

export interface Stage {
  readonly name: string;
  /** Gives up the floor at every `yield`. */
  readonly run: (loaded: LoadedProgram) => Generator<void, readonly Finding[]>;
}

function* syntax({ program }: LoadedProgram): Generator<void, readonly Finding[]> {
  const findings: Finding[] = [];
  for (const document of program.documents)
    for (const { chunk, error } of document.errors()) {
      const statement = chunk.statements.findLast(({ start }) => start <= error.start) ?? chunk.statements[0];
      findings.push({
        code: error.code,
        message: error.message,
        // A mistake may stand where there is no statement at all: its place is its chunk then.
        place: { at: { uri: document.uri, statement: statement ?? ({ chunk } as never) }, span: error },
        data: error.expected && { expected: error.expected },
      });
    }
  yield;
  return findings;
}

export const STAGES: readonly Stage[] = [{ name: "syntax", run: syntax }];
