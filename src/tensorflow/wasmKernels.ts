import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Conv2DBackpropFilterAttrs, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './native';

/**
 * Fixes the WebAssembly backend of `tf` for training. Its matrix product does not use vector instructions for
 * transposed factors, which every gradient needs: here such factors are transposed first, which is about ten
 * times faster. The gradient of a convolution with respect to its kernel is missing: here it is computed as
 * the product of the transposed image patches and the gradient of the output. Gradients of depthwise and 3-D
 * convolutions are still missing.
 */
export function fixWasmKernels(tf: TensorFlow): void {
  const multiply = transposingProduct(kernel(tf, 'BatchMatMul'), kernel(tf, 'Transpose'));
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({ kernelName: 'BatchMatMul', backendName: 'wasm', kernelFunc: multiply });
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: kernelGradient(tf, multiply),
  });
}

function kernel(tf: TensorFlow, name: string): KernelFunc {
  const found = tf.getKernel(name, 'wasm');
  if (found === undefined) throw new Error(`the WebAssembly backend has no kernel ${name}`);
  return found.kernelFunc;
}

function transposingProduct(multiply: KernelFunc, transpose: KernelFunc): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const transposed: TensorInfo[] = [];
    const factor = (x: TensorInfo, asked: unknown) => {
      if (!asked) return x;
      const axes = x.shape.map((_, i) => i);
      const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
      const result = transpose({ inputs: { x }, backend, attrs: { perm } }) as TensorInfo;
      transposed.push(result);
      return result;
    };
    const a = factor(inputs.a as TensorInfo, attrs!.transposeA);
    const b = factor(inputs.b as TensorInfo, attrs!.transposeB);
    const product = multiply({
      inputs: { a, b },
      backend,
      attrs: { transposeA: false, transposeB: false },
    });
    for (const { dataId } of transposed) (backend as BackendWasm).disposeData(dataId);
    return product;
  };
}

function kernelGradient(tf: TensorFlow, multiply: KernelFunc): KernelFunc {
  return ({ inputs, backend: anyBackend, attrs: anyAttrs }) => {
    const backend = anyBackend as BackendWasm;
    const x = inputs.x as TensorInfo;
    const dy = inputs.dy as TensorInfo;
    const attrs = anyAttrs as unknown as Conv2DBackpropFilterAttrs;
    const conv = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      attrs.filterShape,
      attrs.strides,
      1,
      attrs.pad,
      attrs.dimRoundingMode,
      false,
      tf.backend_util.convertConv2DDataFormat(attrs.dataFormat),
    );
    const outputs = conv.batchSize * conv.outHeight * conv.outWidth;
    const weights = conv.filterHeight * conv.filterWidth * conv.inChannels;
    const patches = backend.makeOutput([1, weights, outputs], 'float32');
    // take views of the heap after the allocation, which may move it
    fillPatches(
      backend.typedArrayFromHeap(patches) as Float32Array,
      backend.typedArrayFromHeap(x) as Float32Array,
      conv,
    );
    const gradient = multiply({
      inputs: { a: patches, b: { ...dy, shape: [1, outputs, conv.outChannels] } },
      backend,
      attrs: { transposeA: false, transposeB: false },
    }) as TensorInfo;
    backend.disposeData(patches.dataId);
    return { ...gradient, shape: attrs.filterShape };
  };
}

type Convolution = ReturnType<TensorFlow['backend_util']['computeConv2DInfo']>;

/**
 * patches[weight, output] = the pixel multiplied by this weight at this output position; 0 in the padding.
 */
function fillPatches(patches: Float32Array, image: Float32Array, conv: Convolution): void {
  const { inHeight, inWidth, inChannels, padInfo } = conv;
  let at = 0;
  for (let i = 0; i < conv.filterHeight; i++)
    for (let j = 0; j < conv.filterWidth; j++)
      for (let channel = 0; channel < inChannels; channel++)
        for (let n = 0; n < conv.batchSize; n++)
          for (let outRow = 0; outRow < conv.outHeight; outRow++) {
            const row = outRow * conv.strideHeight + i - padInfo.top;
            const start = (n * inHeight + row) * inWidth;
            for (let outColumn = 0; outColumn < conv.outWidth; outColumn++) {
              const column = outColumn * conv.strideWidth + j - padInfo.left;
              const inside = row >= 0 && row < inHeight && column >= 0 && column < inWidth;
              patches[at++] = inside ? image[(start + column) * inChannels + channel]! : 0;
            }
          }
}
