import { describe, expect, it } from "vitest";
import { findPlatform, type Platform, SLOTS } from "../../server/src/policy/platforms.ts";
import { slotsFor } from "../../server/src/policy/slots.ts";

const modules = (id: string) => SLOTS.map((slot) => (findPlatform(id) as Platform).slots[slot].module ?? "-").join(" ");
const partners = (count: number) => Array(count).fill("redirect").join(" ");

describe("which slot is whose", () => {
  it.each([
    ["nsx-v 6.2", `acl swsec dfw - ${partners(9)} - - -`],
    ["nsx-v 6.3", `acl swsec dfw - ${partners(9)} - - encryption`],
    ["nsx-v-netx", `acl swsec dfw - ${partners(8)} - - - -`],
    ["nsx 4", "acl swsec dfw - - - - - - - - - redirect - - -"],
  ])("%s", (id, row) => expect(modules(id)).toBe(row));

  it("the slots of a module", () => {
    expect(slotsFor(findPlatform("nsx-v 6.3") as Platform, "redirect")).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(slotsFor(findPlatform("nsx 4") as Platform, "encryption")).toEqual([]);
  });
});
