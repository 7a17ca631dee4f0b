/** What cannot be launched is said in words that a person can act on, and the session ends by itself. */
import { describe, expect, test } from "vitest";
import { inProcess } from "./client.ts";

const POLICY = `
vm web-01 { vnic eth0 { mac 00:50:56:aa:01:11  ip 10.0.1.11 } }
vm db-01 { vnic eth0 { mac 00:50:56:aa:03:11  ip 10.0.3.11 } }
dfw fw {
  section "All" { rule 1 allow from any to web-01 }
  default drop
}
dfw other {
  section "All" { rule 1 alow from any }
}
chain all { slot 2 dfw fw }
scenario "Customer buys" {
  send tcp 203.0.113.7:1 -> web-01:2 syn
}
scenario "Odd" {
  send tcp 203.0.113.7:1 -> web-01:2 sin
}
`;
const files: Record<string, string> = {
  "/shop.iochain": POLICY,
  "/rubbish.iochain": "}{ ]] 0x \u0001 dfw dfw dfw {{{ send",
  "/program.iochain": "\u007fELF\u0000\u0001 rule 1",
  "/empty.iochain": "",
  "/broken.iochain": POLICY.replace("rule 1 allow from any to web-01", "rule 1 alow from any to web-01"),
};
const client = () =>
  inProcess({ readFile: (path) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])) });

describe("launching", () => {
  test("who disconnects while a large policy is being loaded is let go", async () => {
    const rules = Array.from({ length: 50_000 }, (_, i) => `    rule ${i + 2} allow from 10.1.0.0/16 to web-01`);
    files["/large.iochain"] = POLICY.replace("to web-01 }", `to web-01\n${rules.join("\n")}\n  }`);
    const debug = client();
    await debug.get("initialize", { adapterID: "iochain" });
    const launched = debug.ask("launch", { program: "/large.iochain" });
    const gone = debug.ask("disconnect").then(() => "gone");
    expect(await Promise.race([launched, gone])).toBe("gone");
    await debug.closed;
  });
  test.each([
    [{}, "the launch configuration names no program: the policy file to debug"],
    [{ program: "/none.iochain" }, "there is no file /none.iochain, or it cannot be read"],
    [{ program: "/empty.iochain" }, "the policy has no scenario: write one, or launch with a packet or a capture"],
    [{ program: "/rubbish.iochain" }, /^the policy has no scenario: a mistake may hide it, rubbish.iochain:1: /],
    [{ program: "/program.iochain" }, "/program.iochain is no UTF-8 text"],
    [{ scenario: 5 }, "launch configuration: scenario is a number, not a string"],
    [{ stopOnEntry: "no" }, "launch configuration: stopOnEntry is a string, not a boolean"],
    [{ scenario: "Customer bys" }, 'there is no scenario "Customer bys"; did you mean "Customer buys"?'],
    [{ scenario: "Quite another" }, 'there is no scenario "Quite another"; there are "Customer buys", "Odd"'],
    [{ packet: "tcp web-01 -> db-01:22 syn" }, /^packet, at 12: /],
    [{ packet: "tcp web-01:1 -> nobody:22 syn" }, /^packet, at 17: .*nobody/],
    [{ packet: "" }, /^packet, at 1: expected a packet/],
    [{ capture: "/none.pcap", at: "web-01" }, "there is no capture /none.pcap, or it cannot be read"],
    [{ capture: "/shop.iochain", at: "web-01" }, /^shop.iochain: not a pcap or pcapng file/],
    [{ capture: "/shop.iochain" }, 'a capture needs the vNIC at which it was taken, as "at": web-01.eth0, db-01.eth0'],
    [{ capture: "/shop.iochain", at: "web-1.eth0" }, "there is no vNIC web-1.eth0; did you mean web-01.eth0?"],
    [{ capture: "/c", packet: "p" }, "the launch configuration has a packet and a capture: one of them can run"],
    [{ scenario: "Odd" }, /^the packet would pass a mistake: shop.iochain:16: /],
    [{ program: "/broken.iochain" }, /^the packet would pass a mistake: broken.iochain:5: /],
  ])("%j", async (attributes, message) => {
    const debug = client();
    await debug.get("initialize", { adapterID: "iochain" });
    const program = Object.keys(attributes).length === 0 ? {} : { program: "/shop.iochain" };
    const response = await debug.ask("launch", { ...program, ...attributes });
    expect(response.success).toBe(false);
    if (typeof message === "string") expect(response.message).toBe(message);
    else expect(response.message).toMatch(message);
    expect(response.body.error.showUser).toBe(true);
    expect(response.body.error.format).toBe(response.message);
    await debug.event(["terminated"]);
    await debug.get("disconnect");
    await debug.closed;
  });

  test("a client that does not disconnect is left within two seconds", async () => {
    const debug = client();
    await debug.get("initialize", { adapterID: "iochain" });
    expect((await debug.ask("launch", { program: "/none.iochain" })).success).toBe(false);
    const started = performance.now();
    await debug.closed;
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("what the policy names is read within the folders, and says where it is not", async () => {
    const debug = inProcess({
      readFile: (path) => {
        if (path === "/net/main.iochain") return new TextEncoder().encode(`import "../b.iochain"\n${POLICY}`);
        throw new Error(`${path} was read`);
      },
    });
    await debug.get("initialize", { adapterID: "iochain" });
    await debug.get("launch", { program: "/net/main.iochain", folders: ["/net"] });
    const warning = await debug.event(["output"]);
    expect(warning.body.output).toBe(
      "the import /b.iochain lies outside the folders that are open, and is not read: what it declares is missing\n",
    );
    await debug.get("disconnect");
    await debug.closed;
  });

  /** A policy of which one line is another; what a launch says of it. */
  const said = async (line: string, instead: string): Promise<string> => {
    const policy = `
segment lan { vni 5001  subnet 10.0.1.0/24 }
vm web-01 { vnic eth0 { mac 00:50:56:aa:01:11  ip 10.0.1.11  segment lan } }
vm db-01 { vnic eth0 { mac 00:50:56:aa:03:11  ip 10.0.1.12  segment lan } }
group web = web-01
group idle = db-01
service shop = tcp/443
swsec guard {
  bind web-01.eth0 mac 00:50:56:aa:01:11 ip 10.0.1.11
}
dfw fw {
  section "Late" { rule 3 allow to idle }
  section "First" category emergency { rule 1 allow to web service shop }
  section "Then" category environment { rule 2 drop }
  default drop
}
chain all { slot 1 swsec guard  slot 2 dfw fw }
scenario "Customer buys" {
  send tcp 203.0.113.7:1 -> web-01:443 syn
}
`;
    expect(policy).toContain(line);
    const text = policy.replace(line, instead);
    const debug = inProcess({ readFile: () => new TextEncoder().encode(text) });
    await debug.get("initialize", { adapterID: "iochain" });
    const { success, message = "" } = await debug.ask("launch", { program: "/p.iochain" });
    const warning = success ? (await debug.event(["output"])).body.output : "";
    await debug.get("disconnect");
    await debug.closed;
    return success ? `runs: ${warning.trim()}` : message;
  };
  test.each([
    [
      "a rule's port",
      "service shop }",
      "service tcp/70000 }",
      /^the packet would pass a mistake: p.iochain:13: .*70000/,
    ],
    ["a rule's address", "to web service", "to 10.0.0.300 service", /^the packet would pass a mistake: p.iochain:13: /],
    ["a name in a group that a rule names", "web = web-01", "web = wab-01", /^the packet would pass .*:5: .*"wab-01"/],
    ["a service that a rule names", "tcp/443", "shopping", /^the packet would pass .*:7: .*"shopping"/],
    ["the receiver's vNIC", "aa:01:11  ip", "aa:01  ip", /^the packet would pass .*:3: /],
    ["the receiver's segment", "subnet 10.0.1.0/24", "subnet 10.0.1.0/44", /^the packet would pass .*:2: /],
    [
      "a section that is tried later",
      "allow to idle",
      "allow to nobody",
      /^runs: .* none where the packets pass; .*:12: /,
    ],
    ["a section of an earlier category", "category emergency", "category emergancy", /^the packet would pass .*:13: /],
    ["a group that no rule names before one decides", "idle = db-01", "idle = db-1", /^runs: .* none .*:6: /],
    [
      "a rule that is disabled",
      "rule 1 allow",
      "rule 9 drop from nobody disabled  rule 1 allow",
      /^runs: .* none where the packets pass; .*:13: /,
    ],
    [
      "a binding",
      "bind web-01.eth0 mac 00:50:56:aa:01:11",
      "bind web-01.eth0 mac 00:50:56:aa:01",
      /^the packet .*:9: /,
    ],
    [
      "a binding that holds as it is written",
      "bind web-01.eth0 mac 00:50:56:aa:01:11",
      "bind web-01.eth0 mac 00:50:56:aa:01:12",
      /^runs: the policy has a mistake, and runs as it is written; the first: p.iochain:9: /,
    ],
  ])("a mistake in %s", async (_, line, instead, message) => {
    expect(await said(line, instead)).toMatch(message);
  });

  test("a mistake that no packet passes is a warning", async () => {
    const debug = client();
    await debug.get("initialize", { adapterID: "iochain" });
    await debug.get("launch", { program: "/shop.iochain" });
    const warning = await debug.event(["output"]);
    expect(warning.body.output).toMatch(
      /^the policy has 2 mistakes, none where the packets pass; the first: shop.iochain:9: /,
    );
    await debug.get("configurationDone");
    await debug.event(["stopped"]);
    await debug.get("disconnect");
    await debug.closed;
  });
});
