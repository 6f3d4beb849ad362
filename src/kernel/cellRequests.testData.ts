// Cells sent to a kernel, and what the tests read of their outcome.
import assert from 'node:assert/strict';
import type { Kernel } from './client';
import type { JsonRecord, Message } from './wire';

export interface Cell {
  reply: JsonRecord;
  /** What the cell put out, so far: messages of its own other than status and execute_input. */
  outputs: { type: string; content: JsonRecord }[];
}

/** @param onBusy called when the kernel begins with it */
export async function runCell(
  kernel: Kernel,
  code: string,
  options: JsonRecord = {},
  onBusy = () => {},
): Promise<Cell> {
  const outputs: Cell['outputs'] = [];
  const onOutput = ({ header, content }: Message) => {
    if (content.execution_state === 'busy') onBusy();
    if (header.msg_type !== 'status' && header.msg_type !== 'execute_input')
      outputs.push({ type: header.msg_type, content });
  };
  const reply = await kernel.request('execute_request', { code, ...options }, { onOutput });
  return { reply, outputs };
}

export function types({ outputs }: Cell): string[] {
  return outputs.map(({ type }) => type);
}

export function text({ outputs }: Cell, name = 'stdout'): string {
  return outputs
    .filter(({ type, content }) => type === 'stream' && content.name === name)
    .map(({ content }) => content.text)
    .join('');
}

export function result({ outputs }: Cell): unknown {
  const found = outputs.find(({ type }) => type === 'execute_result');
  return (found?.content.data as JsonRecord | undefined)?.['text/plain'];
}

/** The one error of a failed cell: its message on iopub, which the reply repeats. */
export function failure(cell: Cell): JsonRecord {
  const errors = cell.outputs.filter(({ type }) => type === 'error').map(({ content }) => content);
  assert.equal(errors.length, 1);
  assert.equal(cell.reply.status, 'error');
  const { ename, evalue, traceback } = cell.reply;
  assert.deepEqual(errors[0], { ename, evalue, traceback });
  return errors[0]!;
}
