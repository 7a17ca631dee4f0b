/** Sessions as stories: every file of `data/` that holds one, played in this process. UPDATE=1 rewrites them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Client, inProcess } from "./client.ts";
import { mistakesIn } from "./protocol.ts";
import { play, readStory, writeStory } from "./transcript.ts";

const folder = new URL("data/", import.meta.url);
const stories = readdirSync(folder).filter((name) =>
  readFileSync(new URL(name, folder), "utf8").includes("\n--- session"),
);

describe("sessions", () => {
  test.each(stories)("%s", async (name) => {
    const place = new URL(name, folder);
    const text = readFileSync(place, "utf8");
    const story = readStory(text);
    const told = writeStory(story, await playInMemory(story));
    if (process.env.UPDATE) writeFileSync(place, told);
    else expect(told).toBe(text);
  });
});

/** A browser has its files later, each by a path that is a URI: the same is told. */
describe("sessions whose files come later", () => {
  test.each(stories)("%s", async (name) => {
    const story = readStory(readFileSync(new URL(name, folder), "utf8"));
    const here = await playInMemory(story);
    expect(await playInMemory(story, "memfs://story%2Bmount/", true)).toBe(here);
  });
});

describe("messages of sessions are those of the protocol", () => {
  test.each(stories)("%s", async (name) => {
    let client: Client | undefined;
    await playInMemory(readStory(readFileSync(new URL(name, folder), "utf8")), "/story/", false, (made) => {
      client = made;
    });
    expect(mistakesIn(client?.told ?? [])).toEqual([]);
  });
});

function playInMemory(
  story: ReturnType<typeof readStory>,
  root = "/story/",
  later = false,
  made: (client: Client) => void = () => {},
): Promise<string> {
  const files = new Map([...story.files].map(([name, body]) => [root + name, { body, stamp: 1 }]));
  const client = inProcess({
    readFile: (path) => {
      const found = bytes(files.get(path)?.body, path);
      return later ? new Promise((resolve) => setTimeout(resolve, 1, found)) : found;
    },
    stamp: (path) => files.get(path)?.stamp,
  });
  made(client);
  const rewrite = (name: string, body: string): void => {
    const file = files.get(root + name);
    if (file) files.set(root + name, { body, stamp: file.stamp + 1 });
  };
  return play(story, client, (name) => root + name, rewrite);
}

/** A capture stands in a story as hexadecimal digits. */
function bytes(body: string | undefined, path: string): Uint8Array | undefined {
  if (body === undefined || path.endsWith(".iochain"))
    return body === undefined ? undefined : new TextEncoder().encode(body);
  return Uint8Array.from(body.replace(/\s/g, "").match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}
