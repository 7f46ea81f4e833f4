import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import koffi from 'koffi'
import { LoupeError } from '../contract/errors.ts'
import { addressOf } from './c-api.ts'
import { cLibrary } from './platform.ts'

/**
 * Lets what listens on a port of this process take connections only where they were made to one address, or within this machine.
 *
 * TensorFlow's server binds its port on all addresses, whatever it is told. A socket filter then drops every packet that was sent
 * to another address, before a connection comes about.
 *
 * @param address  A numeric IPv4 or IPv6 address of this machine.
 * @returns False where the system has no such filters: all but Linux.
 */
export function confineListeners(port: number, address: string): boolean {
  if (process.platform !== 'linux') return false
  const program = encodeFilter(onlyTo(address))
  // struct sock_fprog: the number of instructions, padding, where they are.
  const filter = new DataView(new ArrayBuffer(16))
  filter.setUint16(0, program.byteLength / 8, true)
  filter.setBigUint64(8, addressOf(program), true)
  const setSocketOption = koffi.load(cLibrary()).func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32']) as unknown as (...args: [number, number, number, Uint8Array, number]) => number // its C signature
  const listeners = listenersOn(port)
  for (const descriptor of listeners) {
    const answer = setSocketOption(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, new Uint8Array(filter.buffer), 16)
    if (answer !== 0) throw new LoupeError('unsupported', `Port ${port} cannot be confined to ${address}: the system refused the filter.`, { port, address })
  }
  if (listeners.length === 0) throw new LoupeError('internal', `Nothing in this process listens on port ${port}.`, { port })
  return true
}

const SOL_SOCKET = 1
const SO_ATTACH_FILTER = 26

/** File descriptors of this process' sockets that listen on a TCP port. */
function listenersOn(port: number): readonly number[] {
  const LISTEN = '0A'
  const rows = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/self/net/${table}`, 'utf8').split('\n').slice(1))
  const inodes = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTEN && Number.parseInt(local?.split(':').at(-1) ?? '', 16) === port)
    .map((columns) => columns[9])
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`))
  return readdirSync('/proc/self/fd')
    .filter((descriptor) => sockets.has(linkOf(descriptor)))
    .map(Number)
}

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return '' // the folder's own descriptor is closed by now
  }
}

/** One instruction of the classic Berkeley packet filter: code, jumps if true and if false, operand. */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number]

const LOAD_BYTE = 0x30
const LOAD_WORD = 0x20
const AND = 0x54
const JUMP_IF_EQUAL = 0x15
const RETURN = 0x06
/** Offsets are from the IP header on. */
const IP_HEADER = -0x100000
const DESTINATION = { 4: 16, 6: 24 } as const
const TAKE: Instruction = [RETURN, 0, 0, 0xffffffff]
const DROP: Instruction = [RETURN, 0, 0, 0]

/** Takes packets that were sent to 127.0.0.0/8, to ::1 or to an address. */
function onlyTo(address: string): readonly Instruction[] {
  const version = isIPv6(address) ? 6 : 4
  const own = isIPv6(address) ? wordsOf6(address) : [wordOf4(address)]
  const loopback6 = [0, 0, 0, 1]
  const ipv4: Instruction[] = [
    ...(version === 4 ? matching(4, own) : []),
    [LOAD_WORD, 0, 0, IP_HEADER + DESTINATION[4]],
    [AND, 0, 0, 0xff000000],
    [JUMP_IF_EQUAL, 0, 1, 0x7f000000],
    TAKE,
    DROP,
  ]
  const ipv6: Instruction[] = [...(version === 6 ? matching(6, own) : []), ...matching(6, loopback6), DROP]
  return [[LOAD_BYTE, 0, 0, IP_HEADER], [AND, 0, 0, 0xf0], [JUMP_IF_EQUAL, 0, ipv4.length, 0x40], ...ipv4, ...ipv6]
}

/** Takes a packet whose destination is an address; goes on behind itself where it is not. */
function matching(version: 4 | 6, words: readonly number[]): readonly Instruction[] {
  const left = (i: number) => 2 * (words.length - i) - 1
  return [...words.flatMap((word, i): Instruction[] => [[LOAD_WORD, 0, 0, IP_HEADER + DESTINATION[version] + 4 * i], [JUMP_IF_EQUAL, 0, left(i), word]]), TAKE]
}

function wordOf4(address: string): number {
  return address.split('.').reduce((word, byte) => word * 256 + Number(byte), 0)
}

function wordsOf6(address: string): readonly number[] {
  const groups = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1) // in its short form, without an IPv4 part
  const [head = '', tail] = groups.split('::')
  const parts = (text: string) => text.split(':').filter((part) => part !== '').map((part) => Number.parseInt(part, 16))
  const [before, after] = [parts(head), parts(tail ?? '')]
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
  return [0, 2, 4, 6].map((i) => all[i]! * 65536 + all[i + 1]!)
}

function encodeFilter(instructions: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(instructions.length * 8))
  instructions.forEach(([code, ifTrue, ifFalse, operand], i) => {
    view.setUint16(i * 8, code, true)
    view.setUint8(i * 8 + 2, ifTrue)
    view.setUint8(i * 8 + 3, ifFalse)
    view.setUint32(i * 8 + 4, operand >>> 0, true)
  })
  return new Uint8Array(view.buffer)
}
