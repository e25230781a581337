package attune

import com.google.crypto.tink.subtle.Ed25519Verify
import java.security.GeneralSecurityException
import java.security.MessageDigest

// Who signed a message, for what, and what it says. Needs com.google.crypto.tink:tink-android, for
// what Android itself knows of Ed25519 hangs on its version and its updates. Times are whole
// seconds since 1970 in UTC, as in the messages.

// table: payloads (numbered from 1; a number is a length in bytes)
private val PAYLOADS = mapOf(
    "attune/record/1" to
        "model 16, version uint, base 32, vector bytes, created uint, expires uint, learns bool, " +
        "patient 16",
    "attune/base/1" to "base 32, kind text, sha256 32, size uint, created uint",
    "attune/file/1" to
        "model 16, version uint, base 32, kind text, sha256 32, size uint, created uint, " +
        "expires uint, patient 16",
    "attune/key/1" to "public_key 32, created uint",
)
// end

// table: reasons (README.md says what each means)
enum class Reason(val code: String) {
    MALFORMED("malformed"), UNKNOWN_KEY("unknown-key"), RETIRED_KEY("retired-key"),
    WRONG_PURPOSE("wrong-purpose"), WRONG_SIGNATURE("wrong-signature"),
    OTHER_PATIENT("other-patient"), OLD_VERSION("old-version"), EXPIRED("expired"),
    OTHER_BASE("other-base"), OTHER_KIND("other-kind"), WRONG_SIZE("wrong-size"),
    WRONG_CONTENT("wrong-content"), UNKNOWN_FORMAT("unknown-format"),
}
// end

class Refused(val reason: Reason) : Exception("Refused: ${reason.code}.")

fun demand(holds: Boolean, reason: Reason = Reason.MALFORMED) {
    if (!holds) throw Refused(reason)
}

/** A key as `verify` takes it; make this only of a key that is trusted. */
class Key(val publicKey: ByteArray, val honouredUntil: Long?) {
    val id: ByteArray = sha256(publicKey).copyOf(8)
}

/** The fields of a message, by name. */
class Fields(private val values: Map<String, Any>) {
    fun bytes(name: String) = values.getValue(name) as ByteArray

    fun number(name: String) = values.getValue(name) as Long

    fun text(name: String) = values.getValue(name) as String

    fun flag(name: String) = values.getValue(name) as Boolean
}

/** The fields of a COSE_Sign1 message (RFC 9052 §4.2) that one of the keys signed for this purpose.
 * Throws Refused. */
fun verify(message: ByteArray, purpose: String, keys: List<Key>, now: Long): Fields {
    demand(message.isNotEmpty() && message[0] == 0xd2.toByte()) // tag 18
    val parts = decode(message.copyOfRange(1, message.size)) as? List<*> ?: emptyList<Any>()
    demand(parts.size == 4 && (parts[1] as? Map<*, *>)?.size == 0)
    val (header, payload, signature) = listOf(parts[0], parts[2], parts[3]).map(::bytes)
    demand(payload.size < 0x10000) // far more than any has
    demand(signature.size == 64)
    val signer = decode(header) as? Map<*, *> ?: emptyMap<Any, Any>()
    demand(signer.size == 2 && signer[1L] == -8L) // -8: EdDSA
    val id = bytes(signer[4L])
    demand(id.size == 8)

    val key = keys.find { it.id.contentEquals(id) } ?: throw Refused(Reason.UNKNOWN_KEY)
    demand(key.honouredUntil == null || now < key.honouredUntil, Reason.RETIRED_KEY)
    fun isFor(other: String) = isSigned(signed(header, other, payload), signature, key)
    if (!isFor(purpose)) {
        val isForAnother = PAYLOADS.keys.any(::isFor)
        throw Refused(if (isForAnother) Reason.WRONG_PURPOSE else Reason.WRONG_SIGNATURE)
    }
    return fieldsOf(payload, purpose)
}

fun sha256(content: ByteArray): ByteArray = MessageDigest.getInstance("SHA-256").digest(content)

private fun isSigned(content: ByteArray, signature: ByteArray, key: Key): Boolean =
    try {
        Ed25519Verify(key.publicKey).verify(signature, content)
        true
    } catch (problem: GeneralSecurityException) {
        false
    }

private fun fieldsOf(payload: ByteArray, purpose: String): Fields {
    val map = decode(payload) as? Map<*, *> ?: emptyMap<Any, Any>()
    val fields = PAYLOADS.getValue(purpose).split(", ").map { it.split(" ") }
    demand(map.size == fields.size)
    return Fields(
        fields.withIndex().associate { (place, field) ->
            val value = map[place + 1L]
            demand(isOf(field[1], value))
            field[0] to value!!
        },
    )
}

private fun isOf(kind: String, value: Any?): Boolean =
    when (kind) {
        "uint" -> value is Long && value >= 0
        "bool" -> value is Boolean
        "text" -> value is String
        else -> value is ByteArray && (kind == "bytes" || value.size == kind.toInt())
    }

private fun bytes(value: Any?): ByteArray = value as? ByteArray ?: throw Refused(Reason.MALFORMED)

/** What a signature is over: the CBOR array ["Signature1", header, purpose, payload]. */
private fun signed(header: ByteArray, purpose: String, payload: ByteArray): ByteArray {
    val start = byteArrayOf(0x84.toByte(), 0x6a) + "Signature1".toByteArray()
    return listOf(header, purpose.toByteArray(), payload)
        .fold(start) { before, bytes -> before + headOf(bytes.size) + bytes }
}

/** The head of a byte string of less than 64 KiB. */
private fun headOf(length: Int): ByteArray {
    val head = when {
        length < 24 -> listOf(0x40 + length)
        length < 256 -> listOf(0x58, length)
        else -> listOf(0x59, length shr 8, length and 255)
    }
    return ByteArray(head.size) { head[it].toByte() }
}
