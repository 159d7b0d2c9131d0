;; Rows of float32 on a grid of 8 bits. Memory 0 holds the floats, memory 1 the bytes and scales.
;; Built into int8-matrix-module.ts by `node scripts/run.mjs scripts/build-wasm.ts`; the formula is that of REFERENCE_INT8_QUANTISER in core/tensor/int8.ts.
(module
  (import "m" "from" (memory $f 0))
  (import "m" "into" (memory $t 0))

  ;; $rows rows of $columns floats at $from: bytes at $into, one scale a row at $scales.
  (func (export "quantise") (param $from i32) (param $rows i32) (param $columns i32) (param $into i32) (param $scales i32) (param $steps f32)
    (local $at i32) (local $end i32) (local $rowEnd i32) (local $peaks v128) (local $peak f32) (local $perStep f32) (local $spread v128)
    (block $allDone
      (loop $nextRow
        (br_if $allDone (i32.eqz (local.get $rows)))
        (local.set $rowEnd (i32.add (local.get $from) (i32.shl (local.get $columns) (i32.const 2))))
        ;; Largest absolute value.
        (local.set $at (local.get $from))
        (local.set $end (i32.add (local.get $from) (i32.shl (i32.and (local.get $columns) (i32.const -4)) (i32.const 2))))
        (local.set $peaks (f32x4.splat (f32.const 0)))
        (block $done
          (loop $next
            (br_if $done (i32.eq (local.get $at) (local.get $end)))
            (local.set $peaks (f32x4.max (local.get $peaks) (f32x4.abs (v128.load $f align=4 (local.get $at)))))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $next)))
        (local.set $peak (f32.max
          (f32.max (f32x4.extract_lane 0 (local.get $peaks)) (f32x4.extract_lane 1 (local.get $peaks)))
          (f32.max (f32x4.extract_lane 2 (local.get $peaks)) (f32x4.extract_lane 3 (local.get $peaks)))))
        (block $done
          (loop $next
            (br_if $done (i32.eq (local.get $at) (local.get $rowEnd)))
            (local.set $peak (f32.max (local.get $peak) (f32.abs (f32.load $f (local.get $at)))))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br $next)))
        (f32.store $t (local.get $scales) (f32.div (local.get $peak) (local.get $steps)))
        (local.set $perStep (select
          (f32.const 0)
          (f32.div (local.get $steps) (local.get $peak))
          (f32.eq (local.get $peak) (f32.const 0))))
        (local.set $spread (f32x4.splat (local.get $perStep)))
        ;; Sixteen bytes at a time, then one by one.
        (local.set $end (i32.add (local.get $from) (i32.shl (i32.and (local.get $columns) (i32.const -16)) (i32.const 2))))
        (block $done
          (loop $next
            (br_if $done (i32.eq (local.get $from) (local.get $end)))
            (v128.store $t align=1 (local.get $into) (i8x16.narrow_i16x8_s
              (i16x8.narrow_i32x4_s
                (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (v128.load $f align=4 (local.get $from)) (local.get $spread))))
                (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (v128.load $f offset=16 align=4 (local.get $from)) (local.get $spread)))))
              (i16x8.narrow_i32x4_s
                (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (v128.load $f offset=32 align=4 (local.get $from)) (local.get $spread))))
                (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (v128.load $f offset=48 align=4 (local.get $from)) (local.get $spread)))))))
            (local.set $from (i32.add (local.get $from) (i32.const 64)))
            (local.set $into (i32.add (local.get $into) (i32.const 16)))
            (br $next)))
        (block $done
          (loop $next
            (br_if $done (i32.eq (local.get $from) (local.get $rowEnd)))
            (i32.store8 $t (local.get $into)
              (i32.trunc_sat_f32_s (f32.nearest (f32.mul (f32.load $f (local.get $from)) (local.get $perStep)))))
            (local.set $from (i32.add (local.get $from) (i32.const 4)))
            (local.set $into (i32.add (local.get $into) (i32.const 1)))
            (br $next)))
        (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $nextRow))))

  ;; Row i woven with row i + 8; four rounds of it turn sixteen rows of sixteen bytes into their columns.
  (func $weave
    (param $a0 v128) (param $a1 v128) (param $a2 v128) (param $a3 v128) (param $a4 v128) (param $a5 v128) (param $a6 v128) (param $a7 v128)
    (param $b0 v128) (param $b1 v128) (param $b2 v128) (param $b3 v128) (param $b4 v128) (param $b5 v128) (param $b6 v128) (param $b7 v128)
    (result v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a0) (local.get $b0))
    (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a0) (local.get $b0))
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a1) (local.get $b1))
    (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a1) (local.get $b1))
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a2) (local.get $b2))
    (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a2) (local.get $b2))
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a3) (local.get $b3))
    (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a3) (local.get $b3))
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a4) (local.get $b4))
    (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a4) (local.get $b4))
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a5) (local.get $b5))
    (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a5) (local.get $b5))
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a6) (local.get $b6))
    (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a6) (local.get $b6))
    (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a7) (local.get $b7))
    (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a7) (local.get $b7)))

  ;; The bytes of [$rows, $columns] at $from as [$columns, $rows] at $into: squares of sixteen, then what is left at the edges.
  (func (export "turn") (param $from i32) (param $rows i32) (param $columns i32) (param $into i32)
    (local $row i32) (local $column i32) (local $wholeRows i32) (local $wholeColumns i32) (local $at i32) (local $to i32) (local $last v128)
    (local.set $wholeRows (i32.and (local.get $rows) (i32.const -16)))
    (local.set $wholeColumns (i32.and (local.get $columns) (i32.const -16)))
    (block $rowsDone
      (loop $nextRows
        (br_if $rowsDone (i32.ge_u (local.get $row) (local.get $wholeRows)))
        (local.set $column (i32.const 0))
        (block $columnsDone
          (loop $nextColumns
            (br_if $columnsDone (i32.ge_u (local.get $column) (local.get $wholeColumns)))
            (local.set $at (i32.add (local.get $from) (i32.add (i32.mul (local.get $row) (local.get $columns)) (local.get $column))))
            (local.set $to (i32.add (local.get $into) (i32.add (i32.mul (local.get $column) (local.get $rows)) (local.get $row))))
            (local.set $to (i32.add (local.get $to) (i32.mul (local.get $rows) (i32.const 15))))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $columns)))
            (v128.load $t align=1 (local.get $at))
            (call $weave) (call $weave) (call $weave) (call $weave)
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $to (i32.sub (local.get $to) (local.get $rows)))
            (local.set $last) (v128.store $t align=1 (local.get $to) (local.get $last))
            (local.set $column (i32.add (local.get $column) (i32.const 16)))
            (br $nextColumns)))
        (call $turnEdge (local.get $from) (local.get $rows) (local.get $columns) (local.get $into)
          (local.get $row) (i32.add (local.get $row) (i32.const 16)) (local.get $wholeColumns))
        (local.set $row (i32.add (local.get $row) (i32.const 16)))
        (br $nextRows)))
    (call $turnEdge (local.get $from) (local.get $rows) (local.get $columns) (local.get $into)
      (local.get $wholeRows) (local.get $rows) (i32.const 0)))

  ;; One by one: rows from $row to $lastRow, columns from $first on.
  (func $turnEdge (param $from i32) (param $rows i32) (param $columns i32) (param $into i32) (param $row i32) (param $lastRow i32) (param $first i32)
    (local $column i32)
    (block $rowsDone
      (loop $nextRow
        (br_if $rowsDone (i32.ge_u (local.get $row) (local.get $lastRow)))
        (local.set $column (local.get $first))
        (block $columnsDone
          (loop $nextColumn
            (br_if $columnsDone (i32.ge_u (local.get $column) (local.get $columns)))
            (i32.store8 $t
              (i32.add (local.get $into) (i32.add (i32.mul (local.get $column) (local.get $rows)) (local.get $row)))
              (i32.load8_s $t (i32.add (local.get $from) (i32.add (i32.mul (local.get $row) (local.get $columns)) (local.get $column)))))
            (local.set $column (i32.add (local.get $column) (i32.const 1)))
            (br $nextColumn)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $nextRow)))))
