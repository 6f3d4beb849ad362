import { existsSync, readFileSync } from 'node:fs';
import { arch } from 'node:os';

/** The widest vector instruction set available for training; curves are bitwise equal only for equal sets. */
export function instructionSet(): string {
  const limit = process.env.ONEDNN_MAX_CPU_ISA;
  if (limit !== undefined) return `limited to ${limit}`;
  if (!existsSync('/proc/cpuinfo')) return arch();
  const [flags = ''] = /^flags.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
  const known = { avx512f: 'AVX-512', avx2: 'AVX2', avx: 'AVX', sse4_1: 'SSE4.1' };
  return Object.entries(known).find(([flag]) => flags.includes(` ${flag} `))?.[1] ?? arch();
}
