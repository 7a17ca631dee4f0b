/** Which files a policy may have read, by what the person has opened. */
import { describe, expect, it } from "vitest";
import { mayRead, readableFrom } from "../../server/src/policy/readable.ts";

const opened = { folders: [] as string[], policies: [] as string[], outside: false };

describe("in a folder", () => {
  const readable = readableFrom({ ...opened, folders: ["file:///home/ann/net"] });
  it.each([
    "file:///home/ann/net/a.iochain",
    "file:///home/ann/net/deep/er/notes.txt",
    "file:///home/ann/net/x/../a.iochain",
    "file://localhost/home/ann/net/a.iochain",
    "/home/ann/net/a.iochain",
  ])("%s is read", (file) => expect(mayRead(readable, file)).toBe(true));
  it.each([
    "file:///home/ann/a.iochain",
    "file:///home/ann/network/a.iochain",
    "file:///home/ann/net/../a.iochain",
    "file:///home/ann/net/%2e%2e/a.iochain",
    "file:///home/ann/net/..%2Fa.iochain",
    "file:///home/ann/net/..%5Ca.iochain",
    "file:///etc/passwd",
    "file://server/home/ann/net/a.iochain",
    "//server/share/a.iochain",
    "\\\\server\\share\\a.iochain",
    "http://home/ann/net/a.iochain",
    "vscode-vfs:///home/ann/net/a.iochain",
    "command:iochain.restartServer",
    "",
  ])("%s is not", (file) => expect(mayRead(readable, file)).toBe(false));
});

it("drives are spelled in either case, colons in percent form", () => {
  const readable = readableFrom({ ...opened, folders: ["file:///C%3A/net"] });
  expect(mayRead(readable, "file:///c:/net/a.iochain")).toBe(true);
  expect(mayRead(readable, "C:\\net\\a.iochain")).toBe(true);
  expect(mayRead(readable, "file:///c:/other/a.iochain")).toBe(false);
});

describe("a policy that lies in no open folder", () => {
  const readable = readableFrom({
    ...opened,
    folders: ["file:///home/ann/net"],
    policies: ["file:///tmp/x/a.iochain"],
  });
  it.each(["file:///tmp/x/b.iochain", "file:///tmp/x/y/b.pcapng", "file:///tmp/x/b.pcap.gz"])(
    "has %s read beside it",
    (file) => expect(mayRead(readable, file)).toBe(true),
  );
  it.each(["file:///tmp/x/.ssh/id_rsa", "file:///tmp/b.iochain", "file:///tmp/x/b.iochain.txt"])("but not %s", (file) =>
    expect(mayRead(readable, file)).toBe(false),
  );
});

it("a policy that is nowhere yet has nothing read", () => {
  for (const folders of [["file:///home/ann/net"], []]) {
    const readable = readableFrom({ ...opened, folders, policies: ["untitled:Untitled-1"] });
    expect(mayRead(readable, "file:///tmp/a.iochain")).toBe(false);
  }
});

describe("where no folder is open", () => {
  const readable = readableFrom({ ...opened, policies: ["file:///tmp/x/a.iochain"] });
  it("policies and captures of this machine are read", () => {
    expect(mayRead(readable, "file:///srv/common/b.iochain")).toBe(true);
    expect(mayRead(readable, "file:///etc/passwd")).toBe(false);
    expect(mayRead(readable, "file://server/common/b.iochain")).toBe(false);
  });
  it("a program that was started around the policy goes no further", () => {
    const around = readableFrom({ ...opened, policies: ["/net/x/a.iochain"], startedIn: "/net" });
    expect(mayRead(around, "/net/common/b.iochain")).toBe(true);
    expect(mayRead(around, "/net/common/b.txt")).toBe(false);
    expect(mayRead(around, "/srv/b.iochain")).toBe(false);
  });
});

it("where the person allows it, all of this machine is read, and no other", () => {
  const readable = readableFrom({ ...opened, folders: ["file:///home/ann/net"], outside: true });
  expect(mayRead(readable, "file:///srv/notes.txt")).toBe(true);
  expect(mayRead(readable, "file://server/srv/notes.txt")).toBe(false);
  expect(mayRead(readable, "vscode-vfs://github/ann/net/a.iochain")).toBe(false);
});

it("what lies in no disk has its own folders", () => {
  const readable = readableFrom({ ...opened, folders: ["vscode-vfs://github/ann/net"] });
  expect(mayRead(readable, "vscode-vfs://github/ann/net/a.iochain")).toBe(true);
  expect(mayRead(readable, "vscode-vfs://github/bob/net/a.iochain")).toBe(false);
  expect(mayRead(readable, "vscode-userdata:/User/settings.json")).toBe(false);
});
