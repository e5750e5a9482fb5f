"""Lists of programs that nobody knows, in several languages: ends by notice, blocks with a last day, an x for yes and
nothing for no, debts with the sign behind them."""

from __future__ import annotations

from typing import Final

from tests.member_lists_kit import Sample, sample

STRANGE: Final[dict[str, Sample]] = {
    "an x for yes": sample(
        """
        Member;Card;Active;Paid;Frozen;Expires
        Ana Silva;1;x;x;;2027-01-31
        Ben Ode;2;;x;;2027-01-31
        Cem Abt;3;x;x;x;2027-01-31
        Dea Ott;4;x;x;;2026-01-31
        """,
        {"Ana Silva": "2027-01-31"},
        {"Ben Ode": "2027-01-31", "Cem Abt": "2027-01-31", "Dea Ott": "2026-01-31"},
    ),
    "German notice": sample(
        """
        Mitgliederliste Studio 7;;;;;;
        Mitgl.-Nr.;Name, Vorname;Beginn;Kündigung zum;Gesperrt bis;Saldo;Tarif
        0007;Silva, Ana;01.02.2024;31.12.2999;;0,00 CHF;Gold
        0008;Ode, Ben;01.02.2024;31.10.2026;;0,00 CHF;Gold
        0009;Abt, Cem;01.02.2024;31.03.2027;14.02.2026;1.234,56- CHF;Gold
        0010;Ott, Dea;01.02.2024;30.04.2027;31.01.2027;0,00 CHF;Gold
        """,
        {"Ana Silva": "2999-12-31", "Cem Abt": "2027-03-31"},
        {"Ben Ode": "2026-10-31", "Dea Ott": "2027-04-30"},
        {"sign of Saldo": "owes"},
    ),
    "Dutch notice beside an end": sample(
        """
        Achternaam,Voornaam,Pasnr,Lidmaatschap,Begindatum,Einddatum,Opgezegd per,Betaald,Geblokkeerd
        Silva,Ana,A001,Onbeperkt,13-02-2024,31-12-2027,,ja,nee
        Vries,Ben,A002,Onbeperkt,13-02-2024,31-12-2027,13-11-2026,ja,nee
        Abt,Cem,A003,Onbeperkt,13-02-2024,31-12-2026,13-03-2027,ja,nee
        Ruiz,Eva,A005,2x per week,13-02-2024,31-12-2026,,ja,ja
        """,
        {"Ana Silva": "2027-12-31", "Cem Abt": "2026-12-31"},
        {"Ben Vries": "2026-11-13", "Eva Ruiz": "2026-12-31"},
        {"which is valid_until": "the earlier"},
    ),
    "Polish passes": sample(
        """
        Nazwisko i imię;Nr karty;Karnet;Ważny od;Ważny do;Stan;Zablokowany;Pozostało wejść
        Silva Ana;0001;OPEN;01.11.2026;30.11.2026;aktywny;nie;
        Ode Żaneta;0002;OPEN;01.10.2026;31.10.2026;aktywny;nie;
        Abt Łukasz;0003;8 wejść;01.11.2026;30.12.2026;aktywny;nie;0
        Ott Dorota;0004;8 wejść;01.11.2026;30.12.2026;zawieszony;nie;3
        Ruiz Ewa;0005;OPEN;01.11.2026;30.12.2026;aktywny;tak;
        Zen Zofia;0006;OPEN;01.12.2026;31.12.2026;aktywny;nie;
        """,
        {"Silva Ana": "2026-11-30"},
        {
            "Ode Żaneta": "2026-10-31",
            "Abt Łukasz": "2026-12-30",
            "Ott Dorota": "2026-12-30",
            "Ruiz Ewa": "2026-12-30",
            "Zen Zofia": "2026-12-31",
        },
        {"letters": "cp1250"},
        encoding="cp1250",
    ),
    "Italian certificate": sample(
        """
        Cognome;Nome;Tessera n.;Scadenza abbonamento;Scad. certificato medico;Stato
        Silva;Ana;00101;03/05/27;31/12/26;Attivo
        Ode;Ben;00102;03/05/26;01/12/26;Attivo
        Abt;Cem;00103;04/06/27;30/06/26;Sospeso
        Ott;Dea;00104;04/06/27;30/06/27;Disdetto
        """,
        {"Ana Silva": "2027-05-03"},
        {"Ben Ode": "2026-05-03", "Cem Abt": "2027-06-04", "Dea Ott": "2027-06-04"},
        {"column Scad. certificato medico": "ignore", "dates of Scadenza abbonamento": "30/11/26"},
    ),
    "American terms": sample(
        """
        Member Name,Tag ID,Member Since,Term End,Pending Cancel,Do Not Admit Until,Membership Status
        "Silva, Ana",90001,1/31/19,1/31/27,,,OK
        "Ode, Ben",90002,2/14/19,2/1/26,,,OK
        "Abt, Cem",90003,2/14/19,2/1/27,2/14/26,,OK
        "Ott, Dea",90004,2/14/19,2/1/27,,1/15/27,OK
        "Ito, Fay",90006,2/14/19,2/1/27,,,Collections
        """,
        {"Ana Silva": "2027-01-31"},
        {"Ben Ode": "2026-02-01", "Cem Abt": "2026-02-14", "Dea Ott": "2027-02-01", "Fay Ito": "2027-02-01"},
        {
            "column Pending Cancel": "valid_until",
            "which is valid_until": "the earlier",
            "Membership Status: collections": "inactive",
        },
    ),
}
