/** A capture dropped onto a policy: the snippet that the author goes on with. */
import { expect, test } from "vitest";
import { replaySteps } from "../../client/src/exchange/replaySteps.ts";

const POLICY = 'policy "p"\nscenario "old" {\n  send tcp a -> b syn\n}\n';

test("outside a scenario it is one, with a title and a vNIC to choose", () => {
  expect(replaySteps(["web.pcap"], ["web-01.eth0", "db-01.eth0"], POLICY)).toBe(
    'scenario "${1:Replay}" {\n  replay "web.pcap" at ${2|web-01.eth0,db-01.eth0|}\n}\n',
  );
});

test("within a scenario it is a step for each capture", () => {
  expect(replaySteps(["a.pcap", "b.pcapng"], ["web-01.eth0"], 'scenario "new" {\n  ')).toBe(
    'replay "a.pcap" at ${1:web-01.eth0}\nreplay "b.pcapng" at ${2:web-01.eth0}',
  );
});

test("a name cannot be taken for a part of the snippet", () => {
  expect(replaySteps(["$HOME}.pcap"], [], POLICY)).toContain('"\\$HOME\\}.pcap" at ${2:vm.eth0}');
  expect(replaySteps(["C:\\a.pcap"], [], POLICY)).toContain('"C:\\\\\\\\a.pcap"');
});
