"""What a node is surrounded by: feeds, a webhook, and secrets, all made up."""
import pathlib
import shutil
import sqlite3

from node import free_port
from postgres import Postgres

WEBHOOK_SECRET = "hostile-webhook-secret-4711"
PASSWORD = "hostile-password-4712"


class Places:
    """The surroundings of the node. What is not installed is None."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.database = self.folder / "facts.db"
        with sqlite3.connect(self.database) as connection:
            connection.executescript(
                """
                CREATE TABLE facts (id INTEGER PRIMARY KEY, x REAL, y TEXT);
                CREATE TABLE landed (query_id TEXT, outcome TEXT, changed TEXT);
                CREATE TABLE payroll (name TEXT, salary REAL);
                INSERT INTO payroll VALUES ('boss', 100000);
                """
            )
            connection.executemany(
                "INSERT INTO facts VALUES (?, ?, ?)", [(number, number % 7, "yes" if number % 2 else "no") for number in range(500)]
            )
        connection.close()
        self.chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        self.postgres = Postgres.start(self.folder)
        self.closed_port = free_port()
        self.settings = {
            "PROGENY_Feeds__facts__Kind": "sqlite",
            "PROGENY_Feeds__facts__ConnectionString": f"Data Source={self.database}",
            "PROGENY_Feeds__payroll__Kind": "sqlite",
            "PROGENY_Feeds__payroll__ConnectionString": f"Data Source={self.database}",
            "PROGENY_Feeds__payroll__Projects": "hr-*",
            "PROGENY_Feeds__down__Kind": "postgresql",
            "PROGENY_Feeds__down__ConnectionString": f"Host=127.0.0.1;Port={self.closed_port};Username=x;Password={PASSWORD};Database=x",
            "PROGENY_Webhooks__AllowedNetworks": "127.0.0.0/8",
            "PROGENY_Webhooks__ops__Url": f"http://127.0.0.1:{self.closed_port}/hook",
            "PROGENY_Webhooks__ops__Secret": WEBHOOK_SECRET,
            "PROGENY_OfflineAgent__CheckSeconds": "1",
            "PROGENY_Trainer__CheckTime": "00:00:05",
        }
        if self.postgres:
            for name, user in (("reader", "reader"), ("super", "progeny")):
                self.settings |= {
                    f"PROGENY_Feeds__{name}__Kind": "postgresql",
                    f"PROGENY_Feeds__{name}__ConnectionString": f"{self.postgres.connection_string};Username={user}",
                }

    def change(self, statement, *values):
        """Changes the database behind the feed 'facts'."""
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            with connection:
                connection.execute(statement, values)
        finally:
            connection.close()

    def close(self):
        if self.postgres:
            self.postgres.stop()
