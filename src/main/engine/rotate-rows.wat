;; Blocks of 16 or 64 floats times the Hadamard matrix of their size over its root. Memory 0 holds the floats, memory 1 the result.
;; Built into rotate-rows-module.ts by `node scripts/run.mjs scripts/build-wasm.ts`; the formula is that of `rotateRow` in core/tensor/rotation.ts.
(module
  (import "m" "from" (memory $f 0))
  (import "m" "into" (memory $t 0))

  ;; $blocks blocks of $bytes bytes at $from, to $into; $factor is one over the root of a block's length.
  (func (export "rotate") (param $from i32) (param $into i32) (param $blocks i32) (param $bytes i32) (param $factor f32)
    (local $end i32) (local $v v128) (local $spread v128)
    (local.set $spread (f32x4.splat (local.get $factor)))
    (block $allDone
      (loop $nextBlock
        (br_if $allDone (i32.eqz (local.get $blocks)))
        ;; Neighbours, then those two apart, within four lanes.
        (local.set $end (i32.add (local.get $into) (local.get $bytes)))
        (loop $next
          (local.set $v (f32x4.mul (v128.load $f align=4 (local.get $from)) (local.get $spread)))
          (local.set $v (f32x4.add
            (i8x16.shuffle 0 1 2 3 0 1 2 3 8 9 10 11 8 9 10 11 (local.get $v) (local.get $v))
            (v128.xor
              (i8x16.shuffle 4 5 6 7 4 5 6 7 12 13 14 15 12 13 14 15 (local.get $v) (local.get $v))
              (v128.const i32x4 0 0x80000000 0 0x80000000))))
          (local.set $v (f32x4.add
            (i8x16.shuffle 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 (local.get $v) (local.get $v))
            (v128.xor
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $v) (local.get $v))
              (v128.const i32x4 0 0 0x80000000 0x80000000))))
          (v128.store $t align=4 (local.get $into) (local.get $v))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (local.set $into (i32.add (local.get $into) (i32.const 16)))
          (br_if $next (i32.lt_u (local.get $into) (local.get $end))))
        (call $fours (i32.sub (local.get $end) (local.get $bytes)) (local.get $bytes) (i32.const 16))
        (if (i32.gt_u (local.get $bytes) (i32.const 64))
          (then (call $fours (i32.sub (local.get $end) (local.get $bytes)) (local.get $bytes) (i32.const 64))))
        (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
        (br $nextBlock))))

  ;; Two rounds at once in the block at $at: values $apart bytes apart, then twice as far.
  (func $fours (param $at i32) (param $bytes i32) (param $apart i32)
    (local $end i32) (local $rowEnd i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $sum v128) (local $difference v128) (local $second i32) (local $third i32) (local $fourth i32)
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (loop $nextGroup
      (local.set $rowEnd (i32.add (local.get $at) (local.get $apart)))
      (loop $next
        (local.set $second (i32.add (local.get $at) (local.get $apart)))
        (local.set $third (i32.add (local.get $second) (local.get $apart)))
        (local.set $fourth (i32.add (local.get $third) (local.get $apart)))
        (local.set $a (v128.load $t align=4 (local.get $at)))
        (local.set $b (v128.load $t align=4 (local.get $second)))
        (local.set $c (v128.load $t align=4 (local.get $third)))
        (local.set $d (v128.load $t align=4 (local.get $fourth)))
        (local.set $sum (f32x4.add (local.get $a) (local.get $b)))
        (local.set $difference (f32x4.sub (local.get $a) (local.get $b)))
        (local.set $a (f32x4.add (local.get $c) (local.get $d)))
        (local.set $b (f32x4.sub (local.get $c) (local.get $d)))
        (v128.store $t align=4 (local.get $at) (f32x4.add (local.get $sum) (local.get $a)))
        (v128.store $t align=4 (local.get $second) (f32x4.add (local.get $difference) (local.get $b)))
        (v128.store $t align=4 (local.get $third) (f32x4.sub (local.get $sum) (local.get $a)))
        (v128.store $t align=4 (local.get $fourth) (f32x4.sub (local.get $difference) (local.get $b)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $rowEnd))))
      (local.set $at (i32.add (local.get $fourth) (i32.const 16)))
      (br_if $nextGroup (i32.lt_u (local.get $at) (local.get $end))))))
