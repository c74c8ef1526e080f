package onehall.program

import java.io.File
import java.lang.management.ManagementFactory
import kotlin.system.exitProcess
import kotlin.time.TimeSource
import kotlinx.coroutines.runBlocking
import onehall.OneHallClient

/** How long the core takes to be of use in a fresh process, and what it weighs there: rows of docs/benchmarks.md. */
fun main() {
    val before = residentKilobytes()
    val virtualMachine = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().startTime
    val began = TimeSource.Monotonic.markNow()
    row("the JVM itself, to the first line of the program", virtualMachine, before)
    inFolder { folder ->
        OneHallClient.open(setting("ONEHALL_HALL"), folder.path, SecretsInMemory()).use { client ->
            row("+ library loaded, core open", began.elapsedNow().inWholeMilliseconds, residentKilobytes() - before)
            runBlocking {
                client.hello(version = "start-up")
                row("+ first reply (hello)", began.elapsedNow().inWholeMilliseconds, residentKilobytes() - before)
                client.ask("get_catalog")
                row("+ catalog from the hall, as JSON", began.elapsedNow().inWholeMilliseconds, residentKilobytes() - before)
            }
        }
    }
    exitProcess(0)
}

private fun row(what: String, millis: Long, kilobytes: Long) = println("| $what | $millis ms | ${kilobytes / 1024} MB |")

/** What of this process is in memory; 0 where the system does not say so as Linux does. */
private fun residentKilobytes(): Long = File("/proc/self/status").takeIf { it.exists() }?.useLines { lines ->
    lines.firstOrNull { it.startsWith("VmRSS:") }?.filter(Char::isDigit)?.toLong()
} ?: 0
