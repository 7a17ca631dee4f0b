/** `iochain diff`: the packets that fare differently under two policies. */
import { diffText } from "../check/classText.ts";
import { diff as compared } from "../check/diff.ts";
import { leftOut } from "../check/leftOut.ts";
import { finish } from "../syntax/steps.ts";
import { sayLeftOut } from "./explain.ts";
import { loadPolicy } from "./files.ts";
import { FOUND, json, OK, print, say, style } from "./terminal.ts";

export function diff(oldFile: string, newFile: string, { format }: { readonly format: "text" | "json" }): number {
  const [old, now] = [loadPolicy(oldFile), loadPolicy(newFile)];
  const answer = finish(compared(old.policy, now.policy));
  const errors = [old, now].flatMap(({ program, policy }) => finish(leftOut(program, policy)));
  if (format === "json") print(json({ old: oldFile, new: newFile, ...answer, errors }, 1));
  else {
    if (answer.classes.length > 0 || answer.complete) print(diffText(answer, style));
    if (answer.note !== undefined) say(answer.note);
    sayLeftOut(errors);
  }
  // What was not decided is not "no difference".
  return answer.different || !answer.complete ? FOUND : OK;
}
