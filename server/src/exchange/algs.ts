/** Application level gateways by the names that both generations of NSX's API have for them. */
export interface Alg {
  readonly alg: string;
  readonly protocol: "tcp" | "udp";
}
export const ALGS: Readonly<Record<string, Alg>> = {
  FTP: { alg: "ftp", protocol: "tcp" },
  TFTP: { alg: "tftp", protocol: "udp" },
  ORACLE_TNS: { alg: "oracle", protocol: "tcp" },
  MS_RPC_TCP: { alg: "dcerpc", protocol: "tcp" },
  MS_RPC_UDP: { alg: "dcerpc", protocol: "udp" },
  SUN_RPC_TCP: { alg: "sun-rpc", protocol: "tcp" },
  SUN_RPC_UDP: { alg: "sun-rpc", protocol: "udp" },
  NBNS_BROADCAST: { alg: "nbns", protocol: "udp" },
  NBDG_BROADCAST: { alg: "nbdg", protocol: "udp" },
};

/** The API's name; undefined where it has none for the protocol. */
export const algName = (alg: string | undefined, protocol: string): string | undefined =>
  Object.keys(ALGS).find((name) => ALGS[name]?.alg === alg && ALGS[name]?.protocol === protocol);
