/**
 * Which tokens lead where, a line for each place of the grammar at which there is a choice: the rule, the method, and
 * the tokens that begin each alternative, or what is optional. Chevrotain finds it, `test/syntax/lookahead.test.ts`
 * writes it down.
 */
export const LOOKAHEAD = `
endpointName OR | Name | String
tagName OR | Name | String
vmName OR | Name | String
vnicName OR | Name | String
keyName OR | Name | String
serviceName OR | Name | String
address OR | Dotted | Colons | MacDashes
mac OR | Dotted | Colons | MacDashes
rangeEnd OR | Dotted | Colons | MacDashes
addressEndpoint OPTION | / -
addressEndpoint OR | / | -
endpoint OR | "any" | "tag" | Dotted Colons MacDashes | Name String
endpoint OPTION | .
endpoints MANY | ,
endpoints OPTION | "except"
endpoints AT_LEAST_ONE_SEP | "any" "tag" Dotted Colons MacDashes Name String
portRange OPTION | -
ports OR | Int | {
ports AT_LEAST_ONE_SEP | Int
protocolNumber OR | Int | Name | String
etherType OR | Int | Name | String
icmpType OR | Int | Name | String
serviceEntry OR | "tcp" "udp" "sctp" | "icmp" "icmpv6" | "ip" | "ether" | Name String
serviceEntry OR 2 | "tcp" | "udp" | "sctp"
serviceEntry OPTION | /
serviceEntry OPTION 2 | "from"
serviceEntry OR 3 | "icmp" | "icmpv6"
serviceEntry OPTION 3 | /
serviceEntry OPTION 4 | :
serviceEntry OPTION 5 | /
serviceEntry OPTION 6 | /
serviceEntries MANY | ,
clause OR | "from" "to" "applied-to" | "service" | "in" "out" "ipv4" "ipv6" "disabled" | "log"
clause OR 2 | "from" | "to" | "applied-to"
clause OR 3 | "in" | "out" | "ipv4" | "ipv6" | "disabled"
clause OPTION | String
moreClauses MANY | "from" "to" "applied-to" "service" "in" "out" "ipv4" "ipv6" "disabled" "log"
markField OR | "dscp" | "cos"
action OR | "allow" "drop" "reject" "jump-to-application" "redirect" "skip" "clear" | "mark" | "encrypt" "protect"
action OR 2 | "allow" | "drop" | "reject" | "jump-to-application" | "redirect" | "skip" | "clear"
action OR 3 | "encrypt" | "protect"
hostName OR | Name | String
host OR | Dotted Colons MacDashes | [ | Name String
host OPTION | .
dhcpMessage OR | "discover" | "request" | "offer" | "ack" | "nak" | "release"
flag OR | "fin" | "syn" | "rst" | "psh" | "ack" | "urg" | "ece" | "cwr"
arp OR | "request" | "reply"
packet OR | "tcp" "udp" "sctp" | "icmp" "icmpv6" | "ip" | "arp" | "dhcp" | "frame"
packet OR 2 | "tcp" | "udp" | "sctp"
packet OPTION | "fin" "syn" "rst" "psh" "ack" "urg" "ece" "cwr"
packet AT_LEAST_ONE_SEP | "fin" "syn" "rst" "psh" "ack" "urg" "ece" "cwr"
packet OR 3 | "icmp" | "icmpv6"
packet OPTION 2 | Int Name String
packet OPTION 3 | Dotted Colons MacDashes
packet OR 4 | "to" | "from"
options MANY | "mac" "ttl" "dscp" "vlan" "id" "payload"
options OR | "mac" | "ttl" "dscp" "vlan" "id" "payload"
options OR 2 | "ttl" | "dscp" | "vlan" | "id" | "payload"
outcome OR | "delivered" | "dropped" | "rejected" | "answered" | "blackholed" | "flooded"
by OR | "rule" | "state" | "default" | Name
expectedParts MANY | "at" "on" "by"
expectedParts OR | "at" | "on" | "by"
sendBody OPTION | "from"
sendBody OPTION 2 | "expect"
newName OR | Name | String
platformName OR | Name | String
algName OR | Name | String
applianceName OR | Name | String
segmentName OR | Name | String
algorithmName OR | Name | String
blockName OR | Name | String
setName OR | Name | String
platformStatement OPTION | Int Dotted
platformStatement OR | Int | Dotted
segmentStatement OPTION 9 | Name String
vmStatement OPTION 9 | Name String
vnicStatement OPTION 9 | Name String
aclStatement OPTION 9 | Name String
swsecStatement OPTION 9 | Name String
dfwStatement OPTION 9 | Name String
encryptionStatement OPTION 9 | Name String
applianceStatement OPTION 9 | Name String
groupStatement OPTION 9 | Name String
serviceStatement OPTION 9 | Name String
serviceStatement OPTION | "alg"
redirectStatement OPTION 9 | Name String
chainStatement OPTION 9 | Name String
chainStatement OPTION | "applied-to"
assertStatement OPTION | String
assertStatement OPTION 2 | "allowed" "blocked" "encrypted" "inspected"
assertStatement OR | "allowed" "blocked" "encrypted" | "inspected"
assertStatement OR 2 | "allowed" | "blocked" | "encrypted"
assertStatement MANY | "from" "to" "applied-to" "service" "in" "out" "ipv4" "ipv6" "disabled" "log"
subnetProperty AT_LEAST_ONE_SEP | Dotted Colons MacDashes
gatewayProperty AT_LEAST_ONE_SEP | Dotted Colons MacDashes
ipProperty OR | Dotted Colons MacDashes | "dhcp"
ipProperty AT_LEAST_ONE_SEP | Dotted Colons MacDashes
tagsProperty AT_LEAST_ONE_SEP | Name String
ruleStatement OPTION | String
ruleStatement OPTION 2 | "allow" "drop" "reject" "jump-to-application" "redirect" "skip" "clear" "mark" "encrypt" "protect"
ruleStatement MANY | "from" "to" "applied-to" "service" "in" "out" "ipv4" "ipv6" "disabled" "log"
defaultStatement OPTION 2 | "allow" "drop" "reject" "jump-to-application" "redirect" "skip" "clear" "mark" "encrypt" "protect"
defaultStatement OPTION | "log"
spoofguardSetting OR | "off" | "tofu" | "manual"
allow-localSetting OR | "on" | "off"
arp-suppressionSetting OR | "on" | "off"
failSetting OR | "open" | "closed"
discoverSetting OR | "dhcp" | "arp" | "nd" | "tools"
discoverStatement AT_LEAST_ONE_SEP | "dhcp" "arp" "nd" "tools"
blockSetting OR | "dhcp-server" | "dhcp-client" | "bpdu" | "router-advertisement" | "non-ip"
blockStatement AT_LEAST_ONE_SEP | "dhcp-server" "dhcp-client" "bpdu" "router-advertisement" "non-ip"
bindParts MANY | "mac" "ip"
bindParts OR | "mac" | "ip"
bindParts AT_LEAST_ONE_SEP | Dotted Colons MacDashes
limitWhat OR | "broadcast" | "multicast"
limitStatement OR | "in" | "out"
timer OR | "tcp-first-packet" | "tcp-opening" | "tcp-established" | "tcp-closing" | "tcp-fin-wait" | "tcp-closed" | "udp-first" | "udp-single" | "udp-multiple" | "icmp-first" | "icmp-error"
sectionStatement OPTION 9 | Name String
category OR | "emergency" | "infrastructure" | "environment" | "application"
sectionParts MANY | "ethernet" "category" "stateless" "tcp-strict" "applied-to"
sectionParts OR | "ethernet" | "category" | "stateless" | "tcp-strict" | "applied-to"
keyStatement OPTION 9 | Name String
keyStatement OPTION | "algorithm"
module OR | "acl" | "swsec" | "dfw" | "redirect" | "encryption"
failPolicy OR | "open" | "closed"
slotStatement OPTION | "fail"
setState OR | "up" | "hung" | "down"
`;
