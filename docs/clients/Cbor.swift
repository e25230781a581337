import Foundation

/// Deterministic CBOR (RFC 8949 §4.2.1), as far as signed messages need it.
indirect enum Cbor: Equatable {
    case unsigned(UInt64)
    case negative(UInt64) // says −1 − n
    case bytes([UInt8])
    case text(String)
    case array([Cbor])
    case map(keys: [Cbor], values: [Cbor])
    case bool(Bool)
    case null

    private static let deepest = 4 // of arrays and maps in each other

    /// The one item that the bytes are; nil when they are none, or not in the one form that is
    /// deterministic, or more than one.
    static func decode(_ bytes: [UInt8]) -> Cbor? {
        var reader = Reader(bytes: bytes)
        guard let whole = try? reader.item(depth: deepest), reader.at == bytes.count else {
            return nil
        }
        return whole
    }

    var asBytes: [UInt8]? {
        if case .bytes(let bytes) = self { return bytes }
        return nil
    }
}

private struct NotDeterministic: Error {}

private func expect(_ holds: Bool) throws {
    if !holds { throw NotDeterministic() }
}

private struct Reader {
    let bytes: [UInt8]
    var at = 0

    mutating func item(depth: Int) throws -> Cbor {
        try expect(depth > 0)
        let head = try take(1)[0]
        let value = try argument(head & 31)
        switch head >> 5 {
        case 0: return .unsigned(value)
        case 1: return .negative(value)
        case 2: return .bytes(try take(value))
        case 3: return .text(try text(value))
        case 4: return .array(try array(value, depth: depth - 1))
        case 5: return try map(value, depth: depth - 1)
        default: return try simple(head)
        }
    }

    /// A number or length, which must be in the shortest of its forms.
    private mutating func argument(_ info: UInt8) throws -> UInt64 {
        if info < 24 { return UInt64(info) }
        try expect(info < 28)
        let long = try take(1 << UInt64(info - 24))
        let value = long.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        try expect(value >= (long.count == 1 ? 24 : UInt64(1) << (4 * long.count)))
        return value
    }

    /// Of all else, false, true and null alone.
    private func simple(_ head: UInt8) throws -> Cbor {
        switch head {
        case 0xf4: return .bool(false)
        case 0xf5: return .bool(true)
        case 0xf6: return .null
        default: throw NotDeterministic()
        }
    }

    private mutating func array(_ count: UInt64, depth: Int) throws -> [Cbor] {
        var items: [Cbor] = []
        for _ in 0..<count { items.append(try item(depth: depth)) }
        return items
    }

    private mutating func map(_ size: UInt64, depth: Int) throws -> Cbor {
        var keys: [Cbor] = []
        var values: [Cbor] = []
        var before: [UInt8] = []
        for _ in 0..<size {
            let start = at
            keys.append(try item(depth: depth))
            let encoded = Array(bytes[start..<at])
            try expect(before.lexicographicallyPrecedes(encoded)) // in order, and none twice
            before = encoded
            values.append(try item(depth: depth))
        }
        return .map(keys: keys, values: values)
    }

    private mutating func text(_ count: UInt64) throws -> String {
        guard let text = String(bytes: try take(count), encoding: .utf8) else {
            throw NotDeterministic()
        }
        return text
    }

    private mutating func take(_ count: UInt64) throws -> [UInt8] {
        try expect(count <= UInt64(bytes.count - at))
        at += Int(count)
        return Array(bytes[(at - Int(count))..<at])
    }
}
