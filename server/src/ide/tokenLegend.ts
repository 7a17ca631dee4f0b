/** The sorts of semantic tokens: over the wire they are numbers of these lists. */
export const TOKEN_TYPES = [
  "keyword",
  "comment",
  "string",
  "number",
  "operator",
  "class",
  "variable",
  "property",
  "function",
  "type",
  "namespace",
  "enumMember",
  "parameter",
] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];
export const TOKEN_MODIFIERS = ["declaration", "defaultLibrary", "readonly", "deprecated"] as const;
export type Modifier = (typeof TOKEN_MODIFIERS)[number];
