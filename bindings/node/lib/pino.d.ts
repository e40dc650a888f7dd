import { Writable } from 'node:stream';
import { FileOptions } from './index.js';

/** A path, a descriptor, or a path with options of fileHandler(); null is nowhere. */
export type Destination = string | number | null
  | ({ path: string } & Omit<FileOptions, 'formatter' | 'level' | 'pattern' | 'passes'>);

export interface Route {
  pattern: string;
  destination: Destination;
  /** Lines that match are done with: no route below is asked. */
  isFinal?: boolean;
}

export interface TransportOptions {
  routes?: readonly Route[];
  /** Takes what no route matches. */
  otherwise?: Destination;
  /** The longest line in bytes; 1 MiB. */
  lineMax?: number;
}

/** pino({ transport: { target: 'jsonlog/pino', options } }) */
declare function transport(options: TransportOptions): Writable;
export = transport;
