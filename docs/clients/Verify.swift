import CryptoKit
import Foundation

// Who signed a message, for what, and what it says. Times are whole seconds since 1970 in UTC, as
// in the messages.

// table: payloads (numbered from 1; a number is a length in bytes)
private let payloads = [
    "attune/record/1":
        "model 16, version uint, base 32, vector bytes, created uint, expires uint, learns bool, "
        + "patient 16",
    "attune/base/1": "base 32, kind text, sha256 32, size uint, created uint",
    "attune/file/1":
        "model 16, version uint, base 32, kind text, sha256 32, size uint, created uint, "
        + "expires uint, patient 16",
    "attune/key/1": "public_key 32, created uint",
]
// end

// table: reasons (README.md says what each means)
enum Refused: String, Error {
    case malformed = "malformed", unknownKey = "unknown-key", retiredKey = "retired-key"
    case wrongPurpose = "wrong-purpose", wrongSignature = "wrong-signature"
    case otherPatient = "other-patient", oldVersion = "old-version", expired = "expired"
    case otherBase = "other-base", otherKind = "other-kind", wrongSize = "wrong-size"
    case wrongContent = "wrong-content", unknownFormat = "unknown-format"
}
// end

func demand(_ holds: Bool, _ reason: Refused = .malformed) throws {
    if !holds { throw reason }
}

/// A key as `verify` takes it; make this only of a key that is trusted.
struct Key {
    let id: [UInt8]
    let publicKey: [UInt8]
    let honouredUntil: UInt64?

    init(publicKey: [UInt8], honouredUntil: UInt64?) {
        self.id = Array(sha256(publicKey).prefix(8))
        self.publicKey = publicKey
        self.honouredUntil = honouredUntil
    }
}

/// The fields of a message, by name. `verify` made sure that each is there and of its kind.
struct Fields {
    fileprivate let values: [String: Cbor]

    func bytes(_ name: String) throws -> [UInt8] {
        guard case .bytes(let bytes)? = values[name] else { throw Refused.malformed }
        return bytes
    }

    func number(_ name: String) throws -> UInt64 {
        guard case .unsigned(let number)? = values[name] else { throw Refused.malformed }
        return number
    }

    func text(_ name: String) throws -> String {
        guard case .text(let text)? = values[name] else { throw Refused.malformed }
        return text
    }

    func flag(_ name: String) throws -> Bool {
        guard case .bool(let flag)? = values[name] else { throw Refused.malformed }
        return flag
    }
}

/// The fields of a COSE_Sign1 message (RFC 9052 §4.2) that one of the keys signed for this purpose.
/// Throws Refused.
func verify(_ message: [UInt8], purpose: String, keys: [Key], now: UInt64) throws -> Fields {
    guard message.first == 0xd2, // tag 18
        case .array(let parts)? = Cbor.decode(Array(message.dropFirst())), parts.count == 4,
        let header = parts[0].asBytes, parts[1] == .map(keys: [], values: []),
        let payload = parts[2].asBytes, payload.count < 0x10000, // far more than any has
        let signature = parts[3].asBytes, signature.count == 64,
        case .map(let names, let values)? = Cbor.decode(header),
        names == [.unsigned(1), .unsigned(4)], values[0] == .negative(7), // −8: EdDSA
        let id = values[1].asBytes, id.count == 8
    else { throw Refused.malformed }

    guard let key = keys.first(where: { $0.id == id }) else { throw Refused.unknownKey }
    if let end = key.honouredUntil { try demand(now < end, .retiredKey) }
    let usable = try Curve25519.Signing.PublicKey(rawRepresentation: Data(key.publicKey))
    func isFor(_ other: String) -> Bool {
        usable.isValidSignature(Data(signature), for: Data(signed(header, other, payload)))
    }
    if !isFor(purpose) {
        throw payloads.keys.contains(where: isFor) ? Refused.wrongPurpose : Refused.wrongSignature
    }
    return try fields(of: payload, purpose: purpose)
}

func sha256(_ content: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(data: Data(content)))
}

private func fields(of payload: [UInt8], purpose: String) throws -> Fields {
    let kinds = payloads[purpose]!.components(separatedBy: ", ").map {
        $0.components(separatedBy: " ")
    }
    guard case .map(let places, let values)? = Cbor.decode(payload),
        places == (1...kinds.count).map({ Cbor.unsigned(UInt64($0)) }),
        zip(kinds, values).allSatisfy({ isOf($0[1], $1) })
    else { throw Refused.malformed }
    return Fields(values: Dictionary(uniqueKeysWithValues: zip(kinds.map { $0[0] }, values)))
}

private func isOf(_ kind: String, _ value: Cbor) -> Bool {
    switch (kind, value) {
    case ("uint", .unsigned), ("bool", .bool), ("text", .text), ("bytes", .bytes): return true
    case (_, .bytes(let bytes)): return bytes.count == Int(kind)
    default: return false
    }
}

/// What a signature is over: the CBOR array ["Signature1", header, purpose, payload].
private func signed(_ header: [UInt8], _ purpose: String, _ payload: [UInt8]) -> [UInt8] {
    [header, Array(purpose.utf8), payload].reduce([0x84, 0x6a] + Array("Signature1".utf8)) {
        $0 + head(of: $1.count) + $1
    }
}

/// The head of a byte string of less than 64 KiB.
private func head(of length: Int) -> [UInt8] {
    if length < 24 { return [0x40 + UInt8(length)] }
    if length < 256 { return [0x58, UInt8(length)] }
    return [0x59, UInt8(length >> 8), UInt8(length & 255)]
}
