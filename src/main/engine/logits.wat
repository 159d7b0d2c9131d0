;; Reductions over one row of logits: four lanes at a time, then one by one; sums in float64.
;; Built into logits-module.ts by scripts/build-wasm.ts; checked against REFERENCE_LOGITS_KERNEL of core/generation/logits-kernel.ts.
(module
  (import "m" "logits" (memory $m 0))

  ;; exp of each lane, 2 ulp, after Cephes' expf; 0 below -87.
  (func $exp (param $x v128) (result v128)
    (local $n v128) (local $r v128) (local $p v128)
    (local.set $n (f32x4.nearest (f32x4.mul (local.get $x) (f32x4.splat (f32.const 1.44269504088896341)))))
    (local.set $r (f32x4.sub (local.get $x) (f32x4.mul (local.get $n) (f32x4.splat (f32.const 0.693359375)))))
    (local.set $r (f32x4.add (local.get $r) (f32x4.mul (local.get $n) (f32x4.splat (f32.const 2.12194440e-4)))))
    (local.set $p (f32x4.splat (f32.const 1.9875691500e-4)))
    (local.set $p (f32x4.add (f32x4.mul (local.get $p) (local.get $r)) (f32x4.splat (f32.const 1.3981999507e-3))))
    (local.set $p (f32x4.add (f32x4.mul (local.get $p) (local.get $r)) (f32x4.splat (f32.const 8.3334519073e-3))))
    (local.set $p (f32x4.add (f32x4.mul (local.get $p) (local.get $r)) (f32x4.splat (f32.const 4.1665795894e-2))))
    (local.set $p (f32x4.add (f32x4.mul (local.get $p) (local.get $r)) (f32x4.splat (f32.const 1.6666665459e-1))))
    (local.set $p (f32x4.add (f32x4.mul (local.get $p) (local.get $r)) (f32x4.splat (f32.const 5.0000001201e-1))))
    (local.set $p (f32x4.add
      (f32x4.mul (f32x4.mul (local.get $p) (local.get $r)) (local.get $r))
      (f32x4.add (local.get $r) (f32x4.splat (f32.const 1)))))
    (v128.and
      (f32x4.mul
        (local.get $p)
        (i32x4.shl (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $n)) (i32x4.splat (i32.const 127))) (i32.const 23)))
      (f32x4.gt (local.get $x) (f32x4.splat (f32.const -87)))))

  ;; The largest of $count floats; NaN when one is. Four maxima side by side, as each waits for the one before it.
  (func (export "largest") (param $at i32) (param $count i32) (result f32)
    (local $end i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $odd v128) (local $one f32)
    (local $x v128) (local $y v128) (local $z v128) (local $w v128)
    (local.set $a (f32x4.splat (f32.const -inf)))
    (local.set $b (local.get $a))
    (local.set $c (local.get $a))
    (local.set $d (local.get $a))
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -16)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $x (v128.load $m align=4 (local.get $at)))
        (local.set $y (v128.load $m offset=16 align=4 (local.get $at)))
        (local.set $z (v128.load $m offset=32 align=4 (local.get $at)))
        (local.set $w (v128.load $m offset=48 align=4 (local.get $at)))
        (local.set $a (f32x4.pmax (local.get $a) (local.get $x)))
        (local.set $b (f32x4.pmax (local.get $b) (local.get $y)))
        (local.set $c (f32x4.pmax (local.get $c) (local.get $z)))
        (local.set $d (f32x4.pmax (local.get $d) (local.get $w)))
        ;; Not a number is not equal to itself; pmax passes over it.
        (local.set $odd (v128.or
          (v128.or (local.get $odd) (f32x4.ne (local.get $x) (local.get $x)))
          (v128.or
            (f32x4.ne (local.get $y) (local.get $y))
            (v128.or (f32x4.ne (local.get $z) (local.get $z)) (f32x4.ne (local.get $w) (local.get $w))))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $next)))
    (if (v128.any_true (local.get $odd)) (then (return (f32.const nan))))
    (local.set $a (f32x4.pmax
      (f32x4.pmax (local.get $a) (local.get $b))
      (f32x4.pmax (local.get $c) (local.get $d))))
    (local.set $one (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
      (f32.max (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 15)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $one (f32.max (local.get $one) (f32.load $m (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next)))
    (local.get $one))

  ;; Sum of exp((x - $shift) * $scale) over $count floats.
  (func (export "sumExp") (param $at i32) (param $count i32) (param $shift f32) (param $scale f32) (result f64)
    (local $end i32) (local $x v128) (local $low v128) (local $high v128) (local $total f64)
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $x (call $exp (f32x4.mul
          (f32x4.sub (v128.load $m align=4 (local.get $at)) (f32x4.splat (local.get $shift)))
          (f32x4.splat (local.get $scale)))))
        (local.set $low (f64x2.add (local.get $low) (f64x2.promote_low_f32x4 (local.get $x))))
        (local.set $high (f64x2.add (local.get $high) (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 0 0 0 0 0 0 0 (local.get $x) (local.get $x)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.set $low (f64x2.add (local.get $low) (local.get $high)))
    (local.set $total (f64.add (f64x2.extract_lane 0 (local.get $low)) (f64x2.extract_lane 1 (local.get $low))))
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $x (call $exp (f32x4.splat
          (f32.mul (f32.sub (f32.load $m (local.get $at)) (local.get $shift)) (local.get $scale)))))
        (local.set $total (f64.add (local.get $total) (f64.promote_f32 (f32x4.extract_lane 0 (local.get $x)))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next)))
    (local.get $total))

  ;; Bits of four tokens from $id on; raceBits of core/generation/race.ts.
  (func $bits (param $ids v128) (param $low v128) (param $high v128) (result v128)
    (local $x v128)
    (local.set $x (v128.xor
      (i32x4.mul (local.get $ids) (i32x4.splat (i32.const 0x9e3779b1)))
      (local.get $low)))
    (local.set $x (i32x4.mul
      (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16)))
      (i32x4.splat (i32.const 0x7feb352d))))
    (local.set $x (i32x4.add (local.get $x) (local.get $high)))
    (local.set $x (i32x4.mul
      (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 15)))
      (i32x4.splat (i32.const 0x846ca68b))))
    (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))))

  ;; Bounds of four scores: x * scale + (151 - exponent of the bits as a float32) * ln 2.
  (func $bound (param $x v128) (param $scale v128) (param $bits v128) (result v128)
    (f32x4.add
      (f32x4.mul (local.get $x) (local.get $scale))
      (f32x4.mul
        (f32x4.convert_i32x4_s (i32x4.sub
          (i32x4.splat (i32.const 151))
          (i32x4.shr_u
            (f32x4.convert_i32x4_u (i32x4.shr_u (local.get $bits) (i32.const 8)))
            (i32.const 23))))
        (f32x4.splat (f32.const 0.69314718)))))

  ;; The token with the largest bound; $at is where the logits begin.
  (func (export "front") (param $at i32) (param $count i32) (param $scale f32) (param $low i32) (param $high i32) (result i32)
    (local $ids v128) (local $end i32) (local $most v128) (local $which v128) (local $value v128) (local $better v128)
    (local $one f32) (local $two f32) (local $id i32) (local $lane i32)
    (local.set $ids (v128.const i32x4 0 1 2 3))
    (local.set $most (f32x4.splat (f32.const -inf)))
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $value (call $bound
          (v128.load $m align=4 (local.get $at))
          (f32x4.splat (local.get $scale))
          (call $bits (local.get $ids) (i32x4.splat (local.get $low)) (i32x4.splat (local.get $high)))))
        (local.set $better (f32x4.gt (local.get $value) (local.get $most)))
        (local.set $most (v128.bitselect (local.get $value) (local.get $most) (local.get $better)))
        (local.set $which (v128.bitselect (local.get $ids) (local.get $which) (local.get $better)))
        (local.set $ids (i32x4.add (local.get $ids) (i32x4.splat (i32.const 4))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.set $one (f32x4.extract_lane 0 (local.get $most)))
    (local.set $id (i32x4.extract_lane 0 (local.get $which)))
    (if (f32.gt (f32x4.extract_lane 1 (local.get $most)) (local.get $one))
      (then
        (local.set $one (f32x4.extract_lane 1 (local.get $most)))
        (local.set $id (i32x4.extract_lane 1 (local.get $which)))))
    (if (f32.gt (f32x4.extract_lane 2 (local.get $most)) (local.get $one))
      (then
        (local.set $one (f32x4.extract_lane 2 (local.get $most)))
        (local.set $id (i32x4.extract_lane 2 (local.get $which)))))
    (if (f32.gt (f32x4.extract_lane 3 (local.get $most)) (local.get $one))
      (then
        (local.set $one (f32x4.extract_lane 3 (local.get $most)))
        (local.set $id (i32x4.extract_lane 3 (local.get $which)))))
    (local.set $lane (i32.and (local.get $count) (i32.const -4)))
    (block $over
      (loop $rest
        (br_if $over (i32.eq (local.get $lane) (local.get $count)))
        (local.set $two (f32x4.extract_lane 0 (call $bound
          (f32x4.splat (f32.load $m (local.get $at)))
          (f32x4.splat (local.get $scale))
          (call $bits (i32x4.splat (local.get $lane)) (i32x4.splat (local.get $low)) (i32x4.splat (local.get $high))))))
        (if (f32.gt (local.get $two) (local.get $one))
          (then
            (local.set $one (local.get $two))
            (local.set $id (local.get $lane))))
        (local.set $lane (i32.add (local.get $lane) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $rest)))
    (local.get $id))

  ;; The first token from $from on whose bound is at least $reach, or -1; $at is where the logits begin.
  (func (export "reaching") (param $at i32) (param $count i32) (param $scale f32) (param $low i32) (param $high i32)
    (param $reach f32) (param $from i32) (result i32)
    (local $ids v128)
    (local.set $at (i32.add (local.get $at) (i32.shl (local.get $from) (i32.const 2))))
    ;; Four at a time while none of them reaches.
    (local.set $ids (i32x4.add (i32x4.splat (local.get $from)) (v128.const i32x4 0 1 2 3)))
    (block $found
      (loop $next
        (br_if $found (i32.gt_s (i32.add (local.get $from) (i32.const 4)) (local.get $count)))
        (br_if $found (v128.any_true (f32x4.ge
          (call $bound
            (v128.load $m align=4 (local.get $at))
            (f32x4.splat (local.get $scale))
            (call $bits (local.get $ids) (i32x4.splat (local.get $low)) (i32x4.splat (local.get $high))))
          (f32x4.splat (local.get $reach)))))
        (local.set $ids (i32x4.add (local.get $ids) (i32x4.splat (i32.const 4))))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    ;; One by one: the first of the four, or the rest.
    (block $none
      (loop $single
        (br_if $none (i32.ge_s (local.get $from) (local.get $count)))
        (if (f32.ge
            (f32x4.extract_lane 0 (call $bound
              (f32x4.splat (f32.load $m (local.get $at)))
              (f32x4.splat (local.get $scale))
              (call $bits (i32x4.splat (local.get $from)) (i32x4.splat (local.get $low)) (i32x4.splat (local.get $high)))))
            (local.get $reach))
          (then (return (local.get $from))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $single)))
    (i32.const -1)))
