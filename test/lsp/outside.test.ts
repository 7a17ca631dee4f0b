/** Imports that lead out of the open folders: an error says so, and what the person opens or allows is read. */
import { afterEach, expect, test } from "vitest";
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

test("a link leads to a file of the same kind, and to no command or page", async () => {
  client = await startClient();
  const paths = ["a.iochain", "command:workbench.action.quit", "COMMAND:x", "https://example.com/", "javascript:x"];
  await client.open(uri, paths.map((path) => `import "${path}"`).join("\n"));
  const links = await client.request<{ target: string }[]>("textDocument/documentLink", { textDocument: { uri } });
  expect(links.map(({ target }) => target)).toEqual(["file:///work/net/a.iochain"]);
});
