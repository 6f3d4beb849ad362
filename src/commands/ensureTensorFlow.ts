/**
 * Makes native TensorFlow work if that is possible. What takes time, and what does not work, is told on stderr.
 * @throws Error if it does not work and FRACMOMENT_TFJS=required.
 */
export async function ensureTensorFlow(): Promise<void> {
  const { nativeMode } = await import('../tensorflow/native.js');
  const { setupTensorFlow } = await import('../tensorflow/setup/setup.js');
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const { ready, detail } = await setupTensorFlow({ log });
  if (!ready && nativeMode() !== 'skip') log(detail);
}
