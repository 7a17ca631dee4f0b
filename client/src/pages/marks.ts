/** A mark besides the word: verdicts must not differ by colour alone. Of blocks of Unicode that every system has a font for. */
export const marks: Readonly<Record<string, string>> = {
  pass: "·",
  allow: "✓",
  drop: "✕",
  reject: "✕",
  answer: "↩",
  redirect: "⤳",
  blackhole: "●",
  encrypt: "▣",
  protect: "▣",
  decrypt: "□",
  delivered: "✓",
  flooded: "⁂",
  answered: "↩",
  dropped: "✕",
  rejected: "✕",
  blackholed: "●",
};
