package onehall.program

import com.google.gson.JsonParser
import java.io.File
import java.net.ServerSocket
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import onehall.CoreException
import onehall.OneHallClient
import onehall.at
import onehall.binding.LogSink
import onehall.binding.OpenException
import onehall.binding.PageUpdates
import onehall.binding.SecretStore
import onehall.binding.UpdatesConfig
import onehall.json

private const val PHONE = "13800000001"

/** What somebody looks at. */
private const val MATTER = "identity-card-renewal"

/** Where a check waits for something, it waits this long for it. */
private const val PATIENCE_MILLIS = 10_000L

/** What the Kotlin side promises, on the real core and a real hall (ONEHALL_HALL, ONEHALL_OUTSIDE). */
private val CHECKS = mapOf<String, suspend () -> Unit>(
    "the tokens and their key live in the application's key store, nowhere else, and are destroyed at log-out" to {
        val secrets = SecretsInMemory()
        inFolder { folder ->
            runBlocking {
                open(folder, secrets).use { client ->
                    client.logIn()
                    check(secrets.secrets["session-token"] == null) { "a token that counts without the key" }
                    val login = JsonParser.parseString(checkNotNull(secrets.secrets["login"]))
                    val tokens = listOf("/tokens/access", "/tokens/refresh").map { checkNotNull(login.at(it)).asString }
                    for (secret in tokens + checkNotNull(secrets.secrets["login-key"])) {
                        check(secret.length >= 32) { "a secret of ${secret.length} letters" }
                        check(folder.filesWith(secret).isEmpty()) { "it also stands in ${folder.filesWith(secret)}" }
                    }
                    client.ask("log_out")
                    // What encrypts the terminal's own, the catalog for one, is nobody's and may stay.
                    val left = secrets.secrets.keys - "store-key-terminal"
                    check(left.isEmpty()) { "left in the key store: $left" }
                }
            }
        }
    },
    "a session outlives the process by the key store alone" to {
        val secrets = SecretsInMemory()
        inFolder { folder ->
            runBlocking {
                open(folder, secrets).use { it.logIn() }
                open(folder, secrets).use { client ->
                    same("张敏", client.ask("restore_session").at("/actor/name")?.asString)
                    client.ask("log_out")
                }
                open(folder, secrets).use { client -> check(client.ask("restore_session").isJsonNull) }
            }
        }
    },
    "what was counted and had not left yet leaves after the next start, by itself" to {
        val secrets = SecretsInMemory()
        inFolder { folder ->
            runBlocking {
                open(folder, secrets).use { client ->
                    client.ask("set_preferences", json("preferences" to json("language" to "zh-CN", "analytics" to true)))
                    client.ask("get_item", json("code" to MATTER))
                }
                // Nothing is counted in this one: what arrives was counted before.
                open(folder, secrets).use { client ->
                    client.ask("get_preferences")
                    Outside.post(setting("ONEHALL_OUTSIDE"), json("counted" to json("event" to "item_viewed")))
                }
            }
        }
    },
    "a cancelled coroutine ends its call in the core" to {
        ServerSocket(0).use { backend ->
            client("http://127.0.0.1:${backend.localPort}") { client ->
                runBlocking {
                    val call = launch(Dispatchers.Default) { client.ask("get_catalog") }
                    val connection = withContext(Dispatchers.IO) { backend.accept() }
                    call.cancelAndJoin()
                    connection.soTimeout = PATIENCE_MILLIS.toInt()
                    // Only the core's own giving up closes the connection.
                    withContext(Dispatchers.IO) { connection.getInputStream().readAllBytes() }
                }
            }
        }
    },
    "a call that is cancelled by its number says so" to {
        ServerSocket(0).use { backend ->
            client("http://127.0.0.1:${backend.localPort}") { client ->
                runBlocking {
                    val call = async(Dispatchers.Default) {
                        client.relay("""{"protocol":1,"id":41,"call":{"ask":{"get_catalog":{}}}}""")
                    }
                    withContext(Dispatchers.IO) { backend.accept() }
                    val cancelled = client.relay("""{"protocol":1,"id":42,"call":{"cancel":{"id":41}}}""")
                    same("true", JsonParser.parseString(cancelled).at("/outcome/ok/cancel").toString())
                    val reply = JsonParser.parseString(call.await())
                    same("client/cancelled", reply.at("/outcome/error/code")?.asString)
                    same(41, reply.at("/id")?.asInt)
                }
            }
        }
    },
    "a page's calls and the application's own do not get in each other's way" to {
        ServerSocket(0).use { backend ->
            client("http://127.0.0.1:${backend.localPort}") { client ->
                runBlocking {
                    val calls = (1..3).map { id ->
                        launch(Dispatchers.Default) {
                            client.relay("""{"protocol":1,"id":$id,"call":{"ask":{"get_catalog":{}}}}""")
                        }
                    }
                    repeat(calls.size) { withContext(Dispatchers.IO) { backend.accept() } }
                    client.ask("get_preferences")
                    calls.forEach { it.cancelAndJoin() }
                }
            }
        }
    },
    "an error is its code, as text, with what goes with it" to {
        client { client ->
            runBlocking {
                same("identity/not_logged_in", failure { client.ask("list_cases") }.code)
                same("identity/invalid_phone", failure { client.ask("request_code", json("phone" to "12")) }.code)
                same("bridge/invalid_envelope", failure { client.ask("no_such_command") }.code)
            }
        }
        client("http://127.0.0.1:9") { client ->
            runBlocking {
                val offline = failure { client.ask("get_catalog") }
                same("network/offline", offline.code)
                check(offline.retryable)
            }
        }
    },
    "what keeps the core from opening is a code too" to {
        inFolder { folder ->
            same("client/invalid_configuration", refusal { open(folder, hall = "hall.example") })
            open(folder).use { same("client/store_in_use", refusal { open(folder) }) }
            open(folder).close()
        }
    },
    "the bytes of an update in a second can be held, though not to fewer than it needs" to {
        inFolder { folder ->
            fun wrong(most: ULong?): String {
                val config = UpdatesConfig(
                    baseUrl = setting("ONEHALL_HALL"),
                    dataFolder = folder.path,
                    root = "no root".encodeToByteArray(),
                    inside = 0u,
                    channel = "stable",
                    region = "",
                    bytesPerSecond = most,
                )
                val refused = runCatching { PageUpdates.open(config).close() }.exceptionOrNull()
                same("client/invalid_configuration", (refused as? OpenException.Refused)?.code)
                return (refused as OpenException.Refused).reason.substringBefore(' ')
            }
            same("bytes_per_second:", wrong(16_383uL))
            // All but the root is taken.
            same("root", wrong(16_384uL))
            same("root", wrong(null))
        }
    },
    "events arrive in the flow, in order, each of them" to {
        client { client ->
            runBlocking {
                val heard = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) {
                    client.events.filter { it.kind == "session_changed" }.take(4).toList()
                }
                repeat(2) {
                    client.logIn()
                    client.ask("log_out")
                }
                val people = withTimeout(PATIENCE_MILLIS) { heard.await() }.map { event ->
                    event.content["session"]?.takeUnless { it.isJsonNull }?.at("/actor/name")?.asString
                }
                same(listOf("张敏", null, "张敏", null), people)
            }
        }
    },
    "a protocol that the core does not speak is refused" to {
        client { client ->
            runBlocking {
                val refused = failure { client.hello("9.0.0", protocols = 7..9) }
                same("bridge/protocol_mismatch", refused.code)
                same(1, refused.error.at("/details/max")?.asInt)
                same(1, client.hello("9.0.0", protocols = 1..9).protocol)
                val reply = JsonParser.parseString(client.relay("""{"protocol":99,"id":5,"call":{"ask":{"get_preferences":{}}}}"""))
                same("bridge/protocol_mismatch", reply.at("/outcome/error/code")?.asString)
            }
        }
    },
    "an exception in the application's key store ends nothing, and its words are told to nobody" to {
        val lines = ConcurrentLinkedQueue<String>()
        val log = object : LogSink {
            override fun log(level: String, message: String) {
                lines += "$level: $message"
            }
        }
        val broken = object : SecretStore {
            override fun get(name: String): String? = throw IllegalStateException("the safe of $PHONE is locked")
            override fun put(name: String, secret: String) = throw IllegalStateException("no room for $secret")
            override fun delete(name: String) = throw IllegalStateException("the safe of $PHONE is locked")
        }
        inFolder { folder ->
            runBlocking {
                open(folder, broken, log = log).use { client ->
                    client.logIn()
                    same(0, client.ask("list_drafts").asJsonArray.size())
                    // What an earlier start left may lie behind the key that cannot be read: who leaves says that it may go.
                    same("drafts/unsent", failure { client.ask("log_out") }.code)
                    client.ask("log_out", json("discard_unsent" to true))
                }
            }
        }
        check(lines.any { it.contains("could not keep a secret") }) { "the log: $lines" }
        check(lines.none { it.contains(PHONE) || it.contains("room") }) { "the log: $lines" }
    },
    "a key store that is locked for a moment logs nobody out and takes nothing away" to {
        val secrets = SecretsInMemory()
        val safe = object : SecretStore by secrets {
            @Volatile
            var locked = false

            override fun get(name: String): String? =
                if (locked) throw IllegalStateException("the safe is locked") else secrets.get(name)
        }
        inFolder { folder ->
            runBlocking {
                open(folder, safe).use { client ->
                    client.logIn()
                    client.ask("set_preferences", json("preferences" to json("elder" to true)))
                }
                val before = secrets.secrets.toMap()
                safe.locked = true
                open(folder, safe).use { client ->
                    val refused = failure { client.ask("restore_session") }
                    same("client/store_unavailable", refused.code)
                    check(refused.retryable)
                    same("client/store_unavailable", failure {
                        client.ask("set_preferences", json("preferences" to json("elder" to false)))
                    }.code)
                    safe.locked = false
                    same("张敏", client.ask("restore_session").at("/actor/name")?.asString)
                    same(true, client.ask("get_preferences").at("/elder")?.asBoolean)
                }
                check(before.all { (name, secret) -> secrets.secrets[name] == secret }) { "a secret was replaced" }
            }
        }
    },
    "two hundred calls at once get each its own reply" to {
        client { client ->
            runBlocking {
                client.ask("get_catalog")
                val replies = (1..200).map { limit ->
                    async(Dispatchers.Default) {
                        val query = json("query" to "证", "language" to "zh-CN", "limit" to limit % 3 + 1)
                        client.ask("search_catalog", query).asJsonArray.size() to limit % 3 + 1
                    }
                }.awaitAll()
                replies.forEach { (hits, limit) -> same(limit, hits) }
            }
        }
    },
)

fun main() {
    val failed = CHECKS.count { (promise, check) ->
        val result = runCatching { runBlocking { check() } }
        result.exceptionOrNull()?.let {
            println("FAILED  $promise")
            it.printStackTrace()
        } ?: println("well    $promise")
        result.isFailure
    }
    println("${CHECKS.size - failed} of ${CHECKS.size} promises kept")
    exitProcess(if (failed == 0) 0 else 1)
}

private fun open(
    folder: File,
    secrets: SecretStore = SecretsInMemory(),
    hall: String = setting("ONEHALL_HALL"),
    log: LogSink? = null,
): OneHallClient = OneHallClient.open(hall, folder.path, secrets, log = log)

private fun client(hall: String = setting("ONEHALL_HALL"), work: (OneHallClient) -> Unit) =
    inFolder { folder -> open(folder, hall = hall).use(work) }

private suspend fun OneHallClient.logIn() {
    ask("request_code", json("phone" to PHONE))
    val code = Outside.post(setting("ONEHALL_OUTSIDE"), json("code" to json("phone" to PHONE))).at("/code")
    ask("log_in", json("phone" to PHONE, "code" to code))
}

private suspend fun failure(work: suspend () -> Any?): CoreException {
    val reply = try {
        work()
    } catch (failure: CoreException) {
        return failure
    }
    error("it went well: $reply")
}

private fun refusal(work: () -> OneHallClient): String {
    val client = try {
        work()
    } catch (refused: OpenException.Refused) {
        return refused.code
    }
    client.close()
    error("it opened")
}

private fun File.filesWith(text: String): List<String> =
    walk().filter { it.isFile && String(it.readBytes(), Charsets.ISO_8859_1).contains(text) }.map { it.path }.toList()

private fun <T> same(expected: T, found: T) = check(expected == found) { "expected $expected, found $found" }
