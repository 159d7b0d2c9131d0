;; AdamW over float32 memory: four lanes at a time, then one by one. Memory 0 holds the weights, memory 1 gradient and moments.
;; Built into adamw-module.ts by scripts/build-wasm.ts; the formula is that of REFERENCE_KERNEL in core/optim/adamw.ts.
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
        (br $next))))

  ;; One step for one row of $count parameters, a multiple of 4, whose moments are bytes with a scale for each block of 256; the formula is
  ;; that of updateQuantised in core/optim/adamw-int8.ts. $ms and $vs are the scales of the row.
  (func (export "updateQuantised")
    (param $w i32) (param $g i32) (param $m i32) (param $v i32) (param $ms i32) (param $vs i32) (param $count i32) (param $seed i32)
    (param $scale f32) (param $beta1 f32) (param $rest1 f32) (param $beta2 f32) (param $rest2 f32)
    (param $decay f32) (param $step f32) (param $root f32) (param $eps f32)
    (local $last i32) (local $end i32) (local $backG i32) (local $backM i32) (local $backV i32)
    (local $gv v128) (local $mv v128) (local $vv v128) (local $q v128) (local $mu v128) (local $vu v128)
    (local $mm v128) (local $vm v128) (local $mi v128) (local $vi v128) (local $x v128) (local $most f32)
    (local.set $x (i32x4.mul
      (v128.xor (i32x4.splat (local.get $seed)) (v128.const i32x4 0x9e3779b9 0x7f4a7c15 0xf39cc060 0x106aa070))
      (i32x4.splat (i32.const 0x85ebca6b))))
    (local.set $x (v128.or (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 13))) (i32x4.splat (i32.const 1))))
    (local.set $last (i32.add (local.get $g) (i32.shl (local.get $count) (i32.const 2))))
    (block $rowDone
      (loop $block
        (br_if $rowDone (i32.eq (local.get $g) (local.get $last)))
        (local.set $end (i32.add (local.get $g) (i32.const 1024)))
        (if (i32.gt_u (local.get $end) (local.get $last)) (then (local.set $end (local.get $last))))
        (local.set $mu (f32x4.splat (f32.mul (f32.load $s (local.get $ms)) (f32.const 6.200012285262346e-05))))
        (local.set $vu (f32x4.splat (f32.mul (f32.load $s (local.get $vs)) (f32.const 2.365044271535055e-10))))
        (local.set $backG (local.get $g))
        (local.set $backM (local.get $m))
        (local.set $backV (local.get $v))
        (local.set $mm (f32x4.splat (f32.const 0)))
        (local.set $vm (f32x4.splat (f32.const 0)))
        ;; First the largest magnitudes of the new moments.
        (loop $largest
          (local.set $gv (f32x4.mul (v128.load $s align=4 (local.get $g)) (f32x4.splat (local.get $scale))))
          (local.set $q (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (i16x8.extend_low_i8x16_s (v128.load32_zero $s align=1 (local.get $m))))))
          (local.set $mv (f32x4.add
            (f32x4.mul (f32x4.mul (f32x4.mul (local.get $q) (f32x4.abs (local.get $q))) (local.get $mu)) (f32x4.splat (local.get $beta1)))
            (f32x4.mul (local.get $gv) (f32x4.splat (local.get $rest1)))))
          (local.set $q (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero $s align=1 (local.get $v))))))
          (local.set $q (f32x4.mul (local.get $q) (local.get $q)))
          (local.set $vv (f32x4.add
            (f32x4.mul (f32x4.mul (f32x4.mul (local.get $q) (local.get $q)) (local.get $vu)) (f32x4.splat (local.get $beta2)))
            (f32x4.mul (f32x4.mul (local.get $gv) (local.get $gv)) (f32x4.splat (local.get $rest2)))))
          (local.set $mm (f32x4.max (local.get $mm) (f32x4.abs (local.get $mv))))
          (local.set $vm (f32x4.max (local.get $vm) (local.get $vv)))
          (local.set $g (i32.add (local.get $g) (i32.const 16)))
          (local.set $m (i32.add (local.get $m) (i32.const 4)))
          (local.set $v (i32.add (local.get $v) (i32.const 4)))
          (br_if $largest (i32.lt_u (local.get $g) (local.get $end))))
        (local.set $g (local.get $backG))
        (local.set $m (local.get $backM))
        (local.set $v (local.get $backV))
        (local.set $most (f32.max
          (f32.max (f32x4.extract_lane 0 (local.get $mm)) (f32x4.extract_lane 1 (local.get $mm)))
          (f32.max (f32x4.extract_lane 2 (local.get $mm)) (f32x4.extract_lane 3 (local.get $mm)))))
        (if (f32.lt (local.get $most) (f32.const 1e-35)) (then (local.set $most (f32.const 0))))
        (f32.store $s (local.get $ms) (local.get $most))
        (local.set $mi (f32x4.splat (select (f32.const 0) (f32.div (f32.const 1) (local.get $most)) (f32.eq (local.get $most) (f32.const 0)))))
        (local.set $most (f32.max
          (f32.max (f32x4.extract_lane 0 (local.get $vm)) (f32x4.extract_lane 1 (local.get $vm)))
          (f32.max (f32x4.extract_lane 2 (local.get $vm)) (f32x4.extract_lane 3 (local.get $vm)))))
        (if (f32.lt (local.get $most) (f32.const 1e-35)) (then (local.set $most (f32.const 0))))
        (f32.store $s (local.get $vs) (local.get $most))
        (local.set $vi (f32x4.splat (select (f32.const 0) (f32.div (f32.const 1) (local.get $most)) (f32.eq (local.get $most) (f32.const 0)))))
        ;; Then the step, and the moments rounded with a dither from the upper and the lower half of each draw.
        (loop $apply
          (local.set $gv (f32x4.mul (v128.load $s align=4 (local.get $g)) (f32x4.splat (local.get $scale))))
          (local.set $q (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (i16x8.extend_low_i8x16_s (v128.load32_zero $s align=1 (local.get $m))))))
          (local.set $mv (f32x4.add
            (f32x4.mul (f32x4.mul (f32x4.mul (local.get $q) (f32x4.abs (local.get $q))) (local.get $mu)) (f32x4.splat (local.get $beta1)))
            (f32x4.mul (local.get $gv) (f32x4.splat (local.get $rest1)))))
          (local.set $q (f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero $s align=1 (local.get $v))))))
          (local.set $q (f32x4.mul (local.get $q) (local.get $q)))
          (local.set $vv (f32x4.add
            (f32x4.mul (f32x4.mul (f32x4.mul (local.get $q) (local.get $q)) (local.get $vu)) (f32x4.splat (local.get $beta2)))
            (f32x4.mul (f32x4.mul (local.get $gv) (local.get $gv)) (f32x4.splat (local.get $rest2)))))
          (v128.store $w align=4 (local.get $w) (f32x4.sub
            (f32x4.mul (v128.load $w align=4 (local.get $w)) (f32x4.splat (local.get $decay)))
            (f32x4.div
              (f32x4.mul (local.get $mv) (f32x4.splat (local.get $step)))
              (f32x4.add (f32x4.mul (f32x4.sqrt (local.get $vv)) (f32x4.splat (local.get $root))) (f32x4.splat (local.get $eps))))))
          (local.set $x (v128.xor (local.get $x) (i32x4.shl (local.get $x) (i32.const 13))))
          (local.set $x (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 17))))
          (local.set $x (v128.xor (local.get $x) (i32x4.shl (local.get $x) (i32.const 5))))
          (local.set $q (f32x4.min
            (f32x4.add
              (f32x4.mul (f32x4.sqrt (f32x4.mul (f32x4.abs (local.get $mv)) (local.get $mi))) (f32x4.splat (f32.const 127)))
              (f32x4.mul (f32x4.convert_i32x4_u (i32x4.shr_u (local.get $x) (i32.const 16))) (f32x4.splat (f32.const 0x1p-16))))
            (f32x4.splat (f32.const 127.5))))
          ;; The sign goes back on before the fraction is cut off.
          (local.set $q (i32x4.trunc_sat_f32x4_s (v128.or (local.get $q) (v128.and (local.get $mv) (i32x4.splat (i32.const 0x80000000))))))
          (local.set $q (i16x8.narrow_i32x4_s (local.get $q) (local.get $q)))
          (v128.store32_lane $s align=1 0 (local.get $m) (i8x16.narrow_i16x8_s (local.get $q) (local.get $q)))
          (local.set $q (f32x4.max
            (f32x4.add
              (f32x4.mul (f32x4.sqrt (f32x4.sqrt (f32x4.mul (local.get $vv) (local.get $vi)))) (f32x4.splat (f32.const 255)))
              (f32x4.mul (f32x4.convert_i32x4_u (v128.and (local.get $x) (i32x4.splat (i32.const 0xffff)))) (f32x4.splat (f32.const 0x1p-16))))
            (f32x4.splat (f32.const 1))))
          (local.set $q (i32x4.trunc_sat_f32x4_s (local.get $q)))
          (local.set $q (i16x8.narrow_i32x4_s (local.get $q) (local.get $q)))
          (v128.store32_lane $s align=1 0 (local.get $v) (i8x16.narrow_i16x8_u (local.get $q) (local.get $q)))
          (local.set $w (i32.add (local.get $w) (i32.const 16)))
          (local.set $g (i32.add (local.get $g) (i32.const 16)))
          (local.set $m (i32.add (local.get $m) (i32.const 4)))
          (local.set $v (i32.add (local.get $v) (i32.const 4)))
          (br_if $apply (i32.lt_u (local.get $g) (local.get $end))))
        (local.set $ms (i32.add (local.get $ms) (i32.const 4)))
        (local.set $vs (i32.add (local.get $vs) (i32.const 4)))
        (br $block))))

  ;; $count averages at $a of the state memory move towards the weights by $share.
  (func (export "average") (param $a i32) (param $w i32) (param $count i32) (param $share f32)
    (local $end i32) (local $x v128) (local $y f32)
    (local.set $end (i32.add (local.get $a) (i32.shl (i32.and (local.get $count) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $a) (local.get $end)))
        (local.set $x (v128.load $s align=4 (local.get $a)))
        (v128.store $s align=4 (local.get $a) (f32x4.add (local.get $x)
          (f32x4.mul (f32x4.sub (v128.load $w align=4 (local.get $w)) (local.get $x)) (f32x4.splat (local.get $share)))))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (br $next)))
    (local.set $end (i32.add (local.get $a) (i32.shl (i32.and (local.get $count) (i32.const 3)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $a) (local.get $end)))
        (local.set $y (f32.load $s (local.get $a)))
        (f32.store $s (local.get $a) (f32.add (local.get $y)
          (f32.mul (f32.sub (f32.load $w (local.get $w)) (local.get $y)) (local.get $share))))
        (local.set $a (i32.add (local.get $a) (i32.const 4)))
        (local.set $w (i32.add (local.get $w) (i32.const 4)))
        (br $next)))))
