"""A second real client on the double: discord.py, which somebody else wrote from the same documentation.

It answers in every way that the double knows, and prints each event that reached a handler. What it cannot read or
what the double refuses ends it with an error.
"""

import asyncio
import os
import sys
from urllib.parse import urlsplit

import discord
import yarl
from discord import app_commands

api = os.environ["SIGAP_DISCORD_API"]
if urlsplit(api).hostname != "127.0.0.1":
    sys.exit("not a loopback address")
discord.http.Route.BASE = f"{api}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(api.replace("http://", "ws://"))


def told(what):
    print(what, flush=True)


class Window(discord.ui.Modal, title="Isian"):
    place = discord.ui.TextInput(label="Lokasi", custom_id="lokasi")

    async def on_submit(self, interaction):
        told(f"modal {self.place.value}")
        await interaction.response.edit_message(content=f"dicatat {self.place.value}", view=None)


class Below(discord.ui.View):
    def __init__(self):
        super().__init__(timeout=None)

    @discord.ui.button(label="Isi", custom_id="isi")
    async def fill(self, interaction, _):
        told(f"button {interaction.user.name}")
        await interaction.response.send_modal(Window())
        told("window")

    @discord.ui.select(
        custom_id="pilih",
        placeholder="Pilih",
        options=[discord.SelectOption(label="Satu", value="1"), discord.SelectOption(label="Dua", value="2")],
    )
    async def choose(self, interaction, menu):
        told(f"select {menu.values[0]}")
        await interaction.response.send_message(f"dipilih {menu.values[0]}", ephemeral=True)


class Second(discord.Client):
    def __init__(self):
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)
        super().__init__(intents=intents, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        self.add_view(Below())
        await self.tree.sync()

    async def on_ready(self):
        told(f"ready {self.user.name} {len(self.guilds)} {self.guilds[0].name}")

    async def on_resumed(self):
        told("resumed")

    async def on_message(self, message):
        if message.author.bot:
            return
        told(f"message {message.author.name} {message.clean_content}")
        if message.attachments:
            told(f"attachment {message.attachments[0].filename}")
        await message.reply("siap", view=Below(), nonce=str(message.id))

    async def on_raw_message_edit(self, payload):
        told(f"edit {payload.data['content']}")

    async def on_raw_message_delete(self, payload):
        told(f"delete {payload.message_id}")


client = Second()


@client.tree.command(name="tanya", description="Tanya")
@app_commands.describe(pertanyaan="Apa")
async def ask(interaction, pertanyaan: str):
    told(f"command {pertanyaan}")
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send("jawaban")
    await interaction.followup.send("lagi", ephemeral=True)


@ask.autocomplete("pertanyaan")
async def suggest(_, typed):
    told(f"autocomplete {typed}")
    return [app_commands.Choice(name="ganti ont", value="ganti-ont")]


@client.tree.context_menu(name="Carikan SOP")
async def find(interaction, message: discord.Message):
    told(f"context {message.content}")
    await interaction.response.send_message("ketemu", ephemeral=True)


asyncio.run(client.start(os.environ["DISCORD_TOKEN"]))
