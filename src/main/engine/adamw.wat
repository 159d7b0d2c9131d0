;; AdamW over float32 memory: four lanes at a time, then one by one. Memory 0 holds the weights, memory 1 gradient and moments.
;; Built into adamw-module.ts by `npm run build:adamw`; the formula is that of REFERENCE_KERNEL in core/optim/adamw.ts.
(module
  (import "m" "weights" (memory $w 0))
  (import "m" "state" (memory $s 0))

  ;; Sum of squares of $count floats at $at of the state memory, in float64.
  (func (export "squaredNorm") (param $at i32) (param $count i32) (result f64)
    (local $end i32) (local $x v128) (local $sum v128) (local $total f64) (local $y f64)
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero $s (local.get $at))))
        (local.set $sum (f64x2.add (local.get $sum) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero $s offset=8 (local.get $at))))
        (local.set $sum (f64x2.add (local.get $sum) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.set $total (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum))))
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $y (f64.promote_f32 (f32.load $s (local.get $at))))
        (local.set $total (f64.add (local.get $total) (f64.mul (local.get $y) (local.get $y))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next)))
    (local.get $total))

  ;; One step for $count parameters. $root is 1 / sqrt(1 - beta2^t).
  (func (export "update")
    (param $w i32) (param $g i32) (param $m i32) (param $v i32) (param $count i32)
    (param $scale f32) (param $beta1 f32) (param $rest1 f32) (param $beta2 f32) (param $rest2 f32)
    (param $decay f32) (param $step f32) (param $root f32) (param $eps f32)
    (local $end i32) (local $gv v128) (local $mv v128) (local $vv v128) (local $gs f32) (local $ms f32) (local $vs f32)
    (local.set $end (i32.add (local.get $w) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $w) (local.get $end)))
        (local.set $gv (f32x4.mul (v128.load $s align=4 (local.get $g)) (f32x4.splat (local.get $scale))))
        (local.set $mv (f32x4.add
          (f32x4.mul (v128.load $s align=4 (local.get $m)) (f32x4.splat (local.get $beta1)))
          (f32x4.mul (local.get $gv) (f32x4.splat (local.get $rest1)))))
        (local.set $vv (f32x4.add
          (f32x4.mul (v128.load $s align=4 (local.get $v)) (f32x4.splat (local.get $beta2)))
          (f32x4.mul (f32x4.mul (local.get $gv) (local.get $gv)) (f32x4.splat (local.get $rest2)))))
        (v128.store $s align=4 (local.get $m) (local.get $mv))
        (v128.store $s align=4 (local.get $v) (local.get $vv))
        (v128.store $w align=4 (local.get $w) (f32x4.sub
          (f32x4.mul (v128.load $w align=4 (local.get $w)) (f32x4.splat (local.get $decay)))
          (f32x4.div
            (f32x4.mul (local.get $mv) (f32x4.splat (local.get $step)))
            (f32x4.add (f32x4.mul (f32x4.sqrt (local.get $vv)) (f32x4.splat (local.get $root))) (f32x4.splat (local.get $eps))))))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (br $next)))
    (local.set $end (i32.add (local.get $w) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $w) (local.get $end)))
        (local.set $gs (f32.mul (f32.load $s (local.get $g)) (local.get $scale)))
        (local.set $ms (f32.add
          (f32.mul (f32.load $s (local.get $m)) (local.get $beta1))
          (f32.mul (local.get $gs) (local.get $rest1))))
        (local.set $vs (f32.add
          (f32.mul (f32.load $s (local.get $v)) (local.get $beta2))
          (f32.mul (f32.mul (local.get $gs) (local.get $gs)) (local.get $rest2))))
        (f32.store $s (local.get $m) (local.get $ms))
        (f32.store $s (local.get $v) (local.get $vs))
        (f32.store $w (local.get $w) (f32.sub
          (f32.mul (f32.load $w (local.get $w)) (local.get $decay))
          (f32.div
            (f32.mul (local.get $ms) (local.get $step))
            (f32.add (f32.mul (f32.sqrt (local.get $vs)) (local.get $root)) (local.get $eps)))))
        (local.set $w (i32.add (local.get $w) (i32.const 4)))
        (local.set $g (i32.add (local.get $g) (i32.const 4)))
        (local.set $m (i32.add (local.get $m) (i32.const 4)))
        (local.set $v (i32.add (local.get $v) (i32.const 4)))
        (br $next)))))
