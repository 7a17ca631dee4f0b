/** What completion writes for the words that begin something: bodies with tab stops, in LSP's snippet syntax. */

/** By the word that begins it. `${…}` are tab stops; the formatter's style. */
export const SNIPPETS: ReadonlyMap<string, string> = new Map<string, string>(
  Object.entries({
    policy: 'policy "${1:title}"',
    platform: "platform ${1|nsx-v 6.3,nsx-v 6.2,nsx-v-netx,nsx 4|}",
    import: 'import "${1:file}.iochain"',
    segment: "segment ${1:name} {\n  vni ${2:5001}\n  subnet ${3:10.0.1.0/24}\n  gateway ${4:10.0.1.1}\n}",
    vm: "vm ${1:name} {\n  tags ${2:tag}\n  vnic eth0 {\n    mac ${3:00:50:56:00:00:01}\n    ip ${4:10.0.1.11}\n    segment ${5:segment}\n  }\n}",
    vnic: "vnic ${1:eth0} {\n  mac ${2:00:50:56:00:00:01}\n  ip ${3:10.0.1.11}\n  segment ${4:segment}\n}",
    group: "group ${1:name} = ${2:tag web}",
    service: "service ${1:name} = ${2:tcp/8080}",
    acl: 'acl ${1:name} {\n  rule ${2:10} "${3:title}" ${4|drop,allow,mark dscp 46|} service ${5:telnet}\n  default allow\n}',
    swsec: "swsec ${1:name} {\n  spoofguard ${2|manual,tofu,off|}\n  discover ${3:dhcp, arp}\n  arp-suppression on\n}",
    dfw: 'dfw ${1:name} {\n  section ${2:Rules} {\n    rule ${3:1001} "${4:title}" allow from ${5:any} to ${6:any} service ${7:https}\n  }\n  default drop log\n}',
    appliance: 'appliance ${1:name} {\n  vendor "${2:vendor}"\n  fail ${3|closed,open|}\n}',
    redirect:
      'redirect ${1:name} via ${2:appliance} {\n  rule ${3:1} "${4:title}" redirect from ${5:any} to ${6:any}\n}',
    encryption:
      "encryption ${1:name} {\n  key ${2:key} id ${3:16}\n  rule ${4:1} encrypt with ${2:key} from ${5:any} to ${6:any}\n}",
    chain: "chain ${1:standard} applied-to ${2:any} {\n  slot 2 dfw ${3:firewall}\n}",
    scenario:
      'scenario "${1:title}" {\n  send tcp ${2:source}:${3:40000} -> ${4:destination}:${5:443} syn expect ${6|delivered,dropped,rejected|}\n}',
    assert: 'assert "${1:title}" ${2|allowed,blocked,encrypted|} from ${3:source} to ${4:destination}',
    section: 'section ${1:name} {\n  rule ${2:1001} "${3:title}" allow from ${4:any} to ${5:any}\n}',
    timeouts: "timeouts {\n  ${1:tcp-established} ${2:12h}\n}",
    inspect: 'inspect {\n  rule ${1:1} "${2:title}" drop from ${3:any}\n  default allow\n}',
    key: "key ${1:name} id ${2:16}",
    send: "send tcp ${1:source}:${2:40000} -> ${3:destination}:${4:443} syn expect ${5|delivered,dropped,rejected,answered,blackholed,flooded|}",
    wait: "wait ${1:30s}",
    replay: 'replay "${1:capture.pcapng}" at ${2:vm.vnic}',
    limit: "limit ${1|broadcast,multicast|} ${2|in,out|} ${3:100} pps",
  }),
);

/** Text that stands for itself inside a snippet. */
export const snippetText = (text: string): string => text.replace(/[\\$}]/g, "\\$&");
