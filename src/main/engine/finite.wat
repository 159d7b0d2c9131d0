;; Whether float32 numbers are all finite: sixteen bytes at a time, then one number by one.
;; Built into finite-module.ts by scripts/build-wasm.ts; checked against findNonFinite of core/formats/number-formats.ts.
(module
  (import "m" "numbers" (memory $m 0))

  ;; 1 when none of $count floats is NaN or infinite: an exponent of ones plus one carries into the sign.
  (func (export "allFinite") (param $at i32) (param $count i32) (result i32)
    (local $end i32) (local $seen v128) (local $bits i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $seen (v128.or (local.get $seen) (i32x4.add
          (v128.and (v128.load $m align=4 (local.get $at)) (i32x4.splat (i32.const 0x7f800000)))
          (i32x4.splat (i32.const 0x00800000)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.set $bits (i32x4.bitmask (local.get $seen)))
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $bits (i32.or (local.get $bits) (i32.lt_s
          (i32.add (i32.and (i32.load $m (local.get $at)) (i32.const 0x7f800000)) (i32.const 0x00800000))
          (i32.const 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next)))
    (i32.eqz (local.get $bits))))
