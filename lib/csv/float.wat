;; Writes floats as text: what `lib/csv/float.ts` calls.
;;
;; The shortest text that reads back as the same number is found with float arithmetic that loses nothing: the number
;; times a power of ten has 17 digits before the point, and is the exact sum of two floats; so is the distance up to which
;; other numbers read back as it. JavaScript takes a quarter of a microsecond for it, and boxes each float on the way.
(module
  ;; Holds from its start: the powers of ten that a float holds exactly; their upper halves, of 26 bits, and the lower ones;
  ;; for each number of digits before the point, from -4 on, the first number that has one more; half of what a float's
  ;; last bit is worth, by its exponent, from -16 on. Then the numbers, from 2048 on, where the text of each ends, from
  ;; 3072 on, and the text, from 4096 on.
  (memory (export "memory") 1)

  ;; Writes numbers from `first` on, with a comma behind each, up to `count` or to one that has to be looked at more
  ;; closely: returns that one's place among them.
  (func (export "write") (param $first i32) (param $count i32) (result i32)
    (local $at i32) (local $end i32)
    ;; Behind the comma of the one before it.
    (local.set $at
      (i32.add (i32.load offset=3068 (i32.shl (local.get $first) (i32.const 2))) (i32.const 1)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $first) (local.get $count)))
        (local.set $end
          (call $float
            (f64.load offset=2048 (i32.shl (local.get $first) (i32.const 3)))
            (local.get $at)))
        (br_if $done (i32.eqz (local.get $end)))
        (i32.store offset=3072 (i32.shl (local.get $first) (i32.const 2)) (local.get $end))
        (i32.store8 (local.get $end) (i32.const 44))
        (local.set $at (i32.add (local.get $end) (i32.const 1)))
        (local.set $first (i32.add (local.get $first) (i32.const 1)))
        (br $next)))
    (local.get $first))

  ;; Writes a number, nothing for a NaN; returns where it ends, or 0 for one that has to be looked at more closely.
  (func $float (param $value f64) (param $at i32) (result i32)
    (if (f64.ne (local.get $value) (local.get $value)) (then (return (local.get $at))))
    (if (i64.eqz (i64.reinterpret_f64 (local.get $value)))
      (then
        ;; 0.0
        (i32.store (local.get $at) (i32.const 0x302e30))
        (return (i32.add (local.get $at) (i32.const 3)))))
    (if (f64.lt (local.get $value) (f64.const 0))
      (then
        (i32.store8 (local.get $at) (i32.const 45))
        (return (call $decimal (f64.neg (local.get $value)) (i32.add (local.get $at) (i32.const 1))))))
    (call $decimal (local.get $value) (local.get $at)))

  ;; Writes a number from 1e-4 up to 1e16; returns where it ends, or 0 for any other, and for one that is as near to two
  ;; texts.
  (func $decimal (param $value f64) (param $at i32) (result i32)
    (local $bits i64) (local $exponent i32) (local $whole i32) (local $power i32)
    (local $scale f64) (local $product f64) (local $reach f64) (local $rest f64) (local $floor f64)
    (local $high f64) (local $low f64) (local $scaleHigh f64) (local $scaleLow f64)
    (local $digits i64) (local $tens f64) (local $hundreds f64) (local $last i32) (local $isClosed i32)
    (local $point i32) (local $end i32)
    (if (i32.eqz
          (i32.and
            (f64.ge (local.get $value) (f64.const 1e-4))
            (f64.lt (local.get $value) (f64.const 1e16))))
      (then (return (i32.const 0))))
    (local.set $bits (i64.reinterpret_f64 (local.get $value)))
    ;; Below a power of two the numbers are denser than above it.
    (if (i64.eqz (i64.and (local.get $bits) (i64.const 0xfffffffffffff)))
      (then (return (i32.const 0))))
    (local.set $exponent
      (i32.sub (i32.wrap_i64 (i64.shr_u (local.get $bits) (i64.const 52))) (i32.const 1023)))
    ;; Digits before the point: 1233 / 4096 is the logarithm of 2, nearly.
    (local.set $whole
      (i32.add
        (i32.shr_s (i32.mul (local.get $exponent) (i32.const 1233)) (i32.const 12))
        (i32.const 1)))
    (if (f64.ge
          (local.get $value)
          (f64.load offset=552 (i32.shl (i32.add (local.get $whole) (i32.const 4)) (i32.const 3))))
      (then (local.set $whole (i32.add (local.get $whole) (i32.const 1)))))
    (local.set $power (i32.shl (i32.sub (i32.const 17) (local.get $whole)) (i32.const 3)))
    (local.set $scale (f64.load (local.get $power)))
    ;; Numbers up to here read back as the same: of two that are as near, the one whose last bit is 0 is taken.
    (local.set $reach
      (f64.mul
        (f64.load offset=728 (i32.shl (i32.add (local.get $exponent) (i32.const 16)) (i32.const 3)))
        (local.get $scale)))
    (local.set $isClosed (i64.eqz (i64.and (local.get $bits) (i64.const 1))))
    ;; The product, and what it is too large by (Dekker).
    (local.set $product (f64.mul (local.get $value) (local.get $scale)))
    (local.set $high (f64.mul (local.get $value) (f64.const 134217729)))
    (local.set $high (f64.sub (local.get $high) (f64.sub (local.get $high) (local.get $value))))
    (local.set $low (f64.sub (local.get $value) (local.get $high)))
    (local.set $scaleHigh (f64.load offset=184 (local.get $power)))
    (local.set $scaleLow (f64.load offset=368 (local.get $power)))
    (local.set $rest
      (f64.add
        (f64.add
          (f64.add
            (f64.sub (f64.mul (local.get $high) (local.get $scaleHigh)) (local.get $product))
            (f64.mul (local.get $high) (local.get $scaleLow)))
          (f64.mul (local.get $low) (local.get $scaleHigh)))
        (f64.mul (local.get $low) (local.get $scaleLow))))
    ;; The digits as an integer, and what comes behind them.
    (local.set $floor (f64.floor (local.get $rest)))
    (local.set $digits
      (i64.add (i64.trunc_f64_s (local.get $product)) (i64.trunc_f64_s (local.get $floor))))
    (local.set $rest (f64.sub (local.get $rest) (local.get $floor)))
    ;; Makes them those of the shortest number within reach, and of several the nearest one; there are zeros at their end
    ;; then. The reach is at least half of the last digit and less than twelve of it, so that there is always one of 17
    ;; digits, and only one that ends with two zeros or more.
    (local.set $last (i32.wrap_i64 (i64.rem_u (local.get $digits) (i64.const 100))))
    (local.set $hundreds (f64.add (f64.convert_i32_u (local.get $last)) (local.get $rest)))
    (local.set $tens
      (f64.add (f64.convert_i32_u (i32.rem_u (local.get $last) (i32.const 10))) (local.get $rest)))
    (block $rounded
      (if (call $isWithin (local.get $hundreds) (local.get $reach) (local.get $isClosed))
        (then
          (local.set $digits (i64.sub (local.get $digits) (i64.extend_i32_u (local.get $last))))
          (br $rounded)))
      (if (call $isWithin
            (f64.sub (f64.const 100) (local.get $hundreds))
            (local.get $reach)
            (local.get $isClosed))
        (then
          (local.set $digits
            (i64.add (local.get $digits) (i64.extend_i32_u (i32.sub (i32.const 100) (local.get $last)))))
          (br $rounded)))
      (if (call $isWithin
            (f64.min (local.get $tens) (f64.sub (f64.const 10) (local.get $tens)))
            (local.get $reach)
            (local.get $isClosed))
        (then
          (if (f64.eq (local.get $tens) (f64.const 5)) (then (return (i32.const 0))))
          (local.set $last (i32.rem_u (local.get $last) (i32.const 10)))
          (local.set $digits (i64.sub (local.get $digits) (i64.extend_i32_u (local.get $last))))
          (if (f64.gt (local.get $tens) (f64.const 5))
            (then (local.set $digits (i64.add (local.get $digits) (i64.const 10)))))
          (br $rounded)))
      (if (f64.eq (local.get $rest) (f64.const 0.5)) (then (return (i32.const 0))))
      (if (f64.gt (local.get $rest) (f64.const 0.5))
        (then (local.set $digits (i64.add (local.get $digits) (i64.const 1))))))
    (if (i64.ge_u (local.get $digits) (i64.const 100000000000000000)) (then (return (i32.const 0))))
    (if (i32.gt_s (local.get $whole) (i32.const 0))
      (then
        ;; The digits, and those before the point one place forward.
        (local.set $end (i32.add (local.get $at) (i32.const 18)))
        (call $writeDigits (local.get $digits) (local.get $end))
        (local.set $point (i32.add (local.get $at) (local.get $whole)))
        (loop $move
          (i32.store8 (local.get $at) (i32.load8_u offset=1 (local.get $at)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $move (i32.lt_u (local.get $at) (local.get $point)))))
      (else
        ;; A zero, the point, zeros, the digits.
        (i64.store (local.get $at) (i64.const 0x3030303030303030))
        (local.set $point (i32.add (local.get $at) (i32.const 1)))
        (local.set $end (i32.add (local.get $at) (i32.sub (i32.const 19) (local.get $whole))))
        (call $writeDigits (local.get $digits) (local.get $end))))
    (i32.store8 (local.get $point) (i32.const 46))
    ;; Without zeros at the end, but for the first digit behind the point.
    (local.set $point (i32.add (local.get $point) (i32.const 2)))
    (block $trimmed
      (loop $trim
        (br_if $trimmed (i32.le_u (local.get $end) (local.get $point)))
        (local.set $last (i32.sub (local.get $end) (i32.const 1)))
        (br_if $trimmed (i32.ne (i32.load8_u (local.get $last)) (i32.const 48)))
        (local.set $end (local.get $last))
        (br $trim)))
    (local.get $end))

  (func $isWithin (param $distance f64) (param $reach f64) (param $isClosed i32) (result i32)
    (i32.or
      (f64.lt (local.get $distance) (local.get $reach))
      (i32.and (local.get $isClosed) (f64.eq (local.get $distance) (local.get $reach)))))

  ;; Writes 17 digits before `end`.
  (func $writeDigits (param $digits i64) (param $end i32)
    (local $upper i32)
    (local.set $upper (i32.wrap_i64 (i64.div_u (local.get $digits) (i64.const 100000000))))
    (call $writeSome
      (i32.wrap_i64
        (i64.sub (local.get $digits) (i64.mul (i64.extend_i32_u (local.get $upper)) (i64.const 100000000))))
      (local.get $end)
      (i32.sub (local.get $end) (i32.const 8)))
    (call $writeSome
      (local.get $upper)
      (i32.sub (local.get $end) (i32.const 8))
      (i32.sub (local.get $end) (i32.const 17))))

  ;; Writes the digits of a number from `start` up to `end`.
  (func $writeSome (param $number i32) (param $end i32) (param $start i32)
    (local $rest i32)
    (loop $digit
      (local.set $rest (i32.div_u (local.get $number) (i32.const 10)))
      (local.set $end (i32.sub (local.get $end) (i32.const 1)))
      (i32.store8
        (local.get $end)
        (i32.add (i32.sub (local.get $number) (i32.mul (local.get $rest) (i32.const 10))) (i32.const 48)))
      (local.set $number (local.get $rest))
      (br_if $digit (i32.gt_u (local.get $end) (local.get $start))))))
