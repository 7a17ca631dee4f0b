/** VNICs to choose from, at most: a list of thousands is no choice. */
const MOST_CHOICES = 50;

/**
 * A snippet that replays captures at a vNIC which the author chooses: steps where `before` ends within a scenario, else a
 * scenario of them.
 */
export function replaySteps(paths: readonly string[], vnics: readonly string[], before: string): string {
  const isInScenario = /\bscenario\s+"[^"\n]*"\s*\{[^{}]*$/.test(before);
  const first = isInScenario ? 1 : 2;
  const steps = paths.map(
    (path, index) => `replay ${literal(JSON.stringify(path))} at ${choice(first + index, vnics)}`,
  );
  if (isInScenario) return steps.join("\n");
  return `scenario "\${1:Replay}" {\n${steps.map((step) => `  ${step}\n`).join("")}}\n`;
}

function choice(stop: number, vnics: readonly string[]): string {
  const offered = vnics.slice(0, MOST_CHOICES).map((name) => literal(name).replace(/[,|]/g, "\\$&"));
  return offered.length > 1 ? `\${${stop}|${offered.join(",")}|}` : `\${${stop}:${offered[0] ?? "vm.eth0"}}`;
}

const literal = (text: string): string => text.replace(/[\\$}]/g, "\\$&");
