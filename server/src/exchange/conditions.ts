/** Keys of strangers: which of them sound like a condition, so that a rule without it may take more than was meant. */
const WORD =
  /^(?:sources?|src|dest\w*|dst|services?|ports?|protocols?|profiles?|scopes?|app\w*|groups?|members?|addr\w*|ips?|macs?|directions?|schedul\w*|users?|identit\w*|match\w*|conditions?|criteria|expressions?|exclu\w*|negat\w*|not|invert\w*|actions?|enabled?|disabled?|icmp\w*|ether\w*|from|to|connectivity)$/i;

/** Of `source_groups`, `sourceGroups` or `source-groups`, any word. */
export const soundsLikeCondition = (key: string): boolean =>
  key.split(/[_.-]|(?<=[a-z])(?=[A-Z])/).some((word) => WORD.test(word));
