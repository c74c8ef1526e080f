package onehall.program

import com.google.gson.JsonParser
import java.io.File
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking
import onehall.binding.PageUpdates
import onehall.binding.UpdatesConfig
import onehall.json
import onehall.jsonList

/**
 * The pages of a phone, as an application keeps them up to date, driven by somebody else: each line of standard input is a
 * word, each line of standard output what came of it, as JSON. `boot` shows the page whose turn it is, `ready` and `failed` are
 * what that page says, `check` asks the hall, `quiet` says that nobody would be disturbed, `file PATH` reads of the page.
 *
 * `ONEHALL_HALL` is the hall, `ONEHALL_PAGES` the folder in which updates are kept, `ONEHALL_ROOT` the file of the root of trust.
 */
fun main() {
    printUtf8()
    val config = UpdatesConfig(
        baseUrl = setting("ONEHALL_HALL"),
        dataFolder = setting("ONEHALL_PAGES"),
        root = File(setting("ONEHALL_ROOT")).readBytes(),
        inside = 0u,
        channel = "stable",
        region = "",
    )
    PageUpdates.open(config).use { pages ->
        var boot = ""
        for (line in generateSequence(::readlnOrNull)) {
            val word = line.substringBefore(' ')
            println(
                when (word) {
                    "boot" -> pages.boot().also { boot = JsonParser.parseString(it).asJsonObject["boot"].asString }
                    "ready" -> "[]".also { pages.ready(boot) }
                    "failed" -> jsonList(pages.failed(boot)).toString()
                    "quiet" -> jsonList(pages.quiet()).toString()
                    "check" -> runBlocking { pages.check() }
                    "file" -> json("text" to pages.file(line.substringAfter(' '))?.decodeToString()).toString()
                    else -> throw IllegalArgumentException("there is no word $word")
                },
            )
        }
        pages.shutDown()
    }
    exitProcess(0)
}
