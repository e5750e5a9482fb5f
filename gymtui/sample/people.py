"""Members that nobody is: names from a seeded generator, memberships in the proportions of a real gym."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Final

FIRST_NUMBER: Final = 100_000  # a scanner's code; the first member has this one

_FIRST: Final = """
Ada Adam Aisha Alba Alexei Amara Amélie Amir Ana Anders Andrea Anja Anton Aria Arjun Astrid Aylin Bao Beatriz Ben
Bianca Björn Bruno Carla Carlos Chiara Chloé Clara Dalia Daniel Dario Deniz Diego Dmitri Elena Eli Elif Emil Emma Enzo
Erik Esra Eva Fatima Felix Fiona Florian Freya Gabriel Gita Giulia Grace Hana Hannes Hassan Helena Hugo Ida Ingrid
Irina Isaac Isabel Ivan Jakob Jan Jana Jasmin Joana João Jonas Josefine Julia Kai Kamil Karim Katja Kenji Khadija
Klara Lara Lars Laura Layla Lea Lena Leo Liam Lina Linh Livia Luca Lucía Luis Luka Lukas Mai Malik Marco Maria Marie
Marta Mateo Maya Mehmet Mia Mila Milan Mina Mohamed Mona Nadia Naomi Natalia Niko Nina Noah Noor Nora Olga Oliver
Olivia Omar Oskar Paolo Paul Paula Pedro Petra Piotr Priya Quinn Rafael Rania Rasmus Ravi Rosa Ruben Ruth Salma Samir
Samuel Sara Selma Sergej Silvia Simon Sofia Sophie Stefan Sven Tamara Tariq Teresa Theo Thomas Tim Tomás Ulla
Valentina Vera Viktor Vincent Wanda Wei Wim Xenia Yara Yasmin Yuki Yusuf Zeynep Zoé Zofia Zuri
""".split()
_LAST: Final = """
Abadi Adler Aguilar Ahmed Almeida Andersen Baker Bakker Bauer Becker Berg Bianchi Böhm Bonnet Brandt Braun Brunner
Bühler Carvalho Castillo Chen Cohen Costa Cruz Dahl Demir Diallo Diaz Dubois Egger Ek Engel Evans Farah Fernandes
Ferrari Fischer Fontaine Frei Friedrich Fuchs Garcia Gasser Georgiou Gomes Graf Greco Haas Hahn Haddad Hansen Hartmann
Hassan Hoffmann Horvat Huber Ibrahim Ivanov Jansen Jensen Johansson Jung Kaiser Kaya Keller Khan Kim Klein Koch Kovač
Kowalski Kraus Kühn Kumar Lang Larsen Laurent Lehmann Leroy Lind Lopes Lopez Lorenz Maier Marin Martin Mayer Mendes
Meyer Mohr Moreau Morgan Moser Müller Murphy Mwangi Nagy Navarro Nguyen Nielsen Novak Nowak Oberholzer Ode Okafor
Olsen Öztürk Park Patel Pavlov Pereira Petrov Pfister Pham Popescu Quist Rahman Ramos Reyes Ricci Richter Rojas Romano
Rossi Roth Russo Said Sala Santos Sato Schmid Schmidt Schneider Schulz Schwarz Silva Singh Smit Sommer Sørensen Sousa
Stein Steiner Suter Suzuki Svensson Takahashi Tanaka Thomas Torres Tran Urban Vargas Vasquez Vega Vidal Virtanen Vogel
Vogt Wagner Walker Weber Wei Weiss Wenger Werner Widmer Winkler Winter Wolf Wong Wyss Yamada Yıldız Young Zhang
Zimmermann Zuber
""".split()
_PLANS: Final = {"Gold": 30, "Basic": 34, "Student": 14, "Family": 12, "Punch card": 10}  # %


def members(count: int, random: Random, today: date) -> Iterator[dict[str, object]]:
    """`count` members as the fields of a `Member`; about one in twenty would be refused, one in thirty owes money."""
    names: set[str] = set()
    plans, weights = list(_PLANS), list(_PLANS.values())
    for number in range(FIRST_NUMBER, FIRST_NUMBER + count):
        name = next(name for name in _names(random) if name not in names or len(names) > 20_000)
        names.add(name)
        plan = random.choices(plans, weights)[0]
        expired = random.random() < 0.03
        yield {
            "membership_number": str(number),
            "full_name": name,
            "plan": plan,
            "status": random.choices(("active", "frozen", "banned"), (980, 15, 5))[0],
            "valid_until": str(today + timedelta(days=random.randint(-60, -1) if expired else random.randint(5, 400))),
            "visits_left": random.randint(0, 20) if plan == "Punch card" else None,
            "payment_overdue": random.random() < 0.03,
            "phone": f"+41 79 {random.randint(100, 999)} {random.randint(10, 99)} {random.randint(10, 99)}",
            "birth_date": str(today - timedelta(days=random.randint(16 * 365, 75 * 365))),
        }


def _names(random: Random) -> Iterator[str]:
    while True:
        yield f"{random.choice(_FIRST)} {random.choice(_LAST)}"
