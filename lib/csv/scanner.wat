;; Finds the fields of lines, looks at numbers in them, and counts lines: what `lib/csv/scanner.ts` calls.
;;
;; Sixteen bytes are compared at a time. JavaScript has no such instruction, and takes ten times as long.
(module
  (memory (export "memory") 1)

  ;; Writes where each comma from `at` on stands, then where the line ends: at its line feed, or at `end`. Each is an
  ;; integer of four bytes, and they go to `out`. Returns where the next of them would go.
  ;;
  ;; Up to 63 bytes behind `end` are looked at, and have to be there.
  (func (export "scan") (param $at i32) (param $end i32) (param $out i32) (result i32)
    (local $comma v128) (local $lineFeed v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $commas i64) (local $lineFeeds i64) (local $inside i64)
    (local.set $comma (i8x16.splat (i32.const 44)))
    (local.set $lineFeed (i8x16.splat (i32.const 10)))
    (block $atEnd
      (loop $next
        (br_if $atEnd (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $a (v128.load (local.get $at)))
        (local.set $b (v128.load offset=16 (local.get $at)))
        (local.set $c (v128.load offset=32 (local.get $at)))
        (local.set $d (v128.load offset=48 (local.get $at)))
        ;; One bit for each byte, the first byte's the lowest.
        (local.set $commas
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $a) (local.get $comma))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $b) (local.get $comma)))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $c) (local.get $comma)))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $d) (local.get $comma)))) (i64.const 48)))))
        (local.set $lineFeeds
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $a) (local.get $lineFeed))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $b) (local.get $lineFeed)))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $c) (local.get $lineFeed)))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $d) (local.get $lineFeed)))) (i64.const 48)))))
        ;; Bytes that are not of the line.
        (if (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 64))
          (then
            (local.set $inside
              (i64.sub
                (i64.shl (i64.const 1) (i64.extend_i32_u (i32.sub (local.get $end) (local.get $at))))
                (i64.const 1)))
            (local.set $commas (i64.and (local.get $commas) (local.get $inside)))
            (local.set $lineFeeds (i64.and (local.get $lineFeeds) (local.get $inside)))))
        (if (i64.ne (local.get $lineFeeds) (i64.const 0))
          (then
            (local.set $end (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $lineFeeds)))))
            ;; The bits below the lowest one.
            (local.set $inside
              (i64.and
                (i64.sub (local.get $lineFeeds) (i64.const 1))
                (i64.xor (local.get $lineFeeds) (i64.const -1))))
            (local.set $commas (i64.and (local.get $commas) (local.get $inside)))))
        (block $noMore
          (br_if $noMore (i64.eqz (local.get $commas)))
          (loop $bit
            (i32.store (local.get $out) (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $commas)))))
            (local.set $out (i32.add (local.get $out) (i32.const 4)))
            ;; Without its lowest bit.
            (local.set $commas (i64.and (local.get $commas) (i64.sub (local.get $commas) (i64.const 1))))
            (br_if $bit (i64.ne (local.get $commas) (i64.const 0)))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $next)))
    (i32.store (local.get $out) (local.get $end))
    (i32.add (local.get $out) (i32.const 4)))

  ;; Whether two bytes stand side by side between `at` and `end`. Up to 16 bytes behind `end` are looked at, and have to be
  ;; there: a yes may be for these.
  (func (export "mayHavePair") (param $at i32) (param $end i32) (param $first i32) (param $second i32) (result i32)
    (local $firsts v128) (local $seconds v128)
    (local.set $firsts (i8x16.splat (local.get $first)))
    (local.set $seconds (i8x16.splat (local.get $second)))
    (block $atEnd
      (loop $next
        (br_if $atEnd (i32.ge_u (local.get $at) (local.get $end)))
        (if
          (v128.any_true
            (v128.and
              (i8x16.eq (v128.load (local.get $at)) (local.get $firsts))
              (i8x16.eq (v128.load offset=1 (local.get $at)) (local.get $seconds))))
          (then (return (i32.const 1))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i32.const 0))

  ;; How many bytes from `at` up to `end` are line feeds. Up to 15 bytes behind `end` are looked at, and have to be there.
  (func (export "countLineFeeds") (param $at i32) (param $end i32) (result i32)
    (local $lineFeed v128) (local $found i32) (local $count i32)
    (local.set $lineFeed (i8x16.splat (i32.const 10)))
    (block $atEnd
      (loop $next
        (br_if $atEnd (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $found (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $lineFeed))))
        (if (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 16))
          (then
            (local.set $found
              (i32.and
                (local.get $found)
                (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $end) (local.get $at))) (i32.const 1))))))
        (local.set $count (i32.add (local.get $count) (i32.popcnt (local.get $found))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.get $count))

  ;; Whether some fields of a line are blank or plain decimal numbers: digits with at most one point, and a minus before
  ;; them. Where they are stands from `ends` on: the place before the line, then where each field ends. The bits of `low`
  ;; and `high` tell which of the first 64 fields are meant. Of a field longer than 16 bytes it is not known: that is a no.
  ;;
  ;; Up to 15 bytes behind a field are looked at, and have to be there.
  (func (export "areDecimals") (param $ends i32) (param $low i32) (param $high i32) (result i32)
    (local $fields i64) (local $place i32) (local $start i32) (local $length i32)
    (local $bytes v128) (local $inside i32) (local $points i32) (local $digits i32)
    (local.set $fields
      (i64.or
        (i64.extend_i32_u (local.get $low))
        (i64.shl (i64.extend_i32_u (local.get $high)) (i64.const 32))))
    (block $no
      (block $yes
        (loop $next
          (br_if $yes (i64.eqz (local.get $fields)))
          (local.set $place
            (i32.add (local.get $ends) (i32.shl (i32.wrap_i64 (i64.ctz (local.get $fields))) (i32.const 2))))
          (local.set $fields (i64.and (local.get $fields) (i64.sub (local.get $fields) (i64.const 1))))
          (local.set $start (i32.add (i32.load (local.get $place)) (i32.const 1)))
          (local.set $length (i32.sub (i32.load offset=4 (local.get $place)) (local.get $start)))
          (br_if $next (i32.eqz (local.get $length)))
          (br_if $no (i32.gt_u (local.get $length) (i32.const 16)))
          (local.set $bytes (v128.load (local.get $start)))
          (local.set $inside (i32.sub (i32.shl (i32.const 1) (local.get $length)) (i32.const 1)))
          ;; A minus in front is none of the digits.
          (if (i32.eq (i32.load8_u (local.get $start)) (i32.const 45))
            (then (local.set $inside (i32.and (local.get $inside) (i32.const -2)))))
          (local.set $points
            (i32.and
              (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 46))))
              (local.get $inside)))
          (local.set $digits
            (i32.and
              (i8x16.bitmask
                (i8x16.lt_u
                  (i8x16.sub (local.get $bytes) (i8x16.splat (i32.const 48)))
                  (i8x16.splat (i32.const 10))))
              (local.get $inside)))
          (br_if $no (i32.ne (i32.or (local.get $points) (local.get $digits)) (local.get $inside)))
          (br_if $no (i32.eqz (local.get $digits)))
          (br_if $no (i32.and (local.get $points) (i32.sub (local.get $points) (i32.const 1))))
          (br $next)))
      (return (i32.const 1)))
    (i32.const 0)))
