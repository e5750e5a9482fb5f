"""More of `tests.member_lists_programs`: clubs' programs, in several languages."""

from __future__ import annotations

from typing import Final

from tests.member_lists_kit import Sample, sample

CLUBS: Final[dict[str, Sample]] = {
    "jVerein": sample(
        """
        anrede;titel;name;vorname;strasse;plz;ort;eintritt;austritt;beitragsgruppe;handy;\
geburtsdatum;geschlecht;externemitgliedsnummer
        Frau;;Silva;Ana;Weg 1;10115;Berlin;01.02.2020;;Erwachsene;0170 1;14.03.1990;w;2001
        Herr;Dr.;Öde;Ben;Weg 2;10115;Berlin;01.02.2020;30.06.2026;Erwachsene;0170 2;25.12.1988;m;2002
        Herr;;Abt;Cem;Weg 3;10115;Berlin;01.02.2020;31.12.2026;Jugend;0170 3;30.07.2001;m;2003
        """,
        {"Ana Silva": None, "Cem Abt": "2026-12-31"},
        {"Ben Öde": "2026-06-30"},
        {"number on the card": "yes", "nothing said": "active"},
    ),
    "easyVerein": sample(
        """
        Mitgliedsnummer;Vorname;Nachname;Firma;Login E-Mail oder Benutzername;Eintritt;Austritt
        0042;Ana;Silva;;ana@example.com;01.01.2020;
        0043;Ben;Öde;;ben@example.com;01.01.2020;31.10.2026
        """,
        {"Ana Silva": None},
        {"Ben Öde": "2026-10-31"},
        {"nothing said": "active"},
    ),
    "netxp-Verein": sample(
        """
        Mitgliedsnr;Nachname;Vorname;Geschlecht;Zahlungsart;Erwachsene;Jugend
        11;Silva;Ana;W;1;X;
        12;Öde;Ben;1;2;;
        13;Abt;Cem;Herr;3;;X
        """,
        {"Ana Silva": None, "Cem Abt": None},
        {"Ben Öde": None},
        {"columns with an X": "memberships"},
    ),
    "DFBnet": sample(
        """
        Nummer;Name;Vorname;Geburtstag;Beitrag 1;;Beitrag 2;;Ende
        Mitgliedsnummer;Nachname;Vorname;Geburtsdatum;Beitragsgruppe;Betrag;Betrag;Zahlungsart;Austritt
        501;Silva;Ana;14.03.1990;Aktiv;120,00;;LS;
        502;Öde;Ben;25.12.1988;Aktiv;120,00;;LS;30.06.2026
        """,
        {"Ana Silva": None},
        {"Ben Öde": "2026-06-30"},
        {"nothing said": "active"},
    ),
    "AssoConnect": sample(
        """
        Numéro d'adhérent;Prénom;Nom;Date de naissance;Formule;Date de fin;Statut
        A12;Zoé;Roux;14/03/1990;Adulte;31/08/2027;Actif
        A13;Léo;Petit;25/12/1988;Adulte;31/08/2026;Actif
        A14;Cem;Abt;30/07/2001;Adulte;31/08/2027;Résilié
        """,
        {"Zoé Roux": "2027-08-31"},
        {"Léo Petit": "2026-08-31", "Cem Abt": "2027-08-31"},
    ),
    "ABC DataTrak": sample(
        """
        Riverside Club,,,,,,,,,
        Member Listing 11/27/2026,,,,,,,,,
        Agreement #,Barcode,Birth Date,Cell Phone,City,Club Account Bal.,Club Name,Club Nbr,Member Name,Member Status
        012300001,A1,3/14/1990,555-0100,Springfield,$0.00,Riverside,0123,"Silva, Ana",Active
        012300002,A2,12/25/1988,555-0101,Springfield,($35.00),Riverside,0123,"Ode, Ben",Cancelled
        012300003,A3,7/30/2001,555-0102,Springfield,$0.00,Riverside,0123,"Abt, Cem",Freeze
        Total: 3,,,,,($35.00),,,,
        """,
        {"Ana Silva": None},
        {"Ben Ode": None, "Cem Abt": None},
        {"sign of Club Account Bal.": "owes"},
        left_out=1,
    ),
    "ClubReady": sample(
        """
        User ID,Last Name,First Name,Cell Phone,Phone,Email,Added,Closed,Package,Evergreen
        9001,Silva,Ana,555-0100,555-0199,ana@example.com,1/15/2024,,Gold,Yes
        9002,Ode,Ben,555-0101,,ben@example.com,1/16/2024,6/30/2026,Gold,No
        9003,Abt,Cem,555-0102,,cem@example.com,1/17/2024,12/31/2026,Gold,No
        """,
        {"Ana Silva": None, "Cem Abt": "2026-12-31"},
        {"Ben Ode": "2026-06-30"},
        {"number on the card": "yes", "nothing said": "active"},
    ),
    "Clubware": sample(
        """
        Branch,Member ID,Member First name,Member Last name,Gender,Email,Mobile number,\
Date of birth,Last visit date,Status
        West,M001,Ana,Silva,Female,ana@example.com,021 1,14/03/1990,25/11/2026 6:05:00 PM,Current
        West,M002,Ben,Ode,Male,ben@example.com,021 2,25/12/1988,20/10/2026 6:05:00 AM,Expired
        West,M003,Cem,Abt,Male,cem@example.com,021 3,30/07/2001,,On Hold
        """,
        {"Ana Silva": None},
        {"Ben Ode": None, "Cem Abt": None},
        {"number on the card": "yes"},
    ),
    "Mariana Tek": sample(
        """
        Customer ID,Customer Name,Membership Name,Membership Status,Start Date,End Date
        31,Ana Silva,Unlimited,Active,2026-01-14,2026-12-31
        31,Ana Silva,Intro,Cancelled,2025-12-01,2026-01-13
        32,Ben Ode,Unlimited,Frozen,2026-01-14,2026-12-31
        33,Cem Abt,Unlimited,Pending,2026-12-24,2027-12-31
        34,Dea Ott,Unlimited,Payment Failure,2026-01-14,2026-12-31
        35,Eva Ruiz,Unlimited,Penalty Fee Failure,2026-01-14,2026-12-31
        """,
        {"Ana Silva": "2026-12-31", "Eva Ruiz": "2026-12-31"},
        {"Ben Ode": "2026-12-31", "Cem Abt": "2027-12-31", "Dea Ott": "2026-12-31"},
        {
            "number on the card": "no",
            "Membership Status: payment failure": "inactive",
            "Membership Status: penalty fee failure": "overdue",
        },
    ),
    "MembershipWorks": sample(
        """
        Account ID,Account name,Contact name,Email,Phone,Mobile,Membership level,Join date,Renewal date,Update Only
        k1,Silva family,Ana Silva,ana@example.com,555-0100,555-0200,Family,01/14/2020,01/14/2027,
        k2,Ben Ode,Ben Ode,ben@example.com,555-0101,,Single,01/15/2020,01/15/2026,
        """,
        {"Ana Silva": "2027-01-14"},
        {"Ben Ode": "2026-01-15"},
        {"which is full_name": "Contact name", "number on the card": "no"},
    ),
    "Amilia": sample(
        """
        First name,Last name,Birth date,Membership,Membership expiration date,Account owner,Account owner email
        Ana,Silva,1990/03/14,Annual,2027/03/31,Ana Silva,ana@example.com
        Ben,Ode,1988/12/25,Annual,2026/03/31,Ben Ode,ben@example.com
        """,
        {"Ana Silva": "2027-03-31"},
        {"Ben Ode": "2026-03-31"},
    ),
    "Frontcover": sample(
        """
        MemberID,First Name,Last Name,Email,Phone number,Expire At
        61,Ana,Silva,ana@example.com,555-0100,20270427
        62,Ben,Ode,ben@example.com,555-0101,20260427
        """,
        {"Ana Silva": "2027-04-27"},
        {"Ben Ode": "2026-04-27"},
        {"number on the card": "yes"},
    ),
    "KlubbAdmin": sample(
        """
        Fornavn;Etternavn;Fødselsdato;Kjønn;E-postadresse;Postnummer;Telefonnummer;Status
        Åse;Bø;14.03.1990;Kvinne;ase@example.com;0150;90000001;Aktiv
        Odd;Li;25.12.1988;Mann;odd@example.com;0150;90000002;Utmeldt
        """,
        {"Åse Bø": None},
        {"Odd Li": None},
        encoding="utf-16",
    ),
    "openstudio": sample(
        """
        keynr,first_name,last_name,email,date_of_birth,archived,Subscription,Subscription end
        70,Ana,Silva,ana@example.com,1990-03-14,False,Monthly,
        71,Ben,Ode,ben@example.com,1988-12-25,True,Monthly,
        72,Cem,Abt,cem@example.com,2001-07-30,False,Monthly,2026-01-31
        73,Dea,Ott,dea@example.com,2001-07-31,False,Monthly,2027-01-31
        """,
        {"Ana Silva": None, "Dea Ott": "2027-01-31"},
        {"Ben Ode": None, "Cem Abt": "2026-01-31"},
        {},
    ),
    "Zenoti": sample(
        """
        Guest Code,First Name,Last Name,Name,Status,Start Date,Expiration Date
        G1,Ana,Silva,Monthly Glow,Active,14-Mar-2026,13-Mar-2027
        G2,Ben,Ode,Monthly Glow,Frozen,14-Mar-2026,13-Mar-2027
        G1,Ana,Silva,Trial,Expired,14-Jan-2026,13-Feb-2026
        """,
        {"Ana Silva": "2027-03-13"},
        {"Ben Ode": "2027-03-13"},
        {"number on the card": "no"},
    ),
    "MyTime": sample(
        """
        Client,Name,Status,Start,Ends
        Ana Silva,Gold,Active,"Mar 14, 2026","Mar 13, 2027"
        Ben Ode,Gold,Cancelled,"Mar 14, 2026","Mar 13, 2027"
        Cem Abt,Silver,Active,"Jan 1, 2025","Dec 31, 2025"
        """,
        {"Ana Silva": "2027-03-13"},
        {"Ben Ode": "2027-03-13", "Cem Abt": "2025-12-31"},
    ),
}
