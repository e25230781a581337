import Foundation

// What to check before a delivered model is used, in the order of README.md. All of it throws
// Refused, and then the model that was in use stays.

private let format = "attune-bundle-1"

/// `patient`: `patient_id` of /api/v1/me. `last`: the message that was accepted last, if any.
struct Phone {
    let patient: UUID
    let last: (version: UInt64, message: [UInt8])?
}

/// A key as GET /api/v1/keys lists it, decoded; no endorsement is nil.
struct ListedKey {
    let publicKey: [UInt8]
    let honouredUntil: UInt64?
    let endorsement: [UInt8]?
}

/// A patient's record; `widened` makes its vector what the graphs take.
func readRecord(_ message: [UInt8], phone: Phone, keys: [Key], now: UInt64) throws -> Fields {
    let record = try verify(message, purpose: "attune/record/1", keys: keys, now: now)
    try checkPatient(record, phone)
    if let last = phone.last, message != last.message {
        try demand(record.number("version") > last.version, .oldVersion)
    }
    try demand(now < record.number("expires"), .expired)
    _ = try widened(record.bytes("vector"))
    return record
}

/// Which bundle the record's base is. `checkContent` comes next, then `checkManifest`.
func readBaseStatement(
    _ message: [UInt8], record: Fields, kind: String, keys: [Key], now: UInt64
) throws -> Fields {
    let statement = try verify(message, purpose: "attune/base/1", keys: keys, now: now)
    try demand(statement.bytes("base") == record.bytes("base"), .otherBase)
    try demand(statement.text("kind") == kind, .otherKind)
    return statement
}

/// Which file holds the patient's model whole. `checkContent` comes next.
func readFileStatement(
    _ message: [UInt8], phone: Phone, kind: String, keys: [Key], now: UInt64
) throws -> Fields {
    let statement = try verify(message, purpose: "attune/file/1", keys: keys, now: now)
    try checkPatient(statement, phone)
    if let last = phone.last {
        try demand(statement.number("version") >= last.version, .oldVersion)
    }
    try demand(now < statement.number("expires"), .expired)
    try demand(statement.text("kind") == kind, .otherKind)
    return statement
}

/// Of a bundle or file, before it is unpacked.
func checkContent(_ content: [UInt8], statement: Fields) throws {
    try demand(UInt64(content.count) == statement.number("size"), .wrongSize)
    try demand(sha256(content) == statement.bytes("sha256"), .wrongContent)
}

/// `manifest`: manifest.json of a bundle.
func checkManifest(_ manifest: Data, record: Fields) throws {
    let read = try JSONSerialization.jsonObject(with: manifest) as? [String: Any]
    try demand(read?["format"] as? String == format, .unknownFormat)
    let base = read?["base"] as? [String: Any]
    try demand(base?["sha256"] as? String == hex(record.bytes("base")), .otherBase)
    try demand(base?["vector"] as? Int == record.bytes("vector").count / 2, .otherBase)
}

/// The keys to keep once the server has listed its own, newest first: those that were trusted
/// already, and those that such a one endorsed. No key is honoured longer than was said before.
func renewedKeys(_ listed: [ListedKey], trusted: [Key], now: UInt64) -> [Key] {
    var kept: [Key] = []
    for entry in listed.reversed() {
        let key = Key(publicKey: entry.publicKey, honouredUntil: entry.honouredUntil)
        if let before = trusted.first(where: { $0.id == key.id }) {
            let ends = [before.honouredUntil, key.honouredUntil].compactMap { $0 }
            kept.append(Key(publicKey: key.publicKey, honouredUntil: ends.min()))
        } else if isEndorsed(key, entry.endorsement, by: trusted + kept, now: now) {
            kept.append(key)
        }
    }
    return kept
}

private func isEndorsed(_ key: Key, _ endorsement: [UInt8]?, by: [Key], now: UInt64) -> Bool {
    guard let endorsement,
        let said = try? verify(endorsement, purpose: "attune/key/1", keys: by, now: now)
    else { return false }
    return (try? said.bytes("public_key")) == key.publicKey
}

private func checkPatient(_ found: Fields, _ phone: Phone) throws {
    let patient = withUnsafeBytes(of: phone.patient.uuid) { Array($0) }
    try demand(found.bytes("patient") == patient, .otherPatient)
}

/// Little-endian 16-bit floats in 32 bits, where every one of them fits exactly.
func widened(_ halves: [UInt8]) throws -> [Float] {
    try demand(halves.count % 2 == 0)
    return try stride(from: 0, to: halves.count, by: 2).map { place in
        let bits = UInt16(halves[place]) | UInt16(halves[place + 1]) << 8
        let number = Float(Float16(bitPattern: bits))
        try demand(number.isFinite)
        return number
    }
}

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
}
