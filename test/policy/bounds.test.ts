/** What a policy may ask for ends somewhere, and says so: each bound, small, and a policy that goes beyond. */
import { describe, expect, it } from "vitest";
import { runScenario } from "../../server/src/chain/scenario.ts";
import { checkEverything } from "../../server/src/check/everything.ts";
import { boundsOf } from "../../server/src/policy/bounds.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";

type Texts = Readonly<Record<string, string>>;
const programOf = (texts: Texts, bounds: object) => {
  const load = (uri: string) => (texts[uri] === undefined ? undefined : parseFile(uri, texts[uri]));
  return loadProgram("main", load, boundsOf(bounds));
};
/** `file:line code message` of the errors. */
const errorsOf = (texts: Texts, bounds: object) => {
  const program = programOf(texts, bounds);
  return checkEverything(program)
    .filter(({ code }) => ["import-not-found", "too-large", "expect-failed"].includes(code))
    .map(({ code, place, message }) => `${place.at.uri}:${place.at.statement.chunk.line + 1} ${code} ${message}`);
};

describe("imports", () => {
  const chain = Object.fromEntries(
    ["main", "a", "b", "c"].map((name, i, all) => [name, all[i + 1] === undefined ? "" : `import "${all[i + 1]}"\n`]),
  );
  it("go so far from file to file", () => {
    expect(errorsOf(chain, { importDepth: 3 })).toEqual([]);
    expect(errorsOf(chain, { importDepth: 2 })).toEqual([
      'b:1 import-not-found "c" is imported over too many files (iochain.limits.importDepth), so nothing that it declares is known here.',
    ]);
  });
  it("are so many", () => {
    const star = { main: 'import "a"\nimport "b"\nimport "a"\nimport "c"\n', a: "", b: "", c: "" };
    expect(errorsOf(star, { imports: 3 })).toEqual([]);
    expect(errorsOf(star, { imports: 2 })).toEqual([
      'main:4 import-not-found "c" is one import too many (iochain.limits.imports), so nothing that it declares is known here.',
    ]);
  });
  it("of ten thousand files in a row are an answer", () => {
    const row = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [i === 0 ? "main" : `f${i}`, `import "f${i + 1}"\n`]),
    );
    expect(errorsOf(row, { importDepth: 1_000_000 })).toHaveLength(1);
  });
});

const NETWORK = `segment lan { vni 5001  subnet 10.0.0.0/24 }
${["a", "b", "c", "d"].map((name, i) => `vm ${name} { vnic eth0 { segment lan  mac 00:50:56:00:00:0${i + 1}  ip 10.0.0.${i + 1} } }`).join("\n")}
dfw fw { section "All" { rule 1 allow from x to any service s } default drop }
chain all { slot 2 dfw fw }
`;

describe("sets", () => {
  const groups = `group w = 10.1.0.1, 10.1.0.9\ngroup x = w, 10.1.0.3, a\nservice s = tcp/1, tcp/2\n${NETWORK}`;
  it("of so many members are taken", () => {
    expect(errorsOf({ main: groups }, { groupAddresses: 4, serviceEntries: 2 })).toEqual([]);
  });
  it("of more are errors where they are declared and where they are used", () => {
    const told = errorsOf({ main: groups }, { groupAddresses: 3, serviceEntries: 1 });
    expect(told.map((line) => line.slice(0, 50))).toEqual([
      'main:2 too-large The members of "x" come to more t',
      'main:3 too-large The entries of "s" come to more t',
      "main:9 too-large Members of a list of this rule co",
      "main:9 too-large The services of this rule come to",
    ]);
  });
  it("of more are errors in a rule of any block", () => {
    const rule = "rule 1 WHAT from 10.1.0.1, 10.1.0.3, 10.1.0.5 to any";
    const acl = `acl block { ${rule.replace("WHAT", "allow")} }`;
    const dfw = `dfw block { section "All" { ${rule.replace("WHAT", "allow")} } default drop }`;
    const redirect = `appliance a { vendor "v" }\nredirect block via a { ${rule.replace("WHAT", "redirect")} }`;
    for (const main of [acl, dfw, redirect]) expect(errorsOf({ main }, { groupAddresses: 2 }), main).toHaveLength(1);
  });
  it("that double from line to line stay what they are", () => {
    const doubled = Array.from({ length: 60 }, (_, i) => `group g${i + 1} = g${i}, g${i}\n`).join("");
    expect(errorsOf({ main: `group g0 = 10.1.0.1, 10.1.0.2\n${doubled}` }, {})).toEqual([]);
  });
  it("that hold a large one, each of many, are cut off", () => {
    const large = `group large = ${Array.from({ length: 1000 }, (_, i) => `10.1.${i >> 7}.${(i & 127) * 2}`).join(", ")}\n`;
    const many = Array.from({ length: 100 }, (_, i) => `group g${i} = large, 10.2.0.${i}\n`).join("");
    const told = errorsOf({ main: large + many }, { groupAddresses: 2000 });
    expect(told.length).toBeGreaterThan(50);
    expect(told.length).toBeLessThan(70);
  });
});

describe("scenarios", () => {
  const main = (steps: string) => `group x = any\nservice s = any-tcp, any-udp\n${NETWORK}scenario "s" {\n${steps}}\n`;
  const SEND = "send tcp 10.0.0.1:1 -> 10.0.0.2:2 syn expect delivered\n";
  const run = (steps: string, bounds: object, frames = 0) => {
    const policy = compilePolicy(programOf({ main: main(steps) }, bounds));
    const frame = { time: 0n, data: new Uint8Array(60), linkType: 1, originalLength: 60 };
    const host = { readCapture: () => Array.from({ length: frames }, () => frame) };
    return runScenario(policy, policy.scenarios[0] as never, host as never);
  };
  const failureOf = (...args: Parameters<typeof run>) =>
    run(...args).steps.find(({ failure }) => failure)?.failure?.actual;

  it("run so many steps, and fail at the next", () => {
    expect(run(SEND.repeat(3), { scenarioSteps: 3 }).passed).toBe(true);
    expect(failureOf(SEND.repeat(5), { scenarioSteps: 3 })).toBe(
      "it is one of more than 3 (iochain.limits.scenarioSteps)",
    );
    expect(run(SEND.repeat(5), { scenarioSteps: 3 }).steps).toHaveLength(4);
    expect(errorsOf({ main: main(SEND.repeat(5)) }, { scenarioSteps: 3 })).toEqual([
      "main:14 expect-failed This step is not run: it is one of more than 3 (iochain.limits.scenarioSteps).",
    ]);
  });
  it("keep so many walks", () => {
    expect(failureOf(SEND.repeat(5), { walks: 5 })).toBe("packets have made more than 5 walks (iochain.limits.walks)");
  });
  it("replay so many frames", () => {
    expect(failureOf('replay "c.pcap" at a.eth0\n', { replayedFrames: 9 }, 9)).toBeUndefined();
    expect(failureOf('replay "c.pcap" at a.eth0\n', { replayedFrames: 9 }, 10)).toBe(
      "the capture has more than 9 frames (iochain.limits.replayedFrames)",
    );
  });
  it("flood so many receivers, and say how many there are", () => {
    const flood = "send arp request 10.0.0.2 from a expect flooded\n";
    const [step] = run(flood, { receivers: 2 }).steps;
    // Out of the sender, and into two of three.
    expect(step?.trace?.walks).toHaveLength(3);
    expect(step?.trace?.note).toBe("3 vNICs receive it, and the first 2 are walked (iochain.limits.receivers)");
    expect(run(flood, {}).steps[0]?.trace?.note).toBeUndefined();
  });
});
