;; Decode weights from float32 weights, rows [out] of floats [in]. Memory 0 holds the weights, memory 1 what is made of them.
;; Built into quantise-module.ts by scripts/build-wasm.ts; checked against REFERENCE_QUANTISER of core/models/quantise.ts.
(module
  (import "m" "weights" (memory $w 0))
  (import "m" "made" (memory $q 0))

  ;; 1 / x, 0 for 0, in the rounding of the reference.
  (func $inverse (param $x f32) (result f32)
    (if (result f32) (f32.eq (local.get $x) (f32.const 0))
      (then (f32.const 0))
      (else (f32.demote_f64 (f64.div (f64.const 1) (f64.promote_f32 (local.get $x)))))))

  (func $largestLane (param $x v128) (result f32)
    (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $x)) (f32x4.extract_lane 1 (local.get $x)))
      (f32.max (f32x4.extract_lane 2 (local.get $x)) (f32x4.extract_lane 3 (local.get $x)))))

  ;; Largest magnitude of $bytes / 4 floats, a multiple of four.
  (func $largest (param $at i32) (param $bytes i32) (result f32)
    (local $end i32) (local $most v128)
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (loop $next
      (local.set $most (f32x4.pmax (local.get $most) (f32x4.abs (v128.load $w align=4 (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (call $largestLane (local.get $most)))

  (func $scaleRow (param $at i32) (param $bytes i32) (param $most f64) (param $scales i32) (result f32)
    (local $scale f32)
    (local.set $scale
      (f32.demote_f64 (f64.div (f64.promote_f32 (call $largest (local.get $at) (local.get $bytes))) (local.get $most))))
    (f32.store $q (local.get $scales) (local.get $scale))
    (call $inverse (local.get $scale)))

  (func $rounded (param $at i32) (param $inverse v128) (result v128)
    (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (v128.load $w align=4 (local.get $at)) (local.get $inverse)))))

  ;; Four rows at a time, turned: value [i, row] at $values + i * $stride + row. $rows and $columns are multiples of four.
  (func (export "int8") (param $at i32) (param $rows i32) (param $columns i32) (param $most f64)
    (param $values i32) (param $stride i32) (param $scales i32)
    (local $bytes i32) (local $end i32) (local $to i32) (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local $ia v128) (local $ib v128) (local $ic v128) (local $id v128) (local $x v128)
    (local.set $bytes (i32.shl (local.get $columns) (i32.const 2)))
    (block $done
      (loop $row
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $a (local.get $at))
        (local.set $b (i32.add (local.get $a) (local.get $bytes)))
        (local.set $c (i32.add (local.get $b) (local.get $bytes)))
        (local.set $d (i32.add (local.get $c) (local.get $bytes)))
        (local.set $ia (f32x4.splat (call $scaleRow (local.get $a) (local.get $bytes) (local.get $most) (local.get $scales))))
        (local.set $ib (f32x4.splat (call $scaleRow (local.get $b) (local.get $bytes) (local.get $most)
          (i32.add (local.get $scales) (i32.const 4)))))
        (local.set $ic (f32x4.splat (call $scaleRow (local.get $c) (local.get $bytes) (local.get $most)
          (i32.add (local.get $scales) (i32.const 8)))))
        (local.set $id (f32x4.splat (call $scaleRow (local.get $d) (local.get $bytes) (local.get $most)
          (i32.add (local.get $scales) (i32.const 12)))))
        (local.set $to (local.get $values))
        (local.set $end (local.get $b))
        (loop $input
          (local.set $x (i8x16.narrow_i16x8_s
            (i16x8.narrow_i32x4_s (call $rounded (local.get $a) (local.get $ia)) (call $rounded (local.get $b) (local.get $ib)))
            (i16x8.narrow_i32x4_s (call $rounded (local.get $c) (local.get $ic)) (call $rounded (local.get $d) (local.get $id)))))
          ;; Four inputs of each of four rows become four rows' values of each of four inputs.
          (local.set $x (i8x16.shuffle 0 4 8 12 1 5 9 13 2 6 10 14 3 7 11 15 (local.get $x) (local.get $x)))
          (v128.store32_lane $q align=1 0 (local.get $to) (local.get $x))
          (local.set $to (i32.add (local.get $to) (local.get $stride)))
          (v128.store32_lane $q align=1 1 (local.get $to) (local.get $x))
          (local.set $to (i32.add (local.get $to) (local.get $stride)))
          (v128.store32_lane $q align=1 2 (local.get $to) (local.get $x))
          (local.set $to (i32.add (local.get $to) (local.get $stride)))
          (v128.store32_lane $q align=1 3 (local.get $to) (local.get $x))
          (local.set $to (i32.add (local.get $to) (local.get $stride)))
          (local.set $a (i32.add (local.get $a) (i32.const 16)))
          (local.set $b (i32.add (local.get $b) (i32.const 16)))
          (local.set $c (i32.add (local.get $c) (i32.const 16)))
          (local.set $d (i32.add (local.get $d) (i32.const 16)))
          (br_if $input (i32.lt_u (local.get $a) (local.get $end))))
        (local.set $at (i32.add (local.get $at) (i32.shl (local.get $bytes) (i32.const 2))))
        (local.set $values (i32.add (local.get $values) (i32.const 4)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 16)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 4)))
        (br $row))))

  ;; $floats floats from $at on as bytes 0..15, in order: 16 of them.
  (func $nibbles (param $at i32) (param $inverse v128) (param $zero v128) (result v128)
    (i8x16.narrow_i16x8_s
      (i16x8.narrow_i32x4_s
        (i32x4.add (call $rounded (local.get $at) (local.get $inverse)) (local.get $zero))
        (i32x4.add (call $rounded (i32.add (local.get $at) (i32.const 16)) (local.get $inverse)) (local.get $zero)))
      (i16x8.narrow_i32x4_s
        (i32x4.add (call $rounded (i32.add (local.get $at) (i32.const 32)) (local.get $inverse)) (local.get $zero))
        (i32x4.add (call $rounded (i32.add (local.get $at) (i32.const 48)) (local.get $inverse)) (local.get $zero)))))

  (func $inRange (param $x v128) (result v128)
    (i8x16.min_s (i8x16.max_s (local.get $x) (i8x16.splat (i32.const 0))) (i8x16.splat (i32.const 15))))

  ;; $blocks blocks of 32 floats, an even number, to 16 bytes each; a scale for each, half a byte of zero point.
  (func (export "int4") (param $at i32) (param $blocks i32) (param $values i32) (param $scales i32) (param $zeros i32)
    (local $i i32) (local $x v128) (local $y v128) (local $least v128) (local $most v128)
    (local $scale f32) (local $low f32) (local $inv f32) (local $zero i32) (local $even i32) (local $block i32)
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $block) (local.get $blocks)))
        (local.set $least (f32x4.splat (f32.const 0)))
        (local.set $most (f32x4.splat (f32.const 0)))
        (local.set $i (i32.const 0))
        (loop $each
          (local.set $x (v128.load $w align=4 (i32.add (local.get $at) (local.get $i))))
          (local.set $least (f32x4.pmin (local.get $least) (local.get $x)))
          (local.set $most (f32x4.pmax (local.get $most) (local.get $x)))
          (local.set $i (i32.add (local.get $i) (i32.const 16)))
          (br_if $each (i32.lt_u (local.get $i) (i32.const 128))))
        (local.set $low (f32.neg (call $largestLane (f32x4.neg (local.get $least)))))
        (local.set $scale (f32.demote_f64 (f64.div
          (f64.promote_f32 (f32.sub (call $largestLane (local.get $most)) (local.get $low)))
          (f64.const 15))))
        (local.set $inv (call $inverse (local.get $scale)))
        (local.set $zero (i32.trunc_sat_f32_s (f32.nearest (f32.mul (f32.neg (local.get $low)) (local.get $inv)))))
        (f32.store $q (local.get $scales) (local.get $scale))
        (local.set $x (call $inRange (call $nibbles (local.get $at) (f32x4.splat (local.get $inv)) (i32x4.splat (local.get $zero)))))
        (local.set $y (call $inRange (call $nibbles (i32.add (local.get $at) (i32.const 64))
          (f32x4.splat (local.get $inv)) (i32x4.splat (local.get $zero)))))
        ;; Even places are lower halves, odd ones upper halves.
        (v128.store $q align=1 (local.get $values) (v128.or
          (i8x16.shuffle 0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 (local.get $x) (local.get $y))
          (i8x16.shl
            (i8x16.shuffle 1 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31 (local.get $x) (local.get $y))
            (i32.const 4))))
        (if (i32.and (local.get $block) (i32.const 1))
          (then
            (i32.store8 $q (local.get $zeros) (i32.or (local.get $even) (i32.shl (local.get $zero) (i32.const 4))))
            (local.set $zeros (i32.add (local.get $zeros) (i32.const 1))))
          (else (local.set $even (local.get $zero))))
        (local.set $at (i32.add (local.get $at) (i32.const 128)))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
        (local.set $block (i32.add (local.get $block) (i32.const 1)))
        (br $next)))))
