/** Whether blocks are recomputed in the backward pass; `auto`: where the memory asks for it. */
export const CHECKPOINTING_CHOICES = ['auto', 'on', 'off'] as const;
