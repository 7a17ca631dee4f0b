/** The slot table, as the modules of the program. */
import { SLOTS } from "../policy/platforms.ts";
import type { Debuggee } from "./debuggee.ts";

export function modules(debuggee: Debuggee): readonly object[] {
  const { platform, chains } = debuggee.loaded.policy;
  return SLOTS.map((slot) => {
    const { owner, module } = platform.slots[slot];
    const blocks = [...new Set(chains.flatMap((chain) => chain.slots.get(slot)?.block?.name ?? []))];
    return {
      id: slot,
      name: `slot ${slot} ${module ?? "reserved"}`,
      slot,
      owner,
      block: blocks.join(", "),
      version: platform.id,
      isUserCode: blocks.length > 0,
    };
  });
}
