/** Arithmetic of the linear layers' products: float32 everywhere, or 8 bits forward and for the gradients by their inputs. */
export const PRECISIONS = ['fp32', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];
