/** What an expression says. Every part knows its place, in UTF-16 units from the start of the text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}
export type Literal =
  | (Place & { readonly kind: "number"; readonly value: number })
  | (Place & { readonly kind: "text"; readonly value: string })
  | (Place & { readonly kind: "address"; readonly text: string })
  | (Place & { readonly kind: "mac"; readonly text: string })
  /** Two or more pairs of hexadecimal digits: `00:50:56`. */
  | (Place & { readonly kind: "octets"; readonly text: string })
  /** In milliseconds. */
  | (Place & { readonly kind: "duration"; readonly value: number });

/** `===` holds where all values of a field do, `!==` where one does not: a field may stand in a packet more than once. */
export type CompareOperator = "==" | "!=" | "===" | "!==" | "<" | "<=" | ">" | ">=";

export type Expression =
  | Literal
  /** A field (`ip.src`), a word of ours (`slot`), a name of the policy (`web`), or a value's word (`delivered`). */
  | (Place & { readonly kind: "name"; readonly text: string; readonly quoted: boolean })
  | (Place & { readonly kind: "call"; readonly name: string; readonly argument: RuleName })
  | (Place & { readonly kind: "member"; readonly object: Expression; readonly name: string })
  | (Place & { readonly kind: "slice"; readonly object: Expression; readonly ranges: readonly Stretch[] })
  | (Place & { readonly kind: "bits"; readonly left: Expression; readonly right: Expression })
  | (Place & {
      readonly kind: "compare";
      readonly operator: CompareOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Place & { readonly kind: "contains" | "matches"; readonly left: Expression; readonly right: Expression })
  | (Place & { readonly kind: "in"; readonly left: Expression; readonly items: readonly SetItem[] })
  | (Place & { readonly kind: "not"; readonly operand: Expression })
  | (Place & { readonly kind: "and" | "or" | "xor"; readonly operands: readonly Expression[] });

/** Some octets: so many, up to one (included), or all that follow. Below 0: counted from the end. */
export interface Stretch {
  readonly from: number;
  readonly length?: number;
  readonly last?: number;
}

export type SetItem = Expression | (Place & { readonly kind: "range"; readonly from: Literal; readonly to: Literal });

/** `1001`, or `east-west.1001`. */
export interface RuleName extends Place {
  readonly block?: string;
  readonly id: number;
}

/** `ip.ttl = 5`, in the debug console. */
export interface Assignment extends Place {
  readonly kind: "assign";
  readonly target: Expression;
  readonly value: Expression;
}

/** An expression that cannot be read or has no value, and where. */
export class ExpressionError extends Error {
  readonly place: Place;
  constructor(message: string, place: Place) {
    super(message);
    this.place = place;
  }
}
