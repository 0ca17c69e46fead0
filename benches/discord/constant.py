"""As little as a bot in discord.py can do: it finds one of four procedures by its words, answers a mention or a direct
message with a constant embed and five buttons, and keeps an open dialog in memory for whoever presses the first one.

It stores nothing and ranks nothing; `cargo bench --bench discord` runs it next to Sigap on the same double.
"""

import asyncio
import os
import sys
from urllib.parse import urlsplit

import discord
import yarl

api = os.environ["SIGAP_DISCORD_API"]
if urlsplit(api).hostname != "127.0.0.1":
    sys.exit("not a loopback address")
discord.http.Route.BASE = f"{api}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(api.replace("http://", "ws://"))

PROCEDURES = {
    "Pembayaran berhasil tapi nomor belum aktif": {"bayar", "tagihan", "keblokir", "blokir", "nomor", "aktif"},
    "Isi ulang berhasil, benefit belum diterima": {"isi", "ulang", "pulsa", "masuk", "alfamart", "topup"},
    "Penggantian ONT": {"modem", "rusak", "ganti", "ont"},
    "Cek status OTT": {"ott", "status", "cek", "cara"},
}
STEPS = "\n".join(f"{step}. Periksa langkah ke-{step} pada aplikasi yang sesuai dan catat hasilnya" for step in range(1, 13))
dialogs = {}


class Below(discord.ui.View):
    def __init__(self):
        super().__init__(timeout=None)

    @discord.ui.button(label="Buat tiket", custom_id="ticket", style=discord.ButtonStyle.primary)
    async def ticket(self, interaction, _):
        dialogs[interaction.user.id] = {"asking": "class", "answers": {}}
        await interaction.response.send_message("**Class?**")

    @discord.ui.button(label="Kemungkinan penyebab", custom_id="causes")
    async def causes(self, interaction, _):
        await interaction.response.send_message("Penyebab", ephemeral=True)

    @discord.ui.button(label="Status dan tindakannya", custom_id="states")
    async def states(self, interaction, _):
        await interaction.response.send_message("Status", ephemeral=True)

    @discord.ui.button(label="Catatan", custom_id="notes")
    async def notes(self, interaction, _):
        await interaction.response.send_message("Catatan", ephemeral=True)

    @discord.ui.button(label="Kenapa ini?", custom_id="why")
    async def why(self, interaction, _):
        await interaction.response.send_message("Kata kunci", ephemeral=True)


class Simple(discord.Client):
    def __init__(self):
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)
        super().__init__(
            intents=intents, allowed_mentions=discord.AllowedMentions.none(), max_messages=None
        )

    async def setup_hook(self):
        self.below = Below()
        self.add_view(self.below)

    async def on_message(self, message):
        if message.author.bot or not (message.guild is None or self.user in message.mentions):
            return
        words = set(message.content.lower().split())
        title, known = max(PROCEDURES.items(), key=lambda item: len(item[1] & words))
        if not known & words:
            await message.reply("Belum ada SOP yang cocok.", nonce=str(message.id))
            return
        embed = discord.Embed(title=title, description=STEPS, colour=0xE31E24)
        await message.reply(embed=embed, view=Below(), nonce=str(message.id))


asyncio.run(Simple().start(os.environ["DISCORD_TOKEN"]))
