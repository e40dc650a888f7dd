/// <reference types="node" />
/** jsonlog for Node: structured JSON lines, and CloudWatch filter patterns, by the C library. */
import { Transform } from 'node:stream';

/** Text as it comes: a string, or bytes in UTF-8. */
export type Bytes = ArrayBufferView | ArrayBuffer;
export type Line = string | Bytes;
/** One line or many. */
export type Lines = Line | Iterable<Line>;

/** What the library refuses: `code` is the name of its status. */
export declare class JsonlogError extends Error {
  readonly name: 'JsonlogError';
  /** "JSONLOG_E_SYNTAX", "JSONLOG_E_CLOSED", … */
  readonly code: string;
  /** The sentence alone; `message` shows the text at fault with a caret below it. */
  readonly reason: string;
  /** Where in the text, in UTF-16 code units, as slice() counts. */
  readonly offset?: number;
  /** The same in bytes of UTF-8. */
  readonly byteOffset?: number;
  /** Of a FilterSet: which pattern. */
  readonly index?: number;
}

/** Memory of the library. It is given back when nothing refers to it any more, or by close(); using
 *  it after that throws JSONLOG_E_CLOSED. */
declare abstract class Handle {
  close(): void;
  readonly isClosed: boolean;
}

/* ---- filters --------------------------------------------------------------------------------- */

export type FilterKind = 'all' | 'text' | 'regex' | 'json' | 'delimited';

/** One condition of a pattern, as it went for one line. */
export interface Condition {
  readonly text: string;
  readonly offset: number;
  readonly byteOffset: number;
  readonly isTrue: boolean;
  readonly selector: string | null;
  /** JSON text of what the selector found; null: nothing. */
  readonly value: string | null;
  readonly reason: string;
}

export interface Explanation {
  readonly matches: boolean;
  /** For a person, safe to show on a terminal. */
  readonly text: string;
  readonly conditions: readonly Condition[];
  toString(): string;
  /** With the tree of `and` and `or`; see jsonlog_explanation_json() in filter.h. */
  toJSON(): unknown;
}

export interface Finding {
  readonly code: string;
  readonly offset: number;
  readonly byteOffset: number;
  readonly length: number;
  readonly byteLength: number;
  readonly text: string;
  /** The whole pattern as it may have been meant. */
  readonly suggestion: string | null;
}

export interface Found {
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array' | 'token';
  readonly text: string;
}

/** Values of a line. An integer that a number cannot hold exactly is a bigint. */
export type Value = string | number | bigint | boolean | null | object;

export interface SelectOptions {
  /** The lines that do not match. */
  invert?: boolean;
}

/** A CloudWatch filter pattern. Half a surrogate pair in a line is U+FFFD, in a pattern it is an
 *  error. */
export declare class Filter extends Handle {
  /** @throws JsonlogError with offset and caret */
  constructor(pattern: Line);
  readonly pattern: string;
  readonly kind: FilterKind;
  /** Does one line match? Bytes are read in place. */
  match(line: Line): boolean;
  /** The lines of a chunk that match, without "\n" or "\r\n". */
  lines(chunk: Line, options?: SelectOptions): string[];
  /** The same as bytes, each with what ends it. */
  select(chunk: Line, options?: SelectOptions): Buffer;
  /** Why a line matches or does not. */
  explain(line: Line): Explanation;
  /** The value that a reference ("$.user.age", "$status", "$3") names; undefined: there is none. */
  extract(reference: string, line: Line): Value | undefined;
  /** As it stands in the line. */
  extractText(reference: string, line: Line): Found | undefined;
  /** Tokens of a space-delimited line by name ("$status"); null if it does not match. */
  extractAll(line: Line): Record<string, string> | null;
  /** Traps in the pattern; sample lines take back what they refute. */
  lint(sample?: Lines): Finding[];
  /** Also for a pattern that does not compile. */
  static lint(pattern: Line, sample?: Lines): Finding[];
  stream(options?: FilterStreamOptions): FilterStream;
  toString(): string;
}

/** Many patterns, asked in one pass over a line. */
export declare class FilterSet extends Handle {
  constructor(patterns: Iterable<Line | Filter>);
  readonly patterns: readonly string[];
  /** The numbers of the patterns that match, rising. */
  match(line: Line): number[];
}

export interface FilterStreamOptions extends SelectOptions {
  /** Strings, one a line; else bytes, with what ended each line. */
  lines?: boolean;
  /** The longest line in bytes; a longer one destroys the stream. 16 MiB. */
  lineMax?: number;
  highWaterMark?: number;
}

/** Lets the lines through that match: createReadStream(path).pipe(new FilterStream(pattern)). */
export declare class FilterStream extends Transform {
  constructor(pattern: Line | Filter, options?: FilterStreamOptions);
}

export interface MetricFilterOptions {
  pattern: Line | Filter;
  name?: string;
  namespace?: string;
  /** A number or a reference; "1". */
  value?: string;
  unit?: string;
  defaultValue?: number;
  /** Up to three: name to reference. */
  dimensions?: Record<string, string>;
}

export interface Datapoint {
  readonly value: number;
  readonly dimensions: Record<string, string>;
  readonly isDefault: boolean;
}

/** What PutMetricFilter takes. */
export declare class MetricFilter extends Handle {
  constructor(options: MetricFilterOptions);
  apply(line: Line): Datapoint | null;
}

export interface QuoteOptions {
  /** A value that begins with the text. */
  prefix?: boolean;
  /** A value that ends with it; both: contains it. */
  suffix?: boolean;
}

/** Text from outside as the literal of a JSON or space-delimited pattern. */
export declare function quote(text: Line, options?: QuoteOptions): string;
/** As a phrase of a text pattern. */
export declare function quotePhrase(text: Line): string;
/** As a regular expression that matches it literally. */
export declare function quoteRegex(text: Line, options?: QuoteOptions): string;
/** selector('user', 'first name') is "$.user.['first name']". */
export declare function selector(...keys: string[]): string;

/* ---- values ---------------------------------------------------------------------------------- */

/** A value that a JavaScript type cannot say. */
export interface Special {
  readonly put: unknown;
}

/** Always looks like a double: 20 is 20.0. */
export declare function double(number: number): Special;
/** A string of these bytes, which may be no UTF-8; as a value, key of entries(), or message. */
export declare function text(bytes: Line): Special;
/** JSON as it is, checked by the library. */
export declare function raw(json: string): Special;
/** Written as "***". */
export declare function secret(value?: unknown): Special;
/** Nanoseconds, written as seconds. */
export declare function duration(ns: bigint | number): Special;
/** Nanoseconds since 1970 UTC. */
export declare function time(ns: bigint | number): Special;
/** Hexadecimal text. */
export declare function hex(number: bigint | number): Special;
/** A chain of errors, the outermost first. */
export declare function causes(list: readonly unknown[]): Special;
/** An object whose keys may be repeated. */
export declare function entries(pairs: readonly (readonly [string | Special, unknown])[]): Special;

/* ---- loggers --------------------------------------------------------------------------------- */

export declare const levels: {
  readonly NOTSET: 0; readonly TRACE: 5; readonly DEBUG: 10; readonly INFO: 20;
  readonly WARN: 30; readonly ERROR: 40; readonly FATAL: 50; readonly OFF: 255;
};

/** A name in any case, or a number from 1 to 254. */
export type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL' | 'OFF' | 'NOTSET'
  | Lowercase<'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL' | 'OFF' | 'NOTSET'>
  | number | (string & {});

export type Message = string | Error | Special | null | undefined;
/** Values: what JSON has, bigint, Date, Error (the chain of its messages), Buffer (base64), Map,
 *  Set, toJSON(), Special. What cannot be read is written as "__could_not_encode__". */
export type Fields = object | null | undefined;

/** A log call never throws; log() does for a level that is none. */
export declare class Logger extends Handle {
  protected constructor();
  /** The logger of a dotted name; "" is the root. */
  static get(name?: string): Logger;
  readonly name: string;
  trace(message: Message, fields?: Fields): void;
  debug(message: Message, fields?: Fields): void;
  info(message: Message, fields?: Fields): void;
  warn(message: Message, fields?: Fields): void;
  /** An Error as the message brings `error`, `stackTrace` and, if it has a code, `errorCode`. */
  error(message: Message, fields?: Fields): void;
  fatal(message: Message, fields?: Fields): void;
  log(level: Level, message: Message, fields?: Fields): void;
  isEnabled(level: Level): boolean;
  /** Same name, level and handlers; its records carry these fields, which are copied now. */
  child(fields: Fields): Logger;
  get level(): number;
  set level(level: Level);
  readonly effectiveLevel: number;
  propagate: boolean;
  addHandler(handler: Handler): void;
  removeHandler(handler: Handler): void;
  setHandlers(handlers: Iterable<Handler>): void;
}

export declare const getLogger: typeof Logger.get;

/* ---- handlers -------------------------------------------------------------------------------- */

export type Preset = 'default' | 'lambda' | 'ecs' | 'opentelemetry' | 'google-cloud' | 'datadog'
  | 'logstash' | 'python-json-logger';

/** Options of formatter.h and preset.h. */
export interface FormatterOptions {
  preset?: Preset;
  service?: string;
  version?: string;
  environment?: string;
  host?: string;
  project?: string;
  labels?: readonly string[];
  reportErrors?: boolean;
  rawUtf8?: boolean;
  format?: string;
  style?: '%' | '{' | '$' | ',';
  names?: readonly string[];
  rename?: Record<string, string>;
  renameKeepsMissing?: boolean;
  exclude?: readonly string[];
  skipUnderscored?: boolean;
  staticFields?: Fields;
  timestampKey?: string;
  timeStyle?: 'rfc3339' | 'rfc3339-offset' | 'rfc3339-local' | 'epoch-number' | 'epoch-string'
    | 'epoch-seconds';
  timestampPrecision?: 'ms' | 's' | 'us' | 'ns' | 'python';
  asctimeFormat?: string;
  collision?: 'suffix' | 'last-wins' | 'first-wins';
  nonfinite?: 'null' | 'string';
  bytesStyle?: 'base64url' | 'base64' | 'hex';
  withSource?: boolean;
  withThread?: boolean;
  messageAlways?: boolean;
  omitEmpty?: boolean;
  expandDots?: boolean;
  causesAsArray?: boolean;
  asciiOnly?: boolean;
  escapeSeparators?: boolean;
  invalidAsHex?: boolean;
  spaced?: boolean;
  indent?: number;
  prefix?: string;
  terminator?: string;
  lineMax?: number;
  depthMax?: number;
}

export declare class Formatter extends Handle {
  constructor(options?: FormatterOptions);
  /** For a terminal. */
  static human(options?: { color?: 'auto' | 'never' | 'always'; utc?: boolean; lineMax?: number;
    descriptor?: number }): Formatter;
}

export interface HandlerOptions {
  level?: Level;
  formatter?: Formatter | FormatterOptions;
  /** Only lines that match. */
  pattern?: Line;
  /** 'others': only lines that do not. */
  passes?: 'matching' | 'others';
}

export interface HandlerStats {
  readonly lines: number;
  readonly bytes: number;
  readonly lost: number;
  readonly lostAgain: number;
  readonly lostError: number;
  readonly lostNested: number;
  readonly tornClosed: number;
  readonly lastErrno: number;
}

/** Where lines go. Loggers keep it alive; close() gives up this reference. */
export declare class Handler extends Handle {
  protected constructor();
  get level(): number;
  set level(level: Level);
  setFormatter(formatter: Formatter | FormatterOptions): void;
  setPattern(pattern: Line | null, options?: { passes?: 'matching' | 'others' }): void;
  flush(): void;
  readonly stats: HandlerStats;
}

export declare class MemoryHandler extends Handler {
  text(): string;
  lines(): string[];
  /** How many lines there were. */
  clear(): number;
}

export interface BufferOptions {
  /** Gather lines in a buffer of so many bytes; see jsonlog_buffered() for what a kill loses. */
  bufferBytes?: number;
  flushMs?: number;
}

export interface FileOptions extends HandlerOptions, BufferOptions {
  mode?: number;
  directoryMode?: number;
  makesDirectories?: boolean;
  refusesSymlink?: boolean;
  opensLate?: boolean;
  checkMs?: number;
}

export interface AsyncOptions extends HandlerOptions {
  whenFull?: 'drop-new' | 'drop-old' | 'block';
  ringBytes?: number;
  blockTimeoutMs?: number;
  drainTimeoutMs?: number;
}

export interface Rule {
  pattern?: Line;
  /** Without one, lines that match go nowhere; then isFinal must be true. */
  handler?: Handler;
  isFinal?: boolean;
}

export declare function streamHandler(descriptor: number,
  options?: HandlerOptions & BufferOptions & { ownsDescriptor?: boolean }): Handler;
export declare function fileHandler(path: string, options?: FileOptions): Handler;
export declare function memoryHandler(capacity?: number, options?: HandlerOptions): MemoryHandler;
export declare function nullHandler(): Handler;
export declare function asyncHandler(target: Handler, options?: AsyncOptions): Handler;
export declare function routerHandler(rules: readonly Rule[],
  options?: HandlerOptions & { otherwise?: Handler }): Handler;
/** Called by the event loop, by flush(), or when the environment exits; never by a log call. Lines
 *  beyond `limitBytes` (8 MiB) that wait are refused and counted. */
export declare function callbackHandler(
  fn: (line: string, about: { level: number; timeNs: bigint }) => void,
  options?: HandlerOptions & { limitBytes?: number }): Handler;
/** A handler of the configuration in force. */
export declare function configuredHandler(name: string): Handler | undefined;

/* ---- captures -------------------------------------------------------------------------------- */

export interface CaptureOptions {
  /** Whose records: this thread's, or everybody's. */
  scope?: 'thread' | 'process';
  /** Also what is switched off, from here up; TRACE. */
  level?: Level;
  formatter?: Formatter | FormatterOptions;
  passesThrough?: boolean;
  limitBytes?: number;
}

export type ExpectKind = 'match' | 'count' | 'none' | 'order' | 'only' | 'quiet';

/** What is logged until stop(), before any handler gets it. */
export declare class Capture extends Handle {
  constructor(options?: CaptureOptions);
  /** Of lines from elsewhere. */
  static of(...texts: Line[]): Capture;
  feed(text: Line): void;
  lines(): string[];
  clear(): void;
  stop(): void;
  /** null if it holds, else the report. */
  expect(kind: ExpectKind, patterns: readonly (Line | Filter)[], options?: { count?: number }):
    string | null;
  /** The event loop runs on meanwhile. */
  expectWithin(withinMs: number, kind: ExpectKind, patterns: readonly (Line | Filter)[],
    options?: { count?: number }): Promise<string | null>;
}

/* ---- the process ----------------------------------------------------------------------------- */

export declare const version: string;
/** Everything that was accepted is written out, and told to the callbacks of this thread. */
export declare function flush(): void;
/** Flush, close and remove all handlers; later records are counted as lost. */
export declare function shutdown(): void;
/** As the configuration file of config.h. */
export declare function configure(configuration: object | string): void;
export declare function configureFile(path: string): void;
/** The time of all records, in nanoseconds since 1970 UTC; null: the clock's again. */
export declare function setClock(timeNs: bigint | null): void;
export declare function setStaticFields(fields: Fields): void;
export declare function stats(): Record<string, number>;

declare const jsonlog: {
  Filter: typeof Filter; FilterSet: typeof FilterSet; FilterStream: typeof FilterStream;
  MetricFilter: typeof MetricFilter; quote: typeof quote; quotePhrase: typeof quotePhrase;
  quoteRegex: typeof quoteRegex; selector: typeof selector; Logger: typeof Logger;
  getLogger: typeof getLogger; levels: typeof levels; Formatter: typeof Formatter;
  Handler: typeof Handler; MemoryHandler: typeof MemoryHandler;
  streamHandler: typeof streamHandler; fileHandler: typeof fileHandler;
  memoryHandler: typeof memoryHandler; nullHandler: typeof nullHandler;
  asyncHandler: typeof asyncHandler; routerHandler: typeof routerHandler;
  callbackHandler: typeof callbackHandler; configuredHandler: typeof configuredHandler;
  Capture: typeof Capture; JsonlogError: typeof JsonlogError; double: typeof double;
  text: typeof text; raw: typeof raw; secret: typeof secret; duration: typeof duration;
  time: typeof time; hex: typeof hex; causes: typeof causes; entries: typeof entries;
  flush: typeof flush; shutdown: typeof shutdown; configure: typeof configure;
  configureFile: typeof configureFile; setClock: typeof setClock;
  setStaticFields: typeof setStaticFields; stats: typeof stats; version: typeof version;
};
export default jsonlog;
