package onehall.program

import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import onehall.OneHallClient
import onehall.json

/**
 * A terminal that somebody else drives: each line of standard input is an envelope of the bridge, each line of standard
 * output its reply, or an event (`{"protocol": 1, "event": {…}}`) as it comes. Ends with its input.
 */
fun main() {
    printUtf8()
    val turn = ReentrantLock()
    val line = { text: String -> turn.withLock { println(text) } }
    inFolder { folder ->
        OneHallClient.open(setting("ONEHALL_HALL"), folder.path, SecretsInMemory()).use { client ->
            runBlocking(Dispatchers.Default) {
                val listening = launch(start = CoroutineStart.UNDISPATCHED) {
                    client.events.collect { line(json("protocol" to 1, "event" to it.content).toString()) }
                }
                val calls = generateSequence(::readlnOrNull).map { launch { line(client.relay(it)) } }.toList()
                calls.forEach { it.join() }
                listening.cancel()
            }
        }
    }
    exitProcess(0)
}
