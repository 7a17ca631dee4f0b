/** How large a number may be, by what it says. What is outside is a finding, and is left out of the policy. */

export interface NumberLimit {
  readonly what: string;
  readonly min: number;
  readonly max: number;
}

/** VNI: 24 bits, 0 is not used (RFC 7348); NSX's own pools begin at 5000. VLAN: 0 is untagged, 4095 reserved. */
export const LIMITS = {
  dscp: { what: "a DSCP", min: 0, max: 63 },
  cos: { what: "a CoS", min: 0, max: 7 },
  vni: { what: "a VNI", min: 1, max: 0xff_ffff },
  vlan: { what: "a VLAN", min: 0, max: 4094 },
  keyId: { what: "a key id", min: 0, max: 0xffff },
  ttl: { what: "a TTL", min: 0, max: 255 },
  identification: { what: "an identification", min: 0, max: 0xffff },
  payload: { what: "a payload in octets", min: 0, max: 0xffff },
  rate: { what: "a rate in packets a second", min: 1, max: 1_000_000_000 },
  ipProtocol: { what: "an IP protocol", min: 0, max: 255 },
  etherType: { what: "an EtherType", min: 0, max: 0xffff },
  ruleId: { what: "a rule id", min: 0, max: Number.MAX_SAFE_INTEGER },
} as const satisfies Record<string, NumberLimit>;

/** The longest time that a firewall timer takes, in milliseconds: 4,320,000 seconds, as in NSX's session timers. */
export const MAX_TIMER = 4_320_000_000;

export const within = (limit: NumberLimit, value: number): boolean => value >= limit.min && value <= limit.max;
