/** Imports that lead out of the open folders: an error says so, and what the person opens or allows is read. */
import { afterEach, expect, test, vi } from "vitest";
import { type Client, EDITOR, startClient } from "./client.ts";

const uri = "file:///work/net/main.iochain";
const TEXT = 'import "../common.iochain"\ngroup all = shared\n';
const files = new Map([["file:///work/common.iochain", "group shared = 10.0.0.1\n"]]);

let client: Client;
afterEach(() => client.stop());

const codes = async () => {
  const { items } = await client.request<{ items: { code: string; message: string }[] }>("textDocument/diagnostic", {
    textDocument: { uri },
  });
  return items.map(({ code }) => code).filter((code) => code !== "unused-declaration");
};
const OUTSIDE = ["import-outside", "unknown-name"];

test("an import out of the folder is an error", async () => {
  client = await startClient(files, EDITOR, ["file:///work/net"]);
  await client.open(uri, TEXT);
  expect(await codes()).toEqual(OUTSIDE);
});

test("a folder that is opened later holds it", async () => {
  client = await startClient(files, EDITOR, ["file:///work/net"]);
  await client.open(uri, TEXT);
  expect(await codes()).toEqual(OUTSIDE);
  const work = { uri: "file:///work", name: "work" };
  await client.notify("workspace/didChangeWorkspaceFolders", { event: { added: [work], removed: [] } });
  expect(await codes()).toEqual([]);
  await client.notify("workspace/didChangeWorkspaceFolders", { event: { added: [], removed: [work] } });
});

test("the setting allows it, and takes it back", async () => {
  client = await startClient(files, EDITOR, ["file:///work/net"]);
  await client.open(uri, TEXT);
  const set = (outsideWorkspace: unknown) =>
    client.notify("workspace/didChangeConfiguration", { settings: { iochain: { imports: { outsideWorkspace } } } });
  await set(true);
  expect(await codes()).toEqual([]);
  await set("yes");
  expect(await codes()).toEqual(OUTSIDE);
});

test("where no folder is open, policies are read from anywhere", async () => {
  client = await startClient(files, EDITOR);
  await client.open(uri, TEXT);
  expect(await codes()).toEqual([]);
});

test("of very many findings the gravest are told, and how many there are", async () => {
  client = await startClient();
  const lines = Array.from({ length: 40 }, (_, i) => `group g${i} = 10.0.0.1/8\n`).join("");
  await client.open(uri, `${lines}group x = nobody\n`);
  const set = (findings: number) =>
    client.notify("workspace/didChangeConfiguration", { settings: { iochain: { limits: { findings } } } });
  const told = async () =>
    (
      await client.request<{ items: { code?: string; message: string }[] }>("textDocument/diagnostic", {
        textDocument: { uri },
      })
    ).items;
  expect(await told()).toHaveLength(41);
  await set(5);
  const few = await told();
  expect(few[0]?.message).toContain("41 findings, of which the gravest 5 are shown (iochain.limits.findings)");
  expect(few).toHaveLength(6);
  expect(few.map(({ code }) => code)).toContain("unknown-name");
});

test("of a folder with more policies than are looked for, a message is shown; the others are known once more may be", async () => {
  const many = new Map(Array.from({ length: 9 }, (_, i) => [`file:///work/net/${i}.iochain`, `group g${i} = any\n`]));
  client = await startClient(many, EDITOR, ["file:///work/net"]);
  const shown: string[] = [];
  client.connection.onRequest("window/showMessageRequest", ({ message }) => {
    shown.push(message);
    return null;
  });
  await client.notify("workspace/didChangeConfiguration", { settings: { iochain: { limits: { workspaceFiles: 4 } } } });
  const net = { uri: "file:///work/net", name: "net" };
  await client.notify("workspace/didChangeWorkspaceFolders", { event: { added: [net], removed: [net] } });
  await vi.waitFor(() => expect(shown.join()).toContain("has more than 4 policies"));
  const known = () => client.request<unknown[]>("workspace/symbol", { query: "g" });
  expect(await known()).toHaveLength(4);
  await client.notify("workspace/didChangeConfiguration", { settings: { iochain: { limits: { workspaceFiles: 9 } } } });
  await vi.waitFor(async () => expect(await known()).toHaveLength(9));
  expect(shown).toHaveLength(1);
});

test("a link leads to a file of the same kind, and to no command or page", async () => {
  client = await startClient();
  const paths = ["a.iochain", "command:workbench.action.quit", "COMMAND:x", "https://example.com/", "javascript:x"];
  await client.open(uri, paths.map((path) => `import "${path}"`).join("\n"));
  const links = await client.request<{ target: string }[]>("textDocument/documentLink", { textDocument: { uri } });
  expect(links.map(({ target }) => target)).toEqual(["file:///work/net/a.iochain"]);
});
