/** Hover on a slot: what it is, whose, when it is passed, what else it is called, and what is known of its past. */

import { isSlotNumber } from "../policy/platforms.ts";
import { topOf } from "../syntax/statements.ts";
import type { Chunk, Statement } from "../syntax/tree.ts";
import type { HoverText } from "./hover.ts";
import { code, escapeMarkdown, paragraphs, table } from "./markdown.ts";
import { DIRECTION_WORDS, MODULE_NOTES, slotHistory, slotOrder } from "./slotNotes.ts";
import type { View } from "./view.ts";

/** `statement` is the slot line or the expectation that names the slot, if one does. */
export function hoverSlot(view: View, number: number, statement?: Statement): string {
  const { platform, chains } = view.policy();
  if (!isSlotNumber(number)) return `**There is no slot ${number}.** An IOChain has sixteen: 0 to 15.`;
  const owner = platform.slots[number];
  const chain = statement && topOf(statement);
  const mine =
    chain?.kind === "chain" && chain.name ? chains.filter(({ source }) => source.statement === chain) : chains;
  const blocks = mine.map(({ name, slots, source }) => {
    const slot = slots.get(number);
    if (slot?.block)
      return `chain ${code(name)}: ${code(`${slot.block.module} ${slot.block.name}`)}${slot.fail === "open" ? " (fails open)" : ""}`;
    const written = source.statement.children.some((line) => line.kind === "slot" && line.number?.value === number);
    return `chain ${code(name)}: ${written ? "its line has an error and is left out" : "empty"}, the packet passes on`;
  });
  return paragraphs(
    `### Slot ${number} · ${escapeMarkdown(owner.module === undefined ? "reserved" : MODULE_NOTES[owner.module].title)}`,
    owner.module === undefined
      ? "Nothing may be placed here on this platform. A packet passes on, and every trace shows the slot."
      : MODULE_NOTES[owner.module].text,
    table(
      ["", ""],
      [
        ["Owner", `${escapeMarkdown(owner.owner)}${owner.preview ? " (announced, not delivered)" : ""}`],
        ["Platform", `${code(platform.id)} · ${escapeMarkdown(platform.title)}`],
        [
          "Takes",
          owner.module === undefined
            ? "nothing"
            : `${owner.module === "acl" || owner.module === "encryption" ? "an" : "a"} ${code(owner.module)} block`,
        ],
        ["Order", slotOrder(number)],
        ["Here", blocks.length === 0 ? "no chain yet" : blocks.slice(0, 4).join("<br>")],
      ],
    ),
    slotHistory(number, platform),
    `**Directions.** ${DIRECTION_WORDS.out}\n\n${DIRECTION_WORDS.in}`,
  );
}

const REMARK = /\bslots?\s+(\d{1,2})(?:\s*(?:-|–|to|and)\s*(\d{1,2}))?/gi;

/** A remark of a chain such as `// slot 3: empty` says whose slot it is, too. */
export function slotInRemark(view: View, chunk: Chunk, offset: number): HoverText | undefined {
  const comment = chunk.comments.find(({ start, end }) => start <= offset && offset <= end);
  if (comment === undefined) return undefined;
  const text = chunk.text.slice(comment.start, comment.end);
  for (const match of text.matchAll(REMARK)) {
    const start = comment.start + match.index;
    const end = start + match[0].length;
    if (offset < start || offset > end) continue;
    // On the second number of `slots 3 to 5`, that one is meant.
    const secondAt = match[2] === undefined ? end + 1 : end - match[2].length;
    const number = Number(offset >= secondAt ? match[2] : match[1]);
    return { markdown: hoverSlot(view, number), span: { start, end } };
  }
  return undefined;
}
