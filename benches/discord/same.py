"""Sigap's answer to a question, written the ordinary way in Python: discord.py, rapidfuzz, sqlite.

A question is matched against every utterance of the catalogue, the turn is durable before it is answered
(`synchronous=FULL`), and the answer is the procedure's checklist as an embed with Sigap's buttons and menus. It does
less than Sigap does: it reads no values, hears no control words, points at no single step, weighs no evidence.
`cargo bench --bench discord` runs it next to Sigap on the same double.
"""

import asyncio
import json
import os
import sqlite3
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import discord
import yarl
from rapidfuzz import fuzz, process, utils

api = os.environ["SIGAP_DISCORD_API"]
if urlsplit(api).hostname != "127.0.0.1":
    sys.exit("not a loopback address")
discord.http.Route.BASE = f"{api}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(api.replace("http://", "ws://"))

INTENTS = Path(__file__).parents[2] / "intents"
# Below this nothing is answered; above it, an utterance shares most of its words with the question.
SCORE_MIN = 55
EMBED_TEXT_MAX, OPTIONS_MAX, LABEL_MAX, ROW_MAX = 4096, 25, 100, 5


class Procedure:
    """One SOP: what is shown of it, made once."""

    def __init__(self, sop):
        self.id, self.title, self.sop = sop["id"], sop["title"], sop
        sections = sop.get("section", [])
        checklist = [section for section in sections if section["kind"] in ("check", "ask")]
        blocks = [sop["summary"]]
        for section in checklist:
            blocks.append(f"\n**{section['title']}**")
            blocks += [f"{n}. {item['text'].strip()}" for n, item in enumerate(section["item"], 1)]
        blocks.append(f"\n*{sop['source']} · {sop['owner']}*")
        pages = paged(blocks)
        self.embeds = [discord.Embed(description=page, colour=0xE31E24) for page in pages]
        self.embeds[0].title = sop["title"][:256]
        if len(pages) > 1:
            for n, embed in enumerate(self.embeds, 1):
                embed.set_footer(text=f"{n}/{len(pages)}")
        self.items = [item for section in checklist for item in section["item"]][:OPTIONS_MAX]
        self.sections = [section for section in sections if section not in checklist][:OPTIONS_MAX]


def paged(blocks):
    pages, page = [], ""
    for block in blocks:
        if page and len(page) + 1 + len(block) > EMBED_TEXT_MAX:
            pages.append(page)
            page = ""
        page = f"{page}\n{block}" if page else block[:EMBED_TEXT_MAX]
    return [*pages, page]


class Below(discord.ui.View):
    """What stands below a procedure: the same for everybody, so it is made once and works after a restart."""

    def __init__(self, bot, procedure):
        super().__init__(timeout=None)
        sop = procedure.sop
        deeds = [
            ("Buat tiket", "ticket", "form" in sop),
            ("Pandu", "walk", "cause" in sop),
            ("Kemungkinan penyebab", "causes", "cause" in sop),
            ("Bukan ini", "not", True),
            ("Kenapa ini?", "why", True),
        ]
        for label, verb, there in deeds:
            if there:
                style = discord.ButtonStyle.primary if verb == "ticket" else discord.ButtonStyle.secondary
                button = discord.ui.Button(label=label, custom_id=f"{verb}:{procedure.id}", style=style, row=0)
                button.callback = lambda interaction, verb=verb: bot.pressed(interaction, verb, procedure)
                self.add_item(button)
        self.menu(bot, procedure, "section", "Pilih…", [(one["title"], one["id"]) for one in procedure.sections], 1, 1)
        items = [(item["text"], item["id"]) for item in procedure.items]
        self.menu(bot, procedure, "ticks", "Checklist: centang yang sudah", items, 0, len(items))

    def menu(self, bot, procedure, verb, placeholder, entries, least, most):
        if not entries:
            return
        options = [discord.SelectOption(label=" ".join(label.split())[:LABEL_MAX], value=value) for label, value in entries]
        menu = discord.ui.Select(
            custom_id=f"{verb}:{procedure.id}", placeholder=placeholder, options=options, min_values=least, max_values=most
        )
        menu.callback = lambda interaction: bot.pressed(interaction, verb, procedure)
        self.add_item(menu)


class Store:
    """Turns, durable before they are shown. One connection, and one thread that waits for the disk."""

    def __init__(self, path):
        self.thread = ThreadPoolExecutor(max_workers=1)
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.executescript(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, conversation TEXT, at TEXT, effect TEXT);
            CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY, state TEXT);
            """
        )

    def keep(self, event, conversation, at, state):
        """Returns whether the event is new."""
        state = json.dumps(state)
        self.db.execute("BEGIN IMMEDIATE")
        try:
            new = self.db.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?)", (event, conversation, at, state))
            if new.rowcount:
                self.db.execute("INSERT OR REPLACE INTO conversation VALUES (?, ?)", (conversation, state))
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        return bool(new.rowcount)

    async def kept(self, *turn):
        return await asyncio.get_running_loop().run_in_executor(self.thread, self.keep, *turn)


class Bot(discord.Client):
    def __init__(self):
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none(), max_messages=None)
        self.procedures, self.utterances, self.meant = [], [], []
        for path in sorted(INTENTS.glob("*.toml")):
            procedure = Procedure(tomllib.loads(path.read_text("utf-8")))
            self.procedures.append(procedure)
            for utterance in procedure.sop["match"]["utterances"]:
                self.utterances.append(utils.default_process(utterance))
                self.meant.append(procedure)
        self.store = Store("turns.db")

    async def setup_hook(self):
        self.below = {procedure.id: Below(self, procedure) for procedure in self.procedures}
        for view in self.below.values():
            self.add_view(view)

    def match(self, text):
        question = utils.default_process(text)
        best = process.extractOne(question, self.utterances, scorer=fuzz.token_set_ratio, score_cutoff=SCORE_MIN)
        return (self.meant[best[2]], best[1]) if best else (None, 0)

    async def on_message(self, message):
        if message.author.bot or not (message.guild is None or self.user in message.mentions):
            return
        text = message.content.replace(self.user.mention, " ").strip()
        procedure, score = self.match(text)
        conversation = f"{message.channel.id}:{message.author.id}"
        state = {"answered": procedure and procedure.id, "score": score, "question": text}
        if not await self.store.kept(message.id, conversation, message.created_at.isoformat(), state):
            return
        if procedure is None:
            await message.reply("Belum ada SOP yang cocok.", nonce=f"{message.id}.0")
            return
        *earlier, last = procedure.embeds
        answer = message.reply
        for n, embed in enumerate(earlier):
            await answer(embed=embed, nonce=f"{message.id}.{n}")
            answer = message.channel.send
        await answer(embed=last, view=self.below[procedure.id], nonce=f"{message.id}.{len(earlier)}")

    async def pressed(self, interaction, verb, procedure):
        conversation = f"{interaction.channel_id}:{interaction.user.id}"
        state = {"doing": verb, "procedure": procedure.id, "chosen": interaction.data.get("values", [])}
        if verb == "ticket":
            state |= {"asking": "class", "answers": {}}
        if not await self.store.kept(interaction.id, conversation, interaction.created_at.isoformat(), state):
            return
        if verb == "ticket":
            await interaction.response.send_message("**Class?**")
        else:
            await interaction.response.send_message(f"{verb}: {procedure.title}", ephemeral=True)


asyncio.run(Bot().start(os.environ["DISCORD_TOKEN"]))
