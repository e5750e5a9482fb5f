"""One list for each program whose members' list is known, as `tests.member_lists_kit` describes them."""

from __future__ import annotations

from typing import Final

from tests.member_lists_kit import Sample, sample

ON_CARD: Final = {"number on the card": "yes"}
NOT_ON_CARD: Final = {"number on the card": "no"}

PROGRAMS: Final[dict[str, Sample]] = {
    "Mindbody clients": sample(
        """
        Client ID,First Name,Last Name,Email,Mobile Phone,Birth Date,Pricing Option,Remaining,Expiration Date,Last Visit
        100001,ANA,SILVA,ana@example.com,555-0100,3/14/1990,Gold,,12/31/2026,11/2/2026
        100001,ANA,SILVA,ana@example.com,555-0100,3/14/1990,10 Pack,0,1/31/2026,11/2/2026
        100002,PAT,"O'Brien, Jr.",,,2/31/1990,10 Pack,4,1/31/2027,
        100003,CEM,ABT,cem@example.com,,,10 Pack,0,1/31/2027,
        100004,DEA,OTT,,,7/4/1985,Gold,,3/1/2026,
        """,
        {"ANA SILVA": "2026-12-31", "PAT O'Brien, Jr.": "2027-01-31"},
        {"CEM ABT": "2027-01-31", "DEA OTT": "2026-03-01"},
        ON_CARD,
    ),
    "Mindbody passes": sample(
        """
        Client,Email,Pricing Option,Remaining,Total,Expiration,Price Paid
        "Silva, Ana",ana@example.com,10 Class Pass,3,10,10/31/2027,"$1,500.00"
        "Silva, Ana",ana@example.com,5 Class Pass,0,5,10/31/2025,$75.00
        "Abt, Cem",cem@example.com,10 Class Pass,0,10,12/31/2026,$150.00
        "Ott, Dea",dea@example.com,Unlimited Month,Unlimited,,11/26/2026,$99.00
        Walk In,,Drop In,1,1,12/31/2026,$20.00
        """,
        {"Ana Silva": "2027-10-31"},
        {"Cem Abt": "2026-12-31", "Dea Ott": "2026-11-26"},
        {"rows of one name": "one person", "names with a comma": "last name first"},
        left_out=1,
    ),
    "Glofox": sample(
        """
        First Name,Last Name,Email,Added,Membership Expiry Date,Role
        Ana,Silva,ana@example.com,2024-01-05T09:30:00Z,12/31/2026,MEMBER
        Ben,Ode,ben@example.com,2024-02-05T09:30:00Z,11/26/2026,MEMBER
        Cem,Abt,cem@example.com,2025-03-05T10:00:00Z,,PAYG
        Dea,Ott,dea@example.com,2025-03-06T10:00:00Z,01/15/2027,MEMBER
        """,
        {"Ana Silva": "2026-12-31", "Dea Ott": "2027-01-15"},
        {"Ben Ode": "2026-11-26", "Cem Abt": None},
        {"nothing said": "inactive"},
    ),
    "Wodify": sample(
        """
        First Name,Last Name,Email,Gender,Date of Birth,Athlete Status,Default Program,Is Dependent,\
Group,Is Coach,Is Admin
        Ana,Silva,ana@example.com,Female,03/14/1990,ACTIVE,CrossFit,FALSE,,FALSE,FALSE
        Ben,Ode,ben@example.com,Male,12/01/1988,INACTIVE,CrossFit,FALSE,,FALSE,FALSE
        Cem,Abt,cem@example.com,Male,07/30/2001,ACTIVE,CrossFit,TRUE,,TRUE,FALSE
        """,
        {"Ana Silva": None, "Cem Abt": None},
        {"Ben Ode": None},
    ),
    "Zen Planner": sample(
        """
        FirstName,LastName,Membership,BeginDate,EndDate
        Ana,Silva,Unlimited,11/1/2026,12/31/2026
        Ben,Ode,Unlimited,10/1/2025,10/31/2025
        Cem,Abt,Twice a week,12/15/2026,12/14/2027
        """,
        {"Ana Silva": "2026-12-31"},
        {"Ben Ode": "2025-10-31", "Cem Abt": "2027-12-14"},
    ),
    "PushPress": sample(
        """
        first_name,last_name,email,phone,plan,status,barcode
        Ana,Silva,ana@example.com,5550100,Unlimited,active,00123
        Ben,Ode,ben@example.com,5550101,Unlimited,canceled,00124
        """,
        {"Ana Silva": None},
        {"Ben Ode": None},
    ),
    "Gymdesk": sample(
        """
        Member ID,First name,Last name,Parent first name,Parent last name,Status,Date of birth,Barcode
        7,Ana,Silva,,,active,03/14/1990,A-100
        8,Ben,Ode,,,frozen,12/25/1988,A-101
        9,Cem,Abt,Eli,Abt,invited,07/30/2015,A-102
        10,Dea,Ott,,,website signup,01/31/1999,A-103
        """,
        {"Ana Silva": None},
        {"Ben Ode": None, "Cem Abt": None, "Dea Ott": None},
    ),
    "FitnessGM": sample(
        """
        firstName,lastName,Membership Title,Initial subtotal,Start Date,End Date,guardianEmail,\
Access card number,Member ID number
        Ana,Silva,Gold,50.00,14-03-2026,13-03-2027,,00451,77
        Ben,Ode,no_membership,0,,,,00452,78
        Cem,Abt,Gold,50.00,20-01-2025,19-01-2026,eli@example.com,00453,79
        """,
        {"Ana Silva": "2027-03-13"},
        {"Ben Ode": None, "Cem Abt": "2026-01-19"},
        {"nothing said": "inactive"},
    ),
    "GymPoint": sample(
        """
        first_name,last_name,email,phone,membership_plan,status,join_date,barcode
        Ana,Silva,ana@example.com,555-0100,Gold,active,01/15/2024,00123
        Ben,Ode,ben@example.com,555-0101,Gold,frozen,01/16/2024,00124
        Cem,Abt,cem@example.com,555-0102,,lead,01/17/2024,00125
        """,
        {"Ana Silva": None},
        {"Ben Ode": None, "Cem Abt": None},
    ),
    "Gymflow": sample(
        """
        Members to import,,GB,,,
        Please fill in one member a row,,,,,
        First name,Last name,Country code,Phone,Active,Membership end
        e.g. Jo,Doe,44,7700900000,TRUE,2027/01/31
        Ana,Silva,44,7700900001,TRUE,2026/12/31
        Ben,Ode,44,7700900002,FALSE,2026/12/31
        Cem,Abt,44,7700900003,TRUE,2026/03/31
        """,
        {"Ana Silva": "2026-12-31"},
        {"Ben Ode": "2026-12-31", "Cem Abt": "2026-03-31"},
        left_out=1,
    ),
    "Sportrick": sample(
        """
        IdentificationNumber;LastName;FirstName;DateOfBirth;BirthPlace;Gender;TaxCode;Address;City;\
ZipCode;MobilePhone;EMail;Expiry
        1001;Silva;Ana;01/01/1900;Roma;F;SLVNAA;Via Roma 1;Roma;00100;+39 333 1;ana@example.com;31/12/2026
        1002;Ode;Ben;25/12/1988;Roma;M;DOEBEN;Via Roma 2;Roma;00100;+39 333 2;ben@example.com;26/11/2026
        """,
        {"Ana Silva": "2026-12-31"},
        {"Ben Ode": "2026-11-26"},
        ON_CARD,
    ),
    "Cogito-Sport": sample(
        """
        COURTESY;FIRST_NAME;LAST_NAME;BIRTHDATE;CALL_DATE;START_DATE;END_DATE;PHONE1;EMAIL
        Mme;Zoé;Müller;14.03.1990;01.02.2013;01.09.2026;31.08.2027;079 000 00 01;zoe@example.com
        Mme;Zoé;Müller;14.03.1990;01.02.2013;01.09.2025;31.08.2026;079 000 00 01;zoe@example.com
        M.;Ben;Ode;25.12.1988;01.02.2014;01.09.2025;31.08.2026;079 000 00 02;ben@example.com
        """,
        {"Zoé Müller": "2027-08-31"},
        {"Ben Ode": "2026-08-31"},
        {"rows of one name": "one person", "letters": "cp1252"},
        encoding="cp1252",
    ),
    "Wild Apricot": sample(
        """
        User ID,First name,Last name,Organization,e-Mail,Phone,Archived,Subscribed to emails,Balance,Total donated,\
Membership enabled,Membership level,Membership status,Member since,Renewal due,Member bundle ID or email,Member role
        501,Ana,Silva,,ana@example.com,555-0100,no,yes,0.00,0,yes,Gold,Active,2020-01-05,2027-01-31,,
        502,Ben,Ode,,ben@example.com,555-0101,no,yes,25.00,0,yes,Gold,Lapsed,2020-01-06,2026-01-31,,
        503,Cem,Abt,,cem@example.com,555-0102,yes,no,0,0,yes,Gold,Active,2020-01-07,2027-01-31,,
        504,Dea,Ott,,dea@example.com,,no,yes,0,0,no,,,,,,
        505,Eva,Ruiz,,eva@example.com,,no,yes,0,0,yes,Gold,PendingNew,2026-11-01,NEVER,,
        506,Fay,Ito,,fay@example.com,,no,yes,-10.00,0,yes,Life,Active,2016-11-01,NEVER,,
        """,
        {"Ana Silva": "2027-01-31", "Fay Ito": None},
        {"Ben Ode": "2026-01-31", "Cem Abt": "2027-01-31", "Dea Ott": None, "Eva Ruiz": None},
        {"number on the card": "yes", "sign of Balance": "owes", "nothing said": "inactive"},
    ),
    "CiviCRM": sample(
        """
        Contact ID,Name,Membership Type,Start Date,End Date,Source,Status
        12,Ana Silva,Adult,2026-01-01,2026-12-31,Desk,Current
        13,Ben Ode,Adult,2025-01-01,2025-12-31,Desk,Expired
        14,Cem Abt,Adult,2026-01-01,2026-12-31,Web,Cancelled
        15,Dea Ott,Adult,2026-01-01,2026-12-31,Web,Pending
        12,Ana Silva,Junior,2024-01-01,2024-12-31,Desk,Expired
        """,
        {"Ana Silva": "2026-12-31"},
        {"Ben Ode": "2025-12-31", "Cem Abt": "2026-12-31", "Dea Ott": "2026-12-31"},
        NOT_ON_CARD,
    ),
    "PMPro": sample(
        """
        user_login,user_email,user_pass,first_name,last_name,display_name,role,membership_id,membership_status,\
membership_startdate,membership_enddate
        ana,ana@example.com,secret-word,Ana,Silva,Ana Silva,subscriber,1,active,2026-01-01,2027-01-01
        ben,ben@example.com,secret-word,Ben,Ode,Ben Ode,subscriber,1,expired,2025-01-01,2026-01-01
        cem,cem@example.com,secret-word,Cem,Abt,Cem Abt,subscriber,2,active,2025-01-01,0000-00-00
        """,
        {"Ana Silva": "2027-01-01", "Cem Abt": None},
        {"Ben Ode": "2026-01-01"},
    ),
}
