/**
 * Addresses and sets of them. IPv4 is a number, IPv6 a bigint, a MAC a number (48 bits): each family has an order
 * and plain comparisons, and no object stands for an address.
 */
export type Ip4 = number;
export type Ip6 = bigint;
export type Ip = Ip4 | Ip6;
export type Mac = number;

/** Sorted, disjoint, not adjacent: low and high (inclusive) of each range in turn. */
export type Ranges<T extends number | bigint> = readonly T[];

/** A set of IP addresses of both families. */
export interface AddressSet {
  readonly v4: Ranges<Ip4>;
  readonly v6: Ranges<Ip6>;
}
