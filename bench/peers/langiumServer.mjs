// A language server that Langium makes of a grammar for the part of the language that the bench's policies use: it
// finds syntax errors and unresolved names, and completes and hovers by Langium's defaults.
import { createServicesForGrammar } from "langium/grammar";
import { createDefaultSharedModule, startLanguageServer } from "langium/lsp";
import { NodeFileSystem } from "langium/node";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";

const grammar = `
grammar Policy
entry File: elements+=Element*;
Element: Policy | Platform | Segment | Vm | Group | Service | Dfw | Chain;
Policy: 'policy' title=STRING;
Platform: 'platform' name=ID version=VERSION;
Segment: 'segment' name=ID '{' 'vni' vni=INT 'subnet' subnet=Prefix 'gateway' gateway=ADDRESS '}';
Vm: 'vm' name=ID '{' 'tags' tags+=ID (',' tags+=ID)* vnics+=Vnic* '}';
Vnic: 'vnic' name=ID '{' 'mac' mac=MAC 'ip' ip=ADDRESS 'segment' segment=[Segment:ID] '}';
Group: 'group' name=ID '=' members+=Endpoint (',' members+=Endpoint)*;
Service: 'service' name=ID '=' protocol=('tcp' | 'udp') '/' from=INT ('-' to=INT)?;
Endpoint: {infer GroupRef} group=[Group:ID] | {infer Literal} prefix=Prefix;
Prefix: address=ADDRESS ('/' length=INT)?;
Dfw: 'dfw' name=ID '{' sections+=Section* 'default' action=Action '}';
Section: 'section' title=STRING '{' rules+=Rule* '}';
Rule: 'rule' id=INT title=STRING action=Action
  'from' from+=Endpoint (',' from+=Endpoint)* 'to' to+=Endpoint (',' to+=Endpoint)*
  'service' services+=[Service:ID] (',' services+=[Service:ID])* direction=('in' | 'out')?;
Action returns string: 'allow' | 'drop' | 'reject';
Chain: 'chain' name=ID '{' 'slot' slot=INT 'dfw' dfw=[Dfw:ID] '}';
hidden terminal WS: /\\s+/;
hidden terminal COMMENT: /\\/\\/[^\\n]*/;
terminal MAC: /[0-9a-f]{2}(:[0-9a-f]{2}){5}/;
terminal ADDRESS: /\\d+\\.\\d+\\.\\d+\\.\\d+/;
terminal VERSION: /\\d+\\.\\d+/;
terminal INT returns number: /\\d+/;
terminal ID: /[A-Za-z_][\\w]*(-\\w+)*/;
terminal STRING: /"[^"]*"/;
`;

const connection = createConnection(ProposedFeatures.all);
const services = await createServicesForGrammar({
  grammar,
  languageMetaData: { languageId: "policy", fileExtensions: [".policy"], caseInsensitive: false, mode: "production" },
  sharedModule: createDefaultSharedModule({ connection, ...NodeFileSystem }),
});
startLanguageServer(services.shared);
