"""What the headings of other programs mean: exact synonyms, and no likeness. `FIELDS` are the meanings.

A meaning is a field of a member, or what one is made of: `first_name`, `balance`, a yes or no such as `archived`.
"""

from __future__ import annotations

import re
from typing import Final

from gymtui.search.folding import fold

FIELDS: Final[dict[str, str]] = {
    "full_name": "name, kunde, kundenname, nom du client, nome cliente, cliente, adherent, socio, full name, member, "
    "member name, client, client name, customer, customer name, contact name, account name, guest, guest name, "
    "athlete, athlete name, participant, display name, mitglied, nom complet, nom et prenom, nombre completo, nome "
    "completo, nombre y apellidos, cognome e nome, navn, naam, name vorname, nachname vorname, vorname nachname, nom "
    "prenom, prenom nom, apellidos nombre, apellidos y nombre, cognome nome, nome cognome, nome e cognome, nazwisko "
    "imie, nazwisko i imie, imie i nazwisko, last name first name, surname first name, achternaam voornaam, membro, "
    "aluno",
    "first_name": "first name, firstname, given name, forename, member first name, vorname, prenom, nombre, nome, "
    "fornavn, voornaam, fornamn, nombres, imie, etunimi, first, primeiro nome, given names, imiona, roepnaam",
    "last_name": "last name, lastname, surname, family name, member last name, nachname, familienname, nom, nom de "
    "famille, apellido, apellidos, cognome, etternavn, achternaam, efternavn, efternamn, nazwisko, sukunimi, last, "
    "sobrenome, apelido, ultimo nome, nom de naissance",
    "membership_number": "membership number, membership no, member number, member no, member nr, number, code, "
    "mitgliedsnummer, mitgliedsnr, mitglieds nr, mitglied nr, numero d adherent, numero de socio, lidnummer, "
    "medlemsnummer, barcode, bar code, barcode number, card, card number, card no, card nr, access card, access card "
    "number, key, keynr, key number, key tag, keytag, key tag number, fob, key fob, fob number, rfid, rfid number, "
    "tag, tag number, badge, badge number, scan code, check in code, kartennummer, karten nr, karte, chip, "
    "chipnummer, transponder, numero de carte, carte, tarjeta, numero de tarjeta, tessera, numero tessera, pasnummer, "
    "key tag id, keytag id, keytag no, keytag number, key tag no, tag id, tag no, tag nr, fob id, fob no, card id, "
    "card code, card nbr, rfid tag, rfid card, rfid code, rfid no, barcode id, barcode no, badge id, badge no, badge "
    "code, chip id, chip no, chip nr, chip number, swipe card, key card, key card number, member card, member card "
    "number, access card no, access card id, wristband, wristband number, scan id, transpondernummer, transponder nr, "
    "schlusselnummer, armband, armbandnummer, mitgl nr, n adherent, no adherent, num adherent, numero adherent, n "
    "badge, no badge, n de badge, numero de badge, numero badge, n carte, no carte, n de carte, numero carte, code "
    "barre, code barres, bracelet, n socio, no socio, num socio, numero socio, n tarjeta, no tarjeta, codigo de "
    "barras, llavero, pulsera, tessera n, n tessera, codice tessera, badge n, codice a barre, braccialetto, cartao, "
    "no cartao, n cartao, numero do cartao, no de socio, pulseira, karta, nr karty, numer karty, kod karty, pasnr, "
    "pas nr, lidnr, lid nr, kaartnummer, kaartnr, druppel",
    "external_id": "nr, lfd nr, member id, client id, user id, customer id, contact id, person id, guest id, athlete "
    "id, account id, id, external id, identification number, agreement, agreement number, agreement no, agreement "
    "nbr, client number, customer number, customer no, guest code, member code, kundennummer, kunden nr, externe "
    "mitgliedsnummer, externemitgliedsnummer, profile id, membership card id, wodify id, mindbody id, rssid, rss id, "
    "person no, person nr, person number, personnummer, no cliente, n cliente, num cliente, numero cliente, numero de "
    "cliente, codigo cliente, codice cliente, n client, no client, numero client, code client, id klienta, nr "
    "klienta, klantnummer, klantnr, matricula",
    "status": "status, membership status, member status, athlete status, contract status, account status, client "
    "status, mitgliedsstatus, mitgliedstatus, mitglieder status, statut, estado, stato, situacao, stan, status "
    "karnetu, estado del socio, etat, stato socio",
    "plan": "plan, subscription, subscription name, subscription type, membership, membership type, membership plan, "
    "membership level, membership title, membership name, membership id, type, pricing option, package, contract, "
    "contract name, contract type, agreement type, product, service, tier, beitragsgruppe, tarif, abo, abonnement, "
    "mitgliedschaft, mitgliedsart, vertrag, formule, tarifa, abbonamento, cuota, lidmaatschap, medlemskap, user "
    "membership level, karnet, rodzaj karnetu, plano, modalidade, type d abonnement, tipo abbonamento, tipo de cuota, "
    "abonnementsart, abonnementstype",
    "valid_from": "valid from, subscription start, subscription start date, start, starts, start date, begin, begins, "
    "begin date, membership start, membership start date, membership startdate, contract start, contract start date, "
    "effective date, activation date, gultig ab, gueltig ab, vertragsbeginn, beginn, debut, date de debut, date "
    "debut, inizio, data inizio, inicio, fecha de inicio, fecha inicio, startdatum, startdato, from, von, du, dal, "
    "desde, van, od, wazny od, begindatum, ingangsdatum, vigencia desde, valida desde, date de debut d abonnement, "
    "debut d abonnement",
    "valid_until": "valid until, lauft ab, lauft bis, valable jusqu au, valido hasta, valido fino al, subscription "
    "end, subscription end date, valid to, valid thru, valid through, until, end, ends, end date, expires, expires "
    "on, expires at, expire at, expire date, expiry, expiry date, expiration, expiration date, membership end, "
    "membership end date, membership enddate, membership expires, membership expiry, membership expiry date, "
    "membership expiration, membership expiration date, contract end, contract end date, renewal due, renewal date, "
    "next renewal, paid until, paid through, paid thru, closed, closed date, cancel date, cancellation date, "
    "cancelled on, termination date, end of membership, austritt, austrittsdatum, gultig bis, gueltig bis, "
    "vertragsende, ablauf, ablaufdatum, ende, bezahlt bis, kundigung per, fin, date de fin, date fin, fin de "
    "validite, expire le, echeance, date d echeance, scadenza, data scadenza, fine, vencimiento, fecha de "
    "vencimiento, caducidad, fecha fin, fecha de fin, vencimento, validade, einddatum, geldig tot, utlopsdato, "
    "slutdatum, slutdato, to, bis, au, hasta, tot, mitglied bis, fin d abonnement, fin abonnement, date de fin d "
    "abonnement, abonnement jusqu au, scadenza abbonamento, scad abbonamento, vigencia hasta, valida hasta, fecha "
    "baja, fecha de baja, data de vencimento, data vencimento, valido ate, termino, wazny do, data waznosci, waznosc "
    "do, kundigung zum, gekundigt zum, gekundigt per, opgezegd per, opzegdatum, term end, term ends, term end date, "
    "geldig t m, vervaldatum, cancelled from, cancels on, cancellation effective",
    "visits_left": "visits left, visits remaining, remaining visits, remaining, punches, punches left, sessions left, "
    "sessions remaining, remaining sessions, credits, credits left, credits remaining, classes left, classes "
    "remaining, remaining classes, passes left, uses left, punch card, punchcard, punch card left, pack, "
    "restguthaben, resteintritte, rest eintritte, entrees restantes, seances restantes, ingressi residui, sesiones "
    "restantes, units left, entries left, units remaining, pozostalo wejsc, pozostale wejscia, sesiones disponibles, "
    "creditos restantes, aulas restantes, ingressi rimanenti, ingressi rimasti, resterende beurten, beurten over, "
    "strippen over",
    "payment_overdue": "payment overdue, overdue, is overdue, past due, in arrears, arrears, delinquent, moroso, "
    "inadimplente, impaye, impayee, unpaid, zaleglosc",
    "owed": "amount due, amount owed, owed, owing, balance due, past due amount, past due balance, amount past due, "
    "outstanding, outstanding balance, outstanding amount, offener betrag, offen, ruckstand, montant du, impayes, "
    "deuda, importe pendiente, debito, da pagare, openstaand, openstaand bedrag, zadluzenie, reste du, reste a payer, "
    "offene posten",
    "balance": "balance, account balance, club account bal, account bal, saldo, kontostand, solde, bal, acct bal, "
    "acct balance",
    "waiver_signed": "waiver, waiver signed, signed waiver, liability waiver, liability release, liability waiver "
    "signed, has waiver, haftungsausschluss, decharge, waiver on file, waiver on record, decharge signee",
    "active": "active, is active, active member, current member, membership enabled, member enabled, enabled, aktiv, "
    "actif, activo, attivo, ativo, actief",
    "archived": "archived, is archived, inactive, is inactive, deleted, is deleted, cancelled, canceled, is "
    "cancelled, terminated, expired, deceased, lapsed, former member, archiviert, geloscht, gekundigt, inaktiv, "
    "archive, resilie",
    "frozen": "frozen, is frozen, on hold, hold, paused, is paused, freeze, suspended, is suspended, on freeze, "
    "ruhend, pausiert, stillgelegt",
    "frozen_until": "frozen until, freeze until, freeze end, freeze end date, on hold until, hold until, suspended "
    "until, paused until, blocked until, banned until, do not admit until, no entry until, gesperrt bis, ruhend bis, "
    "ruht bis, pausiert bis, stillgelegt bis, eingefroren bis, suspendu jusqu au, bloque jusqu au, en pause jusqu au, "
    "bloqueado hasta, congelado hasta, suspendido hasta, sospeso fino al, bloccato fino al, suspenso ate, bloqueado "
    "ate, geblokkeerd tot, bevroren tot, zablokowany do, zawieszony do",
    "paid": "paid, is paid, paid up, fully paid, dues paid, fees paid, bezahlt, betaald, paye, payee, pagado, pagato, "
    "pago, oplacone",
    "banned": "banned, is banned, blocked, is blocked, no entry, access denied, do not admit, blacklisted, gesperrt, "
    "hausverbot, bloque, bloqueado, bloqueada, geblokkeerd, zablokowany, zablokowana, bloccato, banni, gebannt",
    "hours": "hours, access hours, access times, entry hours",
    "phone": "mobile phone, telefon mobil, mobile, mobile number, mobile phone number, cell phone, cell phone number, "
    "cell, cellphone, handy, handynummer, mobil, mobiltelefon, mobilnummer, natel, telephone portable, portable, "
    "telefono movil, movil, cellulare, mobilephone, phone, phone number, phonenumber, telephone, telephone number, "
    "tel, telefon, telefonnummer, telefono, telefoon, phone 1, phone1, primary phone, contact phone, home phone, work "
    "phone, tel portable, tel mobile, n portable, celular, telemovel, no movil, telefono celular, mobiel, mobiele "
    "telefoon, telefon komorkowy, komorka",
    "email": "email, e mail, email address, e mail address, emailaddress, user email, mail, member email, client "
    "email, primary email, email 1, e mail adresse, mailadresse, courriel, adresse e mail, correo, correo "
    "electronico, e postadresse, epost, e post, contact email, login e mail oder benutzername",
    "birth_date": "birth date, birthdate, birthday, date of birth, dob, birth day, geburtsdatum, geburtstag, geb "
    "datum, date de naissance, naissance, ne le, fecha de nacimiento, nacimiento, data di nascita, nascita, data de "
    "nascimento, fodselsdato, fodelsedatum, geboortedatum, fecha nac, fecha nacimiento, data nascita, data "
    "nascimento, data urodzenia, geb dat, geb",
    "home_location": "home location, location, home club, club, club name, branch, home branch, default location, "
    "site, standort, filiale, studio, centre, center",
    "notes": "notes, note, comment, comments, remark, remarks, member notes, bemerkung, bemerkungen, notiz, notizen, "
    "remarques, observaciones, osservazioni",
    "alerts": "alerts, alert, alert message, check in alert, warning",
    "cards": "cards, card numbers, barcodes",
}
# What no door has to do with: it is in the plan as ignored, and asked about only where it has dates ahead.
IGNORED: Final = (
    "civ, tussenvoegsel, date d adhesion, fecha alta, data iscrizione, data de cadastro, data inscricao, address, "
    "address 1, address 2, address1, address2, street, street address, city, town, state, province, zip, zip code, "
    "zipcode, postal code, postcode, post code, country, region, county, birth place, birthplace, adresse, strasse, "
    "plz, ort, land, postnummer, poststed, npa, localite, ville, code postal, rue, citta, provincia, cap, "
    "nationality, gender, sex, geschlecht, kjonn, sexe, genero, title, titel, anrede, salutation, courtesy, civilite, "
    "prefix, suffix, middle name, middle initial, initials, nickname, preferred name, firma, company, organization, "
    "organisation, employer, occupation, job title, language, sprache, langue, last visit, last visit date, last "
    "check in, last attended, first visit, visits, total visits, visit count, number of visits, visits made, check "
    "ins, checkins, total check ins, attendance, attendances, total attendance, classes attended, besuche, letzter "
    "besuch, derniere visite, ultima visita, last login, last seen, join date, joined, join on, joined on, member "
    "since, added, date added, created, created at, created on, creation date, date created, registered, registration "
    "date, signup date, sign up date, sign date, since, eintritt, eintrittsdatum, mitglied seit, beitritt, call date, "
    "date d inscription, inscription, fecha de alta, alta, updated, updated at, last modified, modified, profile last "
    "updated, last updated, price, price paid, paid, amount, amount paid, total donated, total paid, fee, rate, cost, "
    "initial subtotal, initial total, initial tax, subtotal, tax, total, quantity, billing frequency, billing cycle, "
    "payment method, payment type, payment amount, zahlungsart, zahlungsweise, betrag, iban, bic, kontoinhaber, "
    "mandat, mandatsreferenz, tax code, tax id, vat, currency, next payment amount, billing amount, cycle number, "
    "source, referral, referred by, lead source, how did you hear, group, groups, group participation, tags, program, "
    "default program, is dependent, is coach, is admin, is manager, coach, trainer, sales person, salesperson, staff, "
    "subscribed to emails, subscription source, email opt in, opt in, sms opt in, newsletter, marketing, marketing "
    "consent, email consent, event announcements, member emails and newsletters, emails, donor, event registrant, "
    "member, membership enabled since, administration access, terms of use accepted, emergency contact, emergency "
    "contact name, emergency contact phone, emergency phone, emergency name, parent first name, parent last name, "
    "parent name, parent email, guardian, guardianemail, guardian email, guardian name, account owner, account owner "
    "first name, account owner last name, account owner email, member bundle id or email, member role, primary, "
    "creator, website, url, photo, picture, avatar, user login, username, user name, login, user pass, password, "
    "passwd, pin, pin code, passcode, role, update only, evergreen, club nbr, club number, emails sent, height, "
    "weight, fax, facebook, instagram"
)
SECRET: Final = re.compile(r"\b(pass|password|passwd|passcode|pwd|pin|iban|card verification|cvv|ssn)\b")

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(heading: str) -> str:
    """What of a heading is compared: `ExpirationDate`, `expiration_date`, `EXPIRATION DATE` are `expiration date`."""
    return " ".join(re.findall(r"[^\W_]+", fold(_CAMEL.sub(" ", heading))))


def _phrases(text: str) -> list[str]:
    return [phrase for phrase in text.split(", ") if phrase]


_MEANINGS: Final = {phrase: field for field, text in FIELDS.items() for phrase in _phrases(text)}
_RANKS: Final = {phrase: rank for text in FIELDS.values() for rank, phrase in enumerate(_phrases(text))}
_IGNORED: Final = frozenset(_phrases(IGNORED)) - set(_MEANINGS)


def meaning_of(heading: str) -> str:
    """The meaning of a heading; "" where it has none that is known."""
    return _MEANINGS.get(words_of(heading), "")


def rank_of(heading: str) -> int:
    """Of two headings with one meaning, the one with the smaller is the better known by it."""
    return _RANKS.get(words_of(heading), len(_RANKS))


def is_known(heading: str) -> bool:
    """Is it one that some program writes?"""
    return words_of(heading) in _MEANINGS or is_no_matter(heading)


def is_no_matter(heading: str) -> bool:
    """Is it one that no door has to do with?"""
    return words_of(heading) in _IGNORED


def is_secret(heading: str) -> bool:
    """Does it say that its cells are not to be shown?"""
    return SECRET.search(words_of(heading)) is not None
