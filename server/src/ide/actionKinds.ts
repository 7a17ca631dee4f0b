/** A kind of code action beside those of the protocol: a client asks for it by name, on save for one. */
export const ORGANIZE_RULES = "source.organizeRules";
