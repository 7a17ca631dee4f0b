/** How Wireshark writes addresses and numbers. */

export function macText(mac: number): string {
  const digits = mac.toString(16).padStart(12, "0");
  return `${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4, 6)}:${digits.slice(6, 8)}:${digits.slice(8, 10)}:${digits.slice(10)}`;
}

export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

export function ip4Text(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** RFC 5952; IPv4-mapped and the deprecated IPv4-compatible addresses end in IPv4's notation, as inet_ntop has it. */
export function ip6Text(address: bigint): string {
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((address >> shift) & 0xffffn));
  const high = address >> 32n;
  if (high === 0xffffn) return `::ffff:${ip4Text(Number(address & 0xffffffffn))}`;
  if (high === 0n && address > 0xffffn) return `::${ip4Text(Number(address))}`;
  let from = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) [from, length] = [i, end - i];
    if (end > i) i = end;
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  return from < 0 ? text(groups) : `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}

export function ipText(address: number | bigint): string {
  return typeof address === "bigint" ? ip6Text(address) : ip4Text(address);
}

/** Nanoseconds as tshark's frame.time_epoch: seconds with nine decimals. */
export function epochText(time: bigint): string {
  const digits = (time < 0n ? -time : time).toString().padStart(10, "0");
  return `${time < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

export function parseMac(text: string): number | undefined {
  const match = /^([0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}$/i.test(text.trim());
  if (!match) return undefined;
  return text
    .trim()
    .split(/[:-]/)
    .reduce((value, octet) => value * 256 + Number.parseInt(octet, 16), 0);
}

export function parseIp4(text: string): number | undefined {
  const parts = text.trim().split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

/** RFC 4291, 2.2, IPv4's notation at the end included. */
export function parseIp6(text: string): bigint | undefined {
  let rest = text.trim().toLowerCase();
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(rest);
  if (dotted !== null) {
    const ip4 = parseIp4(dotted[2] ?? "");
    if (ip4 === undefined) return undefined;
    rest = `${dotted[1]}${(ip4 >>> 16).toString(16)}:${(ip4 & 0xffff).toString(16)}`;
  }
  const halves = rest.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const [head = [], tail = []] = groups;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...new Array<string>(halves.length === 2 ? missing : 0).fill("0"), ...tail];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return all.reduce((value, group) => (value << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
}
