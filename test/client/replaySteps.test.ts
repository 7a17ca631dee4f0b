/** A capture dropped onto a policy: the snippet that the author goes on with, and where it comes. */
import { expect, test } from "vitest";
import { type Declaration, type Place, replaySteps } from "../../client/src/exchange/replaySteps.ts";

const POLICY = `policy "p"

scenario "old" {
  send tcp a -> b syn

  send tcp a -> b:22
    expect dropped
}
assert "a"
  blocked from a to b
`;
const LINES = POLICY.split("\n");
const OUTLINE: Declaration[] = [
  { isScenario: false, first: 0, last: 0 },
  { isScenario: true, first: 2, last: 7 },
  { isScenario: false, first: 8, last: 9 },
];
const drop = (line: number, character = 0, paths = ["web.pcap"], vnics = ["web-01.eth0"]) =>
  replaySteps(paths, vnics, LINES, OUTLINE, { line, character });

function inserted({ place, snippet }: { place: Place; snippet: string }): string {
  const line = LINES[place.line] ?? "";
  return LINES.with(place.line, line.slice(0, place.character) + snippet + line.slice(place.character))
    .join("\n")
    .replace(/\$\{\d:(.*?)\}/g, "$1");
}

test("on an empty line it is a scenario, with a title and a vNIC to choose", () => {
  expect(drop(1, 0, ["web.pcap"], ["web-01.eth0", "db-01.eth0"])).toEqual({
    place: { line: 1, character: 0 },
    snippet: 'scenario "${1:Replay}" {\n  replay "web.pcap" at ${2|web-01.eth0,db-01.eth0|}\n}\n',
  });
});

test("within a scenario it is a step for each capture", () => {
  expect(drop(4, 0, ["a.pcap", "b.pcapng"])).toEqual({
    place: { line: 4, character: 0 },
    snippet: 'replay "a.pcap" at ${1:web-01.eth0}\nreplay "b.pcapng" at ${2:web-01.eth0}',
  });
});

test("onto a word it comes behind the step that the word is of", () => {
  const step = '\n  replay "web.pcap" at web-01.eth0\n';
  expect(inserted(drop(3, 7))).toContain(`  send tcp a -> b syn${step}\n  send`);
  expect(inserted(drop(5, 7))).toContain(`    expect dropped${step}}`);
  expect(inserted(drop(2, 3))).toContain(`scenario "old" {${step}  send tcp a -> b syn`);
  expect(inserted(drop(7, 0))).toContain(`    expect dropped${step}}`);
});

test("onto another declaration a scenario comes behind that", () => {
  const scenario = '\n\nscenario "Replay" {\n  replay "web.pcap" at web-01.eth0\n}\n';
  expect(inserted(drop(8, 3))).toBe(POLICY.trimEnd() + scenario);
  expect(inserted(drop(0, 3))).toContain(`policy "p"${scenario}\nscenario "old"`);
});

test("a name cannot be taken for a part of the snippet", () => {
  expect(drop(1, 0, ["$HOME}.pcap"], []).snippet).toContain('"\\$HOME\\}.pcap" at ${2:vm.eth0}');
  expect(drop(1, 0, ["C:\\a.pcap"], []).snippet).toContain('"C:\\\\\\\\a.pcap"');
});
