/** The steps that a dropped capture becomes, and the place where they tear nothing in two. */

/** VNICs to choose from, at most: a list of thousands is no choice. */
const MOST_CHOICES = 50;

/** The lines of a declaration at the top of a policy. */
export interface Declaration {
  isScenario: boolean;
  first: number;
  last: number;
}

export interface Place {
  line: number;
  character: number;
}

/**
 * A snippet that replays captures at a vNIC which the author chooses: steps within a scenario, else a scenario of them.
 * On an empty line it comes where it was dropped, elsewhere behind the step or the declaration which is there.
 */
export function replaySteps(
  paths: readonly string[],
  vnics: readonly string[],
  lines: readonly string[],
  declarations: readonly Declaration[],
  dropped: Place,
): { place: Place; snippet: string } {
  const isEmpty = (line: number): boolean => (lines[line] ?? "").trim() === "";
  /** At the beginning of a line an editor indents nothing by itself. */
  const behind = (line: number, text: string): { place: Place; snippet: string } =>
    line + 1 < lines.length
      ? { place: { line: line + 1, character: 0 }, snippet: `${text}\n` }
      : { place: { line, character: lines[line]?.length ?? 0 }, snippet: `\n${text}` };
  const around = declarations.find(({ first, last }) => first <= dropped.line && dropped.line <= last);
  if (around?.isScenario && around.first < around.last) {
    const steps = stepsOf(paths, vnics, 1);
    if (isEmpty(dropped.line)) return { place: dropped, snippet: steps.join("\n") };
    return behind(endOfStep(around, lines, dropped.line), steps.map((step) => `  ${step}`).join("\n"));
  }
  const steps = stepsOf(paths, vnics, 2).map((step) => `  ${step}\n`);
  const scenario = `scenario "\${1:Replay}" {\n${steps.join("")}}`;
  if (!around && isEmpty(dropped.line)) return { place: dropped, snippet: `${scenario}\n` };
  const last = around?.last ?? dropped.line;
  return behind(last, `\n${scenario}${isEmpty(last + 1) ? "" : "\n"}`);
}

/** Of a closing brace it is the line before, of a step over several lines the last of them. */
function endOfStep({ first, last }: Declaration, lines: readonly string[], line: number): number {
  const indentOf = (at: number): number => (lines[at] ?? "").search(/\S/);
  let end = line === last ? line - 1 : line;
  while (end > first && end + 1 < last && indentOf(end + 1) > indentOf(line)) end += 1;
  return end;
}

const stepsOf = (paths: readonly string[], vnics: readonly string[], stop: number): string[] =>
  paths.map((path, index) => `replay ${literal(JSON.stringify(path))} at ${choice(stop + index, vnics)}`);

function choice(stop: number, vnics: readonly string[]): string {
  const offered = vnics.slice(0, MOST_CHOICES).map((name) => literal(name).replace(/[,|]/g, "\\$&"));
  return offered.length > 1 ? `\${${stop}|${offered.join(",")}|}` : `\${${stop}:${offered[0] ?? "vm.eth0"}}`;
}

const literal = (text: string): string => text.replace(/[\\$}]/g, "\\$&");
