/** A mark besides the word: verdicts must not differ by colour alone. */
export const marks: Readonly<Record<string, string>> = {
  pass: "·",
  allow: "✓",
  drop: "✕",
  reject: "✕",
  answer: "↩",
  redirect: "⤳",
  blackhole: "●",
  encrypt: "⚿",
  protect: "⚿",
  decrypt: "⚿",
  delivered: "✓",
  flooded: "⁂",
  answered: "↩",
  dropped: "✕",
  rejected: "✕",
  blackholed: "●",
};
