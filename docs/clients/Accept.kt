package attune

import java.util.UUID
import org.json.JSONObject

// What to check before a delivered model is used, in the order of README.md. All of it throws
// Refused, and then the model that was in use stays.

private const val FORMAT = "attune-bundle-1"

/** A message that was accepted, and the version that it says. */
class Accepted(val version: Long, val message: ByteArray)

/** `patient`: `patient_id` of /api/v1/me. `last`: what was accepted last, if anything. */
class Phone(val patient: UUID, val last: Accepted?)

/** A key as GET /api/v1/keys lists it, decoded; no endorsement is null. */
class ListedKey(val publicKey: ByteArray, val honouredUntil: Long?, val endorsement: ByteArray?)

/** A patient's record; `widened` makes its vector what the graphs take. */
fun readRecord(message: ByteArray, phone: Phone, keys: List<Key>, now: Long): Fields {
    val record = verify(message, "attune/record/1", keys, now)
    checkPatient(record, phone)
    val last = phone.last
    val isLast = last != null && message.contentEquals(last.message)
    demand(last == null || isLast || record.number("version") > last.version, Reason.OLD_VERSION)
    demand(now < record.number("expires"), Reason.EXPIRED)
    widened(record.bytes("vector"))
    return record
}

/** Which bundle the record's base is. `checkContent` comes next, then `checkManifest`. */
fun readBaseStatement(
    message: ByteArray, record: Fields, kind: String, keys: List<Key>, now: Long,
): Fields {
    val statement = verify(message, "attune/base/1", keys, now)
    demand(statement.bytes("base").contentEquals(record.bytes("base")), Reason.OTHER_BASE)
    demand(statement.text("kind") == kind, Reason.OTHER_KIND)
    return statement
}

/** Which file holds the patient's model whole. `checkContent` comes next. */
fun readFileStatement(
    message: ByteArray, phone: Phone, kind: String, keys: List<Key>, now: Long,
): Fields {
    val statement = verify(message, "attune/file/1", keys, now)
    checkPatient(statement, phone)
    val last = phone.last
    demand(last == null || statement.number("version") >= last.version, Reason.OLD_VERSION)
    demand(now < statement.number("expires"), Reason.EXPIRED)
    demand(statement.text("kind") == kind, Reason.OTHER_KIND)
    return statement
}

/** Of a bundle or file, before it is unpacked. */
fun checkContent(content: ByteArray, statement: Fields) {
    demand(content.size.toLong() == statement.number("size"), Reason.WRONG_SIZE)
    demand(sha256(content).contentEquals(statement.bytes("sha256")), Reason.WRONG_CONTENT)
}

/** `manifest`: what manifest.json of a bundle holds. */
fun checkManifest(manifest: JSONObject, record: Fields) {
    demand(manifest.optString("format") == FORMAT, Reason.UNKNOWN_FORMAT)
    val base = manifest.getJSONObject("base")
    demand(base.getString("sha256") == hex(record.bytes("base")), Reason.OTHER_BASE)
    demand(base.getInt("vector") == record.bytes("vector").size / 2, Reason.OTHER_BASE)
}

/** The keys to keep once the server has listed its own, newest first: those that were trusted
 * already, and those that such a one endorsed. No key is honoured longer than was said before. */
fun renewedKeys(listed: List<ListedKey>, trusted: List<Key>, now: Long): List<Key> {
    val kept = mutableListOf<Key>()
    for (entry in listed.asReversed()) {
        val key = Key(entry.publicKey, entry.honouredUntil)
        val before = trusted.find { it.id.contentEquals(key.id) }
        if (before != null) {
            val ends = listOfNotNull(before.honouredUntil, key.honouredUntil)
            kept += Key(key.publicKey, ends.minOrNull())
        } else if (isEndorsed(key, entry.endorsement, trusted + kept, now)) {
            kept += key
        }
    }
    return kept
}

private fun isEndorsed(key: Key, endorsement: ByteArray?, by: List<Key>, now: Long): Boolean =
    try {
        endorsement != null &&
            verify(endorsement, "attune/key/1", by, now)
                .bytes("public_key").contentEquals(key.publicKey)
    } catch (problem: Refused) {
        false
    }

private fun checkPatient(found: Fields, phone: Phone) {
    val patient = phone.patient.toString().replace("-", "")
    demand(hex(found.bytes("patient")) == patient, Reason.OTHER_PATIENT)
}

/** Little-endian 16-bit floats in 32 bits, where every one of them fits exactly. */
fun widened(halves: ByteArray): FloatArray {
    demand(halves.size % 2 == 0)
    return FloatArray(halves.size / 2) { place ->
        val low = halves[2 * place].toInt() and 0xff
        val bits = low or (halves[2 * place + 1].toInt() and 0xff shl 8)
        val exponent = bits shr 10 and 31
        demand(exponent < 31) // else infinite, or not a number
        val fraction = (bits and 1023) / 1024f + if (exponent > 0) 1 else 0
        val size = Math.scalb(fraction, maxOf(exponent, 1) - 15)
        if (bits and 0x8000 != 0) -size else size
    }
}
